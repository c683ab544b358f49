"""Arbitrage: when it trades, how much, at which prices, and when it stops."""

import numpy as np
import pytest

from unhedged.agents import cells as c
from unhedged.agents.cross_venue import behave
from unhedged.scenario.agents import CrossVenue
from unhedged.vocab.enums import Command, Reject, Side, TimeInForce

PX = 1_000_000


@pytest.fixture
def arb(situation):
    def make(legs=2, spot=False, **keys):
        names = ["a/B", "b/B", "s/B"][:legs]
        s = situation(
            behave, CrossVenue(id="x", kind="cross_venue", instruments=names, **keys), legs
        )
        for leg in range(legs):
            s.usd(leg, 50e6 / legs)
        if spot:
            s.own(legs - 1, 100_000)
        return s

    return make


def test_a_gap_inside_the_band_is_left_alone(arb):
    s = arb()
    s.book(1, PX + 1_400, PX + 1_410)  # 14 bps
    assert s.turn() == []


def test_a_wide_gap_is_traded_on_both_legs_at_once(arb):
    s = arb()
    s.book(1, PX + 3_000, PX + 3_010)
    buy, sell = s.turn()
    assert (buy.leg, buy.side, buy.force) == (0, Side.BUY, TimeInForce.IOC)
    assert (sell.leg, sell.side, sell.force) == (1, Side.SELL, TimeInForce.IOC)
    assert buy.qty == sell.qty == 9_999  # $1M at the ask
    assert sell.px / buy.px - 1 >= 0.0015 - 1e-5  # worst prices still leave the entry band
    assert buy.px >= PX + 5
    assert sell.px <= PX + 3_000


def test_it_holds_until_the_gap_has_closed_and_then_unwinds(arb):
    s = arb()
    s.seen["pos"][0], s.seen["pos"][1] = 5_000, -5_000
    s.book(1, PX + 800, PX + 810)  # 8 bps: neither
    assert s.turn() == []
    s.book(1, PX + 200, PX + 210)  # 2 bps
    buy, sell = s.turn(1.0)
    assert (buy.leg, sell.leg) == (1, 0)
    assert buy.qty == sell.qty == 5_000  # no more than it holds


def test_position_limit_stops_it(arb):
    s = arb(limit="$3M")
    s.book(1, PX + 5_000, PX + 5_010)
    s.seen["pos"][0], s.seen["pos"][1] = 25_000, -25_000
    buy, _ = s.turn()
    assert 4_800 <= buy.qty <= 5_000
    s.seen["pos"][0], s.seen["pos"][1] = 30_001, -30_001
    assert s.turn(1.0) == []


def test_it_waits_for_both_orders(arb):
    s = arb()
    s.seen["gateway_wait"][1] = 800_000_000
    s.book(1, PX + 5_000, PX + 5_010)
    assert len(s.turn()) == 2
    assert s.turn(0.5) == []
    assert len(s.turn(0.5)) == 2


def test_a_slow_gateway_takes_a_leg_out(arb):
    s = arb(legs=3)
    s.book(1, PX + 9_000, PX + 9_010)
    s.book(2, PX + 5_000, PX + 5_010)
    s.seen["gateway_wait"][1] = 2 * 10**9
    buy, sell = s.turn()
    assert (buy.leg, sell.leg) == (0, 2)


def test_the_best_of_several_pairs_is_traded(arb):
    s = arb(legs=3)
    s.book(0, PX + 2_000, PX + 2_010)
    s.book(1, PX + 9_000, PX + 9_010)
    buy, sell = s.turn()
    assert (buy.leg, sell.leg) == (2, 1)


def test_prices_are_compared_in_dollars_whatever_the_ticks(arb):
    s = arb()
    s.seen["tick"][1], s.seen["lot"][1] = 1.0, 0.01
    s.book(1, 99_999, 100_001)
    assert s.turn() == []
    s.book(1, 100_499, 100_501)
    buy, sell = s.turn(1.0)
    assert sell.qty * 0.01 == pytest.approx(buy.qty * 0.001, abs=0.01)


def test_a_leg_that_filled_alone_is_flattened_where_the_price_is_best(arb):
    s = arb()
    s.seen["pos"][0] = 9_000
    s.book(1, PX + 100, PX + 110)
    (m,) = s.turn()
    assert (m.leg, m.side, m.qty) == (1, Side.SELL, 9_000)
    s.seen["pos"][0] = -9_000
    (m,) = s.turn(1.0)
    assert (m.leg, m.side, m.qty) == (0, Side.BUY, 9_000)


def test_it_sells_no_coins_it_lacks(arb):
    s = arb(spot=True)
    s.seen["pos"][1] = 300  # nearly all sold, and matched on the other leg
    s.seen["pos"][0] = 99_700
    s.book(1, PX + 5_000, PX + 5_010)
    buy, sell = s.turn()
    assert sell.qty == 300
    assert buy.qty == 300


@pytest.mark.parametrize(("bid", "ask"), [(-1, PX + 5_000), (PX + 5_000, -1), (-1, -1)])
def test_empty_sides_are_no_bargain(arb, bid, ask):
    s = arb()
    s.book(1, bid, ask)
    expected = 2 if bid > 0 else 0
    assert len(s.turn()) == expected


def test_a_venue_short_of_equity_gets_half_the_difference(arb):
    s = arb()
    s.usd(0, 45e6)
    s.usd(1, 5e6)
    (m,) = s.turn(1.0)
    assert (m.command, m.leg, m.tag) == (Command.TRANSFER, 0, 1)
    assert m.qty == 20e12
    assert s.turn(1.0) == []
    assert s.turn(599.5)[0].command == Command.TRANSFER


def test_balanced_venues_need_no_transfer(arb):
    s = arb()
    s.usd(0, 35e6)
    s.usd(1, 15e6)
    assert s.turn() == []


def test_legs_of_one_account_are_counted_once(arb):
    s = arb()
    s.of[c.ACCOUNTS] = 1.0
    s.usd(0, 45e6)
    s.usd(1, 1.0)
    assert s.turn() == []


def test_while_transfers_are_refused_it_unwinds_but_opens_nothing(arb):
    s = arb()
    s.usd(0, 45e6)
    s.usd(1, 5e6)
    s.turn(1.0)
    s.me["rejects"], s.me["last_reject"] = 1, Reject.TRANSFERS_DOWN
    s.book(1, PX + 5_000, PX + 5_010)
    assert s.turn(1.0) == []
    s.seen["pos"][0], s.seen["pos"][1] = 5_000, -5_000
    s.book(1, PX - 5, PX + 5)
    assert len(s.turn(1.0)) == 2
    s.book(1, PX + 5_000, PX + 5_010)
    messages = s.turn(60.0)
    assert messages[0].command == Command.TRANSFER  # tries again
    assert len(s.turn(1.0)) == 2  # and was not refused


def test_nonsense_books_never_make_nonsense_orders(arb):
    rng = np.random.default_rng(5)
    s = arb(legs=3, spot=True)
    for _ in range(600):
        for leg in range(3):
            bid = int(rng.choice([-1, 1, 2, 900_000, 1_000_000]))
            ask = -1 if rng.random() < 0.3 else max(1, bid) + int(rng.integers(1, 1000))
            s.book(leg, bid, ask)
            s.seen["pos"][leg] = int(rng.integers(-(10**6), 10**6))
            s.usd(leg, float(rng.normal(20e6, 10e6)))
        s.turn(float(rng.exponential(1.0)))
    assert np.isfinite(s.state).all()
