"""Each order type and each reason for a refusal."""

import pytest
from tests.support.one_book import STATUS, Desk

from unhedged.vocab.enums import (
    AccountStatus,
    Command,
    FillCause,
    InstrumentKind,
    Reject,
    Side,
    TimeInForce,
    TriggerSource,
)

BUY, SELL = Side.BUY, Side.SELL
LAST = TriggerSource.LAST


def long(desk: Desk, trader: int, lots: int, px: int = 100_000) -> None:
    """Let a trader buy from trader 5."""
    desk.limit(5, SELL, px, lots)
    desk.limit(trader, BUY, px, lots)


def test_fill_or_kill_fills_completely_or_not_at_all():
    desk = Desk()
    desk.limit(3, SELL, 100_000, 5)
    desk.limit(4, SELL, 100_001, 5)
    fok = {"force": TimeInForce.FOK}
    assert desk.limit(1, BUY, 100_000, 6, **fok) == Reject.FILL_OR_KILL
    assert desk.fills == []
    assert desk.limit(1, BUY, 100_001, 10, **fok) == Reject.NONE
    assert desk.fills == [(3, 100_000, 5), (4, 100_001, 5)]


def test_fill_or_kill_counts_a_reduce_only_order_only_as_far_as_it_is_certain():
    desk = Desk()
    long(desk, 3, 5)
    desk.limit(3, SELL, 100_000, 3)
    desk.limit(3, SELL, 100_001, 5, reduce_only=1)
    fok = {"force": TimeInForce.FOK}
    assert desk.limit(1, BUY, 100_001, 6, **fok) == Reject.FILL_OR_KILL
    assert desk.limit(1, BUY, 100_001, 5, **fok) == Reject.NONE


def test_post_only_rests_or_is_refused():
    desk = Desk()
    desk.limit(3, SELL, 100_000, 5)
    assert desk.limit(1, BUY, 100_000, 1, force=TimeInForce.POST_ONLY) == Reject.POST_ONLY
    assert desk.limit(1, BUY, 99_999, 1, force=TimeInForce.POST_ONLY) == Reject.NONE
    assert desk.book(BUY) == [(99_999, [(1, 1)])]


def test_a_market_order_needs_liquidity_inside_the_band():
    desk = Desk(instrument={"band_ppb": 100_000_000})
    assert desk.market(1, BUY, 1) == Reject.NO_LIQUIDITY
    desk.limit(3, SELL, 110_001, 5)
    assert desk.market(1, BUY, 1) == Reject.NO_LIQUIDITY
    desk.limit(3, SELL, 110_000, 5)
    assert desk.market(1, BUY, 9) == Reject.NONE
    assert desk.fills == [(3, 110_000, 5)]
    assert desk.book(BUY) == []


@pytest.mark.parametrize(
    ("side", "px", "code"),
    [
        (BUY, 110_000, Reject.NONE),
        (BUY, 110_001, Reject.BAND),
        (SELL, 90_000, Reject.NONE),
        (SELL, 89_999, Reject.BAND),
        (BUY, 1, Reject.NONE),
        (SELL, 1_000_000, Reject.NONE),
    ],
)
def test_the_band_bounds_what_an_order_may_pay_not_how_patient_it_is(side, px, code):
    assert Desk(instrument={"band_ppb": 100_000_000}).limit(1, side, px, 1) == code


@pytest.mark.parametrize(
    ("px", "code"),
    [
        (0, Reject.NEGATIVE_PRICE),
        (-1, Reject.NEGATIVE_PRICE),
        (2**31, Reject.TICK),
        (1, Reject.NONE),
        (2**31 - 1, Reject.NONE),
    ],
)
def test_prices_below_one_tick_and_above_the_book_are_refused_by_name(px, code):
    assert Desk(cash=10**18).limit(1, BUY, px, 1) == code


