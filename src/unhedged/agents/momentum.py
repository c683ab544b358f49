"""A trader who follows a move with leverage: nothing held in calm, a short once the price runs away below its own mean.

    price below its mean by more than the trigger? ─▶ joins, the sooner the wider the gap
    joined           ─▶ opens a short in slices, up to equity × leverage
    one who leaves   ─▶ out at a loss, at a profit, or when the price is back above the mean
    one who stays    ─▶ holds on; a rebound that eats the margin ends with the venue closing it

A block of them sells at a pace in proportion to the gap, yet each who has joined stands at full leverage.

The trigger counts in calm volatility over one window, learned from the same price: noise alone stays far inside it. Rises are
followed likewise where the block says so. Equity limits what it opens, so one that was closed does not come back.
"""

import math
from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.chance import learn_variance
from unhedged.agents.orders import ATOM, SECOND, arrived_by, lots, middle, share_after, take
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.rng import uniforms
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Side

WATCH = 5.0
"""Windows it watches before it trades: mean and calm volatility are guesses until then."""
LEAST_ORDER = 0.02
"""Part of its limit that is not worth an order."""
RUINED = 0.1
"""Part of its capital below which it opens nothing any more."""
BACK_OFF = 60.0
"""Seconds without an order after a refusal."""


@kernel("void(Observation, Parameter, Agent)")
def begin(seen: Any, row: Any, me: Any) -> None:
    """Start watching; draw whether it is one who leaves."""
    u, _, _, _ = uniforms(me)
    me.state[c.MOM_BEGAN] = float(max(1, seen.t))
    me.state[c.MOM_LAST] = float(seen.t)
    me.state[c.MOM_MID] = me.state[c.MOM_MEAN] = middle(seen, 0)
    me.state[c.MOM_LEAVER] = 1.0 if u < row.of[c.MOM_LEAVES] else 0.0


@kernel("void(Observation, Parameter, Agent)")
def learn(seen: Any, row: Any, me: Any) -> None:
    """Update mean and volatility of the price, what it paid for what it holds, and what was refused."""
    seconds = (seen.t - me.state[c.MOM_LAST]) / SECOND
    elapsed = (seen.t - me.state[c.MOM_BEGAN]) / SECOND
    me.state[c.MOM_LAST] = float(seen.t)
    px = middle(seen, 0)
    learn_variance(me, c.MOM_VARIANCE, c.MOM_CALM, px / me.state[c.MOM_MID] - 1.0, seconds, elapsed)
    me.state[c.MOM_MID] = px
    me.state[c.MOM_MEAN] += share_after(seconds, row.of[c.MOM_WINDOW]) * (px - me.state[c.MOM_MEAN])
    before = me.state[c.MOM_HELD]
    held = float(seen.pos[0])
    if before * held <= 0.0:
        me.state[c.MOM_ENTRY] = px
    elif abs(held) > abs(before):
        me.state[c.MOM_ENTRY] += (1.0 - before / held) * (px - me.state[c.MOM_ENTRY])
    me.state[c.MOM_HELD] = held
    if me.rejects > me.state[c.MOM_REJECTS]:
        me.state[c.MOM_BUSY] = max(me.state[c.MOM_BUSY], seen.t + SECOND * BACK_OFF)
        me.state[c.MOM_REJECTS] = float(me.rejects)


@kernel("float64(Parameter, Agent)")
def signal_of(row: Any, me: Any) -> float:
    """Return by how many triggers the price lies above its mean; negative below."""
    trigger = row.of[c.MOM_TRIGGER] * math.sqrt(me.state[c.MOM_CALM] * row.of[c.MOM_WINDOW])
    if not trigger > 0.0:
        return 0.0
    return float((me.state[c.MOM_MID] / me.state[c.MOM_MEAN] - 1.0) / trigger)


@kernel("boolean(Parameter, Agent, float64)")
def wants_out(row: Any, me: Any, signal: float) -> bool:
    """Return whether loss, profit or the turn of the price makes one who leaves get out."""
    if me.state[c.MOM_LEAVER] == 0.0:
        return False
    side = 1.0 if me.state[c.MOM_HELD] > 0.0 else -1.0
    gain = side * (me.state[c.MOM_MID] / me.state[c.MOM_ENTRY] - 1.0)
    if gain <= -row.of[c.MOM_STOP] or gain >= row.of[c.MOM_TAKE_PROFIT]:
        return True
    return bool(-side * signal >= row.of[c.MOM_TURN])


