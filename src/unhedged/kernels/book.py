"""The order book: price first, then time.

    instrument ─< book side ─< price ─< order ─ position ─ account ─ owner
                                          └ account_next                    every working order of an account

An incoming order trades with the best price of the other side, oldest order first, at the resting order's price, until it
is filled or its limit is passed. Invariant: the best bid is below the best ask whenever no order is being matched.
"""

from typing import Any

from unhedged.kernels.compiled import helper, i8, kernel
from unhedged.kernels.depth import depth, fillable, impact_px
from unhedged.kernels.far import NO_ASK, NO_BID
from unhedged.kernels.fills import change_open, note, settle_fill
from unhedged.kernels.sides import (
    best,
    best_qty,
    is_empty,
    is_reached,
    join,
    leave,
    oldest_at_best,
    owner_of,
    reducible,
    shrink,
)
from unhedged.kernels.tables import account, instrument, order, position
from unhedged.kernels.window import words_per_side
from unhedged.rules.integer import MILLI
from unhedged.vocab.enums import FillCause

__all__ = [
    "NO_ASK",
    "NO_BID",
    "RESTING",
    "best",
    "best_qty",
    "depth",
    "fillable",
    "impact_px",
    "is_empty",
    "is_reached",
    "mid_milli",
    "release_order",
    "remove",
    "rest",
    "shrink_order",
    "side_of",
    "take",
    "take_order",
    "words_per_side",
]

RESTING = 1
"""``order.live`` of an order in the book."""

# Marks of events in the rolling hash beside the position; a fill has two positions instead.
_RESTED, _REMOVED, _SHRUNK = 1 << 40, 2 << 40, 3 << 40
_NOBODY = -1
_LIQUIDATION = int(FillCause.LIQUIDATION)


@helper("int64(World, int64)")
def side_of(w: Any, row: int) -> int:
    """Return the book side order ``row`` belongs to."""
    o = order(w, row)
    return 2 * i8(position(w, o.position).instrument) + o.side


@helper("int64(World, int64)")
def take_order(w: Any, p: int) -> int:
    """Take a free order row for position ``p`` and list it with its account's working orders."""
    row = w.free_order
    o = order(w, row)
    w.free_order = o.next
    w.used_orders += 1
    o.position = p
    own = account(w, position(w, p).account)
    o.account_previous = -1
    o.account_next = own.first_order
    if own.first_order >= 0:
        order(w, own.first_order).account_previous = row
    own.first_order = row
    return row


@helper("void(World, int64)")
def release_order(w: Any, row: int) -> None:
    """Give order ``row`` back; handles that hold its generation are void from now on."""
    o = order(w, row)
    before, after = i8(o.account_previous), i8(o.account_next)
    if before >= 0:
        order(w, before).account_next = after
    else:
        account(w, position(w, o.position).account).first_order = after
    if after >= 0:
        order(w, after).account_previous = before
    o.generation += 1
    o.live = 0
    o.next = w.free_order
    w.free_order = row
    w.used_orders -= 1


@kernel("int64(World, int64, int64, int64, int64, int64, int64, int64, int64)")
def rest(
    w: Any, i: int, side: int, px: int, qty: int, p: int, tag: int, reduce_only: int, cause: int
) -> int:
    """Let an order wait in the book, behind the others at its price. Return its row.

    Parameters
    ----------
    px : int
        Ticks, 1 to 2^31 - 1; it must not cross the other side.
    qty : int
        Lots, > 0.
    p : int
        The owner's position slot in instrument ``i``.
    tag : int
        Row of `tag`, -1 for none; the caller writes the handle there.
    """
    row = take_order(w, p)
    o = order(w, row)
    o.px = px
    o.qty = 0
    o.side = side
    o.tag = tag
    o.reduce_only = reduce_only
    o.cause = cause
    o.live = RESTING
    change_open(w, row, qty)
    o.qty = qty
    join(w, 2 * i + side, row)
    note(w, (px << 1) | side, p - _RESTED, qty)
    return row


@kernel("void(World, int64)")
def remove(w: Any, row: int) -> None:
    """Take resting order ``row`` out of the book and free what it held. O(1)."""
    o = order(w, row)
    note(w, (i8(o.px) << 1) | o.side, o.position - _REMOVED, o.qty)
    change_open(w, row, -o.qty)
    leave(w, side_of(w, row), row)
    release_order(w, row)


@kernel("void(World, int64, int64)")
def shrink_order(w: Any, row: int, qty: int) -> None:
    """Take ``qty`` lots off resting order ``row``, fewer than it has; it keeps its priority."""
    o = order(w, row)
    note(w, (i8(o.px) << 1) | o.side, o.position - _SHRUNK, qty)
    change_open(w, row, -qty)
    shrink(w, side_of(w, row), row, qty)


@kernel("boolean(World, int64)")
def _fit_position(w: Any, row: int) -> bool:
    # Clip a reduce-only order to what its position can still shrink by; return whether any of it is left.
    o = order(w, row)
    most = reducible(w, o.position, o.side)
    if most == 0:
        remove(w, row)
        return False
    if o.qty > most:
        shrink_order(w, row, o.qty - most)
    return True


@helper("int64(World, int64)")
def mid_milli(w: Any, i: int) -> int:
    """Return the mid of book ``i``, or its last trade when a side is empty, or 0 when there was none."""
    bid = best(w, 2 * i)
    ask = best(w, 2 * i + 1)
    if bid > 0 and ask < NO_ASK:
        return (bid + ask) * (MILLI // 2)
    return instrument(w, i).last_px * MILLI


@kernel("int64(World, int64, int64, int64, int64, int64, int64)")
def take(w: Any, i: int, side: int, limit_px: int, qty: int, taker: int, cause: int) -> int:
    """Match an incoming order against the other side: best price first, oldest first. Return the lots left.

    Parameters
    ----------
    limit_px : int
        Ticks, any int64; the worst price accepted, itself included.
    taker : int
        The taker's position slot in instrument ``i``.
    cause : int
        FillCause of the taker's fills.

    Notes
    -----
    Stops at a resting order of the taker's own owner, unless the account may trade with itself; the venue's liquidation
    orders do not stop there. A resting reduce-only order is first clipped to what its position can still shrink by. A halted
    book matches nothing.
    """
    if instrument(w, i).halted_until > w.now:
        return qty
    s = 2 * i + 1 - side
    own = account(w, position(w, taker).account)
    owner = _NOBODY if own.self_trade != 0 or cause == _LIQUIDATION else i8(own.owner)
    if is_reached(w, s, limit_px):
        w.mid_met = mid_milli(w, i)
    while qty > 0 and is_reached(w, s, limit_px):
        row = oldest_at_best(w, s)
        o = order(w, row)
        if owner != _NOBODY and owner_of(w, o.position) == owner:
            break
        if o.reduce_only != 0 and not _fit_position(w, row):
            continue
        filled = min(qty, o.qty)
        settle_fill(w, row, taker, o.px, filled, side, cause)
        qty -= filled
        if filled == o.qty:
            leave(w, s, row)
            release_order(w, row)
        else:
            shrink(w, s, row, filled)
    return qty
