"""The way of a message in plain Python: latency, the venue's gateway, its book or its cashier."""

from dataclasses import replace
from typing import Any

from unhedged.reference.feed import note_quote
from unhedged.reference.rng import uniforms_of
from unhedged.reference.world import Holder, Message, Venue, World
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    Command,
    EntryReason,
    EventKind,
    FillCause,
    Reject,
    Side,
    TimeInForce,
    TriggerSource,
)

WANT_OUT = (FillCause.STOP, FillCause.PANIC)
"""Causes of orders that passive holders send again for what is left."""


def is_sound(wanted: Message) -> bool:
    """Return whether every code of a message exists."""
    codes = (
        (wanted.command, Command), (wanted.side, Side), (wanted.force, TimeInForce),
        (wanted.trigger, TriggerSource), (wanted.cause, FillCause),
    )  # fmt: skip
    return wanted.reduce_only in (0, 1) and all(code in list(kind) for code, kind in codes)


def send_all(world: World, me: Any, written: list[Message]) -> None:
    """Send what an agent wrote; each message takes its own draw of the link's latency, four to a block."""
    for n, wanted in enumerate(written):
        if n % 4 == 0:
            draws = uniforms_of(me.key, me.draws)
            me.draws += 1
        if not 0 <= wanted.leg < me.legs or not is_sound(wanted):
            world.reject = Reject.MALFORMED
            world.refused(me.number, Reject.MALFORMED)
            continue
        sent = Message(
            qty=wanted.qty, px=wanted.px, agent=me.number, command=wanted.command, side=wanted.side,
            force=wanted.force, reduce_only=wanted.reduce_only, trigger=wanted.trigger, cause=wanted.cause,
            seat=me.seats[wanted.leg],
        )  # fmt: skip
        if wanted.command == Command.TRANSFER:
            sent.seat = me.seats[wanted.leg].holder
            sent.target = me.seats[min(max(wanted.tag, 0), me.legs - 1)].holder
        elif 0 <= wanted.tag < me.tags:
            sent.tag = wanted.tag
        delay = me.order_latency + int(draws[n % 4] * me.order_jitter)
        world.clock.schedule(world.now + delay, EventKind.MESSAGE, sent)


def venue_of(world: World, message: Message) -> Venue:
    """Return where a message goes."""
    if isinstance(message.seat, Holder):
        return world.venues[message.seat.venue]
    venue: Venue = message.seat.exchange.venue
    return venue


def refuse(world: World, message: Message, code: Reject) -> None:
    """Drop a message and say why."""
    world.reject = code
    world.refused(message.agent, code)


def arrive(world: World, message: Message) -> None:
    """Let a message reach its gateway: handled now, queued behind others, or refused."""
    venue = venue_of(world, message)
    world.messages += 1
    if venue.gateway_down_until > world.now:
        refuse(world, message, Reject.GATEWAY_DOWN)
    elif venue.gateway_service == 0:
        handle(world, message)
    elif venue.gateway_free_at <= world.now:
        venue.gateway_free_at = world.now + venue.gateway_service
        handle(world, message)
    elif venue.gateway_queue >= venue.gateway_queue_max:
        refuse(world, message, Reject.GATEWAY_FULL)
    else:
        venue.gateway_queue += 1
        world.clock.schedule(venue.gateway_free_at, EventKind.GATEWAY, message)
        venue.gateway_free_at += venue.gateway_service


def release_queued(world: World, message: Message) -> None:
    """Handle a message whose turn in the queue has come."""
    venue_of(world, message).gateway_queue -= 1
    handle(world, message)


def handle(world: World, message: Message) -> None:
    """Carry a message out."""
    if message.command == Command.TRANSFER:
        begin_transfer(world, message)
        return
    exchange = message.seat.exchange
    code = carry_out(exchange, message)
    if code != Reject.NONE:
        world.refused(message.agent, code)
    exchange.release_touched()
    world.reject = code
    note_quote(exchange)
    try_again(world, message)


def try_again(world: World, message: Message) -> None:
    """Let a passive holder who wants out, and is not, send the same order for what is left after a while."""
    seat = message.seat
    after = seat.holder.again if message.agent < 0 else 0
    if after <= 0 or message.cause not in WANT_OUT:
        return
    if seat.pos > 0 if message.side == Side.SELL else seat.pos < 0:
        rest = replace(message, qty=abs(seat.pos))
        world.clock.schedule(world.now + after, EventKind.MESSAGE, rest)


def carry_out(exchange: Any, m: Message) -> Reject:
    """Call the order type a message asks for and return why it is refused."""
    side, force, cause = Side(m.side), TimeInForce(m.force), FillCause(m.cause)
    terms: dict[str, Any] = {"reduce_only": bool(m.reduce_only), "cause": cause}
    code: Reject
    if m.command == Command.LIMIT:
        code = exchange.limit(m.seat, side, m.px, m.qty, force, m.tag, **terms)
    elif m.command == Command.MARKET:
        code = exchange.market(m.seat, side, m.qty, force, **terms)
    elif m.command == Command.CANCEL:
        code = exchange.cancel(m.seat, m.tag)
    elif m.command == Command.CANCEL_ALL:
        code = exchange.cancel_all(m.seat)
    elif m.command == Command.MODIFY:
        code = exchange.modify(m.seat, m.tag, m.px, m.qty, force)
    else:
        source = TriggerSource(m.trigger)
        code = exchange.stop(m.seat, side, m.px, m.qty, m.tag, source=source, **terms)
    return code


def can_withdraw(world: World, account: Holder, atoms: int) -> bool:
    """Return whether an account may give money away: what no order or position needs."""
    venue = world.venues[account.venue]
    if account.status == AccountStatus.IN_LIQUIDATION:
        return False
    if not venue.margin_on:
        return atoms <= account.cash - account.held
    needed = sum(seat.exchange.initial_of(seat) for seat in account.seats.values())
    owned = venue.ledger.equity(account)
    return atoms <= min(owned - needed, owned - venue.ledger.posted(account))


def begin_transfer(world: World, message: Message) -> None:
    """Take the money out; until it arrives it lies with the outside world."""
    source, target = message.seat, message.target
    here, there = world.venues[source.venue], world.venues[target.venue]
    if max(here.transfers_down_until, there.transfers_down_until) > world.now:
        refuse(world, message, Reject.TRANSFERS_DOWN)
    elif (
        here.ledger.asset != there.ledger.asset
        or message.qty <= 0
        or source.owner != target.owner
        or not can_withdraw(world, source, message.qty)
    ):
        refuse(world, message, Reject.BALANCE)
    else:
        outside = here.house(AccountKind.EXTERNAL)
        here.ledger.pay(source, outside, message.qty, EntryReason.TRANSFER)
        world.clock.schedule(world.now + here.transfer_delay, EventKind.SETTLE_TRANSFER, message)


def settle_transfer(world: World, message: Message) -> None:
    """Credit a transfer."""
    there = world.venues[message.target.venue]
    outside = there.house(AccountKind.EXTERNAL)
    there.ledger.pay(outside, message.target, message.qty, EntryReason.TRANSFER)
