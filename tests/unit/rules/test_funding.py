from fractions import Fraction
from math import ceil, floor, trunc

from hypothesis import assume, given
from hypothesis import strategies as st

from unhedged.rules import funding, premiums

PREMIUM = st.integers(-(10**9), 10**9)
INTEREST, CLAMP = 100_000, 500_000  # 0.01 % and 0.05 %
MILLI = st.integers(1, 2 * 10**9)


@given(MILLI, MILLI, MILLI)
def test_premium_is_the_relative_distance_of_the_index_outside_the_impact_prices(
    checked, a, b, index
):
    bid, ask = min(a, b), max(a, b)
    premium = checked(premiums.premium_index, bid, ask, index)
    if bid > index:
        assert premium == trunc(Fraction(bid - index, index) * 10**9)
    elif ask < index:
        assert premium == trunc(Fraction(ask - index, index) * 10**9)
    else:
        assert premium == 0


@given(st.lists(PREMIUM, min_size=1, max_size=60))
def test_average_premium_is_the_directly_weighted_mean(checked, samples):
    total = 0
    for i, premium in enumerate(samples, start=1):
        total = checked(premiums.premium_sum, total, premium, i)
    weights = range(1, len(samples) + 1)
    exact = Fraction(sum(w * p for w, p in zip(weights, samples, strict=True)), sum(weights))
    assert checked(premiums.premium_average, total, len(samples)) == trunc(exact)
    assert checked(premiums.premium_mean, sum(samples), len(samples)) == trunc(
        Fraction(sum(samples), len(samples))
    )


def test_a_full_interval_of_extreme_premiums_stays_inside_int64(checked):
    total = 0
    for i in range(1, 5_761):
        total = checked(premiums.premium_sum, total, 5 * 10**9, i)
    assert checked(premiums.premium_average, total, 5_760) == 5 * 10**9


def test_eight_hours_of_samples_every_fifteen_seconds_have_the_published_divisor():
    assert sum(range(1, 1_921)) == 1_844_160
    assert premiums.premium_average(1_844_160, 1_920) == 1


@given(PREMIUM)
def test_rate_equals_interest_while_the_premium_is_within_the_clamp_of_it(premium):
    rate = funding.damped_premium(premium, INTEREST, CLAMP)
    if abs(premium - INTEREST) <= CLAMP:
        assert rate == INTEREST
    elif premium > INTEREST:
        assert rate == premium - CLAMP
    else:
        assert rate == premium + CLAMP


@given(PREMIUM, st.sampled_from([1, 4, 8]), st.integers(0, 3 * 10**7))
def test_binance_rate_is_divided_by_the_interval_and_then_capped(checked, premium, hours, cap):
    uncapped = Fraction(funding.damped_premium(premium, INTEREST, CLAMP) * hours, 8)
    rate = checked(funding.funding_rate_binance, premium, INTEREST, CLAMP, cap, hours)
    assert rate == max(-cap, min(cap, trunc(uncapped)))


@given(PREMIUM, st.integers(0, 3 * 10**7))
def test_both_sides_of_18_september_2025_agree_at_eight_hours_and_differ_at_four(premium, cap):
    before = funding.funding_rate_binance_until_2025_09_18(premium, INTEREST, CLAMP, cap)
    assert before == funding.funding_rate_binance(premium, INTEREST, CLAMP, cap, 8)
    after = funding.funding_rate_binance(0, INTEREST, CLAMP, 10**9, 4)
    assert after == 50_000
    assert funding.funding_rate_binance_until_2025_09_18(0, INTEREST, CLAMP, 10**9) == 100_000


@given(PREMIUM)
def test_a_capped_rate_stays_inside_its_own_floor_and_cap(checked, premium):
    rate = checked(funding.funding_rate_capped, premium, INTEREST, CLAMP, -3_000_000, 2_000_000)
    assert -3_000_000 <= rate <= 2_000_000


@given(PREMIUM)
def test_hyperliquid_pays_an_eighth_each_hour(checked, premium):
    rate = checked(funding.funding_rate_hyperliquid, premium, INTEREST, CLAMP, 40_000_000)
    exact = Fraction(funding.damped_premium(premium, INTEREST, CLAMP), 8)
    assert rate == max(-40_000_000, min(40_000_000, trunc(exact)))


@given(PREMIUM)
def test_deribit_pays_nothing_inside_the_dead_band(checked, premium):
    rate = checked(funding.funding_rate_deribit, premium, 250_000, 10**10)
    if abs(premium) <= 250_000:
        assert rate == 0
    else:
        assert rate == premium - (250_000 if premium > 0 else -250_000)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=8), MILLI,
    st.integers(-(4 * 10**7), 4 * 10**7), st.integers(1, 100), st.sampled_from([1, 3, 10, 10**6]),
)  # fmt: skip
def test_payments_sum_to_zero_or_a_few_atoms_for_the_rounding_account(
    checked, sizes, px, rate, num, den
):
    longs = [checked(funding.funding_payment, q, px, rate, num, den) for q in sizes]
    short = checked(funding.funding_payment, -sum(sizes), px, rate, num, den)
    assert 0 <= sum(longs) + short <= 2 * (len(sizes) + 1)


@given(
    st.sampled_from([-1, 1]), st.integers(1, 10**10), MILLI, st.integers(-(4 * 10**7), 4 * 10**7),
    st.integers(1, 10**5), st.sampled_from([1, 3, 1000]),
)  # fmt: skip
def test_payment_is_the_exact_product_rounded_against_the_account(
    checked, side, lots, px, rate, num, den
):
    notional = Fraction(lots) * px * num / (den * 1000)
    assume(notional < 10**17)
    paid = checked(funding.funding_payment, side * lots, px, rate, num, den)
    if side * rate > 0:
        assert paid == ceil(Fraction(ceil(notional)) * abs(rate) / 10**9)
    else:
        assert paid == -floor(Fraction(floor(notional)) * abs(rate) / 10**9)
    exact = side * notional * rate / 10**9
    assert 0 <= paid - exact < 2


def test_a_positive_rate_is_paid_by_longs():
    assert funding.funding_payment(10, 1_000_000, 100_000, 1_000, 1) == 1_000
    assert funding.funding_payment(-10, 1_000_000, 100_000, 1_000, 1) == -1_000
    assert funding.funding_payment(0, 1_000_000, 100_000, 1_000, 1) == 0


@given(
    st.lists(st.integers(1, 10**8), min_size=1, max_size=8), st.integers(10**3, 2 * 10**9),
    st.integers(-(4 * 10**7), 4 * 10**7),
)  # fmt: skip
def test_inverse_payments_sum_to_zero_or_a_few_coin_atoms(checked, sizes, px, rate):
    num, den = 10**9, 1
    longs = [checked(funding.inverse_funding_payment, q, px, rate, num, den) for q in sizes]
    short = checked(funding.inverse_funding_payment, -sum(sizes), px, rate, num, den)
    assert 0 <= sum(longs) + short <= 2 * (len(sizes) + 1)
    exact = sizes[0] * num * 1000 * Fraction(rate, 10**9) / (den * px)
    assert 0 <= longs[0] - exact < 2


@given(st.integers(0, 10**9), st.integers(1, 10**4))
def test_rolling_window_holds_its_number_of_samples_and_ends_now(checked, now, samples):
    first = checked(premiums.rolling_window_first, now, samples)
    assert len(range(first, now + 1)) == samples
