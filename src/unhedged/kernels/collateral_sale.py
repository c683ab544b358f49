"""What becomes of the assets an account posted as collateral when it is liquidated: one asset a step of its case.

    SELL_COLLATERAL ─▶ offer ─▶ offer …       a step of the ladder: until the money alone carries the margin
    flat and owing  ─▶ offer ─▶ offer … ─▶ the fund buys what the book left ─▶ the rest stays, or goes to the fund

BOOK sends an IOC into the asset's own book, down to a share below its collateral price, for what covers the missing money at the
ratio of its first tier: the haircut is the allowance for what a sale costs. FUND hands the lots to the fund at a discount, as
many as cover it; the fund works them off in the book. An asset whose order did not fill is not offered again in the same round.

Sources. Selling at liquidation, and what covers a debit: Binance, multi-assets mode, auto-exchange (BN12, mirrored). Bound,
discount, order and rest are not published: parameters.
"""

from typing import Any

from unhedged.kernels.accounts import bar_of, equity, maintenance
from unhedged.kernels.book import take
from unhedged.kernels.casework import (
    MILLI,
    PPB,
    average_milli,
    band_limit,
    go_on,
    keep_forced,
    mul_div_ceil,
    mul_div_floor,
    next_step,
)
from unhedged.kernels.collateral import (
    balance,
    counted,
    taken,
    tier_of_worth,
    without_assets,
    worth_of_lots,
)
from unhedged.kernels.compiled import helper, i8, kernel, minus, plus, rule
from unhedged.kernels.feed import note_quote
from unhedged.kernels.fills import deliver, exchange
from unhedged.kernels.ladders import is_safe, release
from unhedged.kernels.tables import account, case, collateral, haircut, instrument, position, venue
from unhedged.rules import collateral as rules
from unhedged.rules import liquidation_size
from unhedged.vocab.enums import (
    CasePhase,
    CollateralOrder,
    CollateralSale,
    EntryReason,
    FillCause,
    Side,
)

_LIQUIDATION = int(FillCause.LIQUIDATION)
_FUND_UNWIND = int(FillCause.FUND_UNWIND)
_TAKEOVER_ENTRY = int(EntryReason.TAKEOVER)
_COLLATERAL = int(CasePhase.COLLATERAL)
_REDUCE = int(CasePhase.REDUCE)
_BOOK = int(CollateralSale.BOOK)
_LARGEST = int(CollateralOrder.LARGEST)
_LEAST_HAIRCUT = int(CollateralOrder.LEAST_HAIRCUT)
_SELL = int(Side.SELL)

_collateral_needed = rule(rules.collateral_needed)
_lots_to_cover = rule(rules.lots_to_cover)
_slice_qty = rule(liquidation_size.slice_qty)


@kernel("int64(World, int64)")
def missing(w: Any, a: int) -> int:
    """Return the atoms account ``a`` is short of its maintenance when its assets count for nothing, >= 0."""
    own = without_assets(w, a, equity(w, a))
    return max(0, minus(bar_of(w, a, maintenance(w, a)), own))


@helper("int64(World, int64, int64)")
def _worth(w: Any, a: int, k: int) -> int:
    c = taken(w, a, k)
    return worth_of_lots(w, c, position(w, balance(w, a, k)).pos, collateral(w, c).price_milli)


@helper("int64(World, int64, int64)")
def _rank(w: Any, a: int, k: int) -> int:
    # The asset with the highest rank is sold first, of equal ones the first of the list.
    order = venue(w, account(w, a).venue).collateral_order
    if order == _LARGEST:
        return _worth(w, a, k)
    if order == _LEAST_HAIRCUT:
        return haircut(w, tier_of_worth(w, taken(w, a, k), _worth(w, a, k))).ratio_ppb
    return 0


@kernel("int64(World, int64)")
def next_asset(w: Any, c: int) -> int:
    """Return which asset case ``c`` offers next, counted from 0 in its venue's list; -1 when none is left to offer."""
    row = case(w, c)
    a = int(row.account)
    found = -1
    best = i8(-1)
    for k in range(account(w, a).balances):
        if (row.sold >> k) & 1 == 0 and position(w, balance(w, a, k)).pos > 0:
            rank = _rank(w, a, k)
            if rank > best:
                best = rank
                found = k
    return found


@kernel("void(World, int64, int64)")
def offer(w: Any, c: int, k: int) -> None:
    """Sell as much of the ``k``-th asset of case ``c`` as covers what is missing; one that does not fill is not offered again."""
    row = case(w, c)
    a = int(row.account)
    if venue(w, row.venue).collateral_sale != _BOOK:
        fund_buys(w, c, k)
        row.sold |= 1 << k
        return
    p = balance(w, a, k)
    lots = lots_offered(w, a, k)
    filled = sell_in_book(w, c, p, lots, lowest_px(w, a, k))
    if filled < lots:
        row.sold |= 1 << k


