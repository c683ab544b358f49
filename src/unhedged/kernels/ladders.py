"""Orders of a liquidation into the book: what they charge, and the steps that send them at bankruptcy price.

One IOC per position at its bankruptcy price, no larger than what brings the account back to maintenance in a lower tier; the
account is evaluated again after each. Or orders on all legs at once, again after a pause, and only then evaluated. The steps of
`drops` and `rounds` send theirs from here too.
"""

from typing import Any

from unhedged.kernels.accounts import (
    bar_of,
    equity,
    maintenance,
    maintenance_at,
    maintenance_of,
    notional_of,
    tier_for,
    worth_at,
)
from unhedged.kernels.book import mid_milli, take
from unhedged.kernels.casework import (
    NO_LIMIT_PX,
    average_milli,
    bankruptcy_of,
    free_case,
    go_on,
    keep_forced,
    mul_div_floor,
    next_step,
    untried_position,
)
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import kernel, minus, plus, rule
from unhedged.kernels.feed import note_quote
from unhedged.kernels.funds import book_to_fund
from unhedged.kernels.genealogy import note_push
from unhedged.kernels.halts import count_closed, lots_allowed
from unhedged.kernels.ledger import pay
from unhedged.kernels.solvency import flat_den, flat_milli, pays_to_close
from unhedged.kernels.standing import note_change
from unhedged.kernels.tables import account, case, instrument, position, tier, venue
from unhedged.kernels.triggers import place_account
from unhedged.rules import dydx, fees, insurance, liquidation, liquidation_size
from unhedged.vocab.enums import (
    AccountStatus,
    CasePhase,
    EntryReason,
    EventKind,
    FillCause,
    Side,
    TierForm,
)

_LIQUIDATION = int(FillCause.LIQUIDATION)
_LIQUIDATION_FEE = int(EntryReason.LIQUIDATION_FEE)
_FUND_DRAW = int(EntryReason.FUND_DRAW)
_REDUCE = int(CasePhase.REDUCE)
_COOLDOWN = int(CasePhase.COOLDOWN)
_LIVE = int(AccountStatus.LIVE)
_CASE = int(EventKind.CASE)
_SIZE = int(TierForm.SIZE)

_fee = rule(fees.fee)
_is_liquidatable = rule(liquidation.is_liquidatable)
_bankruptcy_px = rule(liquidation.bankruptcy_px)
_reduce_to_tier_qty = rule(liquidation_size.reduce_to_tier_qty)
_reduce_to_size_qty = rule(liquidation_size.reduce_to_size_qty)
_restoring_qty = rule(liquidation_size.restoring_qty)
_bankruptcy_quote = rule(dydx.bankruptcy_quote_dydx)
_fund_delta = rule(insurance.fund_delta_dydx)


@kernel("boolean(World, int64)")
def is_safe(w: Any, a: int) -> bool:
    """Return whether account ``a`` has its maintenance margin; at some venues it needs an atom more."""
    return not _is_liquidatable(equity(w, a), bar_of(w, a, maintenance(w, a)))


@kernel("void(World, int64)")
def release(w: Any, c: int) -> None:
    """End case ``c`` of an account that is safe again: it trades on, and its liquidation triggers are placed anew."""
    a = int(case(w, c).account)
    account(w, a).status = _LIVE
    note_change(w, a)
    free_case(w, c)
    place_account(w, a)


@kernel("int64(World, int64, int64)")
def lots_above(w: Any, p: int, row: int) -> int:
    """Return the fewest lots of position ``p`` to close so that the rest lies below the floor of tier ``row``."""
    o = position(w, p)
    n = instrument(w, o.instrument)
    floor = tier(w, row).floor
    if n.tier_form == _SIZE:
        return abs(o.pos) if floor <= 0 else _reduce_to_size_qty(o.pos, floor - 1)
    i = int(o.instrument)
    return _reduce_to_tier_qty(o.pos, flat_milli(w, i), floor, n.num, flat_den(w, i))


