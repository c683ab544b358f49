"""What a fund has won and lost by each contract, its peaks over a window, and whether it may take a position over.

    venue.peak       highest equity of the fund in each part of the window        written at mark updates and decisions
    instrument.peak  highest profit of the fund from that contract                fund_cash + its position at mark

The window is cut into ``PEAKS`` parts; a peak counts from the part it fell into, so for one part longer at most. Where a mean is
the reference of a rapid drop, the first look into a part is kept instead, and the mean is that of the parts seen: sources say "8 h average",
not how it is sampled. A contract's profit is booked where it arises: fees, lots taken over, lots worked off, what is left of
an account and what fills it.
"""

from typing import Any

from unhedged.kernels.accounts import equity, gross_notional, notional_of, value_of, worth_at
from unhedged.kernels.casework import mul_div_ceil, slot_of
from unhedged.kernels.compiled import f8, helper, i8, kernel, minus, plus, rule, u8
from unhedged.kernels.layout.columns import PEAKS
from unhedged.kernels.rng import uniforms_of
from unhedged.kernels.tables import account, instrument, position, venue
from unhedged.rules import insurance
from unhedged.vocab.enums import AdlTrigger, DrawdownBase, FundPool

_CANNOT_HOLD = int(AdlTrigger.FUND_CANNOT_HOLD)
_DRAWDOWN = int(AdlTrigger.DRAWDOWN)
_RAPID_DROP = int(AdlTrigger.RAPID_DROP)
_NONE = int(AdlTrigger.NONE)
_PER_SYMBOL = int(FundPool.PER_SYMBOL)
_AVERAGE = int(DrawdownBase.AVERAGE)
_UNKNOWN = -(2**62)

_fund_can_hold = rule(insurance.fund_can_hold)
_drawdown_ratio = rule(insurance.drawdown_ratio)
_drawdown_adl_amount = rule(insurance.drawdown_adl_amount)
_is_rapid_drop = rule(insurance.is_rapid_drop)
_is_below_limit = rule(insurance.is_below_limit)


@kernel("int64(World, int64, int64)")
def draw_below(w: Any, v: int, count: int) -> int:
    """Return a random number from 0 to ``count`` - 1 from the stream of venue ``v``."""
    here = venue(w, v)
    u, _, _, _ = uniforms_of(here.key, here.draws)
    here.draws += u8(1)
    return i8(u * f8(count))


@helper("void(World, int64, int64)")
def book_to_fund(w: Any, i: int, atoms: int) -> None:
    """Count ``atoms`` that the fund receives for instrument ``i``; negative ones it pays."""
    instrument(w, i).fund_cash = plus(instrument(w, i).fund_cash, atoms)


@kernel("int64(World, int64)")
def profit_of(w: Any, i: int) -> int:
    """Return what the fund has won by instrument ``i`` since the start, its position at mark, atoms."""
    n = instrument(w, i)
    slot = slot_of(w, venue(w, n.venue).fund, i)
    return n.fund_cash if slot < 0 else plus(n.fund_cash, value_of(w, slot))


