from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules.fees import fee


@given(st.integers(0, 10**16), st.integers(0, 10**8))
def test_a_fee_is_rounded_up_and_a_rebate_down_in_size(checked, amount, rate):
    exact = Fraction(amount) * rate / 10**9
    assert checked(fee, amount, rate) == ceil(exact)
    assert checked(fee, amount, -rate) == -floor(exact)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=8), st.integers(-(10**7), 10**7))
def test_fees_of_many_small_fills_are_never_less_than_the_fee_of_their_sum(amounts, rate):
    assert sum(fee(amount, rate) for amount in amounts) >= fee(sum(amounts), rate)