@pytest.mark.parametrize(
    ("px", "tick", "code"),
    [
        (123_450, 0.001, Reject.NONE),
        (123_456, 0.001, Reject.SIGNIFICANT_FIGURES),
        (123_000, 0.001, Reject.NONE),
        (1_170_010, 0.1, Reject.NONE),  # $117,001
        (1_170_011, 0.1, Reject.SIGNIFICANT_FIGURES),  # $117,001.1
        (117_001, 1.0, Reject.NONE),
        (1_000_000, 0.001, Reject.NONE),
    ],
)
def test_prices_have_five_significant_figures_or_are_whole_dollars(px, tick, code):
    desk = Desk(instrument={"significant": 5, "tick": tick})
    assert desk.limit(1, BUY, px, 1) == code


@pytest.mark.parametrize("qty", [0, -1, 101])
def test_sizes_are_positive_and_at_most_the_largest(qty):
    desk = Desk(instrument={"max_qty": 100})
    assert desk.limit(1, BUY, 100_000, qty) == Reject.LOT
    assert desk.limit(1, BUY, 100_000, 100) == Reject.NONE


def test_an_account_in_liquidation_or_closed_may_only_cancel():
    desk = Desk()
    desk.send(1, STATUS, qty=AccountStatus.IN_LIQUIDATION)
    assert desk.limit(1, BUY, 100_000, 1) == Reject.IN_LIQUIDATION
    assert desk.stop(1, BUY, 100_000_000, 1) == Reject.IN_LIQUIDATION
    assert desk.cancel(1, 0) == Reject.UNKNOWN_ORDER
    desk.send(1, STATUS, qty=AccountStatus.TAKEN_OVER)
    assert desk.market(1, BUY, 1) == Reject.CLOSED


def test_initial_margin_includes_working_orders_and_equality_is_enough():
    desk = Desk(tiers=((0, 100_000_000),), cash=1_000_000)
    assert desk.limit(3, BUY, 100_000, 60) == Reject.NONE
    assert desk.limit(3, BUY, 100_000, 41) == Reject.MARGIN
    assert desk.limit(3, BUY, 100_000, 40) == Reject.NONE


def test_a_taker_stops_at_an_order_of_its_own_owner():
    desk = Desk()
    desk.limit(3, SELL, 100_000, 2)
    desk.limit(2, SELL, 100_001, 5)  # traders 1 and 2 have one owner
    desk.limit(4, SELL, 100_002, 5)
    assert desk.limit(1, BUY, 100_002, 9) == Reject.SELF_TRADE
    assert desk.fills == [(3, 100_000, 2)]
    assert desk.book(BUY) == []
    assert desk.m["agent"]["last_reject"][1] == Reject.SELF_TRADE


def test_an_account_allowed_to_trades_with_itself_and_moves_nothing():
    desk = Desk()
    desk.limit(6, SELL, 100_000, 2)
    assert desk.limit(6, BUY, 100_000, 2) == Reject.NONE
    assert desk.fills == [(6, 100_000, 2)]
    assert (desk.position(6)["pos"], desk.account(6)["cash"]) == (0, 2 * 10**15)
    assert desk.m["instrument"]["volume"][0] == 2


def test_a_reduce_only_order_is_clipped_on_arrival_and_refused_without_a_position():
    desk = Desk()
    assert desk.limit(1, SELL, 100_000, 5, reduce_only=1) == Reject.REDUCE_ONLY
    long(desk, 1, 3)
    assert desk.limit(1, BUY, 100_000, 5, reduce_only=1) == Reject.REDUCE_ONLY
    assert desk.limit(1, SELL, 100_005, 5, reduce_only=1) == Reject.NONE
    assert desk.book(SELL) == [(100_005, [(1, 3)])]


def test_a_resting_reduce_only_order_shrinks_or_goes_when_its_position_has():
    desk = Desk()
    long(desk, 1, 5)
    desk.limit(1, SELL, 100_005, 5, reduce_only=1)
    desk.limit(3, BUY, 100_000, 3)
    desk.market(1, SELL, 3)
    desk.market(4, BUY, 9)
    assert desk.fills == [(1, 100_005, 2)]
    assert desk.position(1)["pos"] == 0
    long(desk, 1, 5)
    desk.limit(1, SELL, 100_005, 5, reduce_only=1)
    desk.limit(3, BUY, 100_000, 5)
    desk.market(1, SELL, 5)
    desk.limit(3, SELL, 100_006, 1)
    desk.market(4, BUY, 1)
    assert desk.fills == [(3, 100_006, 1)]
    assert desk.book(SELL) == []


