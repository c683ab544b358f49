"""Room is made before an event that could need it, whatever kind of event it is."""

from typing import Any

import pytest

from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.engine.buffers import Rows, make_room
from unhedged.engine.build import build
from unhedged.kernels import loop, room
from unhedged.kernels.layout.columns import LEGS
from unhedged.kernels.memory import Memory
from unhedged.scenario.load import load
from unhedged.vocab.enums import Reason


@pytest.fixture
def memory() -> Memory:
    return build(load(loop_scenario(agents=40)).plan(), 0).memory


def lacking(memory: Memory) -> str | None:
    n = room.shortage(memory.address)
    return None if n < 0 else room.ROOM[n]


@pytest.mark.parametrize(
    ("table", "counter", "most"),
    [
        ("fill", "fills_kept", lambda w: int(w["used_orders"] + w["triggers_used"])),
        ("transfer", "transfers_kept", lambda w: int(w["n_position"] + w["n_account"] + 2 * (w["used_orders"] + w["triggers_used"]))),
        ("desk", "desks_kept", lambda w: LEGS * int(w["n_agent"])),
        ("event", "used_events", lambda w: int(w["n_account"] - w["used_cases"] + w["triggers_used"])),
        ("message", "used_messages", lambda w: int(w["triggers_used"])),
        ("series", "series_kept", lambda _: 0),
        ("risk", "risk_kept", lambda w: 8 * int(w["n_instrument"]) - int(w["spare"])),
    ],
)  # fmt: skip
def test_a_table_has_room_for_the_largest_event_and_not_one_row_less(
    memory: Memory, table: str, counter: str, most: Any
) -> None:
    world = memory.world
    assert lacking(memory) is None
    world[counter] = len(memory[table]) - most(world) - int(world["spare"])
    assert lacking(memory) is None
    world[counter] += 1
    assert lacking(memory) == table
    assert loop.run(memory.address, 1) == Reason.GROW


def test_buffers_are_emptied_and_pools_grow(memory: Memory) -> None:
    world, rows = memory.world, Rows()
    world["fills_kept"] = len(memory["fill"])
    before = len(memory["fill"])
    make_room(memory, rows)
    assert lacking(memory) is None
    assert len(memory["fill"]) == before
    assert len(rows.table("fill", memory["fill"])) == before
    events = len(memory["event"])
    world["used_events"] = events - 1
    make_room(memory, rows)
    assert lacking(memory) is None
    assert len(memory["event"]) == 2 * events == len(memory["heap"])
