"""One real account on a path of marks: which opening wallets are touched when, and what each order of steps does with them.

Where an account's opening wallet is unknown, everything else being given, the question is turned round: a wallet ``w`` is
touched at the first moment at which ``w`` is below what the legs need beyond what moved since. So every answer is a set of
half-open intervals ``[low, high)`` of opening wallets, in atoms, and the boundary is the rule's: equity equal to maintenance
is safe.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from unhedged.rules.fees import fee
from unhedged.venues.margining import Account, Leg

Interval = tuple[int, int]
"""Opening wallets ``low <= w < high``, atoms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Marks and what moved until then."""

    t: int  # seconds, any origin
    marks: Mapping[str, int]  # milli-ticks by contract
    moved: int  # atoms into the wallet since the opening: transfers, realised profit, funding, fees


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What an order of steps makes of the opening wallets that are first touched in a span of time."""

    enough: tuple[Interval, ...]  # the first close already restores the margin
    recovered: tuple[Interval, ...]  # the marks restore it before the second round
    taken_over: tuple[Interval, ...]  # the second round finds it short: the rest is taken over
    bankrupt: tuple[Interval, ...]  # part of taken_over: less than nothing is left, the fund pays


Choice = Callable[[Account], Leg]
"""Which leg the first round closes."""


def _largest_loss(account: Account) -> Leg:
    return min(account.legs, key=lambda leg: leg.unrealised)


def _largest_value(account: Account) -> Leg:
    return max(account.legs, key=lambda leg: leg.notional)


def _smallest_value(account: Account) -> Leg:
    return min(account.legs, key=lambda leg: leg.notional)


def _largest_maintenance(account: Account) -> Leg:
    return max(account.legs, key=account.trigger.needed)


def _largest_profit(account: Account) -> Leg:
    return max(account.legs, key=lambda leg: leg.unrealised)


ORDERS: dict[str, Choice] = {
    "largest loss first": _largest_loss,
    "largest value first": _largest_value,
    "smallest value first": _smallest_value,
    "largest maintenance first": _largest_maintenance,
    "largest profit first": _largest_profit,
}
"""Orders in which a venue might close the legs; the first is the simulated ladder's."""


def leg_first(contract: str) -> Choice:
    """Return the choice of one contract: all legs are offered at once and only this one finds a buyer."""

    def choose(account: Account) -> Leg:
        return next(leg for leg in account.legs if leg.contract.id == contract)

    return choose


def account_at(legs: Iterable[Leg], moment: Moment) -> Account:
    """Return the account at a moment, for an opening wallet of zero."""
    placed = tuple(
        replace(leg, contract=replace(leg.contract, mark_milli=moment.marks[leg.contract.id]))
        for leg in legs
    )
    return Account(wallet=moment.moved, legs=placed)


def needed(legs: Iterable[Leg], moment: Moment) -> int:
    """Return the smallest opening wallet that is safe at a moment, atoms.

    ``maintenance - unrealised - moved``; a wallet equal to it is safe, one atom less is touched.
    """
    return -account_at(legs, moment).surplus()


