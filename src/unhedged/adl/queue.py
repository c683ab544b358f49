"""The queue as an allocation: the highest score closes all it has, then the next, the last one partly.

The compiled loop does the same from a heap (``kernels.ranking``); this is its form for whole lists, for policies in Python, for
replaying a recorded list, and for comparing the two. Nothing is sorted: the list is cut at one score after the other until those
that hold the last lot are left, so 400,000 winners cost a few passes.

Source: mechanics of each venue, see ``rules.adl_score``. Theory: monotone in the score; scale invariant where the score is; not
Sybil resistant (Chitra, arXiv 2512.01112 v3): a score that grows with size is lowered by splitting.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types

from unhedged.adl.claims import Lots, Winners, ties
from unhedged.adl.scores import score_column
from unhedged.adl.shares import Integers
from unhedged.kernels.compiled import ByAddress, entry, name_type

name_type("Edge", types.UniTuple(types.int64, 2))


def queue_order(winners: Winners, scores: Any) -> Lots:
    """Return the rows of ``winners`` in the order they are closed.

    Highest score first; ties: larger position, then lower account row, then lower position row.
    """
    keys = (*ties(winners)[::-1], -np.asarray(scores, np.float64))
    return np.lexsort(keys).astype(np.int64)


def allocate_queue(
    winners: Winners, lots: int, scores: Any, limits: Integers | None = None
) -> Lots:
    """Return lots per winner when whole positions are closed in `queue_order` until ``lots`` are found.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``qty`` (below 2^53), ``account`` and ``position`` are used.
    lots : int
        Lots to close, > 0.
    scores : array of float64
        One for each winner; what is not a number ranks last.
    limits : array of int64, optional
        Most lots of each; what it holds when left out.

    Returns
    -------
    array of int64
        Sums to the smaller of ``lots`` and the sum of the limits. O(n) on average.
    """
    most = winners["qty"] if limits is None else limits
    closes = np.zeros(len(winners), np.int64)
    rows, left = np.arange(len(winners)), lots
    key = -np.asarray(scores, np.float64)
    for tie in range(4):
        count, left = close_before(closes, key, most[rows], rows, left)
        rows = rows[:count]
        if count <= 1 or tie == 3:
            break
        key = ties(winners[rows])[tie].astype(np.float64)
    held = most[rows]
    closes[rows] = np.clip(left - (np.cumsum(held) - held), 0, held)
    return closes


@entry("Edge(Integers, Floats, Integers, Integers, int64)")
def close_before(closes: Any, keys: Any, held: Any, rows: Any, left: int) -> Any:
    """Close whole, in ``closes``, all whose key lies before the one that holds the last of ``left`` lots.

    Parameters
    ----------
    closes : array of int64
        By row; written for those that are closed whole.
    keys, held, rows : arrays of float64, int64, int64
        Smallest key first, lots, row; used up on the way.
    left : int
        Lots to close, > 0.

    Returns
    -------
    tuple of two int64
        How many have the key at which the last lot lies, first in ``rows`` afterwards, in the order they had, and how many lots
        those close together. None, when all are closed whole.
    """
    count = len(rows)
    at = 0
    for n in range(count):
        if np.isnan(keys[n]):
            keys[n] = np.inf
    while count > 0:
        at = (at * 48271 + 11) % 2147483647  # anywhere, so that no order of the list is a bad one
        a, b, c = keys[at % count], keys[at * 3 % count], keys[at * 7 % count]
        middle = max(min(a, b), min(max(a, b), c))
        before, up_to = 0, 0
        for n in range(count):
            before += held[n] if keys[n] < middle else 0
            up_to += held[n] if keys[n] <= middle else 0
        # Where the edge lies: before the middle, at it, or after it.
        edge = -1 if before >= left else 0 if up_to >= left else 1
        kept = 0
        for n in range(count):
            side = (keys[n] > middle) - (keys[n] < middle)
            if side == edge:
                keys[kept], held[kept], rows[kept] = keys[n], held[n], rows[n]
                kept += 1
            elif side < edge:
                closes[rows[n]] = held[n]
        count = kept
        if edge == 0:
            return count, left - before
        if edge > 0:
            left -= up_to
    return 0, 0


def queue_policy(score: "Callable[[Any], float] | ByAddress") -> Callable[[Winners, int], Lots]:
    """Return the allocation that queues winners by ``score``: a compiled one, or a plain function of one winner's row."""

    def allocate(winners: Winners, lots: int) -> Lots:
        if isinstance(score, ByAddress):
            return allocate_queue(winners, lots, score_column(winners, score))
        return allocate_queue(winners, lots, [score(one) for one in winners])

    return allocate


def largest_first(winners: Winners, lots: int) -> Lots:
    """Return lots per winner when the largest positions are closed whole, one after the other.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; only ``qty``, ``account`` and ``position`` are used.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        As in `allocate_queue`; equal positions in order of accounts.

    Notes
    -----
    The fewest accounts are touched, and splitting an account is what escapes it: a yardstick, no venue's rule.

    Source: ours.
    """
    return allocate_queue(winners, lots, winners["qty"])
