"""Margin of accounts in plain Python: look at everybody at every update."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unhedged.reference.collateral import Coin
from unhedged.reference.portfolio import PortfolioMargin
from unhedged.rules.integer import PPB, mul_div_ceil
from unhedged.rules.liquidation import bar, is_liquidatable
from unhedged.rules.margin import initial_margin, maintenance_margin, slope_rate
from unhedged.rules.pnl import inverse_value, value
from unhedged.vocab.enums import InstrumentKind, TierForm

SAFE, NEEDS_TOP_UP, LIQUIDATABLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a margin schedule; ``floor`` in atoms belongs to it."""

    floor: int
    mm_ppb: int
    im_ppb: int
    deduct: int


@dataclass(slots=True)
class Instrument:
    """A contract and its mark."""

    mark_milli: int
    num: int
    den: int
    tiers: list[Tier]
    kind: InstrumentKind = InstrumentKind.LINEAR
    form: TierForm = TierForm.NOTIONAL
    slope_ppb: int = 0
    slope_lots: int = 1
    asset: int = 0


@dataclass(slots=True)
class Account:
    """Cash and positions of one account: instrument number to lots, and to lots of working orders.

    In hedge mode ``positions`` are the long legs and ``shorts`` the short ones, lots <= 0.
    """

    cash: int
    positions: dict[int, int]
    shorts: dict[int, int] = field(default_factory=dict)
    open_buy: dict[int, int] = field(default_factory=dict)
    open_sell: dict[int, int] = field(default_factory=dict)
    reserve: int = 0
    topup: int = 0
    topup_ppb: int = 0
    in_liquidation: bool = False
    portfolio: PortfolioMargin | None = None
    """Its venue's, in portfolio margin."""
    coins: dict[int, int] = field(default_factory=dict)
    """What is posted as collateral: asset number to lots."""


def legs(account: Account) -> list[tuple[int, int]]:
    """Return instrument number and lots of every position."""
    return [*account.positions.items(), *account.shorts.items()]


def worth(instrument: Instrument, lots: int) -> int:
    """Return the signed value of ``lots`` at mark, atoms, the size rounded down."""
    rule = inverse_value if instrument.kind == InstrumentKind.INVERSE else value
    return rule(lots, instrument.mark_milli, instrument.num, instrument.den)


def tier_of(instrument: Instrument, lots: int) -> Tier:
    """Return the highest tier whose floor ``lots``, or their value, reach, the first when they reach none."""
    size = abs(lots) if instrument.form == TierForm.SIZE else abs(worth(instrument, lots))
    return [instrument.tiers[0], *(t for t in instrument.tiers if t.floor <= size)][-1]


def slope_of(instrument: Instrument, lots: int) -> int:
    """Return what size adds to the rates, ppb."""
    if instrument.form != TierForm.SLOPE:
        return 0
    return slope_rate(0, instrument.slope_ppb, abs(lots), instrument.slope_lots)


def equity(account: Account, instruments: list[Instrument], coins: Sequence[Coin] = ()) -> int:
    """Return cash, signed values at mark and what collateral counts for, atoms."""
    values = sum(worth(instruments[i], lots) for i, lots in legs(account))
    return account.cash + values + sum(coins[k].counts(lots) for k, lots in account.coins.items())


def maintenance(account: Account, instruments: list[Instrument]) -> int:
    """Return the sum of the maintenance margins of the positions, atoms, or the worst losses where they net."""
    if account.portfolio and account.portfolio.range_ppb:
        held = [(instruments[i].asset, worth(instruments[i], lots)) for i, lots in legs(account)]
        return account.portfolio.worst_loss(held)
    total = 0
    for i, lots in legs(account):
        tier = tier_of(instruments[i], lots)
        rate = tier.mm_ppb + slope_of(instruments[i], lots)
        total += maintenance_margin(abs(worth(instruments[i], lots)), rate, tier.deduct)
    return total


def initial(account: Account, instruments: list[Instrument]) -> int:
    """Return the initial margin, atoms, with all buys filled or all sells filled, whichever leaves the larger position."""
    total = 0
    for i, lots in account.positions.items():
        bought = abs(lots + account.open_buy.get(i, 0))
        sold = abs(lots - account.open_sell.get(i, 0))
        most = max(bought, sold)
        rate = tier_of(instruments[i], most).im_ppb + slope_of(instruments[i], most)
        total += initial_margin(abs(worth(instruments[i], most)), rate) if most else 0
    return total


def verdict(
    account: Account,
    instruments: list[Instrument],
    inclusive: int = 0,
    coins: Sequence[Coin] = (),
) -> int:
    """Return SAFE, NEEDS_TOP_UP or LIQUIDATABLE; equality with the threshold is safe unless ``inclusive``."""
    if account.in_liquidation:
        return SAFE
    owned, needed = equity(account, instruments, coins), maintenance(account, instruments)
    if account.portfolio:
        holds = any(lots != 0 for _, lots in legs(account))
        needed = account.portfolio.required(needed, holds=holds)
    needed = bar(needed, inclusive)
    armed = account.topup > 0 and account.reserve >= account.topup and account.topup_ppb > 0
    if armed and owned < mul_div_ceil(needed, max(account.topup_ppb, PPB), PPB):
        return NEEDS_TOP_UP
    return LIQUIDATABLE if is_liquidatable(owned, needed) else SAFE


def needing_action(
    accounts: list[Account],
    instruments: list[Instrument],
    inclusive: int = 0,
    coins: Sequence[Coin] = (),
) -> dict[int, int]:
    """Return the verdicts that are not SAFE, by account number."""
    verdicts = {
        a: verdict(account, instruments, inclusive, coins) for a, account in enumerate(accounts)
    }
    return {a: answer for a, answer in verdicts.items() if answer != SAFE}
