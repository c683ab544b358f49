"""What a venue does with an account below maintenance: a case, worked off by the venue's named steps in its order.

    venue.step   CANCEL ─▶ order steps ─▶ takeover step ─▶ SETTLE       phases of a case; REDUCE and COOLDOWN in order steps
                               └───────────────┴─▶ ADL_RANK ─▶ ADL_CLOSE ─▶ back to the step (next position)
    vault or fund                                  ADL_RANK ─▶ ADL_CLOSE ─▶ ADL_RANK (next position)

A step is one function, in `ladders`, `drops`, `rounds`, `collateral_sale`, `takeover` or `socialise`; it stays with the case, lets it go on with
the next step (`next_step`) or back, or ends it. A venue is the order of its steps and their parameters, nothing else.

A case is one row and one event. Each step does a bounded amount of work, saves its phase and schedules the next, within
the same instant or at the next mark update or tick, so the loop can return to Python between any two steps. While a case is
open its account sends no orders and is not evaluated. A step that finds the account at maintenance again ends the case.
"""

from typing import Any

from unhedged.kernels.accounts import equity
from unhedged.kernels.blocks import reduce_in_blocks
from unhedged.kernels.book import take
from unhedged.kernels.casework import (
    band_limit,
    carrier,
    go_on,
    has_backstop,
    next_step,
    phase_of,
    step_code,
    take_case,
)
from unhedged.kernels.clock import schedule
from unhedged.kernels.collateral_sale import sell_collateral, unwind_assets
from unhedged.kernels.compiled import kernel, minus, rule
from unhedged.kernels.deleveraging import accept_allocation, close, rank
from unhedged.kernels.drops import drop_tiers
from unhedged.kernels.feed import note_quote
from unhedged.kernels.funds import book_to_fund, sample_funds
from unhedged.kernels.genealogy import parent_of
from unhedged.kernels.halts import begin_anew, next_look, orders_free_at, sales_free_at
from unhedged.kernels.house import fund_is_beyond
from unhedged.kernels.ladders import is_safe, order_all_legs, reduce_to_bankruptcy
from unhedged.kernels.netting import net_hedged_legs
from unhedged.kernels.orders import cancel_all
from unhedged.kernels.rounds import (
    crosses_line,
    reduce_at_zero_price,
    reduce_by_increments,
    reduce_by_slices,
)
from unhedged.kernels.socialise import share_out, zero_account
from unhedged.kernels.tables import account, case, position, venue
from unhedged.kernels.takeover import settle, take_over_by_fund, take_over_by_vault
from unhedged.rules import liquidation_size
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    AdlTrigger,
    CasePhase,
    CollateralSale,
    EventKind,
    FillCause,
    LiquidationStep,
    Reduction,
    Side,
)

_IN_LIQUIDATION = int(AccountStatus.IN_LIQUIDATION)
_TRADER = int(AccountKind.TRADER)
_ADL_RANK = int(CasePhase.ADL_RANK)
_ADL_ALLOCATE = int(CasePhase.ADL_ALLOCATE)
_ADL_CLOSE = int(CasePhase.ADL_CLOSE)
_SETTLE = int(CasePhase.SETTLE)
_SOCIALISE = int(CasePhase.SOCIALISE)
_CANCEL_ORDERS = int(LiquidationStep.CANCEL_ORDERS)
_NET_HEDGED_LEGS = int(LiquidationStep.NET_HEDGED_LEGS)
_IOC_AT_BANKRUPTCY = int(LiquidationStep.IOC_AT_BANKRUPTCY)
_ORDERS_ON_ALL_LEGS = int(LiquidationStep.ORDERS_ON_ALL_LEGS)
_DROP_TIERS = int(LiquidationStep.DROP_TIERS)
_REDUCE_TO_LOWEST_TIER = int(LiquidationStep.REDUCE_TO_LOWEST_TIER)
_SLICE_WITH_COOLDOWN = int(LiquidationStep.SLICE_WITH_COOLDOWN)
_INCREMENTAL_ROUNDS = int(LiquidationStep.INCREMENTAL_ROUNDS)
_IOC_AT_FILLABLE_PRICE = int(LiquidationStep.IOC_AT_FILLABLE_PRICE)
_IOC_AT_ZERO_PRICE = int(LiquidationStep.IOC_AT_ZERO_PRICE)
_SELL_COLLATERAL = int(LiquidationStep.SELL_COLLATERAL)
_BACKSTOP_TAKEOVER = int(LiquidationStep.BACKSTOP_TAKEOVER)
_FUND_ZEROES_ACCOUNT = int(LiquidationStep.FUND_ZEROES_ACCOUNT)
_FUND_UNWIND = int(FillCause.FUND_UNWIND)
_DRAWDOWN = int(AdlTrigger.DRAWDOWN)
_CASE = int(EventKind.CASE)
_TAKEOVER = int(Reduction.TAKEOVER)
_BOOK = int(CollateralSale.BOOK)

