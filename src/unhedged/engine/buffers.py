"""Rows a run leaves behind, taken out of the world's buffers before they are full."""

from typing import Any

import numpy as np

from unhedged.kernels.memory import Memory

BUFFERS = {
    "transfer": "transfers_kept",
    "forced": "forced_kept",
    "fill": "fills_kept",
    "series": "series_kept",
    "desk": "desks_kept",
}
"""Row tables and the counters of rows in them."""

POOL_COUNTERS = {
    "event": "used_events",
    "order": "used_orders",
    "message": "used_messages",
    "case": "used_cases",
}
"""Pools and the counters of rows in use."""


class Rows:
    """All rows recorded so far, by table."""

    def __init__(self) -> None:
        self._parts: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in BUFFERS}

    def take(self, memory: Memory) -> None:
        """Move what stands in the world's buffers here."""
        for name, counter in BUFFERS.items():
            count = int(memory.world[counter])
            if count:
                self._parts[name].append(memory[name][:count].copy())
                memory.world[counter] = 0

    def table(self, name: str, like: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return all rows of one table, in order of time."""
        parts = self._parts[name]
        return np.concatenate(parts) if parts else np.zeros(0, like.dtype)


def make_room(memory: Memory, rows: Rows) -> None:
    """Empty the buffers and double every pool that lacks the rows one event may need."""
    rows.take(memory)
    spare = int(memory.world["spare"])
    for name, counter in POOL_COUNTERS.items():
        while int(memory.world[counter]) + spare > len(memory[name]):
            memory.grow(name)
    while int(memory.world["triggers_used"]) + spare > len(memory["trigger"]):
        memory.grow("trigger")
    for name, other in (("event", "heap"), ("order", "far"), ("trigger", "fired")):
        while len(memory[other]) < len(memory[name]):
            memory.grow(other)
    for name in BUFFERS:
        while spare > len(memory[name]):
            memory.grow(name)