@pytest.mark.parametrize("sold", [0, 1, 4])
def test_a_resting_reduce_only_order_fills_exactly_what_its_position_still_is(sold):
    desk = Desk()
    long(desk, 1, 5)
    desk.limit(1, SELL, 100_005, 5, reduce_only=1)
    desk.limit(3, BUY, 100_000, 9)
    if sold:
        desk.market(1, SELL, sold)
    desk.market(4, BUY, 9)
    assert desk.fills == [(1, 100_005, 5 - sold)]
    assert desk.position(1)["open_sell"] == 0


def test_a_limit_under_a_working_tag_replaces_the_order_at_once():
    desk = Desk()
    desk.limit(1, BUY, 99_000, 5, tag=0)
    assert desk.limit(1, BUY, 99_001, 6, tag=0) == Reject.NONE
    assert desk.book(BUY) == [(99_001, [(1, 6)])]


def test_a_replacement_refused_for_its_form_leaves_the_old_order_one_refused_by_the_book_does_not():
    desk = Desk()
    desk.limit(1, BUY, 99_000, 5, tag=0)
    assert desk.limit(1, BUY, -1, 5, tag=0) == Reject.NEGATIVE_PRICE
    assert desk.book(BUY) == [(99_000, [(1, 5)])]
    desk.limit(3, SELL, 100_000, 1)
    post = {"force": TimeInForce.POST_ONLY}
    assert desk.limit(1, BUY, 100_000, 5, tag=0, **post) == Reject.POST_ONLY
    assert desk.book(BUY) == []


def test_modify_keeps_priority_only_when_size_alone_shrinks():
    desk = Desk()
    desk.limit(1, BUY, 99_000, 5, tag=0)
    desk.limit(3, BUY, 99_000, 5)
    assert desk.modify(1, 0, 99_000, 4) == Reject.NONE
    assert desk.book(BUY) == [(99_000, [(1, 4), (3, 5)])]
    assert desk.modify(1, 0, 99_000, 4) == Reject.NONE  # changes nothing
    assert desk.book(BUY) == [(99_000, [(1, 4), (3, 5)])]
    assert desk.modify(1, 0, 99_000, 6) == Reject.NONE
    assert desk.book(BUY) == [(99_000, [(3, 5), (1, 6)])]
    assert desk.modify(1, 0, 98_000, 6) == Reject.NONE
    assert desk.book(BUY) == [(99_000, [(3, 5)]), (98_000, [(1, 6)])]


def test_a_cancel_or_modify_of_an_order_that_is_gone_is_refused_even_when_its_row_serves_another():
    desk = Desk()
    desk.limit(1, BUY, 99_000, 5, tag=0)
    assert desk.cancel(1, 0) == Reject.NONE
    desk.limit(3, BUY, 99_000, 5, tag=0)  # takes the row that became free
    assert desk.cancel(1, 0) == Reject.UNKNOWN_ORDER
    assert desk.modify(1, 0, 99_000, 1) == Reject.UNKNOWN_ORDER
    assert desk.book(BUY) == [(99_000, [(3, 5)])]


def test_cancel_all_takes_every_order_of_the_account_stops_included():
    desk = Desk()
    desk.limit(1, BUY, 99_000, 5)
    desk.limit(1, SELL, 101_000, 5)
    desk.limit(3, BUY, 99_000, 5)
    desk.stop(1, SELL, 90_000_000, 5)
    desk.stop(1, SELL, 90_000_000, 5, trigger=LAST)
    assert desk.send(1, Command.CANCEL_ALL) == Reject.NONE
    assert desk.book(BUY) == [(99_000, [(3, 5)])]
    assert desk.m.world["used_orders"] == 1
    assert desk.m["instrument"]["first_stop"][0] == -1


