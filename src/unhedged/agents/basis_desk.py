"""A desk that holds coins and is short the perpetual against them, with far more collateral than it needs.

It does nothing until its short is closed by force. Then its coins are unhedged, and after a delay of its own it does one of
three things: sells coins, shorts again, or stays as it is. A desk whose new short is refused for lack of margin sells.

    forced close ─▶ pending ──delay──▶ answer ─▶ slices until coins and shorts match ─▶ passive

Selling coins is how auto-deleveraging on one venue becomes selling on another.
"""

from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.orders import SECOND, arrived_by, lots, middle, take
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.rng import exponential, uniforms
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import AfterAdl, Reject, Side

SPOT = 0
SHORT = 1
RESHORT = float(AfterAdl.RESHORT)
SELL_SPOT = float(AfterAdl.SELL_SPOT)
HOLD = float(AfterAdl.HOLD)
TOLERANCE = 0.002
"""Part of its coins below which a mismatch is rounding."""


@kernel("float64(Observation)")
def coins_unhedged(seen: Any) -> float:
    """Return units of coins without a short against them; negative when it is short more than it holds."""
    units = 0.0
    for leg in range(seen.legs):
        units += seen.pos[leg] * seen.lot[leg]
    return units


@kernel("void(Observation, Parameter, Agent)")
def notice(seen: Any, row: Any, me: Any) -> None:
    """See what was closed by force since the last look, and set when it will act on it."""
    taken = 0.0
    for leg in range(SHORT, seen.legs):
        taken += (seen.adl_qty[leg] + seen.forced_qty[leg]) * seen.lot[leg]
    if me.state[c.BASIS_BEGAN] == 0.0:
        me.state[c.BASIS_BEGAN] = 1.0
        me.state[c.BASIS_TAKEN] = taken
    fresh = taken - me.state[c.BASIS_TAKEN]
    me.state[c.BASIS_TAKEN] = taken
    if fresh <= 0.0:
        return
    me.state[c.BASIS_PENDING] += fresh
    if me.state[c.BASIS_DUE] == 0.0:
        u, _, _, _ = uniforms(me)
        me.state[c.BASIS_DUE] = seen.t + SECOND * row.of[c.BASIS_REACTION] * exponential(u)


@kernel("void(Observation, Parameter, Agent)")
def answer(seen: Any, row: Any, me: Any) -> None:
    """Decide, once the delay is over, what to do about everything closed by force up to now."""
    if me.state[c.BASIS_DUE] == 0.0 or seen.t < me.state[c.BASIS_DUE]:
        return
    u, _, _, _ = uniforms(me)
    choice = HOLD
    if u < row.of[c.BASIS_SELL]:
        choice = SELL_SPOT
    elif u < row.of[c.BASIS_SELL] + row.of[c.BASIS_RESELL]:
        choice = RESHORT
    if choice == HOLD:
        me.state[c.BASIS_ACCEPTED] += me.state[c.BASIS_PENDING]
    me.state[c.BASIS_ANSWER] = choice
    me.state[c.BASIS_PENDING] = 0.0
    me.state[c.BASIS_DUE] = 0.0


@kernel("int64(Observation, Parameter, int64, int64, int64, int64, float64)")
def slice_of(seen: Any, row: Any, out: int, n: int, leg: int, side: int, units: float) -> int:
    """Write one taking order on ``leg`` for at most ``units`` and at most one slice; coins it lacks are not sold."""
    px = middle(seen, leg)
    qty = min(int(units / seen.lot[leg]), lots(seen, leg, row.of[c.BASIS_SLICE], px))
    if leg == SPOT and side == Side.SELL:
        qty = min(qty, seen.pos[SPOT] - seen.open_sell[SPOT])
    return take(seen, out, n, leg, side, qty, row.of[c.BASIS_SLIP])


@kernel("int64(Observation, Parameter, Agent, int64, float64)")
def restore(seen: Any, row: Any, me: Any, out: int, excess: float) -> int:
    """Write one slice towards as many shorts as coins."""
    last = seen.legs - 1
    if excess > 0.0:
        if me.state[c.BASIS_ANSWER] == SELL_SPOT:
            return slice_of(seen, row, out, 0, SPOT, Side.SELL, excess)
        return slice_of(seen, row, out, 0, last, Side.SELL, excess)
    leg = SHORT if seen.pos[SHORT] < 0 else last
    return slice_of(seen, row, out, 0, leg, Side.BUY, -excess)


@kernel("int64(Observation, Parameter, int64)")
def carry(seen: Any, row: Any, out: int) -> int:
    """Add a slice of coins and short when the basis is wide, take one off when it is narrow. Return messages."""
    if min(seen.bid[SPOT], seen.ask[SPOT], seen.bid[SHORT], seen.ask[SHORT]) < 1:
        return 0
    ratio = seen.tick[SHORT] / seen.tick[SPOT]
    units = seen.pos[SPOT] * seen.lot[SPOT]
    start = row.of[c.NEUTRAL + SPOT] * seen.lot[SPOT]
    one = row.of[c.BASIS_SLICE] / (middle(seen, SPOT) * seen.tick[SPOT])
    rich = seen.bid[SHORT] * ratio / seen.ask[SPOT] - 1.0
    if rich > row.of[c.BASIS_OPEN] and units < row.of[c.BASIS_LIMIT] * start:
        n = slice_of(seen, row, out, 0, SPOT, Side.BUY, one)
        return slice_of(seen, row, out, n, SHORT, Side.SELL, one)
    poor = seen.ask[SHORT] * ratio / seen.bid[SPOT] - 1.0
    held = min(units, -seen.pos[SHORT] * seen.lot[SHORT])
    if poor < row.of[c.BASIS_CLOSE] and held > 0.0:
        n = slice_of(seen, row, out, 0, SPOT, Side.SELL, min(one, held))
        return slice_of(seen, row, out, n, SHORT, Side.BUY, min(one, held))
    return 0


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Notice forced closes, answer them in their time, keep coins and shorts matched."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    notice(seen, row, mine)
    answer(seen, row, mine)
    if mine.rejects > mine.state[c.BASIS_REJECTS] and mine.last_reject == Reject.MARGIN:
        mine.state[c.BASIS_ANSWER] = SELL_SPOT
    mine.state[c.BASIS_REJECTS] = float(mine.rejects)
    open_coins = coins_unhedged(seen)
    mine.state[c.BASIS_UNHEDGED] = open_coins
    if seen.t < mine.state[c.BASIS_BUSY]:
        return 0
    excess = open_coins - mine.state[c.BASIS_ACCEPTED] - mine.state[c.BASIS_PENDING]
    rounding = max(TOLERANCE * row.of[c.NEUTRAL] * seen.lot[SPOT], seen.lot[SPOT], seen.lot[SHORT])
    n = restore(seen, row, mine, out, excess) if abs(excess) > rounding else carry(seen, row, out)
    if n > 0:
        last = max(arrived_by(seen, mine, SPOT), arrived_by(seen, mine, seen.legs - 1))
        mine.state[c.BASIS_BUSY] = max(last, arrived_by(seen, mine, SHORT))
    return n
