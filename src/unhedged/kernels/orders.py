"""What a venue does with a message: it is refused with a reason, or it trades, rests, waits, moves or goes.

    message ─ checks of account, size, price ─ (replaced order goes) ─ reduce-only, funds, post-only, fill-or-kill
                                                     │
                             trades up to its limit ─┴─ own owner met: rest dropped ─ rests, or the rest is dropped

A limit order under a tag whose earlier order still works replaces it at this instant; when the book or the money then refuse
the new one, the old one stays cancelled. A refusal changes nothing else. After each message the stops that the last price
touches are released, oldest first, until none is touched.
"""

from typing import Any

from unhedged.kernels.admission import check_funds, check_price, check_sender, worst_px
from unhedged.kernels.book import (
    RESTING,
    fillable,
    is_reached,
    release_order,
    remove,
    rest,
    shrink_order,
    take,
)
from unhedged.kernels.compiled import i8, kernel
from unhedged.kernels.legs import is_against
from unhedged.kernels.sides import reducible
from unhedged.kernels.stops import cancel, check_trigger, place_stop, touched_stop, unlink_last
from unhedged.kernels.tables import account, agent, instrument, message, order, position, tag
from unhedged.vocab.enums import Command, FillCause, InstrumentKind, Reject, TimeInForce

_SPOT = int(InstrumentKind.SPOT)
_LIMIT = int(Command.LIMIT)
_MARKET = int(Command.MARKET)
_CANCEL = int(Command.CANCEL)
_CANCEL_ALL = int(Command.CANCEL_ALL)
_MODIFY = int(Command.MODIFY)
_GTC = int(TimeInForce.GTC)
_IOC = int(TimeInForce.IOC)
_FOK = int(TimeInForce.FOK)
_POST_ONLY = int(TimeInForce.POST_ONLY)
_CHOICE = int(FillCause.CHOICE)
_STOP = int(FillCause.STOP)
_ACCEPTED = int(Reject.NONE)
_REFUSED_REDUCE_ONLY = int(Reject.REDUCE_ONLY)
_REFUSED_POST_ONLY = int(Reject.POST_ONLY)
_REFUSED_FILL_OR_KILL = int(Reject.FILL_OR_KILL)
_REFUSED_UNKNOWN = int(Reject.UNKNOWN_ORDER)
_REFUSED_SELF_TRADE = int(Reject.SELF_TRADE)
_REFUSED_NO_LIQUIDITY = int(Reject.NO_LIQUIDITY)


@kernel("int64(World, int64)")
def order_under(w: Any, t: int) -> int:
    """Return the working order under row ``t`` of `tag`, -1 when there is none or ``t`` is -1."""
    if t < 0:
        return -1
    handle = tag(w, t)
    if handle.order < 0 or order(w, handle.order).generation != handle.generation:
        return -1
    return handle.order


@kernel("void(World, int64, int64)")
def _name(w: Any, t: int, row: int) -> None:
    # Let the sender find order `row` under its tag.
    if t >= 0:
        tag(w, t).order = row
        tag(w, t).generation = order(w, row).generation


@kernel("void(World, int64)")
def _make_way(w: Any, t: int) -> None:
    # Cancel the order that a new one under the same tag replaces.
    old = order_under(w, t)
    if old >= 0:
        cancel(w, old)


@kernel("int64(World, int64, int64, int64, int64, int64)")
def _least_taken(w: Any, p: int, side: int, px: int, qty: int, force: int) -> int:
    # Reject of an order that may not trade, or must trade completely.
    i = i8(position(w, p).instrument)
    if force == _POST_ONLY and is_reached(w, 2 * i + 1 - side, px):
        return _REFUSED_POST_ONLY
    if force == _FOK:
        own = account(w, position(w, p).account)
        owner = -1 if own.self_trade != 0 else i8(own.owner)
        if fillable(w, i, side, px, qty, owner) < qty:
            return _REFUSED_FILL_OR_KILL
    return _ACCEPTED


@kernel("int64(World, int64, int64, int64, int64, int64, int64, int64, int64, int64)")
def _enter(
    w: Any,
    p: int,
    side: int,
    px: int,
    qty: int,
    force: int,
    t: int,
    reduce_only: int,
    cause: int,
    at_market: int,
) -> int:
    # Send an order whose sender, size and price are accepted to the book; return its Reject.
    i = i8(position(w, p).instrument)
    if is_against(w, p, side):
        reduce_only = 1
    if reduce_only != 0:
        qty = min(qty, reducible(w, p, side))
        if qty == 0:
            return _REFUSED_REDUCE_ONLY
    if reduce_only == 0 or instrument(w, i).kind == _SPOT:
        code = check_funds(w, p, side, px, qty, at_market)
        if code != _ACCEPTED:
            return code
    code = _least_taken(w, p, side, px, qty, force)
    if code != _ACCEPTED:
        return code
    left = take(w, i, side, px, qty, p, cause)
    if left > 0:
        if is_reached(w, 2 * i + 1 - side, px):
            return _REFUSED_SELF_TRADE
        if force in (_GTC, _POST_ONLY):
            _name(w, t, rest(w, i, side, px, left, p, t, reduce_only, cause))
    return _ACCEPTED


@kernel("int64(World, int64, int64, int64, int64, int64, int64)")
def _market(w: Any, p: int, side: int, qty: int, force: int, reduce_only: int, cause: int) -> int:
    code = check_sender(w, p, qty)
    if code != _ACCEPTED:
        return code
    i = i8(position(w, p).instrument)
    px = worst_px(w, i, side)
    if not is_reached(w, 2 * i + 1 - side, px):
        return _REFUSED_NO_LIQUIDITY
    at_once = _FOK if force == _FOK else _IOC
    return _enter(w, p, side, px, qty, at_once, -1, reduce_only, cause, 1)