@kernel("int64(World, int64)")
def smallest_reduction(w: Any, p: int) -> int:
    """Return the fewest lots of position ``p`` whose close at mark restores the account in a lower tier.

    Lower tiers are tried from the nearest: the rest must lie in the tier and satisfy its margin, liquidation fee paid.
    A position in the lowest tier, or one that no tier saves, is closed whole.
    """
    o = position(w, p)
    i = int(o.instrument)
    n = instrument(w, i)
    den = flat_den(w, i)
    here = venue(w, n.venue)
    fee_ppb = here.liquidation_fee_ppb
    free = minus(equity(w, o.account), minus(maintenance(w, o.account), maintenance_of(w, p)))
    free = minus(free, here.inclusive)
    row = tier_for(w, i, o.pos, notional_of(w, p))
    while row > n.first_tier:
        lower = tier(w, row - 1)
        qty = max(
            lots_above(w, p, row),
            _restoring_qty(
                o.pos, free, flat_milli(w, i), lower.mm_ppb, lower.deduct, fee_ppb, n.num, den
            ),
        )
        lots = minus(abs(o.pos), qty)
        rest = abs(worth_at(w, i, lots, n.mark_milli))
        paid = _fee(abs(worth_at(w, i, qty, n.mark_milli)), fee_ppb)
        if qty < abs(o.pos) and minus(free, paid) >= maintenance_at(w, i, lots, rest):
            return qty
        row -= 1
    return abs(o.pos)


@kernel("int64(World, int64)")
def bankruptcy_limit(w: Any, p: int) -> int:
    """Return the limit of an order that closes position ``p`` at bankruptcy or better, ticks; below 1 there is none."""
    pos = position(w, p).pos
    limit_px = min(_bankruptcy_px(pos, bankruptcy_of(w, p)), NO_LIMIT_PX)
    return max(1, limit_px) if pos > 0 else limit_px


@kernel("int64(World, int64, int64, int64, int64)")
def trade_out(w: Any, c: int, p: int, qty: int, limit_px: int) -> int:
    """Send an IOC of the venue that shrinks position ``p``. Return lots filled, their amount in ``case.traded``.

    It has no more lots than the venue's limit on liquidations leaves, none while the book is halted.
    """
    o = position(w, p)
    n = instrument(w, o.instrument)
    side = Side.SELL if o.pos > 0 else Side.BUY
    traded = n.turnover
    before = mid_milli(w, o.instrument)
    most = lots_allowed(w, p, qty)
    filled = most - take(w, o.instrument, side, limit_px, most, p, _LIQUIDATION)
    if filled > 0:
        if venue(w, n.venue).throttle != 0:
            cut = 1 if filled == most and most < qty else 0
            count_closed(w, c, o.instrument, filled, cut)
        note_push(w, o.instrument, case(w, c).number, before)
        note_quote(w, o.instrument)
        case(w, c).traded = minus(n.turnover, traded)
        o.forced_qty = plus(o.forced_qty, filled)
        n.forced_qty = plus(n.forced_qty, filled)
    return filled


@kernel("void(World, int64, int64, int64)")
def keep_order(w: Any, c: int, p: int, change: int) -> None:
    """Keep the row of a liquidation order that changed position ``p`` by ``change`` lots, after its fee."""
    px = average_milli(w, position(w, p).instrument, case(w, c).traded, abs(change))
    case(w, c).phase = _REDUCE
    keep_forced(w, c, p, -1, change, px)


