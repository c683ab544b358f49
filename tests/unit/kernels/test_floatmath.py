"""Elementary functions without the C library: accurate, and the same bits as plain Python arithmetic."""

import math
import random
import statistics
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.kernels import floatmath
from unhedged.kernels.compiled import entry
from unhedged.reference import floatmath as plain

INF = math.inf


@entry("float64(float64)")
def _ln(x):
    return floatmath.ln(x)


@entry("float64(float64)")
def _exp(x):
    return floatmath.exp_(x)


@entry("float64(float64, float64)")
def _pow(x, y):
    return floatmath.pow_(x, y)


@entry("float64(float64)")
def _quantile(u):
    return floatmath.normal_quantile(u)


def ulps(value, exact):
    """Return the distance of a double from an exact Decimal, in units in the last place."""
    return abs(Decimal(value) - exact) / Decimal(math.ulp(float(exact)))


@pytest.fixture(scope="module")
def draw():
    return random.Random(1)


def worst(function, exact, values):
    with localcontext() as context:
        context.prec = 50
        return max(ulps(function(x), exact(Decimal(x))) for x in values)


def test_ln_is_within_one_unit_in_the_last_place(draw):
    values = [math.ldexp(draw.uniform(0.5, 1), draw.randint(-1070, 1020)) for _ in range(3000)]
    values += [draw.uniform(0.5, 2) for _ in range(3000)]
    values += [1 + draw.uniform(-1, 1) * 10 ** draw.uniform(-15, -1) for _ in range(3000)]
    assert worst(_ln, Decimal.ln, values) < 1


def test_exp_is_within_one_unit_in_the_last_place(draw):
    values = [draw.uniform(-708, 709.7) for _ in range(3000)]
    values += [draw.uniform(-1, 1) for _ in range(3000)]
    values += [draw.uniform(-1, 1) * 10 ** draw.uniform(-15, -1) for _ in range(3000)]
    assert worst(_exp, Decimal.exp, values) < 1


def test_exp_below_the_smallest_normal_number_loses_only_the_bits_it_must(draw):
    values = [draw.uniform(-745, -708) for _ in range(1000)]
    assert worst(_exp, Decimal.exp, values) < 1.01


def test_powers_are_within_their_stated_error(draw):
    for _ in range(3000):
        x, y = math.exp(draw.uniform(-10, 10)), draw.uniform(-10, 10)
        bound = 2.3e-16 * (1 + abs(y * math.log(x)))
        assert _pow(x, y) == pytest.approx(x**y, rel=bound, abs=0)


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, -INF), (-0.0, -INF), (INF, INF), (1.0, 0.0), (5e-324, math.log(5e-324))],
)
def test_ends_of_ln(x, expected):
    assert _ln(x) == plain.ln(x) == expected


@pytest.mark.parametrize("x", [-1.0, -INF, math.nan])
def test_ln_of_what_has_none_is_nan(x):
    assert math.isnan(_ln(x))
    assert math.isnan(plain.ln(x))


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, 1.0), (-INF, 0.0), (INF, INF), (710.0, INF), (-746.0, 0.0)],
)
def test_ends_of_exp(x, expected):
    assert _exp(x) == plain.exp(x) == expected


def test_exp_of_nan_is_nan():
    assert math.isnan(_exp(math.nan))
    assert math.isnan(plain.exp(math.nan))


def test_exp_is_finite_up_to_its_stated_end():
    assert math.isfinite(_exp(floatmath.EXP_OVERFLOW))
    assert _exp(math.nextafter(floatmath.EXP_OVERFLOW, INF)) == INF


@pytest.mark.parametrize(
    ("x", "y", "expected"), [(0.0, 2.0, 0.0), (0.0, -1.0, INF), (0.0, 0.0, 1.0), (1.0, 1e300, 1.0)]
)
def test_ends_of_pow(x, y, expected):
    assert _pow(x, y) == plain.pow(x, y) == expected


def test_quantile_agrees_with_the_standard_library(draw):
    quantile = statistics.NormalDist().inv_cdf
    values = [draw.random() for _ in range(3000)]
    values += [10 ** draw.uniform(-300, -1) for _ in range(3000)]
    for u in values:
        if 0 < u < 1:
            assert _quantile(u) == pytest.approx(quantile(u), rel=1e-14, abs=1e-16)


@given(u=st.floats(2**-53, 0.5))
def test_quantile_is_symmetric(u):
    if 1 - u == 1 or 1 - (1 - u) != u:
        return
    assert _quantile(u) == -_quantile(1 - u)


@given(x=st.floats(allow_nan=False))
def test_the_kernels_have_the_bits_of_plain_arithmetic(x):
    def same(a, b):
        return a == b or (math.isnan(a) and math.isnan(b))

    assert same(_ln(x), plain.ln(x))
    assert same(_exp(x), plain.exp(x))
    if 0 < x < 1:
        assert same(_quantile(x), plain.normal_quantile(x))


def test_a_hundred_thousand_arguments_have_the_bits_of_plain_arithmetic(draw):
    for _ in range(100_000):
        x = draw.uniform(-745, 710)
        assert _exp(x) == plain.exp(x)
        u = draw.random()
        assert _ln(u) == plain.ln(u)
        assert _quantile(u or 0.5) == plain.normal_quantile(u or 0.5)
        assert _pow(u, x / 100) == plain.pow(u, x / 100)
