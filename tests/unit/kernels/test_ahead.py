"""Fetching ahead touches memory and changes nothing but its own rings."""

import numpy as np

from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.engine.build import build
from unhedged.kernels import loop
from unhedged.kernels.ahead import LEAD, MOST, fetch_ahead
from unhedged.kernels.compiled import entry
from unhedged.kernels.tables import TABLES, world
from unhedged.scenario.load import load


@entry("void(int64, int64)")
def look(address: int, slots: int) -> None:
    w = world(address)
    w.soon_slot = w.wheel_cursor + LEAD - slots
    fetch_ahead(w)


def counters(memory):
    names = memory.world.dtype.names
    return {name: memory.world[name] for name in names if not name.startswith("soon_")}


def test_looking_ahead_changes_no_row_and_no_counter_of_the_model():
    memory = build(load(loop_scenario(agents=40)).plan(), 0).memory
    for _ in range(20):
        loop.run(memory.address, 500)
        before = {name: memory[name].tobytes() for name in TABLES if name != "soon"}
        kept = counters(memory)
        for slots in (0, 1, MOST, 1_000_000):
            look(memory.address, slots)
        assert counters(memory) == kept
        for name, rows in before.items():
            assert memory[name].tobytes() == rows, name


def test_a_look_goes_through_stale_rows_unharmed():
    memory = build(load(loop_scenario(agents=40)).plan(), 0).memory
    loop.run(memory.address, 5_000)
    random = np.random.default_rng(1)
    for name in TABLES["soon"].names:
        rows = len(memory["agent" if name == "turn" else name])
        memory["soon"][name] = random.integers(0, rows, memory["soon"][name].shape)
    for _ in range(200):
        look(memory.address, MOST)
