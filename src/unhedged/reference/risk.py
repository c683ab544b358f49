"""What follows a mark update in plain Python: triggers fire, then everybody is looked at."""

from typing import Any

from unhedged.reference.feed import note_quote
from unhedged.reference.gateway import try_again
from unhedged.reference.margin import LIQUIDATABLE, NEEDS_TOP_UP, SAFE
from unhedged.reference.world import Holder, Message, Venue, World
from unhedged.rules.integer import MILLI, PPB, mul_div_ceil
from unhedged.rules.liquidation import bar, is_liquidatable
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    Command,
    EntryReason,
    EventKind,
    FillCause,
    Side,
    TimeInForce,
    TriggerKind,
)

PANIC_DELAY = 2_000_000_000
PROFITS = (TriggerKind.TAKE_PROFIT, TriggerKind.TAKE_PROFIT_LIMIT)
CLOSES = {TriggerKind.STOP_LOSS: FillCause.STOP, TriggerKind.TAKE_PROFIT: FillCause.TAKE_PROFIT}


def fire_triggers(world: World) -> None:
    """Carry out the touched triggers in order; one that was removed meanwhile does nothing, one on a halted book waits."""
    held: list[Any] = []
    while world.fired:
        trigger = world.fired.pop(0)
        x = trigger.seat.exchange
        if trigger not in x.triggers:
            continue
        if x.halted:
            held.append(trigger)
            continue
        if trigger.order is not None:
            world.reject = x.release(trigger.order)
            x.release_touched()
            note_quote(x)
            continue
        x.remove_trigger(trigger)
        seat = trigger.seat
        if seat.pos == 0 or seat.status == AccountStatus.IN_LIQUIDATION:
            continue
        if trigger.kind == TriggerKind.TAKE_PROFIT_LIMIT:
            up = MILLI - 1 if trigger.rising else 0
            x.close_at(seat, max(1, (trigger.px + up) // MILLI), FillCause.TAKE_PROFIT)
        elif trigger.kind in CLOSES:
            wanted = closing(seat, CLOSES[trigger.kind])
            x.close_at_market(seat, CLOSES[trigger.kind])
            try_again(world, wanted)
        else:
            wanted = closing(seat, FillCause.PANIC)
            world.clock.schedule(world.now + PANIC_DELAY, EventKind.MESSAGE, wanted)
    world.fired = held


def closing(seat: Any, cause: FillCause) -> Message:
    """Return an order that closes what is held now."""
    return Message(
        qty=abs(seat.pos),
        command=Command.MARKET,
        side=Side.SELL if seat.pos > 0 else Side.BUY,
        force=TimeInForce.IOC,
        reduce_only=1,
        cause=cause,
        seat=seat,
    )


def verdict(venue: Venue, account: Holder) -> int:
    """Return SAFE, NEEDS_TOP_UP or LIQUIDATABLE; equality with the threshold is safe."""
    watched = account.kind == AccountKind.TRADER and account.status != AccountStatus.IN_LIQUIDATION
    if not watched or not venue.margin_on:
        return SAFE
    owned, needed = venue.ledger.equity(account), venue.ledger.maintenance(account)
    needed = venue.ledger.required(account, needed)
    needed = bar(needed, venue.clearing.rulebook.inclusive)
    armed = account.topup > 0 and account.reserve >= account.topup and account.topup_ppb > 0
    if armed and owned < mul_div_ceil(needed, max(account.topup_ppb, PPB), PPB):
        return NEEDS_TOP_UP
    return LIQUIDATABLE if is_liquidatable(owned, needed) else SAFE


def top_up(venue: Venue, account: Holder) -> None:
    """Add margin one top-up after the other until the threshold is met or the reserve is gone; paid together."""
    needed = venue.ledger.required(account, venue.ledger.maintenance(account))
    threshold = mul_div_ceil(needed, max(account.topup_ppb, PPB), PPB)
    owned, moved = venue.ledger.equity(account), 0
    while owned + moved < threshold and account.reserve - moved >= account.topup:
        moved += account.topup
    account.reserve -= moved
    outside = venue.house(AccountKind.EXTERNAL)
    venue.ledger.pay(outside, account, moved, EntryReason.TOP_UP)


def act(world: World, venue: Venue) -> None:
    """Fire triggers, then top up or liquidate every account of the venue that needs it, by row."""
    venue.clearing.watch_funds()
    fire_triggers(world)
    accounts: list[Any] = [a for a in venue.ledger.accounts if verdict(venue, a) != SAFE]  # type: ignore[arg-type]
    for account in accounts:
        while verdict(venue, account) == NEEDS_TOP_UP:
            top_up(venue, account)
        if verdict(venue, account) != SAFE:
            venue.clearing.open_case(account)
