"""Shapes of distance and volatility that several behaviours share."""

import math
from typing import Any

from unhedged.agents.orders import share_after
from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.floatmath import exp_, ln, pow_

FAST = 60.0
"""Seconds: memory of the volatility of the moment."""
SLOW = 14_400.0
"""Seconds: memory of calm volatility."""
SETTLE = 10.0
"""Seconds at the start in which an empty book fills and nothing is learned."""
LEAST_SIGMA = 1e-5
"""Per root second: below it a quiet book would make any move look wild; about 6 % a year."""
GUESS_SIGMA = 1e-4
"""Per root second, before anything is learned; about 56 % a year."""
MOST_MOVE = 4.0
"""Multiple of the volatility so far that one move counts at most."""
CALM_BELOW = 2.0
"""Multiple of calm volatility above which calm is not learned."""


@kernel("float64(float64, float64, float64, float64)")
def power_distance(u: float, near: float, far: float, decay: float) -> float:
    """Return a distance in ``[near, far]`` whose density falls as ``distance^-decay``; ``u`` uniform in [0, 1).

    Notes
    -----
    Inverse of the distribution function; at ``decay`` 1 it is uniform in the logarithm.
    """
    return near * exp_(log_distance(u, near, far, decay))


@kernel("float64(float64, float64, float64, float64)")
def log_distance(u: float, near: float, far: float, decay: float) -> float:
    """Return the logarithm of `power_distance` over ``near``."""
    if far <= near or near <= 0.0:
        return 0.0
    e = 1.0 - decay
    if abs(e) < 1e-6:
        return u * ln(far / near)
    return 1.0 / e * ln(1.0 + u * (pow_(far / near, e) - 1.0))


@kernel("float64(Parameter, int64, float64, float64, float64, float64)")
def log_distance_again(
    row: Any, cell: int, u: float, near: float, far: float, decay: float
) -> float:
    """Return `log_distance`, much the same arguments but ``u`` each time; a power of two of them is kept from ``cell`` on."""
    e = 1.0 - decay
    if far <= near or near <= 0.0 or abs(e) < 1e-6:
        return log_distance(u, near, far, decay)
    ratio = far / near
    if row.of[cell] != ratio or row.of[cell + 1] != e:
        row.of[cell] = ratio
        row.of[cell + 1] = e
        row.of[cell + 2] = pow_(ratio, e)
    return 1.0 / e * ln(1.0 + u * (row.of[cell + 2] - 1.0))


@helper("float64(Parameter, int64, float64)")
def ln_again(row: Any, cell: int, x: float) -> float:
    """Return ``ln(x)``, ``x`` > 0 and often that of the call before; both are kept from ``cell`` on."""
    if row.of[cell] != x:
        row.of[cell] = x
        row.of[cell + 1] = ln(x)
    return float(row.of[cell + 1])


@kernel("float64(Agent, int64, int64, float64, float64, float64)")
def learn_variance(
    me: Any, fast: int, calm: int, move: float, seconds: float, elapsed: float
) -> float:
    """Update two cells of ``me.state``: variance of the moment and of calm times, relative, per second.

    A move counts for at most four times the volatility so far: one odd print in a thin book is not a wild market, and a wild
    market shows itself within seconds all the same.

    Parameters
    ----------
    fast, calm : int
        The cells.
    move : float
        Relative change of the mid since the previous look.
    seconds, elapsed : float
        Since the previous look, and since the first one. Averages begin as plain means.

    Returns
    -------
    float
        What the move counted for, relative variance per second.
    """
    if seconds <= 0.0:
        return me.state[fast]
    if elapsed < SETTLE or me.state[fast] <= 0.0:
        if me.state[fast] <= 0.0:
            me.state[fast] = GUESS_SIGMA * GUESS_SIGMA
        if me.state[calm] <= 0.0:
            me.state[calm] = GUESS_SIGMA * GUESS_SIGMA
        return me.state[fast]
    bound = MOST_MOVE * MOST_MOVE * max(me.state[fast], me.state[calm])
    sample = min(move * move / seconds, bound)
    me.state[fast] += share_after(seconds, min(FAST, elapsed)) * (sample - me.state[fast])
    known = me.state[calm]
    if elapsed < 5.0 * FAST or me.state[fast] < CALM_BELOW * CALM_BELOW * known:
        me.state[calm] += share_after(seconds, min(SLOW, elapsed)) * (sample - known)
    me.state[calm] = max(me.state[calm], LEAST_SIGMA * LEAST_SIGMA)
    return sample


@helper("float64(float64, float64)")
def stress_of(fast: float, calm: float) -> float:
    """Return σ of the moment over calm σ from their variances."""
    if calm <= 0.0:
        return 1.0
    return math.sqrt(fast / calm)
