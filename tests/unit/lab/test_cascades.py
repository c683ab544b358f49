"""Cascades small enough for a formula, through the engine's own books, marks, liquidations and ADL."""

import pytest

from unhedged.lab.hedge_cascade import hedge_cascade
from unhedged.lab.linear_cascade import FIRST, LAST, PER_LEVEL, STEP, linear_cascade

CLOSE = 0.02
"""Accounts stand five ticks apart and a sale is a tick: the series is met to about that."""


@pytest.mark.parametrize("branching", [0.2, 0.5, 0.8])
def test_a_linear_book_multiplies_a_sale_by_the_geometric_series(branching: float) -> None:
    found = linear_cascade(branching)
    assert found.sold == pytest.approx(found.expected, rel=CLOSE)
    assert found.liquidated == pytest.approx(
        (found.sold - found.initial) / (branching * PER_LEVEL * STEP)
    )


def test_above_one_the_whole_crowd_goes() -> None:
    found = linear_cascade(1.1)
    assert found.liquidated == len(range(FIRST, LAST, STEP))


@pytest.mark.parametrize(
    ("hedged", "sells"), [(0.0, 1.0), (0.25, 1.0), (0.75, 1.0), (1.0, 1.0), (1.0, 0.0)]
)
def test_broken_hedges_multiply_a_sale_of_spot(hedged: float, sells: float) -> None:
    found = hedge_cascade(hedged, sells)
    assert found.sold == pytest.approx(found.expected, rel=CLOSE)


def test_twice_the_hedges_that_are_sold_half_as_often_are_the_same_loop() -> None:
    assert hedge_cascade(1.0, 0.5).sold == pytest.approx(hedge_cascade(0.5, 1.0).sold, rel=0.05)
