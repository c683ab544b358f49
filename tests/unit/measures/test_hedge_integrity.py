"""A desk that loses its short, by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.measures import hedge_integrity as hedge
from unhedged.vocab.errors import DataError

S = hedge.SECOND
T = [0, 10 * S, 15 * S, 20 * S]
PERP, COINS, PRICE = [-4.0, -4.0, -10.0, -10.0], [10.0] * 4, [100.0, 90.0, 95.0, 80.0]
"""Six of ten are closed at 0; bought back, that is shorted again, at 15 seconds."""


def test_a_gap_of_six_coins() -> None:
    gap = hedge.delta(PERP, COINS)
    assert gap.tolist() == [6, 6, 0, 0]
    assert hedge.unhedged_delta_time(T, gap, PRICE) == 6 * 100 * 10 + 6 * 90 * 5
    assert hedge.worst_delta(gap, PRICE) == 600
    assert hedge.time_to_rehedge(T, gap, within=0.5) == 15
    # 100 to 90 to 95 with six coins too many: a loss of 60, then a gain of 30.
    assert hedge.hedge_break_loss(gap, PRICE) == 30


def test_a_gap_that_opens_again_is_not_closed_before() -> None:
    assert hedge.time_to_rehedge(T, [6.0, 0.0, 6.0, 0.0], within=1.0) == 20
    assert hedge.time_to_rehedge(T, [6.0, 0.0, 0.0, 6.0], within=1.0) == math.inf
    assert hedge.time_to_rehedge(T, [1.0, -1.0, 1.0, 0.0], within=1.0) == 0
    assert math.isnan(hedge.time_to_rehedge([], [], within=1.0))


def test_no_instant_no_gap() -> None:
    assert hedge.unhedged_delta_time([], [], []) == 0
    assert hedge.worst_delta([], []) == 0
    assert hedge.hedge_break_loss([], []) == 0


@given(
    st.lists(
        st.tuples(st.integers(1, 100), st.floats(-9, 9), st.floats(1, 99)), min_size=2, max_size=20
    )
)
def test_an_instant_more_changes_nothing(rows: list[tuple[int, float, float]]) -> None:
    """Seeing a desk once more between two instants, unchanged, leaves every integral as it was."""
    times = [sum(row[0] for row in rows[: n + 1]) * 2 for n in range(len(rows))]
    gap, price = [row[1] for row in rows], [row[2] for row in rows]
    finer = [times[0], (times[0] + times[1]) // 2, *times[1:]]
    gaps, prices = [gap[0], *gap], [price[0], *price]
    assert hedge.unhedged_delta_time(finer, gaps, prices) == pytest.approx(
        hedge.unhedged_delta_time(times, gap, price)
    )
    assert hedge.hedge_break_loss(gaps, prices) == pytest.approx(hedge.hedge_break_loss(gap, price))


def test_asymmetry_of_the_legs() -> None:
    assert hedge.leg_asymmetry([30.0, 10.0]) == 0.75
    assert hedge.leg_asymmetry([0.0, 7.0]) == 1.0
    assert math.isnan(hedge.leg_asymmetry([0.0, 0.0]))


def test_times_rise_and_are_whole() -> None:
    with pytest.raises(DataError, match="falls from 5 to 3 in row 1"):
        hedge.unhedged_delta_time([5, 3], [1.0, 1.0], [1.0, 1.0])
    with pytest.raises(DataError, match="type float64"):
        hedge.unhedged_delta_time([0.5], [1.0], [1.0])
    with pytest.raises(DataError, match="t_ns has 1 rows"):
        hedge.unhedged_delta_time([5], [1.0, 1.0], [1.0, 1.0])
