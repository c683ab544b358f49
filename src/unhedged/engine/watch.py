"""Where the time of a replicate goes: a thread that looks every millisecond at what the compiled loop is at.

The loop says so with one store per step, watched or not, so that looking changes nothing of what it does. Shares are estimates: of
``n`` looks a share ``p`` is off by about ``sqrt(p (1 - p) / n)``. On a busy machine a look may come late; it is not repeated.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from unhedged.kernels.memory import Memory
from unhedged.kernels.work import Work
from unhedged.vocab.enums import EventKind

LOOK_SECONDS = 0.001


class Watch:
    """Counts looks by `Work` while the loop runs."""

    def __init__(self, memory: Memory) -> None:
        self._world = memory.world
        self._inside = False
        self._over = threading.Event()
        self.looks = dict.fromkeys(Work, 0)
        """Looks that found the loop at each kind of work."""

    @contextmanager
    def watching(self) -> "Iterator[Watch]":
        """Look until the block ends."""
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    @contextmanager
    def loop(self) -> Iterator[None]:
        """Count what is seen in this block; the rest is Python's time between two chunks of events."""
        self._inside = True
        try:
            yield
        finally:
            self._inside = False

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if self._inside:
                self.looks[Work(int(self._world["doing"]))] += 1


def events_by_kind(memory: Memory) -> dict[str, int]:
    """Return ``events.<kind>``, how many events of each kind were handled."""
    handled = memory["tally"]["events"]
    return {f"events.{kind.name.lower()}": int(handled[kind]) for kind in EventKind}


def looks_by_work(watch: Watch) -> dict[str, Any]:
    """Return ``looks.<work>``, how many looks found the loop at each."""
    return {f"looks.{work.name.lower()}": looks for work, looks in watch.looks.items()}
