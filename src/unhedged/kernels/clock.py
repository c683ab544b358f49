"""The clock: which event comes next.

           cursor                                         horizon
             │ slot │ slot │ slot │ ... wheel of n_slot slots │ heap of everything later
                │       └─ event ─ event ─ event     later slots: as they came, newest first
                └─ event ─ event ─ event             the cursor's slot: by time, priority, first in first out

A wheel of slots holds the near future, one list per 2^16 ns; a binary heap holds what lies beyond. A slot is sorted when
the cursor reaches it, so that adding an event touches nothing but its own row, its slot and the slot's bit. Invariants: the
heap holds exactly the events at or beyond ``cursor + n_slot``, and every other event stands in its slot; a slot's bit is set
exactly while it holds one. In quiet weeks the cursor passes hundreds of empty slots an event: by bits that is ten words.
"""

from typing import Any

from unhedged.kernels.bits import NONE, from_place, lowest, with_place, without_place
from unhedged.kernels.compiled import entry, helper, i8, kernel
from unhedged.kernels.tables import event, heap, slot, taken, world
from unhedged.vocab.order import PRIORITY

WIDTH_BITS = 16
"""A slot is 2^16 ns = 65.5 us wide."""
SLOTS = 1 << 15
"""Usual rows of `slot`: a horizon of 2.1 s in 128 KiB, because new events join slots all over it. Any power of two works.

The cursor passes 15,259 slots per idle second.
"""
FEW = 8
"""Events of a slot that are sorted by insertion."""

_PRIORITIES = sum(int(priority) << (4 * int(kind)) for kind, priority in PRIORITY.items())


@helper("int64(int64)")
def priority_of(kind: int) -> int:
    """Return the `Priority` of events of ``kind``."""
    return (_PRIORITIES >> (4 * kind)) & 15


@helper("int64(World, int64)")
def _slot_of(w: Any, t: int) -> int:
    # The cursor may stand beyond `now`, after an event past the end of the run; what comes late goes where it looks.
    return max(t >> WIDTH_BITS, w.wheel_cursor)


@helper("boolean(World, int64, int64)")
def _is_before(w: Any, a: int, b: int) -> bool:
    x = event(w, a)
    y = event(w, b)
    if x.t != y.t:
        return x.t < y.t
    if x.priority != y.priority:
        return x.priority < y.priority
    return x.sequence < y.sequence


@helper("boolean(World, int64, int64)")
def _is_above(w: Any, row: int, at: int) -> bool:
    # Whether event `row` belongs above place `at` of the heap. Most times differ: the other event is seldom looked at.
    t = event(w, row).t
    if t != heap(w, at).t:
        return t < heap(w, at).t
    return _is_before(w, row, heap(w, at).event)


@helper("void(World, int64, int64)")
def _move(w: Any, source: int, target: int) -> None:
    heap(w, target).t = heap(w, source).t
    heap(w, target).event = heap(w, source).event


@helper("void(World, int64, int64)")
def _settle(w: Any, row: int, at: int) -> None:
    heap(w, at).t = event(w, row).t
    heap(w, at).event = row


@kernel("void(World, int64)")
def _push_heap(w: Any, row: int) -> None:
    at = w.heap_size
    w.heap_size += 1
    while at > 0:
        above = (at - 1) >> 1
        if not _is_above(w, row, above):
            break
        _move(w, above, at)
        at = above
    _settle(w, row, at)


@helper("boolean(World, int64, int64)")
def _is_higher(w: Any, one: int, other: int) -> bool:
    if heap(w, one).t != heap(w, other).t:
        return heap(w, one).t < heap(w, other).t
    return _is_before(w, heap(w, one).event, heap(w, other).event)


@kernel("int64(World)")
def _pop_heap(w: Any) -> int:
    first = heap(w, 0).event
    w.heap_size -= 1
    size = w.heap_size
    row = heap(w, size).event
    at = 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and _is_higher(w, below + 1, below):
            below += 1
        if _is_above(w, row, below):
            break
        _move(w, below, at)
        at = below
    _settle(w, row, at)
    return first


@helper("void(World, int64)")
def _take(w: Any, place: int) -> None:
    word = taken(w, place >> 6)
    word.bits = with_place(word.bits, place)


@helper("void(World, int64)")
def _leave(w: Any, place: int) -> None:
    word = taken(w, place >> 6)
    word.bits = without_place(word.bits, place)


@kernel("int64(World, int64)")
def _next_taken(w: Any, cursor: int) -> int:
    # The first slot at or after the cursor that holds an event; there is one.
    inside = w.n_slot - 1
    place = cursor & inside
    row = place >> 6
    bits = from_place(taken(w, row).bits, place)
    while bits == NONE:
        row = (row + 1) & (inside >> 6)
        bits = taken(w, row).bits
    found = (row << 6) + lowest(bits)
    return i8(cursor + ((found - place) & inside))


@helper("void(World, int64, int64)")
def _append(w: Any, row: int, absolute: int) -> None:
    if w.slot_tail >= 0:
        event(w, w.slot_tail).next = row
    else:
        slot(w, absolute & (w.n_slot - 1)).head = row
    w.slot_tail = row
    event(w, row).next = -1


