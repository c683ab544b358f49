"""What agents see of a book: its touch, late.

Each instrument keeps a ring of quotes, one per millisecond in which the touch changed. An agent with a data latency of L
reads the newest quote that is at least L old. While a venue's feed is down nothing is written, and agents go on seeing
the last quote.
"""

from typing import Any

from unhedged.kernels.book import NO_ASK, best, best_qty
from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.tables import feed, instrument, quote, venue

GRAIN_SHIFT = 20
"""Quotes within 2^20 ns (about a millisecond) share a row: a ring must span the longest latency, not every change."""


@kernel("void(World, int64)")
def note_quote(w: Any, i: int) -> None:
    """Write the touch of instrument ``i`` to its feed."""
    if venue(w, instrument(w, i).venue).feed_down_until > w.now:
        return
    ring = feed(w, i)
    bid = best(w, 2 * i)
    ask = best(w, 2 * i + 1)
    if ask == NO_ASK:
        ask = -1
    if ring.written > 0:
        newest = quote(w, ring.first + ((ring.written - 1) & (ring.size - 1)))
        if (newest.t >> GRAIN_SHIFT) != (w.now >> GRAIN_SHIFT):
            ring.written += 1
    else:
        ring.written = 1
    row = quote(w, ring.first + ((ring.written - 1) & (ring.size - 1)))
    row.t = w.now
    row.bid = bid
    row.ask = ask
    row.bid_qty = best_qty(w, 2 * i)
    row.ask_qty = best_qty(w, 2 * i + 1)
    row.last = instrument(w, i).last_px


@helper("int64(World, int64, int64)")
def quote_at(w: Any, i: int, t: int) -> int:
    """Return the row of the newest quote of instrument ``i`` at or before ``t``; the oldest kept when all are younger."""
    ring = feed(w, i)
    newest = ring.written - 1
    oldest = max(0, ring.written - ring.size)
    near = max(oldest, newest - 8)
    while newest > near and quote(w, ring.first + (newest & (ring.size - 1))).t > t:
        newest -= 1
    if quote(w, ring.first + (newest & (ring.size - 1))).t > t and newest > oldest:
        low = oldest
        high = newest
        while low < high:
            middle = (low + high + 1) >> 1
            if quote(w, ring.first + (middle & (ring.size - 1))).t > t:
                high = middle - 1
            else:
                low = middle
        newest = low
    return ring.first + (max(newest, 0) & (ring.size - 1))
