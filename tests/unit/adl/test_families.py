"""Each family of policies against its plain twin, and what the plain numbers of small cases are."""

from fractions import Fraction

import numpy as np
import pytest
from tests.support.winners import as_plain, seeds, winners_with

from unhedged.adl.capped import capped_pro_rata, risk_aware_pro_rata
from unhedged.adl.checking import draw_winners
from unhedged.adl.claims import given_up, lots_worth
from unhedged.adl.global_haircut import global_haircut
from unhedged.adl.hedge_aware import hedge_aware
from unhedged.adl.min_max import min_max
from unhedged.adl.pro_rata import equity_pro_rata
from unhedged.adl.projection import VectorMirrorDescent, endowments_in_lots, project
from unhedged.adl.published import min_max_published
from unhedged.adl.random_start import random_start
from unhedged.reference import allocation as plain
from unhedged.reference.rng import uniforms_of

MONEY = ("unrealised", "equity", "wallet", "maintenance")


def questions(rounds=40, largest=None, *, cut=8):
    """Yield winners whose weights lose no bits, as rows and as mappings, and lots to close."""
    for seed in seeds():
        random = np.random.default_rng(seed)
        for _ in range(rounds):
            winners = draw_winners(random)
            if largest is not None:
                winners["qty"] = 1 + winners["qty"] % largest
            for column in MONEY:
                winners[column] >>= cut
            lots = int(random.integers(1, winners["qty"].sum() + 1))
            yield winners, as_plain(winners), lots


def test_what_lots_give_up_is_exact():
    for winners, rows, lots in questions():
        each = np.minimum(winners["qty"], lots)
        assert given_up(winners, each).tolist() == [
            plain.given_up(one, int(n)) for one, n in zip(rows, each, strict=True)
        ]
        atoms = np.maximum(winners["unrealised"], 0)
        assert lots_worth(winners, atoms).tolist() == [
            plain.lots_worth(one, int(n)) for one, n in zip(rows, atoms, strict=True)
        ]


def test_capped_pro_rata_is_that_of_fractions():
    for winners, rows, lots in questions():
        assert capped_pro_rata(winners, lots).tolist() == plain.capped(rows, lots)


def test_capped_pro_rata_leaves_the_maintenance_margin_while_it_can():
    # Each lot gives up 10 atoms. The first may lose 20, two lots; the second all of its profit.
    winners = winners_with(
        [10, 10], unrealised=100, equity=[70, 500], maintenance=50, notional=1000, mark_milli=1000, px_milli=1100
    )  # fmt: skip
    assert given_up(winners, winners["qty"]).tolist() == [100, 100]
    assert capped_pro_rata(winners, 4).tolist() == [2, 2]
    assert capped_pro_rata(winners, 10).tolist() == [2, 8]
    assert capped_pro_rata(winners, 12).tolist() == [2, 10]
    assert capped_pro_rata(winners, 14).tolist() == [4, 10]


def test_risk_aware_pro_rata_is_right_to_the_lot():
    for winners, rows, lots in questions(largest=10**9):
        risk = [
            Fraction(one["account_notional"], one["equity"]) if one["equity"] > 0 else Fraction(0)
            for one in rows
        ]
        expected = plain.capped(rows, lots, risk)
        assert np.abs(risk_aware_pro_rata(winners, lots) - expected).max() <= 1


def test_twice_the_leverage_is_twice_the_haircut():
    winners = winners_with(
        [100, 100], unrealised=1000, equity=1000, account_notional=[2000, 4000], notional=2000, mark_milli=1000,
        px_milli=1000,
    )  # fmt: skip
    assert risk_aware_pro_rata(winners, 30).tolist() == [10, 20]


def test_global_haircut_goes_by_the_profit_of_the_account():
    for winners, rows, lots in questions():
        claims = [Fraction(max(0, one["equity"] - one["wallet"])) for one in rows]
        expected = plain.close_in_proportion(rows, lots, claims)
        assert global_haircut(winners, lots).tolist() == expected


def test_hedge_aware_is_right_to_the_lot_of_each_class():
    for winners, rows, lots in questions(largest=10**9):
        assert np.abs(hedge_aware(winners, lots) - plain.hedge_aware(rows, lots)).max() <= 2


