"""The clock, slow and plain: one binary heap ordered by time, priority and order of insertion."""

import heapq
from typing import Any

from unhedged.vocab.enums import EventKind
from unhedged.vocab.order import PRIORITY


class Clock:
    """Waiting events."""

    def __init__(self) -> None:
        self.now = 0
        self._sequence = 0
        self._waiting: list[tuple[int, int, int, int, Any]] = []

    def __len__(self) -> int:
        """Return how many events wait."""
        return len(self._waiting)

    def schedule(self, t: int, kind: int, subject: Any) -> None:
        """Add an event at ``t`` ns, or now when ``t`` has passed."""
        self._sequence += 1
        priority = int(PRIORITY[EventKind(kind)])
        heapq.heappush(
            self._waiting, (max(t, self.now), priority, self._sequence, int(kind), subject)
        )

    def next_event(self) -> tuple[int, int, Any] | None:
        """Remove the next event and return its time, kind and subject, or None; the caller sets ``now``."""
        if not self._waiting:
            return None
        t, _, _, kind, subject = heapq.heappop(self._waiting)
        return t, kind, subject
