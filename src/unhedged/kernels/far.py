"""Prices outside the dense window of a book side, and moving the window.

    book ─ far_head ─< far (next, previous)        every far level of the side, in no order
    far_hash ─ head ─< far (chain)                 by book side and price

Invariant, with `book`: the best level lies in the window, or the side is empty. So every far level is worse than every
price of the window, and the list is scanned only when the window has run empty or the best moves out of it. A far level
holds at least one order: as many far rows as order rows are always enough.
"""

from typing import Any

from unhedged.kernels.compiled import helper, i8, kernel, u8
from unhedged.kernels.tables import book, far, far_hash, level
from unhedged.kernels.window import NOWHERE, occupied_from, occupy, vacate

NO_BID = -1
"""Best price of an empty bid side."""
NO_ASK = 1 << 60
"""Best price of an empty ask side."""
NONE = -1


@helper("boolean(World, int64, int64)")
def is_dense(w: Any, s: int, px: int) -> bool:
    """Return whether the price ``px`` lies in the window of side ``s``."""
    b = book(w, s)
    return u8(px - b.base) < u8(b.window)


@helper("int64(World, int64, int64)")
def _chain_of(w: Any, s: int, px: int) -> int:
    # Fibonacci hashing (Knuth, TAOCP 3, 6.4) of side and price.
    mixed = (u8(px) ^ (u8(s) << u8(40))) * u8(0x9E3779B97F4A7C15)
    return i8((mixed >> u8(32)) % u8(w.n_far_hash))


@kernel("int64(World, int64, int64)")
def find_far(w: Any, s: int, px: int) -> int:
    """Return the far level of side ``s`` at ``px``, -1 for none."""
    row = i8(far_hash(w, _chain_of(w, s, px)).head)
    while row >= 0 and (far(w, row).px != px or far(w, row).book != s):
        row = i8(far(w, row).chain)
    return row


@kernel("int64(World, int64, int64)")
def add_far(w: Any, s: int, px: int) -> int:
    """Make an empty far level of side ``s`` at ``px``, where there is none, and return it."""
    row = w.free_far
    f = far(w, row)
    w.free_far = f.chain
    w.used_far += 1
    f.qty = 0
    f.px = px
    f.head = NONE
    f.tail = NONE
    f.book = s
    chain = far_hash(w, _chain_of(w, s, px))
    f.chain = chain.head
    chain.head = row
    b = book(w, s)
    f.previous = NONE
    f.next = b.far_head
    if b.far_head >= 0:
        far(w, b.far_head).previous = row
    b.far_head = row
    b.far_count += 1
    return row


@kernel("void(World, int64)")
def drop_far(w: Any, row: int) -> None:
    """Give far level ``row`` back; its orders have left it."""
    f = far(w, row)
    chain = far_hash(w, _chain_of(w, f.book, f.px))
    if chain.head == row:
        chain.head = f.chain
    else:
        before = i8(chain.head)
        while far(w, before).chain != row:
            before = i8(far(w, before).chain)
        far(w, before).chain = f.chain
    b = book(w, f.book)
    if f.previous >= 0:
        far(w, f.previous).next = f.next
    else:
        b.far_head = f.next
    if f.next >= 0:
        far(w, f.next).previous = f.previous
    b.far_count -= 1
    f.chain = w.free_far
    w.free_far = row
    w.used_far -= 1


@kernel("int64(World, int64, int64)")
def next_far(w: Any, s: int, px: int) -> int:
    """Return the best far price of side ``s`` that is worse than ``px``, `NOWHERE` when there is none. Scans the list."""
    found = i8(NOWHERE)
    row = i8(book(w, s).far_head)
    while row >= 0:
        f = far(w, row)
        if s & 1 == 0:
            if f.px < px and f.px > found:
                found = f.px
        elif f.px > px and (found < 0 or f.px < found):
            found = f.px
        row = i8(f.next)
    return found


@kernel("void(World, int64)")
def _evict(w: Any, s: int) -> None:
    # Make every dense level a far level.
    b = book(w, s)
    at = occupied_from(w, s, 0)
    while at >= 0:
        dense = level(w, b.first_level + at)
        f = far(w, add_far(w, s, b.base + at))
        f.qty = dense.qty
        f.head = dense.head
        f.tail = dense.tail
        dense.qty = 0
        dense.head = NONE
        dense.tail = NONE
        vacate(w, s, at)
        at = occupied_from(w, s, at)
    b.dense_count = 0


@kernel("void(World, int64)")
def _admit(w: Any, s: int) -> None:
    # Make every far level inside the window a dense level.
    b = book(w, s)
    row = i8(b.far_head)
    while row >= 0:
        f = far(w, row)
        following = i8(f.next)
        if is_dense(w, s, f.px):
            dense = level(w, b.first_level + f.px - b.base)
            dense.qty = f.qty
            dense.head = f.head
            dense.tail = f.tail
            occupy(w, s, f.px - b.base)
            b.dense_count += 1
            drop_far(w, row)
        row = following


@kernel("void(World, int64, int64)")
def recentre(w: Any, s: int, px: int) -> None:
    """Move the window of side ``s`` so that its best, ``px`` ticks, lies a quarter from the window's better end.

    Three quarters of the window lie behind the best, where orders are; the price may improve by a quarter before the
    window moves again. The window starts at one tick or above. Costs a visit to each level of the side.
    """
    b = book(w, s)
    _evict(w, s)
    ahead = b.window >> 2
    behind = b.window - ahead
    b.base = max(1, px - behind) if s & 1 == 0 else max(1, px - ahead)
    _admit(w, s)
