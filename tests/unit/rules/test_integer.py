from fractions import Fraction
from math import ceil, floor, trunc

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules.integer import clamp, mul_div_ceil, mul_div_floor, mul_div_trunc, sign

WORD = st.integers(-(2**63) + 1, 2**63 - 1)
DIVISOR = st.integers(1, 2**63 - 1)


@given(WORD, WORD, DIVISOR)
def test_multiply_divide_rounds_the_exact_quotient_in_the_stated_direction(a, b, c):
    exact = Fraction(a, c) * b
    assert mul_div_floor(a, b, c) == floor(exact)
    assert mul_div_ceil(a, b, c) == ceil(exact)
    assert mul_div_trunc(a, b, c) == trunc(exact)


@given(WORD, DIVISOR)
def test_seven_percent_of_three_million_is_exact_and_dividing_by_a_factor_is_exact(a, c):
    assert mul_div_ceil(3_000_000, 70_000_000, 10**9) == 210_000
    assert mul_div_floor(a, c, c) == mul_div_ceil(a, c, c) == a


@given(WORD)
def test_sign_times_size_is_the_number(x):
    assert sign(x) * abs(x) == x
    assert sign(x) in {-1, 0, 1}


@given(WORD, WORD, WORD)
def test_clamp_returns_the_nearest_value_inside_the_bounds(x, a, b):
    low, high = min(a, b), max(a, b)
    assert clamp(x, low, high) == sorted((low, x, high))[1]
