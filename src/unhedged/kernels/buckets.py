"""Trigger prices in buckets: what a moving mark touches is found without looking at what it does not touch.

    instrument ─< bucket ─< trigger        one list per direction and step of price

Row ``p`` of `trigger` below ``n_position`` is the liquidation trigger of position ``p``; stops, take-profits and panic use
the rows after those. A trigger is touched by a mark at or beyond its price; the exact price is compared, so the width of
the buckets and the lumping of far prices cost time only.
"""

from typing import Any

from unhedged.kernels.accounts import mark_dirty
from unhedged.kernels.compiled import helper, i8, kernel, u8
from unhedged.kernels.standing import forget_standing
from unhedged.kernels.tables import bucket, fired, instrument, position, trigger
from unhedged.kernels.wide import leading_zeros
from unhedged.vocab.enums import TriggerKind

STEPS = 1024
"""Buckets per doubling of the price: 0.07 to 0.1 % wide."""
OCTAVES_BELOW = 10
OCTAVES_ABOVE = 6
BUCKETS = STEPS * (OCTAVES_BELOW + OCTAVES_ABOVE)
"""Buckets per instrument and direction; the first and the last hold all prices beyond."""
IN_FIRED = -2
"""``trigger.bucket`` of a trigger that stands in ``fired`` and was not yet removed."""


@helper("int64(int64)")
def _steps(milli: int) -> int:
    # Monotone in the price, linear inside each doubling: exponent and the ten bits behind the leading one.
    x = u8(max(1, milli))
    zeros = leading_zeros(x)
    return (63 - i8(zeros)) * STEPS + i8((x << zeros) >> u8(53)) - STEPS


@helper("int64(int64, int64)")
def bucket_from(start: int, milli: int) -> int:
    """Return the number, 0 to ``BUCKETS - 1``, of the bucket that holds the price ``milli`` where prices began at ``start``."""
    relative = _steps(milli) - _steps(start) + OCTAVES_BELOW * STEPS
    return min(max(relative, 0), BUCKETS - 1)


@helper("void(World, int64)")
def unlink(w: Any, row: int) -> None:
    """Take trigger ``row`` out of its bucket, if it is in one."""
    t = trigger(w, row)
    if t.bucket >= 0:
        if t.previous >= 0:
            trigger(w, t.previous).next = t.next
        else:
            bucket(w, t.bucket).head = t.next
        if t.next >= 0:
            trigger(w, t.next).previous = t.previous
    t.bucket = -1


@helper("void(World, int64, int64)")
def _link(w: Any, row: int, at: int) -> None:
    t = trigger(w, row)
    head = bucket(w, at).head
    t.bucket = at
    t.previous = -1
    t.next = head
    if head >= 0:
        trigger(w, head).previous = row
    bucket(w, at).head = row


@helper("void(World, int64, int64, int64)")
def place(w: Any, row: int, px_milli: int, rising: int) -> None:
    """Put trigger ``row`` into the bucket of ``px_milli``; its position must be set."""
    n = instrument(w, position(w, trigger(w, row).position).instrument)
    at = n.first_bucket + rising * BUCKETS + bucket_from(n.start_milli, px_milli)
    put(w, row, at, px_milli, rising)


@helper("void(World, int64, int64, int64, int64)")
def put(w: Any, row: int, at: int, px_milli: int, rising: int) -> None:
    """Put trigger ``row`` at ``px_milli`` into bucket ``at``."""
    t = trigger(w, row)
    t.px_milli = px_milli
    t.rising = rising
    if t.bucket != at:
        unlink(w, row)
        _link(w, row, at)


@kernel("int64(World, int64, int64, int64, int64, int64)")
def add_trigger(w: Any, p: int, kind: int, px_milli: int, rising: int, order: int) -> int:
    """Place a trigger on position ``p`` and return its row.

    Parameters
    ----------
    kind : int64
        ``TriggerKind``, any but LIQUIDATION.
    px_milli : int64
        Mark that touches it, milli-ticks, > 0; equality touches.
    rising : int64
        1: touched by a mark at or above, 0: by a mark at or below. One that the mark touches already is in ``fired`` at once.
    order : int64
        Stop order it releases, -1 for none.
    """
    row = w.free_trigger
    if row >= 0:
        w.free_trigger = trigger(w, row).next
    else:
        row = w.triggers_used
        w.triggers_used += 1
    t = trigger(w, row)
    t.position = p
    t.kind = kind
    t.order = order
    t.bucket = -1
    t.px_milli = px_milli
    t.rising = rising
    if _is_touched(w, row, instrument(w, position(w, p).instrument).mark_milli):
        _report(w, row)
    else:
        place(w, row, px_milli, rising)
    return row


