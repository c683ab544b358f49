"""How a market maker puts its size into the book, and how it hedges."""

import math
from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.chance import stress_of
from unhedged.agents.orders import (
    NO_TAG,
    SECOND,
    affordable,
    arrived_by,
    cancel,
    limit,
    lots,
    middle,
    share_after,
)
from unhedged.agents.stock import full_usd, half_spread, net_usd, skew_of, units_on
from unhedged.kernels.compiled import kernel
from unhedged.kernels.floatmath import exp_, pow_
from unhedged.vocab.enums import Side, TimeInForce

MOVE = 0.25
"""Quotes follow when their centre moved by more than this part of the half-spread."""
RESIZE = 0.05
"""Or when their size should change by more than this part of the target."""


@kernel("float64(Observation, Parameter, Agent, int64, int64)")
def size_share(seen: Any, row: Any, me: Any, q: int, side: int) -> float:
    """Return the part of full size to show on ``side`` of leg ``q``, between its floor and 1."""
    floor = row.of[c.MAKER_FLOOR]
    if me.state[c.MAKER_AWAY] > 0.0:
        return float(floor)
    at = q * c.MAKER_BLOCK
    stress = stress_of(me.state[at + c.MAKER_VARIANCE], me.state[at + c.MAKER_CALM])
    excess = max(0.0, stress - 1.0) / row.of[c.MAKER_VOLATILITY_SCALE]
    part = 1.0 / (1.0 + pow_(excess, row.of[c.MAKER_VOLATILITY_POWER]))
    part *= exp_(-row.of[c.MAKER_FEAR] * me.state[c.MAKER_CLOSED] / row.of[c.CAPITAL])
    held = net_usd(seen, row, me, q, me.state[at + c.MAKER_MID])
    if (held > 0.0) == (side == Side.BUY):
        most = row.of[c.MAKER_LIMIT] * row.of[c.CAPITAL] * row.of[c.MAKER_WEIGHT + q]
        used = held / most
        part /= 1.0 + used * used
    return float(floor + (1.0 - floor) * part)


@kernel("int64(Observation, Parameter, Agent, int64, int64, float64)")
def wanted_lots(seen: Any, row: Any, me: Any, q: int, side: int, seconds: float) -> int:
    """Return the lots to show on ``side`` of leg ``q`` now: less at once, more with the refill time."""
    usd = size_share(seen, row, me, q, side) * full_usd(row, me, q)
    target = lots(seen, q, usd, middle(seen, q))
    if row.of[c.NEUTRAL + q] > 0.0:
        target = min(target, affordable(seen, q, side))
    resting = seen.open_buy[q] if side == Side.BUY else seen.open_sell[q]
    if target <= resting or me.state[c.MAKER_BEGAN] == seen.t:
        return target
    back = share_after(seconds, row.of[c.MAKER_REFILL])
    return int(resting + math.ceil((target - resting) * back))


@kernel("int64(Observation, int64, int64, float64)")
def passive_px(seen: Any, q: int, side: int, px: float) -> int:
    """Return ``px`` on the tick grid, away from the mid, and not through the other side as it was seen."""
    if side == Side.BUY:
        ticks = math.floor(px)
        return min(ticks, seen.ask[q] - 1) if seen.ask[q] > 0 else ticks
    return max(math.ceil(px), seen.bid[q] + 1)


@kernel("int64(Observation, Parameter, int64, int64, int64, int64, int64, float64, float64)")
def quote_side(
    seen: Any, row: Any, out: int, n: int, q: int, side: int, total: int, centre: float, half: float
) -> int:
    """Write the quotes of one side: equal sizes, the levels closer together near the touch.

    With fewer lots than levels, all stand at the first and the others are cancelled.
    """
    levels = int(row.of[c.MAKER_LEVELS])
    each = total // levels
    sign = -1.0 if side == Side.BUY else 1.0
    for level in range(levels):
        tag = (2 * q + side) * levels + level
        x = level / max(1, levels - 1)
        away = half + row.of[c.MAKER_SPAN] * x * math.sqrt(x)
        px = passive_px(seen, q, side, centre * (1.0 + sign * away))
        qty = each
        if level == 0:
            qty = total - each * (levels - 1)
        if qty > 0:
            n = limit(out, n, q, side, px, qty, tag, TimeInForce.POST_ONLY)
        else:
            n = cancel(out, n, q, side, tag)
    return n


