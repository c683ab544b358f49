from hypothesis import assume, given
from hypothesis import strategies as st

from unhedged.rules import pool

OI = st.floats(0.0, 1e9)


@given(OI, OI)
def test_what_the_heavier_side_pays_the_lighter_side_receives(long, short):
    assume(min(long, short) > 1.0)
    rate = pool.funding_gmx(2e-5, long, short, 1)
    paid = rate * max(long, short)
    received = pool.funding_received_gmx(rate, long, short) * min(long, short)
    assert abs(paid - received) <= 1e-9 * paid
    assert abs(rate - 2e-5 * abs(long - short) / (long + short)) <= 1e-15


def test_an_empty_pool_or_side_pays_nothing():
    assert pool.funding_gmx(2e-5, 0.0, 0.0, 1) == 0.0
    assert pool.funding_received_gmx(1e-5, 100.0, 0.0) == 0.0


@given(OI, OI, OI)
def test_impact_of_a_trade_in_two_parts_is_the_impact_of_the_whole(a, b, c):
    parts = pool.impact_gmx(a, b, 2, 1e-9) + pool.impact_gmx(b, c, 2, 1e-9)
    whole = pool.impact_gmx(a, c, 2, 1e-9)
    assert abs(parts - whole) <= 1e-9 * (a * a + b * b + c * c) * 1e-3 + 1e-12


def step(rate: float, imbalance: float, heavier: int, dt: float = 100.0) -> float:
    return pool.funding_step_gmx(rate, imbalance, heavier, 0.05, 0.03, 1e-8, 2e-8, dt, 0.0, 1e-5)


def test_rate_rises_towards_the_heavier_side_above_the_stable_threshold():
    assert abs(step(1e-6, 0.06, 1) - (1e-6 + 0.06 * 1e-8 * 100)) < 1e-18
    assert abs(step(-1e-6, 0.06, -1) + (1e-6 + 0.06 * 1e-8 * 100)) < 1e-18


def test_rate_is_unchanged_between_the_thresholds_and_on_them():
    for imbalance in (0.03, 0.04, 0.05):
        assert step(1e-6, imbalance, 1) == 1e-6


def test_rate_falls_below_the_decrease_threshold_and_stops_at_zero():
    assert abs(step(5e-6, 0.02, 1) - (5e-6 - 2e-6)) < 1e-18
    assert step(1e-6, 0.02, 1) == 0.0
    assert abs(step(-5e-6, 0.02, -1) + (5e-6 - 2e-6)) < 1e-18


def test_skew_against_the_rate_always_moves_it():
    assert step(1e-6, 0.01, -1) < 1e-6


@given(st.floats(-1e-5, 1e-5), st.floats(0, 1), st.sampled_from([-1, 1]), st.floats(0, 1e5))
def test_rate_never_leaves_its_bounds(rate, imbalance, heavier, dt):
    assert abs(step(rate, imbalance, heavier, dt)) <= 1e-5


def test_a_rate_of_zero_takes_the_lower_bound_on_the_heavier_side():
    assert pool.funding_step_gmx(0.0, 0.0, -1, 0.05, 0.03, 1.0, 0.0, 1.0, 1e-7, 1e-5) == -1e-7


def test_winners_are_closed_only_above_the_limit():
    assert not pool.is_pool_adl(85.0, 100.0, 0.85)
    assert pool.is_pool_adl(85.1, 100.0, 0.85)
    assert pool.is_pool_adl(1.0, -5.0, 0.85)