class AccountReplay:
    """An account of unknown opening wallet on a path of marks.

    Parameters
    ----------
    legs : sequence of Leg
        Held unchanged along the path; their own marks do not matter.
    path : sequence of Moment
        By time, one second apart.
    """

    def __init__(self, legs: Sequence[Leg], path: Sequence[Moment]) -> None:
        self.legs, self.path = tuple(legs), tuple(path)
        self.needs = tuple(needed(self.legs, moment) for moment in self.path)
        self._place = {moment.t: n for n, moment in enumerate(self.path)}

    def first_touched(self, start: int, end: int) -> Interval | None:
        """Return the opening wallets that are first touched in ``[start, end)``, seconds.

        Returns
        -------
        (int, int) or None
            ``[low, high)``: at least the most needed before ``start``, below the most needed inside. None when no wallet is
            touched there first, or when the path does not begin before ``start``.
        """
        at = [(moment.t, need) for moment, need in zip(self.path, self.needs, strict=True)]
        before = [need for t, need in at if t < start]
        inside = [need for t, need in at if start <= t < end]
        if not before or not inside:
            return None
        low, high = max(before), max(inside)
        return (low, high) if low < high else None

    def outcomes(
        self, start: int, end: int, choice: Choice, *, fee_ppb: int, pause: int
    ) -> Outcomes:
        """Return what an order of steps does with the opening wallets first touched in ``[start, end)``.

        Parameters
        ----------
        start, end : int
            Seconds.
        choice : callable
            The leg the first round closes, whole, at its mark.
        fee_ppb : int
            Clearance fee on the amount closed, ppb.
        pause : int
            Seconds until the second round, at which the rest is taken over if the account is still short.

        Returns
        -------
        Outcomes
            ``enough``, ``recovered`` and ``taken_over`` are disjoint and make up the interval of :meth:`first_touched`.
            Wallets whose second round lies beyond the path are in none.
        """
        found: dict[str, list[Interval]] = {name: [] for name in Outcomes.__slots__}
        most: int | None = None
        for n, (moment, need) in enumerate(zip(self.path, self.needs, strict=True)):
            if moment.t >= end:
                break
            later = self._place.get(moment.t + pause)
            if moment.t >= start and later is not None and most is not None and need > most:
                self._judge(n, later, choice, fee_ppb, (most, need), found)
            most = need if most is None else max(most, need)
        return Outcomes(**{name: tuple(_merged(parts)) for name, parts in found.items()})

    def closed_in_turn(
        self, start: int, end: int, choice: Choice, *, fee_ppb: int
    ) -> dict[int, tuple[Interval, ...]]:
        """Return how many legs are closed, one after another at the touch, until the margin is restored.

        Parameters
        ----------
        start, end : int
            Seconds.
        choice : callable
            The next leg to close, whole, at its mark, among those left.
        fee_ppb : int
            Clearance fee on each amount closed, ppb.

        Returns
        -------
        dict
            Opening wallets first touched in ``[start, end)`` by the number of legs closed; with all closed, also those that
            are left with less than nothing.
        """
        found: dict[int, list[Interval]] = {}
        most: int | None = None
        for moment, need in zip(self.path, self.needs, strict=True):
            if moment.t >= end:
                break
            if moment.t >= start and most is not None and need > most:
                self._close(moment, choice, fee_ppb, (most, need), found)
            most = need if most is None else max(most, need)
        return {count: tuple(_merged(parts)) for count, parts in sorted(found.items()) if parts}

    def _close(
        self,
        moment: Moment,
        choice: Choice,
        fee_ppb: int,
        touched: Interval,
        found: dict[int, list[Interval]],
    ) -> None:
        low, high = touched
        kept, realised = self.legs, 0
        while kept and low < high:
            closed = choice(account_at(kept, moment))
            kept = tuple(leg for leg in kept if not _same(leg, closed))
            realised += closed.unrealised - fee(closed.notional, fee_ppb)
            enough = max(low, needed(kept, moment) - realised) if kept else low
            _keep(found.setdefault(len(self.legs) - len(kept), []), enough, high)
            high = min(high, enough)

    def _judge(
        self,
        n: int,
        later: int,
        choice: Choice,
        fee_ppb: int,
        touched: Interval,
        found: dict[str, list[Interval]],
    ) -> None:
        # ``touched`` are the wallets first touched at moment n. The close at mark keeps equity and costs the fee.
        low, high = touched
        closed = choice(account_at(self.legs, self.path[n]))
        kept = [leg for leg in self.legs if not _same(leg, closed)]
        realised = closed.unrealised - fee(closed.notional, fee_ppb)
        first = needed(kept, self.path[n]) - realised
        second = needed(kept, self.path[later]) - realised
        nothing = -account_at(kept, self.path[later]).equity() - realised
        short = min(high, first)
        _keep(found["enough"], max(low, first), high)
        _keep(found["recovered"], max(low, second), short)
        _keep(found["taken_over"], low, min(short, second))
        _keep(found["bankrupt"], low, min(short, second, nothing))


def _same(leg: Leg, other: Leg) -> bool:
    # One leg at two marks; a contract has at most one leg a side.
    return (leg.contract.id, leg.pos > 0) == (other.contract.id, other.pos > 0)


def _keep(intervals: list[Interval], low: int, high: int) -> None:
    if low < high:
        intervals.append((low, high))


def span(intervals: Sequence[Interval]) -> Interval | None:
    """Return the lowest and highest ends of intervals, holes included; None of none."""
    return (intervals[0][0], intervals[-1][1]) if intervals else None


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged
