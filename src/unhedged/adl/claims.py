"""What winners are measured by, as columns, and closing in proportion to it.

From haircuts to lots: a paper takes money ``x`` from a winner, a venue closes lots. In one event all winners are closed at one
price, so each lot gives up the same amount, and lots in proportion to ``x`` take exactly the paper's money in the paper's
proportions. What a haircut formula calls a budget becomes the lots to close; nobody closes more than it holds.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.adl.shares import Integers, Numbers, parts_of, share_out

Winners = NDArray[Any]
"""Rows of the `winner` table; columns as in ``kernels.layout.cases.WINNER``."""
Lots = NDArray[np.int64]


def profit(winners: Winners) -> Integers:
    """Return each position's unrealised profit, atoms, 0 for a loss: the endowment of the papers."""
    return np.maximum(winners["unrealised"], 0)


def equity(winners: Winners) -> Integers:
    """Return each account's equity, atoms, 0 for less than nothing."""
    return np.maximum(winners["equity"], 0)


def account_profit(winners: Winners) -> Integers:
    """Return each account's unrealised profit over all its positions, atoms, 0 for a loss: what is junior to its wallet."""
    return np.maximum(winners["equity"] - winners["wallet"], 0)


def spare(winners: Winners) -> Integers:
    """Return the most an account can lose of a position's profit and keep its maintenance margin, atoms, >= 0."""
    free = winners["equity"] - winners["maintenance"]
    return np.maximum(np.minimum(profit(winners), free), 0)


def leverage(winners: Winners) -> NDArray[np.float64]:
    """Return notional over equity of each winner; 0 where equity is zero or less: nothing can be taken there (our choice)."""
    return _over_equity(winners, "notional")


def account_leverage(winners: Winners) -> NDArray[np.float64]:
    """Return notional of all positions over equity of each account; 0 where equity is zero or less (our choice)."""
    return _over_equity(winners, "account_notional")


def given_up(winners: Winners, lots: Integers) -> Integers:
    """Return what each gives up when ``lots`` of it, > 0, are closed at the price of the ADL instead of at mark.

    Atoms, rounded down twice (lots to value, value to loss); negative where that price is the better one for it.
    """
    mark = np.maximum(1, winners["mark_milli"])
    whole = np.array_equal(lots, winners["qty"])
    held = np.maximum(1, winners["qty"])
    value = winners["notional"] if whole else parts_of(winners["notional"], lots, held)
    side = 2 * winners["long"] - 1
    return parts_of(value, side * (mark - winners["px_milli"]), mark)


def given_up_per_lot(winners: Winners) -> float:
    """Return the atoms that a lot gives up in an event, the same for all: by the largest position, 0 where it gains."""
    if not winners["qty"].any():
        return 0.0
    largest = int(np.argmax(winners["qty"]))
    one = winners[largest : largest + 1]
    return max(0.0, float(given_up(one, one["qty"])[0]) / float(one["qty"][0]))


def lots_worth(winners: Winners, atoms: Integers) -> Lots:
    """Return how many lots of each can be closed until it gives up ``atoms`` >= 0, rounded down, at most what it holds.

    All it holds where the price of the ADL is no worse for it than mark.
    """
    whole = given_up(winners, winners["qty"])
    lots = parts_of(winners["qty"], np.minimum(atoms, np.maximum(whole, 0)), np.maximum(whole, 1))
    return np.where(whole > 0, lots, winners["qty"])


def _over_equity(winners: Winners, column: str) -> NDArray[np.float64]:
    owned = winners["equity"]
    return np.divide(winners[column], owned, out=np.zeros(len(winners)), where=owned > 0)


def ties(winners: Winners) -> tuple[Integers, Integers, Integers]:
    """Return the keys that order equals: the larger position, then the lower account row, then the lower position row."""
    return -winners["qty"], winners["account"], winners["position"]


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
    return close_rest(winners, lots, closes)


def close_rest(winners: Winners, lots: int, closes: Lots) -> Lots:
    """Return ``closes`` and, in proportion to what they leave of the positions, as many more as ``lots`` asks for."""
    left = lots - int(closes.sum())
    if left <= 0:
        return closes
    rest = winners["qty"] - closes
    return closes + share_out(left, rest, rest, ties(winners))
