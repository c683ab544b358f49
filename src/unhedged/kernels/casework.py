"""What every step of a clearing case shares: its row, the account's positions, prices, the row kept, the turnstile of ADL.

    account ─ case ─< event CASE            one event per open case: it schedules its own next step
                │
                ├─ step, phase              which of the venue's steps, and where in it
                ├─ position                 being worked on
                ├─ left                     reducing: one bit per position slot already tried; ADL: lots to close
                └─ winner, winners          reducing: window of 64 slots, partial order sent; ADL: rows of `winner`

Winners lie in one table, so one case at a time may deleverage: row 0 of ``winner`` is the turnstile. It names the case that
is inside and the first and last of those that wait; a case that leaves wakes the next.
"""

from typing import Any

from unhedged.kernels.accounts import (
    equity,
    maintenance,
    net_value,
    nets,
    notional_of,
    value_of,
    worth_at,
)
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import helper, i8, kernel, rule
from unhedged.kernels.solvency import solvent_milli
from unhedged.kernels.tables import account, case, forced, instrument, position, venue, winner
from unhedged.rules import integer
from unhedged.vocab.enums import CasePhase, EventKind, InstrumentKind, LiquidationStep, Side

SLOTS = 64
"""Position slots of an account that are ordered together while reducing."""
FIRST_WINNER = 1
"""Row of the first winner; row 0 is the turnstile."""
NO_LIMIT_PX = 10**15
"""Ticks; a buying limit that no price reaches."""
PPB = integer.PPB
MILLI = integer.MILLI

_CASE = int(EventKind.CASE)
_FREE = int(CasePhase.FREE)
_CANCEL = int(CasePhase.CANCEL)
_REDUCE = int(CasePhase.REDUCE)
_TAKEOVER = int(CasePhase.TAKEOVER)
_CANCEL_ORDERS = int(LiquidationStep.CANCEL_ORDERS)
_BACKSTOP = int(LiquidationStep.BACKSTOP_TAKEOVER)
mul_div_floor = rule(integer.mul_div_floor)
mul_div_ceil = rule(integer.mul_div_ceil)


@helper("void(World, int64, int64)")
def go_on(w: Any, c: int, phase: int) -> None:
    """Let case ``c`` take its next step, of ``phase``, within this instant, after what is already waiting.

    A case whose order was cut goes on when it may order again, ahead of those that find no room after it.
    """
    case(w, c).phase = phase
    schedule(w, case(w, c).resume, _CASE, c)


@helper("int64(World, int64)")
def step_code(w: Any, c: int) -> int:
    """Return the `LiquidationStep` case ``c`` stands at."""
    row = case(w, c)
    return i8(venue(w, row.venue).step[row.step])


@helper("int64(World, int64)")
def phase_of(w: Any, c: int) -> int:
    """Return the phase in which case ``c`` takes the step it stands at: cancel, reduce or take over."""
    code = step_code(w, c)
    if code == _CANCEL_ORDERS:
        return _CANCEL
    return _TAKEOVER if code >= _BACKSTOP else _REDUCE


