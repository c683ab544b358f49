"""A desk that holds coins and is short the perpetual against them, with far more collateral than it needs.

Unless it has bounds of the basis or a hurdle of its own, it does nothing until its short is closed by force. Then its coins are
unhedged, and after a delay of its own it does one of three things: sells coins, shorts again, or stays as it is. A desk whose new
short is refused for lack of margin sells.

    forced close ─▶ pending ──delay──▶ answer ─▶ slices until coins and shorts match ─▶ passive

Selling coins is how auto-deleveraging on one venue becomes selling on another.

A desk with a **hurdle** brings money for the carry: it adds coins and short at its pace while the funding it has seen settled, as a
yield a year, beats its hurdle by what a round trip costs, and takes them off when the yield falls short by as much. Money like
that bounds the premium: where much of it waits for little, the contract falls until funding pays just what such money asks; where it is
all at work already, or none comes, the premium floats.

Source of the hurdle: limits of arbitrage in perpetuals, S. He, A. Manela, O. Ross, V. von Wachter, Fundamentals of perpetual
futures, arXiv 2212.06888; M. Schmeling, A. Schrimpf, K. Todorov, Crypto carry, BIS Working Paper 1087 (2023).
"""

from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.orders import SECOND, arrived_by, lots, middle, share_after, take
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
MOST_AT_ONCE = 0.02
"""Part of what it began with that one order for the carry adds or takes off, at most."""


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


@kernel("float64(Observation, Parameter, Agent)")
def wants_more(seen: Any, row: Any, me: Any) -> float:
    """Average the funding seen; return 1 where its yield beats the hurdle, -1 where it falls short, 0 between or unknown."""
    since, me.state[c.BASIS_LAST] = me.state[c.BASIS_LAST], float(seen.t)
    now = seen.funding[SHORT]
    if me.state[c.BASIS_YIELD] == 0.0:
        me.state[c.BASIS_YIELD] = now
    followed = share_after((seen.t - since) / SECOND, row.of[c.BASIS_MEMORY])
    me.state[c.BASIS_YIELD] += followed * (now - me.state[c.BASIS_YIELD])
    over = me.state[c.BASIS_YIELD] - row.of[c.BASIS_HURDLE]
    if now == 0.0 or abs(over) <= row.of[c.BASIS_COST]:
        return 0.0
    return 1.0 if over > 0.0 else -1.0


@kernel("int64(Observation, Parameter, Agent, int64)")
def earn(seen: Any, row: Any, me: Any, out: int) -> int:
    """Add coins and short while funding beats its hurdle, take them off while it falls short, at its pace. Return messages."""
    before = me.state[c.BASIS_LAST]
    way = wants_more(seen, row, me)
    start = row.of[c.NEUTRAL + SPOT] * seen.lot[SPOT]
    saved = me.state[c.BASIS_ROOM] * way
    if saved < 0.0 or way == 0.0:
        me.state[c.BASIS_ROOM] = saved = 0.0
    saved += start * (seen.t - before) / (SECOND * row.of[c.BASIS_PACE])
    px = middle(seen, SPOT) * seen.tick[SPOT]
    one = min(row.of[c.BASIS_SLICE] / px, MOST_AT_ONCE * start)
    me.state[c.BASIS_ROOM] = way * min(saved, one)
    if way == 0.0 or saved < one:
        return 0
    me.state[c.BASIS_ROOM] = 0.0
    units = seen.pos[SPOT] * seen.lot[SPOT]
    if way > 0.0:
        if units + one > row.of[c.BASIS_LIMIT] * start:
            return 0
        n = slice_of(seen, row, out, 0, SPOT, Side.BUY, one)
        return slice_of(seen, row, out, n, SHORT, Side.SELL, one)
    held = min(units, -seen.pos[SHORT] * seen.lot[SHORT])
    if held <= 0.0:
        return 0
    n = slice_of(seen, row, out, 0, SPOT, Side.SELL, min(one, held))
    return slice_of(seen, row, out, n, SHORT, Side.BUY, min(one, held))


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
    if abs(excess) > rounding:
        n = restore(seen, row, mine, out, excess)
    elif row.of[c.BASIS_HURDLE] < c.BASIS_NEVER:
        n = earn(seen, row, mine, out)
    else:
        n = carry(seen, row, out)
    if n > 0:
        last = max(arrived_by(seen, mine, SPOT), arrived_by(seen, mine, seen.legs - 1))
        mine.state[c.BASIS_BUSY] = max(last, arrived_by(seen, mine, SHORT))
    return n
