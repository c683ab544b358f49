"""Arrivals of the anonymous flow: how often, how far, how large, on which side."""

import math

import numpy as np
import pytest
from numba import njit

from unhedged.agents import cells as c
from unhedged.agents.background import behave
from unhedged.agents.chance import power_distance
from unhedged.scenario.agents import Background
from unhedged.vocab.enums import Command, Side, TimeInForce

PX = 1_000_000


@njit
def distances(n, near, far, decay):
    out = np.empty(n)
    for i in range(n):
        out[i] = power_distance((i + 0.5) / n, near, far, decay)
    return out


@pytest.fixture
def flow(situation):
    def make(opened=True, **keys):
        s = situation(behave, Background(id="f", kind="background", instrument="a/B", **keys), 1)
        if opened:
            while s.state[c.FLOW_PLACED] < s.me["tags"]:
                s.turn(0.001)
        return s

    return make


def run(s, turns, by_period=True):
    """Return messages and the simulated seconds they took."""
    start, messages = int(s.seen["t"]), []
    for _ in range(turns):
        s.seen["t"] += int(s.me["period"]) if by_period else 0
        messages += s.turn()
    return messages, (int(s.seen["t"]) - start) / 1e9


@pytest.mark.parametrize("decay", [0.0, 0.52, 1.0, 1.7])
def test_distances_follow_the_power_law(decay):
    near, far = 1e-4, 1e-2
    d = distances(20_001, near, far, decay)
    assert d.min() >= near
    assert d.max() <= far
    median = d[10_000]
    if decay == 1.0:
        assert median == pytest.approx(math.sqrt(near * far), rel=1e-3)
    else:
        e = 1 - decay
        assert median == pytest.approx(((near**e + far**e) / 2) ** (1 / e), rel=1e-3)


def test_an_empty_book_is_opened_with_near_and_far_orders_on_both_sides(flow):
    s = flow(opened=False, patient="$60M")
    s.book(0, -1, -1)
    s.seen["last"][0] = 0
    messages = []
    while s.state[c.FLOW_PLACED] < s.me["tags"]:
        messages += s.turn(0.001)
        assert s.me["period"] == 1_000_000
    assert len({m.tag for m in messages}) == len(messages)
    assert all(m.force == TimeInForce.POST_ONLY for m in messages)
    bids = np.array([m.px for m in messages if m.side == Side.BUY])
    asks = np.array([m.px for m in messages if m.side == Side.SELL])
    assert bids.max() < PX < asks.min()
    far = [m for m in messages if m.tag >= 80]
    assert len(far) == 120
    away = np.array([abs(m.px / PX - 1) for m in far])
    assert away.min() >= 0.0199
    assert away.max() <= 0.4001
    bid_usd = sum(m.qty for m in far if m.side == Side.BUY) * 100.0
    assert bid_usd == pytest.approx(60e6, rel=0.01)


def test_opening_holds_the_share_of_orders_a_steady_state_would(flow):
    s = flow(opened=False, limit_rate="6/s", cancel_rate="0.075/s", orders=200, patient_orders=0)
    messages = []
    while s.state[c.FLOW_PLACED] < s.me["tags"]:
        messages += s.turn(0.001)
    arrivals = 6 / 400
    expected = 400 * arrivals / (arrivals + 0.075)
    assert len(messages) == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_events_arrive_at_the_sum_of_their_rates_and_in_proportion(flow):
    s = flow(patient="$60M")
    messages, seconds = run(s, 20_000)
    cancels = sum(m.command == Command.CANCEL for m in messages)
    trades = sum(m.force == TimeInForce.IOC for m in messages)
    limits = sum(m.force == TimeInForce.POST_ONLY and m.tag < 80 for m in messages)
    far = sum(m.force == TimeInForce.POST_ONLY and m.tag >= 80 for m in messages)
    for count, rate in ((limits, 6.0), (trades, 8.0), (cancels, 0.06 * 80), (far, 120 / 960)):
        assert count / seconds == pytest.approx(rate, rel=5 / math.sqrt(rate * seconds))


def test_limit_orders_keep_their_distance_from_the_opposite_touch(flow):
    s = flow()
    s.book(0, PX - 75, PX + 75)
    messages, _ = run(s, 3_000)
    near = [m for m in messages if m.force == TimeInForce.POST_ONLY and m.tag < 80]
    bids = np.array([PX + 75 - m.px for m in near if m.side == Side.BUY])
    asks = np.array([m.px - (PX - 75) for m in near if m.side == Side.SELL])
    for away in (bids, asks):
        assert away.min() >= 100  # one basis point
        assert away.max() <= 10_010
    assert (bids < 150).any()  # some improve the touch


def test_market_orders_lean_towards_value_and_hurry(flow):
    cheap, fair = flow(), flow()
    cheap.seen["value"][0] = PX * 0.1 * 1.005
    buys = [m.side for m in run(cheap, 8_000)[0] if m.force == TimeInForce.IOC]
    assert np.mean([b == Side.BUY for b in buys]) == pytest.approx(0.9, abs=0.03)
    even = [m.side for m in run(fair, 8_000)[0] if m.force == TimeInForce.IOC]
    assert np.mean([b == Side.BUY for b in even]) == pytest.approx(0.5, abs=0.03)
    cheap.seen["value"][0] = PX * 0.1 * 1.02
    messages, seconds = run(cheap, 8_000)
    trades = sum(m.force == TimeInForce.IOC for m in messages)
    assert trades / seconds == pytest.approx(8.0 * 4, rel=0.05)


