"""A desk with coins and a short: passive, until its short is closed by force."""

import numpy as np
import pytest

from unhedged.agents import cells as c
from unhedged.agents.basis_desk import behave
from unhedged.scenario.agents import BasisDesk
from unhedged.vocab.enums import AfterAdl, Reject, Side, TimeInForce

PX = 1_000_000
COINS = 200_000  # lots: $20M


@pytest.fixture
def desk(situation):
    def make(second=False, basis=0, **keys):
        keys = {"reaction": "30s", "slice": "$500k", **keys}
        spec = BasisDesk(
            id="d",
            kind="basis_desk",
            spot="s/B",
            short="a/B",
            reshort="b/B" if second else None,
            **keys,
        )
        s = situation(behave, spec, 3 if second else 2)
        s.own(0, COINS)
        s.own(1, -COINS)
        s.book(1, PX + basis - 5, PX + basis + 5)
        assert s.turn() == []
        return s

    return make


def deleverage(s, lots):
    s.seen["pos"][1] += lots
    s.seen["adl_qty"][1] += lots


def until_it_acts(s, seconds=2_000):
    for n in range(seconds):
        messages = s.turn(1.0)
        if messages:
            return n + 1, messages
    return None, []


def test_hedged_desk_does_nothing(desk):
    s = desk()
    assert until_it_acts(s, 500) == (None, [])
    assert s.state[c.BASIS_UNHEDGED] == 0


def test_after_adl_it_waits_then_sells_coins_in_slices(desk):
    s = desk(sell="100%", resell="0%")
    deleverage(s, 50_000)
    assert s.turn(0.001) == []
    assert s.state[c.BASIS_UNHEDGED] == pytest.approx(50.0)
    waited, messages = until_it_acts(s)
    assert waited > 1
    (m,) = messages
    assert (m.leg, m.side, m.force) == (0, Side.SELL, TimeInForce.IOC)
    assert m.qty == 5_000  # $500k
    assert m.px == pytest.approx((PX - 5) * 0.995, abs=2)


def test_it_sells_exactly_what_was_taken_and_stops(desk):
    s = desk(sell="100%", resell="0%")
    deleverage(s, 12_345)
    for _ in range(3_000):
        for m in s.turn(1.0):
            s.seen["pos"][0] -= m.qty
    left = s.seen["pos"][0] + s.seen["pos"][1]
    assert abs(left) <= 0.002 * COINS
    assert s.seen["pos"][0] == pytest.approx(COINS - 12_345, abs=400)


def test_it_shorts_again_on_its_other_venue(desk):
    s = desk(second=True, sell="0%", resell="100%")
    deleverage(s, 50_000)
    _, (m,) = until_it_acts(s)
    assert (m.leg, m.side) == (2, Side.SELL)


def test_without_another_venue_it_shorts_again_on_the_same(desk):
    s = desk(sell="0%", resell="100%")
    deleverage(s, 50_000)
    _, (m,) = until_it_acts(s)
    assert (m.leg, m.side) == (1, Side.SELL)


def test_it_may_stay_unhedged(desk):
    s = desk(sell="0%", resell="0%")
    deleverage(s, 50_000)
    assert until_it_acts(s) == (None, [])
    assert s.state[c.BASIS_ANSWER] == AfterAdl.HOLD
    assert s.state[c.BASIS_ACCEPTED] == pytest.approx(50.0)


def test_a_liquidated_short_is_noticed_like_a_deleveraged_one(desk):
    s = desk(sell="100%", resell="0%")
    s.seen["pos"][1] += 50_000
    s.seen["forced_qty"][1] += 50_000
    _, messages = until_it_acts(s)
    assert messages


def test_a_refused_short_turns_into_selling_coins(desk):
    s = desk(second=True, sell="0%", resell="100%")
    deleverage(s, 50_000)
    until_it_acts(s)
    s.me["rejects"], s.me["last_reject"] = 1, Reject.MARGIN
    _, (m,) = until_it_acts(s)
    assert (m.leg, m.side) == (0, Side.SELL)


def test_delays_are_exponential_with_the_desks_own_mean(situation, desk):
    waits = []
    for key in range(400):
        s = desk(sell="100%", resell="0%")
        s.me["key"] = key
        deleverage(s, 50_000)
        s.turn(0.001)
        waits.append((s.state[c.BASIS_DUE] - s.seen["t"]) / 1e9)
    assert np.mean(waits) == pytest.approx(30.0, rel=0.2)
    assert np.median(waits) == pytest.approx(30.0 * np.log(2), rel=0.25)


