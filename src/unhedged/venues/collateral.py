"""What an account's assets count for: each at its own price, less its haircut, in atoms of the settlement asset."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from unhedged.rules.collateral import (
    asset_margin,
    collateral_price,
    next_credit,
    tiered_collateral_value,
)
from unhedged.venues.legs import Balance, parse_haircut
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.enums import CollateralPrice
from unhedged.vocab.errors import ScenarioError, UnknownKind
from unhedged.vocab.units import PPB, parse_price, parse_rate

NAMES = tuple(choice.name.lower() for choice in CollateralPrice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One asset and what it counts for."""

    asset: str
    amount: Decimal
    price: Decimal | None  # settlement units a unit; None for the settlement asset itself
    worth: int  # atoms, before the haircut
    counts: int  # atoms, after it


def holdings(
    balances: Iterable[Balance],
    book: Rulebook,
    *,
    settlement: str,
    atoms_per_unit: int,
    prices: Mapping[str, Any],
    haircuts: Mapping[str, str],
    valued_at: str | None,
) -> list[Holding]:
    """Return what each balance counts for.

    Parameters
    ----------
    balances : iterable of Balance
        Dollars are the asset ``$``.
    book : Rulebook
        May hold ``collateral.price`` and ``collateral_ratio.<ASSET>``.
    settlement : str
        The asset that counts in full: ``$`` or a coin.
    atoms_per_unit : int
        Atoms in one unit of it.
    prices : mapping
        By asset, or by ``ASSET.local_book``, ``ASSET.index``, ``ASSET.redemption``.
    haircuts : mapping
        By asset, in place of the rulebook's.
    valued_at : str
        ``local_book``, ``index`` or ``redemption``; the rulebook's, else ``index``, when None.

    Raises
    ------
    ScenarioError
        No price or no haircut for an asset; a choice of price that does not exist.
    """
    choice = str(valued_at or book.value("collateral.price", "index"))
    if choice not in NAMES:
        raise UnknownKind.of("price of collateral", choice, NAMES)
    found = []
    for balance in balances:
        if balance.asset == settlement:
            atoms = _floor(balance.amount * atoms_per_unit)
            found.append(
                Holding(
                    asset=balance.asset,
                    amount=balance.amount,
                    price=None,
                    worth=atoms,
                    counts=atoms,
                )
            )
            continue
        if balance.asset == "$" or settlement != "$":
            raise ScenarioError(
                f"{balance.asset} cannot secure contracts settled in {_name(settlement)}.",
                value=balance.asset,
                where="collateral",
                allowed=f"Expected a balance in {_name(settlement)}.",
            )
        price = _price(balance.asset, prices, choice)
        worth = _floor(balance.amount * price * atoms_per_unit)
        schedule = _haircut(balance.asset, book, haircuts)
        counts = counted(worth, schedule)
        found.append(
            Holding(
                asset=balance.asset, amount=balance.amount, price=price, worth=worth, counts=counts
            )
        )
    return found


def counted(worth: int, schedule: Sequence[tuple[int, int]]) -> int:
    """Return what a value counts for under a marginal haircut schedule, atoms, rounded down; a debt counts in full.

    Parameters
    ----------
    worth : int
        Signed value, atoms.
    schedule : sequence of (int, int)
        Floor, atoms, and collateral ratio, ppb, of each tier; a value equal to a floor belongs to the higher tier.
    """
    if worth < 0:
        return asset_margin(worth, PPB)
    credit, best = 0, 0
    for n, (floor, ratio) in enumerate(schedule):
        if n:
            credit = next_credit(credit, floor, schedule[n - 1][1], ratio)
        if floor <= worth:
            best = tiered_collateral_value(worth, ratio, credit)
    return best


def _price(asset: str, prices: Mapping[str, Any], choice: str) -> Decimal:
    texts = [prices.get(f"{asset}.{name}") for name in NAMES]
    if any(text is not None for text in texts):
        # The rule picks one of three whole numbers: their places in the list.
        place = collateral_price(int(CollateralPrice[choice.upper()]), 0, 1, 2)
        text = texts[place]
    else:
        text = prices.get(asset)
    if text is None:
        raise ScenarioError(
            f"{asset} has no price to be valued at ({choice}).",
            value=asset,
            where="collateral",
            hint=f"--price {asset}=1_000, or --price {asset}.{choice}=1_000.",
        )
    return parse_price(text)


def _haircut(asset: str, book: Rulebook, own: Mapping[str, str]) -> Sequence[tuple[int, int]]:
    ratio = book.value(f"collateral_ratio.{asset}")
    if asset in own:
        return parse_haircut(str(own[asset]))
    if ratio is None:
        raise ScenarioError(
            f"{book.id} does not say what {asset} counts for as collateral.",
            value=asset,
            where="collateral",
            hint=f"--haircut {asset}=5%, or tiers: --haircut '{asset}=5%, 10% above $1M'.",
        )
    return ((0, parse_rate(ratio)),)


def _floor(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_FLOOR))


def _name(settlement: str) -> str:
    return "dollars" if settlement == "$" else settlement
