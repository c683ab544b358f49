"""A market maker's inventory: what it holds beyond its neutral stock, net of its hedge, and how its quotes lean against it."""

import math
from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.orders import clamp
from unhedged.agents.quotes import skew_term, spread_term
from unhedged.kernels.compiled import kernel

MOST_STRESS = 5.0
"""Multiple of calm volatility that skew and spread count at most."""
MOST_SKEW = 0.1
"""Quotes never lean by more than this share of the price."""


@kernel("float64(Observation, Parameter, int64)")
def units_on(seen: Any, row: Any, leg: int) -> float:
    """Return units of the asset held on ``leg`` beyond the neutral stock."""
    return float((seen.pos[leg] - row.of[c.NEUTRAL + leg]) * seen.lot[leg])


@kernel("float64(Observation, Parameter, Agent, int64)")
def net_lots(seen: Any, row: Any, me: Any, q: int) -> float:
    """Return the inventory of quoted leg ``q`` in its lots; the hedge leg counts evenly for all quoted legs."""
    quotes = int(row.of[c.MAKER_QUOTES])
    units = units_on(seen, row, q)
    if me.legs > quotes:
        units += units_on(seen, row, quotes) / quotes
    return float(units / seen.lot[q])


@kernel("float64(Observation, Parameter, Agent, int64, float64)")
def net_usd(seen: Any, row: Any, me: Any, q: int, px: float) -> float:
    """Return the inventory of quoted leg ``q`` in dollars at ``px`` ticks."""
    return float(net_lots(seen, row, me, q) * seen.lot[q] * seen.tick[q] * px)


@kernel("float64(Parameter, Agent, int64)")
def full_usd(row: Any, me: Any, q: int) -> float:
    """Return the dollars one side of leg ``q`` shows at full size."""
    share = row.of[c.MAKER_DEPTH] * row.of[c.MAKER_WEIGHT + q]
    return float(row.of[c.CAPITAL] * share * me.state[c.MAKER_SCALE])


@kernel("float64(Parameter, Agent, int64)")
def sigma_of(row: Any, me: Any, q: int) -> float:
    """Return the volatility its spread pays for on leg ``q``: of the moment, between half and five times calm, per root second.

    Without an upper bound, wide spreads make the mid jump, the jumps read as volatility, and spreads stay wide.
    """
    at = q * c.MAKER_BLOCK
    calm = me.state[at + c.MAKER_CALM]
    variance = max(me.state[at + c.MAKER_VARIANCE], 0.25 * calm)
    return math.sqrt(min(variance, MOST_STRESS * MOST_STRESS * calm))


@kernel("float64(Observation, Parameter, Agent, int64)")
def skew_of(seen: Any, row: Any, me: Any, q: int) -> float:
    """Return by which share of the price the quotes of leg ``q`` lie lower because of inventory; negative when short.

    Its volatility is that of ten minutes. With the volatility of the moment a maker's own skew would move the price, raise the
    volatility it measures, and so the skew: a feedback of quotes on themselves. Five times calm is the most it counts.
    A leg's own position counts once more by its weight, hedged or not: it binds capital, so quotes lean towards closing both legs.
    """
    order_usd = row.of[c.MAKER_UNIT] * row.of[c.CAPITAL] * row.of[c.MAKER_WEIGHT + q]
    if order_usd <= 0.0:
        return 0.0
    px = me.state[q * c.MAKER_BLOCK + c.MAKER_MID]
    own = units_on(seen, row, q) * seen.tick[q] * px
    orders = (net_usd(seen, row, me, q, px) + row.of[c.MAKER_GROSS] * own) / order_usd
    most = MOST_STRESS * MOST_STRESS * me.state[q * c.MAKER_BLOCK + c.MAKER_CALM]
    sigma = math.sqrt(min(me.state[c.MAKER_SLOW + q], most))
    per_order = skew_term(sigma, row.of[c.MAKER_RISK], row.of[c.MAKER_ARRIVAL])
    return clamp(orders * per_order, -MOST_SKEW, MOST_SKEW)


@kernel("float64(Parameter, Agent, int64)")
def half_spread(row: Any, me: Any, q: int) -> float:
    """Return half the spread on leg ``q`` at no inventory, as a share of the price."""
    risk = row.of[c.MAKER_RISK]
    per_order = skew_term(sigma_of(row, me, q), risk, row.of[c.MAKER_ARRIVAL])
    return min(spread_term(risk, row.of[c.MAKER_DISTANCE]) + 0.5 * per_order, MOST_SKEW)