@kernel("int64(Observation, Parameter, Agent, int64)")
def get_out(seen: Any, row: Any, me: Any, out: int) -> int:
    """Close what it holds, one slice a turn. Return messages."""
    me.state[c.MOM_LEAVING] = 1.0
    me.state[c.MOM_JOINED] = 0.0
    usd = row.of[c.MOM_SLICE] * row.of[c.CAPITAL] * row.of[c.MOM_LEVERAGE]
    qty = min(abs(seen.pos[0]), max(1, lots(seen, 0, usd, middle(seen, 0))))
    side = Side.SELL if seen.pos[0] > 0 else Side.BUY
    n = take(seen, out, 0, 0, side, qty, row.of[c.MOM_SLIP])
    if n > 0:
        me.state[c.MOM_BUSY] = arrived_by(seen, me, 0)
    return n


@kernel("float64(Observation, Parameter)")
def limit_usd(seen: Any, row: Any) -> float:
    """Return the dollars it may hold: its equity, at most what it brought, times leverage; nothing once it is ruined."""
    equity = seen.equity[0] * ATOM
    if equity < RUINED * row.of[c.CAPITAL]:
        return 0.0
    return float(min(equity, row.of[c.CAPITAL]) * row.of[c.MOM_LEVERAGE])


@kernel("void(Observation, Parameter, Agent, float64, float64)")
def join(seen: Any, row: Any, me: Any, signal: float, seconds: float) -> None:
    """Decide whether to follow the move, at a rate that grows with the gap; give up when the price is back at its mean."""
    if me.state[c.MOM_JOINED] * signal < 0.0:
        me.state[c.MOM_JOINED] = 0.0
    way = 1.0 if signal > 0.0 else -1.0
    if abs(signal) <= 1.0 or row.of[c.MOM_SIDE] * way < 0.0 or seen.pos[0] * way < 0.0:
        return
    rate = row.of[c.MOM_GAIN] * (abs(signal) - 1.0)
    if me.state[c.MOM_JOINED] == 0.0 and rate > 0.0:
        u, _, _, _ = uniforms(me)
        if u < share_after(seconds, 1.0 / rate):
            me.state[c.MOM_JOINED] = way


@kernel("int64(Observation, Parameter, Agent, int64)")
def follow(seen: Any, row: Any, me: Any, out: int) -> int:
    """Open a slice of its limit the way it has joined, until the limit is reached. Return messages."""
    px = middle(seen, 0)
    limit = limit_usd(seen, row)
    room = limit - abs(seen.pos[0]) * seen.lot[0] * seen.tick[0] * px
    qty = lots(seen, 0, min(room, row.of[c.MOM_SLICE] * limit), px)
    if room < LEAST_ORDER * limit or qty < 1:
        me.state[c.MOM_JOINED] = 0.0
        return 0
    side = Side.BUY if me.state[c.MOM_JOINED] > 0.0 else Side.SELL
    n = take(seen, out, 0, 0, side, qty, row.of[c.MOM_SLIP])
    if n > 0:
        me.state[c.MOM_BUSY] = arrived_by(seen, me, 0)
    return n


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Watch the price against its mean; follow it when it runs away, get out when it is time."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    if mine.state[c.MOM_BEGAN] == 0.0:
        begin(seen, row, mine)
        return 0
    seconds = (seen.t - mine.state[c.MOM_LAST]) / SECOND
    learn(seen, row, mine)
    if seen.t < mine.state[c.MOM_BUSY]:
        return 0
    signal = signal_of(row, mine)
    if seen.pos[0] != 0 and (mine.state[c.MOM_LEAVING] > 0.0 or wants_out(row, mine, signal)):
        return get_out(seen, row, mine, out)
    mine.state[c.MOM_LEAVING] = 0.0
    if seen.t - mine.state[c.MOM_BEGAN] < SECOND * WATCH * row.of[c.MOM_WINDOW]:
        return 0
    join(seen, row, mine, signal, seconds)
    return follow(seen, row, mine, out) if mine.state[c.MOM_JOINED] != 0.0 else 0