@kernel("int64(World, int64)")
def _limit(w: Any, row: int) -> int:
    m = message(w, row)
    p, side = i8(m.position), i8(m.side)
    code = check_sender(w, p, m.qty)
    if code == _ACCEPTED:
        code = check_price(w, position(w, p).instrument, side, m.px)
    if code != _ACCEPTED:
        return code
    _make_way(w, m.tag)
    return _enter(w, p, side, m.px, m.qty, m.force, m.tag, m.reduce_only, m.cause, 0)


@kernel("int64(World, int64)")
def _modify(w: Any, row: int) -> int:
    m = message(w, row)
    old = order_under(w, m.tag)
    if old < 0 or order(w, old).live != RESTING:
        return _REFUSED_UNKNOWN
    o = order(w, old)
    p, side, reduce_only, cause = i8(o.position), i8(o.side), i8(o.reduce_only), i8(o.cause)
    code = check_sender(w, p, m.qty)
    if code == _ACCEPTED:
        code = check_price(w, position(w, p).instrument, side, m.px)
    if code != _ACCEPTED:
        return code
    if m.px == o.px and m.qty <= o.qty:
        if m.qty < o.qty:
            shrink_order(w, old, o.qty - m.qty)
        return _ACCEPTED
    remove(w, old)
    force = _POST_ONLY if m.force == _POST_ONLY else _GTC
    return _enter(w, p, side, m.px, m.qty, force, m.tag, reduce_only, cause, 0)


@kernel("int64(World, int64)")
def _stop(w: Any, row: int) -> int:
    m = message(w, row)
    p, side = i8(m.position), i8(m.side)
    code = check_sender(w, p, m.qty)
    if code == _ACCEPTED:
        code = check_trigger(m.trigger, side, m.px)
    if code != _ACCEPTED:
        return code
    _make_way(w, m.tag)
    cause = _STOP if m.cause == _CHOICE else i8(m.cause)
    placed = place_stop(w, p, side, m.px, m.qty, m.tag, m.reduce_only, m.trigger, cause)
    _name(w, m.tag, placed)
    return _ACCEPTED


@kernel("void(World, int64, int64)")
def cancel_all(w: Any, a: int, i: int) -> None:
    """Cancel every working order of account ``a``, stops included, in instrument ``i`` or in all (-1)."""
    row = i8(account(w, a).first_order)
    while row >= 0:
        following = i8(order(w, row).account_next)
        if i < 0 or position(w, order(w, row).position).instrument == i:
            cancel(w, row)
        row = following


@kernel("int64(World, int64)")
def _cancel_one(w: Any, t: int) -> int:
    old = order_under(w, t)
    if old < 0:
        return _REFUSED_UNKNOWN
    cancel(w, old)
    return _ACCEPTED


@kernel("int64(World, int64)")
def _carry_out(w: Any, row: int) -> int:
    m = message(w, row)
    p = i8(m.position)
    if m.command == _LIMIT:
        return _limit(w, row)
    if m.command == _MARKET:
        return _market(w, p, m.side, m.qty, m.force, m.reduce_only, m.cause)
    if m.command == _CANCEL:
        return _cancel_one(w, m.tag)
    if m.command == _CANCEL_ALL:
        cancel_all(w, position(w, p).account, position(w, p).instrument)
        return _ACCEPTED
    if m.command == _MODIFY:
        return _modify(w, row)
    return _stop(w, row)


@kernel("void(World, int64, int64)")
def _report(w: Any, sender: int, code: int) -> None:
    # Tell the sender's agent, -1 for none, that a message was refused.
    if code != _ACCEPTED:
        w.rejects += 1
        if sender >= 0:
            agent(w, sender).rejects += 1
            agent(w, sender).last_reject = code


@kernel("int64(World, int64)")
def _release(w: Any, row: int) -> int:
    o = order(w, row)
    p, side, qty = i8(o.position), i8(o.side), o.qty
    reduce_only, cause = i8(o.reduce_only), i8(o.cause)
    release_order(w, row)
    code = _market(w, p, side, qty, _IOC, reduce_only, cause)
    _report(w, account(w, position(w, p).account).agent, code)
    return code


@kernel("void(World, int64)")
def release_touched(w: Any, i: int) -> None:
    """Release the stops of instrument ``i`` that its last price touches, oldest first, until none is touched."""
    row = touched_stop(w, i)
    while row >= 0:
        unlink_last(w, row)
        _release(w, row)
        row = touched_stop(w, i)


@kernel("void(World, int64)")
def release_stop(w: Any, row: int) -> None:
    """Turn waiting stop ``row``, whose trigger is removed, into a market order; ``w.reject`` says what became of it."""
    i = i8(position(w, order(w, row).position).instrument)
    code = _release(w, row)
    release_touched(w, i)
    w.reject = code


@kernel("int64(World, int64)")
def submit(w: Any, row: int) -> int:
    """Carry message ``row`` out at its venue and return its Reject, which also stands in ``w.reject``.

    Any command but TRANSFER. SELF_TRADE says that the order may have traded before its rest was dropped; after every other
    refusal it has not. Stops that are released meanwhile report to their own senders only.
    """
    m = message(w, row)
    i = i8(position(w, m.position).instrument)
    code = _carry_out(w, row)
    _report(w, m.agent, code)
    release_touched(w, i)
    w.reject = code
    return code
