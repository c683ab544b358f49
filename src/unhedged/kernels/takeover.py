"""Positions that the book did not take: the fund buys them at bankruptcy, the vault takes the account as it stands.

The fund buys each position at its bankruptcy price unless the venue's trigger sends it, or a part of it, to winners. What the
account still owns when it is flat goes to the fund, a negative balance is filled by the fund, in full: a fund below zero is the
venue's own loss. Above close-out margin an account goes back up the ladder. The vault takes positions at mark, all cash with
them, of either sign, and what was posted as collateral, so nothing is returned.
"""

from typing import Any

from unhedged.kernels.accounts import equity, maintenance
from unhedged.kernels.casework import (
    amount_at,
    bankruptcy_of,
    carrier,
    free_case,
    go_on,
    keep_forced,
    slot_of,
    step_back,
    worst_position,
)
from unhedged.kernels.collateral_sale import hand_assets, works_off_assets
from unhedged.kernels.compiled import kernel, plus, rule
from unhedged.kernels.fills import exchange
from unhedged.kernels.funds import book_to_fund, lots_for_winners
from unhedged.kernels.ladders import is_safe, release
from unhedged.kernels.ledger import pay
from unhedged.kernels.tables import account, case, instrument, position, venue
from unhedged.kernels.triggers import place_account
from unhedged.rules import liquidation
from unhedged.vocab.enums import AccountStatus, AdlPrice, CasePhase, EntryReason

_TAKEOVER_ENTRY = int(EntryReason.TAKEOVER)
_FUND_DRAW = int(EntryReason.FUND_DRAW)
_TAKEOVER = int(CasePhase.TAKEOVER)
_ADL_RANK = int(CasePhase.ADL_RANK)
_SETTLE = int(CasePhase.SETTLE)
_TAKEN_OVER = int(AccountStatus.TAKEN_OVER)

_is_backstop = rule(liquidation.is_backstop)


@kernel("void(World, int64, int64, int64, int64, int64)")
def hand_over(w: Any, c: int, p: int, size: int, receiver: int, milli: int) -> None:
    """Move ``size`` > 0 lots of position ``p`` to account ``receiver`` at the price ``milli`` and keep the row."""
    o = position(w, p)
    i = int(o.instrument)
    slot = slot_of(w, receiver, i)
    amount = amount_at(w, i, size, milli)
    change = -size if o.pos > 0 else size
    if o.pos > 0:
        exchange(w, i, amount, size, slot, p)
    else:
        exchange(w, i, amount, size, p, slot)
    if receiver == venue(w, instrument(w, i).venue).fund:
        book_to_fund(w, i, -amount if change < 0 else amount)
    o.forced_qty = plus(o.forced_qty, size)
    case(w, c).phase = _TAKEOVER
    keep_forced(w, c, p, receiver, change, milli)


@kernel("int64(World, int64, int64)")
def adl_milli(w: Any, p: int, bankruptcy: int) -> int:
    """Return the price at which position ``p``, bankrupt at ``bankruptcy``, is deleveraged at its venue, milli-ticks."""
    n = instrument(w, position(w, p).instrument)
    price = venue(w, n.venue).adl_price
    if price == AdlPrice.BANKRUPTCY:
        return bankruptcy
    if price == AdlPrice.PREVIOUS_MARK:
        return n.mark_previous
    if price == AdlPrice.ORACLE:
        return n.index_milli
    return n.mark_milli


@kernel("boolean(World, int64, int64, int64)")
def give_away(w: Any, c: int, p: int, lots: int) -> bool:
    """Hand ``lots`` of position ``p`` to the fund at bankruptcy, or begin to find winners for them. Return whether it begins.

    The fund takes its part first: what it has lost by it counts when the next position is decided on, which may be before
    winners are found.
    """
    row = case(w, c)
    row.position = p
    row.bankruptcy_milli = bankruptcy_of(w, p)
    for_winners = lots_for_winners(w, p, lots)
    row.keep = abs(position(w, p).pos) - lots
    if for_winners < lots:
        hand_over(w, c, p, lots - for_winners, venue(w, row.venue).fund, row.bankruptcy_milli)
    if for_winners == 0:
        row.keep = 0
        return False
    row.px_milli = adl_milli(w, p, row.bankruptcy_milli)
    row.left = for_winners
    go_on(w, c, _ADL_RANK)
    return True


@kernel("void(World, int64)")
def take_over_by_fund(w: Any, c: int) -> None:
    """Hand the next position to the fund at bankruptcy, or send it to ADL; settle when the account is flat."""
    p = worst_position(w, case(w, c).account)
    if p < 0:
        go_on(w, c, _SETTLE)
    elif not give_away(w, c, p, abs(position(w, p).pos)):
        go_on(w, c, _TAKEOVER)


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
        step_back(w, c)
        return
    receiver = carrier(w, row.venue)
    for p in range(own.first_position, own.first_position + own.positions):
        o = position(w, p)
        if o.pos != 0:
            hand_over(w, c, p, abs(o.pos), receiver, instrument(w, o.instrument).mark_milli)
    pay(w, a, receiver, own.cash, _TAKEOVER_ENTRY)
    if own.balances != 0:
        hand_assets(w, a, receiver)
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
    """End case ``c`` of an account whose positions are gone: the fund takes what is left or fills what is missing.

    What it owes is covered by what it posted as collateral first.
    """
    row = case(w, c)
    a = int(row.account)
    own = account(w, a)
    fund = int(venue(w, own.venue).fund)
    if own.balances != 0 and works_off_assets(w, c, _SETTLE):
        return
    if row.position >= 0:
        book_to_fund(w, position(w, row.position).instrument, own.cash)
    if own.cash > 0:
        pay(w, a, fund, own.cash, _TAKEOVER_ENTRY)
    else:
        pay(w, fund, a, -own.cash, _FUND_DRAW)
    close_account(w, c)