def test_a_stop_on_the_mark_is_released_when_the_mark_touches_it_and_not_before():
    desk = Desk()
    desk.limit(3, BUY, 90_000, 5)
    desk.stop(1, SELL, 95_000_000, 2)
    desk.mark(95_000_001)
    assert desk.fills == []
    desk.mark(95_000_000)
    assert desk.fills == [(3, 90_000, 2)]
    assert desk.m["fill"][0]["taker_cause"] == FillCause.STOP


def test_stops_on_the_last_price_fire_oldest_first_and_one_may_set_off_the_next():
    desk = Desk()
    for px in (99_000, 98_000, 97_000, 96_000):
        desk.limit(3, BUY, px, 1)
    desk.stop(1, SELL, 98_000_000, 1, trigger=LAST)
    desk.stop(4, SELL, 99_000_000, 1, trigger=LAST)
    desk.market(5, SELL, 1)  # 99,000 sets off trader 4, whose 98,000 sets off trader 1
    assert desk.fills == [(3, 99_000, 1), (3, 98_000, 1), (3, 97_000, 1)]
    assert desk.position(4)["pos"] == -1
    assert desk.position(1)["pos"] == -1


def test_a_stop_can_be_cancelled_but_not_modified():
    desk = Desk()
    desk.stop(1, SELL, 95_000_000, 2, tag=3)
    assert desk.modify(1, 3, 94_000, 1) == Reject.UNKNOWN_ORDER
    assert desk.cancel(1, 3) == Reject.NONE
    desk.limit(3, BUY, 90_000, 5)
    desk.mark(80_000_000)
    assert desk.fills == []


def test_a_stop_touched_already_that_is_cancelled_before_the_next_mark_does_nothing():
    desk = Desk()
    desk.limit(3, BUY, 90_000, 5)
    desk.stop(1, SELL, 100_000_000, 2, tag=3)
    assert desk.cancel(1, 3) == Reject.NONE
    desk.mark(99_000_000)
    assert desk.fills == []


def test_a_spot_buy_sets_its_cash_aside_until_filled_or_cancelled():
    desk = Desk(kind=InstrumentKind.SPOT, cash=1_001, px=10, venue={"taker_fee_ppb": 1_000_000})
    assert desk.limit(1, BUY, 10, 101) == Reject.BALANCE
    assert desk.limit(1, BUY, 10, 100, tag=0) == Reject.NONE  # 1,000 and a fee of 1
    assert desk.account(1)["held"] == 1_001
    assert desk.limit(1, BUY, 1, 1) == Reject.BALANCE
    desk.cancel(1, 0)
    assert desk.account(1)["held"] == 0


def test_a_spot_seller_needs_inventory_that_no_other_order_offers():
    desk = Desk(kind=InstrumentKind.SPOT, pos=10, px=10)
    assert desk.limit(1, SELL, 10, 7) == Reject.NONE
    assert desk.limit(1, SELL, 10, 4) == Reject.BALANCE
    assert desk.limit(1, SELL, 10, 3) == Reject.NONE


def test_a_spot_buyer_at_market_needs_what_the_book_asks_not_more():
    desk = Desk(kind=InstrumentKind.SPOT, pos=10, cash=1_000, px=100)
    desk.limit(3, SELL, 100, 5)
    desk.limit(4, SELL, 200, 5)
    assert desk.market(1, BUY, 8) == Reject.BALANCE
    assert desk.market(1, BUY, 7) == Reject.NONE
    assert desk.account(1)["cash"] == 100


def test_refusals_are_counted_for_the_run_and_for_the_sender():
    desk = Desk()
    desk.limit(1, BUY, -1, 1)
    desk.cancel(1, 5)
    assert desk.m["agent"]["rejects"].tolist() == [0, 2, 0, 0, 0, 0, 0]
    assert desk.m.world["rejects"] == 2
    assert desk.m["agent"]["last_reject"][1] == Reject.UNKNOWN_ORDER
