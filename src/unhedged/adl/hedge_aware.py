"""Hedge-aware: among equal claims, unhedged profit is closed before hedged profit.

A lot that offsets spot or another contract of its owner is one leg of a position without risk: closed, it leaves the owner exposed
and the market with one more order. What is hedged is what the venue itself can see (``winner.hedge``).
"""

import numpy as np

from unhedged.adl.claims import Lots, Winners, close_rest, profit, ties
from unhedged.adl.shares import Integers, parts_of, share_out


def hedged_lots(winners: Winners) -> Integers:
    """Return how many lots of each position offset what the venue can see, rounded down."""
    return parts_of(winners["qty"], winners["hedge"], np.maximum(1, winners["notional"]))


def hedge_aware(winners: Winners, lots: int) -> Lots:
    """Return lots per winner: first unhedged lots in profit, then hedged lots in profit, then the rest.

    Parameters
    ----------
    winners : structured array
        Rows of `winner`; ``unrealised``, ``notional`` and ``hedge`` are used as well.
    lots : int
        Lots to close, > 0.

    Returns
    -------
    array of int64
        Within each class lots are shared in proportion to the profit that lies on it, by largest remainder, and nobody closes
        more than it holds there; lots without profit in proportion to size. O(n).

    Notes
    -----
    With no hedge in sight it is profit pro-rata. Splitting an account changes nothing as long as its parts stay with one owner, for
    whom hedges are added up; a part under another owner loses sight of the hedge, so it is closed earlier, not later.
    Others pay for it: what is spared on hedged lots is closed on unhedged ones. How much, measures say.

    Source: ours.
    """
    keys = ties(winners)
    gain, held = profit(winners), np.ascontiguousarray(winners["qty"])
    hedged = hedged_lots(winners)
    closes = np.zeros(len(winners), np.int64)
    for part in (held - hedged, hedged):
        limits = np.where(gain > 0, part, 0)
        left = min(lots - int(closes.sum()), int(limits.sum()))
        closes += share_out(left, gain * (part / np.maximum(1, held)), limits, keys)
    return close_rest(winners, lots, closes)
