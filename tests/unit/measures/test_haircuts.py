"""How a loss is spread: against definitions written out in full."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.measures import haircuts as hc
from unhedged.vocab.errors import DataError

AMOUNTS = st.lists(st.integers(0, 10**11).map(lambda cents: cents / 100), min_size=1, max_size=30)


def plain_gini(x: list[float]) -> float:
    """All pairs, as defined."""
    n, total = len(x), sum(x)
    return sum(abs(a - b) for a in x for b in x) / (2 * n * total)


@given(AMOUNTS.filter(lambda x: sum(x) > 1e-3))
def test_gini_is_half_the_relative_mean_difference(x: list[float]) -> None:
    assert hc.gini(x) == pytest.approx(plain_gini(x), abs=1e-9)


@given(AMOUNTS.filter(lambda x: sum(x) > 1e-3), st.floats(1e-3, 1e3))
def test_shares_do_not_change_with_the_unit(x: list[float], unit: float) -> None:
    scaled = [unit * v for v in x]
    assert hc.gini(scaled) == pytest.approx(hc.gini(x), abs=1e-9)
    assert hc.hhi(scaled) == pytest.approx(hc.hhi(x), rel=1e-9)
    assert hc.top_share(scaled, 3) == pytest.approx(hc.top_share(x, 3), rel=1e-9)
    assert np.allclose(hc.haircuts(scaled, scaled), hc.haircuts(x, x))


@given(AMOUNTS.filter(lambda x: sum(x) > 1e-3))
def test_bounds_of_concentration(x: list[float]) -> None:
    n = len(x)
    assert 1 / n - 1e-12 <= hc.hhi(x) <= 1 + 1e-12
    assert 0 <= hc.gini(x) <= 1 - 1 / n + 1e-12
    curve = hc.lorenz(x)
    assert len(curve) == n + 1
    assert curve[0] == 0
    assert curve[-1] == 1
    # Twice the area between the diagonal and the curve is the Gini coefficient.
    area = ((curve[1:] + curve[:-1]) / 2).mean()
    assert 1 - 2 * area == pytest.approx(hc.gini(x), abs=1e-9)


def test_one_pays_all_and_all_pay_alike() -> None:
    assert hc.gini([0, 0, 0, 8]) == 0.75
    assert hc.hhi([0, 0, 0, 8]) == 1.0
    assert (hc.gini([2, 2, 2]), hc.hhi([2, 2, 2])) == (0.0, pytest.approx(1 / 3))
    assert hc.top_share([5, 1, 3, 1], 2) == 0.8
    assert hc.top_share([5, 1], 10) == 1.0


@pytest.mark.parametrize("x", [[], [0.0, 0.0]])
def test_nothing_taken_has_no_spread(x: list[float]) -> None:
    assert all(math.isnan(v) for v in (hc.gini(x), hc.hhi(x), hc.top_share(x, 1)))
    assert np.isnan(hc.lorenz(x)).all()


def test_haircut_of_nothing_is_nothing_or_everything() -> None:
    assert hc.haircuts([1.0, 0.0, 2.0, 0.0], [4.0, 0.0, 0.0, -3.0]).tolist() == [
        0.25, 0.0, math.inf, 0.0,
    ]  # fmt: skip
    with pytest.raises(DataError, match=r"taken is -1\.0 in row 1"):
        hc.haircuts([1.0, -1.0], [1.0, 1.0])


def test_quantile_is_an_observed_value() -> None:
    x = list(range(1, 101))
    assert (hc.quantile(x, 0.99), hc.quantile(x, 0.991), hc.quantile(x, 1.0)) == (99, 100, 100)
    assert (hc.quantile(x, 0.0), hc.quantile([7.0], 0.5)) == (1, 7)
    assert math.isnan(hc.quantile([], 0.5))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 99))
def test_quantile_is_the_least_that_enough_do_not_exceed(x: list[int], percent: int) -> None:
    found = hc.quantile(x, percent / 100)
    enough = [v for v in sorted(set(x)) if 100 * sum(u <= v for u in x) >= percent * len(x)]
    assert found == enough[0]


def test_spread_of_three_owners() -> None:
    """8, 4 and nothing of 16, 5 and 10: haircuts 50 %, 80 % and none."""
    found = hc.spread([8.0, 4.0, 0.0], [16.0, 5.0, 10.0])
    assert (found.largest, found.p99) == (0.8, 0.8)
    assert found.hhi == pytest.approx((8 / 12) ** 2 + (4 / 12) ** 2)
    assert found.effective == pytest.approx(1.8)
    assert found.gini == pytest.approx(plain_gini([8.0, 4.0, 0.0]))
    assert found.top10 == 1.0


def test_nobody_has_no_spread() -> None:
    found = hc.spread([], [])
    assert all(
        math.isnan(v) for v in (found.largest, found.p99, found.gini, found.hhi, found.effective)
    )


def test_equal_haircuts_are_majorised_by_any_of_the_same_sum() -> None:
    assert hc.is_weakly_majorised([0.5, 0.5], by=[0.9, 0.1])
    assert not hc.is_weakly_majorised([0.9, 0.1], by=[0.5, 0.5])
    assert hc.is_weakly_majorised([0.5, 0.4], by=[0.5, 0.5])
    assert hc.is_weakly_majorised([], by=[])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.floats(0, 1))
def test_moving_from_the_larger_to_the_smaller_never_makes_it_more_unequal(
    h: list[float], part: float
) -> None:
    low, high = min(h), max(h)
    moved = list(h)
    step = part * (high - low) / 2
    moved[h.index(high)] -= step
    moved[h.index(low)] += step
    assert hc.is_weakly_majorised(moved, by=h)
    # ... and any increasing convex cost agrees.
    for cost in (np.square, np.exp):
        assert cost(np.array(moved)).sum() <= cost(np.array(h)).sum() + 1e-9