@kernel("int64(World, int64)")
def balance_for(w: Any, i: int) -> int:
    """Return the money that stands behind instrument ``i``: the fund's equity, or the contract's part of it, atoms.

    A part is an equal share of the fund at the start, rounded down, and what the contract brought and cost since.
    """
    here = venue(w, instrument(w, i).venue)
    if here.fund_pool != _PER_SYMBOL:
        return equity(w, here.fund)
    return plus(here.fund_start // here.instruments, profit_of(w, i))


@kernel("void(World, int64)")
def sample_funds(w: Any, v: int) -> None:
    """Keep the peaks of the fund of venue ``v`` and of its contracts, and end drawdowns that are over."""
    here = venue(w, v)
    if here.adl_trigger not in (_DRAWDOWN, _RAPID_DROP):
        return
    now = w.now * PEAKS // max(1, here.drawdown_window)
    last = here.first_instrument + here.instruments
    fresh = min(PEAKS, minus(now, here.peak_part))
    for step in range(fresh):
        part = (now - step) % PEAKS
        here.peak[part] = _UNKNOWN
        for i in range(here.first_instrument, last):
            instrument(w, i).peak[part] = _UNKNOWN
    here.peak_part = now
    part = now % PEAKS
    mean = here.adl_trigger == _RAPID_DROP and here.drawdown_base == _AVERAGE
    if not mean or here.peak[part] == _UNKNOWN:
        here.peak[part] = max(here.peak[part], equity(w, here.fund))
        for i in range(here.first_instrument, last):
            instrument(w, i).peak[part] = max(instrument(w, i).peak[part], profit_of(w, i))
    for i in range(here.first_instrument, last):
        if here.adl_trigger == _DRAWDOWN:
            watch_drawdown(w, i, 0)


@kernel("int64(World, int64)")
def peak_balance(w: Any, v: int) -> int:
    """Return the highest equity of the fund of venue ``v`` in the window, atoms."""
    highest = venue(w, v).peak[0]
    for part in range(1, PEAKS):
        highest = max(highest, venue(w, v).peak[part])
    return i8(highest)


@kernel("int64(World, int64)")
def reference_for(w: Any, i: int) -> int:
    """Return the highest `balance_for` of instrument ``i`` in the window, or the mean where that is the venue's base, atoms.

    A mean is rounded down.
    """
    v = i8(instrument(w, i).venue)
    here = venue(w, v)
    apart = here.fund_pool == _PER_SYMBOL
    part = here.fund_start // here.instruments
    if here.drawdown_base != _AVERAGE:
        return plus(part, peak_profit(w, i)) if apart else peak_balance(w, v)
    seen = 0
    total = 0
    for k in range(PEAKS):
        one = instrument(w, i).peak[k] if apart else here.peak[k]
        if one != _UNKNOWN:
            total = plus(total, one)
            seen += 1
    return plus(part, total // seen) if apart else total // seen


@kernel("int64(World, int64)")
def peak_profit(w: Any, i: int) -> int:
    """Return the highest profit of the fund from instrument ``i`` in the window, atoms."""
    highest = instrument(w, i).peak[0]
    for part in range(1, PEAKS):
        highest = max(highest, instrument(w, i).peak[part])
    return i8(highest)


@kernel("boolean(World, int64, int64)")
def watch_drawdown(w: Any, i: int, loss: int) -> bool:
    """Return whether instrument ``i`` draws the fund down, ``loss`` atoms more included; it ends above the stop level.

    Whether the fund has enough for the rule to hold is asked where the loss crosses the limit: what lies beyond is not its own.
    """
    n = instrument(w, i)
    here = venue(w, n.venue)
    top = peak_balance(w, n.venue)
    if top <= 0:
        return n.draws_down != 0
    profit, highest = minus(profit_of(w, i), loss), peak_profit(w, i)
    ratio = _drawdown_ratio(profit, highest, top)
    over = _drawdown_adl_amount(profit, highest, top, here.drawdown_limit_ppb)
    rich = minus(equity(w, here.fund), max(0, minus(loss, over))) > here.drawdown_least
    if rich and _is_below_limit(ratio, here.drawdown_limit_ppb, here.adl_at_limit):
        n.draws_down = 1
    elif ratio > here.drawdown_stop_ppb:
        n.draws_down = 0
    return n.draws_down != 0


@kernel("int64(World, int64)")
def held_beyond_limit(w: Any, i: int) -> int:
    """Return by how much what the fund holds of instrument ``i`` has carried its drawdown beyond the limit, atoms, >= 0.

    Nothing while the contract is in no drawdown, or where the fund holds none of it.
    """
    n = instrument(w, i)
    here = venue(w, n.venue)
    slot = slot_of(w, here.fund, i)
    top = peak_balance(w, n.venue)
    if n.draws_down == 0 or top <= 0 or slot < 0 or position(w, slot).pos == 0:
        return 0
    return _drawdown_adl_amount(profit_of(w, i), peak_profit(w, i), top, here.drawdown_limit_ppb)


@kernel("boolean(World, int64, int64)")
def fund_can_hold(w: Any, p: int, lots: int) -> bool:
    """Return whether ``lots`` more of position ``p`` stay within the fund's capacity.

    Its net notional, each instrument netted and then summed, must not exceed its capacity share of the equity it has
    after filling the account's deficit; equality is enough.
    """
    o = position(w, p)
    here = venue(w, account(w, o.account).venue)
    slot = slot_of(w, here.fund, o.instrument)
    if slot < 0:
        return False
    signed = lots if o.pos > 0 else -lots
    joined = plus(position(w, slot).pos, signed)
    netted = abs(worth_at(w, o.instrument, joined, instrument(w, o.instrument).mark_milli))
    held = plus(minus(gross_notional(w, here.fund), notional_of(w, slot)), netted)
    worth = plus(equity(w, here.fund), min(0, equity(w, o.account)))
    return worth >= 0 and _fund_can_hold(held, worth, here.fund_capacity_ppb)


@kernel("int64(World, int64, int64, int64)")
def lots_beyond_limit(w: Any, i: int, lots: int, loss: int) -> int:
    """Return how many of ``lots`` of instrument ``i`` that would cost the fund ``loss`` atoms a drawdown sends to winners.

    All while a drawdown is not over; where it begins as many as bring it back to its limit, rounded up.
    """
    n = instrument(w, i)
    here = venue(w, n.venue)
    before = n.draws_down
    if not watch_drawdown(w, i, loss):
        return 0
    if before != 0 or loss == 0:
        return lots
    profit = minus(profit_of(w, i), loss)
    top = peak_balance(w, n.venue)
    over = _drawdown_adl_amount(profit, peak_profit(w, i), top, here.drawdown_limit_ppb)
    return min(lots, mul_div_ceil(lots, over, loss))


@kernel("int64(World, int64, int64)")
def lots_for_winners(w: Any, p: int, lots: int) -> int:
    """Return how many of ``lots`` of position ``p`` that are to be taken over go to winners instead of the fund.

    All or nothing but for a drawdown. What the account is short of at mark the fund would carry; equality of its money with that
    leaves nothing, which is empty.
    """
    o = position(w, p)
    i = i8(o.instrument)
    here = venue(w, instrument(w, i).venue)
    trigger = here.adl_trigger
    if here.adl_on == 0 or trigger == _NONE:
        return 0
    if trigger == _CANNOT_HOLD:
        return 0 if fund_can_hold(w, p, lots) else lots
    loss = max(0, -equity(w, o.account))
    left = minus(balance_for(w, i), loss)
    if left <= 0:
        return lots
    sample_funds(w, instrument(w, i).venue)
    if trigger == _DRAWDOWN:
        return lots_beyond_limit(w, i, lots, loss)
    drops = trigger == _RAPID_DROP and _is_rapid_drop(
        left, reference_for(w, i), -here.drawdown_limit_ppb, here.drawdown_least
    )
    return lots if drops else 0
