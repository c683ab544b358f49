from fractions import Fraction
from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import margin

USD = 10**6
# Binance BTCUSDT, brackets read from the exchange on 2024-10-24: floor in USDT, rate in ppb.
BTCUSDT = [
    (0, 4_000_000),
    (50_000, 5_000_000),
    (600_000, 6_500_000),
    (3_000_000, 10_000_000),
    (12_000_000, 20_000_000),
    (70_000_000, 25_000_000),
    (100_000_000, 50_000_000),
    (230_000_000, 100_000_000),
    (480_000_000, 125_000_000),
    (600_000_000, 150_000_000),
    (800_000_000, 250_000_000),
    (1_200_000_000, 500_000_000),
]
PUBLISHED_CUM = [
    0,
    50,
    950,
    11_450,
    131_450,
    481_450,
    2_981_450,
    14_481_450,
    26_481_450,
    41_481_450,
    121_481_450,
    421_481_450,
]
NOTIONAL = st.integers(0, 10**16)  # to $10bn


def deductions() -> list[int]:
    result = [0]
    for (_, before), (lower, rate) in pairwise(BTCUSDT):
        result.append(margin.next_deduction(result[-1], lower * USD, before, rate))
    return result


def margin_by_slices(notional: int) -> Fraction:
    floors = [lower * USD for lower, _ in BTCUSDT] + [10**18]
    return sum(
        (
            Fraction(max(0, min(notional, above) - lower)) * rate / 10**9
            for lower, above, (_, rate) in (
                (a, b, t) for (a, b), t in zip(pairwise(floors), BTCUSDT, strict=True)
            )
        ),
        Fraction(0),
    )


def test_recurrence_reproduces_every_published_deduction():
    assert deductions() == [cum * USD for cum in PUBLISHED_CUM]


@given(NOTIONAL)
def test_tier_margin_is_the_sum_of_marginal_slices(checked, notional):
    tier = max(i for i, (lower, _) in enumerate(BTCUSDT) if lower * USD <= notional)
    mm = checked(margin.maintenance_margin, notional, BTCUSDT[tier][1], deductions()[tier])
    assert mm == ceil(margin_by_slices(notional))


@given(st.integers(1, len(BTCUSDT) - 1))
def test_margin_is_continuous_at_a_tier_floor_which_belongs_to_the_higher_tier(tier):
    floor = BTCUSDT[tier][0] * USD
    lower = margin.maintenance_margin(floor, BTCUSDT[tier - 1][1], deductions()[tier - 1])
    higher = margin.maintenance_margin(floor, BTCUSDT[tier][1], deductions()[tier])
    assert lower == higher
    assert margin.is_in_tier(floor, floor, 2 * floor)
    assert not margin.is_in_tier(floor, BTCUSDT[tier - 1][0] * USD, floor)


def test_maintenance_is_never_negative():
    assert margin.maintenance_margin(10, 4_000_000, 1_000) == 0


@given(NOTIONAL, st.integers(0, 10**9), st.integers(1, 150))
def test_initial_margins_are_rounded_up(checked, notional, rate, leverage):
    assert checked(margin.initial_margin, notional, rate) == ceil(Fraction(notional) * rate / 10**9)
    at_leverage = checked(margin.initial_margin_at_leverage, notional, leverage)
    assert at_leverage == ceil(Fraction(notional, leverage))


@given(NOTIONAL, st.integers(0, 10**9))
def test_whole_position_margin_applies_the_rate_to_everything(checked, notional, rate):
    mm = checked(margin.whole_position_margin, notional, rate)
    assert 0 <= mm * 10**9 - notional * rate < 10**9


def test_whole_position_margin_jumps_at_the_edge():
    below = margin.whole_position_margin(3_000 * USD - 1, 4_000_000)
    at = margin.whole_position_margin(3_000 * USD, 5_000_000)
    assert at - below == 3 * USD


@given(st.integers(0, 10**8), st.integers(0, 10**6), st.integers(0, 10**10), st.integers(1, 10**8))
def test_slope_rate_grows_with_size_and_is_rounded_up(checked, base, slope, size, unit):
    rate = checked(margin.slope_rate, base, slope, size, unit)
    assert rate == base + ceil(Fraction(slope) * size / unit)


@given(st.integers(0, 10**16), st.integers(0, 10**15), st.integers(1, 10**14))
def test_risk_limit_steps_are_the_fewest_that_hold_the_position(checked, notional, base, step):
    steps = checked(margin.risk_limit_steps, notional, base, step)
    assert notional <= base + steps * step
    assert steps == 0 or notional > base + (steps - 1) * step


def test_a_step_adds_the_base_maintenance_rate_to_both_margins():
    assert margin.step_rate(10_000_000, 5_000_000, 3) == 25_000_000


def test_hyperliquid_maintenance_is_half_the_initial_rate_at_maximum_leverage():
    assert margin.hyperliquid_maintenance_rate(40) == 12_500_000
    assert margin.hyperliquid_maintenance_rate(3) == 166_666_667
    for leverage in range(1, 51):
        rate = margin.hyperliquid_maintenance_rate(leverage)
        assert rate == ceil(Fraction(10**9, 2 * leverage))


def test_withdrawals_leave_ten_percent_of_notional_or_the_initial_margin():
    assert margin.hyperliquid_transfer_margin(5, 101, 10**8) == 11
    assert margin.hyperliquid_transfer_margin(50, 101, 10**8) == 50


def test_top_ups_reach_the_threshold_or_the_end_of_the_reserve():
    assert margin.top_ups(90, 100, 5, 1000) == 2
    assert margin.top_ups(91, 100, 5, 1000) == 2
    assert margin.top_ups(95, 100, 5, 1000) == 1
    assert margin.top_ups(99, 100, 5, 4) == 0
    assert margin.top_ups(0, 100, 5, 12) == 2


@given(
    st.integers(-(10**15), 10**15),
    st.integers(1, 10**6),
    st.integers(1, 10**9),
    st.integers(0, 10**12),
)
def test_top_ups_are_those_added_one_by_one(equity, short, amount, reserve):
    many = margin.top_ups(equity, equity + short, amount, reserve)
    assert many * amount <= reserve
    assert many == 0 or equity + (many - 1) * amount < equity + short
    assert equity + many * amount >= equity + short or (many + 1) * amount > reserve
