"""Following a move with leverage: from what distance, how much, how fast, and who gets out."""

import math

import numpy as np
import pytest

from unhedged.agents import cells as c
from unhedged.agents.momentum import behave
from unhedged.scenario.agents import Momentum
from unhedged.vocab.enums import Side, TimeInForce

PX = 1_000_000
LOT_USD = 0.001 * 0.1 * PX
SIGMA = 1e-4
TRIGGER = 5.0 * SIGMA * math.sqrt(60.0)
"""Distance from the mean, a fraction, from which the traders here act."""


@pytest.fixture
def trader(situation):
    def make(**keys):
        base = {"capital": "$100k", "leverage": 10.0, "trigger": 5.0, "leaves": "0%", "gain": "1/s"}
        keys = {**base, **keys}
        spec = Momentum(id="m", kind="momentum", instrument="a/B", **keys)
        s = situation(behave, spec, 1)
        s.usd(0, 100_000)
        s.turn()
        for _ in range(200):
            assert s.turn(5.0) == []
        s.state[c.MOM_CALM] = SIGMA**2
        s.state[c.MOM_BEGAN] = -1e15  # it has watched for days: calm is known
        return s

    return make


def at(s, px):
    s.book(0, round(px) - 5, round(px) + 5)


def away(s, triggers):
    """Put the price so many triggers from where the mean will be after one look more."""
    part = 1 - math.exp(-5 / 60)
    s.state[c.MOM_CALM] = SIGMA**2
    s.state[c.MOM_MID] = s.state[c.MOM_MEAN]
    gap = triggers * TRIGGER
    mean = s.state[c.MOM_MEAN]
    # (px / (mean + part (px - mean)) - 1) = gap
    ratio = (1 + gap) * (1 - part) / (1 - (1 + gap) * part)
    at(s, mean * ratio)


def fill(s, messages):
    for m in messages:
        s.seen["pos"][0] += m.qty if m.side == Side.BUY else -m.qty


def fall(s, seconds, each=-0.0012):
    """Let the price move by ``each`` every five seconds and every order fill; return signed lots traded."""
    px = 0.5 * (int(s.seen["bid"][0]) + int(s.seen["ask"][0]))
    start = int(s.seen["pos"][0])
    for _ in range(int(seconds / 5)):
        px *= 1 + each
        at(s, px)
        fill(s, s.turn(5.0))
    return int(s.seen["pos"][0]) - start


def joins(s, triggers, looks):
    """Return in how many of so many looks at one gap it joins."""
    count = 0
    for _ in range(looks):
        s.state[c.MOM_JOINED] = s.state[c.MOM_BUSY] = 0
        away(s, triggers)
        count += len(s.turn(5.0))
    return count


def test_inside_the_trigger_it_does_nothing(trader):
    s = trader(gain="100/s")
    assert joins(s, -0.97, 50) == 0
    assert joins(s, 1.5, 50) == 0  # the other side
    assert joins(s, -1.03, 50) == 50


@pytest.mark.parametrize(("triggers", "times"), [(-1.5, 0.5), (-2.0, 1.0), (-3.0, 2.0)])
def test_it_joins_at_a_rate_that_grows_with_the_gap(trader, triggers, times):
    looks = 2_000
    expected = looks * (1 - math.exp(-0.01 * times * 5.0))
    assert joins(trader(gain="0.01/s"), triggers, looks) == pytest.approx(
        expected, abs=4 * math.sqrt(expected) + 0.05 * expected
    )


def test_one_who_has_joined_opens_its_limit_in_slices(trader):
    s = trader(gain="100/s", slice="20%")
    away(s, -1.5)
    orders = 0
    while s.state[c.MOM_JOINED] or orders == 0:
        fill(s, s.turn(5.0))
        away(s, -0.5)  # beyond the mean still
        s.state[c.MOM_CALM] = SIGMA**2
        orders += 1
        assert orders < 10
    assert 5 <= orders <= 7
    assert -int(s.seen["pos"][0]) * LOT_USD == pytest.approx(1e6, rel=0.04)


def test_it_stops_opening_when_the_price_is_back_at_its_mean(trader):
    s = trader(gain="100/s", slice="20%")
    away(s, -1.5)
    fill(s, s.turn(5.0))
    held = int(s.seen["pos"][0])
    away(s, 0.1)
    assert s.turn(5.0) == []
    assert s.state[c.MOM_JOINED] == 0
    assert int(s.seen["pos"][0]) == held < 0


def test_a_fall_is_followed_with_taking_orders_bounded_in_price_and_size(trader):
    s = trader(slice="10%", gain="1/s")
    seen = []
    for _ in range(60):
        at(s, s.state[c.MOM_MID] * 0.9988)
        messages = s.turn(5.0)
        fill(s, messages)
        seen += messages
    assert seen
    assert {(m.side, m.force, m.tag) for m in seen} == {(Side.SELL, TimeInForce.IOC, -1)}
    assert all(m.qty * LOT_USD <= 0.1 * 1e6 * 1.05 for m in seen)
    touch = int(s.seen["bid"][0])
    assert seen[-1].px >= math.ceil(touch * 0.995)


def test_it_opens_no_more_than_equity_times_leverage(trader):
    s = trader(gain="1/s")
    fall(s, 600)
    worth = -int(s.seen["pos"][0]) * 0.001 * 0.1 * s.state[c.MOM_MID]
    assert 0.9e6 < worth <= 1.02e6


