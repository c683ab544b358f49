"""Positions that the book did not take: the fund buys them at bankruptcy, the vault takes the account as it stands.

The fund (Binance's ladder) buys each position at its bankruptcy price while its net notional stays within its capacity,
measured on the equity it would have left; beyond it the position is deleveraged. What the account still owns when it is
flat goes to the fund, a negative balance is filled by the fund, in full: a fund below zero is the venue's own loss.
The vault (Hyperliquid's ladder) takes positions at mark and all cash with them, of either sign, so nothing is returned.
"""

from typing import Any

from unhedged.kernels.accounts import equity, gross_notional, maintenance, notional_of, worth_at
from unhedged.kernels.casework import (
    amount_at,
    bankruptcy_of,
    carrier,
    free_case,
    go_on,
    keep_forced,
    slot_of,
    worst_position,
)
from unhedged.kernels.compiled import kernel, minus, plus, rule
from unhedged.kernels.fills import exchange
from unhedged.kernels.ladders import is_safe, release
from unhedged.kernels.ledger import pay
from unhedged.kernels.tables import account, case, instrument, position, venue
from unhedged.kernels.triggers import place_account
from unhedged.rules import insurance, liquidation
from unhedged.vocab.enums import AccountStatus, AdlPrice, CasePhase, EntryReason

_TAKEOVER_ENTRY = int(EntryReason.TAKEOVER)
_FUND_DRAW = int(EntryReason.FUND_DRAW)
_REDUCE = int(CasePhase.REDUCE)
_TAKEOVER = int(CasePhase.TAKEOVER)
_ADL_RANK = int(CasePhase.ADL_RANK)
_SETTLE = int(CasePhase.SETTLE)
_TAKEN_OVER = int(AccountStatus.TAKEN_OVER)

_fund_can_hold = rule(insurance.fund_can_hold)
_is_backstop = rule(liquidation.is_backstop)


@kernel("boolean(World, int64)")
def fund_can_carry(w: Any, p: int) -> bool:
    """Return whether the fund may take position ``p`` over.

    Its net notional, each instrument netted and then summed, must not exceed its capacity share of the equity it has
    after filling the account's deficit; equality is enough.
    """
    o = position(w, p)
    here = venue(w, account(w, o.account).venue)
    slot = slot_of(w, here.fund, o.instrument)
    if slot < 0:
        return False
    joined = plus(position(w, slot).pos, o.pos)
    netted = abs(worth_at(w, o.instrument, joined, instrument(w, o.instrument).mark_milli))
    held = plus(minus(gross_notional(w, here.fund), notional_of(w, slot)), netted)
    worth = plus(equity(w, here.fund), min(0, equity(w, o.account)))
    return worth >= 0 and _fund_can_hold(held, worth, here.fund_capacity_ppb)


@kernel("void(World, int64, int64, int64, int64)")
def hand_over(w: Any, c: int, p: int, receiver: int, milli: int) -> None:
    """Move all lots of position ``p`` to account ``receiver`` at the price ``milli`` and keep the row."""
    o = position(w, p)
    i = int(o.instrument)
    pos = o.pos
    size = abs(pos)
    slot = slot_of(w, receiver, i)
    amount = amount_at(w, i, size, milli)
    if pos > 0:
        exchange(w, i, amount, size, slot, p)
    else:
        exchange(w, i, amount, size, p, slot)
    o.forced_qty = plus(o.forced_qty, size)
    keep_forced(w, c, p, receiver, -pos, milli)


@kernel("int64(World, int64)")
def adl_milli(w: Any, p: int) -> int:
    """Return the price at which position ``p`` is deleveraged at its venue, milli-ticks."""
    n = instrument(w, position(w, p).instrument)
    price = venue(w, n.venue).adl_price
    if price == AdlPrice.BANKRUPTCY:
        return bankruptcy_of(w, p)
    if price == AdlPrice.PREVIOUS_MARK:
        return n.mark_previous
    if price == AdlPrice.ORACLE:
        return n.index_milli
    return n.mark_milli


@kernel("void(World, int64)")
def take_over_by_fund(w: Any, c: int) -> None:
    """Hand the next position to the fund at bankruptcy, or send it to ADL; settle when the account is flat."""
    row = case(w, c)
    here = venue(w, row.venue)
    p = worst_position(w, row.account)
    if p < 0:
        go_on(w, c, _SETTLE)
        return
    row.position = p
    row.bankruptcy_milli = bankruptcy_of(w, p)
    if here.adl_on == 0 or fund_can_carry(w, p):
        hand_over(w, c, p, here.fund, row.bankruptcy_milli)
        go_on(w, c, _TAKEOVER)
        return
    row.px_milli = adl_milli(w, p)
    row.left = abs(position(w, p).pos)
    go_on(w, c, _ADL_RANK)


@kernel("void(World, int64)")
def take_over_by_vault(w: Any, c: int) -> None:
    """Hand all positions and all cash to the vault; an account that recovered meanwhile goes back up the ladder."""
    row = case(w, c)
    a = int(row.account)
    own = account(w, a)
    here = venue(w, row.venue)
    if is_safe(w, a):
        release(w, c)
        return
    if not _is_backstop(equity(w, a), maintenance(w, a), here.backstop_ppb):
        go_on(w, c, _REDUCE)
        return
    receiver = carrier(w, row.venue)
    for p in range(own.first_position, own.first_position + own.positions):
        o = position(w, p)
        if o.pos != 0:
            hand_over(w, c, p, receiver, instrument(w, o.instrument).mark_milli)
    pay(w, a, receiver, own.cash, _TAKEOVER_ENTRY)
    close_account(w, c)


@kernel("void(World, int64)")
def close_account(w: Any, c: int) -> None:
    """End case ``c`` of an account that is flat and was taken over."""
    a = int(case(w, c).account)
    account(w, a).status = _TAKEN_OVER
    free_case(w, c)
    place_account(w, a)


@kernel("void(World, int64)")
def settle(w: Any, c: int) -> None:
    """End case ``c`` of an account whose positions are gone: the fund takes what is left or fills what is missing."""
    a = int(case(w, c).account)
    own = account(w, a)
    fund = int(venue(w, own.venue).fund)
    if own.cash > 0:
        pay(w, a, fund, own.cash, _TAKEOVER_ENTRY)
    else:
        pay(w, fund, a, -own.cash, _FUND_DRAW)
    close_account(w, c)
