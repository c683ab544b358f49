"""The owner of a world's arrays.

Compiled code borrows addresses from the ``World`` record: the arrays live exactly as long as the `Memory` that made them.
"""

import mmap
from typing import Any

import numpy as np

from unhedged.kernels.layout.columns import LINE
from unhedged.kernels.tables import TABLES, WORLD
from unhedged.vocab.enums import EventKind

NONE_COLUMNS = {
    "slot": ("head",),
    "bucket": ("head",),
    "far_hash": ("head",),
    "level": ("head", "tail"),
    "tag": ("order",),
    "trigger": ("next", "previous", "bucket", "order"),
    "instrument": ("first_stop",),
}
"""Index columns that start at -1."""

POOLS = {
    "event": ("next", "free_event"),
    "order": ("next", "free_order"),
    "message": ("next", "free_message"),
    "far": ("chain", "free_far"),
    "case": ("next", "free_case"),
}
"""Tables with a free list: the column that links free rows, and the counter that heads the list."""


LEAST_ROWS = {"tally": len(EventKind)}
"""Rows a table has at least, where one will not do."""

BITS_OF = {"taken": "slot"}
"""Tables of 64 bits a row, one for each row of another."""

LARGE_PAGE = 1 << 21
"""Bytes; a smaller world does not ask for one."""


class Memory:
    """Arrays of one world, by table name, and the record compiled code reads them through."""

    def __init__(self, rows: dict[str, int]) -> None:
        """Allocate ``rows[name]`` rows of each table, one row of each table not named, or as many as it must have."""
        self._record = np.zeros(1, WORLD)
        self._arrays: dict[str, np.ndarray[Any, Any]] = {}
        counts = {name: max(LEAST_ROWS.get(name, 1), rows.get(name, 1)) for name in TABLES}
        counts |= {name: -(-counts[of] // 64) for name, of in BITS_OF.items()}
        for name, array in _in_one_piece(counts).items():
            _mark_none(name, array)
            self._place(name, array)
        for name, (link, head) in POOLS.items():
            self._arrays[name][link] = np.arange(1, len(self._arrays[name]) + 1)
            self._record[head] = 0
        self._record["first_dirty"] = -1
        self._record["slot_tail"] = -1
        self._record["free_trigger"] = -1

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        """Return the array of table ``name``; a view, valid until that table grows."""
        return self._arrays[name]

    @property
    def world(self) -> Any:
        """The World record; assign to its counters by name."""
        return self._record[0]

    @property
    def address(self) -> int:
        """Address of the World record, what entries take."""
        return int(self._record.ctypes.data)

    def nbytes(self) -> int:
        """Return the bytes held by all tables."""
        return sum(array.nbytes for array in self._arrays.values())

    def replace(self, name: str, array: np.ndarray[Any, Any]) -> None:
        """Use a copy of ``array`` as table ``name``; it must have the table's columns."""
        if _columns(array.dtype) != _columns(TABLES[name]):
            raise TypeError(f"table {name} has another dtype")
        copy = _in_one_piece({name: len(array)})[name]
        copy[:] = array
        self._place(name, copy)

    def grow(self, name: str) -> None:
        """Double table ``name``; rows keep their numbers, new rows of a pool join its free list."""
        old = self._arrays[name]
        new = self._blank(name, 2 * len(old))
        new[: len(old)] = old
        if name in POOLS:
            link, head = POOLS[name]
            new[link][len(old) :] = np.arange(len(old) + 1, len(new) + 1)
            new[link][-1] = self._record[head][0]
            self._record[head] = len(old)
        self._place(name, new)

    def _blank(self, name: str, rows: int) -> np.ndarray[Any, Any]:
        array = _in_one_piece({name: rows})[name]
        _mark_none(name, array)
        return array

    def _place(self, name: str, array: np.ndarray[Any, Any]) -> None:
        self._arrays[name] = array
        self._record[name] = array.ctypes.data
        self._record["n_" + name] = len(array)


def _columns(dtype: np.dtype[Any]) -> list[tuple[str, np.dtype[Any]]]:
    # Bytes that fill a row up do not count: numpy drops them when it joins arrays.
    return [(column, field[0]) for column, field in (dtype.fields or {}).items()]


def _mark_none(name: str, array: np.ndarray[Any, Any]) -> None:
    for column in NONE_COLUMNS.get(name, ()):
        array[column] = -1


def _in_one_piece(counts: dict[str, int]) -> dict[str, np.ndarray[Any, Any]]:
    # Zeroed tables side by side in one mapping, each from the start of a cache line. Large pages, where the system has them:
    # a run reads rows all over, and finding a small page costs as much as the row (measured).
    starts, size = {}, 0
    for name, count in counts.items():
        starts[name] = size
        size += -(-count * TABLES[name].itemsize // LINE) * LINE
    piece = _zeroes(size)
    return {
        name: np.frombuffer(piece, TABLES[name], counts[name], start)
        for name, start in starts.items()
    }


def _zeroes(size: int) -> mmap.mmap:
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return mmap.mmap(-1, size)
    piece = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= LARGE_PAGE:
        piece.madvise(mmap.MADV_HUGEPAGE)
    return piece
