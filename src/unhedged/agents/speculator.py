"""People who want leverage, more of it some weeks than others: what they wish to hold wanders about its usual size for days.

    wish ─wanders about nought over the memory─▶ short of it? ─▶ buys at market over the pace, in slices
                                               └▶ beyond it? ─▶ sells likewise

Each agent is a pool of them, and what it holds is the change of their position from the usual one: below nought they hold less than
they do on the average. The wish does not look at prices or funding: who is paid to take the other side does. It is an
Ornstein-Uhlenbeck process begun in its stationary law; they hold nothing beyond the usual at first, so a run begins with a few paces of trading there.

Source: the demand of small, trend-chasing traders for leverage, against scarce capital for arbitrage, is what moves the carry in
M. Schmeling, A. Schrimpf, K. Todorov, Crypto carry, BIS Working Paper 1087 (2023).
"""

import math
from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.orders import SECOND, arrived_by, lots, middle, share_after, take
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.rng import normal
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Side

LEAST_ORDER = 0.1
"""Part of a slice that must be saved up before an order is sent."""


@kernel("void(Observation, Agent)")
def begin(seen: Any, me: Any) -> None:
    """Draw the wish it starts with; it holds nothing yet, and the way there takes a pace or two."""
    me.state[c.SPEC_BEGAN] = float(max(1, seen.t))
    me.state[c.SPEC_LAST] = float(seen.t)
    me.state[c.SPEC_WISH] = normal(me)


@kernel("void(Parameter, Agent, float64)")
def wander(row: Any, me: Any, seconds: float) -> None:
    """Let the wish fade towards its mean and be moved by chance, so that its variance stays one."""
    faded = share_after(seconds, row.of[c.SPEC_MEMORY])
    kept = 1.0 - faded
    moved = math.sqrt(max(0.0, 1.0 - kept * kept))
    me.state[c.SPEC_WISH] = kept * me.state[c.SPEC_WISH] + moved * normal(me)


@kernel("int64(Observation, Parameter, Agent, int64, float64)")
def approach(seen: Any, row: Any, me: Any, out: int, seconds: float) -> int:
    """Trade part of the way from what it holds to what it wishes, at most a slice. Return messages."""
    px = middle(seen, 0)
    lot_usd = seen.lot[0] * seen.tick[0] * px
    missing = row.of[c.SPEC_SWING] * me.state[c.SPEC_WISH] / lot_usd - seen.pos[0]
    most = float(max(1, lots(seen, 0, row.of[c.SPEC_SLICE], px)))
    due = me.state[c.SPEC_DUE] + missing * share_after(seconds, row.of[c.SPEC_PACE])
    # What is saved up for the other side is dropped: the wish has turned.
    if due * missing < 0.0:
        due = 0.0
    me.state[c.SPEC_DUE] = min(max(due, -most), most)
    qty = int(abs(me.state[c.SPEC_DUE]))
    if qty < max(1.0, LEAST_ORDER * most):
        return 0
    side = Side.BUY if me.state[c.SPEC_DUE] > 0.0 else Side.SELL
    n = take(seen, out, 0, 0, side, qty, row.of[c.SPEC_SLIP])
    if n > 0:
        me.state[c.SPEC_DUE] = 0.0
        me.state[c.SPEC_BUSY] = arrived_by(seen, me, 0)
    return n


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Let the wish wander and trade towards it."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    if mine.state[c.SPEC_BEGAN] == 0.0:
        begin(seen, mine)
        return 0
    seconds = (seen.t - mine.state[c.SPEC_LAST]) / SECOND
    mine.state[c.SPEC_LAST] = float(seen.t)
    wander(row, mine, seconds)
    if seen.t < mine.state[c.SPEC_BUSY]:
        return 0
    return approach(seen, row, mine, out, seconds)
