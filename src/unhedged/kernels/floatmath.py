"""Logarithm, exponential, power and normal quantile with the same bits on every machine.

The C library's ``log`` and ``exp`` differ in their last bit from one system to the next, and one bit of an agent's price
changes every trade after it. Here they are made of additions, multiplications, divisions, square roots and the bits of a
double: each is exact or correctly rounded by IEEE 754, and compiled without contraction. ``sqrt``, ``floor`` and ``abs``
of the C library are exact: use those.

Errors against the true value, tested: ``ln`` and ``exp_`` below one unit in the last place (ulp), ``pow_`` and
``normal_quantile`` below 10^-14 of the value.
"""

# ruff: noqa: ARG001
# The arguments of an intrinsic are fixed by numba.

import math
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from unhedged.kernels.compiled import f8, helper, i8, kernel, u8
from unhedged.vocab import quantile

LN2_HIGH = 0.6931471803691238
"""ln 2 cut to 32 bits: its product with any exponent is exact."""
LN2_LOW = 1.9082149292705877e-10
"""What is missing in `LN2_HIGH`."""
INVERSE_LN2 = 1.4426950408889634
SQRT2 = 1.4142135623730951
EXP_OVERFLOW = 709.782712893384
"""``exp_`` of more is infinite."""
EXP_UNDERFLOW = -745.2
"""``exp_`` of less is 0."""
_SMALLEST_NORMAL = 2.2250738585072014e-308
_TWO_54 = 18014398509481984.0
BIAS = 1023
"""What the exponent of a double is stored with."""


@intrinsic
def bits_of(typing: Any, x: Any) -> Any:
    """Return the 64 bits of a double."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.uint64(types.float64), build


@intrinsic
def double_of(typing: Any, bits: Any) -> Any:
    """Return the double of 64 bits."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.uint64), build


@kernel("float64(float64)")
def ln(x: float) -> float:
    """Return the natural logarithm of ``x``: -inf of 0, nan of less.

    Notes
    -----
    ``x = 2^e (1 + f)`` with ``1 + f`` between sqrt(1/2) and sqrt(2), and ``s = f / (2 + f)``; then
    ``ln(1 + f) = 2 artanh(s) = f - s (f - R)``, ``R = 2 s^2/3 + 2 s^4/5 + ...``, cut where terms fall below 10^-18.

    Source: series of the inverse hyperbolic tangent; the split is that of W. J. Cody and W. Waite, Software Manual for the
    Elementary Functions, 1980, chapter 5.
    """
    if not x > 0.0:
        return -math.inf if x == 0.0 else math.nan
    if x == math.inf:
        return x
    e = -BIAS
    if x < _SMALLEST_NORMAL:
        x *= _TWO_54
        e -= 54
    bits = bits_of(x)
    e += i8(bits >> u8(52))
    m = double_of((bits & u8(0xFFFFFFFFFFFFF)) | u8(0x3FF0000000000000))
    if m > SQRT2:
        m *= 0.5
        e += 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = 2.0 / 19.0 + z * (2.0 / 21.0)
    r = 2.0 / 15.0 + z * (2.0 / 17.0 + z * r)
    r = 2.0 / 11.0 + z * (2.0 / 13.0 + z * r)
    r = 2.0 / 7.0 + z * (2.0 / 9.0 + z * r)
    r = z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * r))
    return f8(e) * LN2_HIGH + (f - (s * (f - r) - f8(e) * LN2_LOW))


@kernel("float64(float64)")
def exp_(x: float) -> float:
    """Return e to the power ``x``; infinite above 709.78, 0 below -745.2.

    Notes
    -----
    ``x = k ln 2 + r`` with ``|r| <= ln(2)/2``; Taylor's series of ``exp(r)`` to ``r^13``, then a shift of the exponent by
    ``k`` in two halves, so that results below the smallest normal number are rounded once.

    Source: as `ln`, chapter 6.
    """
    if math.isnan(x):
        return x
    if x > EXP_OVERFLOW:
        return math.inf
    if x < EXP_UNDERFLOW:
        return 0.0
    k = i8(math.floor(x * INVERSE_LN2 + 0.5))
    r = (x - f8(k) * LN2_HIGH) - f8(k) * LN2_LOW
    q = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    q = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * q)
    q = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * q)
    q = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * q)
    q = 1.0 / 24.0 + r * (1.0 / 120.0 + r * q)
    q = 0.5 + r * (1.0 / 6.0 + r * q)
    y = 1.0 + (r + r * r * q)
    half = k >> 1
    return y * _power_of_two(half) * _power_of_two(k - half)


@helper("float64(int64)")
def _power_of_two(k: int) -> float:
    return double_of(u8(k + BIAS) << u8(52))


@kernel("float64(float64, float64)")
def pow_(x: float, y: float) -> float:
    """Return ``x`` to the power ``y``, ``x >= 0``.

    ``exp_(y ln(x))``: the relative error is about 10^-16 (1 + |y ln(x)|).
    """
    if y == 0.0:
        return 1.0
    return exp_(y * ln(x))


_central = helper("float64(float64)")(quantile.central)
_near_tail = helper("float64(float64)")(quantile.near_tail)
_far_tail = helper("float64(float64)")(quantile.far_tail)


@kernel("float64(float64)")
def normal_quantile(u: float) -> float:
    """Return the value a standard normal variable stays below with probability ``u``, 0 < u < 1.

    Source: M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988), 477-484.
    """
    q = u - 0.5
    if abs(q) <= quantile.CENTRAL_HALF_WIDTH:
        return q * _central(q)
    r = math.sqrt(-ln(u if q < 0.0 else 1.0 - u))
    x = _near_tail(r) if r <= quantile.FAR else _far_tail(r)
    return -x if q < 0.0 else x
