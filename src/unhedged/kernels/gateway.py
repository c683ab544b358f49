"""The way of a message: from the sender through latency and the venue's gateway to its book.

    decision ──latency──▶ MESSAGE ──free?──▶ submit
                             │ busy
                             ▼
                          queue ──GATEWAY──▶ submit        full or down: refused

A gateway handles one message per ``gateway_service`` ns, first come first served. Under load the queue grows and a hedge
arrives late: nobody writes that into a scenario. A venue's own liquidation orders do not pass through it.
"""

from typing import Any

from unhedged.kernels.accounts import can_withdraw, mark_dirty
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.feed import note_quote
from unhedged.kernels.ledger import pay
from unhedged.kernels.orders import submit
from unhedged.kernels.rng import uniforms
from unhedged.kernels.tables import account, agent, instrument, message, out, position, venue
from unhedged.vocab.enums import (
    Command,
    EntryReason,
    EventKind,
    FillCause,
    Reject,
    Side,
    TimeInForce,
    TriggerSource,
)

_COMMANDS, _FORCES = int(max(Command)), int(max(TimeInForce))
_SOURCES, _CAUSES = int(max(TriggerSource)), int(max(FillCause))


@kernel("int64(World)")
def take_message(w: Any) -> int:
    """Return a free message row. The loop keeps headroom, so there always is one."""
    row = w.free_message
    w.free_message = message(w, row).next
    w.used_messages += 1
    message(w, row).next = -1
    return row


@kernel("void(World, int64)")
def release_message(w: Any, row: int) -> None:
    """Give message ``row`` back."""
    message(w, row).next = w.free_message
    w.free_message = row
    w.used_messages -= 1


@helper("boolean(Message)")
def is_sound(m: Any) -> bool:
    """Return whether every code of a message exists; a user's behaviour may write anything."""
    return (
        0 <= m.command <= _COMMANDS
        and 0 <= m.side <= 1
        and 0 <= m.force <= _FORCES
        and 0 <= m.reduce_only <= 1
        and 0 <= m.trigger <= _SOURCES
        and 0 <= m.cause <= _CAUSES
    )


@kernel("void(World, int64, int64)")
def send_all(w: Any, a: int, count: int) -> None:
    """Send the first ``count`` rows of `out` for agent ``a``; each takes its own draw of the link's latency.

    A row with a leg the agent does not have, or a code that does not exist, is refused before it leaves.

    Messages of one turn may therefore overtake each other.
    """
    me = agent(w, a)
    u0, u1, u2, u3 = 0.0, 0.0, 0.0, 0.0
    for n in range(count):
        lane = n & 3
        if lane == 0:
            u0, u1, u2, u3 = uniforms(me)
            u = u0
        elif lane == 1:
            u = u1
        elif lane == 2:
            u = u2
        else:
            u = u3
        wanted = out(w, n)
        leg = wanted.leg
        if leg < 0 or leg >= me.legs or not is_sound(wanted):
            w.reject = Reject.MALFORMED
            w.rejects += 1
            me.rejects += 1
            me.last_reject = Reject.MALFORMED
            continue
        row = take_message(w)
        sent = message(w, row)
        sent.qty = wanted.qty
        sent.px = wanted.px
        sent.command = wanted.command
        sent.side = wanted.side
        sent.force = wanted.force
        sent.reduce_only = wanted.reduce_only
        sent.trigger = wanted.trigger
        sent.cause = wanted.cause
        sent.leg = leg
        sent.agent = a
        sent.position = me.position[leg]
        sent.tag = -1
        if wanted.command == Command.TRANSFER:
            sent.position = position(w, me.position[leg]).account
            sent.tag = position(w, me.position[min(max(wanted.tag, 0), me.legs - 1)]).account
        elif wanted.tag >= 0 and wanted.tag < me.tags:
            sent.tag = me.first_tag + wanted.tag
        delay = me.order_latency + int(u * me.order_jitter)
        schedule(w, w.now + delay, EventKind.MESSAGE, row)