@kernel("int64(World, int64)")
def next_takeover(w: Any, v: int) -> int:
    """Return when venue ``v`` next takes accounts over: now without ticks, else the next multiple of the interval, ns."""
    interval = venue(w, v).takeover_interval
    if interval <= 0:
        return w.now
    return (w.now // interval + 1) * interval


@kernel("void(World, int64)")
def next_step(w: Any, c: int) -> None:
    """Let case ``c`` go on with the next step of its venue: in this instant, a backstop at the vault's next tick."""
    row = case(w, c)
    row.step += 1
    row.phase = phase_of(w, c)
    t = next_takeover(w, row.venue) if step_code(w, c) == _BACKSTOP else w.now
    schedule(w, t, _CASE, c)


@kernel("void(World, int64)")
def step_back(w: Any, c: int) -> None:
    """Let case ``c`` take the step before again, within this instant."""
    case(w, c).step -= 1
    go_on(w, c, phase_of(w, c))


@kernel("int64(World, int64)")
def take_case(w: Any, a: int) -> int:
    """Open a case row for account ``a`` and return it."""
    c = w.free_case
    row = case(w, c)
    w.free_case = row.next
    w.used_cases += 1
    row.number = w.cases
    w.cases += 1
    row.parent = -1
    row.account = a
    row.loser = a
    row.venue = account(w, a).venue
    row.position = -1
    row.winner = 0
    row.winners = 0
    row.left = 0
    row.keep = 0
    row.used = 0
    row.lost = 0
    row.step = 0
    row.passed = 0
    row.sold = 0
    row.px_milli = 0
    row.bankruptcy_milli = 0
    row.started = w.now
    row.resume = 0
    account(w, a).case = c
    return c


@kernel("void(World, int64)")
def free_case(w: Any, c: int) -> None:
    """Close case ``c``; its account has none from now on."""
    row = case(w, c)
    account(w, row.account).case = -1
    row.phase = _FREE
    row.next = w.free_case
    w.free_case = c
    w.used_cases -= 1


@kernel("boolean(World, int64)")
def has_backstop(w: Any, v: int) -> bool:
    """Return whether a step of venue ``v`` hands accounts to a vault, and it has one."""
    here = venue(w, v)
    for n in range(here.steps):
        if here.step[n] == _BACKSTOP:
            return here.vault >= 0
    return False


@helper("int64(World, int64)")
def carrier(w: Any, v: int) -> int:
    """Return the account that takes positions over at venue ``v``: the vault of a backstop, else the fund."""
    return venue(w, v).vault if has_backstop(w, v) else venue(w, v).fund


@kernel("int64(World, int64, int64)")
def slot_of(w: Any, a: int, i: int) -> int:
    """Return the position slot of account ``a`` in instrument ``i``, -1 for none."""
    own = account(w, a)
    guess = own.first_position + i - venue(w, own.venue).first_instrument
    last = own.first_position + own.positions
    if own.first_position <= guess < last and position(w, guess).instrument == i:
        return guess
    for p in range(own.first_position, last):
        if position(w, p).instrument == i:
            return p
    return -1


@kernel("int64(World, int64)")
def bankruptcy_of(w: Any, p: int) -> int:
    """Return the bankruptcy price of position ``p`` with the account's other positions frozen at mark, milli-ticks >= 0."""
    return solvent_milli(w, p, equity(w, position(w, p).account))


@helper("boolean(World, int64, int64)")
def goes_before(w: Any, p: int, q: int) -> bool:
    """Return whether position ``p`` is liquidated before ``q``: larger unrealised loss, then larger value, then lower row."""
    if q < 0:
        return True
    loss_p = value_of(w, p) - position(w, p).cost
    loss_q = value_of(w, q) - position(w, q).cost
    if loss_p != loss_q:
        return loss_p < loss_q
    size_p = notional_of(w, p)
    size_q = notional_of(w, q)
    if size_p != size_q:
        return size_p > size_q
    return p < q


@helper("boolean(World, int64)")
def is_on_net_side(w: Any, p: int) -> bool:
    """Return whether position ``p`` has the sign of the net of its account on its underlying."""
    o = position(w, p)
    net = net_value(w, o.account, instrument(w, o.instrument).asset)
    return net != 0 and (net > 0) == (o.pos > 0)


@kernel("int64(World, int64)")
def worst_position(w: Any, a: int) -> int:
    """Return the open position of account ``a`` that is liquidated first, -1 when it is flat.

    Where contracts of one underlying offset each other, one on the side of its net goes before all others.
    """
    own = account(w, a)
    found = -1
    towards = False
    net = nets(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos == 0:
            continue
        with_net = net and is_on_net_side(w, p)
        if with_net and not towards:
            towards = True
            found = p
        elif with_net == towards and goes_before(w, p, found):
            found = p
    return found


@kernel("int64(World, int64)")
def untried_position(w: Any, c: int) -> int:
    """Return the next open position of case ``c`` to reduce and mark it tried, -1 when all were.

    Accounts with more than 64 slots are worked in windows of 64 slots, in order of rows.
    """
    row = case(w, c)
    own = account(w, row.account)
    while row.winner * SLOTS < own.positions:
        first = own.first_position + row.winner * SLOTS
        last = min(first + SLOTS, own.first_position + own.positions)
        found = -1
        for p in range(first, last):
            untried = (row.left >> (p - first)) & 1 == 0
            if untried and position(w, p).pos != 0 and goes_before(w, p, found):
                found = p
        if found >= 0:
            row.left |= 1 << (found - first)
            row.position = found
            return found
        row.winner += 1
        row.left = 0
    return -1


@kernel("int64(World, int64, int64)")
def band_limit(w: Any, i: int, side: int) -> int:
    """Return the worst price a market order of the venue may take: the edge of the price band, ticks.

    Rounded into the band; without a band a seller takes any price from one tick, a buyer any price.
    """
    n = instrument(w, i)
    if side == Side.SELL:
        if n.band_ppb <= 0:
            return 1
        edge = mul_div_ceil(n.mark_milli, PPB - n.band_ppb, PPB)
        return max(1, -(-edge // MILLI))
    if n.band_ppb <= 0:
        return NO_LIMIT_PX
    return mul_div_floor(n.mark_milli, PPB + n.band_ppb, PPB) // MILLI


@helper("int64(World, int64, int64, int64)")
def average_milli(w: Any, i: int, amount: int, qty: int) -> int:
    """Return the average price of ``qty`` > 0 lots for ``amount`` atoms, milli-ticks, rounded down."""
    n = instrument(w, i)
    if n.kind == InstrumentKind.INVERSE:
        return mul_div_floor(qty * n.num, MILLI, n.den * max(1, abs(amount)))
    return mul_div_floor(abs(amount), MILLI * n.den, qty * n.num)


@kernel("int64(World, int64, int64, int64, int64, int64)")
def keep_forced(w: Any, c: int, p: int, counterparty: int, change: int, px_milli: int) -> int:
    """Write the row of a forced step that changed position ``p`` by ``change`` lots. Return the row.

    Call it after the step: equity, margin, size and the fund's equity are those the step left behind.
    """
    o = position(w, p)
    v = account(w, o.account).venue
    at = w.forced_kept
    row = forced(w, at)
    row.t = w.now
    row.account = o.account
    row.instrument = o.instrument
    row.counterparty = counterparty
    row.phase = case(w, c).phase
    row.qty = change
    row.px_milli = px_milli
    row.mark_milli = instrument(w, o.instrument).mark_milli
    row.equity = equity(w, o.account)
    row.maintenance = maintenance(w, o.account)
    row.left = abs(o.pos)
    row.winner = 0
    row.score = 0.0
    row.leverage = 0.0
    row.profit = 0.0
    row.before = 0
    row.gain = 0
    row.loser_before = 0
    row.fund = equity(w, carrier(w, v))
    row.cause = case(w, c).number
    row.parent = case(w, c).parent
    w.forced_kept += 1
    return at


@helper("int64(World, int64, int64, int64)")
def amount_at(w: Any, i: int, qty: int, milli: int) -> int:
    """Return the atoms a buyer of ``qty`` lots at ``milli`` pays; negative for an inverse contract: the seller pays."""
    return worth_at(w, i, qty, milli)


@kernel("boolean(World, int64)")
def enter_turnstile(w: Any, c: int) -> bool:
    """Return whether case ``c`` may use the table of winners; otherwise it waits and is woken."""
    gate = winner(w, 0)
    inside = int(gate.account) - 1
    if inside == c or inside < 0:
        gate.account = c + 1
        return True
    case(w, c).next = -1
    if gate.position > 0:
        case(w, gate.close - 1).next = c
    else:
        gate.position = c + 1
    gate.close = c + 1
    return False


@kernel("void(World, int64)")
def leave_turnstile(w: Any, c: int) -> None:
    """Give the table of winners back and wake the case that waited longest."""
    gate = winner(w, 0)
    if int(gate.account) - 1 != c:
        return
    gate.account = 0
    waiting = int(gate.position) - 1
    if waiting >= 0:
        gate.position = case(w, waiting).next + 1
        gate.account = waiting + 1
        schedule(w, w.now, _CASE, waiting)
