"""Rows a run leaves behind, taken out of the world's buffers before they are full."""

from typing import Any

import numpy as np

from unhedged.kernels import room
from unhedged.kernels.memory import Memory

BUFFERS = {
    "transfer": "transfers_kept",
    "forced": "forced_kept",
    "fill": "fills_kept",
    "series": "series_kept",
    "desk": "desks_kept",
    "risk": "risk_kept",
}
"""Row tables and the counters of rows in them."""


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
    """Empty the buffers and double every table that lacks the rows one event may need."""
    rows.take(memory)
    while (lacking := room.shortage(memory.address)) >= 0:
        memory.grow(room.ROOM[lacking])
