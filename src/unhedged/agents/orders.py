"""Writing messages, and small readings of the observation that every behaviour needs.

Each writer takes the number of messages written so far and returns it, one larger when it wrote: a price below one tick, a
size below one lot and a 65th message are dropped, never sent.
"""

import math
from typing import Any

from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.floatmath import exp_
from unhedged.kernels.lanes import exp_pair
from unhedged.kernels.layout.agents import MESSAGE
from unhedged.kernels.tables import as_message
from unhedged.vocab.enums import Command, Side, TimeInForce

SIZE = MESSAGE.itemsize
MOST_MESSAGES = 64
"""Messages a turn may send."""
MOST_PX = 1 << 30
"""Ticks; books hold prices in 32 bits."""
MOST_QTY = 1 << 60
SECOND = 1_000_000_000.0
ATOM = 1e-6
"""Dollars."""
NO_TAG = -1
WIDE = 0.01
"""Spread, as a share of the price, from which a mid means nothing."""
CASH_USED = 0.98
"""Part of spot cash that may stand in bids: the rest is for fees and rounding."""


@helper("int64(int64, int64, int64, int64, int64)")
def blank(out: int, n: int, command: int, leg: int, side: int) -> int:
    """Clear row ``n`` of ``out`` and set what every message has. Return the row's address."""
    address = out + n * SIZE
    m = as_message(address)
    m.qty = 0
    m.px = 0
    m.agent = -1
    m.position = -1
    m.tag = NO_TAG
    m.next = -1
    m.command = command
    m.side = side
    m.force = TimeInForce.GTC
    m.reduce_only = 0
    m.leg = leg
    m.trigger = 0
    m.cause = 0
    return address


@kernel("int64(int64, int64, int64, int64, int64, int64, int64, int64)")
def limit(out: int, n: int, leg: int, side: int, px: int, qty: int, tag: int, force: int) -> int:
    """Write a limit order; under a tag it replaces the earlier live order of that tag."""
    if px < 1 or px > MOST_PX or qty < 1 or qty > MOST_QTY or n >= MOST_MESSAGES:
        return n
    m = as_message(blank(out, n, Command.LIMIT, leg, side))
    m.px = px
    m.qty = qty
    m.tag = tag
    m.force = force
    return n + 1


@kernel("int64(int64, int64, int64, int64, int64)")
def cancel(out: int, n: int, leg: int, side: int, tag: int) -> int:
    """Write a cancel of the order under ``tag``."""
    if n >= MOST_MESSAGES:
        return n
    m = as_message(blank(out, n, Command.CANCEL, leg, side))
    m.tag = tag
    return n + 1


@kernel("int64(int64, int64, int64)")
def cancel_all(out: int, n: int, leg: int) -> int:
    """Write a cancel of everything on ``leg``."""
    if n >= MOST_MESSAGES:
        return n
    blank(out, n, Command.CANCEL_ALL, leg, Side.BUY)
    return n + 1


@kernel("int64(int64, int64, int64, int64, int64)")
def transfer(out: int, n: int, source: int, target: int, atoms: int) -> int:
    """Write a transfer of cash from the account behind leg ``source`` to the one behind leg ``target``."""
    if n >= MOST_MESSAGES or atoms < 1:
        return n
    m = as_message(blank(out, n, Command.TRANSFER, source, Side.BUY))
    m.qty = atoms
    m.tag = target
    return n + 1


@kernel("int64(Observation, int64, int64, int64, int64, int64, float64)")
def take(seen: Any, out: int, n: int, leg: int, side: int, qty: int, slip: float) -> int:
    """Write an order that takes at once, up to ``slip`` (a fraction) beyond the touch; nothing when there is no touch."""
    if side == Side.BUY:
        if seen.ask[leg] < 1:
            return n
        px = int(seen.ask[leg] * (1.0 + slip))
    else:
        if seen.bid[leg] < 1:
            return n
        px = max(1, math.ceil(seen.bid[leg] * (1.0 - slip)))
    return limit(out, n, leg, side, px, qty, NO_TAG, TimeInForce.IOC)


@kernel("float64(Observation, int64)")
def middle(seen: Any, leg: int) -> float:
    """Return the price an agent goes by, ticks: the mid of a book that deserves the name.

    Where a side is empty or the touches lie further apart than `WIDE`, a mid jumps by percents with every order. There it is the
    last trade, moved between the touches; before any trade, the mark.
    """
    bid = float(seen.bid[leg])
    ask = float(seen.ask[leg])
    if bid > 0.0 and ask > 0.0 and ask - bid <= WIDE * ask:
        return 0.5 * (bid + ask)
    px = float(seen.last[leg])
    if px < 1.0:
        px = seen.mark_milli[leg] / 1000.0
    if ask > 0.0:
        px = min(px, ask)
    return max(px, bid, 1.0)


@helper("float64(Observation, int64)")
def fair(seen: Any, leg: int) -> float:
    """Return the fundamental value in ticks of ``leg``."""
    return float(seen.value[leg] / seen.tick[leg])


@helper("int64(Observation, int64, float64, float64)")
def lots(seen: Any, leg: int, usd: float, px: float) -> int:
    """Return whole lots worth at most ``usd`` at ``px`` ticks; 0 for nothing, negative or no price."""
    worth = px * seen.tick[leg] * seen.lot[leg]
    if not usd > 0.0 or not worth > 0.0:
        return 0
    return int(min(usd / worth, 1e15))


@helper("float64(float64, float64)")
def share_after(seconds: float, tau: float) -> float:
    """Return the share of a gap closed after ``seconds`` at time constant ``tau``: ``1 - exp(-seconds / tau)``."""
    if tau <= 0.0:
        return 1.0
    return 1.0 - exp_(-max(0.0, seconds) / tau)


@helper("Lanes(float64, float64, float64)")
def shares_after(seconds: float, one: float, other: float) -> Any:
    """Return `share_after` at two time constants."""
    if one <= 0.0 or other <= 0.0:
        return share_after(seconds, one), share_after(seconds, other)
    past = -max(0.0, seconds)
    a, b = exp_pair(past / one, past / other)
    return 1.0 - a, 1.0 - b


@helper("float64(float64, float64, float64)")
def clamp(x: float, low: float, high: float) -> float:
    """Return ``x`` moved into ``[low, high]``."""
    return min(max(x, low), high)


@helper("float64(Observation, Agent, int64)")
def arrived_by(seen: Any, me: Any, leg: int) -> float:
    """Return the time, ns, by which an order sent now to ``leg`` has certainly arrived."""
    return float(seen.t + me.order_latency + me.order_jitter + seen.gateway_wait[leg] + 1)


@kernel("int64(Observation, int64, int64)")
def affordable(seen: Any, leg: int, side: int) -> int:
    """Return the lots a spot account can offer: coins it has, or what its cash buys. Its equity is cash and coins."""
    if side == Side.SELL:
        return int(max(0, seen.pos[leg]))
    px = middle(seen, leg)
    coins = seen.pos[leg] * seen.lot[leg] * seen.tick[leg] * px
    return int(lots(seen, leg, CASH_USED * (seen.equity[leg] * ATOM - coins), px))