@kernel("int64(Observation, Parameter, Agent, int64, int64, int64, float64)")
def quote_leg(seen: Any, row: Any, me: Any, out: int, n: int, q: int, seconds: float) -> int:
    """Renew the quotes of leg ``q`` where price or size should change. A side that is fine keeps its place in the queue.

    Nothing is sent into a gateway that would hold it longer than one turn.
    """
    if seen.gateway_wait[q] > max(me.period, int(SECOND)):
        return n
    at = q * c.MAKER_BLOCK
    centre = me.state[at + c.MAKER_REFERENCE] * (1.0 - skew_of(seen, row, me, q))
    half = half_spread(row, me, q)
    moved = abs(centre - me.state[at + c.MAKER_CENTRE]) > MOVE * half * centre
    for side in range(2):
        total = wanted_lots(seen, row, me, q, side, seconds)
        resting = seen.open_buy[q] if side == Side.BUY else seen.open_sell[q]
        if total == 0 and resting == 0:
            continue
        if moved or abs(total - resting) > RESIZE * max(total, resting):
            n = quote_side(seen, row, out, n, q, side, total, centre, half)
    if moved:
        me.state[at + c.MAKER_CENTRE] = centre
    return n


@kernel("int64(Observation, Parameter, Agent, int64, float64)")
def hedge_px(seen: Any, row: Any, me: Any, side: int, used: float) -> int:
    """Return the worst price, ticks of the hedge leg, at which it hedges; 0 when there is no touch.

    Inside its limit it pays no more than the inventory is worth to it: its reservation price on the quoted leg, times the
    usual ratio of the two prices. Otherwise makers that hedge with each other would pass one inventory round in circles.
    Beyond its limit (``used`` > 1) it pays up to its slippage beyond the touch.
    """
    leg = int(row.of[c.MAKER_QUOTES])
    touch = seen.ask[leg] if side == Side.BUY else seen.bid[leg]
    if touch < 1:
        return 0
    away = row.of[c.MAKER_HEDGE_SLIP] if side == Side.BUY else -row.of[c.MAKER_HEDGE_SLIP]
    px = touch * (1.0 + away)
    if used < 1.0:
        worth = me.state[c.MAKER_REFERENCE] * (1.0 - skew_of(seen, row, me, 0))
        worth *= me.state[c.MAKER_BASIS] * seen.tick[0] / seen.tick[leg]
        px = min(px, worth) if side == Side.BUY else max(px, worth)
    return math.floor(px) if side == Side.BUY else math.ceil(px)


@kernel("int64(Observation, Parameter, Agent, int64, int64)")
def hedge(seen: Any, row: Any, me: Any, out: int, n: int) -> int:
    """Bring the inventory of all quoted legs back inside its band with one order on the hedge leg."""
    leg = int(row.of[c.MAKER_QUOTES])
    if me.legs <= leg or seen.t < me.state[c.MAKER_HEDGED]:
        return n
    held = 0.0
    for q in range(leg + 1):
        held += units_on(seen, row, q)
    px = middle(seen, leg)
    unit = px * seen.tick[leg]
    used = abs(held) * unit / (row.of[c.MAKER_LIMIT] * row.of[c.CAPITAL])
    if used <= row.of[c.MAKER_HEDGE_ABOVE]:
        return n
    usd = abs(held) * unit * (1.0 - row.of[c.MAKER_HEDGE_TO] / used)
    qty = lots(seen, leg, min(usd, row.of[c.MAKER_HEDGE_MOST] * row.of[c.CAPITAL]), px)
    side = Side.SELL if held > 0.0 else Side.BUY
    if row.of[c.NEUTRAL + leg] > 0.0:
        qty = min(qty, affordable(seen, leg, side))
    worst = hedge_px(seen, row, me, side, used)
    written = limit(out, n, leg, side, worst, qty, NO_TAG, TimeInForce.IOC)
    if written > n:
        me.state[c.MAKER_HEDGED] = arrived_by(seen, me, leg)
    return written
