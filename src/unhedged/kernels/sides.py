"""One side of a book: its best price and the queue of orders at each price, oldest first.

    book ─< level or far ─< order           head oldest, tail youngest

Invariants: a level with orders is occupied in the bitmap or stands in the far list, never both; its ``qty`` is the sum over
its orders; ``best`` is the best price with orders, and lies in the window.
"""

from typing import Any

from unhedged.kernels.compiled import helper, i8, kernel, minus, plus
from unhedged.kernels.far import (
    NO_ASK,
    NO_BID,
    NONE,
    add_far,
    drop_far,
    find_far,
    is_dense,
    next_far,
    recentre,
)
from unhedged.kernels.tables import account, book, far, level, order, position
from unhedged.kernels.window import NOWHERE, occupied_from, occupied_upto, occupy, vacate


@helper("int64(World, int64)")
def best(w: Any, s: int) -> int:
    """Return the best price of side ``s``, ticks; `NO_BID` or `NO_ASK` when it is empty."""
    return book(w, s).best


@helper("boolean(World, int64)")
def is_empty(w: Any, s: int) -> bool:
    """Return whether no order rests on side ``s``."""
    return book(w, s).orders == 0


@helper("int64(World, int64)")
def best_qty(w: Any, s: int) -> int:
    """Return the lots resting at the best price of side ``s``, 0 when it is empty."""
    b = book(w, s)
    if b.orders == 0:
        return 0
    return level(w, b.first_level + b.best - b.base).qty


@helper("boolean(World, int64, int64)")
def is_reached(w: Any, s: int, limit_px: int) -> bool:
    """Return whether an incoming order with this limit trades with the best of side ``s``; equal prices trade."""
    b = book(w, s)
    if s & 1 == 0:
        return b.best >= limit_px and b.best >= 0
    return b.best <= limit_px and b.best < NO_ASK


@helper("int64(World, int64)")
def oldest_at_best(w: Any, s: int) -> int:
    """Return the order of side ``s`` that trades first; the side must not be empty."""
    b = book(w, s)
    return i8(level(w, b.first_level + b.best - b.base).head)


@kernel("int64(World, int64, int64)")
def oldest_at(w: Any, s: int, px: int) -> int:
    """Return the oldest order of side ``s`` at a price with orders."""
    if is_dense(w, s, px):
        return i8(level(w, book(w, s).first_level + px - book(w, s).base).head)
    return i8(far(w, find_far(w, s, px)).head)


@kernel("int64(World, int64, int64)")
def qty_at(w: Any, s: int, px: int) -> int:
    """Return the lots of side ``s`` at ``px``."""
    if is_dense(w, s, px):
        return level(w, book(w, s).first_level + px - book(w, s).base).qty
    row = find_far(w, s, px)
    return far(w, row).qty if row >= 0 else 0


@kernel("int64(World, int64, int64)")
def next_price(w: Any, s: int, px: int) -> int:
    """Return the price with orders that follows ``px`` away from the best, `NOWHERE` when ``px`` was the last."""
    b = book(w, s)
    if is_dense(w, s, px):
        at = px - b.base
        found = occupied_upto(w, s, at - 1) if s & 1 == 0 else occupied_from(w, s, at + 1)
        if found >= 0:
            return b.base + found
    if b.far_count == 0:
        return NOWHERE
    return next_far(w, s, px)


@kernel("void(World, int64)")
def _refill(w: Any, s: int) -> None:
    # The window ran empty: its new best is the best far price, if there is one.
    b = book(w, s)
    b.best = NO_BID if s & 1 == 0 else NO_ASK
    if b.far_count > 0:
        px = next_far(w, s, NO_ASK if s & 1 == 0 else NO_BID)
        recentre(w, s, px)
        b.best = px


