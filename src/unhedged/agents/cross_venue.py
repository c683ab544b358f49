"""Arbitrage between books of one asset: buy where it is cheap, sell where it is dear, up to a limit per leg.

    new refusals? ─▶ transfer due? ─▶ orders still on their way? ─▶ flatten a leg that filled alone ─▶ best pair

Both legs are sent at once, each up to a price that keeps half of what the gap offers beyond the threshold, so a pair never
trades through its own reason. Money does not follow at once: when a venue runs short of equity the desk asks for a transfer,
and while transfers are refused it opens nothing new. That is how a gap between venues can stay open.
"""

from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.orders import (
    NO_TAG,
    SECOND,
    affordable,
    arrived_by,
    clamp,
    limit,
    middle,
    take,
    transfer,
)
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Reject, Side, TimeInForce

MOST_SLIP = 0.05
"""Share of the price beyond the touch that an order never exceeds."""
FLAT = 0.02
"""Part of a slice below which legs count as matched."""


@kernel("float64(Observation, Parameter, int64)")
def held(seen: Any, row: Any, leg: int) -> float:
    """Return units of the asset on ``leg`` beyond what it started with."""
    return float((seen.pos[leg] - row.of[c.NEUTRAL + leg]) * seen.lot[leg])


@kernel("boolean(Observation, Parameter, int64)")
def usable(seen: Any, row: Any, leg: int) -> bool:
    """Return whether a message to ``leg`` would be handled soon enough."""
    return bool(seen.gateway_wait[leg] <= SECOND * row.of[c.CROSS_PATIENCE])


@kernel("float64(Observation, Parameter, int64, int64)")
def most_units(seen: Any, row: Any, leg: int, side: int) -> float:
    """Return the units ``leg`` may still buy or sell: up to its limit, no coins and no cash it lacks."""
    price = middle(seen, leg) * seen.tick[leg]
    cap = row.of[c.CROSS_LIMIT] / price
    mine = held(seen, row, leg)
    room = cap - mine if side == Side.BUY else cap + mine
    if row.of[c.NEUTRAL + leg] > 0.0:
        room = min(room, affordable(seen, leg, side) * seen.lot[leg])
    return max(0.0, room)


@kernel("float64(Observation, Parameter, Agent, int64, int64)")
def surplus(seen: Any, row: Any, me: Any, cheap: int, dear: int) -> float:
    """Return by how much the gap from ``cheap`` to ``dear`` exceeds what the trade needs; negative for no trade.

    A trade that shrinks both legs needs only that the gap it was opened for is down to ``exit``; any other needs ``enter``,
    and is not made while transfers are refused.
    """
    if seen.ask[cheap] < 1 or seen.bid[dear] < 1:
        return -1.0
    if not usable(seen, row, cheap) or not usable(seen, row, dear):
        return -1.0
    buys = seen.ask[cheap] * seen.tick[cheap]
    gap = seen.bid[dear] * seen.tick[dear] / buys - 1.0
    if held(seen, row, cheap) < 0.0 and held(seen, row, dear) > 0.0:
        return float(gap + row.of[c.CROSS_EXIT])
    if seen.t < me.state[c.CROSS_FROZEN_UNTIL]:
        return -1.0
    return float(gap - row.of[c.CROSS_ENTER])


@kernel("int64(Observation, Parameter, Agent, int64, int64, int64, float64)")
def trade_pair(seen: Any, row: Any, me: Any, out: int, cheap: int, dear: int, extra: float) -> int:
    """Buy on ``cheap`` and sell the same units on ``dear``, at once. Return messages."""
    units = row.of[c.CROSS_SLICE] / (seen.ask[cheap] * seen.tick[cheap])
    units = min(
        units, most_units(seen, row, cheap, Side.BUY), most_units(seen, row, dear, Side.SELL)
    )
    bought, sold = held(seen, row, cheap), held(seen, row, dear)
    if bought < 0.0 and sold > 0.0:
        units = min(units, -bought, sold)
    buy_qty = int(units / seen.lot[cheap] + 1e-9)
    sell_qty = int(buy_qty * seen.lot[cheap] / seen.lot[dear] + 1e-9)
    if buy_qty < 1 or sell_qty < 1:
        return 0
    slip = min(0.5 * extra, MOST_SLIP)
    buy_px = int(seen.ask[cheap] * (1.0 + slip))
    sell_px = max(1, seen.bid[dear] - int(seen.bid[dear] * slip))
    n = limit(out, 0, cheap, Side.BUY, buy_px, buy_qty, NO_TAG, TimeInForce.IOC)
    n = limit(out, n, dear, Side.SELL, sell_px, sell_qty, NO_TAG, TimeInForce.IOC)
    me.state[c.CROSS_BUSY] = max(arrived_by(seen, me, cheap), arrived_by(seen, me, dear))
    return n


