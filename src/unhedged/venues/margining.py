"""One account under a venue's rules: equity, margins, and the marks between which it is safe.

All money is atoms of one settlement asset, all marks milli-ticks. Nothing here is a price anybody traded.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from unhedged.rules.integer import MILLI, PPB, mul_div_floor
from unhedged.rules.liquidation import bankruptcy_milli
from unhedged.rules.pnl import inverse_value, last_mark_for_value, value
from unhedged.venues.requirement import Schedule

FAR_TIMES = 100
"""A mark this many times the present one counts as never reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract, its mark and its margin schedule."""

    id: str
    num: int  # atoms of one lot at one tick as num / den; inverse: at a price of one tick
    den: int
    mark_milli: int
    schedule: Schedule
    inverse: bool = False

    def value(self, pos: int, mark_milli: int | None = None) -> int:
        """Return the signed value of ``pos`` lots, atoms, the size rounded down; at the present mark when none is given."""
        rule = inverse_value if self.inverse else value
        at = self.mark_milli if mark_milli is None else mark_milli
        return rule(pos, at, self.num, self.den)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A long or a short position; a contract may have one of each (hedge mode)."""

    contract: Contract
    pos: int  # lots, > 0 long
    cost: int  # signed entry cost, atoms
    leverage: int | None = None  # chosen by the holder; the highest allowed when none

    @property
    def notional(self) -> int:
        """Absolute value at mark, atoms."""
        return abs(self.contract.value(self.pos))

    @property
    def unrealised(self) -> int:
        """Profit at mark, atoms."""
        return self.contract.value(self.pos) - self.cost

    def initial(self) -> int:
        """Return the initial margin at mark, atoms, rounded up."""
        return self.contract.schedule.initial(self.notional, abs(self.pos), self.leverage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """When a venue liquidates: equity below what is needed, or at it; the closing fee may be counted."""

    at_equality: bool = False
    fee_ppb: int = 0  # counted beside maintenance; 0 where it is not

    def needed(self, leg: Leg) -> int:
        """Return what a leg needs at its mark, atoms.

        The schedule's margin, rounded up. Where the fee counts, ``floor(notional * fee)`` more, and with a rate on the whole
        position both rates in one, ``floor(notional * (rate + fee))``.
        """
        schedule, notional, lots = leg.contract.schedule, leg.notional, abs(leg.pos)
        if self.fee_ppb == 0:
            return schedule.maintenance(notional, lots)
        if schedule.form == "marginal":
            more = mul_div_floor(notional, self.fee_ppb, PPB)
            return schedule.maintenance(notional, lots) + more
        return mul_div_floor(notional, schedule.tier(notional, lots).mm_ppb + self.fee_ppb, PPB)

    def total(self, legs: Iterable[Leg]) -> int:
        """Return what legs need together at their marks, atoms; each rounded by itself, hedged legs do not net."""
        return sum(self.needed(leg) for leg in legs)

    def bar(self, maintenance: int) -> int:
        """Return the least equity that is safe, atoms: what is needed, or one atom more where equality liquidates."""
        return maintenance + int(self.at_equality)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A wallet and the legs it secures: a whole cross account, or the pocket of one isolated leg."""

    wallet: int  # atoms: settlement balance and collateral at its ratio
    legs: tuple[Leg, ...]
    trigger: Trigger = Trigger()

    def equity(self) -> int:
        """Return wallet and unrealised profit at mark, atoms; exact."""
        return self.wallet + sum(leg.unrealised for leg in self.legs)

    def maintenance(self) -> int:
        """Return what its legs need at their marks, atoms."""
        return self.trigger.total(self.legs)

    def initial(self) -> int:
        """Return the sum of the legs' initial margins, atoms."""
        return sum(leg.initial() for leg in self.legs)

    def surplus(self) -> int:
        """Return equity above the least that is safe, atoms; liquidated below zero."""
        return self.equity() - self.trigger.bar(self.maintenance())

    def at(self, contract: str, mark_milli: int) -> "Account":
        """Return the account with one contract at another mark, everything else frozen."""
        return replace(
            self,
            legs=tuple(
                replace(leg, contract=replace(leg.contract, mark_milli=mark_milli))
                if leg.contract.id == contract
                else leg
                for leg in self.legs
            ),
        )

    def bankruptcy(self, leg: Leg) -> int | None:
        """Return the price at which closing ``leg`` alone uses up the account's equity, milli-ticks; None when none does.

        Everything else stays at its mark. Rounded so that a close there leaves no deficit: up for a long, down for a short.
        """
        contract, equity = leg.contract, self.equity()
        if not contract.inverse:
            milli = bankruptcy_milli(
                leg.pos, equity, contract.mark_milli, contract.num, contract.den
            )
            return milli if milli > 0 else None
        rest = equity - contract.value(leg.pos)

        def solvent(mark: int) -> bool:
            return rest + contract.value(leg.pos, mark) >= 0

        return _edge(solvent, contract.mark_milli, _far(contract), upward=leg.pos < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeMarks:
    """Between which marks of one contract an account is safe, both ends safe; None where no end is reached."""

    low: int | None  # milli-ticks: one less liquidates
    high: int | None  # milli-ticks: one more liquidates


def safe_marks(account: Account, contract: str) -> SafeMarks:
    """Return the marks of a contract next to the present one between which its account is safe.

    Parameters
    ----------
    account : Account
        Other contracts and collateral stay at their marks.
    contract : str
        The contract whose mark moves; both its legs in hedge mode.

    Returns
    -------
    SafeMarks
        Exact to the milli-tick, by bisection between the marks where a leg changes tier; in between the surplus is a straight
        line (linear) or a hyperbola (inverse), so it crosses zero once. With an account that is already short of margin, the
        nearest safe marks beyond the present one, which then lies outside.
    """
    kind = next(leg.contract for leg in account.legs if leg.contract.id == contract)

    def safe(mark: int) -> bool:
        return account.at(contract, mark).surplus() >= 0

    stops = sorted({*_stops(account, kind), _lowest(kind), _far(kind)})
    start = kind.mark_milli
    down = [mark for mark in reversed(stops) if mark < start]
    up = [mark for mark in stops if mark > start]
    if safe(start):
        return SafeMarks(low=_crossing(safe, start, down), high=_crossing(safe, start, up))
    return SafeMarks(low=_return(safe, start, up), high=_return(safe, start, down))


def _stops(account: Account, kind: Contract) -> Iterator[int]:
    # The marks at which a leg of the contract changes tier, and their neighbours.
    for leg in account.legs:
        if leg.contract.id != kind.id:
            continue
        most = leg.notional * FAR_TIMES
        for floor in kind.schedule.floors(most):
            if kind.inverse:
                edge = abs(leg.pos) * kind.num * MILLI // (kind.den * floor)
            else:
                edge = last_mark_for_value(abs(leg.pos), floor, kind.num, kind.den)
            yield from (m for m in (edge - 1, edge, edge + 1) if _lowest(kind) <= m < _far(kind))


def _lowest(kind: Contract) -> int:
    # An inverse contract has no value at a price of zero.
    return max(1, kind.mark_milli // FAR_TIMES) if kind.inverse else 0


def _far(kind: Contract) -> int:
    return kind.mark_milli * FAR_TIMES


def _crossing(safe: Callable[[int], bool], start: int, stops: list[int]) -> int | None:
    # The last safe mark on the way through ``stops``, which lead away from a safe start.
    inside = start
    for stop in stops:
        if not safe(stop):
            return _between(safe, inside, stop)
        inside = stop
    return None


def _return(safe: Callable[[int], bool], start: int, stops: list[int]) -> int | None:
    # The first safe mark on the way through ``stops``, which lead away from an unsafe start.
    outside = start
    for stop in stops:
        if safe(stop):
            return _between(safe, stop, outside)
        outside = stop
    return None


def _edge(safe: Callable[[int], bool], start: int, far: int, *, upward: bool) -> int | None:
    stops = [far] if upward else [1]
    if safe(start):
        return _crossing(safe, start, stops)
    return _return(safe, start, [1] if upward else [far])


def _between(safe: Callable[[int], bool], inside: int, outside: int) -> int:
    # Bisection: ``inside`` is safe, ``outside`` is not; the safe mark next to an unsafe one.
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        inside, outside = (middle, outside) if safe(middle) else (inside, middle)
    return inside
