"""The queue as an allocation: the highest score closes all it has, then the next, the last one partly.

The compiled loop does the same from a heap (``kernels.ranking``); this is its plain form, for policies in Python, for
replaying a recorded list, and for comparing the two.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from unhedged.adl.contract import Lots, Winners


def queue_order(winners: Winners, scores: Any) -> Lots:
    """Return the rows of ``winners`` in the order they are closed.

    Highest score first; ties: larger position, then lower account row, then lower position row.
    """
    order = np.lexsort(
        (winners["position"], winners["account"], -winners["qty"], -np.asarray(scores, np.float64))
    )
    return order.astype(np.int64)


def allocate_queue(winners: Winners, lots: int, scores: Any) -> Lots:
    """Return lots per winner when whole positions are closed in `queue_order` until ``lots`` are found."""
    order = queue_order(winners, scores)
    held = winners["qty"][order]
    before = np.cumsum(held) - held
    closes = np.zeros(len(winners), np.int64)
    closes[order] = np.clip(lots - before, 0, held)
    return closes


def queue_policy(score: Callable[[Any], float]) -> Callable[[Winners, int], Lots]:
    """Return the allocation that queues winners by ``score``, a plain function of one winner's row."""

    def allocate(winners: Winners, lots: int) -> Lots:
        return allocate_queue(winners, lots, [score(one) for one in winners])

    return allocate
