"""Memory fetched before it is needed: the rows that the next events will touch.

An event touches a dozen rows of tables far larger than the caches nearest to the core. Which ones is known as soon as it stands
in the wheel, so each slot is looked at once, a millisecond before the cursor reaches it. What it holds goes through short
rings, for one row tells where the next lies and must have come before it is read:

    slot ─▶ event ─┬─▶ agent ─▶ position
                   └─▶ message ─▶ position, tag ─▶ account, order under the tag ─▶ neighbours of that order, price level

Each new member of a ring moves those before it one look on. Nothing is decided here and nothing of the model written: a run is
the same without it, and a row that was handled meanwhile is fetched in vain. The checked build goes without.
"""

# ruff: noqa: ARG001
# The arguments of an intrinsic are fixed by numba.

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from unhedged.kernels.clock import WIDTH_BITS
from unhedged.kernels.compiled import CHECKED, helper, i8, kernel
from unhedged.kernels.layout.columns import LINE
from unhedged.kernels.layout.events import SOON
from unhedged.kernels.tables import (
    account,
    address_of_agent,
    agent,
    book,
    event,
    level,
    message,
    order,
    position,
    slot,
    soon,
    tag,
)
from unhedged.vocab.enums import Command, EventKind

LEAD = 1 << 20 >> WIDTH_BITS
"""Slots between the cursor and the look at a slot: a millisecond. What is sent and arrives within less goes without."""
MOST = 16
"""Slots looked at for one event, when the cursor jumped farther."""
LAG = 3
"""Events between the look at a slot and the look at its event."""
STEP = 2
"""Turns, or messages, between two looks at one of them."""
AGENT_LINES = 3
"""Lines of an agent that are fetched; the cells of its memory that only market makers use lie beyond."""

_MESSAGE, _WAKE, _TRANSFER = int(EventKind.MESSAGE), int(EventKind.WAKE), int(Command.TRANSFER)
_RING = SOON["event"].shape[0] - 1


def _prefetch(builder: Any, pointer: Any) -> None:
    byte = ir.IntType(8).as_pointer()
    flag = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
    function = get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    settings = [ir.Constant(flag, n) for n in (0, 3, 1)]  # to read, keep near, data
    builder.call(function, [builder.bitcast(pointer, byte), *settings])


@intrinsic
def fetch(typing: Any, row: Any) -> Any:
    """Begin to load a record: its first line, and its last where it may reach into the next."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _prefetch(builder, arguments[0])
        if LINE % row.size != 0:
            word = ir.IntType(64)
            last = builder.add(
                builder.ptrtoint(arguments[0], word), ir.Constant(word, row.size - 1)
            )
            _prefetch(builder, builder.inttoptr(last, ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(row), build


@intrinsic
def fetch_at(typing: Any, address: Any) -> Any:
    """Begin to load the line at an address."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _prefetch(builder, builder.inttoptr(arguments[0], ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.int64), build


@helper("void(World, int64)")
def fetch_slot(w: Any, t: int) -> None:
    """Begin to load the slot of the wheel that an event at ``t`` will join."""
    fetch(slot(w, (t >> WIDTH_BITS) & (w.n_slot - 1)))


@helper("void(World, int64)")
def _look_at_turn(w: Any, a: int) -> None:
    first = address_of_agent(agent(w, a))
    for line in range(AGENT_LINES):
        fetch_at(first + LINE * line)
    ring = soon(w, 0)
    n = w.soon_turns
    w.soon_turns = n + 1
    ring.turn[n & _RING] = a
    fetch(position(w, agent(w, ring.turn[(n - STEP) & _RING]).position[0]))


@helper("void(World, int64)")
def _look_at_places(w: Any, row: int) -> None:
    m = message(w, row)
    if m.command != _TRANSFER:
        fetch(position(w, m.position))
        fetch(tag(w, max(0, m.tag)))


@helper("void(World, int64)")
def _look_at_account(w: Any, row: int) -> None:
    m = message(w, row)
    if m.command != _TRANSFER:
        fetch(account(w, position(w, m.position).account))
        fetch(order(w, max(0, tag(w, max(0, m.tag)).order)))


@helper("void(World, int64)")
def _look_at_queue(w: Any, row: int) -> None:
    m = message(w, row)
    if m.command != _TRANSFER:
        o = order(w, max(0, tag(w, max(0, m.tag)).order))
        b = book(w, 2 * i8(position(w, m.position).instrument) + m.side)
        fetch(order(w, max(0, o.next)))
        fetch(order(w, max(0, o.previous)))
        fetch(order(w, max(0, o.account_next)))
        fetch(order(w, max(0, o.account_previous)))
        fetch(level(w, b.first_level + max(0, o.px - b.base)))
        fetch(level(w, b.first_level + max(0, m.px - b.base)))


@helper("void(World, int64)")
def _look_at_message(w: Any, row: int) -> None:
    fetch(message(w, row))
    ring = soon(w, 0)
    n = w.soon_messages
    w.soon_messages = n + 1
    ring.message[n & _RING] = row
    _look_at_places(w, ring.message[(n - STEP) & _RING])
    _look_at_account(w, ring.message[(n - 2 * STEP) & _RING])
    _look_at_queue(w, ring.message[(n - 3 * STEP) & _RING])


@helper("void(World, int64)")
def _await(w: Any, row: int) -> None:
    fetch(event(w, row))
    soon(w, 0).event[w.soon_events & _RING] = row
    w.soon_events += 1


@helper("void(World)")
def _look_at_event(w: Any) -> None:
    e = event(w, soon(w, 0).event[w.soon_seen & _RING])
    w.soon_seen += 1
    if e.next >= 0 and e.t > w.now:
        _await(w, e.next)
    if e.kind == _WAKE:
        _look_at_turn(w, e.subject)
    elif e.kind == _MESSAGE:
        _look_at_message(w, e.subject)


@kernel("void(World)")
def fetch_ahead(w: Any) -> None:
    """Look at the slots that came within reach since the cursor moved."""
    if CHECKED:
        return
    last = w.wheel_cursor + LEAD
    at = max(w.soon_slot, last - MOST)
    w.soon_slot = last
    while at < last:
        at += 1
        row = i8(slot(w, at & (w.n_slot - 1)).head)
        if row >= 0:
            _await(w, row)
            _look_at_event(w)
            if w.soon_seen < w.soon_events - LAG:
                _look_at_event(w)
