"""What a trade does to the two who trade: one amount of money one way, the lots the other way, nothing else.

    taker ─ position ─ account             buyer pays floor(px * qty * num / den), both sides post the same integer
    maker ─ position ─ account             an inverse contract's seller pays coin: the amount is negative

Holds are a spot buyer's own cash, set aside for its working orders; they are no payment and touch no other account.
"""

from typing import Any

import numpy as np

from unhedged.kernels.accounts import mark_dirty, worth_at
from unhedged.kernels.compiled import helper, i8, kernel, minus, plus, rule, times, u8
from unhedged.kernels.ledger import keep_row, pay
from unhedged.kernels.standing import note_change
from unhedged.kernels.tables import account, agent, fill, instrument, order, position, total, venue
from unhedged.rules import fees, pnl
from unhedged.vocab.enums import EntryReason, InstrumentKind, Side

_BUY = int(Side.BUY)
_SPOT = int(InstrumentKind.SPOT)
_INVERSE = int(InstrumentKind.INVERSE)
_TRADING_FEE = int(EntryReason.TRADING_FEE)

_amount = rule(pnl.amount)
_inverse_amount = rule(pnl.inverse_amount)
_cost_after = rule(pnl.cost_after)
_fee = rule(fees.fee)

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STRIDE = np.uint64(0xD1342543DE82EF95)
_HALF = np.uint64(32)
_PRIME = np.uint64(1_099_511_628_211)


@helper("void(World, int64, int64, int64)")
def note(w: Any, what: int, who: int, qty: int) -> None:
    """Mix an event of the book into its rolling hash: one step of FNV-1a over the event's three numbers."""
    event = u8(what) + u8(who) * _SPREAD + u8(qty) * _STRIDE
    w.state_hash = (w.state_hash ^ (event >> _HALF) ^ event) * _PRIME


@helper("int64(World, int64, int64, int64)")
def fill_amount(w: Any, i: int, px: int, qty: int) -> int:
    """Return what the buyer of ``qty`` lots of instrument ``i`` at ``px`` ticks pays, atoms; negative: receives."""
    n = instrument(w, i)
    if n.kind == _INVERSE:
        times(qty, n.num)
        return -_inverse_amount(px, qty, n.num, n.den)
    if n.den == 1:
        return times(times(qty, n.num), px)
    times(qty, n.num)  # the rule multiplies plainly; this traps in the checked build
    return _amount(px, qty, n.num, n.den)


@kernel("int64(World, int64, int64, int64)")
def hold_for(w: Any, i: int, px: int, qty: int) -> int:
    """Return the cash a working buy of ``qty`` lots at ``px`` sets aside: its amount and the higher fee, atoms.

    Each fill rounds its own fee up, so an order filled in ``n`` parts may cost up to ``n - 1`` atoms more.
    """
    v = venue(w, instrument(w, i).venue)
    amount = fill_amount(w, i, px, qty)
    return plus(amount, _fee(amount, max(0, v.maker_fee_ppb, v.taker_fee_ppb)))


@kernel("void(World, int64, int64, int64)")
def _change_hold(w: Any, row: int, before: int, after: int) -> None:
    # The difference of two totals: over an order's life the changes sum to zero, whatever each rounds.
    o = order(w, row)
    i = i8(position(w, o.position).instrument)
    own = account(w, position(w, o.position).account)
    change = minus(hold_for(w, i, o.px, after), hold_for(w, i, o.px, before))
    own.held = plus(own.held, change)


@helper("void(World, int64, int64)")
def change_open(w: Any, row: int, change: int) -> None:
    """Let the working lots of order ``row`` grow by ``change``: open lots of its position, and a spot buyer's hold.

    Call it before ``order.qty`` changes; of a new order ``qty`` is 0 then.
    """
    o = order(w, row)
    p = position(w, o.position)
    if o.side == _BUY:
        p.open_buy = plus(p.open_buy, change)
        if instrument(w, p.instrument).kind == _SPOT:
            _change_hold(w, row, o.qty, o.qty + change)
    else:
        p.open_sell = plus(p.open_sell, change)


