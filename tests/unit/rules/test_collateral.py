"""Assets posted as collateral: the fewest lots that cover an amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import collateral
from unhedged.rules.pnl import value


@given(
    needed=st.integers(0, 10**15),
    milli=st.integers(1, 10**12),
    num=st.integers(1, 1000),
    den=st.integers(1, 1000),
)
def test_fewest_lots_reach_the_amount_and_one_less_does_not(needed, milli, num, den):
    lots = collateral.lots_to_cover(needed, milli, num, den)
    assert value(lots, milli, num, den) >= needed
    assert lots == 0 or value(lots - 1, milli, num, den) < needed


@pytest.mark.parametrize(
    ("needed", "lots"), [(0, 0), (1, 1), (999_999, 100), (1_000_000, 100), (1_000_001, 101)]
)
def test_lots_of_a_cent_at_an_amount_and_an_atom_to_each_side(checked, needed, lots):
    # A lot is a hundredth of a dollar at a mark of one dollar: 100 ticks of 100 atoms.
    assert checked(collateral.lots_to_cover, needed, 100_000, 100, 1) == lots
