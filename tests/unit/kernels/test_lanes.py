"""Each lane gives the bits of the one exponential, whatever stands in the other."""

import math
import struct

import numpy as np
import pytest

from unhedged.kernels.compiled import entry
from unhedged.kernels.floatmath import EXP_OVERFLOW, EXP_UNDERFLOW, exp_
from unhedged.kernels.lanes import exp_pair

EDGES = (
    0.0, -0.0, math.inf, -math.inf, math.nan, EXP_OVERFLOW, math.nextafter(EXP_OVERFLOW, math.inf), EXP_UNDERFLOW,
    math.nextafter(EXP_UNDERFLOW, -math.inf), -745.1332, -708.4, 5e-324, 1e-300, 0.34657359027997264, -0.34657359027997264,
)  # fmt: skip


@entry("float64(float64)")
def one(x: float) -> float:
    return float(exp_(x))


@entry("float64(float64, float64)")
def first(a: float, b: float) -> float:
    return float(exp_pair(a, b)[0])


@entry("float64(float64, float64)")
def second(a: float, b: float) -> float:
    return float(exp_pair(a, b)[1])


def bits(x: float) -> bytes:
    return struct.pack("d", x)


@pytest.mark.parametrize("a", EDGES)
@pytest.mark.parametrize("b", EDGES)
def test_edges_keep_their_bits(a: float, b: float) -> None:
    assert bits(first(a, b)) == bits(one(a))
    assert bits(second(a, b)) == bits(one(b))


def test_numbers_of_all_sizes_keep_their_bits() -> None:
    draw = np.random.default_rng(1)
    signed = draw.choice([-1.0, 1.0], (20_000, 2)) * 10.0 ** draw.uniform(-12.0, 3.0, (20_000, 2))
    for a, b in signed.tolist():
        assert bits(first(a, b)) == bits(one(a))
        assert bits(second(a, b)) == bits(one(b))
