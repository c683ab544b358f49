"""What was needed and what was removed, by hand and by identity."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.measures import removed as taking
from unhedged.measures import severity as sev
from unhedged.vocab.errors import DataError

AMOUNT = st.floats(-1e9, 1e9)
PRICE = st.floats(0.01, 1e6)


def test_needed_is_what_the_price_took_from_the_winner() -> None:
    """A long of 2 closed at 90 under a mark of 100 gives up 20; a short of 3 closed at 90 gains 30; one closed at 104 gives 12."""
    closed, mark, price = [2.0, -3.0, -3.0], [100.0] * 3, [90.0, 90.0, 104.0]
    assert sev.needed_signed(closed, mark, price).tolist() == [20.0, -30.0, 12.0]
    assert sev.needed_absolute(closed, mark, price).tolist() == [20.0, 30.0, 12.0]


def test_true_need_is_negative_equity_at_the_price() -> None:
    """A long of 4 with equity -100 at a mark of 50: at 60 it has -60, at its bankruptcy price of 75 nothing, and never less."""
    need = sev.true_need([-100.0] * 4, [4.0] * 4, [50.0] * 4, [50.0, 60.0, 75.0, 90.0])
    assert need.tolist() == [100.0, 60.0, 0.0, 0.0]
    assert sev.true_need([-100.0, 0.0, 5.0], [4.0] * 3, [50.0] * 3).tolist() == [100.0, 0.0, 0.0]


@given(st.floats(1.0, 1e9), st.floats(-1e6, 1e6), PRICE, PRICE)
def test_need_at_mark_is_what_the_price_took_and_the_need_at_the_price(
    short: float, pos: float, mark: float, price: float
) -> None:
    at_mark, at_price = sev.true_need([-short] * 2, [pos] * 2, [mark] * 2, [mark, price])
    took = sev.needed_signed([-pos], [mark], [price])[0]
    if at_price > 0:
        assert at_mark == pytest.approx(
            took + at_price, rel=1e-9, abs=1e-9 * abs(pos) * (mark + price)
        )


def test_severity_is_cut_to_a_part_of_the_deficit() -> None:
    assert sev.severity(30.0, 120.0) == 0.25
    assert sev.severity(200.0, 120.0) == 1.0
    assert sev.severity(-5.0, 120.0) == 0.0
    assert math.isnan(sev.severity(5.0, 0.0))


def test_overshoot_of_the_published_totals() -> None:
    """60,108,335 removed for 15,079,670 needed: 45,028,665 too much, three times what was needed."""
    assert sev.overshoot(60_108_335, 15_079_670) == 45_028_665
    assert sev.overshoot_relative(60_108_335, 15_079_670) == pytest.approx(2.98605, abs=1e-5)
    assert sev.overshoot_regret(3.0, 8.0) == sev.overshoot_regret(8.0, 3.0) == 5.0
    assert sev.overshoot_relative(5.0, 0.0) == math.inf
    assert math.isnan(sev.overshoot_relative(0.0, 0.0))


def test_residual_is_what_the_fund_cannot_pay() -> None:
    assert (sev.residual(100.0, 30.0), sev.residual(100.0, 100.0), sev.residual(1.0, 9.0)) == (
        70.0,
        0.0,
        0.0,
    )


def test_least_removal_is_the_deficit_or_all_there_is() -> None:
    assert sev.least_removal_feasible(15.0, [8.0, 4.0, 0.5]) == 12.5
    assert sev.least_removal_feasible(7.0, [8.0, 4.0, -20.0]) == 7.0
    assert sev.least_removal_feasible(7.0, []) == 0.0


def test_removed_splits_by_the_moment_it_is_valued_at() -> None:
    """Two accounts short one each, closed at 100.

    At the fill the mark is 98: 2 lost each. The wave ends at 95 for the first and 101 for the second, which now gained 1 instead. A
    second later 96 and 100: 4 and 0 lost.
    """
    found = taking.removed(
        ["a", "b"],
        [-1.0, -1.0],
        [100.0, 100.0],
        mark=[98.0, 98.0],
        at_end=[95.0, 101.0],
        at_horizon=[96.0, 100.0],
    )
    assert (found.execution, found.drift, found.opportunity) == (4.0, 1.0, -1.0)
    assert (found.at_end, found.total, found.signed) == (5.0, 4.0, 4.0)


def test_gains_of_an_account_pay_for_its_own_losses_only() -> None:
    """One account loses 5 on one contract and gains 3 on another: 2 removed. Two accounts: 5."""
    closed, price, later = [1.0, 1.0], [95.0, 103.0], [100.0, 100.0]
    assert taking.losses(["a", "a"], closed, price, later).tolist() == [2.0]
    one = taking.removed(["a", "a"], closed, price, mark=later, at_end=later, at_horizon=later)
    two = taking.removed(["a", "b"], closed, price, mark=later, at_end=later, at_horizon=later)
    assert (one.total, two.total) == (2.0, 5.0)
    assert one.signed == two.signed == 2.0


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(-1e3, 1e3), *[st.floats(1.0, 1e3)] * 4), max_size=12
    )
)
def test_parts_sum_to_the_whole_on_any_path(rows: list[tuple[float, ...]]) -> None:
    account, closed, price, mark, end, later = ([row[n] for row in rows] for n in range(6))
    found = taking.removed(account, closed, price, mark=mark, at_end=end, at_horizon=later)
    by_hand: dict[float, float] = {}
    for who, size, at, then in zip(account, closed, price, later, strict=True):
        by_hand[who] = by_hand.get(who, 0.0) + size * (then - at)
    scale = 1e-9 * (1.0 + sum(abs(s) for s in closed) * 2e3)
    assert found.total == pytest.approx(sum(max(0.0, x) for x in by_hand.values()), abs=scale)
    assert found.signed == pytest.approx(sum(by_hand.values()), abs=scale)
    assert found.execution >= 0
    assert found.at_end >= -scale


def test_nobody_lost_nothing() -> None:
    found = taking.removed([], [], [], mark=[], at_end=[], at_horizon=[])
    assert (found.execution, found.drift, found.opportunity, found.signed) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: sev.needed_signed([1.0], [1.0, 2.0], [1.0]), "mark has 2 rows, closed has 1"),
        (lambda: sev.needed_signed([1.0], [math.nan], [1.0]), "mark is nan in row 0"),
        (lambda: sev.needed_signed([[1.0]], [[1.0]], [[1.0]]), "closed has 2 dimensions"),
        (lambda: taking.losses(["a"], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]), "account has shape"),
    ],
)
def test_a_bad_column_is_named(call: object, text: str) -> None:
    with pytest.raises(DataError, match=text):
        call()


def test_long_and_short_of_the_same_size_share_one_need() -> None:
    rng = np.random.default_rng(3)
    size, mark, price = rng.uniform(1, 9, 50), rng.uniform(90, 110, 50), rng.uniform(90, 110, 50)
    assert np.allclose(sev.needed_signed(size, mark, price), -sev.needed_signed(-size, mark, price))