@kernel("int64(World, int64, int64, int64, int64)")
def send_order(w: Any, c: int, p: int, qty: int, limit_px: int) -> int:
    """Send an IOC of the venue that shrinks position ``p``, charge the liquidation fee, keep the row. Return lots filled.

    The fee is charged on the amount filled alone and never exceeds what the account still owns at mark, so it does not
    deepen a bankruptcy. It goes to the fund.
    """
    o = position(w, p)
    long = o.pos > 0
    filled = trade_out(w, c, p, qty, limit_px)
    if filled == 0:
        return 0
    here = venue(w, instrument(w, o.instrument).venue)
    due = min(_fee(case(w, c).traded, here.liquidation_fee_ppb), max(0, equity(w, o.account)))
    book_to_fund(w, o.instrument, due)
    pay(w, o.account, here.fund, due, _LIQUIDATION_FEE)
    keep_order(w, c, p, -filled if long else filled)
    return filled


@kernel("int64(World, int64, int64, int64, int64)")
def send_above_bankruptcy(w: Any, c: int, p: int, qty: int, limit_px: int) -> int:
    """Send an IOC whose fee is what it brings above the account's bankruptcy price, at most the venue's share of the amount.

    Bankruptcy price: each position carries the account's equity by its share of maintenance. What a fill brings less is paid
    by the fund as long as it owns something, up to the block's limit. The row is kept. Return lots filled.
    """
    o = position(w, p)
    a = int(o.account)
    here = venue(w, account(w, a).venue)
    own, needed, held = equity(w, a), max(1, maintenance(w, a)), maintenance_of(w, p)
    pos = o.pos
    pays = pays_to_close(w, p)
    filled = trade_out(w, c, p, qty, limit_px)
    if filled == 0:
        return 0
    n = instrument(w, o.instrument)
    amount = case(w, c).traded
    change = -filled if pos > 0 else filled
    margin = mul_div_floor(held, filled, abs(pos))
    fair = _bankruptcy_quote(worth_at(w, o.instrument, change, n.mark_milli), own, margin, needed)
    delta = _fund_delta(-amount if pays else amount, fair, amount, here.fee_cap_ppb)
    if delta < 0:
        most = max(0, equity(w, here.fund))
        if here.block_lost > 0:
            most = min(most, minus(here.block_lost, case(w, c).lost))
        delta = -min(-delta, most)
        case(w, c).lost = minus(case(w, c).lost, delta)
    book_to_fund(w, o.instrument, delta)
    pay(w, a, here.fund, delta, _LIQUIDATION_FEE if delta > 0 else _FUND_DRAW)
    keep_order(w, c, p, change)
    return filled


@kernel("void(World, int64)")
def reduce_to_bankruptcy(w: Any, c: int) -> None:
    """Send one IOC at bankruptcy for the next position, or go on with the next step when all were tried."""
    if is_safe(w, case(w, c).account):
        release(w, c)
        return
    p = untried_position(w, c)
    if p < 0:
        next_step(w, c)
        return
    limit_px = bankruptcy_limit(w, p)
    if limit_px >= 1:
        send_order(w, c, p, smallest_reduction(w, p), limit_px)
    go_on(w, c, _REDUCE)


@kernel("void(World, int64)")
def order_all_legs(w: Any, c: int) -> None:
    """Send the next of the orders on all legs, at bankruptcy; after the last, pause, and after the pause once more.

    Margin is checked before the first leg and after the last, not between them.
    """
    row = case(w, c)
    begins = row.left == 0 and row.winner == 0
    if begins and is_safe(w, row.account):
        release(w, c)
        return
    if begins and row.used == 2:
        next_step(w, c)
        return
    p = untried_position(w, c)
    if p >= 0:
        limit_px = bankruptcy_limit(w, p)
        if limit_px >= 1:
            send_order(w, c, p, smallest_reduction(w, p), limit_px)
        go_on(w, c, _REDUCE)
        return
    row.left = 0
    row.winner = 0
    row.used += 1
    row.phase = _COOLDOWN
    pause = venue(w, row.venue).leg_pause if row.used == 1 and not is_safe(w, row.account) else 0
    schedule(w, w.now + pause, _CASE, c)
