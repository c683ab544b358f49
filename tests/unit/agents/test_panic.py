"""Selling from fear: what frightens, how many, how fast, and never more than is held."""

import math

import pytest

from unhedged.agents import cells as c
from unhedged.agents.panic import behave
from unhedged.scenario.agents import Panic
from unhedged.vocab.enums import Side, TimeInForce

PX = 1_000_000
HELD = 100_000
"""Lots of $100."""


@pytest.fixture
def holders(situation):
    def make(held=HELD, **keys):
        spec = Panic(id="p", kind="panic", instrument="a/B", **keys)
        s = situation(behave, spec, 1 if spec.watch is None else 2)
        s.own(0, held)
        s.turn()
        return s

    return make


def at(s, down, leg=0):
    px = round(PX * (1 - down))
    s.book(leg, px - 5, px + 5)


def sold(s, seconds, step=5.0, filled=1.0):
    """Let a part of every order fill; return the messages."""
    out = []
    for _ in range(int(seconds / step)):
        for m in s.turn(step):
            assert (m.side, m.force) == (Side.SELL, TimeInForce.IOC)
            s.seen["pos"][0] -= int(m.qty * filled)
            out.append(m)
    return out


def left(s):
    return int(s.seen["pos"][0]) / HELD


def test_a_small_draw_down_frightens_nobody_however_long(holders):
    s = holders(threshold="2%")
    at(s, 0.0199)
    assert sold(s, 20_000) == []
    assert s.state[c.PANIC_FRIGHTENED] == 0


def test_a_spike_frightens_nobody(holders):
    s = holders(threshold="2%", lag="8m")
    at(s, 0.12)
    assert sold(s, 60) == []
    at(s, 0.0)
    assert sold(s, 3600) == []


def test_no_time_of_day_frightens_anybody(holders):
    s = holders()
    assert sold(s, 100_000, step=50.0) == []


@pytest.mark.parametrize(
    ("down", "times"), [(0.035, 0.25), (0.05, 1.0), (0.08, 2.0), (0.0203, 1e-4)]
)
def test_the_hazard_grows_with_the_draw_down(holders, down, times):
    s = holders(hazard="0.001/s", threshold="2%", full="5%")
    at(s, down)
    s.state[c.PANIC_DRAW_DOWN] = 1 - round(PX * (1 - down)) / PX
    s.turn(5.0)
    assert s.state[c.PANIC_FRIGHTENED] / HELD == pytest.approx(0.005 * times, rel=0.02)


def test_a_lasting_fall_sells_the_pool_by_and_by_and_no_more_than_the_pool(holders):
    s = holders(hazard="0.001/s", pace="2m", lag="2m", memory="240h", slice="$10M")
    at(s, 0.05)
    sold(s, 600)
    # 10 minutes at most of a full hazard, less the lag and the pace
    assert 1 - math.exp(-0.6) > 1 - left(s) > 1 - math.exp(-0.1)
    sold(s, 30_000)
    assert left(s) <= 1 / HELD


def test_slices_are_bounded_and_so_are_prices(holders):
    s = holders(hazard="0.01/s", slice="$100k", slippage="50bps")
    at(s, 0.10)
    messages = sold(s, 1200)
    assert messages
    assert all(m.qty * 100.0 * 0.9 <= 100_000 * 1.001 for m in messages)
    assert {m.px for m in messages} == {math.ceil(int(s.seen["bid"][0]) * 0.995)}


def test_what_does_not_fill_is_offered_again(holders):
    s = holders(hazard="0.01/s", lag="2m", memory="240h", slice="$10M")
    at(s, 0.10)
    sold(s, 1200, filled=0.0)
    assert left(s) == 1.0
    assert s.state[c.PANIC_FRIGHTENED] == pytest.approx(HELD, rel=0.05)
    sold(s, 3600)
    assert left(s) < 0.02


def test_who_has_decided_sells_though_the_price_is_back(holders):
    s = holders(hazard="0.001/s", lag="2m")
    at(s, 0.08)
    sold(s, 300)
    frightened = s.state[c.PANIC_FRIGHTENED]
    before = s.state[c.PANIC_HELD]  # what it had when it last counted
    at(s, 0.0)
    s.state[c.PANIC_DRAW_DOWN] = 0.0
    sold(s, 3600)
    assert before - int(s.seen["pos"][0]) == pytest.approx(frightened, rel=0.02)


def test_a_high_is_forgotten(holders):
    s = holders(memory="4h", threshold="2%")
    at(s, 0.019)
    sold(s, 8 * 3600, step=60.0)
    at(s, 0.038)  # 3.8 % under the first high, 2.2 % under what is left of it: not yet felt
    assert s.state[c.PANIC_HIGH] < PX * (1 - 0.015)


@pytest.mark.parametrize(("bid", "ask"), [(-1, 900_000), (900_000, -1), (-1, -1)])
def test_empty_sides(holders, bid, ask):
    s = holders(hazard="0.01/s")
    s.seen["last"][0] = 900_000
    s.book(0, bid, ask)
    assert bool(sold(s, 1200)) == (bid > 0)


def test_nothing_held_nothing_sold(holders):
    s = holders(held=0, hazard="0.01/s")
    at(s, 0.5)
    assert sold(s, 3600) == []


WATCHING = {"hazard": "0.01/s", "lag": "2m", "memory": "240h", "threshold": "2%", "slice": "$10M"}


def test_the_fall_of_a_market_they_watch_frightens_as_their_own_does(holders):
    alone, watching = holders(**WATCHING), holders(watch="a/C", **WATCHING)
    at(alone, 0.05)
    at(watching, 0.05, leg=1)
    sold(alone, 600)
    sold(watching, 600)
    assert left(watching) < 0.9
    felt = [s.state[c.PANIC_DRAW_DOWN] for s in (watching, alone)]
    assert felt[0] == pytest.approx(felt[1], rel=1e-9)


def test_what_they_sell_is_their_own(holders):
    s = holders(watch="a/C", **WATCHING)
    at(s, 0.08, leg=1)
    messages = sold(s, 600)
    assert messages
    assert {m.leg for m in messages} == {0}


def test_the_draw_down_of_a_market_they_watch_counts_times_its_factor(holders):
    calm = holders(watch="a/C", watch_times=1.9, **WATCHING)
    afraid = holders(watch="a/C", watch_times=2.1, **WATCHING)
    for s in (calm, afraid):
        at(s, 0.01, leg=1)
        sold(s, 3600)
    assert left(calm) == 1.0
    assert left(afraid) < 1.0


def test_the_larger_draw_down_counts_not_their_sum(holders):
    s = holders(watch="a/C", **WATCHING)
    at(s, 0.015)
    at(s, 0.015, leg=1)
    assert sold(s, 20_000) == []


def test_one_that_would_watch_what_it_holds_watches_nothing_beside_it():
    assert Panic(id="p", kind="panic", instrument="a/B", watch="a/B").watch is None
