"""The best winner left beside the losers: how much profit one account keeps while others go unpaid.

Notation of the source: endowments ``w`` (positive profits), amounts taken ``x``, deficit ``D``, budget ``B = sum x``, severity
``theta``, largest deficit ``delta``. The paper divides by the budget the severity stands for, its code by what is still unpaid; they
are different numbers and both are given.

Source: Chitra, arXiv 2512.01112 v3 (profit-to-solvency ratio PTSR, profit-to-maximum-deficit ratio PMR, and the normalised RD-NSE of
the code). A ratio to nothing is infinite when profit is left and nan when none is.
"""

import numpy as np
from numpy.typing import ArrayLike

from unhedged.measures.columns import columns, ratio


def top_survivor(endowments: ArrayLike, taken: ArrayLike) -> float:
    """Return the largest profit left to one winner, ``max(w - x)``, at least 0 and 0 when there is nobody; dollars."""
    owned, gone = columns(endowments=endowments, taken=taken)
    return float(np.maximum(0.0, owned - gone).max(initial=0.0))


def unpaid(deficit: float, budget: float) -> float:
    """Return what of the deficit the budget leaves unpaid, never negative; dollars."""
    return max(0.0, deficit - budget)


def ptsr(survivor: float, severity: float, deficit: float) -> float:
    """Return the profit-to-solvency ratio of the paper: ``survivor / (theta D)``."""
    return ratio(survivor, severity * deficit)


def ptsr_unpaid(survivor: float, deficit: float, budget: float) -> float:
    """Return the profit-to-solvency ratio of the code: ``survivor / (D - B)``."""
    return ratio(survivor, unpaid(deficit, budget))


def pmr(survivor: float, severity: float, largest_deficit: float) -> float:
    """Return the profit-to-maximum-deficit ratio of the paper: ``survivor / (theta delta)``."""
    return ratio(survivor, severity * largest_deficit)


def pmr_unpaid(survivor: float, deficit: float, budget: float, largest_deficit: float) -> float:
    """Return the profit-to-maximum-deficit ratio of the code: ``survivor / (clip((D - B) / D, 0, 1) delta)``."""
    if deficit == 0:
        return ratio(survivor, 0.0)
    return ratio(survivor, min(1.0, unpaid(deficit, budget) / deficit) * largest_deficit)


def rd_nse(survivor: float, deficit: float, budget: float) -> float:
    """Return the survivor's part of what he and the unpaid are together: ``survivor / (survivor + D - B)``, 0 to 1.

    nan when neither is anything.
    """
    return ratio(survivor, survivor + unpaid(deficit, budget))