@pytest.mark.parametrize(("power", "part"), [(1, 0.5), (2, 0.25), (1.5, 0.5**1.5)])
def test_the_informed_part_and_the_hurry_grow_as_a_power_of_mispricing(flow, power, part):
    s = flow(informed="100%", informed_scale="80bps", rush=3.0, informed_power=power)
    s.seen["value"][0] = PX * 0.1 * 1.004  # half of the scale, an eighth of where the rush ends
    messages, seconds = run(s, 20_000)
    buys = np.array([m.side == Side.BUY for m in messages if m.force == TimeInForce.IOC])
    assert buys.mean() == pytest.approx(0.5 + 0.5 * part, abs=0.02)
    assert len(buys) / seconds == pytest.approx(8.0 * (1 + 3.0 * 0.125**power), rel=0.03)


@pytest.mark.parametrize("power", [1, 2])
def test_beyond_its_scale_the_informed_part_is_the_whole_of_it(flow, power):
    s = flow(informed="100%", informed_power=power)
    s.seen["value"][0] = PX * 0.1 * 1.003
    assert {m.side for m in run(s, 2_000)[0] if m.force == TimeInForce.IOC} == {Side.BUY}


def test_informed_orders_never_trade_through_value(flow):
    s = flow(informed="100%")
    s.seen["value"][0] = PX * 0.1 * 1.003
    buys = [m for m in run(s, 4_000)[0] if m.force == TimeInForce.IOC]
    assert {m.side for m in buys} == {Side.BUY}
    assert max(m.px for m in buys) <= PX * 1.003
    s.seen["value"][0] = PX * 0.1 * 0.997
    sells = [m for m in run(s, 4_000)[0] if m.force == TimeInForce.IOC]
    assert {m.side for m in sells} == {Side.SELL}
    assert min(m.px for m in sells) >= PX * 0.997


def test_no_limit_order_improves_the_touch_by_more_than_half_the_spread(flow):
    s = flow()
    s.book(0, PX - 4_000, PX + 4_000)
    near = [m for m in run(s, 3_000)[0] if m.force == TimeInForce.POST_ONLY and m.tag < 80]
    assert max(m.px for m in near if m.side == Side.BUY) <= PX
    assert min(m.px for m in near if m.side == Side.SELL) >= PX


def trade_sizes(messages):
    return np.array([m.qty for m in messages if m.force == TimeInForce.IOC])


def test_market_orders_shrink_with_liquidity_to_the_power(flow):
    s = flow(market_size="$100k")
    calm = np.median(trade_sizes(run(s, 6_000)[0]))
    s.book(0, PX - 50, PX + 50, qty=1000)  # ten times the spread
    run(s, 2_000)
    thin = np.median(trade_sizes(run(s, 6_000)[0]))
    assert thin / calm == pytest.approx(10**-0.85, rel=0.12)


def test_market_orders_have_the_stated_median_and_cap(flow):
    s = flow(market_size="$100k", size_most=3.0)
    sizes = trade_sizes(run(s, 12_000)[0])
    assert np.median(sizes) == pytest.approx(1000, rel=0.06)
    assert sizes.max() <= 3000


@pytest.mark.parametrize(("bid", "ask"), [(-1, PX + 5), (PX - 5, -1), (-1, -1), (1, 2)])
def test_flow_goes_on_over_an_empty_side(flow, bid, ask):
    s = flow(patient="$60M")
    s.book(0, bid, ask)
    messages, _ = run(s, 3_000)
    takers = {m.side for m in messages if m.force == TimeInForce.IOC}
    assert (Side.BUY in takers) == (ask > 0)
    assert (Side.SELL in takers) == (bid > 0)
    makers = {m.side for m in messages if m.force == TimeInForce.POST_ONLY}
    assert Side.SELL in makers
    assert (Side.BUY in makers) or bid == 1
    assert np.isfinite(s.state).all()


def test_an_empty_side_counts_as_dry_and_trading_slows_down(flow):
    s = flow(market_size="$100k")
    calm = np.median(trade_sizes(run(s, 6_000)[0]))
    s.book(0, -1, PX + 5)
    run(s, 2_000)
    thin = np.median(trade_sizes(run(s, 4_000)[0]))
    assert thin < 0.1 * calm


def test_same_key_same_events(flow):
    a, b = flow(), flow()
    assert run(a, 500) == run(b, 500)
    b.me["key"] = 8
    assert run(a, 500) != run(b, 500)


def test_the_usual_gap_of_a_contract_to_value_is_no_mispricing(flow):
    used, new = flow(informed="100%", usual_gap="1h"), flow(informed="100%", usual_gap="1h")
    for s in (used, new):
        s.seen["value"][0] = PX * 0.1 * 1.003
    used.state[c.FLOW_GAP] = 1 / 1.003 - 1.0
    buys = [m.side == Side.BUY for m in run(used, 4_000)[0] if m.force == TimeInForce.IOC]
    assert np.mean(buys) == pytest.approx(0.5, abs=0.04)
    assert all(m.side == Side.BUY for m in run(new, 400)[0] if m.force == TimeInForce.IOC)


def test_the_usual_gap_is_learned_over_its_memory_and_never_where_none_is_asked_for(flow):
    learns, not_asked = flow(usual_gap="1h"), flow()
    for s in (learns, not_asked):
        s.seen["value"][0] = PX * 0.1 / 1.001
        s.turn(3600.0)
    assert learns.state[c.FLOW_GAP] == pytest.approx(1e-3 * (1 - math.exp(-1)), rel=1e-3)
    assert not_asked.state[c.FLOW_GAP] == 0.0
