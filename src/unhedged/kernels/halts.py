"""Books that stand still, and liquidations that wait: a circuit breaker per book, a limit per contract and interval.

    mark update ─▶ moved too far within the window ─▶ halted_until        matches nothing, takes cancels only
    order of a liquidation ─▶ halted, or the interval is used up ─▶ waits  the account that fell first is first
                           └▶ cut to what is left of the interval ─▶ waits in front of those who find no room after it

A window is cut into ``PARTS`` parts; a mark counts from the part it fell into, so for one part longer at most. A halt begins
before anything that its mark touches is carried out, and ends with an empty window: the first mark after it is the new reference.

A case that may not order looks again at the next multiple of the mark interval, or when book or interval are free, whichever
comes first. All look at the same instants, so they keep their order. What needs no book goes on meanwhile: an account that is
safe again is released, one beyond the line of a takeover is taken over, winners are closed.
"""

from typing import Any

from unhedged.kernels.accounts import notional_of, worth_at
from unhedged.kernels.compiled import helper, kernel, plus, rule
from unhedged.kernels.layout.columns import PARTS
from unhedged.kernels.tables import account, case, instrument, position, venue
from unhedged.rules import halts

_is_beyond = rule(halts.is_beyond)
_throttled_qty = rule(halts.throttled_qty)


@helper("boolean(World, int64)")
def is_halted(w: Any, i: int) -> bool:
    """Return whether the book of instrument ``i`` stands still; at ``halted_until`` itself it is open again."""
    return instrument(w, i).halted_until > w.now


@kernel("void(World, int64)")
def watch_mark(w: Any, i: int) -> None:
    """Halt the book of instrument ``i`` when its mark has moved too far within the window. Call it after each mark update."""
    n = instrument(w, i)
    if n.halted_until > w.now:
        return
    here = venue(w, n.venue)
    now = w.now * PARTS // max(1, here.halt_window)
    for step in range(min(PARTS, now - n.halt_part)):
        n.halt_low[(now - step) % PARTS] = 0
    n.halt_part = now
    part = now % PARTS
    mark = n.mark_milli
    if n.halt_low[part] == 0:
        n.halt_low[part] = mark
        n.halt_high[part] = mark
    n.halt_low[part] = min(n.halt_low[part], mark)
    n.halt_high[part] = max(n.halt_high[part], mark)
    low = mark
    high = mark
    for k in range(PARTS):
        if n.halt_low[k] != 0:
            low = min(low, n.halt_low[k])
            high = max(high, n.halt_high[k])
    if _is_beyond(mark, low, high, n.halt_ppb):
        n.halts += 1
        n.halted_until = w.now + here.halt_pause
        for k in range(PARTS):
            n.halt_low[k] = 0


@kernel("int64(World, int64)")
def interval_of(w: Any, v: int) -> int:
    """Return the number of the present interval of liquidations of venue ``v``."""
    return w.now // max(1, venue(w, v).throttle_interval)


@kernel("int64(World, int64)")
def used_of(w: Any, i: int) -> int:
    """Return what liquidations have closed of instrument ``i`` in the present interval, atoms."""
    n = instrument(w, i)
    return n.throttle_used if n.throttle_part == interval_of(w, n.venue) else 0


@kernel("int64(World, int64, int64)")
def lots_allowed(w: Any, p: int, qty: int) -> int:
    """Return the lots of an order of ``qty`` lots that a liquidation may send now to shrink position ``p``."""
    o = position(w, p)
    i = int(o.instrument)
    if is_halted(w, i):
        return 0
    most = venue(w, instrument(w, i).venue).throttle
    if most == 0:
        return qty
    return _throttled_qty(o.pos, notional_of(w, p), qty, most, used_of(w, i))


@kernel("int64(World, int64)")
def free_at(w: Any, i: int) -> int:
    """Return when liquidations may order in instrument ``i``: now, when its book reopens, or at the next interval; ns."""
    n = instrument(w, i)
    here = venue(w, n.venue)
    t = max(w.now, n.halted_until)
    if here.throttle > 0 and used_of(w, i) >= here.throttle:
        t = max(t, (interval_of(w, n.venue) + 1) * max(1, here.throttle_interval))
    return t


@kernel("int64(World, int64, int64)")
def next_look(w: Any, v: int, free: int) -> int:
    """Return when a case of venue ``v`` that waits for ``free`` looks again: then, or at the next multiple of the mark interval."""
    every = max(1, venue(w, v).mark_interval)
    return min(free, (w.now // every + 1) * every)


@kernel("void(World, int64)")
def begin_anew(w: Any, c: int) -> None:
    """Let all positions of case ``c`` count as untried, its block as not begun: prices are others when it goes on."""
    row = case(w, c)
    row.left = 0
    row.winner = 0
    row.passed = 0


@kernel("void(World, int64, int64, int64, int64)")
def count_closed(w: Any, c: int, i: int, lots: int, cut: int) -> None:
    """Count ``lots`` case ``c`` closed of instrument ``i``; an order that was cut and filled uses the interval up."""
    n = instrument(w, i)
    here = venue(w, n.venue)
    used = plus(used_of(w, i), abs(worth_at(w, i, lots, n.mark_milli)))
    n.throttle_used = max(used, here.throttle) if cut != 0 else used
    n.throttle_part = interval_of(w, n.venue)
    if cut != 0:
        begin_anew(w, c)
        case(w, c).resume = next_look(w, n.venue, free_at(w, i))


@kernel("int64(World, int64)")
def orders_free_at(w: Any, a: int) -> int:
    """Return when liquidations may order in every contract account ``a`` holds, ns; now for one without positions."""
    own = account(w, a)
    t = w.now
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos != 0:
            t = max(t, free_at(w, position(w, p).instrument))
    return t


@kernel("int64(World, int64)")
def sales_free_at(w: Any, a: int) -> int:
    """Return when what account ``a`` posted as collateral may be sold in all its books, ns; now for one that posted nothing."""
    own = account(w, a)
    first = own.first_position + own.positions
    t = w.now
    for p in range(first, first + own.balances):
        if position(w, p).pos > 0:
            t = max(t, instrument(w, position(w, p).instrument).halted_until)
    return t