def test_answers_come_in_the_stated_proportion(desk):
    answers = []
    for key in range(400):
        s = desk(sell="70%", resell="20%")
        s.me["key"] = key
        deleverage(s, 50_000)
        s.turn(0.001)
        s.seen["t"] = int(s.state[c.BASIS_DUE]) + 1
        s.turn()
        answers.append(int(s.state[c.BASIS_ANSWER]))
    share = np.bincount(answers, minlength=3) / 400
    assert share == pytest.approx([0.2, 0.7, 0.1], abs=0.07)


def test_it_waits_for_its_order_before_the_next(desk):
    s = desk(sell="100%", resell="0%")
    s.me["order_latency"] = 10 * 10**9
    deleverage(s, 50_000)
    until_it_acts(s)
    waited, _ = until_it_acts(s)
    assert waited == 11


def test_it_never_sells_coins_it_lacks_and_buys_shorts_back(desk):
    s = desk(sell="100%", resell="0%")
    s.seen["pos"][0] = 0  # coins gone, short still there
    (m,) = s.turn(1.0)
    assert (m.leg, m.side) == (1, Side.BUY)


def test_it_needs_a_touch(desk):
    s = desk(sell="100%", resell="0%")
    deleverage(s, 50_000)
    s.book(0, -1, -1)
    assert until_it_acts(s, 300) == (None, [])


def test_a_wide_basis_makes_it_grow_and_a_narrow_one_shrink(desk):
    s = desk(basis=3_000, open_above="50bps", close_below="5bps")
    assert s.turn(1.0) == []
    s.book(1, PX + 8_000, PX + 8_010)
    both = s.turn(1.0)
    assert [(m.leg, m.side) for m in both] == [(0, Side.BUY), (1, Side.SELL)]
    assert both[0].qty == both[1].qty or abs(both[0].qty - both[1].qty) < 50
    s.book(1, PX - 5, PX + 5)
    assert [(m.leg, m.side) for m in s.turn(1.0)] == [(0, Side.SELL), (1, Side.BUY)]
    s.seen["pos"][0], s.seen["pos"][1] = 310_000, -310_000
    s.book(1, PX + 8_000, PX + 8_010)
    assert s.turn(1.0) == []  # as large as it may be


# ------------------------------------------------------------------------------------------- the carry


EARNING = {
    "hurdle": "6%",
    "round_trip": "1%",
    "yield_memory": "1h",
    "pace": "10d",
    "slice": "$500k",
}


def paid(s, a_year, seconds=86_400, step=60.0):
    """Let funding be what it is for a time and fill every order; return the messages."""
    s.seen["funding"][1] = a_year
    out = []
    for _ in range(int(seconds / step)):
        for m in s.turn(step):
            s.seen["pos"][m.leg] += m.qty if m.side == Side.BUY else -m.qty
            out.append(m)
    return out


def test_funding_above_its_hurdle_makes_it_add_coins_and_short_at_its_pace(desk):
    s = desk(**EARNING)
    messages = paid(s, 0.10)
    assert {(m.leg, m.side) for m in messages} == {(0, Side.BUY), (1, Side.SELL)}
    grown = s.seen["pos"][0] / COINS - 1
    assert grown == pytest.approx(0.1, abs=0.025)  # a day of ten, in orders of a fiftieth
    assert s.seen["pos"][1] == pytest.approx(-s.seen["pos"][0], rel=1e-3)


def test_funding_below_its_hurdle_makes_it_take_them_off(desk):
    s = desk(**EARNING)
    messages = paid(s, 0.02)
    assert {(m.leg, m.side) for m in messages} == {(0, Side.SELL), (1, Side.BUY)}
    assert s.seen["pos"][0] / COINS == pytest.approx(0.9, abs=0.025)


@pytest.mark.parametrize("a_year", [0.052, 0.06, 0.068])
def test_within_what_a_round_trip_costs_it_stays_as_it_is(desk, a_year):
    assert paid(desk(**EARNING), a_year) == []


def test_before_the_first_settlement_it_knows_no_yield(desk):
    assert paid(desk(**EARNING), 0.0) == []


def test_one_rate_out_of_line_is_averaged_away(desk):
    s = desk(**{**EARNING, "yield_memory": "3d"})
    assert paid(s, 0.06) == []
    assert paid(s, 0.10, seconds=8 * 3600) == []
    assert paid(s, 0.06, seconds=8 * 3600) == []


def test_it_grows_to_its_limit_and_no_further(desk):
    s = desk(**EARNING, limit=1.2)
    paid(s, 0.30, seconds=10 * 86_400, step=600.0)
    assert 1.15 < s.seen["pos"][0] / COINS <= 1.2


def test_with_nothing_left_it_takes_nothing_off(desk):
    s = desk(**EARNING)
    paid(s, -0.30, seconds=30 * 86_400, step=600.0)
    assert 0 <= s.seen["pos"][0] <= 0.02 * COINS
    assert s.seen["pos"][1] <= 0
