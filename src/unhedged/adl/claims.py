"""What winners are measured by, as columns, and closing in proportion to it.

From haircuts to lots: a paper takes money ``x`` from a winner, a venue closes lots. In one event all winners are closed at one
price, so each lot gives up the same amount, and lots in proportion to ``x`` take exactly the paper's money in the paper's
proportions. What a haircut formula calls a budget becomes the lots to close; nobody closes more than it holds.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.adl.shares import Integers, Numbers, share_out

Winners = NDArray[Any]
"""Rows of the `winner` table; columns as in ``kernels.layout.cases.WINNER``."""
Lots = NDArray[np.int64]


def profit(winners: Winners) -> Integers:
    """Return each position's unrealised profit, atoms, 0 for a loss: the endowment of the papers."""
    return np.maximum(winners["unrealised"], 0)


def equity(winners: Winners) -> Integers:
    """Return each account's equity, atoms, 0 for less than nothing."""
    return np.maximum(winners["equity"], 0)


def leverage(winners: Winners) -> NDArray[np.float64]:
    """Return notional over equity of each winner; 0 where equity is zero or less: nothing can be taken there (our choice)."""
    owned = winners["equity"]
    return np.divide(winners["notional"], owned, out=np.zeros(len(winners)), where=owned > 0)


def given_up(winners: Winners) -> NDArray[np.float64]:
    """Return the atoms that each winner gives up for a lot closed at the price of the ADL instead of at mark.

    Negative where that price is the better one for it.
    """
    side = 2.0 * winners["long"] - 1.0
    marked = winners["notional"] / winners["qty"]
    mark = np.maximum(1, winners["mark_milli"])
    return side * marked * ((mark - winners["px_milli"]) / mark)


def ties(winners: Winners) -> tuple[Integers, Integers, Integers]:
    """Return the keys that order equals: the larger position, then the lower account row, then the lower position row."""
    return (
        -winners["qty"],
        winners["account"].astype(np.int64),
        winners["position"].astype(np.int64),
    )


def close_in_proportion(
    winners: Winners, lots: int, weights: Numbers, limits: Integers | None = None
) -> Lots:
    """Return lots per winner in proportion to ``weights``, by largest remainder, no more than ``limits`` as long as that works.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``qty``, ``account`` and ``position`` are used.
    lots : int
        Lots to close, > 0.
    weights : array of int64 or float64
        Claims, >= 0, as in `share_out`.
    limits : array of int64, optional
        Most lots of each; what it holds when left out, and never more.

    Returns
    -------
    array of int64
        They sum to the smaller of ``lots`` and what the winners hold. When the weighted ones are at their limits, the others go up
        to theirs in proportion to them; when all are, the rest is closed in proportion to what is left of the positions, since
        lots cannot stay open.
    """
    held = np.ascontiguousarray(winners["qty"])
    keys = ties(winners)
    most = held if limits is None else np.minimum(limits, held)
    closes = share_out(lots, weights, most, keys)
    rest = min(lots, int(held.sum())) - int(closes.sum())
    if rest > 0:
        closes += share_out(rest, held - closes, held - closes, keys)
    return closes
