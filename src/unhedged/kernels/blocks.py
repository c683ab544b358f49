"""Orders of blocks: a part of each position of an account, block by block, at a limit that worsens with the shortfall.

A block is the time between two mark updates. The first position of a block is drawn at random. An account that owns less than
nothing is deleveraged instead, without a ranking. Three limits end an account's block early: on the notional of its orders, on
what the fund loses by them, and on the orders, or deleveragings, of the whole venue. Who found the venue's orders used up is
first in the next block, before those who had theirs: sources say how many there may be, not who is left out.
"""

from typing import Any

from unhedged.kernels.accounts import equity, maintenance, maintenance_of, notional_of, value_of
from unhedged.kernels.casework import go_on, mul_div_floor, worst_position
from unhedged.kernels.compiled import kernel, minus, plus, rule
from unhedged.kernels.funds import draw_below
from unhedged.kernels.ladders import send_above_bankruptcy
from unhedged.kernels.orders import cancel_all
from unhedged.kernels.rounds import leaves_rounds, limit_after, wait_for_mark
from unhedged.kernels.solvency import solvent_milli
from unhedged.kernels.tables import account, case, position, venue
from unhedged.kernels.takeover import adl_milli
from unhedged.rules import dydx, liquidation_size
from unhedged.vocab.enums import CasePhase

_REDUCE = int(CasePhase.REDUCE)
_ADL_RANK = int(CasePhase.ADL_RANK)
_SETTLE = int(CasePhase.SETTLE)

_part_qty = rule(liquidation_size.part_qty)
_block_notional = rule(liquidation_size.block_notional)
_fillable_quote = rule(dydx.fillable_quote_dydx)


@kernel("int64(World, int64)")
def drawn_position(w: Any, c: int) -> int:
    """Return the next open position of case ``c`` in this block, from a random slot round; -1 when all had their turn.

    ``case.passed`` counts the slots passed, ``case.begin`` is the slot of the start, drawn as the block begins.
    """
    row = case(w, c)
    own = account(w, row.account)
    if row.passed == 0:
        row.begin = draw_below(w, row.venue, own.positions)
        row.used = 0
        row.lost = 0
    while row.passed < own.positions:
        p = own.first_position + (row.begin + row.passed) % own.positions
        row.passed += 1
        if position(w, p).pos != 0:
            return int(p)
    return -1


@kernel("int64(World, int64, int64, int64)")
def share_milli(w: Any, p: int, own: int, needed: int) -> int:
    """Return the bankruptcy price of position ``p`` when each carries equity by its share of maintenance, milli-ticks >= 0."""
    return solvent_milli(w, p, mul_div_floor(maintenance_of(w, p), own, needed))


@kernel("void(World, int64)")
def begin_block(w: Any, v: int) -> None:
    """Count anew when the first order of a block of venue ``v`` is to be sent."""
    here = venue(w, v)
    block = w.now // max(1, here.mark_interval)
    if here.block != block:
        here.block = block
        here.block_used = 0
        here.block_closed = 0


@kernel("boolean(World, int64)")
def may_send(w: Any, v: int) -> bool:
    """Count one more order of venue ``v`` in this block; return False, nothing counted, where it may send none."""
    begin_block(w, v)
    here = venue(w, v)
    if here.block_orders > 0 and here.block_used >= here.block_orders:
        return False
    here.block_used += 1
    return True


@kernel("boolean(World, int64)")
def may_deleverage(w: Any, v: int) -> bool:
    """Count one more deleveraging of venue ``v`` in this block; return False, nothing counted, where it may begin none."""
    begin_block(w, v)
    here = venue(w, v)
    if here.block_adl > 0 and here.block_closed >= here.block_adl:
        return False
    here.block_closed += 1
    return True


@kernel("void(World, int64)")
def reduce_in_blocks(w: Any, c: int) -> None:
    """Send one order for a part of the next position at the fillable price, or deleverage an account without equity.

    A bankrupt account whose positions find no winner keeps them until the next block; one without positions is settled.
    """
    row = case(w, c)
    a = int(row.account)
    if leaves_rounds(w, c):
        return
    if worst_position(w, a) < 0:
        go_on(w, c, _SETTLE)
        return
    p = drawn_position(w, c)
    if p < 0:
        wait_for_mark(w, c)
    elif equity(w, a) < 0 and venue(w, row.venue).adl_on != 0:
        offset_position(w, c, p)
    else:
        order_part(w, c, p)


@kernel("void(World, int64, int64)")
def offset_position(w: Any, c: int, p: int) -> None:
    """Begin to find winners for all of position ``p`` of a bankrupt account, or wait for the next block."""
    row = case(w, c)
    if not may_deleverage(w, row.venue):
        wait_for_mark(w, c)
        return
    cancel_all(
        w, row.account, position(w, p).instrument
    )  # or it could grow while winners are found
    own, needed = equity(w, row.account), max(1, maintenance(w, row.account))
    row.position = p
    row.bankruptcy_milli = share_milli(w, p, own, needed)
    row.px_milli = adl_milli(w, p, row.bankruptcy_milli)
    row.left = abs(position(w, p).pos)
    row.keep = row.left
    go_on(w, c, _ADL_RANK)


@kernel("void(World, int64, int64)")
def order_part(w: Any, c: int, p: int) -> None:
    """Send one order for a part of position ``p`` at the fillable price as far as the block's limits go, or wait for the next."""
    row = case(w, c)
    a = int(row.account)
    here = venue(w, row.venue)
    notional = notional_of(w, p)
    most = _block_notional(
        notional, here.least_notional, here.portion_ppb, here.block_notional, row.used
    )
    if most <= 0 or (here.block_lost > 0 and row.lost >= here.block_lost):
        go_on(w, c, _REDUCE)
        return
    if not may_send(w, row.venue):
        wait_for_mark(w, c)
        return
    o = position(w, p)
    value = value_of(w, p)
    own, needed = equity(w, a), max(1, maintenance(w, a))
    quote = _fillable_quote(
        value, own, needed, maintenance_of(w, p), here.shortfall_ppb, here.spread_ppb
    )
    loss = max(0, minus(value, quote))
    if o.pos < 0 and here.limit_below != 0:
        loss = -loss
    limit_px = limit_after(w, p, loss)
    row.used = plus(row.used, min(most, notional))
    cancel_all(w, a, o.instrument)  # or it would trade with itself
    if limit_px >= 1:
        send_above_bankruptcy(w, c, p, _part_qty(o.pos, notional, most), limit_px)
    go_on(w, c, _REDUCE)
