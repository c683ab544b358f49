"""Student's t: how likely a mean is by chance, and the interval around it. Exact for whole degrees of freedom.

Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.3, 26.7.4 and, beyond `EXACT`, 26.7.8.
"""

import math
from functools import cache
from statistics import NormalDist

EXACT = 400
"""Largest degrees of freedom for which the finite series is summed; beyond, the normal is as good to six digits."""


def two_sided(t: float, freedom: int) -> float:
    """Return the probability of a |t| this large or larger."""
    t = abs(t)
    if math.isinf(t):
        return 0.0
    if freedom > EXACT:
        x = t * (1 - 1 / (4 * freedom)) / math.sqrt(1 + t * t / (2 * freedom))
        return 2 * NormalDist().cdf(-x)
    angle = math.atan(t / math.sqrt(freedom))
    return max(0.0, 1.0 - _inside(angle, freedom))


def _inside(angle: float, freedom: int) -> float:
    # Probability between -t and t, from tan(angle) = t / sqrt(freedom).
    sine, squared = math.sin(angle), math.cos(angle) ** 2
    if freedom == 1:
        return 2 * angle / math.pi
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = term
    for n in range(3 if odd else 2, freedom - 1, 2):
        term *= squared * (n - 1) / n
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


@cache
def critical(freedom: int, level: float = 0.05) -> float:
    """Return the |t| that is exceeded with probability ``level``."""
    low, high = 0.0, 1.0
    while two_sided(high, freedom) > level:
        low, high = high, 2 * high
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) > level else (low, middle)
    return high


def holm(chances: list[float]) -> list[float]:
    """Return each probability adjusted for having looked at all of them, in the same order.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65. What is below a level then holds for all together: the
    chance that even one of them is wrongly below it is no larger than the level.
    """
    adjusted, least = [0.0] * len(chances), 0.0
    ranked = sorted(range(len(chances)), key=lambda n: chances[n])
    for rank, n in enumerate(ranked):
        least = max(least, min(1.0, chances[n] * (len(chances) - rank)))
        adjusted[n] = least
    return adjusted
