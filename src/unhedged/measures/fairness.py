"""How far an allocation is from the fairest one, and how those who were closed behaved afterwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from unhedged.measures.columns import Column, columns, ratio
from unhedged.measures.haircuts import haircuts, quantile
from unhedged.vocab.errors import DataError

SLACK = 1e-12
"""Rounding allowed between a budget and the sum of what may be taken, relative."""


def min_max_haircut(endowments: ArrayLike, equity: ArrayLike, budget: float) -> float:
    """Return the smallest possible largest haircut of equity, M*, when ``budget`` is taken from profits.

    Parameters
    ----------
    endowments : array_like, shape (winners,)
        Positive profits, dollars, >= 0: nobody gives up more.
    equity : array_like, shape (winners,)
        Dollars. Who has none can give nothing: no share of it would pay.
    budget : float
        To be taken in all, dollars, >= 0.

    Returns
    -------
    float
        M* of the linear programme ``min M, sum x = budget, 0 <= x <= w, x <= M e``; 0 for a budget of 0.

    Raises
    ------
    DataError
        The budget is more than all who have equity have gained.

    Notes
    -----
    ``x = min(w, M e)`` takes the most a level M allows, so M* is the level at which that sum is the budget. The sum is linear
    between the ratios ``w / e``; they are sorted and the level found between two of them: O(n log n), exact up to rounding.
    Source: equity water-filling, the optimum that the published "min-max" column does not reach (a greedy fallback).
    """
    (owned,) = columns(endowments=endowments, least=0.0)
    _, stake = columns(endowments=owned, equity=equity)
    able = (stake > 0) & (owned > 0)
    owned, stake = owned[able], stake[able]
    total = float(owned.sum())
    if budget > total * (1 + SLACK):
        raise DataError(
            f"A budget of {budget:,.2f} is more than the {total:,.2f} that winners with equity have gained.",
            hint="Take the smaller of the deficit and that sum.",
        )
    if budget <= 0:
        return 0.0
    order = np.argsort(owned / stake, kind="stable")
    owned, stake = owned[order], stake[order]
    level = owned / stake
    given = np.cumsum(owned) - owned  # by those who give all they have gained before this one does
    open_stake = np.cumsum(stake[::-1])[::-1]  # of this one and those after it
    at = int(np.searchsorted(given + level * open_stake, min(budget, total)))
    at = min(at, len(level) - 1)
    return float(min(level[at], (budget - given[at]) / open_stake[at]))


def min_max_allocation(endowments: ArrayLike, equity: ArrayLike, budget: float) -> Column:
    """Return what each winner gives under the smallest possible largest haircut: ``min(w, M* e)``; arguments as `min_max_haircut`."""
    level = min_max_haircut(endowments, equity, budget)
    owned, stake = columns(endowments=endowments, equity=equity)
    return np.minimum(owned, level * np.maximum(0.0, stake))


def fairness_regret(
    taken: ArrayLike, endowments: ArrayLike, equity: ArrayLike, *, needed: float
) -> float:
    """Return ``|largest haircut of equity - M*|`` times what was needed, dollars.

    Parameters
    ----------
    taken, endowments, equity : array_like, shape (winners,)
        Dollars, >= 0 the first two.
    needed : float
        Budget of the optimum, dollars; cut to what winners with equity have gained.

    Notes
    -----
    Infinite when something was taken from an account without equity; 0 when nothing was needed.
    Source: arXiv 2512.01112 v3; there against the greedy fallback, here against the optimum of `min_max_haircut`.
    """
    owned, stake = columns(endowments=endowments, equity=equity)
    budget = min(needed, float(owned[stake > 0].sum()))
    if needed == 0:
        return 0.0
    largest = float(haircuts(taken, equity).max(initial=0.0))
    return abs(largest - min_max_haircut(owned, stake, budget)) * needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Equity over profit of winners: how much of what they own the event has just given them."""

    trimmed_mean: float
    median: float
    p10: float
    p90: float


def equity_over_profit(equity: ArrayLike, endowments: ArrayLike, *, trim: float) -> Ratios:
    """Return the distribution of equity over positive profit; winners without profit are left out, nan when all are.

    Parameters
    ----------
    equity, endowments : array_like, shape (winners,)
        Dollars.
    trim : float
        Part of the winners left out of the mean at each end, 0 to below 0.5. The source trims without saying how much.

    Notes
    -----
    Quantiles are observed values (`quantile`). Source: arXiv 2512.01112 v3, E/U of 17,771 winners.
    """
    owned, gained = columns(equity=equity, endowments=endowments)
    ratios = np.sort(owned[gained > 0] / gained[gained > 0])
    if len(ratios) == 0:
        return Ratios(**dict.fromkeys(("trimmed_mean", "median", "p10", "p90"), float("nan")))
    cut = int(trim * len(ratios))
    return Ratios(
        trimmed_mean=float(ratios[cut : len(ratios) - cut].mean()),
        median=quantile(ratios, 0.5),
        p10=quantile(ratios, 0.1),
        p90=quantile(ratios, 0.9),
    )


def undo_fraction(closed: float, since: ArrayLike) -> float:
    """Return the part of a close that its owner traded back afterwards, 0 to 1.

    Parameters
    ----------
    closed : float
        Signed change of the winner's position by the close, units of the asset.
    since : array_like, shape (trades,)
        Signed changes by the owner's own trades within the horizon; those in the direction of the close do not count.

    Returns
    -------
    float
        ``min(|closed|, sum of opposite trades) / |closed|``; nan when nothing was closed.

    Notes
    -----
    Source: arXiv 2512.01112 v3, over 5, 60 and 300 seconds.
    """
    (trades,) = columns(since=since)
    back = float(np.abs(trades[trades * np.sign(closed) < 0]).sum())
    return ratio(min(abs(closed), back), abs(closed))
