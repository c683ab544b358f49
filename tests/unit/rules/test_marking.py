from fractions import Fraction
from math import exp, floor, trunc
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import marking

MILLI = st.integers(1, 2 * 10**9)
MAYBE = st.one_of(st.just(0), MILLI)
NS = 10**9


@given(MILLI, MILLI, MILLI)
def test_median_of_three_is_the_middle_of_the_sorted_three(checked, a, b, c):
    assert checked(marking.median3, a, b, c) == sorted((a, b, c))[1]


@given(MAYBE, MAYBE, MAYBE)
def test_missing_prices_are_left_out_of_the_median(checked, a, b, c):
    present = [x for x in (a, b, c) if x > 0]
    expected = floor(median(map(Fraction, present))) if present else marking.MISSING
    assert checked(marking.median_of_present, a, b, c) == expected


@given(MILLI, st.integers(-(3 * 10**7), 3 * 10**7), st.integers(0, 8 * 3600 * NS))
def test_price_one_carries_the_index_by_the_rest_of_the_funding(checked, index, rate, left):
    interval = 8 * 3600 * NS
    price = checked(marking.price1_binance, index, rate, left, interval)
    exact = index * (1 + Fraction(rate * left, 10**9 * interval))
    assert abs(price - exact) <= 1 + Fraction(index, 10**9)


@given(st.integers(-(10**11), 10**11), st.integers(1, 1_800))
def test_mean_basis_rounds_towards_zero(checked, total, samples):
    assert checked(marking.mean_basis, total, samples) == trunc(Fraction(total, samples))


def test_price_two_is_the_index_moved_by_the_mean_basis():
    assert marking.price2_binance(1_000, -7) == 993


def test_mark_is_the_median_of_both_index_prices_and_the_last_trade():
    assert marking.mark_binance(100, 102, 90) == 100
    assert marking.mark_binance(100, 102, 101) == 101
    assert marking.mark_binance(100, 102, marking.MISSING) == 102


@given(MAYBE, MAYBE, MAYBE, MAYBE)
def test_hyperliquid_mark_adds_the_book_average_when_exactly_two_prices_exist(
    checked, oracle, book, external, book_ema
):
    present = [x for x in (oracle, book, external) if x > 0]
    if len(present) == 2 and book_ema > 0:
        present.append(book_ema)
    expected = floor(median(map(Fraction, present))) if present else marking.MISSING
    assert checked(marking.mark_hyperliquid, oracle, book, external, book_ema) == expected


@given(st.lists(st.tuples(st.floats(0.5, 10), st.floats(-1e6, 1e6)), min_size=1, max_size=20))
def test_exponential_average_equals_the_directly_weighted_mean(samples):
    tau = 150.0
    num = den = 0.0
    for dt, x in samples:
        decay = exp(-dt / tau)
        num = marking.ema_sum(num, decay, x * dt)
        den = marking.ema_sum(den, decay, dt)
    later = [sum(dt for dt, _ in samples[i + 1 :]) for i in range(len(samples))]
    weights = [dt * exp(-age / tau) for (dt, _), age in zip(samples, later, strict=True)]
    expected = sum(w * x for w, (_, x) in zip(weights, samples, strict=True)) / sum(weights)
    assert abs(marking.ema_value(num, den) - expected) < 1e-6


def test_an_average_without_samples_is_zero():
    assert marking.ema_value(0.0, 0.0) == 0.0


@given(st.integers(1, 10**10), st.integers(1, 10**8), st.integers(1, 100))
def test_impact_price_is_the_average_price_of_the_walk(checked, money, qty, num):
    price = checked(marking.impact_px_milli, money, qty, num, 10)
    assert price == floor(Fraction(money * 1000 * 10, qty * num))


def test_impact_notional_is_the_margin_at_the_lowest_initial_rate():
    assert marking.impact_notional(200 * 10**6, 8_000_000) == 25_000 * 10**6
