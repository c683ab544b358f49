"""Who leaves after a haircut, and the fees that leave with them: the source's proxy, with its numbers as parameters."""

import numpy as np
from numpy.typing import ArrayLike

from unhedged.measures.columns import Column, columns

SENSITIVITY = 5.0
"""Exits per haircut: 10 % of profit lost sends 39 % away, 20 % sends 63 %; 8 in the source's queue diagnostic. Source: arXiv
2512.01112 v3, assumed there, not estimated."""
DAYS = 730
"""Days of fees an exit costs. Source: as above."""
TURNOVER_FEE = 4e-4
"""Fee a day, as a fraction of the position: one turnover at 4 bps. Source: as above."""
HOURS = 24


def exit_probability(haircut: ArrayLike, *, sensitivity: float = SENSITIVITY) -> Column:
    """Return the chance that an owner leaves after losing the fraction ``haircut`` of its profit: ``1 - exp(-sensitivity h)``."""
    (lost,) = columns(haircut=haircut)
    return -np.expm1(-sensitivity * lost)


def revenue_loss(
    haircut: ArrayLike, base: ArrayLike, *, funding_hour: float, sensitivity: float = SENSITIVITY
) -> float:
    """Return the fees a venue loses with those who leave, dollars.

    Parameters
    ----------
    haircut : array_like, shape (owners,)
        Fraction of profit lost, 0 to 1.
    base : array_like, shape (owners,)
        What fees and funding are paid on, dollars. The source writes its endowments here; positions are what is charged.
    funding_hour : float
        Funding rate of an hour, a fraction; its absolute value counts.

    Notes
    -----
    ``730 (24 |f| + 4 bps) sum(p w)`` with p the chance of leaving. Source: arXiv 2512.01112 v3.
    """
    gone = exit_probability(haircut, sensitivity=sensitivity)
    _, size = columns(haircut=haircut, base=base)
    return float(DAYS * (HOURS * abs(funding_hour) + TURNOVER_FEE) * (gone @ size))
