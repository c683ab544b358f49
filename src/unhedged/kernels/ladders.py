"""The first steps of a liquidation: orders of the venue into the book, on each venue's ladder.

Binance: one IOC per position at its bankruptcy price, no larger than what brings the account back to maintenance in a lower
tier. Hyperliquid: a market order for a slice of a large position, for all of a small one or inside the cooldown; nothing
more once equity is below the backstop share. The account is evaluated again after each order.
"""

from typing import Any

from unhedged.kernels.accounts import (
    equity,
    find_tier,
    maintenance,
    maintenance_at,
    maintenance_of,
    notional_of,
    worth_at,
)
from unhedged.kernels.book import take
from unhedged.kernels.casework import (
    NO_LIMIT_PX,
    average_milli,
    band_limit,
    bankruptcy_of,
    free_case,
    go_on,
    keep_forced,
    untried_position,
)
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import kernel, minus, plus, rule
from unhedged.kernels.feed import note_quote
from unhedged.kernels.ledger import pay
from unhedged.kernels.tables import account, case, instrument, position, tier, venue
from unhedged.kernels.triggers import place_account
from unhedged.rules import fees, liquidation
from unhedged.vocab.enums import AccountStatus, CasePhase, EntryReason, EventKind, FillCause, Side

_LIQUIDATION = int(FillCause.LIQUIDATION)
_LIQUIDATION_FEE = int(EntryReason.LIQUIDATION_FEE)
_REDUCE = int(CasePhase.REDUCE)
_COOLDOWN = int(CasePhase.COOLDOWN)
_TAKEOVER = int(CasePhase.TAKEOVER)
_LIVE = int(AccountStatus.LIVE)
_CASE = int(EventKind.CASE)

_fee = rule(fees.fee)
_is_liquidatable = rule(liquidation.is_liquidatable)
_is_backstop = rule(liquidation.is_backstop)
_bankruptcy_px = rule(liquidation.bankruptcy_px)
_reduce_to_tier_qty = rule(liquidation.reduce_to_tier_qty)
_restoring_qty = rule(liquidation.restoring_qty)
_slice_or_all_qty = rule(liquidation.slice_or_all_qty)


@kernel("boolean(World, int64)")
def is_safe(w: Any, a: int) -> bool:
    """Return whether account ``a`` has at least its maintenance margin."""
    return not _is_liquidatable(equity(w, a), maintenance(w, a))


@kernel("void(World, int64)")
def release(w: Any, c: int) -> None:
    """End case ``c`` of an account that is safe again: it trades on, and its liquidation triggers are placed anew."""
    a = int(case(w, c).account)
    account(w, a).status = _LIVE
    free_case(w, c)
    place_account(w, a)


@kernel("int64(World, int64)")
def smallest_reduction(w: Any, p: int) -> int:
    """Return the fewest lots of position ``p`` whose close at mark restores the account in a lower tier.

    Lower tiers are tried from the nearest: the rest must lie in the tier and satisfy its margin, liquidation fee paid.
    A position in the lowest tier, or one that no tier saves, is closed whole.
    """
    o = position(w, p)
    n = instrument(w, o.instrument)
    fee_ppb = venue(w, n.venue).liquidation_fee_ppb
    free = minus(equity(w, o.account), minus(maintenance(w, o.account), maintenance_of(w, p)))
    row = find_tier(w, o.instrument, notional_of(w, p))
    while row > n.first_tier:
        lower = tier(w, row - 1)
        qty = max(
            _reduce_to_tier_qty(o.pos, n.mark_milli, tier(w, row).floor, n.num, n.den),
            _restoring_qty(
                o.pos, free, n.mark_milli, lower.mm_ppb, lower.deduct, fee_ppb, n.num, n.den
            ),
        )
        rest = abs(worth_at(w, o.instrument, abs(o.pos) - qty, n.mark_milli))
        paid = _fee(abs(worth_at(w, o.instrument, qty, n.mark_milli)), fee_ppb)
        if qty < abs(o.pos) and minus(free, paid) >= maintenance_at(w, o.instrument, rest):
            return qty
        row -= 1
    return abs(o.pos)