@kernel("int64(Observation, Parameter, Agent, int64)")
def best_pair(seen: Any, row: Any, me: Any, out: int) -> int:
    """Trade the pair of legs with the largest surplus, if any. Return messages."""
    cheap = dear = 0
    most = 0.0
    for i in range(seen.legs):
        for j in range(seen.legs):
            if i != j:
                extra = surplus(seen, row, me, i, j)
                if extra > most:
                    cheap, dear, most = i, j, extra
    if most <= 0.0:
        return 0
    return trade_pair(seen, row, me, out, cheap, dear, most)


@kernel("int64(Observation, Parameter, Agent, int64, float64)")
def flatten(seen: Any, row: Any, me: Any, out: int, units: float) -> int:
    """Trade away ``units`` that one leg filled without the other, where the price is best. Return messages."""
    side = Side.SELL if units > 0.0 else Side.BUY
    best = -1
    best_price = 0.0
    for leg in range(seen.legs):
        touch = seen.bid[leg] if side == Side.SELL else seen.ask[leg]
        room = most_units(seen, row, leg, side) >= seen.lot[leg]
        if touch < 1 or not room or not usable(seen, row, leg):
            continue
        price = touch * seen.tick[leg]
        better = price > best_price if side == Side.SELL else price < best_price
        if best < 0 or better:
            best, best_price = leg, price
    if best < 0:
        return 0
    size = min(abs(units), most_units(seen, row, best, side), row.of[c.CROSS_SLICE] / best_price)
    n = take(seen, out, 0, best, side, int(size / seen.lot[best] + 1e-9), row.of[c.CROSS_ENTER])
    me.state[c.CROSS_BUSY] = arrived_by(seen, me, best)
    return n


@kernel("int64(Observation, Parameter, Agent, int64)")
def ask_transfer(seen: Any, row: Any, me: Any, out: int) -> int:
    """Ask for half the difference between its richest and poorest account when the poorest runs short. Return messages."""
    accounts = int(row.of[c.ACCOUNTS])
    rich = poor = -1
    total = 0.0
    count = 0
    for leg in range(seen.legs):
        if (accounts >> leg) & 1 == 0:
            continue
        count += 1
        total += seen.equity[leg]
        if rich < 0 or seen.equity[leg] > seen.equity[rich]:
            rich = leg
        if poor < 0 or seen.equity[leg] < seen.equity[poor]:
            poor = leg
    if count < 2 or seen.equity[poor] >= row.of[c.CROSS_REBALANCE] * total / count:
        return 0
    asked = me.state[c.CROSS_TRANSFERRED]
    if asked != 0.0 and seen.t < asked + SECOND * row.of[c.CROSS_EVERY]:
        return 0
    me.state[c.CROSS_TRANSFERRED] = float(seen.t)
    return transfer(out, 0, rich, poor, (seen.equity[rich] - seen.equity[poor]) // 2)


@kernel("void(Observation, Parameter, Agent)")
def hear_refusals(seen: Any, row: Any, me: Any) -> None:
    """After a transfer refused because transfers are down, open nothing for a while, then try again."""
    if me.rejects > me.state[c.CROSS_REJECTS] and me.last_reject == Reject.TRANSFERS_DOWN:
        me.state[c.CROSS_FROZEN_UNTIL] = seen.t + SECOND * row.of[c.CROSS_FROZEN]
        wait = row.of[c.CROSS_EVERY] - row.of[c.CROSS_FROZEN]
        me.state[c.CROSS_TRANSFERRED] = min(seen.t - SECOND * wait, float(seen.t))
    me.state[c.CROSS_REJECTS] = float(me.rejects)


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Hear refusals, move money, match legs, trade the best gap: one of them a turn."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    hear_refusals(seen, row, mine)
    n = ask_transfer(seen, row, mine, out)
    if n > 0 or seen.t < mine.state[c.CROSS_BUSY]:
        return n
    units = 0.0
    coarsest = 0.0
    for leg in range(seen.legs):
        units += held(seen, row, leg)
        coarsest = max(coarsest, seen.lot[leg])
    price = clamp(middle(seen, 0) * seen.tick[0], 1e-12, 1e18)
    if abs(units) > max(1.5 * coarsest, FLAT * row.of[c.CROSS_SLICE] / price):
        return flatten(seen, row, mine, out, units)
    return best_pair(seen, row, mine, out)