def test_unhedged_profit_is_closed_before_hedged_profit_and_both_before_losses():
    winners = winners_with([10, 10, 10], unrealised=[50, 50, -5], notional=100, hedge=[60, 0, 0])
    assert hedge_aware(winners, 7).tolist() == [2, 5, 0]
    assert hedge_aware(winners, 14).tolist() == [4, 10, 0]
    assert hedge_aware(winners, 17).tolist() == [7, 10, 0]
    assert hedge_aware(winners, 25).tolist() == [10, 10, 5]


def test_min_max_is_that_of_one_lot_after_the_other():
    for winners, rows, lots in questions(rounds=12, largest=30, cut=36):
        assert min_max(winners, lots).tolist() == plain.min_max(rows, lots)


def test_min_max_decides_equal_and_nearly_equal_levels():
    equal = winners_with([5] * 40, equity=7)
    assert min_max(equal, 45).tolist() == [2] * 5 + [1] * 35
    # 1 / (10^17 - 1) is above 1 / 10^17, which float64 does not see.
    near = winners_with([9, 9], equity=[10**17 - 1, 10**17])
    assert min_max(near, 1).tolist() == [0, 1]
    assert min_max(near[::-1], 1).tolist() == [1, 0]


def largest_haircut(winners, closes):
    """Return the largest number of lots per atom of equity; None when somebody pays who owns nothing."""
    paying = np.flatnonzero(closes)
    if (winners["equity"][paying] <= 0).any():
        return None
    return max(Fraction(int(closes[n]), int(winners["equity"][n])) for n in paying)


def test_no_policy_has_a_smaller_largest_haircut_of_equity():
    for winners, _, lots in questions(rounds=20):
        best = largest_haircut(winners, min_max(winners, lots))
        for other in (equity_pro_rata, capped_pro_rata, hedge_aware, global_haircut):
            largest = largest_haircut(winners, other(winners, lots))
            assert largest is None or best <= largest


@pytest.mark.parametrize("contract", [1, 10, 1000])
def test_published_fallback_is_its_plain_twin(contract):
    for winners, rows, lots in questions(rounds=15, largest=10**6):
        found = min_max_published(contract)(winners, lots)
        assert found.tolist() == plain.greedy(rows, lots, contract)


def test_published_fallback_is_not_the_optimum():
    winners = winners_with([100, 100, 100], equity=[1_000, 1_000, 10])
    assert min_max(winners, 25).tolist() == [13, 12, 0]
    assert min_max_published(10)(winners, 25).tolist() == [20, 5, 0]


@pytest.mark.parametrize("draw", range(4))
def test_random_start_is_its_plain_twin(draw):
    for winners, rows, lots in questions(rounds=15):
        expected = plain.random_start(rows, lots, uniforms_of(11, draw)[0])
        assert random_start(11, draw)(winners, lots).tolist() == expected


def test_projection_is_the_nearest_point_of_the_budget():
    below_zero_of_a_small_endowment = 2449887156
    for seed in (*seeds(), below_zero_of_a_small_endowment):
        random = np.random.default_rng(seed)
        for _ in range(40):
            count = int(random.integers(1, 12))
            endowments = random.lognormal(0.0, 2.0, count) * (random.random(count) < 0.8)
            if endowments.sum() == 0:
                continue
            wished = random.uniform(-0.5, 1.5, count)
            budget = random.uniform(0.0, 1.0) * endowments.sum()
            found = project(wished, endowments, budget)
            assert found == pytest.approx(plain.project(wished, endowments, budget), abs=1e-9)
            assert float((found * endowments).sum()) == pytest.approx(budget)
    assert project(np.zeros(2), np.array([1.0, 2.0]), 3.5).tolist() == [1.0, 1.0]


def test_vector_mirror_descent_takes_a_larger_part_of_larger_profits_and_remembers():
    winners = winners_with(
        [1000, 1000], unrealised=[1000, 3000], equity=5000, notional=10_000, mark_milli=1000, px_milli=1100
    )  # fmt: skip
    assert endowments_in_lots(winners).tolist() == [1000.0, 3000.0]
    policy = VectorMirrorDescent(step=0.5)
    # h in proportion to the profit, so lots in proportion to its square.
    assert policy(winners, 100).tolist() == [10, 90]
    # Half of h = (0.01, 0.03) is kept, which takes 50; the projection adds as much again.
    assert policy(winners, 100).tolist() == [10, 90]
    # The other one is new: it begins at 0, the first at 0.005.
    other = winners[::-1].copy()
    other["account"] = [7, 0]
    assert policy(other, 100).tolist() == [86, 14]
    assert policy.fresh()(other, 100).tolist() == [90, 10]
