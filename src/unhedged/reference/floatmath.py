"""Logarithm, exponential and normal quantile in plain Python: the same operations, so the same bits, as the kernels."""

import math

from unhedged.vocab import quantile

LN2_HIGH = 0.6931471803691238
LN2_LOW = 1.9082149292705877e-10


def ln(x: float) -> float:
    """Return the natural logarithm of ``x``: -inf of 0, nan of less."""
    if not x > 0.0:
        return -math.inf if x == 0.0 else math.nan
    if x == math.inf:
        return x
    m, e = math.frexp(x)
    m, e = 2 * m, e - 1
    if m > math.sqrt(2):
        m, e = m / 2, e + 1
    f = m - 1
    s = f / (2 + f)
    r = 0.0
    for n in range(21, 1, -2):
        r = 2 / n + s * s * r
    r *= s * s
    return e * LN2_HIGH + (f - (s * (f - r) - e * LN2_LOW))


def exp(x: float) -> float:
    """Return e to the power ``x``."""
    if math.isnan(x):
        return x
    if x > 709.782712893384:
        return math.inf
    if x < -745.2:
        return 0.0
    k = math.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    q = 0.0
    for n in range(13, 1, -1):
        q = 1 / math.factorial(n) + r * q
    return math.ldexp(1 + (r + r * r * q), k)


def pow(x: float, y: float) -> float:  # noqa: A001  # called as floatmath.pow
    """Return ``x`` to the power ``y``, ``x >= 0``."""
    return 1.0 if y == 0 else exp(y * ln(x))


def normal_quantile(u: float) -> float:
    """Return the value a standard normal variable stays below with probability ``u``."""
    q = u - 0.5
    if abs(q) <= quantile.CENTRAL_HALF_WIDTH:
        return q * quantile.central(q)
    r = math.sqrt(-ln(u if q < 0 else 1 - u))
    x = quantile.near_tail(r) if r <= quantile.FAR else quantile.far_tail(r)
    return math.copysign(x, q)