@kernel("int64(World, int64, int64, int64, int64)")
def send_order(w: Any, c: int, p: int, qty: int, limit_px: int) -> int:
    """Send an IOC of the venue that shrinks position ``p``, charge the liquidation fee, keep the row. Return lots filled.

    The fee is charged on the amount filled alone and never exceeds what the account still owns at mark, so it does not
    deepen a bankruptcy. It goes to the fund.
    """
    o = position(w, p)
    n = instrument(w, o.instrument)
    here = venue(w, n.venue)
    side = Side.SELL if o.pos > 0 else Side.BUY
    traded = n.turnover
    filled = qty - take(w, o.instrument, side, limit_px, qty, p, _LIQUIDATION)
    if filled == 0:
        return 0
    note_quote(w, o.instrument)
    amount = minus(n.turnover, traded)
    o.forced_qty = plus(o.forced_qty, filled)
    n.forced_qty = plus(n.forced_qty, filled)
    due = min(_fee(amount, here.liquidation_fee_ppb), max(0, equity(w, o.account)))
    pay(w, o.account, here.fund, due, _LIQUIDATION_FEE)
    change = -filled if side == Side.SELL else filled
    keep_forced(w, c, p, -1, change, average_milli(w, o.instrument, amount, filled))
    return filled


@kernel("void(World, int64)")
def reduce_to_bankruptcy(w: Any, c: int) -> None:
    """Take one step of Binance's ladder: one IOC at bankruptcy for the next position, or on to the takeover."""
    row = case(w, c)
    if is_safe(w, row.account):
        release(w, c)
        return
    p = untried_position(w, c)
    if p < 0:
        go_on(w, c, _TAKEOVER)
        return
    o = position(w, p)
    row.bankruptcy_milli = bankruptcy_of(w, p)
    limit_px = min(_bankruptcy_px(o.pos, row.bankruptcy_milli), NO_LIMIT_PX)
    if o.pos > 0:
        limit_px = max(1, limit_px)
    if limit_px >= 1:
        send_order(w, c, p, smallest_reduction(w, p), limit_px)
    go_on(w, c, _REDUCE)


@kernel("boolean(World, int64)")
def end_round(w: Any, c: int) -> bool:
    """End a round of market orders. Return whether one was partial, which starts the account's cooldown."""
    row = case(w, c)
    partial = row.winners != 0
    if partial:
        account(w, row.account).cooldown_until = w.now + venue(w, row.venue).cooldown
    row.winner = 0
    row.winners = 0
    row.left = 0
    return partial


@kernel("int64(World, int64)")
def next_takeover(w: Any, v: int) -> int:
    """Return when venue ``v`` next takes positions over: now without ticks, else the next multiple of the interval, ns."""
    interval = venue(w, v).takeover_interval
    if interval <= 0:
        return w.now
    return (w.now // interval + 1) * interval


@kernel("void(World, int64)")
def reduce_at_market(w: Any, c: int) -> None:
    """Take one step of Hyperliquid's ladder: one market order for the next position, or wait, or on to the takeover.

    After a round that left the account short the next one follows at the next mark update.
    """
    row = case(w, c)
    a = int(row.account)
    here = venue(w, row.venue)
    row.phase = _REDUCE
    own = equity(w, a)
    needed = maintenance(w, a)
    if not _is_liquidatable(own, needed):
        end_round(w, c)
        release(w, c)
        return
    if _is_backstop(own, needed, here.backstop_ppb):
        end_round(w, c)
        row.phase = _TAKEOVER
        schedule(w, next_takeover(w, row.venue), _CASE, c)
        return
    p = untried_position(w, c)
    if p < 0:
        row.phase = _COOLDOWN if end_round(w, c) else _REDUCE
        schedule(w, w.now + max(1, here.mark_interval), _CASE, c)
        return
    o = position(w, p)
    cooling = 1 if w.now < account(w, a).cooldown_until else 0
    qty = _slice_or_all_qty(o.pos, notional_of(w, p), here.slice_above, here.slice_ppb, cooling)
    side = Side.SELL if o.pos > 0 else Side.BUY
    partial = qty < abs(o.pos)
    if send_order(w, c, p, qty, band_limit(w, o.instrument, side)) > 0 and partial:
        row.winners = 1
    go_on(w, c, _REDUCE)
