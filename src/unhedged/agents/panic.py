"""Holders without debt who sell once frightened: each agent is a pool of many people who decide one by one.

    price under its recent high ─smoothed over the lag─▶ fear ─▶ a share of those left decides to sell, every second
    (or the market they watch)                                   └▶ sold at market, in slices, over the pace

Nobody has to sell: no margin, no stop, no clock. A fall that lasts frightens, a spike does not; and who has decided does not
come back. The hazard grows with the square of the draw-down beyond the threshold up to where it is full, and in proportion
from there. Who watches another market, as holders of smaller coins watch the largest, is frightened by whichever fell more, its
draw-down taken times a factor: coins infect each other through people, not through prices.
"""

from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.orders import SECOND, arrived_by, lots, middle, share_after, take
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Side

WATCHED = 1
"""The leg of the market it watches beside its own, where it does."""
LEAST_ORDER = 0.02
"""Part of a slice that must be saved up before an order is sent, unless it is the rest."""


@kernel("void(Observation, Agent)")
def begin(seen: Any, me: Any) -> None:
    """Start watching."""
    me.state[c.PANIC_BEGAN] = float(max(1, seen.t))
    me.state[c.PANIC_LAST] = float(seen.t)
    me.state[c.PANIC_HIGH] = middle(seen, 0)
    if me.legs > WATCHED:
        me.state[c.PANIC_WATCHED_HIGH] = middle(seen, WATCHED)
    me.state[c.PANIC_HELD] = float(seen.pos[0])


@kernel("float64(Parameter, Agent)")
def hazard_of(row: Any, me: Any) -> float:
    """Return the share of those left who decide to sell, per second."""
    span = max(1e-6, row.of[c.PANIC_FULL] - row.of[c.PANIC_THRESHOLD])
    x = (me.state[c.PANIC_DRAW_DOWN] - row.of[c.PANIC_THRESHOLD]) / span
    if x <= 0.0:
        return 0.0
    return float(row.of[c.PANIC_HAZARD] * (x * x if x < 1.0 else x))


@kernel("float64(Observation, Parameter, Agent, int64, int64, float64)")
def below_high(seen: Any, row: Any, me: Any, leg: int, high: int, seconds: float) -> float:
    """Return how far the mid of a leg lies below its recent high, as a share; the high is kept in a cell of the state."""
    px = middle(seen, leg)
    faded = share_after(seconds, row.of[c.PANIC_MEMORY]) * (me.state[high] - px)
    me.state[high] = max(me.state[high] - faded, px)
    return float(1.0 - px / me.state[high])


@kernel("void(Observation, Parameter, Agent, float64)")
def learn(seen: Any, row: Any, me: Any, seconds: float) -> None:
    """Update highs and draw-down, take off what was sold, and let some of those left decide."""
    down = below_high(seen, row, me, 0, c.PANIC_HIGH, seconds)
    if me.legs > WATCHED:
        watched = below_high(seen, row, me, WATCHED, c.PANIC_WATCHED_HIGH, seconds)
        down = max(down, row.of[c.PANIC_TIMES] * watched)
    me.state[c.PANIC_DRAW_DOWN] += share_after(seconds, row.of[c.PANIC_LAG]) * (
        down - me.state[c.PANIC_DRAW_DOWN]
    )
    held = float(max(0, seen.pos[0]))
    sold = max(0.0, me.state[c.PANIC_HELD] - held)
    me.state[c.PANIC_HELD] = held
    me.state[c.PANIC_FRIGHTENED] = max(0.0, me.state[c.PANIC_FRIGHTENED] - sold)
    hazard = hazard_of(row, me)
    if hazard > 0.0:
        left = max(0.0, held - me.state[c.PANIC_FRIGHTENED])
        me.state[c.PANIC_FRIGHTENED] += left * share_after(seconds, 1.0 / hazard)


@kernel("int64(Observation, Parameter, Agent, int64, float64)")
def sell(seen: Any, row: Any, me: Any, out: int, seconds: float) -> int:
    """Sell part of what is to be sold, at most a slice. Return messages."""
    waiting = min(me.state[c.PANIC_FRIGHTENED], me.state[c.PANIC_HELD])
    if waiting < 1.0:
        me.state[c.PANIC_DUE] = 0.0
        return 0
    slice_ = float(max(1, lots(seen, 0, row.of[c.PANIC_SLICE], middle(seen, 0))))
    part = waiting * share_after(seconds, row.of[c.PANIC_PACE])
    me.state[c.PANIC_DUE] = min(me.state[c.PANIC_DUE] + part, slice_, waiting)
    if me.state[c.PANIC_DUE] < max(1.0, min(LEAST_ORDER * slice_, waiting - 1.0)):
        return 0
    n = take(seen, out, 0, 0, Side.SELL, int(me.state[c.PANIC_DUE]), row.of[c.PANIC_SLIP])
    if n > 0:
        me.state[c.PANIC_DUE] = 0.0
        me.state[c.PANIC_BUSY] = arrived_by(seen, me, 0)
    return n


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Watch the draw-down; sell for those it has frightened."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    if mine.state[c.PANIC_BEGAN] == 0.0:
        begin(seen, mine)
        return 0
    seconds = (seen.t - mine.state[c.PANIC_LAST]) / SECOND
    mine.state[c.PANIC_LAST] = float(seen.t)
    learn(seen, row, mine, seconds)
    if seen.t < mine.state[c.PANIC_BUSY]:
        return 0
    return sell(seen, row, mine, out, seconds)
