"""Exact min-max: the allocation in whole lots whose largest haircut of equity is the smallest possible.

In one event each lot gives up the same amount, so the haircut of a winner is its lots over its equity. In real numbers the answer is
equity pro-rata, water-filled; in whole lots the next lot goes where ``(closed + 1) / equity`` is least.

    the level in real numbers ─▶ the last whole level below the answer ─▶ the lots between the two, by the level each needs
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.adl.claims import Lots, Winners, close_in_proportion, equity, ties
from unhedged.adl.shares import Integers, divided, fill, first_rows, whole_weights
from unhedged.kernels.compiled import entry

_NEAR = 2.0**-40  # far more than the roundings of the quotients compared


def min_max(winners: Winners, lots: int) -> Lots:
    """Return lots per winner with the smallest possible largest haircut of equity.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``qty``, ``equity``, ``account`` and ``position`` are used. Equities count exactly as long as they sum to
        less than 2^60 atoms; beyond that they lose their last bits together.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        No other allocation has a smaller largest ``lots / equity``, nor, that one set aside, a smaller next one. Equal haircuts are
        ordered as in `ties`. Accounts with nothing close only when all others are closed whole, in proportion to size.

    Notes
    -----
    The lots closed are those that need the lowest levels: the ``k``-th lot of an account needs ``k / equity``. The last whole
    multiple of one over the sum of equities below the answer is searched for, O(n log n); the lots above it are compared as
    fractions where floats do not tell them apart.
    Theory: monotone in equity, scale invariant and indifferent to splitting, in whole lots up to one for each account in the
    list: rounding down costs small accounts nothing, and what it leaves goes to large ones.

    Source: the optimum that Chitra, arXiv 2512.01112 v3, approximates by an integer programme; the algorithm is ours.
    """
    owned = whole_weights(equity(winners))
    held = np.ascontiguousarray(winners["qty"])
    if lots >= int(held[owned > 0].sum()):
        return close_in_proportion(winners, lots, owned)
    closes = np.zeros(len(held), np.int64)
    rows, rests = np.empty_like(closes), np.empty_like(closes)
    rows = rows[: fill(closes, lots, owned, held, rows, rests)]
    if len(rows) == 0 or int(closes.sum()) == lots:
        return closes
    due = lots - int(closes.sum()) + int(closes[rows].sum())
    closes[rows] = _lowest_levels(due, owned[rows], held[rows], ties(winners), rows)
    return closes


def _lowest_levels(
    due: int, owned: Integers, held: Integers, keys: tuple[Integers, ...], rows: Integers
) -> Lots:
    # The `due` lots of lowest level, nobody above what it holds; equals by the keys of their `rows`.
    total = int(owned.sum())
    closes, rests = np.empty_like(held), np.empty_like(held)
    low, high = due, due + len(owned)
    while at_level(high, owned, held, total, closes, rests) < due:
        high += high - low
    tried, level = 0, low
    while high - low > 1:
        # A level more is a lot more on average: go where that leads, every third time to the middle.
        missing = due - at_level(level, owned, held, total, closes, rests)
        low, high = (level, high) if missing > 0 else (low, level)
        tried, level = tried + 1, level + missing
        if tried % 3 == 0 or not low < level < high:
            level = (low + high) // 2
    at_level(high, owned, held, total, closes, rests)
    above = closes.copy()
    more = due - at_level(low, owned, held, total, closes, rests)
    gaining = np.flatnonzero(above > closes)  # by one lot each: nobody owns more than the total
    first = _lowest(total - rests[gaining], owned[gaining], more, keys, rows[gaining])
    closes[gaining[first]] += 1
    return closes


@entry("int64(int64, Given, Given, int64, Integers, Integers)")
def at_level(level: int, owned: Any, held: Any, total: int, lots: Any, rests: Any) -> int:
    """Write the lots of each at ``level / total`` and the remainders over ``total``; return the sum of the lots.

    Parameters
    ----------
    level, total : int
        From 0 below 2^62; above 0 below 2^60.
    owned, held : array of int64
        Equities, each at most ``total``; lots that can be closed.
    lots, rests : array of int64
        Written: ``min(held, floor(level * owned / total))`` and what that division leaves.
    """
    closed = 0
    for n in range(len(lots)):
        found, rest = divided(level, owned[n], total)
        lots[n] = min(found, held[n])
        rests[n] = rest
        closed += lots[n]
    return closed


def _lowest(
    above: Integers, below: Integers, count: int, keys: tuple[Integers, ...], rows: Integers
) -> NDArray[np.bool_]:
    # Which `count` of the fractions above / below are lowest; equals by the keys of their rows.
    ratios = above / below
    edge = np.partition(ratios, count - 1)[count - 1]
    chosen: NDArray[np.bool_] = ratios < edge * (1.0 - _NEAR)
    near = np.flatnonzero(~chosen & (ratios <= edge * (1.0 + _NEAR)))
    pairs, place = np.unique(np.stack([above[near], below[near]]), axis=1, return_inverse=True)
    exact = [Fraction(int(a), int(b)) for a, b in pairs.T]
    order = {ratio: rank for rank, ratio in enumerate(sorted(set(exact)))}
    ranks = np.array([order[ratio] for ratio in exact], np.int64)[place]
    left = count - int(np.count_nonzero(chosen))
    chosen[near[first_rows(ranks, left, keys, rows[near])]] = True
    return chosen
