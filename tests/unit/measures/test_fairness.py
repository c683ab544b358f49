"""The fairest allocation against its dual, and what owners did afterwards."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.measures import churn, fairness
from unhedged.vocab.errors import DataError

WINNERS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30)), min_size=1, max_size=7)


def dual(endowments: list[int], equity: list[int], budget: Fraction) -> Fraction:
    """Return M* as the largest lower bound any set of winners gives: what others cannot pay, over the equity of the set.

    Weak duality: for a set S, ``budget = sum x <= M e(S) + w(not S)``. The largest bound over all sets is the optimum of the linear
    programme, since its dual's corners are such sets.
    """
    able = [(w, e) for w, e in zip(endowments, equity, strict=True) if e > 0]
    best = Fraction(0)
    for size in range(1, len(able) + 1):
        for chosen in combinations(range(len(able)), size):
            others = sum(w for n, (w, _) in enumerate(able) if n not in chosen)
            best = max(best, (budget - others) / sum(able[n][1] for n in chosen))
    return best


@given(WINNERS, st.integers(0, 100))
def test_smallest_largest_haircut_is_the_optimum_of_the_linear_programme(
    rows: list[tuple[int, int]], percent: int
) -> None:
    endowments, equity = [w for w, _ in rows], [e for _, e in rows]
    budget = Fraction(percent * sum(w for w, e in rows if e > 0), 100)
    found = fairness.min_max_haircut(endowments, equity, float(budget))
    assert found == pytest.approx(float(dual(endowments, equity, budget)), rel=1e-9, abs=1e-12)
    allocation = fairness.min_max_allocation(endowments, equity, float(budget))
    assert allocation.sum() == pytest.approx(float(budget), abs=1e-9)
    assert (allocation <= np.array(endowments) + 1e-12).all()


def test_water_filling_by_hand() -> None:
    """Profits 1, 6, 6 on equity 10, 10, 20, budget 7: the first gives its 1, the others 2 and 4: a fifth of equity."""
    assert fairness.min_max_haircut([1, 6, 6], [10, 10, 20], 7.0) == pytest.approx(0.2)
    assert fairness.min_max_allocation([1, 6, 6], [10, 10, 20], 7.0) == pytest.approx([1, 2, 4])
    assert fairness.min_max_haircut([1, 6], [10, 10], 0.0) == 0.0
    assert fairness.min_max_haircut([], [], 0.0) == 0.0


def test_who_has_no_equity_gives_nothing() -> None:
    assert fairness.min_max_allocation([5, 5], [0, 10], 4.0) == pytest.approx([0, 4])
    with pytest.raises(DataError, match=r"budget of 6\.00 is more than the 5\.00"):
        fairness.min_max_haircut([5, 5], [0, 10], 6.0)


def test_large_lists_agree_with_bisection() -> None:
    rng = np.random.default_rng(11)
    endowments, equity = rng.pareto(1.2, 20_000), rng.lognormal(0, 2, 20_000)
    for part in (1e-6, 0.1, 0.9, 1.0):
        budget = part * endowments.sum()
        level = fairness.min_max_haircut(endowments, equity, budget)
        assert np.minimum(endowments, level * equity).sum() == pytest.approx(budget, rel=1e-9)
        assert np.minimum(endowments, 0.999 * level * equity).sum() < budget


def test_regret_is_the_distance_to_the_optimum_in_dollars() -> None:
    """Equity 10 and 20, 6 needed: the optimum is a fifth of each. One pays all: three fifths, so 0.4 of 6 dollars."""
    profit, equity = [9.0, 9.0], [10.0, 20.0]
    assert fairness.fairness_regret([2.0, 4.0], profit, equity, needed=6.0) == pytest.approx(0.0)
    assert fairness.fairness_regret([6.0, 0.0], profit, equity, needed=6.0) == pytest.approx(2.4)
    assert fairness.fairness_regret([0.0, 0.0], profit, equity, needed=0.0) == 0.0
    assert fairness.fairness_regret([1.0, 1.0], profit, [0.0, 20.0], needed=2.0) == math.inf


@given(WINNERS, st.floats(0.01, 1.0), st.randoms())
def test_no_allocation_of_the_same_budget_is_fairer(
    rows: list[tuple[int, int]], part: float, random: object
) -> None:
    endowments = np.array([float(w) for w, _ in rows])
    equity = np.array([float(e) for _, e in rows])
    able = np.where(equity > 0, endowments, 0.0)
    budget = part * able.sum()
    # Any other feasible allocation: fill in a random order.
    order = list(range(len(rows)))
    random.shuffle(order)
    other, left = np.zeros(len(rows)), budget
    for n in order:
        other[n] = min(left, able[n])
        left -= other[n]
    largest = max((x / e for x, e in zip(other, equity, strict=True) if x > 0), default=0.0)
    assert fairness.min_max_haircut(endowments, equity, budget) <= largest * (1 + 1e-9)


def test_equity_over_profit_leaves_the_ends_out_of_the_mean() -> None:
    equity = [1000.0, 2.0, 4.0, 6.0, 8.0, -50.0, 7.0]
    profit = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    found = fairness.equity_over_profit(equity, profit, trim=0.2)
    assert found.trimmed_mean == 5.0
    assert (found.median, found.p10, found.p90) == (4.0, -50.0, 1000.0)
    assert math.isnan(fairness.equity_over_profit([1.0], [0.0], trim=0.1).median)


def test_undone_is_what_was_traded_back() -> None:
    """A short of 10 bought back by force: 4 and 3 sold again, 5 more bought, which does not count."""
    assert fairness.undo_fraction(10.0, [-4.0, 5.0, -3.0]) == pytest.approx(0.7)
    assert fairness.undo_fraction(-2.0, [5.0]) == 1.0
    assert fairness.undo_fraction(10.0, []) == 0.0
    assert math.isnan(fairness.undo_fraction(0.0, [1.0]))


def test_exits_of_the_source() -> None:
    """A haircut of 10 % sends 39 % away, one of 20 % sends 63 %."""
    assert churn.exit_probability([0.1, 0.2, 0.0]) == pytest.approx([0.393, 0.632, 0.0], abs=5e-4)
    by_hand = 730 * (24 * 1e-5 + 4e-4) * (0.393469 * 100 + 0.632121 * 50)
    found = churn.revenue_loss([0.1, 0.2], [100.0, 50.0], funding_hour=-1e-5)
    assert found == pytest.approx(by_hand, rel=1e-5)
    assert churn.revenue_loss([], [], funding_hour=0.0) == 0.0
