"""Laws of the papers by simulation, with intervals over independent blocks."""

import numpy as np
import pytest
from tests.support import adl_theory
from tests.support.adl_theory import HEAVY, LIGHT, PARETO, pro_rata, queue
from tests.support.adl_theory_tables import falling, half

from unhedged.measures.survivor import pmr, top_survivor

pytestmark = pytest.mark.statistical

FINITE = 0.02
"""What is left of the law's exponent at these sizes: b_n is the size of a maximum in the limit only."""


@pytest.mark.parametrize("tail", [LIGHT, HEAVY], ids=["light", "heavy"])
@pytest.mark.parametrize(("theta", "part"), [(half, 1.0), (half, 0.05), (falling, 0.05)])
def test_pro_rata_follows_the_law_of_ptsr(tail, theta, part) -> None:
    found = adl_theory.ptsr_exponent(tail, theta, haircut=part, policy=pro_rata)
    assert found.low - FINITE <= 1 <= found.high + FINITE
    assert found.high - found.low < 0.08


@pytest.mark.parametrize("tail", [LIGHT, HEAVY], ids=["light", "heavy"])
def test_a_falling_severity_bends_it_when_haircuts_are_large(tail) -> None:
    found = adl_theory.ptsr_exponent(tail, falling, haircut=1.0, policy=pro_rata)
    assert found.high < 1 - FINITE


def test_the_queue_shrinks_with_the_number_of_winners_whatever_the_tail() -> None:
    """As 1/n: an exponent of ``1 / (1 - 1/alpha)`` against ``n^(1/alpha - 1)``."""
    found = adl_theory.ptsr_exponent(HEAVY, half, haircut=1.0, policy=queue)
    assert found.low - FINITE <= 1 / (1 - 1 / PARETO) <= found.high + FINITE


def test_leverage_imbalance_multiplies_while_haircuts_are_small() -> None:
    small = adl_theory.imbalance_exponent(0.02)
    assert abs(small.mean - 1) < 0.01
    assert small.low > 1  # never less: what the haircut takes does not grow with leverage
    assert adl_theory.imbalance_exponent(1.0).low > 1.2


def test_largest_profit_and_largest_deficit_enter_as_the_law_says() -> None:
    winners, losers = adl_theory.tail_exponent("winners"), adl_theory.tail_exponent("losers")
    assert winners.low - FINITE <= 1 <= winners.high + FINITE
    assert losers.low - FINITE <= -1 <= losers.high + FINITE


def test_exact_form_of_the_leverage_law_in_every_market() -> None:
    rng = np.random.default_rng(8)
    for up, down, theta in ((1, 1, 0.5), (8, 1, 0.9), (3, 2, 0.1)):
        w, d = rng.pareto(3, 200) + 1, 0.3 * (rng.pareto(3, 200) + 1)
        left = top_survivor(up * w, pro_rata(up * w, theta * (down * d).sum()))
        ratio = w.max() / d.max()
        assert pmr(left, theta, float(down * d.max())) == pytest.approx(
            up / down * ratio / theta - d.sum() / w.sum() * ratio
        )


def test_doubling_leverage_more_than_doubles_the_largest_deficit_of_a_margin_account() -> None:
    found = [adl_theory.doubling(leverage) for leverage in (5.0, 10.0, 20.0, 40.0, 80.0)]
    assert all(estimate.low > 2 for estimate in found)
    assert [e.mean for e in found] == sorted((e.mean for e in found), reverse=True)
    assert found[-1].mean < 2.05
    # By hand: at leverage l the largest deficit is l r - 1, so doubling gives 2 + 1 / (l r - 1).
    assert found[0].mean > 3
