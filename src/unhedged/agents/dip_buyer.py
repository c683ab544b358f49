"""Somebody who buys when the price is far below value, with money that is mostly still on its way.

    value known ─▶ discount? ─▶ capital starts to arrive (from the first discount it sees, not at a clock)
                               ─▶ spends what is there over its pace, in slices
    price above value again ─▶ sells what it bought

The discount it asks for rises with how far this minute or the last one fell: nobody catches a falling knife. Volatility would do
as well while the price falls, but it stays high as long as books are empty, and so keeps away the very people who could fill
them. The larger what it gets over what it asks for, the more it hurries. A part of the capital may stand in a ladder of bids far
below the market from the start; a rung that is eaten comes back slowly.
"""

import math
from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.chance import LEAST_SIGMA, learn_variance, power_distance
from unhedged.agents.orders import (
    ATOM,
    SECOND,
    arrived_by,
    cancel,
    fair,
    limit,
    lots,
    middle,
    share_after,
    take,
)
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.rng import uniforms
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Side, TimeInForce

PASSIVE_TAG = 0
FIRST_RUNG = 1
CANDLE = 60.0
"""Seconds between the closes of its chart; a prior."""
LEAST_ORDER = 0.02
"""Part of a slice that must be saved up before an order is sent."""


@kernel("float64(Observation, int64)")
def usd_of(seen: Any, qty: int) -> float:
    """Return ``qty`` lots in dollars at the mid."""
    return float(qty * seen.lot[0] * seen.tick[0] * middle(seen, 0))


@kernel("float64(Observation, Parameter)")
def spent(seen: Any, row: Any) -> float:
    """Return dollars in what it has bought and not sold again."""
    return float(max(0.0, seen.cost[0] * ATOM)) if seen.pos[0] > row.of[c.NEUTRAL] else 0.0


@kernel("int64(Observation, Parameter, Agent, int64, int64, int64)")
def place_rung(seen: Any, row: Any, me: Any, out: int, n: int, rung: int) -> int:
    """Write bid ``rung`` of the ladder at a fresh distance below the mid."""
    u, _, _, _ = uniforms(me)
    away = power_distance(u, row.of[c.DIP_NEAREST], row.of[c.DIP_FARTHEST], row.of[c.DIP_DECAY])
    px = middle(seen, 0) * (1.0 - away)
    usd = row.of[c.DIP_LADDER] * row.of[c.CAPITAL] / row.of[c.DIP_LADDER_ORDERS]
    qty = lots(seen, 0, usd, px)
    return limit(out, n, 0, Side.BUY, int(px), qty, FIRST_RUNG + rung, TimeInForce.POST_ONLY)


@kernel("int64(Observation, Parameter, Agent, int64)")
def begin(seen: Any, row: Any, me: Any, out: int) -> int:
    """Start watching and put the ladder up. Return messages."""
    me.state[c.DIP_BEGAN] = float(max(1, seen.t))
    me.state[c.DIP_LAST] = float(seen.t)
    me.state[c.DIP_CLOSE] = middle(seen, 0)
    n = 0
    if row.of[c.DIP_LADDER] > 0.0:
        for rung in range(int(row.of[c.DIP_LADDER_ORDERS])):
            n = place_rung(seen, row, me, out, n, rung)
    return n


@kernel("void(Observation, Parameter, Agent, float64)")
def learn(seen: Any, row: Any, me: Any, seconds: float) -> None:
    """Update calm volatility and the fall of this candle; note the first discount, from which its money is on the way."""
    px = middle(seen, 0)
    me.state[c.DIP_SINCE] += seconds
    move = px / me.state[c.DIP_CLOSE] - 1.0
    fell = max(0.0, -move)
    falling = max(fell, me.state[c.DIP_FELL])
    if me.state[c.DIP_SINCE] >= CANDLE:
        elapsed = (seen.t - me.state[c.DIP_BEGAN]) / SECOND
        learn_variance(me, c.DIP_VARIANCE, c.DIP_CALM, move, me.state[c.DIP_SINCE], elapsed)
        me.state[c.DIP_CLOSE] = px
        me.state[c.DIP_FELL] = fell
        me.state[c.DIP_SINCE] = 0.0
    usual = math.sqrt(max(me.state[c.DIP_CALM], LEAST_SIGMA * LEAST_SIGMA) * CANDLE)
    me.state[c.DIP_FALLING] = falling / usual
    if me.state[c.DIP_FIRST] == 0.0 and 1.0 - px / fair(seen, 0) >= row.of[c.DIP_DISCOUNT]:
        me.state[c.DIP_FIRST] = float(max(1, seen.t))


