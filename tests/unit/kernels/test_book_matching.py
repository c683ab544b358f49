"""Price first, then time; what a fill moves; where levels live."""

import numpy as np
import pytest
from tests.support.one_book import Desk

from unhedged.kernels.book import NO_ASK, NO_BID, words_per_side
from unhedged.vocab.enums import FillCause, InstrumentKind, Reject, Side, TimeInForce

BUY, SELL = Side.BUY, Side.SELL


def test_the_best_price_trades_first_and_the_oldest_order_at_it():
    desk = Desk()
    desk.limit(3, SELL, 101, 5)
    desk.limit(4, SELL, 100, 5)
    desk.limit(5, SELL, 100, 5)
    assert desk.limit(1, BUY, 101, 12) == Reject.NONE
    assert desk.fills == [(4, 100, 5), (5, 100, 5), (3, 101, 2)]
    assert desk.book(SELL) == [(101, [(3, 3)])]


def test_a_fill_happens_at_the_resting_price_and_equal_prices_trade():
    desk = Desk()
    desk.limit(3, BUY, 100, 5)
    desk.limit(4, SELL, 90, 3)
    assert desk.fills == [(3, 100, 3)]
    desk.limit(4, SELL, 100, 2)
    assert desk.fills == [(3, 100, 2)]
    assert desk.m["book"]["best"].tolist() == [NO_BID, NO_ASK]


def test_an_order_stops_at_its_limit_and_rests_with_what_is_left():
    desk = Desk()
    desk.limit(3, SELL, 100, 5)
    desk.limit(4, SELL, 102, 5)
    desk.limit(1, BUY, 101, 9)
    assert desk.fills == [(3, 100, 5)]
    assert desk.book(BUY) == [(101, [(1, 4)])]


def test_a_fill_moves_one_rounded_amount_and_the_lots_the_other_way():
    desk = Desk(num=2, den=3)
    cash = int(desk.account(1)["cash"])
    desk.limit(3, SELL, 100_001, 5)
    desk.limit(1, BUY, 100_001, 5)
    paid = 100_001 * 5 * 2 // 3
    assert [int(desk.account(t)["cash"]) - cash for t in (1, 3)] == [-paid, paid]
    assert [int(desk.position(t)["pos"]) for t in (1, 3)] == [5, -5]
    assert [int(desk.position(t)["cost"]) for t in (1, 3)] == [paid, -paid]
    assert desk.m["instrument"]["open_interest"][0] == 5


def test_an_inverse_seller_pays_coin_to_the_buyer():
    desk = Desk(kind=InstrumentKind.INVERSE, num=10**9, cash=10**9)
    desk.limit(3, SELL, 100_000, 5)
    desk.limit(1, BUY, 100_000, 5)
    assert int(desk.account(1)["cash"]) - 10**9 == 50_000
    assert int(desk.position(1)["cost"]) == -50_000


def test_fees_go_to_the_venue_and_a_rebate_comes_from_it():
    desk = Desk(venue={"maker_fee_ppb": -100_000, "taker_fee_ppb": 500_000})
    cash = int(desk.account(1)["cash"])
    desk.limit(3, SELL, 100_000, 5)
    desk.limit(1, BUY, 100_000, 5)
    assert int(desk.account(1)["cash"]) == cash - 500_000 - 250
    assert int(desk.account(3)["cash"]) == cash + 500_000 + 50
    assert int(desk.account(0)["cash"]) == 200


def test_open_interest_counts_long_positions_once():
    desk = Desk()
    for buyer, seller in ((1, 3), (3, 4), (4, 1)):
        desk.limit(seller, SELL, 100, 7)
        desk.limit(buyer, BUY, 100, 7)
    assert desk.m["instrument"]["open_interest"][0] == 0
    assert desk.m["position"]["pos"].tolist() == [0] * 7