_slice_qty = rule(liquidation_size.slice_qty)


@kernel("void(World, int64)")
def open_case(w: Any, a: int) -> None:
    """Open a case for trading account ``a``, found below maintenance; its first step follows in this instant.

    Nothing happens when the venue's engine is off, the account has a case already or is not a trader's. When one mark update
    brings down more accounts than there are rows for cases or events, the rest stays on the list of changed accounts and
    follows at the next update, for which the loop has made room.
    """
    if w.used_cases >= w.n_case or w.used_events >= w.n_event:
        return
    own = account(w, a)
    off = venue(w, own.venue).liquidation_on == 0 or venue(w, own.venue).margin_on == 0
    if off or own.kind != _TRADER or own.status == _IN_LIQUIDATION:
        return
    c = take_case(w, a)
    case(w, c).parent = parent_of(w, a)
    own.status = _IN_LIQUIDATION
    w.liquidations += 1
    go_on(w, c, phase_of(w, c))


@kernel("void(World, int64)")
def cancel_orders(w: Any, a: int) -> None:
    """Cancel every working order of account ``a``, stops included, and show the books without them."""
    cancel_all(w, a, -1)
    own = account(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        note_quote(w, position(w, p).instrument)


@kernel("void(World, int64)")
def step_case(w: Any, c: int) -> None:
    """Take the next step of case ``c``.

    Notes
    -----
    When a Python policy must allocate, ``w.adl_waiting`` is 1 and ``w.waiting`` the case: write ``winner.close`` of its
    rows and run on; the next step checks what was written. A wrong allocation sets ``w.breach``.
    """
    w.adl_waiting = 0
    phase = case(w, c).phase
    if phase == _ADL_RANK:
        rank(w, c)
    elif phase == _ADL_ALLOCATE:
        accept_allocation(w, c)
    elif phase == _ADL_CLOSE:
        close(w, c)
    elif phase == _SETTLE:
        settle(w, c)
    elif phase == _SOCIALISE:
        share_out(w, c)
    elif step_code(w, c) >= _BACKSTOP_TAKEOVER:
        take_over(w, c)
    else:
        reduce(w, c)


@kernel("boolean(World, int64, int64)")
def needs_no_book(w: Any, c: int, code: int) -> bool:
    """Return whether step ``code`` of case ``c`` sends no order now."""
    row = case(w, c)
    here = venue(w, row.venue)
    if code in (_CANCEL_ORDERS, _NET_HEDGED_LEGS):
        return True
    if code in (_DROP_TIERS, _REDUCE_TO_LOWEST_TIER):
        return here.reduction == _TAKEOVER
    if code == _ORDERS_ON_ALL_LEGS:
        return row.used > 1
    if code == _IOC_AT_FILLABLE_PRICE:
        return here.adl_on != 0 and equity(w, row.account) < 0
    return code == _SELL_COLLATERAL and here.collateral_sale != _BOOK


@kernel("boolean(World, int64, int64)")
def waits(w: Any, c: int, code: int) -> bool:
    """Let case ``c`` wait where books are halted or the interval is used up; return whether it does.

    After a wait positions count as untried and a block begins anew.
    """
    row = case(w, c)
    a = int(row.account)
    t = sales_free_at(w, a) if code == _SELL_COLLATERAL else orders_free_at(w, a)
    if t <= w.now or needs_no_book(w, c, code) or is_safe(w, a) or crosses_line(w, c):
        return False
    begin_anew(w, c)
    schedule(w, next_look(w, row.venue, t), _CASE, c)
    return True


@kernel("void(World, int64)")
def reduce(w: Any, c: int) -> None:
    """Take a step of case ``c`` that cancels or sends orders, unless it must wait for books or for its turn."""
    code = step_code(w, c)
    here = venue(w, case(w, c).venue)
    held_up = (
        here.throttle != 0 or here.halts_on != 0 or account(w, case(w, c).account).balances != 0
    )
    if held_up and waits(w, c, code):
        return
    if code == _CANCEL_ORDERS:
        cancel_orders(w, case(w, c).account)
        next_step(w, c)
    elif code == _NET_HEDGED_LEGS:
        net_hedged_legs(w, c)
    elif code == _IOC_AT_BANKRUPTCY:
        reduce_to_bankruptcy(w, c)
    elif code == _ORDERS_ON_ALL_LEGS:
        order_all_legs(w, c)
    elif code in (_DROP_TIERS, _REDUCE_TO_LOWEST_TIER):
        drop_tiers(w, c)
    elif code == _SLICE_WITH_COOLDOWN:
        reduce_by_slices(w, c)
    elif code == _INCREMENTAL_ROUNDS:
        reduce_by_increments(w, c)
    elif code == _IOC_AT_FILLABLE_PRICE:
        reduce_in_blocks(w, c)
    elif code == _IOC_AT_ZERO_PRICE:
        reduce_at_zero_price(w, c)
    elif code == _SELL_COLLATERAL:
        sell_collateral(w, c)


@kernel("void(World, int64)")
def take_over(w: Any, c: int) -> None:
    """Take a step of case ``c`` that hands positions to vault or fund, or fills an account up."""
    code = step_code(w, c)
    if code == _BACKSTOP_TAKEOVER:
        take_over_by_vault(w, c)
    elif code == _FUND_ZEROES_ACCOUNT:
        zero_account(w, c)
    else:
        take_over_by_fund(w, c)


@kernel("void(World, int64)")
def vault_tick(w: Any, v: int) -> None:
    """Begin a tick of vault ADL at venue ``v``: a vault whose equity at mark is negative has everything it holds closed.

    The vault is evaluated after the takeovers of the same instant. Not while its previous tick is still being worked off.
    """
    here = venue(w, v)
    if here.adl_on == 0 or not has_backstop(w, v):
        return
    a = carrier(w, v)
    if account(w, a).case < 0:
        c = take_case(w, a)
        go_on(w, c, _ADL_RANK)


@kernel("void(World, int64)")
def watch_funds(w: Any, v: int) -> None:
    """Keep the peaks of the fund of venue ``v``, and begin to close what it holds of contracts that drew it down too far.

    Called at mark updates. Not while what it holds is still being worked off; without a free row the next update begins.
    """
    sample_funds(w, v)
    here = venue(w, v)
    if here.adl_on == 0 or here.adl_trigger != _DRAWDOWN or account(w, here.fund).case >= 0:
        return
    if w.used_cases < w.n_case and w.used_events < w.n_event and fund_is_beyond(w, v):
        go_on(w, take_case(w, here.fund), _ADL_RANK)


@kernel("void(World, int64)")
def unwind_account(w: Any, a: int) -> None:
    """Send one IOC per position of fund or vault ``a`` for the venue's share of it, down to the edge of the price band."""
    own = account(w, a)
    share = venue(w, own.venue).unwind_ppb
    for p in range(own.first_position, own.first_position + own.positions):
        o = position(w, p)
        if o.pos == 0:
            continue
        side = Side.SELL if o.pos > 0 else Side.BUY
        limit_px = band_limit(w, o.instrument, side)
        if limit_px >= 1:
            before = own.cash
            take(w, o.instrument, side, limit_px, _slice_qty(o.pos, share), p, _FUND_UNWIND)
            if a == venue(w, own.venue).fund:
                book_to_fund(w, o.instrument, minus(own.cash, before))
            note_quote(w, o.instrument)
    if own.balances != 0:
        unwind_assets(w, a)


@kernel("void(World, int64)")
def fund_unwind(w: Any, v: int) -> None:
    """Work off a share of what the fund and the vault of venue ``v`` hold; not while they are being deleveraged."""
    here = venue(w, v)
    if here.fund >= 0 and account(w, here.fund).case < 0:
        unwind_account(w, here.fund)
    if here.vault >= 0 and account(w, here.vault).case < 0:
        unwind_account(w, here.vault)
