"""Marks at which an inverse position has lost something: against the value itself, one milli-tick to each side."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unhedged.rules import inverse, liquidation_size, pnl
from unhedged.rules.bankruptcy_price import bankruptcy_price_inverse

LOTS = st.integers(1, 10**8)
SIDE = st.sampled_from([-1, 1])
MILLI = st.integers(1_000, 2 * 10**9)
NUM = st.sampled_from([10**8, 10**9, 2 * 10**10])  # contracts of $1 to $100, ticks of $0.01 to $1
DEN = st.sampled_from([1, 3, 7])
BTC = 10**8


@given(SIDE, LOTS, st.integers(-(10**15), 10**15), NUM, DEN)
def test_the_last_mark_holds_the_bound_and_the_next_one_does_not(
    checked, side, lots, least, num, den
):
    pos, far = side * lots, inverse.far_milli(den)
    mark = checked(inverse.last_inverse_mark, pos, least, num, den)
    assert 1 <= mark <= far
    reached = pnl.inverse_value(pos, mark, num, den) >= least
    if side > 0:
        assert reached or mark == far
        assert mark == 1 or pnl.inverse_value(pos, mark - 1, num, den) < least
    else:
        assert reached or mark == 1
        assert mark == far or pnl.inverse_value(pos, mark + 1, num, den) < least


@given(SIDE, LOTS, st.integers(-(10**13), 10**13), MILLI, NUM, DEN)
def test_closing_at_the_bankruptcy_mark_leaves_less_than_a_milli_tick_is_worth(
    checked, side, lots, equity, mark, num, den
):
    pos = side * lots
    found = checked(inverse.inverse_bankruptcy_milli, pos, equity, mark, num, den)

    def left(milli: int) -> int:
        before = pnl.inverse_value(pos, mark, num, den)
        return equity + pnl.inverse_value(pos, milli, num, den) - before

    assume(1 < found < inverse.far_milli(den))
    assert left(found) >= 0
    assert left(found - side) < 0


@pytest.mark.parametrize(("side", "expected"), [(1, 9_090), (-1, 11_111)])
def test_the_bankruptcy_mark_is_the_published_price(side, expected):
    # $100,000 at 10,000 on one coin of margin: 10 BTC, and one of them is the account's.
    size = 100_000
    found = inverse.inverse_bankruptcy_milli(side * size, 1 * BTC, 10_000_000, BTC, 1)
    assert found // 1_000 == expected
    assert abs(found / 1_000 - bankruptcy_price_inverse(side, 10_000, size, 1.0)) < 0.001


def test_a_long_whose_debt_exceeds_its_value_has_no_price_that_saves_it():
    owed = pnl.inverse_value(100, 10_000_000, BTC, 1)
    assert inverse.inverse_bankruptcy_milli(100, owed, 10_000_000, BTC, 1) < inverse.FAR_MILLI
    assert inverse.inverse_bankruptcy_milli(100, owed - 1, 10_000_000, BTC, 1) == inverse.FAR_MILLI


def test_a_short_with_more_coin_than_it_is_owed_is_ruined_by_no_price():
    due = pnl.inverse_value(-100, 10_000_000, BTC, 1)
    assert inverse.inverse_bankruptcy_milli(-100, due - 1, 10_000_000, BTC, 1) < inverse.FAR_MILLI
    assert inverse.inverse_bankruptcy_milli(-100, due, 10_000_000, BTC, 1) == inverse.FAR_MILLI


@given(SIDE, LOTS, MILLI, st.integers(1, 10**13), NUM, DEN)
def test_at_a_standing_mark_an_inverse_contract_is_a_linear_one(side, lots, mark, floor, num, den):
    flat = inverse.FLAT_MILLI, num, den * mark
    size = abs(pnl.inverse_value(lots, mark, num, den))
    assert size == pnl.value(lots, *flat)
    assert size == Fraction(lots * num * 1_000, den * mark).__floor__()
    cut = liquidation_size.reduce_to_tier_qty(side * lots, flat[0], floor, num, flat[2])
    assert abs(pnl.inverse_value(lots - cut, mark, num, den)) < floor
    assert cut == 0 or abs(pnl.inverse_value(lots - cut + 1, mark, num, den)) >= floor
