"""Two exponentials at the price of one: both go through the same instructions, each in a lane of its own.

A series is a chain in which each step waits for the one before, and the core holds too few of them at a time to begin the next
chain meanwhile: two series take twice the time of one (measured), side by side in one register hardly more. Lanes do not
touch each other, so the bits are those of `floatmath.exp_`.
"""

# ruff: noqa: ARG001
# The arguments of an intrinsic are fixed by numba.

import math
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from unhedged.kernels.compiled import kernel, name_type
from unhedged.kernels.floatmath import (
    BIAS,
    EXP_OVERFLOW,
    EXP_UNDERFLOW,
    INVERSE_LN2,
    LN2_HIGH,
    LN2_LOW,
    exp_,
)

_DOUBLES = ir.VectorType(ir.DoubleType(), 2)
_WORDS = ir.VectorType(ir.IntType(64), 2)
_TERMS = 14
_BOTH = types.UniTuple(types.float64, 2)
name_type("Lanes", _BOTH)


def _both(kind: Any, number: float) -> Any:
    return ir.Constant(kind, [ir.Constant(kind.element, number)] * 2)


def _floor(builder: Any, x: Any) -> Any:
    kind = ir.FunctionType(_DOUBLES, [_DOUBLES])
    return builder.call(get_or_insert_function(builder.module, kind, "llvm.floor.v2f64"), [x])


def _series(builder: Any, r: Any) -> Any:
    # exp(r) as in `exp_`, term by term.
    q = _both(_DOUBLES, 1.0 / math.factorial(_TERMS - 1))
    for n in range(_TERMS - 2, 1, -1):
        q = builder.fadd(_both(_DOUBLES, 1.0 / math.factorial(n)), builder.fmul(r, q))
    tail = builder.fmul(builder.fmul(r, r), q)
    return builder.fadd(_both(_DOUBLES, 1.0), builder.fadd(r, tail))


def _power_of_two(builder: Any, k: Any) -> Any:
    bits = builder.shl(builder.add(k, _both(_WORDS, BIAS)), _both(_WORDS, 52))
    return builder.bitcast(bits, _DOUBLES)


def _exponentials(builder: Any, x: Any) -> Any:
    scaled = builder.fmul(x, _both(_DOUBLES, INVERSE_LN2))
    whole = _floor(builder, builder.fadd(scaled, _both(_DOUBLES, 0.5)))
    r = builder.fsub(x, builder.fmul(whole, _both(_DOUBLES, LN2_HIGH)))
    r = builder.fsub(r, builder.fmul(whole, _both(_DOUBLES, LN2_LOW)))
    k = builder.fptosi(whole, _WORDS)
    half = builder.ashr(k, _both(_WORDS, 1))
    rest = builder.sub(k, half)
    y = builder.fmul(_series(builder, r), _power_of_two(builder, half))
    return builder.fmul(y, _power_of_two(builder, rest))


@intrinsic
def _side_by_side(typing: Any, a: Any, b: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = [ir.Constant(ir.IntType(32), n) for n in range(2)]
        x = ir.Constant(_DOUBLES, ir.Undefined)
        for lane, argument in zip(lanes, arguments, strict=True):
            x = builder.insert_element(x, argument, lane)
        y = _exponentials(builder, x)
        return context.make_tuple(builder, _BOTH, [builder.extract_element(y, n) for n in lanes])

    return _BOTH(types.float64, types.float64), build


@kernel("Lanes(float64, float64)")
def exp_pair(a: float, b: float) -> Any:
    """Return ``exp_(a)`` and ``exp_(b)``, bit for bit."""
    if EXP_UNDERFLOW <= a <= EXP_OVERFLOW and EXP_UNDERFLOW <= b <= EXP_OVERFLOW:
        return _side_by_side(a, b)
    return exp_(a), exp_(b)
