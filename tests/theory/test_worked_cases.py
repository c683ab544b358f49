"""Cases small enough to check by hand, the identity for the top winner, and statements that fail on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.adl_theory import pro_rata, queue
from tests.support.adl_theory_tables import BOOK, bankruptcy, equity

from unhedged.measures.haircuts import haircuts
from unhedged.measures.solvency import deficit
from unhedged.measures.survivor import top_survivor
from unhedged.rules import adl_score

PROFITS = st.lists(st.floats(0.1, 1e6), min_size=2, max_size=12)


def test_three_winners_half_of_a_deficit() -> None:
    w, budget = [8.0, 4.0, 0.5], 0.5 * 15
    assert queue(w, budget, [1, 0, 2]).tolist() == [3.5, 4.0, 0.0]
    assert pro_rata(w, budget) == pytest.approx([4.8, 2.4, 0.3])


def test_five_accounts_have_the_printed_bankruptcy_prices() -> None:
    printed = [0.0, 1 / 3, 5 / 3, 0.8947, 1.1010]
    assert [round(bankruptcy(leverage), 4) for leverage in BOOK] == [round(p, 4) for p in printed]
    for leverage in BOOK:
        assert equity(leverage, bankruptcy(leverage)) == pytest.approx(0.0, abs=1e-12)


def test_a_jump_leaves_the_printed_deficit() -> None:
    owned = [equity(leverage, 1.5) for leverage in BOOK]
    assert round(deficit(range(len(BOOK)), owned), 3) == 0.399


def test_a_partial_close_solves_its_quadratic() -> None:
    """A long of 10 at 100 with equity 40, 5 % kept, impact of 0.5 per coin, a fee of 3: the least size that brings it back.

    ``a D^2 / 2 - m p D + (m p q - e + fee) = 0``; after it equity covers 5 % of what is left, exactly.
    """
    q, p, e, m, a, fee = 10.0, 100.0, 40.0, 0.05, 0.5, 3.0
    least = min(np.roots([a / 2, -m * p, m * p * q - e + fee]).real)
    assert 0 < least < q
    fill = p - a * least / 2
    assert e + least * (fill - p) - fee == pytest.approx(m * p * (q - least))
    # With ten times the impact no size brings it back: what selling costs is more than what it frees.
    assert np.iscomplex(np.roots([10 * a / 2, -m * p, m * p * q - e + fee])).all()


@given(PROFITS, st.floats(0.001, 1.0))
def test_pro_rata_leaves_the_top_winner_more_by_exactly_this(w: list[float], part: float) -> None:
    w = sorted(w, reverse=True)
    budget = part * w[0]
    more = queue(w, budget)[0] - pro_rata(w, budget)[0]
    assert more == pytest.approx(budget * (1 - w[0] / sum(w)), rel=1e-9, abs=1e-9 * w[0])


@given(PROFITS, st.floats(0.001, 1.0))
def test_the_best_survivor_obeys_it_while_the_top_stays_the_top(
    w: list[float], part: float
) -> None:
    w = sorted(w, reverse=True)
    budget = part * (w[0] - w[1])
    found = top_survivor(w, pro_rata(w, budget)) - top_survivor(w, queue(w, budget))
    assert found == pytest.approx(budget * (1 - w[0] / sum(w)), rel=1e-9, abs=1e-9 * w[0])


def test_the_best_survivor_breaks_it_when_the_second_passes_the_top() -> None:
    """Profits 8 and 7, budget 4 <= 8: the identity says +1.87; the queue leaves 7 to the second, pro-rata 5.87 to the first."""
    w, budget = [8.0, 7.0], 4.0
    found = top_survivor(w, pro_rata(w, budget)) - top_survivor(w, queue(w, budget))
    assert budget * (1 - w[0] / sum(w)) == pytest.approx(1.8667, abs=1e-4)
    assert found == pytest.approx(-1.1333, abs=1e-4)


@given(PROFITS, st.floats(0.001, 1.0), st.randoms())
def test_no_policy_takes_more_from_the_top_winner_than_the_queue(
    w: list[float], part: float, random: object
) -> None:
    w = sorted(w, reverse=True)
    budget = part * sum(w)
    order = list(range(len(w)))
    random.shuffle(order)
    assert queue(w, budget)[0] >= queue(w, budget, order)[0]
    assert queue(w, budget)[0] >= pro_rata(w, budget)[0] * (1 - 1e-12)


def test_equal_haircuts_do_not_minimise_a_convex_cost_over_accounts() -> None:
    w = np.array([8.0, 4.0])
    equal, other = haircuts(pro_rata(w, 6.0), w), np.array([0.6, 0.3])
    assert (w * other).sum() == pytest.approx((w * equal).sum())
    assert (other**2).sum() == pytest.approx(0.45)
    assert (equal**2).sum() == pytest.approx(0.5)


@given(PROFITS, st.floats(0.01, 0.99), st.randoms())
def test_equal_haircuts_minimise_a_convex_cost_over_dollars(
    w: list[float], part: float, random: object
) -> None:
    owned = np.array(w)
    order = list(range(len(w)))
    random.shuffle(order)
    budget = part * owned.sum()
    equal = haircuts(pro_rata(w, budget), owned)
    mixed = haircuts((pro_rata(w, budget) + queue(w, budget, order)) / 2, owned)
    for cost in (np.square, np.exp, lambda h: np.maximum(0, h - 0.3)):
        assert owned @ cost(equal) <= owned @ cost(mixed) * (1 + 1e-9) + 1e-9


def test_two_scores_of_one_venue_order_two_winners_differently() -> None:
    """A: return 1 %, leverage 10. B: return 50 %, leverage 1. Entry cost 100 each, longs."""

    def both(cost: int, gain: int, leverage: int) -> tuple[float, float]:
        marked = cost + gain
        owned = marked // leverage
        return (
            adl_score.score_hyperliquid_documented(1, marked, cost, owned),
            adl_score.score_hyperliquid_observed(marked, owned, gain, cost),
        )

    a, b = both(1_000_000, 10_000, 10), both(1_000_000, 500_000, 1)
    assert a == pytest.approx((10.1, 0.1))
    assert b == pytest.approx((1.5, 0.5))
    assert (a[0] > b[0], a[1] > b[1]) == (True, False)
