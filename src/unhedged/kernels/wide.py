"""128-bit multiply-divide and trapped 64-bit arithmetic for compiled code.

``rules.integer.mul_div_floor`` and ``mul_div_ceil`` are plain Python integers, exact at any size. Compiled rules get these
versions instead: the product is formed in 128 bits and divided by 64 bits, so the result is the same whenever it fits int64.
"""

# ruff: noqa: ARG001
# The arguments of an intrinsic are fixed by numba.

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from unhedged.kernels.passes import Lean

_INLINE = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "forceinline": True,
    "pipeline_class": Lean,
}
_U32 = np.uint64(32)
_MASK32 = np.uint64(0xFFFFFFFF)


@intrinsic
def multiply_high(typing: Any, a: Any, b: Any) -> Any:
    """Return the upper 64 bits of the product of two unsigned 64-bit integers."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), build


def _counting(name: str) -> Any:
    @intrinsic
    def count(typing: Any, x: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, name)(arguments[0], ir.Constant(ir.IntType(1), 0))

        return types.uint64(types.uint64), build

    return count


trailing_zeros = _counting("cttz")
leading_zeros = _counting("ctlz")


@njit(**_INLINE)
def _divide_step(high: np.uint64, next_digit: np.uint64, d1: np.uint64, d0: np.uint64) -> np.uint64:
    # One base-2^32 quotient digit (Knuth, TAOCP 2, 4.3.1, algorithm D; divisor normalised).
    digit = high // d1
    rest = high - digit * d1
    while digit > _MASK32 or digit * d0 > ((rest << _U32) | next_digit):
        digit -= np.uint64(1)
        rest += d1
        if rest > _MASK32:
            break
    return digit


@njit(**{**_INLINE, "forceinline": False})
def divide_wide(high: np.uint64, low: np.uint64, divisor: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return quotient and remainder of ``high * 2**64 + low`` by ``divisor``; ``high < divisor``."""
    shift = leading_zeros(divisor)
    divisor <<= shift
    d1 = divisor >> _U32
    d0 = divisor & _MASK32
    if shift > np.uint64(0):
        high = (high << shift) | (low >> (np.uint64(64) - shift))
        low <<= shift
    l1 = low >> _U32
    l0 = low & _MASK32
    q1 = _divide_step(high, l1, d1, d0)
    middle = ((high << _U32) | l1) - q1 * divisor
    q0 = _divide_step(middle, l0, d1, d0)
    rest = ((middle << _U32) | l0) - q0 * divisor
    return (q1 << _U32) | q0, rest >> shift


@njit(**_INLINE)
def mul_div_floor(a: int, b: int, c: int) -> int:
    """Return ``floor(a * b / c)``; any signs of ``a`` and ``b``, ``c > 0``, result inside int64."""
    negative = (a < 0) != (b < 0)
    x = np.uint64(abs(a))
    y = np.uint64(abs(b))
    z = np.uint64(c)
    high = multiply_high(x, y)
    low = x * y
    if high == np.uint64(0):
        quotient = low // z
        rest = low - quotient * z
    else:
        quotient, rest = divide_wide(high, low, z)
    if negative:
        if rest != np.uint64(0):
            quotient += np.uint64(1)
        return -int(np.int64(quotient))
    return int(np.int64(quotient))


@njit(**_INLINE)
def mul_div_ceil(a: int, b: int, c: int) -> int:
    """Return ``ceil(a * b / c)``; ranges as for `mul_div_floor`."""
    return -mul_div_floor(-a, b, c)


def _arithmetic(method: str, plain: str, message: str, checked: bool) -> Any:
    @intrinsic
    def operate(typing: Any, a: Any, b: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            if not checked:
                return getattr(builder, plain)(*arguments)
            pair = getattr(builder, method)(*arguments)
            with builder.if_then(builder.extract_value(pair, 1), likely=False):
                context.call_conv.return_user_exc(builder, OverflowError, (message,))
            return builder.extract_value(pair, 0)

        return types.int64(types.int64, types.int64), build

    return operate


def trapped(checked: bool) -> tuple[Any, Any, Any]:
    """Return ``plus``, ``minus`` and ``times`` on int64; in the checked build an overflow raises OverflowError."""
    return (
        _arithmetic("sadd_with_overflow", "add", "int64 addition overflows", checked),
        _arithmetic("ssub_with_overflow", "sub", "int64 subtraction overflows", checked),
        _arithmetic("smul_with_overflow", "mul", "int64 multiplication overflows", checked),
    )
