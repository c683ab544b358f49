"""Whether every pool and buffer has the rows that the next events may need: nothing is written past the end of a table.

Most events need a handful of rows, fewer than ``spare``. A few can need many at once, and how many is known beforehand:

    event      a mark opens a case for every account at most, and makes every holder with a panic trigger give up
    message    a holder who gives up sends one
    fill       an order, or the stops one mark releases, meet every resting order at most; each taker ends with one more fill
    transfer   a fee for either side of such a fill; a funding payment for every position; a top-up for every account
    desk       every leg of every agent

What several events meet together is no more than what rests when the first begins and what each of them adds, so these are
taken off once, not once per event.
"""

from typing import Any

from unhedged.kernels.compiled import entry, helper, kernel
from unhedged.kernels.layout.columns import LEGS
from unhedged.kernels.tables import world
from unhedged.vocab.enums import EventKind

ROOM = (
    "event",
    "order",
    "message",
    "case",
    "trigger",
    "transfer",
    "forced",
    "fill",
    "series",
    "desk",
    "heap",
    "far",
    "fired",
    "risk",
)
"""Tables that fill up, in the order `free_rows` knows them by."""
(
    _EVENT,
    _ORDER,
    _MESSAGE,
    _CASE,
    _TRIGGER,
    _TRANSFER,
    _FORCED,
    _FILL,
    _SERIES,
    _DESK,
    _HEAP,
    _FAR,
    _FIRED,
    _RISK,
) = range(len(ROOM))
_ENOUGH = 1 << 62
_ARRIVAL, _TURN = int(EventKind.MESSAGE), int(EventKind.WAKE)
_FEW = 8
_MAPS = 8
"""Maps of liquidation prices that may be written before rows are counted again."""


@kernel("int64(World, int64)")
def free_rows(w: Any, n: int) -> int:  # noqa: PLR0911, PLR0912 - a table of cases
    """Return the rows of table ``ROOM[n]`` that are free when the largest event has taken its own.

    A price level holds at least one order, so far levels never outnumber order rows, whichever window moves; the heap of the
    clock holds no more than all events, and no mark touches more than all triggers.
    """
    fills = w.used_orders + w.triggers_used
    if n == _EVENT:
        return w.n_event - w.used_events - (w.n_account - w.used_cases) - w.triggers_used
    if n == _ORDER:
        return w.n_order - w.used_orders
    if n == _MESSAGE:
        return w.n_message - w.used_messages - w.triggers_used
    if n == _CASE:
        return w.n_case - w.used_cases
    if n == _TRIGGER:
        return w.n_trigger - w.triggers_used
    if n == _TRANSFER:
        return w.n_transfer - w.transfers_kept - w.n_position - w.n_account - 2 * fills
    if n == _FORCED:
        return w.n_forced - w.forced_kept
    if n == _FILL:
        return w.n_fill - w.fills_kept - fills
    if n == _SERIES:
        return w.n_series - w.series_kept
    if n == _DESK:
        return w.n_desk - w.desks_kept - LEGS * w.n_agent
    if n == _HEAP:
        return _ENOUGH if w.n_heap >= w.n_event else 0
    if n == _FAR:
        return _ENOUGH if w.n_far >= w.n_order else 0
    if n == _RISK:
        return _ENOUGH if w.n_risk - w.risk_kept >= _MAPS * w.n_instrument else 0
    return _ENOUGH if w.n_fired >= w.n_trigger else 0


@kernel("int64(World)")
def least_free(w: Any) -> int:
    """Return the rows free in every table when the largest event has taken its own; negative when one lacks them."""
    free = _ENOUGH
    for n in range(len(ROOM)):
        free = min(free, free_rows(w, n))
    return free


@helper("int64(World)")
def needed(w: Any) -> int:
    """Return the rows that must be free in every table before an event."""
    return max(1, w.spare)


@helper("int64(World, int64)")
def most_taken(w: Any, kind: int) -> int:
    """Return by how many rows an event of ``kind`` lessens `least_free` at most.

    A turn sends what `out` holds and sets the next turn. A message leaves an order, a stop, an event in the gateway's queue, and
    the one fill that is no order's last, with its fees. Counted like the rest, they would be nearly all the counting there is:
    pools have room for a few times ``spare``.
    """
    if kind in (_TURN, _ARRIVAL):
        return min(needed(w), w.n_out + _FEW)
    return needed(w)


@kernel("int64(World)")
def events_with_room(w: Any) -> int:
    """Return for how many events every table has room, 0 when rows must be taken out or tables grow first."""
    return max(0, least_free(w)) // needed(w)


@entry("int64(int64)")
def shortage(address: int) -> int:
    """Return the number in `ROOM` of the first table without room for one event, -1 when all have it."""
    w = world(address)
    for n in range(len(ROOM)):
        if free_rows(w, n) < max(1, w.spare):
            return n
    return -1
