"""Buying dips: which discount, with what money, how fast, and when it sells again."""

import math

import numpy as np
import pytest

from unhedged.agents import cells as c
from unhedged.agents.dip_buyer import behave
from unhedged.scenario.agents import DipBuyer
from unhedged.vocab.enums import Command, Side, TimeInForce

PX = 1_000_000


@pytest.fixture
def buyer(situation):
    def make(**keys):
        keys = {"capital": "$100M", "passive": "0%", **keys}
        return situation(behave, DipBuyer(id="d", kind="dip_buyer", instrument="a/B", **keys), 1)

    return make


def at(s, discount):
    px = round(PX * (1 - discount))
    s.book(0, px - 5, px + 5)
    s.state[c.DIP_CLOSE] = px  # a slow fall: no candle of it stands out
    s.state[c.DIP_FELL] = 0.0


def bought(messages):
    return sum(m.qty for m in messages if m.side == Side.BUY)


def buy_for(s, seconds, step=2):
    """Let every order fill; return dollars spent."""
    usd = 0.0
    for _ in range(int(seconds / step)):
        for m in s.turn(step):
            if m.side == Side.BUY and m.force == TimeInForce.IOC:
                paid = m.qty * 0.001 * 0.1 * int(s.seen["ask"][0])
                s.seen["pos"][0] += m.qty
                s.seen["cost"][0] += round(paid * 1e6)
                usd += paid
    return usd


def test_no_discount_no_order(buyer):
    s = buyer()
    s.turn()
    at(s, 0.014)
    assert all(s.turn(2.0) == [] for _ in range(200))
    assert s.state[c.DIP_FIRST] == 0


def test_a_discount_starts_the_money_and_the_buying(buyer):
    s = buyer()
    s.turn()
    s.turn(3600.0)  # an hour of calm moves nothing
    at(s, 0.02)
    early = buy_for(s, 240)
    # 7 % on hand and what arrives in four minutes, spent with a time constant of four minutes
    arrived = 100e6 * (0.07 + 0.93 * (1 - math.exp(-240 / 1500)))
    assert 0.3 * arrived < early < 0.7 * arrived
    assert s.state[c.DIP_FIRST] > 3600e9


def test_it_never_spends_more_than_has_arrived(buyer):
    s = buyer(pace="10s", slice="$50M")
    s.turn()
    at(s, 0.05)
    total = 0.0
    for _ in range(60):
        total += buy_for(s, 60)
        since = (s.seen["t"] - s.state[c.DIP_FIRST]) / 1e9
        assert total <= 100e6 * (0.07 + 0.93 * (1 - math.exp(-since / 1500))) * 1.001
    assert total > 85e6


def test_slices_are_bounded(buyer):
    s = buyer(slice="$1M", on_hand="100%")
    s.turn()
    at(s, 0.05)
    for _ in range(100):
        assert bought(s.turn(2.0)) * 100.0 * 0.95 <= 1e6 * 1.001


def test_it_asks_for_more_discount_while_the_price_falls(buyer):
    s = buyer(falling_premium=0.1, on_hand="100%")
    s.turn()
    at(s, 0.02)
    s.state[c.DIP_CALM] = 1e-8  # a calm candle of 60 s moves 1e-4 × √60 = 7.7 bps
    s.state[c.DIP_CLOSE] = round(
        PX * (1 - 0.02 + 0.006)
    )  # this one fell 61 bps so far: needs 1.5 % × 1.79
    assert s.turn(2.0) == []
    s.state[c.DIP_CLOSE] = PX * (1 - 0.02)
    assert bought(s.turn(2.0)) > 0


