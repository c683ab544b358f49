"""Fetching ahead touches memory and changes nothing."""

import numpy as np
from numba import njit

from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.engine.build import build
from unhedged.kernels import loop
from unhedged.kernels.ahead import MOST, fetch_ahead
from unhedged.kernels.tables import TABLES, world
from unhedged.scenario.load import load


@njit("void(int64, int64)")
def look(address: int, slots: int) -> None:
    w = world(address)
    fetch_ahead(w, w.wheel_cursor - slots, w.wheel_cursor)


def test_looking_ahead_changes_no_row_and_no_counter():
    memory = build(load(loop_scenario(agents=40)).plan(), 0).memory
    for _ in range(20):
        loop.run(memory.address, 500)
        before = {name: memory[name].view(np.uint8).copy() for name in TABLES}
        counters = memory.world.tobytes()
        for slots in (0, 1, MOST, 1_000_000):
            look(memory.address, slots)
        assert memory.world.tobytes() == counters
        for name, rows in before.items():
            assert np.array_equal(memory[name].view(np.uint8), rows), name
