"""The order in which touched triggers are served, and what becomes of one that is withdrawn before."""

import pytest
from tests.support.market import FIRST_TRADER, Market, move_mark

from unhedged.kernels.buckets import add_trigger, withdraw_trigger
from unhedged.kernels.compiled import entry
from unhedged.kernels.tables import world
from unhedged.vocab.enums import TriggerKind

KIND = int(TriggerKind.STOP_LOSS)
MARK = 100_000_000


@entry("int64(int64, int64, int64, int64)")
def add(address: int, p: int, milli: int, rising: int) -> int:
    return add_trigger(world(address), p, KIND, milli, rising, -1)


@entry("void(int64, int64)")
def withdraw(address: int, row: int) -> None:
    withdraw_trigger(world(address), row)


@pytest.fixture
def market():
    made = Market(
        venue={},
        instruments=[
            {"mark": MARK, "num": 100, "den": 1, "tiers": [(0, 10_000_000, 20_000_000, 0)]}
        ],
        accounts=[{"cash": 10**12, "positions": {}}],
    )
    for _ in range(4):
        made.memory.grow("trigger")
        made.memory.grow("fired")
    return made


def place(market, *milli, rising=0):
    p = market.slot(FIRST_TRADER, 0)
    return [add(market.address, p, m, rising) for m in milli]


def fired(market):
    return market.memory["fired"]["trigger"][: market.memory.world["fired_kept"]].tolist()


def test_a_fall_serves_the_highest_price_first(market):
    far, near, middle = place(market, MARK - 40_000, MARK - 1_000, MARK - 2_000)
    move_mark(market.address, 0, MARK // 2)
    assert fired(market) == [near, middle, far]


def test_a_fall_across_many_steps_of_price_serves_the_nearest_first(market):
    rows = place(market, *(MARK - n * 3_000_000 for n in (5, 1, 9, 3)))
    move_mark(market.address, 0, MARK // 2)
    assert fired(market) == [rows[1], rows[3], rows[0], rows[2]]


def test_a_rise_serves_the_lowest_price_first(market):
    rows = place(market, MARK + 9_000_000, MARK + 1_000, MARK + 2_000, rising=1)
    move_mark(market.address, 0, 2 * MARK)
    assert fired(market) == [rows[1], rows[2], rows[0]]


def test_at_one_price_the_lower_row_is_first(market):
    rows = place(market, MARK - 1_000, MARK - 1_000, MARK - 1_000)
    move_mark(market.address, 0, MARK - 1_000)
    assert fired(market) == rows


def test_a_withdrawn_trigger_leaves_its_place_to_nobody(market):
    # Touched when placed, all three; the first is withdrawn and its row serves a fourth, which must wait behind the others.
    first, second, third = place(market, MARK, MARK, MARK)
    withdraw(market.address, first)
    (fourth,) = place(market, MARK)
    assert fourth == first
    assert fired(market) == [second, third, fourth]


def test_a_waiting_trigger_is_withdrawn_without_a_trace(market):
    (row,) = place(market, MARK - 1_000)
    withdraw(market.address, row)
    move_mark(market.address, 0, MARK // 2)
    assert fired(market) == []
