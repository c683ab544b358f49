"""What a table of tiers must be, whoever wrote it: from zero, rising, without gaps, maintenance never above initial."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from unhedged.venues.importing.parts import AGAIN, Part
from unhedged.vocab.errors import InconsistentRules, ScenarioError
from unhedged.vocab.units import ATOMS_PER_USD, PPB, rate_text, show_ppb

MOST_TIERS = 1_000
"""Tiers of one symbol."""
HIGHEST_LEVERAGE = 1_000
LARGEST_AMOUNT = 10**12
"""Dollars, or coins, of a floor."""
ATOM = Decimal(1) / ATOMS_PER_USD

Refuse = Callable[[int, str, str, type[ScenarioError]], ScenarioError]
"""Makes the error about tier ``n``, key and text; an importer knows where the value stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One bracket, exact."""

    floor: Decimal  # notional from which it holds; equal belongs to it
    mm_ppb: int  # maintenance rate
    leverage: Decimal  # highest allowed
    im_ppb: int  # initial rate at the highest leverage
    deduct: Decimal  # dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The tiers of one symbol, and what is known of the symbol itself."""

    name: str
    tiers: tuple[Tier, ...]
    largest: Decimal | None = None  # highest notional the venue allows, in the unit of the floors
    in_coins: bool = False  # floors count coins, not dollars
    whole: bool = False  # a tier's rate holds for the whole position, nothing is deducted
    tick_size: Decimal | None = None  # dollars
    lot_size: Decimal | None = None  # coins
    remark: str = ""  # what a reader of the source should know
    untraded: str = ""  # why nobody trades it, as the venue's answer says

    @property
    def remarks(self) -> str:
        """What stands beside its source."""
        untraded = f"not traded: {self.untraded}" if self.untraded else ""
        return ", ".join(filter(None, (self.remark, untraded)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What an answer about instruments says of one symbol."""

    tick: Decimal | None = None  # dollars
    lot: Decimal | None = None  # coins
    untraded: str = ""


UNLISTED = Grid(untraded="not among the instruments")
"""Of a symbol with tiers that the answer about instruments does not know."""


@dataclass(slots=True)
class Found:
    """What an importer found in an answer."""

    schedules: dict[str, Schedule] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)  # symbol: why

    def add(self, schedule: Schedule, part: Part) -> None:
        """Take in ``schedule``; ``part`` is where an error about its name points."""
        self.refuse_twice(schedule.name, part)
        self.schedules[schedule.name] = schedule

    def leave_out(self, name: str, why: str, part: Part) -> None:
        """Note a symbol that is sound and of no use to a scenario."""
        self.refuse_twice(name, part)
        self.left_out[name] = why

    def refuse_twice(self, name: str, part: Part) -> None:
        """Raise when ``name`` was met before."""
        if name in self.schedules or name in self.left_out:
            raise part.refuse(f"{name} stands twice in the answer.", kind=InconsistentRules)


def pointing(rows: Sequence[Part], columns: Mapping[str, str]) -> Refuse:
    """Return the maker of errors about ``rows``, one a tier, whose ``columns`` are called as the venue calls them."""

    def refuse(n: int, key: str, text: str, kind: type[ScenarioError]) -> ScenarioError:
        row = rows[min(n, len(rows) - 1)]
        column = columns.get(key, "")
        part = row.maybe(column) if column else None
        return (part or row).refuse(text, kind=kind, hint=AGAIN if kind is ScenarioError else "")

    return refuse


def initial_ppb(leverage: Decimal) -> int:
    """Return the initial rate of a highest leverage, ppb, rounded up; 0 where :func:`check` will refuse it."""
    if not 1 <= leverage <= HIGHEST_LEVERAGE:
        return 0
    return int(-(-PPB // Fraction(leverage))) if leverage % 1 else -(-PPB // int(leverage))


def deductions(floors: list[Decimal], rates: list[int]) -> list[Decimal]:
    """Return the deductions that make maintenance continuous.

    Parameters
    ----------
    floors : list of Decimal
        Where each tier begins.
    rates : list of int
        Maintenance rate of each tier, ppb.

    Notes
    -----
    ``deduct[k] = deduct[k-1] + floor[k] * (rate[k] - rate[k-1])``, exact.
    """
    found = [Decimal(0)]
    for n in range(1, len(floors)):
        found.append(found[-1] + floors[n] * (rates[n] - rates[n - 1]) / PPB)
    return found


def check(schedule: Schedule, refuse: Refuse) -> Schedule:
    """Return ``schedule``, which is one a scenario can use.

    Raises
    ------
    ScenarioError
        A value out of range.
    InconsistentRules
        Values that are fine alone and impossible together.
    """
    tiers = schedule.tiers
    if not 0 < len(tiers) <= MOST_TIERS:
        raise refuse(0, "", f"{len(tiers):,} tiers; expected 1 to {MOST_TIERS:,}.", ScenarioError)
    if tiers[0].floor != 0:
        text = f"The first tier begins at {tiers[0].floor}; expected 0."
        raise refuse(0, "floor", text, InconsistentRules)
    for n, tier in enumerate(tiers):
        _alone(n, tier, schedule, refuse)
    for n, (low, high) in enumerate(pairwise(tiers), 1):
        _together(n, low, high, refuse)
    _deducted(schedule, refuse)
    last = tiers[-1].floor
    if schedule.largest is not None and not last < schedule.largest:
        text = (
            f"The last tier begins at {last} and ends at {schedule.largest}; expected an end above."
        )
        raise refuse(len(tiers) - 1, "cap", text, InconsistentRules)
    return schedule


def _alone(n: int, tier: Tier, schedule: Schedule, refuse: Refuse) -> None:
    if not 0 <= tier.floor <= LARGEST_AMOUNT:
        text = f"A tier begins at {tier.floor}; expected 0 to {LARGEST_AMOUNT:,}."
        raise refuse(n, "floor", text, ScenarioError)
    if not schedule.in_coins and tier.floor != tier.floor.quantize(ATOM):
        raise refuse(n, "floor", f"{tier.floor} is finer than $0.000001.", ScenarioError)
    if not 1 <= tier.leverage <= HIGHEST_LEVERAGE:
        raise refuse(
            n,
            "leverage",
            f"Leverage is {tier.leverage}; expected 1 to {HIGHEST_LEVERAGE}.",
            ScenarioError,
        )
    if not 0 < tier.mm_ppb <= PPB:
        text = f"The maintenance rate is {rate_text(tier.mm_ppb)}; expected 0% < rate ≤ 100%."
        raise refuse(n, "maintenance", text, ScenarioError)
    if not 0 < tier.im_ppb <= PPB:
        text = f"The initial rate is {rate_text(tier.im_ppb)}; expected 0% < rate ≤ 100%."
        raise refuse(n, "initial", text, ScenarioError)
    if tier.mm_ppb > tier.im_ppb:
        text = (
            f"maintenance ({show_ppb(tier.mm_ppb)}) is above initial ({show_ppb(tier.im_ppb)}): "
            "an account could be liquidated the moment it opens."
        )
        raise refuse(n, "maintenance", text, InconsistentRules)


def _together(n: int, low: Tier, high: Tier, refuse: Refuse) -> None:
    if high.floor <= low.floor:
        text = f"A tier begins at {high.floor}, not above the one before ({low.floor})."
        raise refuse(n, "floor", text, InconsistentRules)
    if high.mm_ppb < low.mm_ppb:
        text = (
            f"The maintenance rate falls from {rate_text(low.mm_ppb)} to {rate_text(high.mm_ppb)}; "
            "a larger position never asks less."
        )
        raise refuse(n, "maintenance", text, InconsistentRules)
    if high.leverage > low.leverage:
        text = f"Leverage rises from {low.leverage} to {high.leverage}; a larger position never gets more."
        raise refuse(n, "leverage", text, InconsistentRules)
    if high.im_ppb < low.im_ppb:
        text = (
            f"The initial rate falls from {rate_text(low.im_ppb)} to {rate_text(high.im_ppb)}; "
            "a larger position never asks less."
        )
        raise refuse(n, "initial", text, InconsistentRules)


def _deducted(schedule: Schedule, refuse: Refuse) -> None:
    tiers = schedule.tiers
    expected = deductions([t.floor for t in tiers], [t.mm_ppb for t in tiers])
    if schedule.whole:
        expected = [Decimal(0)] * len(tiers)
    for n, (tier, right) in enumerate(zip(tiers, expected, strict=True)):
        if not abs(tier.deduct - right) < ATOM:
            text = (
                f"The deduction is {tier.deduct}; {right.normalize():f} keeps maintenance continuous "
                f"at {tier.floor}."
            )
            raise refuse(n, "deduct", text, InconsistentRules)
