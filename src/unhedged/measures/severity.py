"""What a deleveraging needed, what it took, and the difference: needs, severity, overshoot.

Amounts are dollars or any other one unit of money. *Needed* speaks of prices, *true need* of accounts: where winners are closed at
the previous mark, the gap between mark and price is the last move of the mark, and says nothing of what the loser could not pay.

Source of the definitions: Chitra, Autodeleveraging: Impossibilities and Optimization, arXiv 2512.01112 v3, and the code published
with it (pluriholonomic/autodeleveraging-analysis); where paper and code differ both are given. True need is ours.
"""

import numpy as np
from numpy.typing import ArrayLike

from unhedged.measures.columns import Column, columns, ratio


def needed_signed(closed: ArrayLike, mark: ArrayLike, price: ArrayLike) -> Column:
    """Return what each close took from its winner at mark: ``closed * (mark - price)``.

    Parameters
    ----------
    closed : array_like, shape (closes,)
        Size closed of the winner's position, units of the asset: above zero when a long is closed, below when a short is.
    mark, price : array_like, shape (closes,)
        Mark at that moment, and price of the close; dollars.

    Returns
    -------
    array of float64
        Dollars. Below zero where the close was better than mark for the winner.

    Notes
    -----
    Source: arXiv 2512.01112 v3, ``N = b (mark - exec) q`` with b = +1 for a long being closed.
    """
    size, at_mark, at_price = columns(closed=closed, mark=mark, price=price)
    return size * (at_mark - at_price)


def needed_absolute(closed: ArrayLike, mark: ArrayLike, price: ArrayLike) -> Column:
    """Return the absolute values of `needed_signed`: as the published table has it.

    A close that was better than mark for its winner counts as a need here. That is a defect of the published form, kept to
    reproduce it; `needed_signed` is the corrected one.
    """
    return np.abs(needed_signed(closed, mark, price))


def true_need(
    equity: ArrayLike, pos: ArrayLike, mark: ArrayLike, price: ArrayLike | None = None
) -> Column:
    """Return what each loser cannot pay with its position valued at ``price``, at mark when left out; never negative.

    Parameters
    ----------
    equity : array_like, shape (losers,)
        Of the loser at mark before the close, dollars.
    pos : array_like, shape (losers,)
        Its position that is closed, units of the asset, signed.
    mark, price : array_like, shape (losers,)
        Mark then, and the venue's ADL price; dollars.

    Returns
    -------
    array of float64
        ``max(0, -(equity + pos * (price - mark)))``, dollars. Equity of exactly zero needs nothing.

    Notes
    -----
    Where the close brings exactly what lacks, the need at the ADL price is zero and the need at mark is what winners gave up:
    need at mark = given up through the price + need at the ADL price, as long as the loser is below zero at both. So what was taken
    and what was needed must be valued at one price to be compared.
    """
    owned, size, at_mark = columns(equity=equity, pos=pos, mark=mark)
    (at_price,) = columns(price=mark if price is None else price)
    return np.maximum(0.0, -(owned + size * (at_price - at_mark)))


def residual(deficit: float, fund: float) -> float:
    """Return what of ``deficit`` a fund of ``fund`` cannot pay, never negative: what starts an ADL.

    Source: arXiv 2512.01112 v3, ``R = (D - IF)+``.
    """
    return max(0.0, deficit - fund)


def severity(budget: float, deficit: float) -> float:
    """Return the part of a deficit that winners carry, 0 to 1; nan without a deficit.

    With what was removed it is the severity the venue chose (``H/D``), with what was needed the one that would have done (``B/D``).
    Source: arXiv 2512.01112 v3, severity theta in [0, 1]; cut to that range as in the code.
    """
    return float(np.clip(ratio(budget, deficit), 0.0, 1.0)) if deficit != 0 else float("nan")


def overshoot(removed: float, needed: float) -> float:
    """Return how much more was removed than needed, below zero where less was."""
    return removed - needed


def overshoot_relative(removed: float, needed: float) -> float:
    """Return the overshoot as a part of what was needed; nan when nothing was needed nor removed, infinity when only removed."""
    return ratio(removed - needed, needed)


def overshoot_regret(budget: float, needed: float) -> float:
    """Return ``|budget - needed|``: how far a policy's budget was from what was needed, either way.

    Source: arXiv 2512.01112 v3 and 2602.15182, the tracking part of the loss.
    """
    return abs(budget - needed)


def least_removal_feasible(deficit: float, endowments: ArrayLike) -> float:
    """Return the smallest amount that could have settled the round: the deficit, or all endowments where those are less.

    Source: arXiv 2512.01112 v2, ``H* = min(D, U)`` with U the sum of positive profits. Version 3 takes the needed budget itself,
    the sum of `needed_absolute`, for ``H*``; the two are reported side by side.
    """
    (owned,) = columns(endowments=endowments)
    return float(min(deficit, np.maximum(owned, 0.0).sum()))