def test_the_candle_before_counts_as_much_as_this_one_and_the_one_before_that_no_more(buyer):
    s = buyer(falling_premium=1.0, on_hand="100%")
    s.turn()
    at(s, 0.02)
    s.state[c.DIP_CALM] = 1e-8
    s.state[c.DIP_FELL] = 0.005
    assert all(s.turn(2.0) == [] for _ in range(29))
    s.state[c.DIP_CALM] = 1e-8
    assert bought(s.turn(2.0)) == 0  # the last look before this candle closes
    assert s.state[c.DIP_FELL] < 1e-4
    assert bought(s.turn(2.0)) > 0


def test_at_twice_the_discount_it_hurries_twice_as_much(buyer):
    spent = []
    for discount in (0.015, 0.03):
        s = buyer(pace="1h", on_hand="100%", slice="$1M")
        s.turn()
        at(s, discount + 1e-5)
        spent.append(sum(m.qty for _ in range(20) for m in s.turn(2.0)))
    assert spent[1] == pytest.approx(2 * spent[0], rel=0.05)


def test_taking_orders_are_limited_in_price(buyer):
    s = buyer(on_hand="100%")
    s.turn()
    at(s, 0.05)
    m = next(m for _ in range(50) for m in s.turn(2.0))
    assert m.force == TimeInForce.IOC
    hurry = (1 - int(s.seen["bid"][0] + 5) / PX) / 0.015
    assert m.px == int(int(s.seen["ask"][0]) * (1 + 0.002 * hurry))


def test_some_orders_rest_at_the_bid_and_are_withdrawn_when_the_dip_is_over(buyer):
    s = buyer(passive="100%", on_hand="100%")
    s.turn()
    at(s, 0.05)
    m = next(m for _ in range(50) for m in s.turn(2.0))
    assert (m.force, m.px, m.tag) == (TimeInForce.POST_ONLY, int(s.seen["bid"][0]), 0)
    at(s, 0.0)
    assert [(m.command, m.tag) for m in s.turn(2.0)] == [(Command.CANCEL, 0)]
    assert s.turn(2.0) == []


def test_above_value_it_sells_what_it_bought_and_no_more(buyer):
    s = buyer()
    s.turn()
    s.seen["pos"][0], s.seen["cost"][0] = 1_000, 95_000_000_000
    at(s, -0.005)
    assert s.turn(2.0) == []
    at(s, -0.02)
    sold = 0
    for _ in range(3_000):
        for m in s.turn(2.0):
            assert m.side == Side.SELL
            s.seen["pos"][0] -= m.qty
            sold += m.qty
    assert sold == 1_000


def test_a_ladder_stands_from_the_start_far_below_the_market(buyer):
    s = buyer(ladder={"share": "20%", "orders": 40})
    rungs = s.turn()
    assert len(rungs) == 40
    assert len({m.tag for m in rungs}) == 40
    assert all(m.side == Side.BUY and m.force == TimeInForce.POST_ONLY for m in rungs)
    away = np.array([1 - m.px / PX for m in rungs])
    assert away.min() >= 0.0399
    assert away.max() <= 0.6001
    assert sum(m.qty * m.px for m in rungs) * 1e-4 == pytest.approx(20e6, rel=0.01)


def test_rungs_come_back_slowly(buyer):
    s = buyer(ladder={"share": "20%", "orders": 40, "refresh": "16m"})
    s.turn()
    back = sum(len(s.turn(2.0)) for _ in range(960 // 2))
    assert back == pytest.approx(40, abs=20)


@pytest.mark.parametrize(("bid", "ask"), [(-1, 900_000), (900_000, -1), (-1, -1)])
def test_empty_sides(buyer, bid, ask):
    s = buyer(on_hand="100%", passive="50%")
    s.turn()
    s.seen["last"][0] = 900_000
    s.book(0, bid, ask)
    s.state[c.DIP_CLOSE] = 900_000
    messages = [m for _ in range(100) for m in s.turn(2.0)]
    if bid < 0 and ask < 0:
        assert messages == []
    assert all(m.px <= 900_000 * (1 + 0.002 * 0.1 / 0.015) for m in messages)