@kernel("float64(Observation, Parameter, Agent)")
def available(seen: Any, row: Any, me: Any) -> float:
    """Return dollars that have arrived and are neither spent nor in resting bids."""
    ladder = row.of[c.DIP_LADDER]
    there = row.of[c.DIP_ON_HAND]
    if me.state[c.DIP_FIRST] > 0.0:
        since = (seen.t - me.state[c.DIP_FIRST]) / SECOND
        there += (1.0 - there) * share_after(since, row.of[c.DIP_ARRIVAL])
    arrived = row.of[c.CAPITAL] * (ladder + (1.0 - ladder) * there)
    return float(max(0.0, arrived - spent(seen, row) - usd_of(seen, seen.open_buy[0])))


@kernel("int64(Observation, Parameter, Agent, int64, float64, float64)")
def buy(seen: Any, row: Any, me: Any, out: int, seconds: float, urgency: float) -> int:
    """Spend part of what is there: take, or rest at the bid. Return messages.

    At ``urgency`` times the discount it asks for it spends so many times as fast and pays so much more beyond the touch.
    """
    spend = available(seen, row, me) * share_after(seconds * urgency, row.of[c.DIP_PACE])
    saved = me.state[c.DIP_BUDGET] + spend
    me.state[c.DIP_BUDGET] = min(saved, row.of[c.DIP_SLICE])
    if me.state[c.DIP_BUDGET] < LEAST_ORDER * row.of[c.DIP_SLICE]:
        return 0
    u, _, _, _ = uniforms(me)
    qty = lots(seen, 0, min(me.state[c.DIP_BUDGET], available(seen, row, me)), middle(seen, 0))
    if u < row.of[c.DIP_PASSIVE] and seen.bid[0] > 0:
        n = limit(out, 0, 0, Side.BUY, seen.bid[0], qty, PASSIVE_TAG, TimeInForce.POST_ONLY)
        me.state[c.DIP_RESTING] = 1.0
    else:
        n = take(seen, out, 0, 0, Side.BUY, qty, row.of[c.DIP_SLIP] * urgency)
    if n > 0:
        me.state[c.DIP_BUDGET] = 0.0
        me.state[c.DIP_BUSY] = arrived_by(seen, me, 0)
    return n


@kernel("int64(Observation, Parameter, Agent, int64, int64, float64)")
def sell(seen: Any, row: Any, me: Any, out: int, n: int, seconds: float) -> int:
    """Sell part of what it bought, at the pace it buys. Return messages."""
    bought = seen.pos[0] - int(row.of[c.NEUTRAL]) - seen.open_sell[0]
    part = int(bought * share_after(seconds, row.of[c.DIP_PACE])) + 1
    qty = min(bought, part, lots(seen, 0, row.of[c.DIP_SLICE], middle(seen, 0)))
    after = take(seen, out, n, 0, Side.SELL, qty, row.of[c.DIP_SLIP])
    if after > n:
        me.state[c.DIP_BUSY] = arrived_by(seen, me, 0)
    return after


@kernel("int64(Observation, Parameter, Agent, int64, int64, float64)")
def tend_ladder(seen: Any, row: Any, me: Any, out: int, n: int, seconds: float) -> int:
    """Now and then put one rung back, when there is money for it. Return messages."""
    rungs = row.of[c.DIP_LADDER_ORDERS]
    one = row.of[c.DIP_LADDER] * row.of[c.CAPITAL] / max(1.0, rungs)
    if one <= 0.0 or row.of[c.CAPITAL] - spent(seen, row) < one:
        return n
    now, which, _, _ = uniforms(me)
    if now >= rungs * seconds / row.of[c.DIP_REFRESH]:
        return n
    return place_rung(seen, row, me, out, n, int(which * rungs))


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Look for a discount, buy in slices while there is one, sell above value."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    if mine.state[c.DIP_BEGAN] == 0.0:
        return begin(seen, row, mine, out)
    seconds = (seen.t - mine.state[c.DIP_LAST]) / SECOND
    mine.state[c.DIP_LAST] = float(seen.t)
    learn(seen, row, mine, seconds)
    n = 0
    cheap = 1.0 - middle(seen, 0) / fair(seen, 0)
    rise = row.of[c.DIP_PREMIUM] * mine.state[c.DIP_FALLING]
    needed = row.of[c.DIP_DISCOUNT] * (1.0 + rise)
    wanted = cheap >= needed
    if wanted and seen.t >= mine.state[c.DIP_BUSY]:
        n = buy(seen, row, mine, out, seconds, cheap / needed)
    if not wanted:
        mine.state[c.DIP_BUDGET] = 0.0
        if mine.state[c.DIP_RESTING] > 0.0:
            n = cancel(out, n, 0, Side.BUY, PASSIVE_TAG)
            mine.state[c.DIP_RESTING] = 0.0
        if -cheap > row.of[c.DIP_TAKE_PROFIT] and seen.t >= mine.state[c.DIP_BUSY]:
            n = sell(seen, row, mine, out, n, seconds)
    return tend_ladder(seen, row, mine, out, n, seconds)
