"""Demand for leverage that wanders: how large, how long remembered, how fast traded, and begun as it goes on."""

import math

import numpy as np
import pytest

from unhedged.agents import cells as c
from unhedged.agents.speculator import behave
from unhedged.scenario.speculators import Speculator
from unhedged.vocab.enums import Side, TimeInForce

PX = 1_000_000
SWING = 1e8
"""Dollars, as the engine writes it from a share of open interest."""


@pytest.fixture
def pool(situation):
    def make(key=7, **keys):
        s = situation(behave, Speculator(id="a", kind="speculator", instrument="a/B", **keys), 1)
        s.of[c.SPEC_SWING] = SWING
        s.me["key"] = key
        assert s.turn() == []
        return s

    return make


def traded(s, seconds, step):
    """Fill every order; return the messages."""
    out = []
    for _ in range(int(seconds / step)):
        for m in s.turn(step):
            assert m.force == TimeInForce.IOC
            s.seen["pos"][0] += m.qty if m.side == Side.BUY else -m.qty
            out.append(m)
    return out


def wish(s):
    """Return the position it wishes, lots of $100."""
    return SWING * s.state[c.SPEC_WISH] / 100.0


def test_the_wish_has_the_variance_and_the_memory_it_was_given(pool):
    s = pool(memory="1h", pace="1000h")
    seen = []
    for _ in range(40_000):
        s.turn(60.0)
        seen.append(s.state[c.SPEC_WISH])
    seen = np.array(seen)
    assert seen.var() == pytest.approx(1.0, abs=0.15)
    assert abs(seen.mean()) < 0.15
    hour = np.mean(seen[60:] * seen[:-60]) / seen.var()
    assert hour == pytest.approx(math.exp(-1), abs=0.07)


def test_it_begins_in_its_stationary_law(pool):
    first = np.array([pool(key=n).state[c.SPEC_WISH] for n in range(1, 400)])
    assert first.std() == pytest.approx(1.0, abs=0.1)
    assert abs(first.mean()) < 0.15


def test_how_often_it_looks_does_not_change_how_fast_the_wish_fades(pool):
    slow, fast = pool(memory="1h"), pool(memory="1h")
    slow.state[c.SPEC_WISH] = fast.state[c.SPEC_WISH] = 1e6  # chance is nothing beside it
    slow.turn(3600.0)
    for _ in range(360):
        fast.turn(10.0)
    assert slow.state[c.SPEC_WISH] == pytest.approx(1e6 / math.e, rel=1e-4)
    assert fast.state[c.SPEC_WISH] == pytest.approx(1e6 / math.e, rel=1e-4)


@pytest.mark.parametrize(("towards", "side"), [(1.0, Side.BUY), (-1.0, Side.SELL)])
def test_it_trades_towards_its_wish_over_its_pace(pool, towards, side):
    s = pool(memory="1000000h", pace="1h", slice="$1M")
    s.state[c.SPEC_WISH] = towards
    messages = traded(s, 3600, 10.0)
    assert {m.side for m in messages} == {side}
    assert s.seen["pos"][0] / wish(s) == pytest.approx(1 - 1 / math.e, abs=0.03)


def test_orders_are_no_larger_than_a_slice_and_not_worth_less_than_a_tenth(pool):
    s = pool(memory="1000000h", pace="10m", slice="$500k")
    s.state[c.SPEC_WISH] = 1.0
    sizes = [m.qty for m in traded(s, 3600, 10.0)]
    assert max(sizes) <= 5_000
    assert min(sizes) >= 500


def test_what_was_saved_up_is_dropped_when_the_wish_turns(pool):
    s = pool(memory="1000000h", pace="100h", slice="$500k")
    s.state[c.SPEC_WISH] = 1.0
    assert s.turn(10.0) == []
    assert s.state[c.SPEC_DUE] > 0
    s.state[c.SPEC_WISH] = -1.0
    s.turn(10.0)
    assert s.state[c.SPEC_DUE] <= 0


def test_an_empty_side_is_waited_out(pool):
    s = pool(memory="1000000h", pace="1h")
    s.state[c.SPEC_WISH] = 1.0
    s.book(0, PX - 5, -1)
    assert traded(s, 1200, 10.0) == []
    s.book(0, PX - 5, PX + 5)
    assert traded(s, 60, 10.0)
