"""What a book could trade: depth, impact prices, and next prices across the window's edge."""

import pytest
from tests.support.one_book import Desk

from unhedged.kernels import depth as kernels
from unhedged.kernels.compiled import entry
from unhedged.kernels.tables import world
from unhedged.vocab.enums import InstrumentKind, Side

BUY, SELL = Side.BUY, Side.SELL


@entry("int64(int64, int64, int64)")
def depth(address, side, px):
    return kernels.depth(world(address), 0, side, px)


@entry("int64(int64, int64, int64)")
def impact(address, side, atoms):
    return kernels.impact_px(world(address), 0, side, atoms)


@entry("int64(int64, int64, int64, int64, int64)")
def fillable(address, side, px, qty, owner):
    return kernels.fillable(world(address), 0, side, px, qty, owner)


@pytest.fixture
def desk() -> Desk:
    """Return bids of 1, 2, 3 and 4 lots at 100, 99, 50 and 20 ticks; the last two lie outside the window."""
    desk = Desk(window=64, px=120, num=1000)
    for trader, (px, qty) in enumerate([(100, 1), (99, 2), (50, 3), (20, 4)], start=1):
        desk.limit(trader, BUY, px, qty)
    desk.limit(5, BUY, 101, 1)
    desk.limit(6, SELL, 101, 1)
    return desk


def test_some_levels_of_the_fixture_are_far(desk):
    assert desk.m["book"][BUY]["far_count"] > 0


@pytest.mark.parametrize(
    ("px", "lots"), [(101, 0), (100, 1), (99, 3), (51, 3), (50, 6), (20, 10), (1, 10)]
)
def test_depth_sums_the_lots_down_to_a_price_itself_included(desk, px, lots):
    assert depth(desk.m.address, BUY, px) == lots


def test_depth_of_an_empty_side_is_zero(desk):
    assert depth(desk.m.address, SELL, 10**9) == 0


@pytest.mark.parametrize(
    ("atoms", "milli"),
    [
        (0, 100_000),
        (100_000, 100_000),  # the first lot is worth it
        (298_000, 99_333),  # three lots for 298
        (298_001, 87_000),  # one more lot at 50
        (528_000, 52_800),  # all ten lots
        (528_001, -1),
    ],
)
def test_the_impact_price_is_the_average_of_the_fewest_lots_that_are_worth_the_amount(
    desk, atoms, milli
):
    assert impact(desk.m.address, BUY, atoms) == milli


def test_an_empty_side_has_no_impact_price(desk):
    assert impact(desk.m.address, SELL, 0) == -1


def test_the_impact_price_of_an_inverse_contract_averages_in_coin():
    desk = Desk(kind=InstrumentKind.INVERSE, num=10**9, px=100, cash=10**15)
    desk.limit(1, SELL, 100, 1)
    desk.limit(3, SELL, 200, 9)
    assert impact(desk.m.address, SELL, 15_000_000) == 133_333  # two lots for 10 and 5 million


@pytest.mark.parametrize(
    ("px", "qty", "owner", "lots"),
    [(99, 9, -1, 3), (99, 2, -1, 2), (20, 99, -1, 10), (20, 99, 3, 3)],
)
def test_fillable_counts_to_the_limit_the_size_or_the_first_own_order(desk, px, qty, owner, lots):
    assert fillable(desk.m.address, SELL, px, qty, owner) == lots