def test_losses_shrink_what_it_opens_and_ruin_ends_it(trader):
    s = trader(gain="1/s")
    s.usd(0, 50_000)
    half = -fall(s, 600)
    assert half * LOT_USD == pytest.approx(0.5e6, rel=0.3)
    closed = trader(gain="1/s")
    closed.usd(0, 9_000)
    assert fall(closed, 600) == 0
    closed.usd(0, -5_000)
    assert fall(closed, 600) == 0


@pytest.mark.parametrize(
    ("side", "follows_falls", "follows_rises"),
    [("sell", True, False), ("buy", False, True), ("both", True, True)],
)
def test_it_follows_the_side_it_was_told_to(trader, side, follows_falls, follows_rises):
    falls, rises = fall(trader(side=side), 300), fall(trader(side=side), 300, each=0.0012)
    assert (falls < 0, falls == 0) == (follows_falls, not follows_falls)
    assert (rises > 0, rises == 0) == (follows_rises, not follows_rises)


def test_one_who_follows_both_does_not_turn_round_while_it_holds(trader):
    s = trader(side="both")
    assert fall(s, 300) < 0
    held = int(s.seen["pos"][0])
    fall(s, 300, each=0.0012)
    assert int(s.seen["pos"][0]) == held


def out_of(s, held=-10_000, entry=PX):
    s.seen["pos"][0] = held
    s.state[c.MOM_HELD], s.state[c.MOM_ENTRY] = held, entry
    s.state[c.MOM_LEAVER] = 1


def mean_is(s, px):
    s.state[c.MOM_MEAN] = s.state[c.MOM_MID] = px
    at(s, px)


@pytest.mark.parametrize(
    ("px", "leaves"),
    [(1.039, False), (1.041, True), (0.921, False), (0.919, True), (1.0, False)],
)
def test_a_loss_and_a_profit_at_which_it_gets_out(trader, px, leaves):
    s = trader(stop="4%", take_profit="8%")
    out_of(s)
    mean_is(s, PX * px)
    messages = s.turn(5.0)
    assert bool(messages) == leaves
    assert all(m.side == Side.BUY for m in messages)


def test_the_turn_of_the_price_gets_it_out(trader):
    s = trader(turn=2.0)
    out_of(s)
    away(s, 1.9)
    assert s.turn(5.0) == []
    away(s, 2.1)
    assert [m.side for m in s.turn(5.0)] == [Side.BUY]


def test_one_who_stays_never_gets_out_by_itself(trader):
    s = trader(leaves="0%")
    out_of(s)
    s.state[c.MOM_LEAVER] = 0
    for px in (1.09, 0.5, 1.5):
        mean_is(s, PX * px)
        assert all(m.side == Side.SELL for m in s.turn(5.0))


def test_getting_out_takes_slices_ends_flat_and_never_past(trader):
    s = trader(slice="10%", stop="4%")
    out_of(s, held=-5_000)
    mean_is(s, PX * 1.05)
    orders = 0
    while int(s.seen["pos"][0]) != 0:
        messages = s.turn(5.0)
        fill(s, messages)
        orders += len(messages)
        mean_is(s, PX)  # the reason is gone, it leaves all the same
        assert int(s.seen["pos"][0]) <= 0
        assert orders < 20
    assert orders > 3
    assert s.turn(5.0) == []


@pytest.mark.parametrize(("share", "leaver"), [("0%", 0), ("100%", 1)])
def test_whether_it_leaves_is_drawn_once(trader, share, leaver):
    assert trader(leaves=share).state[c.MOM_LEAVER] == leaver


def test_the_entry_is_the_mean_price_of_what_it_holds(trader):
    s = trader()
    for held, px in ((-100, PX), (-300, 0.97 * PX)):
        s.seen["pos"][0] = held
        at(s, px)
        s.turn(0.001)
    assert s.state[c.MOM_ENTRY] == pytest.approx((PX + 2 * 0.97 * PX) / 3, rel=1e-6)
    s.seen["pos"][0] = -100
    s.turn(0.001)
    assert s.state[c.MOM_ENTRY] == pytest.approx((PX + 2 * 0.97 * PX) / 3, rel=1e-6)


def test_a_refusal_is_not_answered_by_another_order_at_once(trader):
    s = trader(gain="1/s")
    fall(s, 30)
    s.me["rejects"] += 1
    assert fall(s, 50) == 0
    assert fall(s, 60) < 0


def test_it_watches_before_it_trades(situation):
    spec = Momentum(id="m", kind="momentum", instrument="a/B", capital="$100k", leverage=10.0)
    s = situation(behave, spec, 1)
    s.usd(0, 100_000)
    s.turn()
    assert fall(s, 290, each=-0.004) == 0


@pytest.mark.statistical
def test_noise_alone_moves_nobody(trader):
    s = trader(side="both", trigger=3.5)
    walk = np.random.default_rng(5).normal(0, SIGMA * math.sqrt(5.0), 20_000)
    px = float(PX)
    for step in walk:
        px *= math.exp(step)
        at(s, px)
        assert s.turn(5.0) == []


@pytest.mark.parametrize(("bid", "ask"), [(-1, 900_000), (900_000, -1), (-1, -1)])
def test_empty_sides(trader, bid, ask):
    s = trader(gain="1/s", side="both", stop="4%")
    s.seen["last"][0] = 900_000
    s.book(0, bid, ask)
    messages = [m for _ in range(20) for m in s.turn(5.0)]
    assert not (messages and bid < 0)
    out_of(s)
    s.state[c.MOM_ENTRY] = 500_000
    assert all(m.side == Side.BUY and ask > 0 for m in s.turn(5.0))
