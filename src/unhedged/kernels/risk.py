"""What follows a mark update: resting triggers fire, accounts short of margin top up or are liquidated.

Order inside one update, documented because it decides who trades first: stops and take-profits in the order they were
touched, then accounts by row. A stop rests at the venue, so it needs no message; panic is its holder's own decision and
travels like any order.
"""

from typing import Any

from unhedged.kernels.accounts import equity, maintenance, mark_dirty, required
from unhedged.kernels.clearing import open_case, watch_funds
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import kernel, minus, rule
from unhedged.kernels.feed import note_quote
from unhedged.kernels.gateway import settle, take_message
from unhedged.kernels.halts import is_halted
from unhedged.kernels.ledger import pay
from unhedged.kernels.orders import release_stop, submit
from unhedged.kernels.tables import account, fired, message, position, touched, trigger, venue
from unhedged.kernels.triggers import (
    IN_FIRED,
    NEEDS_TOP_UP,
    drain,
    remove_trigger,
    threshold_ppb,
    verdict,
)
from unhedged.kernels.work import Work, at_work
from unhedged.rules import margin
from unhedged.rules.integer import MILLI, mul_div_ceil
from unhedged.vocab.enums import (
    AccountStatus,
    Command,
    EntryReason,
    EventKind,
    FillCause,
    Side,
    TimeInForce,
    TriggerKind,
)
from unhedged.vocab.units import PPB

_top_ups = rule(margin.top_ups)
_mul_div_ceil = rule(mul_div_ceil)
_MATCHING, _MARGIN, _CLEARING = int(Work.MATCHING), int(Work.MARGIN), int(Work.CLEARING)
PANIC_DELAY = 2_000_000_000
"""ns between a holder's giving up and the arrival of its order; an assumption: a person, not a machine."""


@kernel("void(World, int64, int64, int64)")
def close_all(w: Any, p: int, cause: int, px: int) -> None:
    """Send a reduce-only order for all of position ``p``: at market when ``px`` is 0, else one that waits at ``px`` ticks."""
    o = position(w, p)
    if o.pos == 0 or account(w, o.account).status == AccountStatus.IN_LIQUIDATION:
        return
    row = take_message(w)
    m = message(w, row)
    m.agent = -1
    m.position = p
    m.tag = -1
    m.qty = abs(o.pos)
    m.px = px
    m.command = Command.MARKET if px == 0 else Command.LIMIT
    m.side = Side.SELL if o.pos > 0 else Side.BUY
    m.force = TimeInForce.IOC if px == 0 else TimeInForce.GTC
    m.reduce_only = 1
    m.cause = cause
    if cause == FillCause.PANIC:
        schedule(w, w.now + PANIC_DELAY, EventKind.MESSAGE, row)
        return
    submit(w, row)
    note_quote(w, o.instrument)
    settle(w, row)


@kernel("int64(World, int64)")
def ticks_of(w: Any, row: int) -> int:
    """Return the price of trigger ``row`` in ticks, at least one: never worse for its holder, up when a long takes profit."""
    t = trigger(w, row)
    up = MILLI - 1 if t.rising != 0 else 0
    return max(1, (t.px_milli + up) // MILLI)


@kernel("void(World)")
def fire_triggers(w: Any) -> None:
    """Carry out the triggers touched since the last call; those on a halted book wait for a call after it reopens."""
    n = 0
    held = 0
    while n < w.fired_kept:
        row = fired(w, n).trigger
        n += 1
        if trigger(w, row).bucket != IN_FIRED:
            continue
        if is_halted(w, position(w, trigger(w, row).position).instrument):
            fired(w, held).trigger = row
            held += 1
            continue
        kind = trigger(w, row).kind
        p = trigger(w, row).position
        stop = trigger(w, row).order
        px = ticks_of(w, row)
        remove_trigger(w, row)
        if kind == TriggerKind.STOP_ORDER:
            release_stop(w, stop)
            note_quote(w, position(w, p).instrument)
        elif kind == TriggerKind.STOP_LOSS:
            close_all(w, p, FillCause.STOP, 0)
        elif kind == TriggerKind.TAKE_PROFIT:
            close_all(w, p, FillCause.TAKE_PROFIT, 0)
        elif kind == TriggerKind.TAKE_PROFIT_LIMIT:
            close_all(w, p, FillCause.TAKE_PROFIT, px)
        else:
            close_all(w, p, FillCause.PANIC, 0)
    w.fired_kept = held


@kernel("void(World, int64)")
def top_up(w: Any, a: int) -> None:
    """Move margin from the holder's reserve outside the venue into account ``a``: as many top-ups as it needs, one payment."""
    own = account(w, a)
    needed = required(w, a, maintenance(w, a))
    threshold = _mul_div_ceil(needed, threshold_ppb(w, a), PPB)
    moved = own.topup * _top_ups(equity(w, a), threshold, own.topup, own.reserve)
    own.reserve = minus(own.reserve, moved)
    pay(w, venue(w, own.venue).external, a, moved, EntryReason.TOP_UP)
    mark_dirty(w, a)


@kernel("void(World, int64)")
def act_on_touched(w: Any, v: int) -> None:
    """Watch the fund, fire triggers, then evaluate the changed accounts of venue ``v`` and act on each that is short of margin.

    A top-up is evaluated again at once: the reserve may not have been enough.
    """
    watch_funds(w, v)
    at_work(w, _MATCHING)
    fire_triggers(w)
    at_work(w, _MARGIN)
    count = drain(w, v)
    at_work(w, _CLEARING)
    for n in range(count):
        a = touched(w, n).account
        answer = verdict(w, a)
        if answer == NEEDS_TOP_UP:
            top_up(w, a)
            answer = verdict(w, a)
        if answer != 0:
            open_case(w, a)