@helper("void(World, int64, int64)")
def _leave_level(w: Any, s: int, at: int) -> None:
    # The last order of a dense level has gone.
    b = book(w, s)
    vacate(w, s, at)
    b.dense_count -= 1
    if b.base + at == b.best:
        found = occupied_upto(w, s, at - 1) if s & 1 == 0 else occupied_from(w, s, at + 1)
        if found >= 0:
            b.best = b.base + found
        else:
            _refill(w, s)


@kernel("void(World, int64, int64)")
def _join_far(w: Any, s: int, row: int) -> None:
    o = order(w, row)
    at = find_far(w, s, o.px)
    if at < 0:
        at = add_far(w, s, o.px)
    f = far(w, at)
    o.previous = f.tail
    if f.tail >= 0:
        order(w, f.tail).next = row
    else:
        f.head = row
    f.tail = row
    f.qty = plus(f.qty, o.qty)


@kernel("void(World, int64, int64)")
def _leave_far(w: Any, s: int, row: int) -> None:
    o = order(w, row)
    at = find_far(w, s, o.px)
    f = far(w, at)
    if o.previous < 0:
        f.head = o.next
    if o.next < 0:
        f.tail = o.previous
    f.qty = minus(f.qty, o.qty)
    if f.head < 0:
        drop_far(w, at)


@helper("boolean(World, int64, int64)")
def _improves(w: Any, s: int, px: int) -> bool:
    b = book(w, s)
    return px > b.best if s & 1 == 0 else px < b.best


@helper("void(World, int64, int64)")
def join(w: Any, s: int, row: int) -> None:
    """Put order ``row`` behind the others at its price on side ``s``."""
    o = order(w, row)
    b = book(w, s)
    o.next = NONE
    b.orders += 1
    improves = _improves(w, s, o.px)
    if not is_dense(w, s, o.px):
        if not improves:
            _join_far(w, s, row)
            return
        recentre(w, s, o.px)
    at = o.px - b.base
    queue = level(w, b.first_level + at)
    last = i8(queue.tail)
    o.previous = last
    queue.tail = row
    queue.qty = plus(queue.qty, o.qty)
    if last >= 0:
        order(w, last).next = row
        return
    queue.head = row
    b.dense_count += 1
    occupy(w, s, at)
    if improves:
        b.best = o.px


@helper("void(World, int64, int64)")
def leave(w: Any, s: int, row: int) -> None:
    """Take order ``row`` and what is left of it out of its queue on side ``s``."""
    o = order(w, row)
    b = book(w, s)
    b.orders -= 1
    older, younger = i8(o.previous), i8(o.next)
    if older >= 0:
        order(w, older).next = younger
    if younger >= 0:
        order(w, younger).previous = older
    if not is_dense(w, s, o.px):
        _leave_far(w, s, row)
        return
    at = o.px - b.base
    queue = level(w, b.first_level + at)
    queue.qty = minus(queue.qty, o.qty)
    if older < 0:
        queue.head = younger
    if younger < 0:
        queue.tail = older
        if older < 0:
            _leave_level(w, s, at)


@helper("void(World, int64, int64, int64)")
def shrink(w: Any, s: int, row: int, qty: int) -> None:
    """Reduce order ``row`` by ``qty`` lots, fewer than it has; it keeps its place in the queue."""
    o = order(w, row)
    o.qty = minus(o.qty, qty)
    if is_dense(w, s, o.px):
        queue = level(w, book(w, s).first_level + o.px - book(w, s).base)
        queue.qty = minus(queue.qty, qty)
    else:
        f = far(w, find_far(w, s, o.px))
        f.qty = minus(f.qty, qty)


@helper("int64(World, int64)")
def owner_of(w: Any, p: int) -> int:
    """Return who position ``p`` belongs to."""
    return i8(account(w, position(w, p).account).owner)


@helper("int64(World, int64, int64)")
def reducible(w: Any, p: int, side: int) -> int:
    """Return the lots an order of ``side`` may take off position ``p`` before it is flat, >= 0."""
    pos = position(w, p).pos
    return max(0, pos) if side == 1 else max(0, -pos)
