"""Stop orders that wait for their trigger price.

    account ─< order (live = WAITING_MARK) ─ trigger            px is the trigger's row
             < order (live = WAITING_LAST) ─ instrument         px is the trigger price; list through next and previous

A buy waits for a price at or above its trigger, a sell for one at or below. Waiting stops stand in no book, count as no
working lots and need no margin: they are checked as market orders when they are released.
"""

from typing import Any

from unhedged.kernels.admission import MAX_PX
from unhedged.kernels.book import RESTING, release_order, remove, take_order
from unhedged.kernels.buckets import withdraw_trigger
from unhedged.kernels.compiled import helper, i8, kernel
from unhedged.kernels.tables import instrument, order, position
from unhedged.kernels.triggers import add_trigger
from unhedged.rules.integer import MILLI
from unhedged.vocab.enums import Reject, Side, TriggerKind, TriggerSource

WAITING_MARK = 2
"""``order.live`` of a stop that waits for a mark."""
WAITING_LAST = 3
"""``order.live`` of a stop that waits for a trade price."""

_BUY = int(Side.BUY)
_LAST = int(TriggerSource.LAST)
_STOP_ORDER = int(TriggerKind.STOP_ORDER)
_ACCEPTED = int(Reject.NONE)
_REFUSED_TICK = int(Reject.TICK)
_REFUSED_NEGATIVE = int(Reject.NEGATIVE_PRICE)


@helper("void(World, int64, int64)")
def _append(w: Any, i: int, row: int) -> None:
    # The first of the list knows the last: its `previous`.
    n = instrument(w, i)
    o = order(w, row)
    o.next = -1
    if n.first_stop < 0:
        n.first_stop = row
        o.previous = row
        return
    first = order(w, n.first_stop)
    o.previous = first.previous
    order(w, first.previous).next = row
    first.previous = row


@helper("void(World, int64, int64)")
def _unlink(w: Any, i: int, row: int) -> None:
    n = instrument(w, i)
    o = order(w, row)
    if n.first_stop == row:
        n.first_stop = o.next
        if o.next >= 0:
            order(w, o.next).previous = o.previous
        return
    order(w, o.previous).next = o.next
    if o.next >= 0:
        order(w, o.next).previous = o.previous
    else:
        order(w, n.first_stop).previous = o.previous


@kernel("int64(int64, int64, int64)")
def check_trigger(source: int, side: int, px_milli: int) -> int:
    """Return why a trigger price is refused: NEGATIVE_PRICE at or below zero, TICK above what a last price can reach."""
    if px_milli <= 0:
        return _REFUSED_NEGATIVE
    if source == _LAST and last_trigger(side, px_milli) > MAX_PX:
        return _REFUSED_TICK
    return _ACCEPTED


@kernel("int64(int64, int64)")
def last_trigger(side: int, px_milli: int) -> int:
    """Return the first trade price that touches a trigger, ticks: up for a buy, down for a sell."""
    if side == _BUY:
        return -(-px_milli // MILLI)
    return px_milli // MILLI


@kernel("int64(World, int64, int64, int64, int64, int64, int64, int64, int64)")
def place_stop(
    w: Any,
    p: int,
    side: int,
    px_milli: int,
    qty: int,
    tag: int,
    reduce_only: int,
    source: int,
    cause: int,
) -> int:
    """Let a stop order wait and return its row; see `check_trigger`. Stops on a last price fire oldest first.

    A mark that touches it already releases it with the next mark update.
    """
    row = take_order(w, p)
    o = order(w, row)
    o.qty = qty
    o.side = side
    o.tag = tag
    o.reduce_only = reduce_only
    o.cause = cause
    if source == _LAST:
        o.live = WAITING_LAST
        o.px = last_trigger(side, px_milli)
        _append(w, position(w, p).instrument, row)
    else:
        o.live = WAITING_MARK
        rising = 1 if side == _BUY else 0
        o.px = add_trigger(w, p, _STOP_ORDER, px_milli, rising, row)
    return row


@kernel("int64(World, int64)")
def touched_stop(w: Any, i: int) -> int:
    """Return the oldest stop that the last price of instrument ``i`` touches, -1 for none."""
    last = instrument(w, i).last_px
    row = i8(instrument(w, i).first_stop)
    while row >= 0:
        o = order(w, row)
        if (last >= o.px) if o.side == _BUY else (last <= o.px):
            return row
        row = i8(o.next)
    return -1


@kernel("void(World, int64)")
def unlink_last(w: Any, row: int) -> None:
    """Let a stop on a last price wait no longer; the row stays its own."""
    _unlink(w, position(w, order(w, row).position).instrument, row)


@kernel("void(World, int64)")
def cancel(w: Any, row: int) -> None:
    """Cancel a working order, resting or waiting."""
    o = order(w, row)
    if o.live == RESTING:
        remove(w, row)
        return
    if o.live == WAITING_LAST:
        unlink_last(w, row)
    else:
        withdraw_trigger(w, o.px)
    release_order(w, row)
