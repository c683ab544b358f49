from fractions import Fraction
from math import trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import funding, premiums

HOUR = 3_600_000_000_000
PREMIUM = st.integers(-(5 * 10**8), 5 * 10**8)
INTEREST, CLAMP, CAP = 100_000, 500_000, 3_000_000  # 0.01 %, 0.05 %, 0.3 %


@given(PREMIUM, st.sampled_from([1, 2, 4, 8]))
def test_interest_follows_the_interval_and_the_premium_does_not(checked, premium, hours):
    rate = checked(funding.funding_rate_scaled_interest, premium, INTEREST, CLAMP, CAP, hours)
    interest = Fraction(3 * INTEREST * hours, 24)
    moved = premium + max(-CLAMP, min(CLAMP, interest - premium))
    assert rate == max(-CAP, min(CAP, moved))


@given(PREMIUM)
def test_at_eight_hours_the_forms_of_four_venues_are_one(checked, premium):
    terms = premium, INTEREST, CLAMP, CAP
    scaled = checked(funding.funding_rate_scaled_interest, *terms, 8)
    assert scaled == checked(funding.funding_rate_binance, *terms, 8)
    assert scaled == checked(funding.funding_rate_binance_until_2025_09_18, *terms)


@pytest.mark.parametrize(
    ("premium", "rate"),
    [
        (CAP + CLAMP - 1, CAP - 1),
        (CAP + CLAMP, CAP),  # the cap is attained,
        (CAP + CLAMP + 1, CAP),  # and not passed
        (INTEREST + CLAMP, INTEREST),  # the clamp bridges exactly its width,
        (INTEREST + CLAMP + 1, INTEREST + 1),  # and no more
        (INTEREST - CLAMP - 1, INTEREST - 1),
    ],
)
def test_clamp_and_cap_at_equality_and_one_to_each_side(premium, rate):
    assert funding.funding_rate_scaled_interest(premium, INTEREST, CLAMP, CAP, 8) == rate


@given(st.integers(1, 2 * 10**12), st.integers(1, 2 * 10**9))
def test_premium_of_the_mark_is_its_relative_distance_from_the_index(checked, mark, index):
    if mark > 1_000_000 * index:
        return
    exact = Fraction(10**9 * (mark - index), index)
    assert checked(premiums.mark_premium, mark, index) == trunc(exact)


def test_a_mark_at_the_index_has_no_premium():
    assert premiums.mark_premium(117_000_000, 117_000_000) == 0


@given(PREMIUM, st.integers(0, 24 * HOUR))
def test_time_pays_its_part_of_eight_hours(checked, rate, time):
    assert checked(funding.rate_for_time, rate, time) == trunc(Fraction(rate * time, 8 * HOUR))


@given(PREMIUM)
def test_steps_of_a_minute_pay_eight_hours_but_for_a_unit_each(checked, rate):
    minute = checked(funding.rate_for_time, rate, HOUR // 60)
    assert abs(rate - 480 * minute) < 480
    assert checked(funding.rate_for_time, -rate, HOUR // 60) == -minute
