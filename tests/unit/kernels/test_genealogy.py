"""What the next one percent sets off, and the map of liquidation prices, against a scan of all triggers at the same instant."""

import numpy as np
import pytest
from tests.support.small_world import Small, plan_of, scenario

from unhedged.engine.buffers import Rows, make_room
from unhedged.kernels import loop
from unhedged.vocab.enums import Reason, TriggerKind

SECOND = 10**9
SEED = 6
"""A world in which at that instant one maker has left its book and another has not."""
UNTIL = 45 * SECOND
"""A recorded instant: recording comes last in an instant, so the world stands as it was recorded."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    memory = Small(plan_of(scenario(SEED, 80), tmp_path_factory.mktemp("w")), SEED).memory
    memory.world["end"] = UNTIL
    memory.world["next_risk"] = UNTIL
    rows = Rows()
    while (reason := loop.run(memory.address, 10_000)) != Reason.END:
        assert reason in (Reason.PAUSE, Reason.GROW)
        make_room(memory, rows)
    rows.take(memory)
    return memory, rows


def near(memory, i: int, rising: int, *, stops: bool) -> int:
    """All triggers one after the other."""
    mark = int(memory["instrument"]["mark_milli"][i])
    edge = mark + mark // 100 if rising else mark - mark // 100
    table, lots = memory["trigger"], 0
    for row in table[(table["bucket"] >= 0) & (table["rising"] == rising)]:
        p = memory["position"][row["position"]]
        inside = row["px_milli"] <= edge if rising else row["px_milli"] >= edge
        forced = row["kind"] == TriggerKind.LIQUIDATION
        profits = (TriggerKind.TAKE_PROFIT, TriggerKind.TAKE_PROFIT_LIMIT)
        if p["instrument"] != i or not inside or row["kind"] in profits:
            continue
        if forced == stops:
            continue
        of_order = row["kind"] == TriggerKind.STOP_ORDER
        lots += int(memory["order"]["qty"][row["order"]]) if of_order else abs(int(p["pos"]))
    return lots


def test_what_the_next_percent_sets_off_is_what_a_scan_of_all_triggers_finds(recorded):
    memory, rows = recorded
    series = rows.table("series", memory["series"])
    last = series[series["t"] == UNTIL]
    assert last["instrument"].tolist() == list(range(len(memory["instrument"])))
    found = 0
    for row in last:
        for rising in (0, 1):
            i = int(row["instrument"])
            assert row["at_risk"][rising] == near(memory, i, rising, stops=False), (i, rising)
            assert row["stops"][rising] == near(memory, i, rising, stops=True), (i, rising)
            found += int(row["at_risk"][rising] + row["stops"][rising])
    assert found > 0


def test_makers_are_counted_where_they_quote_both_sides(recorded):
    memory, rows = recorded
    series = rows.table("series", memory["series"])
    agents = memory["agent"][memory["agent"]["quotes"] == 1]
    seats = memory["position"][agents["position"][:, 0]]
    both = (seats["open_buy"] > 0) & (seats["open_sell"] > 0)
    for row in series[series["t"] == UNTIL]:
        mine = seats["instrument"] == row["instrument"]
        assert (row["makers"], row["quoting"]) == (mine.sum(), (mine & both).sum())
    assert 0 < both.sum() < len(both)


def test_the_map_holds_every_position_with_a_trigger_once(recorded):
    memory, rows = recorded
    drawn = rows.table("risk", memory["risk"])
    assert set(drawn["t"]) == {UNTIL}
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
            expected = np.bincount(step, lots, minlength=200).astype(int)
            assert row[side].tolist() == expected.tolist(), (i, side)
    assert drawn["long"].sum() > 0
