"""Deficits once, funds, waves and conservation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.measures import solvency as sol
from unhedged.vocab.errors import DataError


def test_a_gap_of_exactly_the_limit_is_the_same_wave() -> None:
    assert sol.waves([0, 5, 11, 10, 30], 5).tolist() == [0, 0, 0, 0, 1]
    assert sol.waves([0, 5, 11], 5).tolist() == [0, 0, 1]
    assert sol.waves([11, 0, 5], 5).tolist() == [1, 0, 0]
    assert sol.waves([], 5).tolist() == []


def test_one_loss_seen_nine_times_is_one_loss() -> None:
    """The published sum counts a state of one account in nine waves; counted once, the deficit is that of the account."""
    account = ["vault"] * 9 + ["other", "rich"]
    equity = [-10_925_707.16] * 9 + [-100.0, 50.0]
    wave = [*range(9), 3, 3]
    assert sol.deficit(account, equity) == pytest.approx(10_925_807.16)
    by_wave = sol.deficit_by_wave(wave, account, equity)
    assert by_wave[3] == pytest.approx(10_925_807.16)
    assert by_wave.sum() == pytest.approx(9 * 10_925_707.16 + 100)


def test_an_account_counts_at_its_lowest() -> None:
    assert sol.deficit(["a", "a", "a"], [-5.0, -8.0, 3.0]) == 8.0
    assert sol.deficit(["a"], [0.0]) == 0.0
    assert sol.deficit([], []) == 0.0
    assert sol.deficit_by_wave([], [], []).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-50, 50)), max_size=30))
def test_waves_never_sum_to_less_than_the_event(rows: list[tuple[int, int, int]]) -> None:
    wave, account, equity = ([row[n] for row in rows] for n in range(3))
    by_wave = sol.deficit_by_wave(wave, account, equity)
    lowest = {
        a: min([0, *(e for b, e in zip(account, equity, strict=True) if b == a)]) for a in account
    }
    assert sol.deficit(account, equity) == -sum(lowest.values())
    assert by_wave.sum() >= sol.deficit(account, equity)


def test_a_deficit_left_behind_is_not_found_again() -> None:
    """The vault lacks 100 and keeps lacking 70; 90 at the next look are 20 more; 10 at the next are none."""
    account, before, after = ["v", "a", "v", "v"], [-100, -5, -90, -10], [-70, 0, -40, 3]
    assert sol.new_deficits(account, before, after).tolist() == [100, 5, 20, 0]
    assert sol.new_deficits([], [], []).tolist() == []


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-20, 20), st.integers(-20, 20)), max_size=25)
)
def test_new_deficits_walk_by_walk(rows: list[tuple[int, int, int]]) -> None:
    behind: dict[int, int] = {}
    by_hand = []
    for account, before, after in rows:
        by_hand.append(max(0, max(0, -before) - behind.get(account, 0)))
        behind[account] = max(0, -after)
    columns = ([row[n] for row in rows] for n in range(3))
    assert sol.new_deficits(*columns).tolist() == by_hand


def test_coverage_and_drawdown() -> None:
    assert sol.coverage(30.0, 60.0) == 0.5
    assert sol.coverage(30.0, 0.0) == math.inf
    assert math.isnan(sol.coverage(0.0, 0.0))
    assert sol.drawdown([100.0, 80.0, 120.0, 60.0, 130.0]) == 0.5
    assert sol.drawdown([100.0, 110.0]) == 0.0
    assert sol.drawdown([50.0, -10.0]) == pytest.approx(1.2)
    assert math.isnan(sol.drawdown([]))
    assert math.isnan(sol.drawdown([0.0, -5.0]))
    assert sol.drawdown([0.0, 10.0, 5.0]) == 0.5
    assert sol.socialised_ratio(2.0, 8.0) == 0.25


def test_the_fund_to_hold_minimises_its_cost() -> None:
    """Cost of a fund K: r K + kappa E(D - K)+. The quantile is its minimum, found here by trying every deficit."""
    losses = np.random.default_rng(4).pareto(2.0, 500) * 1e6
    for r, kappa in ((0.1, 1.0), (0.02, 3.0), (0.5, 0.9)):
        found = sol.fund_to_hold(losses, capital_cost=r, franchise_loss=kappa)
        sizes = np.concatenate(([0.0], losses))
        unpaid = np.maximum(0, losses[None, :] - sizes[:, None]).mean(axis=1)
        cost = r * sizes + kappa * unpaid
        assert cost[sizes == found][0] <= cost.min() * (1 + 1e-12)
    assert sol.fund_to_hold(losses, capital_cost=1.0, franchise_loss=1.0) == 0.0
    assert math.isnan(sol.fund_to_hold([], capital_cost=0.1, franchise_loss=1.0))
    with pytest.raises(DataError, match="capital_cost is 0"):
        sol.fund_to_hold(losses, capital_cost=0.0, franchise_loss=1.0)


def test_expected_shortfall_counts_the_last_outcome_in_part() -> None:
    assert sol.expected_shortfall(range(1, 101), 0.99) == 100
    assert sol.expected_shortfall(range(1, 101), 0.98) == pytest.approx(99.5)
    assert sol.expected_shortfall([4.0, 8.0, 0.0], 0.5) == pytest.approx((8 + 0.5 * 4) / 1.5)
    assert sol.expected_shortfall([4.0, 8.0], 0.99) == pytest.approx(8.0)
    assert sol.expected_shortfall([4.0, 8.0], 0.0) == 6.0
    assert math.isnan(sol.expected_shortfall([]))
    with pytest.raises(DataError, match="level is 1"):
        sol.expected_shortfall([1.0], 1.0)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0, 0.99))
def test_expected_shortfall_is_at_least_the_quantile(losses: list[float], level: float) -> None:
    """And it is the least of Rockafellar and Uryasev's ``K + E(D - K)+ / (1 - level)``, tried at every outcome."""
    tail = np.array(losses)
    tried = [k + np.maximum(0, tail - k).mean() / (1 - level) for k in losses]
    assert sol.expected_shortfall(losses, level) == pytest.approx(min(tried), rel=1e-6, abs=1e-6)


@given(
    st.lists(
        st.tuples(st.integers(-(2**62), 2**62), st.integers(0, 2**60)), min_size=1, max_size=20
    )
)
def test_money_neither_comes_nor_goes(rows: list[tuple[int, int]]) -> None:
    """Any profits that cancel, on any deposits: nothing is left over, and an atom too many is seen."""
    gains = [gain for gain, _ in rows]
    equities = [own + gain for gain, own in rows] + [-sum(gains) - 7]
    brought = sum(own for _, own in rows)
    assert sol.imbalance(equities, brought=brought, taken=0, fees=7) == 0
    assert sol.imbalance([*equities, 1], brought=brought, taken=0, fees=7) == 1
    assert sol.imbalance(equities, brought=brought + 5, taken=5, fees=7) == 0
