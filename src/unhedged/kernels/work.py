"""What the loop is at: a number in the World that a watching thread may read at any time, and the events handled by kind.

Always kept: a store and an increment per event, nothing that can be measured. What a venue does with a message, a stop or a
liquidation order counts as matching or clearing, by what caused it.
"""

from enum import IntEnum
from typing import Any

from unhedged.kernels.compiled import helper, visible
from unhedged.kernels.tables import tally
from unhedged.vocab.enums import EventKind

KINDS = len(EventKind)
"""Rows of `tally`: one for each `EventKind`."""


class Work(IntEnum):
    """Parts of the loop."""

    CLOCK = 0  # finding the next event
    MATCHING = 1  # messages: gateway, admission, book, settlement; stops that fire
    MARKS = 2  # index, mark, premium, and the triggers they touch
    MARGIN = 3  # accounts evaluated exactly
    CLEARING = 4  # liquidation, takeover, funds, auto-deleveraging
    FUNDING = 5
    OBSERVING = 6  # what an agent sees
    DECIDING = 7  # what it does about it
    SENDING = 8  # its messages
    WORLD = 9  # news, values, outages
    RECORDING = 10  # rows of instants, and the sums that must balance


WORK_OF = {
    EventKind.WORLD: Work.WORLD,
    EventKind.MESSAGE: Work.MATCHING,
    EventKind.MARK: Work.MARKS,
    EventKind.CASE: Work.CLEARING,
    EventKind.VAULT: Work.CLEARING,
    EventKind.SESSION: Work.CLEARING,
    EventKind.FUNDING: Work.FUNDING,
    EventKind.WAKE: Work.OBSERVING,
    EventKind.RECORD: Work.RECORDING,
    EventKind.FUND_UNWIND: Work.CLEARING,
    EventKind.GATEWAY: Work.MATCHING,
    EventKind.SETTLE_TRANSFER: Work.MATCHING,
}
"""What handling an event of each kind begins with."""

_WORKS = sum(int(work) << (4 * int(kind)) for kind, work in WORK_OF.items())

at_work = visible("doing")
"""``at_work(w, work)``: say what the loop is at from here on."""


@helper("void(World, int64)")
def begin_event(w: Any, kind: int) -> None:
    """Count an event of ``kind`` and say what it begins with."""
    tally(w, kind).events += 1
    at_work(w, (_WORKS >> (4 * kind)) & 15)