@kernel("void(World, int64, int64)")
def refuse(w: Any, row: int, reason: int) -> None:
    """Count a refusal, tell the sender, and drop the message."""
    w.reject = reason
    w.rejects += 1
    sender = message(w, row).agent
    if sender >= 0:
        agent(w, sender).rejects += 1
        agent(w, sender).last_reject = reason
    release_message(w, row)


@kernel("int64(World, int64)")
def venue_of(w: Any, row: int) -> int:
    """Return the venue a message goes to."""
    m = message(w, row)
    if m.command == Command.TRANSFER:
        return account(w, m.position).venue
    return instrument(w, position(w, m.position).instrument).venue


@kernel("void(World, int64)")
def arrive(w: Any, row: int) -> None:
    """Let a message reach its gateway: handled now, queued, or refused."""
    v = venue(w, venue_of(w, row))
    w.messages += 1
    if v.gateway_down_until > w.now:
        refuse(w, row, Reject.GATEWAY_DOWN)
        return
    if v.gateway_service == 0:
        handle(w, row)
        return
    if v.gateway_free_at <= w.now:
        v.gateway_free_at = w.now + v.gateway_service
        handle(w, row)
        return
    if v.gateway_queue >= v.gateway_queue_max:
        refuse(w, row, Reject.GATEWAY_FULL)
        return
    v.gateway_queue += 1
    schedule(w, v.gateway_free_at, EventKind.GATEWAY, row)
    v.gateway_free_at += v.gateway_service


@kernel("void(World, int64)")
def release_queued(w: Any, row: int) -> None:
    """Handle a message whose turn in the gateway's queue has come."""
    venue(w, venue_of(w, row)).gateway_queue -= 1
    handle(w, row)


@kernel("void(World, int64)")
def handle(w: Any, row: int) -> None:
    """Carry a message out at its venue."""
    m = message(w, row)
    if m.command == Command.TRANSFER:
        begin_transfer(w, row)
        return
    i = position(w, m.position).instrument
    submit(w, row)
    note_quote(w, i)
    settle(w, row)


@kernel("void(World, int64)")
def settle(w: Any, row: int) -> None:
    """Give a handled message back, unless a passive holder tries again with it: one that wants out, and is not.

    The book had too little, the price stood outside the band, or the account is with the venue: after ``account.again`` the
    same order goes out for what is left then.
    """
    m = message(w, row)
    o = position(w, m.position)
    after = account(w, o.account).again
    wants_out = m.agent < 0 and after > 0 and m.cause in (FillCause.STOP, FillCause.PANIC)
    if wants_out and (o.pos > 0 if m.side == Side.SELL else o.pos < 0):
        m.qty = abs(o.pos)
        schedule(w, w.now + after, EventKind.MESSAGE, row)
        return
    release_message(w, row)


@kernel("void(World, int64)")
def begin_transfer(w: Any, row: int) -> None:
    """Take a transfer's money out of its source; it arrives after the venue's delay.

    In flight it lies with the venue's external account, so the sum of cash never changes. Refused while transfers of
    either venue are down, when the source may not give the amount away, or when the other venue settles in another asset.
    """
    m = message(w, row)
    here = venue(w, account(w, m.position).venue)
    there = venue(w, account(w, m.tag).venue)
    if here.transfers_down_until > w.now or there.transfers_down_until > w.now:
        refuse(w, row, Reject.TRANSFERS_DOWN)
        return
    same_owner = account(w, m.position).owner == account(w, m.tag).owner
    if here.asset != there.asset or m.qty <= 0 or not same_owner:
        refuse(w, row, Reject.BALANCE)
        return
    if not can_withdraw(w, m.position, m.qty):
        refuse(w, row, Reject.BALANCE)
        return
    pay(w, m.position, here.external, m.qty, EntryReason.TRANSFER)
    mark_dirty(w, m.position)
    schedule(w, w.now + here.transfer_delay, EventKind.SETTLE_TRANSFER, row)


@kernel("void(World, int64)")
def settle_transfer(w: Any, row: int) -> None:
    """Credit a transfer that has arrived."""
    m = message(w, row)
    there = venue(w, account(w, m.tag).venue)
    pay(w, there.external, m.tag, m.qty, EntryReason.TRANSFER)
    mark_dirty(w, m.tag)
    release_message(w, row)