@kernel("int64(World, int64, int64)")
def lots_offered(w: Any, a: int, k: int) -> int:
    """Return the lots of its ``k``-th asset account ``a`` must offer: all where what they count for does not suffice."""
    c = taken(w, a, k)
    x = collateral(w, c)
    held = position(w, balance(w, a, k)).pos
    needed = missing(w, a)
    if counted(w, c, _worth(w, a, k)) <= needed:
        return held
    n = instrument(w, x.book)
    value = _collateral_needed(needed, haircut(w, x.first_haircut).ratio_ppb)
    return min(held, _lots_to_cover(value, x.price_milli, n.num, n.den))


@kernel("int64(World, int64, int64)")
def lowest_px(w: Any, a: int, k: int) -> int:
    """Return the lowest price at which the ``k``-th asset of account ``a`` is offered, ticks, >= 1, rounded up."""
    price = collateral(w, taken(w, a, k)).price_milli
    slip = venue(w, account(w, a).venue).collateral_slip_ppb
    return max(1, -(-mul_div_ceil(price, PPB - slip, PPB) // MILLI))


@kernel("int64(World, int64, int64, int64, int64)")
def sell_in_book(w: Any, c: int, p: int, lots: int, limit_px: int) -> int:
    """Send an IOC for ``lots`` of balance ``p`` of case ``c`` into its book and keep the row. Return lots filled."""
    o = position(w, p)
    i = int(o.instrument)
    n = instrument(w, i)
    traded = n.turnover
    filled = lots - take(w, i, _SELL, limit_px, lots, p, _LIQUIDATION)
    if filled > 0:
        note_quote(w, i)
        o.forced_qty = plus(o.forced_qty, filled)
        n.forced_qty = plus(n.forced_qty, filled)
        case(w, c).phase = _COLLATERAL
        keep_forced(w, c, p, -1, -filled, average_milli(w, i, minus(n.turnover, traded), filled))
    return filled


@kernel("void(World, int64, int64)")
def fund_buys(w: Any, c: int, k: int) -> None:
    """Let the fund buy as much of the ``k``-th asset of case ``c`` as covers what is missing, at the venue's discount."""
    row = case(w, c)
    a = int(row.account)
    here = venue(w, row.venue)
    p = balance(w, a, k)
    o = position(w, p)
    x = taken(w, a, k)
    n = instrument(w, o.instrument)
    price = collateral(w, x).price_milli
    milli = max(1, mul_div_floor(price, PPB - here.collateral_discount_ppb, PPB))
    lots = min(o.pos, _lots_to_cover(missing(w, a), milli, n.num, n.den))
    if lots <= 0:
        return
    amount = worth_of_lots(w, x, lots, milli)
    exchange(w, o.instrument, amount, lots, balance(w, here.fund, k), p)
    o.forced_qty = plus(o.forced_qty, lots)
    row.phase = _COLLATERAL
    keep_forced(w, c, p, here.fund, -lots, milli)


@kernel("void(World, int64, int64)")
def hand_assets(w: Any, a: int, receiver: int) -> None:
    """Deliver everything account ``a`` posted as collateral to ``receiver``, a house of its venue, without payment."""
    for k in range(account(w, a).balances):
        deliver(w, balance(w, a, k), balance(w, receiver, k), _TAKEOVER_ENTRY)


@kernel("void(World, int64)")
def sell_collateral(w: Any, c: int) -> None:
    """Offer the next asset of case ``c``, or go on with the next step when all were offered."""
    if is_safe(w, case(w, c).account):
        case(w, c).sold = 0
        release(w, c)
        return
    k = next_asset(w, c)
    if k < 0:
        case(w, c).sold = 0
        next_step(w, c)
        return
    offer(w, c, k)
    go_on(w, c, _REDUCE)


@kernel("boolean(World, int64, int64)")
def works_off_assets(w: Any, c: int, phase: int) -> bool:
    """Offer another asset of case ``c``, whose account is flat and owes; or end that. Return whether ``phase`` goes on.

    At the end the fund buys what the book left, as far as needed, and takes the rest where that is the venue's rule.
    """
    row = case(w, c)
    a = int(row.account)
    own = account(w, a)
    if own.cash < 0:
        k = next_asset(w, c)
        if k >= 0:
            offer(w, c, k)
            go_on(w, c, phase)
            return True
        for left in range(own.balances):
            fund_buys(w, c, left)
    row.sold = 0
    if venue(w, row.venue).collateral_rest != 0:
        hand_assets(w, a, venue(w, row.venue).fund)
    return False


@kernel("void(World, int64)")
def unwind_assets(w: Any, a: int) -> None:
    """Send one IOC per asset that fund or vault ``a`` holds for the venue's share of it, down to the edge of the price band."""
    own = account(w, a)
    share = venue(w, own.venue).unwind_ppb
    for k in range(own.balances):
        p = balance(w, a, k)
        o = position(w, p)
        if o.pos <= 0:
            continue
        lots = _slice_qty(o.pos, share)
        take(w, o.instrument, _SELL, band_limit(w, o.instrument, _SELL), lots, p, _FUND_UNWIND)
        note_quote(w, o.instrument)