@kernel("void(World, int64)")
def _insert(w: Any, row: int) -> None:
    # Put a new event into the cursor's slot, behind what comes no later. Bursts come in runs (a thousand liquidations of
    # one mark update, ahead of waiting agents): the search begins at the latest insertion unless that is later.
    place = w.wheel_cursor & (w.n_slot - 1)
    s = slot(w, place)
    before = w.recent_event - 1
    if w.slot_tail >= 0 and _is_before(w, w.slot_tail, row):
        before = w.slot_tail
    elif before >= 0 and _is_before(w, row, before):
        before = -1
    after = s.head if before < 0 else event(w, before).next
    while after >= 0 and _is_before(w, after, row):
        before = after
        after = event(w, before).next
    event(w, row).next = after
    if before >= 0:
        event(w, before).next = row
    else:
        s.head = row
        _take(w, place)
    if after < 0:
        w.slot_tail = row
    w.recent_event = row + 1


@helper("void(World, int64, int64)")
def _push_slot(w: Any, row: int, absolute: int) -> None:
    place = absolute & (w.n_slot - 1)
    s = slot(w, place)
    event(w, row).next = s.head
    s.head = row
    _take(w, place)


@kernel("int64(World, int64, int64)")
def _merge_runs(w: Any, absolute: int, run: int) -> int:
    # One pass of a merge sort without extra memory: neighbouring sorted runs of ``run`` events become one. Returns the
    # number of pairs merged.
    s = slot(w, absolute & (w.n_slot - 1))
    left = i8(s.head)
    s.head = -1
    w.slot_tail = -1
    pairs = 0
    while left >= 0:
        pairs += 1
        right = left
        lefts = 0
        while lefts < run and right >= 0:
            lefts += 1
            right = i8(event(w, right).next)
        rights = run
        while lefts > 0 or (rights > 0 and right >= 0):
            if lefts == 0 or (rights > 0 and right >= 0 and _is_before(w, right, left)):
                row = right
                right = i8(event(w, right).next)
                rights -= 1
            else:
                row = left
                left = i8(event(w, left).next)
                lefts -= 1
            _append(w, row, absolute)
        left = right
    return pairs


@helper("void(World, int64)")
def _sort(w: Any, absolute: int) -> None:
    # By insertion while the events are few, which is nearly always.
    s = slot(w, absolute & (w.n_slot - 1))
    last = i8(s.head)
    rest = i8(event(w, last).next)
    event(w, last).next = -1
    left = FEW
    while rest >= 0 and left > 0:
        row = rest
        rest = i8(event(w, row).next)
        left -= 1
        before = -1
        after = i8(s.head)
        while after >= 0 and _is_before(w, after, row):
            before = after
            after = i8(event(w, before).next)
        event(w, row).next = after
        if before >= 0:
            event(w, before).next = row
        else:
            s.head = row
        if after < 0:
            last = row
    w.slot_tail = last
    if rest >= 0:
        event(w, last).next = rest
        _sort_many(w, absolute)


@kernel("void(World, int64)")
def _sort_many(w: Any, absolute: int) -> None:
    run = 1
    while _merge_runs(w, absolute, run) > 1:
        run *= 2


@kernel("void(World)")
def _take_from_heap(w: Any) -> None:
    # Restore the invariant after the cursor moved.
    horizon = w.wheel_cursor + w.n_slot
    while w.heap_size > 0:
        absolute = heap(w, 0).t >> WIDTH_BITS
        if absolute >= horizon:
            break
        _push_slot(w, _pop_heap(w), absolute)


@kernel("void(World, int64, int64, int64)")
def schedule(w: Any, t: int, kind: int, subject: int) -> None:
    """Add an event at ``t`` ns, or now when ``t`` has passed.

    Parameters
    ----------
    w : World
        Must have a free row in `event` and as many rows in `heap`: the loop keeps them.
    t : int
        ns, inclusive: an event at ``now`` is handled in this instant, after those of its priority already there.
    kind : int
        `EventKind`; it decides the priority.
    subject : int
        What the event is about; its meaning depends on the kind.
    """
    row = w.free_event
    e = event(w, row)
    w.free_event = e.next
    w.used_events += 1
    w.pending += 1
    w.sequence += 1
    e.t = max(t, w.now)
    e.sequence = w.sequence
    e.subject = subject
    e.kind = kind
    e.priority = priority_of(kind)
    absolute = _slot_of(w, e.t)
    if absolute == w.wheel_cursor:
        _insert(w, row)
    elif absolute < w.wheel_cursor + w.n_slot:
        _push_slot(w, row, absolute)
    else:
        _push_heap(w, row)


@kernel("int64(World)")
def next_event(w: Any) -> int:
    """Unlink the next event and return its row, or -1 when none waits. Give the row back with `release_event`."""
    if w.pending == 0:
        return -1
    inside = w.pending > w.heap_size
    cursor = _next_taken(w, w.wheel_cursor) if inside else heap(w, 0).t >> WIDTH_BITS
    if cursor != w.wheel_cursor:
        w.wheel_cursor = cursor
        _take_from_heap(w)
        _sort(w, cursor)
    place = cursor & (w.n_slot - 1)
    s = slot(w, place)
    row = s.head
    s.head = event(w, row).next
    if s.head < 0:
        w.slot_tail = -1
        _leave(w, place)
    if w.recent_event == row + 1:
        w.recent_event = 0
    w.pending -= 1
    return row


@helper("void(World, int64)")
def release_event(w: Any, row: int) -> None:
    """Give event ``row`` back after `next_event`."""
    event(w, row).next = w.free_event
    w.free_event = row
    w.used_events -= 1


@entry("void(int64, int64, int64, int64)")
def add_event(address: int, t: int, kind: int, subject: int) -> None:
    """Call `schedule` from Python, for the events a run begins with."""
    schedule(world(address), t, kind, subject)
