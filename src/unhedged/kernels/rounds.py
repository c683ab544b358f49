"""Steps that work an account off in rounds: one order per position, then a wait for the next mark, block or second.

Each step first looks whether the account is safe, or has crossed the line of the takeover that follows. Slices: a market order
for a share of a large position, for all of a small one or inside the cooldown. Zero price: all of a position, no worse than leaves
the margin ratio as it is. Increments: one small order a second. Orders of blocks are in `blocks`.
"""

from typing import Any

from unhedged.kernels.accounts import (
    bar_of,
    close_out,
    equity,
    maintenance,
    maintenance_of,
    net_value,
    nets,
    notional_of,
)
from unhedged.kernels.casework import (
    NO_LIMIT_PX,
    band_limit,
    go_on,
    next_step,
    untried_position,
    worst_position,
)
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import i8, kernel, rule
from unhedged.kernels.ladders import release, send_above_bankruptcy, send_order
from unhedged.kernels.solvency import solvent_milli
from unhedged.kernels.tables import account, case, instrument, position, venue
from unhedged.rules import liquidation, liquidation_size
from unhedged.vocab.enums import CasePhase, EventKind, LiquidationStep, Side

_REDUCE = int(CasePhase.REDUCE)
_COOLDOWN = int(CasePhase.COOLDOWN)
_CASE = int(EventKind.CASE)
_BACKSTOP = int(LiquidationStep.BACKSTOP_TAKEOVER)
_CLOSE_OUT = int(LiquidationStep.TAKEOVER_AT_CLOSE_OUT)

_is_liquidatable = rule(liquidation.is_liquidatable)
_is_backstop = rule(liquidation.is_backstop)
_slice_or_all_qty = rule(liquidation_size.slice_or_all_qty)
_part_qty = rule(liquidation_size.part_qty)
_zero_price_loss = rule(liquidation.zero_price_loss)
_bankruptcy_px = rule(liquidation.bankruptcy_px)


@kernel("boolean(World, int64)")
def end_round(w: Any, c: int) -> bool:
    """End a round of orders. Return whether one was partial, which starts the account's cooldown."""
    row = case(w, c)
    partial = row.winners != 0
    if partial:
        account(w, row.account).cooldown_until = w.now + venue(w, row.venue).cooldown
    row.winner = 0
    row.winners = 0
    row.left = 0
    row.used = 0
    row.lost = 0
    row.passed = 0
    return partial


@kernel("void(World, int64)")
def wait_for_mark(w: Any, c: int) -> None:
    """End a round that left the account short; the next one follows at the next mark update."""
    row = case(w, c)
    row.phase = _COOLDOWN if end_round(w, c) else _REDUCE
    schedule(w, w.now + max(1, venue(w, row.venue).mark_interval), _CASE, c)


@kernel("boolean(World, int64)")
def crosses_line(w: Any, c: int) -> bool:
    """Return whether the account of case ``c`` has fallen below the line of the takeover that is its venue's next step."""
    row = case(w, c)
    here = venue(w, row.venue)
    a = int(row.account)
    following = -1 if row.step + 1 >= here.steps else i8(here.step[row.step + 1])
    if following == _BACKSTOP:
        return _is_backstop(equity(w, a), maintenance(w, a), here.backstop_ppb)
    return following == _CLOSE_OUT and _is_liquidatable(equity(w, a), close_out(w, a))


@kernel("boolean(World, int64)")
def leaves_rounds(w: Any, c: int) -> bool:
    """Release a safe account, or go on to the takeover whose line it crossed. Return whether either happened."""
    a = int(case(w, c).account)
    case(w, c).phase = _REDUCE
    if not _is_liquidatable(equity(w, a), bar_of(w, a, maintenance(w, a))):
        end_round(w, c)
        release(w, c)
        return True
    if crosses_line(w, c):
        end_round(w, c)
        next_step(w, c)
        return True
    return False


@kernel("void(World, int64)")
def reduce_by_slices(w: Any, c: int) -> None:
    """Send one market order for the next position: a slice of a large one, all of a small one or inside the cooldown.

    At a venue that waits in the cooldown there is none until it is over.
    """
    if leaves_rounds(w, c):
        return
    row = case(w, c)
    here = venue(w, row.venue)
    cooling = 1 if w.now < account(w, row.account).cooldown_until else 0
    p = -1 if cooling != 0 and here.cooldown_waits != 0 else untried_position(w, c)
    if p < 0:
        wait_for_mark(w, c)
        return
    o = position(w, p)
    qty = _slice_or_all_qty(o.pos, notional_of(w, p), here.slice_above, here.slice_ppb, cooling)
    side = Side.SELL if o.pos > 0 else Side.BUY
    partial = qty < abs(o.pos)
    if send_order(w, c, p, qty, band_limit(w, o.instrument, side)) > 0 and partial:
        row.winners = 1
    go_on(w, c, _REDUCE)


@kernel("int64(World, int64, int64)")
def limit_after(w: Any, p: int, loss: int) -> int:
    """Return the limit at which closing position ``p`` loses at most ``loss`` atoms against mark, ticks; below 1: none."""
    pos = position(w, p).pos
    limit_px = min(_bankruptcy_px(pos, solvent_milli(w, p, loss)), NO_LIMIT_PX)
    return max(1, limit_px) if pos > 0 else limit_px


@kernel("void(World, int64)")
def reduce_at_zero_price(w: Any, c: int) -> None:
    """Send one order for all of the next position, no worse than leaves the account's margin ratio as it is."""
    if leaves_rounds(w, c):
        return
    p = untried_position(w, c)
    if p < 0:
        wait_for_mark(w, c)
        return
    o = position(w, p)
    a = int(o.account)
    loss = _zero_price_loss(maintenance_of(w, p), equity(w, a), max(1, maintenance(w, a)))
    limit_px = limit_after(w, p, loss)
    if limit_px >= 1:
        send_above_bankruptcy(w, c, p, abs(o.pos), limit_px)
    go_on(w, c, _REDUCE)


@kernel("void(World, int64)")
def reduce_by_increments(w: Any, c: int) -> None:
    """Send one small market order for the position with the largest loss; a flat account goes on to the fund.

    Where contracts of one underlying offset each other, it is no larger than their net: the account goes towards neutral.
    """
    if leaves_rounds(w, c):
        return
    row = case(w, c)
    here = venue(w, row.venue)
    p = worst_position(w, row.account)
    if p < 0:
        next_step(w, c)
        return
    o = position(w, p)
    side = Side.SELL if o.pos > 0 else Side.BUY
    most = here.round_size
    if nets(w, row.account):
        net = abs(net_value(w, row.account, instrument(w, o.instrument).asset))
        most = min(most, net) if net != 0 else most
    qty = _part_qty(o.pos, notional_of(w, p), most)
    send_order(w, c, p, qty, band_limit(w, o.instrument, side))
    schedule(w, max(row.resume, w.now + max(1, here.round_interval)), _CASE, c)
