"""Who caused whom: a hand-made chain of three liquidations, and what the next one percent would set off."""

import numba
import numpy as np
import pytest
from tests.support.market import FIRST_TRADER, Market
from tests.support.small_world import Small, plan_of, scenario

from unhedged.engine.buffers import Rows, make_room
from unhedged.kernels import genealogy, loop, nearby
from unhedged.kernels.tables import instrument, world
from unhedged.vocab.enums import Reason, Side, TriggerKind

FIRST, SECOND, THIRD, MAKER = range(FIRST_TRADER, FIRST_TRADER + 4)
NS = 10**9


@numba.njit("void(int64)")
def begin(address):
    genealogy.begin_push(world(address), 0)


@numba.njit("int64(int64, int64, int64, int64)")
def within(address, i, rising, stops):
    return nearby.lots_within(world(address), i, rising, stops)


@numba.njit("void(int64)")
def draw_map(address):
    nearby.record_risk(world(address))


@numba.njit("int64(int64, boolean)")
def pusher(address, falls):
    return genealogy.pusher(world(address), 0, falls)


@numba.njit("void(int64, int64)")
def push(address, number):
    w = world(address)
    genealogy.note_push(w, 0, number, instrument(w, 0).last_px * 1000 + 700)


def chain(window: int) -> Market:
    """Three longs of ten lots at 100, liquidated below about 99.5, 98.7 and 95; bids at 99, 97, 90 and 80, one ask at 101."""
    contract = {
        "mark": 100_000,
        "num": 10,
        "den": 1,
        "tiers": [(0, 10_000_000, 20_000_000, 0)],
        "push_window": window,
    }
    held = {0: (10, 10_000)}
    market = Market(
        venue={"steps": [0, 1, 11]},
        instruments=[contract],
        accounts=[
            {"cash": -9_850, "positions": held},
            {"cash": -9_750, "positions": held},
            {"cash": -9_400, "positions": held},
            {"cash": 10**9, "positions": {0: (-30, -30_000)}},
        ],
    )
    for px in (99, 97, 90, 80):
        market.order(MAKER, 0, Side.BUY, px, 10)
    market.order(MAKER, 0, Side.SELL, 101, 10)
    begin(market.address)
    return market


def update(market: Market, milli: int, t: int) -> None:
    market.mark({0: milli})
    begin(market.address)
    market.run(t * NS)


def parents(market: Market) -> dict[int, int]:
    rows = market.forced()
    return dict(zip(rows["account"].tolist(), rows["parent"].tolist(), strict=True))


def test_the_order_that_moved_the_mark_to_the_trigger_is_the_parent():
    market = chain(1)
    update(market, 99_200, 1)  # news: nothing was forced before it
    assert parents(market) == {FIRST: -1}
    # Its order took the bid at 99: the mid fell from 100 to 99, and the mark by 0.8 after it.
    update(market, 98_400, 2)
    assert parents(market)[SECOND] == 0
    # The second took the bid at 97, which moved the mid by 3.5; the mark falls by seven, no more than twice that.
    update(market, 91_400, 3)
    assert parents(market) == {FIRST: -1, SECOND: 0, THIRD: 1}


def test_a_move_that_is_mostly_not_forced_has_no_parent():
    market = chain(1)
    update(market, 99_200, 1)
    update(market, 98_400, 2)
    update(market, 91_399, 3)  # a thousandth more than twice the push
    assert parents(market)[THIRD] == -1


def test_a_push_is_forgotten_when_the_mark_no_longer_averages_over_it():
    for window, parent in ((1, -1), (2, 0)):
        market = chain(window)
        update(market, 99_200, 1)
        update(market, 99_100, 2)
        update(market, 98_400, 3)
        assert parents(market)[SECOND] == parent, window


def test_without_a_window_nobody_has_a_parent():
    market = chain(0)
    update(market, 99_200, 1)
    update(market, 98_400, 2)
    assert parents(market) == {FIRST: -1, SECOND: -1}


def test_the_largest_push_counts_and_pushes_the_other_way_count_against():
    market = chain(3)
    row = market.memory["instrument"][0]
    start = int(row["push_at"])
    for s, (down, net) in enumerate(((2_000, -2_000), (3_000, -3_000), (0, 0)), start):
        begin(market.address) if s > start else None
        row["push_down"][s], row["push_down_case"][s], row["push_net"][s] = down, 40 + s, net
    row["mark_milli"] = 95_000
    assert pusher(market.address, True) == 40 + start + 1
    row["push_net"][start + 2] = 3_000  # buys back more than half of what is left to explain
    assert pusher(market.address, True) == -1
    assert pusher(market.address, False) == -1  # nobody pushed up


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    memory = Small(plan_of(scenario(0, 80), tmp_path_factory.mktemp("w")), 0).memory
    rows = Rows()
    for _ in range(12):
        if loop.run(memory.address, 2_000) == Reason.GROW:
            make_room(memory, rows)
    return memory, rows


def near(memory, i: int, rising: int, stops: int) -> int:
    """All triggers one after the other."""
    mark = int(memory["instrument"]["mark_milli"][i])
    edge = mark + mark // 100 if rising else mark - mark // 100
    lots = 0
    for row in memory["trigger"]:
        p = memory["position"][row["position"]]
        inside = row["px_milli"] <= edge if rising else row["px_milli"] >= edge
        if row["bucket"] < 0 or row["rising"] != rising or p["instrument"] != i or not inside:
            continue
        forced = row["kind"] == TriggerKind.LIQUIDATION
        if row["kind"] == TriggerKind.TAKE_PROFIT or forced == bool(stops):
            continue
        of_order = row["kind"] == TriggerKind.STOP_ORDER
        lots += int(memory["order"]["qty"][row["order"]]) if of_order else abs(int(p["pos"]))
    return lots


def test_what_the_next_percent_sets_off_is_what_a_scan_of_all_triggers_finds(busy):
    memory, _ = busy
    found = 0
    for i in range(len(memory["instrument"])):
        for rising in (0, 1):
            for stops in (0, 1):
                lots = within(memory.address, i, rising, stops)
                assert lots == near(memory, i, rising, stops), (i, rising, stops)
                found += lots > 0
    assert found > 2


def test_the_map_holds_every_position_with_a_trigger_once(busy):
    memory, rows = busy
    rows.take(memory)
    draw_map(memory.address)
    drawn = memory["risk"][: memory.world["risk_kept"]]
    assert drawn["instrument"].tolist() == list(range(len(memory["instrument"])))
    held = memory["position"]
    triggers = memory["trigger"][: len(held)]
    waits = (triggers["bucket"] >= 0) & (held["pos"] != 0)
    for i, row in enumerate(drawn):
        mine = waits & (held["instrument"] == i)
        start = int(memory["instrument"]["start_milli"][i])
        step = np.clip(triggers["px_milli"][mine] * 100 // start, 0, 199)
        for side, sign in (("long", 1), ("short", -1)):
            lots = np.maximum(sign * held["pos"][mine], 0)
            assert row[side].tolist() == np.bincount(step, lots, minlength=200).astype(int).tolist()
    assert drawn["long"].sum() > 0
    memory.world["risk_kept"] = 0
