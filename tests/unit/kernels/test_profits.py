"""Taking profit at a price and no worse: what does not trade at once waits in the book, and goes with the position."""

import pytest
from numba import njit
from tests.support.market import FIRST_TRADER, Market, move_mark

from unhedged.kernels.buckets import add_trigger
from unhedged.kernels.risk import fire_triggers
from unhedged.kernels.tables import world
from unhedged.vocab.enums import FillCause, Side, TriggerKind

MARK = 100_000_000
TARGET = 99_000_600
HOLDER, OTHER = FIRST_TRADER, FIRST_TRADER + 1
LIMIT, MARKET = int(TriggerKind.TAKE_PROFIT_LIMIT), int(TriggerKind.TAKE_PROFIT)


@njit("int64(int64, int64, int64, int64, int64)")
def add(address: int, p: int, kind: int, milli: int, rising: int) -> int:
    return add_trigger(world(address), p, kind, milli, rising, -1)


@njit("void(int64)")
def fire(address: int) -> None:
    fire_triggers(world(address))


@pytest.fixture
def market():
    def make(pos):
        made = Market(
            venue={},
            instruments=[
                {"mark": MARK, "num": 100, "den": 1, "tiers": [(0, 10_000_000, 20_000_000, 0)]}
            ],
            accounts=[
                {"cash": 10**12, "positions": {0: (pos, pos * 10**7)}},
                {"cash": 10**12, "positions": {0: (-pos, -pos * 10**7)}},
            ],
        )
        for _ in range(4):
            made.memory.grow("trigger")
            made.memory.grow("fired")
        return made

    return make


def touch(made, kind, milli, rising=0):
    add(made.address, made.slot(HOLDER, 0), kind, milli, rising)
    move_mark(made.address, 0, milli)
    fire(made.address)


def held(made):
    return int(made.position(HOLDER)["pos"])


def working(made):
    """Side, price and lots of every order that rests."""
    rows = made.memory["order"]
    return [(int(o["side"]), int(o["px"]), int(o["qty"])) for o in rows[rows["live"] == 1]]


def test_an_empty_book_has_a_bid_at_the_price_a_short_asked_for(market):
    made = market(-10)
    touch(made, LIMIT, TARGET)
    assert (held(made), working(made)) == (-10, [(Side.BUY, 99_000, 10)])


def test_a_long_asks_for_its_price_rounded_up(market):
    made = market(10)
    touch(made, LIMIT, MARK + 1_000_400, rising=1)
    assert working(made) == [(Side.SELL, 101_001, 10)]


def test_it_takes_what_is_as_good_and_waits_for_the_rest(market):
    made = market(-10)
    made.order(OTHER, 0, Side.SELL, 99_000, 3)
    made.order(OTHER, 0, Side.SELL, 99_001, 5)
    touch(made, LIMIT, TARGET)
    assert held(made) == -7
    assert sorted(working(made)) == [(Side.BUY, 99_000, 7), (Side.SELL, 99_001, 5)]


def test_at_market_it_takes_what_there_is_and_leaves_nothing(market):
    made = market(-10)
    made.order(OTHER, 0, Side.SELL, 99_000, 3)
    made.order(OTHER, 0, Side.SELL, 99_001, 5)
    touch(made, MARKET, TARGET)
    assert (held(made), working(made)) == (-2, [])


def test_who_sells_into_it_closes_it_for_its_reason(market):
    made = market(-10)
    made.memory.world["keep_fills"] = 1
    touch(made, LIMIT, TARGET)
    made.trade(OTHER, 0, Side.SELL, 98_000, 10)
    assert (held(made), working(made)) == (0, [])
    kept = made.memory["fill"][: made.memory.world["fills_kept"]]
    assert kept["maker_cause"].tolist() == [FillCause.TAKE_PROFIT]


def test_it_never_turns_the_position_round(market):
    made = market(-10)
    touch(made, LIMIT, TARGET)
    made.order(OTHER, 0, Side.SELL, 101_000, 6)
    made.trade(HOLDER, 0, Side.BUY, 101_000, 6)
    made.trade(OTHER, 0, Side.SELL, 98_000, 10)
    assert (held(made), working(made)) == (0, [])