@kernel("void(World, int64, int64, int64, int64, int64)")
def exchange(w: Any, i: int, amount: int, qty: int, buyer: int, seller: int) -> None:
    """Move ``qty`` lots of instrument ``i`` from one position to another and the money the other way.

    Parameters
    ----------
    amount : int
        Atoms the buyer pays, already rounded by the caller; negative when the seller pays.
    qty : int
        Lots, > 0.
    buyer, seller : int
        Position slots of instrument ``i``. A trade with oneself changes nothing.

    Notes
    -----
    The only place where positions change. Entry costs follow, open interest too (a spot instrument has none), and both
    accounts are evaluated at the next mark update of their venue.
    """
    bought = position(w, buyer)
    sold = position(w, seller)
    if buyer == seller:
        return
    payer = account(w, bought.account)
    receiver = account(w, sold.account)
    payer.cash = minus(payer.cash, amount)
    receiver.cash = plus(receiver.cash, amount)
    note_change(w, bought.account)
    note_change(w, sold.account)
    n = instrument(w, i)
    long_before = max(0, bought.pos) + max(0, sold.pos)
    bought.cost = _cost_after(bought.pos, bought.cost, qty, amount)
    sold.cost = _cost_after(sold.pos, sold.cost, -qty, amount)
    bought.pos = plus(bought.pos, qty)
    sold.pos = minus(sold.pos, qty)
    if n.kind != _SPOT:
        n.open_interest += max(0, bought.pos) + max(0, sold.pos) - long_before
        mark_dirty(w, bought.account)
        mark_dirty(w, sold.account)


@kernel("void(World, int64, int64, int64)")
def deliver(w: Any, source: int, target: int, reason: int) -> None:
    """Move all lots of position ``source`` of a spot instrument to position ``target``, without payment; keep the row."""
    o = position(w, source)
    lots = i8(o.pos)
    if lots <= 0:
        return
    exchange(w, o.instrument, 0, lots, target, source)
    keep_row(w, o.account, position(w, target).account, lots, w.settlements + o.instrument, reason)


@kernel("void(World, int64, int64, int64, int64, int64)")
def _keep_fill(w: Any, row: int, taker: int, px: int, qty: int, cause: int) -> None:
    o = order(w, row)
    f = fill(w, w.fills_kept)
    f.t = w.now
    f.px = px
    f.qty = qty
    f.instrument = position(w, taker).instrument
    f.maker = o.position
    f.taker = taker
    f.side = 1 - o.side
    f.maker_cause = o.cause
    f.taker_cause = cause
    w.fills_kept += 1


@helper("void(World, int64, int64, int64)")
def _charge(w: Any, a: int, amount: int, ppb: int) -> None:
    if ppb != 0:
        pay(w, a, venue(w, account(w, a).venue).fees, _fee(abs(amount), ppb), _TRADING_FEE)


@helper("void(World, int64)")
def _count_fill(w: Any, a: int) -> None:
    who = account(w, a).agent
    if who >= 0:
        agent(w, who).fills += 1


@helper("void(World, int64, int64, int64)")
def _share_spread(w: Any, makers: int, takers: int, gained: int) -> None:
    # What the taker gained against the mid it met, mostly below zero, the maker lost.
    total(w, makers).made = minus(total(w, makers).made, gained)
    who = account(w, takers).agent
    if who >= 0 and agent(w, who).struck != 0:
        total(w, takers).after = plus(total(w, takers).after, gained)
    else:
        total(w, takers).crossed = plus(total(w, takers).crossed, gained)


@helper("void(World, int64, int64, int64, int64, int64, int64)")
def settle_fill(w: Any, row: int, taker: int, px: int, qty: int, side: int, cause: int) -> None:
    """Settle a trade of ``qty`` lots at ``px`` ticks between resting order ``row`` and position ``taker``.

    Positions, cash, fees, the maker's open lots and hold, volume and last price; its queue is the caller's. Call it while
    ``order.qty`` still holds the lots before the trade. ``side`` and ``cause`` are the taker's.
    """
    o = order(w, row)
    maker = i8(o.position)
    i = i8(position(w, maker).instrument)
    n = instrument(w, i)
    amount = fill_amount(w, i, px, qty)
    change_open(w, row, -qty)
    buyer, seller = (taker, maker) if side == _BUY else (maker, taker)
    exchange(w, i, amount, qty, buyer, seller)
    v = venue(w, n.venue)
    makers, takers = i8(position(w, maker).account), i8(position(w, taker).account)
    _charge(w, makers, amount, v.maker_fee_ppb)
    _charge(w, takers, amount, v.taker_fee_ppb)
    n.last_px = px
    n.low_px = min(n.low_px, px)
    n.high_px = max(n.high_px, px)
    n.volume = plus(n.volume, qty)
    n.turnover = plus(n.turnover, abs(amount))
    w.trades += 1
    note(w, (px << 1) | side, (taker << 32) | maker, qty)
    _count_fill(w, makers)
    _count_fill(w, takers)
    gained = minus(worth_at(w, i, qty, w.mid_met), amount) if w.mid_met > 0 else 0
    _share_spread(w, makers, takers, gained if side == _BUY else -gained)
    if w.keep_fills != 0 or account(w, makers).keep != 0 or account(w, takers).keep != 0:
        _keep_fill(w, row, taker, px, qty, cause)