def test_a_price_outside_the_window_waits_behind_it_and_comes_in_when_the_window_empties():
    desk = Desk(window=64)
    desk.limit(3, BUY, 100_000, 1)
    desk.limit(4, BUY, 5_000, 2)
    desk.limit(5, BUY, 7_000, 3)
    assert desk.m["book"][BUY]["far_count"] == 2
    desk.limit(1, SELL, 100_000, 1)
    assert desk.m["book"][BUY]["best"] == 7_000
    assert desk.m["book"][BUY]["far_count"] == 1
    desk.limit(1, SELL, 5_000, 5)
    assert desk.fills == [(5, 7_000, 3), (4, 5_000, 2)]


def test_a_better_price_beyond_the_window_moves_it_and_keeps_every_queue():
    desk = Desk(window=64)
    desk.limit(3, SELL, 100_010, 1)
    desk.limit(4, SELL, 100_010, 2)
    desk.limit(5, SELL, 50_000, 3)
    assert desk.m["book"][SELL]["best"] == 50_000
    assert desk.book(SELL) == [(50_000, [(5, 3)]), (100_010, [(3, 1), (4, 2)])]


def test_far_levels_of_one_hash_chain_do_not_mix():
    desk = Desk(window=64)
    prices = [10_000 + 37 * k for k in range(200)]  # 64 chains
    for px in prices:
        desk.limit(3, BUY, px, px)
    assert [px for px, _ in desk.book(BUY)] == prices[::-1]
    assert all(rows == [(3, px)] for px, rows in desk.book(BUY))


@pytest.mark.parametrize(
    ("window", "words"), [(64, 3), (4096, 66), (8192, 131), (262_144, 4096 + 64 + 1)]
)
def test_the_bitmap_has_a_bit_per_level_and_two_layers_above(window, words):
    assert words_per_side(window) == words


@pytest.mark.parametrize("window", [0, 32, 100, 524_288])
def test_a_window_must_be_a_power_of_two_within_reach_of_three_layers(window):
    with pytest.raises(ValueError, match="power of two"):
        words_per_side(window)


@pytest.mark.parametrize("window", [64, 4096, 262_144])
def test_the_next_price_is_found_across_every_layer_of_the_bitmap(window):
    desk = Desk(window=window, px=200_000)
    random = np.random.default_rng(1)
    prices = sorted({int(px) for px in random.integers(1, 290_000, 40)})
    for px in prices:
        desk.limit(3, SELL, px, 1)
    desk.limit(1, BUY, 300_000, 40)
    assert [px for _, px, _ in desk.fills] == prices


def test_fills_carry_the_cause_of_both_sides():
    desk = Desk()
    desk.limit(3, SELL, 100, 1, cause=FillCause.TAKE_PROFIT)
    desk.market(1, BUY, 1, cause=FillCause.PANIC)
    row = desk.m["fill"][0]
    assert (row["maker_cause"], row["taker_cause"]) == (FillCause.TAKE_PROFIT, FillCause.PANIC)


def test_fills_of_desks_alone_are_kept_when_not_all_are():
    desk = Desk()
    desk.m.world["keep_fills"] = 0
    desk.m["account"]["keep"][4] = 1
    desk.limit(3, SELL, 100, 1)
    desk.limit(1, BUY, 100, 1)
    assert desk.fills == []
    desk.limit(4, SELL, 100, 1)
    desk.limit(1, BUY, 100, 1)
    assert desk.fills == [(4, 100, 1)]


def test_an_order_may_trade_and_rest_at_the_floor_of_one_tick():
    desk = Desk(px=1)
    assert desk.limit(3, BUY, 1, 5) == Reject.NONE
    assert desk.limit(4, SELL, 1, 2) == Reject.NONE
    assert desk.book(BUY) == [(1, [(3, 3)])]


def test_an_ioc_drops_what_it_cannot_fill():
    desk = Desk()
    desk.limit(3, SELL, 100, 1)
    assert desk.limit(1, BUY, 100, 5, force=TimeInForce.IOC) == Reject.NONE
    assert desk.book(BUY) == []
