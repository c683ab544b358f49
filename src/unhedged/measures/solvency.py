"""Whether a venue could pay: deficits counted once, funds that cover them, and money that neither comes nor goes.

Amounts are dollars unless a parameter says atoms. Equity of exactly zero is no deficit.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unhedged.measures.columns import codes, columns, ratio
from unhedged.measures.haircuts import quantile
from unhedged.vocab.errors import DataError

ROUNDING = 1e-9
"""Slack in ``(1 - level) n``: a product of floats that should be a whole number may miss it by less."""


def waves(t_ns: ArrayLike, gap_ns: int) -> NDArray[np.int64]:
    """Return the wave each event belongs to, from 0 in the order of time.

    Parameters
    ----------
    t_ns : array_like of int, shape (events,)
        Nanoseconds, in any order.
    gap_ns : int
        A wave goes on while the next event is at most this much later; a longer gap begins another.

    Notes
    -----
    Source: arXiv 2512.01112 v3, gaps above 5 seconds over all contracts; the gap is a parameter.
    """
    times = np.asarray(t_ns, np.int64)
    order = np.argsort(times, kind="stable")
    number = np.zeros(len(times), np.int64)
    number[order[1:]] = np.cumsum(np.diff(times[order]) > gap_ns)
    return number


def deficit(account: ArrayLike, equity: ArrayLike) -> float:
    """Return the deficit of an event, every account counted once: the sum of ``max(0, -least equity)`` over accounts.

    Parameters
    ----------
    account : array_like, shape (rows,)
        Whose equity it is; any sortable entry, repeated as often as the account was seen.
    equity : array_like, shape (rows,)
        Of that account after its last fill of a wave or contract, dollars.

    Notes
    -----
    Summing a row for each wave or contract counts one loss again wherever a stale state of its account is repeated: the
    published $100.06M of 10 October 2025 has one loss nine times. `deficit_by_wave` gives that sum.
    """
    (owned,) = columns(equity=equity)
    who, count = codes("account", account, len(owned))
    least = np.zeros(count)
    np.minimum.at(least, who, owned)
    return float(-least.sum())


def deficit_by_wave(wave: ArrayLike, account: ArrayLike, equity: ArrayLike) -> NDArray[np.float64]:
    """Return the deficit of each wave, in order, an account counted once in each; arguments as `deficit`.

    Their sum is at least the deficit of the event.
    """
    (owned,) = columns(equity=equity)
    when, number = codes("wave", wave, len(owned))
    accounts = np.asarray(account)
    codes("account", accounts, len(owned))
    return np.array([deficit(accounts[when == n], owned[when == n]) for n in range(number)])


def new_deficits(account: ArrayLike, before: ArrayLike, after: ArrayLike) -> NDArray[np.float64]:
    """Return the deficit each close of a loser found that the one before it had not left behind, dollars.

    Parameters
    ----------
    account : array_like, shape (closes,)
        The loser; any sortable entry. Closes in the order in which they happened.
    before, after : array_like, shape (closes,)
        Its equity at mark before and after the close, dollars.

    Returns
    -------
    array of float64, shape (closes,)
        ``max(0, short before - short after the account's previous close)`` with short the negative part of equity; before the
        first close nothing was left behind. So a vault that stays below zero is not counted again each time it is looked at.
    """
    found, left = (np.maximum(0.0, -x) for x in columns(before=before, after=after))
    who, _ = codes("account", account, len(found))
    order = np.argsort(who, kind="stable")
    behind = np.zeros(len(found))
    same = who[order[1:]] == who[order[:-1]]
    behind[order[1:]] = np.where(same, left[order[:-1]], 0.0)
    return np.maximum(0.0, found - behind)


def coverage(fund: float, deficit: float) -> float:
    """Return how often a fund could have paid a deficit; without one infinite, and nan when the fund is empty too."""
    return ratio(fund, deficit)


def drawdown(balance: ArrayLike) -> float:
    """Return the largest fall of a balance from an earlier peak, as a fraction of that peak.

    Parameters
    ----------
    balance : array_like, shape (instants,)
        Equity of a fund or vault in order of time, dollars.

    Returns
    -------
    float
        0 when it never fell; above 1 when it went below zero; peaks of zero or less are no measure and are left out; nan when
        there is no other.
    """
    (owned,) = columns(balance=balance)
    peak = np.maximum.accumulate(owned) if len(owned) else owned
    after = peak > 0
    if not after.any():
        return float("nan")
    return float((1.0 - owned[after] / peak[after]).max())


def socialised_ratio(removed: float, open_interest: float) -> float:
    """Return what was removed from winners as a fraction of open interest at mark; nan when both are zero."""
    return ratio(removed, open_interest)


def fund_to_hold(losses: ArrayLike, *, capital_cost: float, franchise_loss: float) -> float:
    """Return the best size of a fund, ``K* = VaR at 1 - r / kappa`` of the deficits, dollars.

    Parameters
    ----------
    losses : array_like, shape (outcomes,)
        Deficit of each outcome, dollars, equally likely.
    capital_cost : float
        Cost of holding a dollar in the fund over the same time, > 0.
    franchise_loss : float
        Business lost for each dollar winners have to carry.

    Returns
    -------
    float
        Smallest observed deficit that at least that part of outcomes do not exceed; 0 when a dollar held costs as much as one
        passed on loses, or more; nan without outcomes.

    Notes
    -----
    Source: newsvendor problem; arXiv 2512.01112 v3.
    """
    (values,) = columns(losses=losses, least=0.0)
    if not capital_cost > 0:
        raise DataError(
            f"capital_cost is {capital_cost}.", hint="Give what a dollar held costs, above 0."
        )
    if capital_cost >= franchise_loss:
        return 0.0
    return quantile(values, 1.0 - capital_cost / franchise_loss)


def expected_shortfall(losses: ArrayLike, level: float = 0.99) -> float:
    """Return the mean of the worst ``1 - level`` of losses, dollars; nan of none.

    Notes
    -----
    Where that part is not a whole number of outcomes, the last counts in part. Source: Acerbi and Tasche, Journal of Banking &
    Finance 26 (2002) 1487.
    """
    (values,) = columns(losses=losses)
    if not 0 <= level < 1:
        raise DataError(f"level is {level}; at least 0 and below 1 is allowed.")
    worst = (1.0 - level) * len(values)
    if len(values) == 0:
        return float("nan")
    whole = int(np.floor(worst + ROUNDING))
    ordered = np.sort(values)[::-1]
    part = max(0.0, worst - whole)
    rest = part * ordered[whole] if whole < len(ordered) else 0.0
    return float((ordered[:whole].sum() + rest) / worst)


def imbalance(equities: Sequence[int], *, brought: int, taken: int, fees: int) -> int:
    """Return what all equities have more than was left in, atoms: 0 unless money was made or lost.

    Parameters
    ----------
    equities : sequence of int
        Of every account, atoms, at one mark per contract; accounts of the venue that count as ``fees`` left out.
    brought, taken, fees : int
        Deposits, withdrawals and what accounts have paid to the venue, atoms.

    Notes
    -----
    Exact: sums are Python's integers. Positions of a contract sum to zero, so marks cancel up to one atom of rounding an
    open position; with cash in place of equity the sum is zero exactly.
    """
    return sum(int(owned) for owned in equities) - (int(brought) - int(taken) - int(fees))
