"""What people type about a position, in words: legs, collateral, prices, haircuts."""

import re
from dataclasses import dataclass
from decimal import Decimal

from unhedged.vocab.errors import ScenarioError, UnitError, UnknownKind
from unhedged.vocab.units import PPB, parse_money, parse_price, parse_rate

SIDES = {"long": 1, "short": -1}
MOST = 10**15
"""Largest size or price taken: beyond it nothing is traded, and its value leaves the range of exact money."""
EXAMPLE = '"BTCUSDT long 2 @ 121_000", with isolated margin "BTCUSDT long 2 @ 121_000 with $24_200" or "… 10x"'

_LEG = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s*@\s*(\S+)(?:\s+(\d+)x)?(?:\s+with\s+(.+))?")
_AMOUNT = re.compile(r"(-?[\d_,]*\.?\d+)\s*([A-Za-z]\w*)")
_HAIRCUT = re.compile(r"(\S+)(?:\s+above\s+(\S+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegText:
    """One leg as written."""

    contract: str
    side: int  # +1 long, -1 short
    size: Decimal
    entry: Decimal
    leverage: int | None
    margin: str | None  # isolated: what secures this leg alone


def parse_leg(text: str) -> LegText:
    """Return a leg such as ``BTCUSDT long 2 @ 121_000``, with ``10x`` or ``with $24_200`` behind it if wanted.

    Raises
    ------
    ScenarioError
        The text is no leg; says which part.
    """
    match = _LEG.fullmatch(text.strip())
    if match is None:
        raise ScenarioError(f"{text!r} is no leg.", value=text, where="leg", allowed=f"{EXAMPLE}.")
    contract, side, size, entry, leverage, margin = match.groups()
    if side not in SIDES:
        raise UnknownKind.of("side", side, SIDES, where=f'leg "{text}"')
    numbers = [_number(part, name, text) for part, name in ((size, "size"), (entry, "entry price"))]
    if leverage is not None and int(leverage) < 1:
        raise ScenarioError(
            f"Leverage {leverage}x is below 1x.", value=leverage, where=f'leg "{text}"'
        )
    return LegText(
        contract=contract,
        side=SIDES[side],
        size=numbers[0],
        entry=numbers[1],
        leverage=None if leverage is None else int(leverage),
        margin=margin,
    )


def _number(part: str, name: str, leg: str) -> Decimal:
    try:
        number = parse_price(part)
    except UnitError as error:
        raise ScenarioError(
            f"The {name} {part!r} is no number above zero.",
            value=part,
            where=f'leg "{leg}"',
            allowed=f"{EXAMPLE}.",
        ) from error
    return bounded(number, f'{name} of leg "{leg}"')


def bounded(number: Decimal, what: str) -> Decimal:
    """Return ``number`` where anything of that size is traded.

    Raises
    ------
    ScenarioError
        It is above `MOST`.
    """
    if number > MOST:
        raise ScenarioError(
            f"The {what} is beyond anything that is traded.",
            value=number,
            allowed=f"At most {MOST:,}.",
        )
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """One asset of an account: dollars when ``asset`` is ``$``."""

    asset: str
    amount: Decimal


def parse_collateral(text: str) -> Balance:
    """Return a balance such as ``$40k``, ``40_000 USDT`` (both dollars) or ``5 ETH``; may be negative (a debt).

    Raises
    ------
    UnitError
        No currency or asset.
    """
    try:
        return Balance(asset="$", amount=Decimal(parse_money(text)) / 10**6)
    except UnitError as error:
        match = _AMOUNT.fullmatch(text.strip())
        if match is None or "finer" in str(error):
            raise UnitError(
                f"{text!r} is no collateral.",
                value=text,
                where="collateral",
                allowed="Expected money or an asset, such as '$40k' or '5 ETH'.",
            ) from error
        number = match[1].replace("_", "").replace(",", "")
        return Balance(asset=match[2].upper(), amount=Decimal(number))


def parse_haircut(text: str) -> tuple[tuple[int, int], ...]:
    """Return a haircut schedule such as ``5%`` or ``2%, 10% above $1M``: (floor in atoms, collateral ratio in ppb), marginal.

    Raises
    ------
    UnitError
        No rate, a rate outside 0 to 100 %, or floors that do not rise.
    """
    tiers: list[tuple[int, int]] = []
    for part in text.split(","):
        match = _HAIRCUT.fullmatch(part.strip())
        if match is None:
            raise UnitError(
                f"{part.strip()!r} is no haircut.", value=text, allowed="'5%, 10% above $1M'."
            )
        rate, floor = parse_rate(match[1]), parse_money(match[2]) if match[2] else 0
        if not 0 <= rate <= PPB or (floor == 0) != (not tiers) or (tiers and floor <= tiers[-1][0]):
            raise UnitError(
                f"{text!r} is no haircut schedule: rates lie in 0% to 100%, floors rise from zero.",
                value=text,
                allowed="'5%' or '2%, 10% above $1M'.",
            )
        tiers.append((floor, PPB - rate))
    return tuple(tiers)