@kernel("void(World, int64)")
def remove_trigger(w: Any, row: int) -> None:
    """Take a trigger out of its bucket; rows that belong to no position join the free list."""
    unlink(w, row)
    if row >= w.n_position:
        trigger(w, row).next = w.free_trigger
        w.free_trigger = row


@kernel("void(World, int64)")
def withdraw_trigger(w: Any, row: int) -> None:
    """Take a trigger away that may stand in ``fired``: its row may serve another before those are served."""
    if trigger(w, row).bucket == IN_FIRED:
        at = w.fired_kept - 1
        while fired(w, at).trigger != row:
            at -= 1
        w.fired_kept -= 1
        for n in range(at, w.fired_kept):
            fired(w, n).trigger = fired(w, n + 1).trigger
    remove_trigger(w, row)


@helper("boolean(World, int64, int64)")
def _is_touched(w: Any, row: int, milli: int) -> bool:
    t = trigger(w, row)
    return milli >= t.px_milli if t.rising != 0 else milli <= t.px_milli


@helper("void(World, int64)")
def _report(w: Any, row: int) -> None:
    t = trigger(w, row)
    if t.kind == TriggerKind.LIQUIDATION:
        mark_dirty(w, position(w, t.position).account)
    else:
        t.bucket = IN_FIRED
        fired(w, w.fired_kept).trigger = row
        w.fired_kept += 1


@helper("boolean(World, int64, int64, int64)")
def _is_later(w: Any, row: int, other: int, rising: int) -> bool:
    # Whether the way of the mark touches trigger `row` after `other`; ties go by row.
    a, b = trigger(w, row).px_milli, trigger(w, other).px_milli
    if a != b:
        return (a > b) == (rising != 0)
    return row > other


@helper("void(World, int64, int64)")
def _order_fired(w: Any, first: int, rising: int) -> None:
    # Sort the rows of `fired` from `first` on: those of one bucket, few and close together.
    for n in range(first + 1, w.fired_kept):
        row = i8(fired(w, n).trigger)
        at = n
        while at > first and _is_later(w, fired(w, at - 1).trigger, row, rising):
            fired(w, at).trigger = fired(w, at - 1).trigger
            at -= 1
        fired(w, at).trigger = row


@helper("void(World, int64, int64, int64)")
def _drain_bucket(w: Any, at: int, milli: int, rising: int) -> None:
    before = w.fired_kept
    row = i8(bucket(w, at).head)
    while row >= 0:
        following = i8(trigger(w, row).next)
        if _is_touched(w, row, milli):
            unlink(w, row)
            _report(w, row)
        row = following
    if w.fired_kept > before + 1:
        _order_fired(w, before, rising)


@kernel("void(World, int64, int64, int64)")
def mark_moved(w: Any, i: int, old: int, new: int) -> None:
    """Report every trigger of instrument ``i`` that the way from mark ``old`` to mark ``new`` touched.

    Accounts of liquidation triggers join the list of changed accounts, each once; other triggers are appended to
    ``fired`` in the order in which the way touches them, ties by row; `IN_FIRED` in ``bucket`` says that the trigger is
    still to be served. Touched triggers are unlinked. ``old`` must be the mark of the previous call (at first, the mark
    at which triggers were placed).
    """
    n = instrument(w, i)
    price_moved(w, n.first_bucket, n.start_milli, old, new)


@kernel("void(World, int64, int64, int64, int64)")
def price_moved(w: Any, first: int, start: int, old: int, new: int) -> None:
    """Report the triggers that a price touched on its way, as `mark_moved` does; its buckets begin at row ``first``."""
    if new == old:
        return
    forget_standing(w)
    rising = 1 if new > old else 0
    first += rising * BUCKETS
    at = first + bucket_from(start, old)
    last = first + bucket_from(start, new)
    step = 1 if rising != 0 else -1
    while True:
        if bucket(w, at).head >= 0:
            _drain_bucket(w, at, new, rising)
        if at == last:
            return
        at += step
