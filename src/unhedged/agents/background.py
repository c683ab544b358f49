"""The anonymous flow of one book: limit orders, cancels and market orders, each a Poisson process.

One turn is one event. Its kind is drawn in proportion to the rates, and the next turn follows after an exponential time of
the total rate, which is the superposition of the processes.

- **Limit orders** lie at a distance from the opposite touch whose density falls as a power of distance, and improve their own
  touch by half the spread at most: in a thin book one order would else throw the mid across the whole gap.
- **Cancels** hit each resting order at the same rate. An order's place is a tag; a cancel of an empty place is refused.
- **Market orders** shrink with the liquidity of the moment to a power below one. Fixed sizes against thinning books would
  raise volatility, keep makers away, and end a quiet day. A part of them, the larger the further the price is from value,
  is informed: it trades towards value and never through it. This is how worth reaches the book. A large enough bargain is
  bought at full size however thin the book. The informed part grows as a power of the distance: 1, or 2 where estimates differ, so that
  the number of those who find the price wrong by enough grows with distance and their flow as its square. A buyer of ``m`` dollars a
  second then moves the price by ``sqrt(m)``: the linear latent order book of Tóth and others.
- Where a **usual gap** is remembered, as in a contract that trades at a premium, value means value and that gap: nobody sells a
  contract short because it stands where it always stands.
- **Patient orders** rest far away and come back slowly: what a crash finally runs into.

Sources: R. Cont, S. Stoikov, R. Talreja, A stochastic model for order book dynamics, Operations Research 58 (2010), 549-563;
B. Tóth and others, Anomalous price impact and the critical nature of liquidity in financial markets, Physical Review X 1 (2011) 021006;
J. Donier, J. Bonart, I. Mastromatteo, J.-P. Bouchaud, A fully consistent, minimal model for non-linear market impact, Quantitative
Finance 15 (2015), 1109-1121.
"""

import math
from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.chance import ln_again, log_distance_again, power_distance
from unhedged.agents.orders import (
    NO_TAG,
    SECOND,
    cancel,
    clamp,
    fair,
    limit,
    lots,
    middle,
    share_after,
    shares_after,
    take,
)
from unhedged.kernels.compiled import agent, helper, kernel
from unhedged.kernels.floatmath import exp_, pow_
from unhedged.kernels.lanes import exp_pair
from unhedged.kernels.rng import exponential, normal, uniforms
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Side, TimeInForce

OPENING_STEP = 60
"""Tags gone through per turn while the book is first filled."""
OPENING_PERIOD = 1_000_000
"""ns between those turns."""
LIQUIDITY_FAST = 20.0
"""Seconds: memory of liquidity."""
LIQUIDITY_SLOW = 7_200.0
"""Seconds: memory of calm liquidity."""
CALM_BAND = 1.0
"""Log distance from calm beyond which calm is not learned."""
DRY = 4.0
"""How far below calm, in logs, an empty side counts."""
RUSH_AT = 4.0
"""Multiple of ``informed_scale`` at which market orders come at their highest rate."""
MOST_BELOW = 4.0
"""Log liquidity below calm beyond which market orders shrink no further: somebody always trades."""
MOST_ABOVE = 0.5
"""Log liquidity above calm beyond which market orders do not grow."""


@helper("float64(Parameter, float64, float64)")
def at_most(row: Any, median: float, multiple: float) -> float:
    """Return ``median`` times ``multiple``, or times the group's largest multiple."""
    return float(median * min(multiple, row.of[c.FLOW_SIZE_MOST]))


@kernel("float64(Parameter, Agent, float64)")
def draw_usd(row: Any, me: Any, median: float) -> float:
    """Return a lognormal size in dollars with the group's spread, at most its largest multiple of ``median``."""
    return at_most(row, median, exp_(row.of[c.FLOW_SIZE_SIGMA] * normal(me)))


@kernel("float64(Observation, int64)")
def opposite(seen: Any, side: int) -> float:
    """Return the touch an order of ``side`` keeps its distance from, ticks; the best guess when that side is empty."""
    touch = seen.ask[0] if side == Side.BUY else seen.bid[0]
    if touch > 0:
        return float(touch)
    return middle(seen, 0)


@kernel("int64(Observation, Parameter, Agent, int64, int64, int64, float64, float64, float64)")
def place_near(
    seen: Any, row: Any, me: Any, out: int, n: int, tag: int, u: float, anchor: float, least: float
) -> int:
    """Write a limit order near ``anchor``, ``least`` ticks away or more; the lower half of the near tags are bids."""
    side = Side.BUY if tag < int(row.of[c.FLOW_ORDERS]) else Side.SELL
    step = max(row.of[c.FLOW_STEP], 1.0 / anchor)
    reach, decay = row.of[c.FLOW_REACH], row.of[c.FLOW_DECAY]
    farther = log_distance_again(row, c.FLOW_KEPT, u, step, reach, decay)
    times_step, multiple = exp_pair(farther, row.of[c.FLOW_SIZE_SIGMA] * normal(me))
    away = max(anchor * (step * times_step), least)
    px = math.floor(anchor - away) if side == Side.BUY else math.ceil(anchor + away)
    usd = at_most(row, row.of[c.FLOW_SIZE], multiple)
    qty = max(1, lots(seen, 0, usd, anchor))
    return limit(out, n, 0, side, px, qty, tag, TimeInForce.POST_ONLY)


@kernel("int64(Observation, Parameter, int64, int64, int64, float64, float64)")
def place_far(seen: Any, row: Any, out: int, n: int, k: int, u: float, anchor: float) -> int:
    """Write patient order ``k`` of both sides; the lower half are bids. All have the same worth."""
    count = int(row.of[c.FLOW_PATIENT_ORDERS])
    away = power_distance(
        u, row.of[c.FLOW_NEAREST], row.of[c.FLOW_FARTHEST], row.of[c.FLOW_PATIENT_DECAY]
    )
    qty = lots(seen, 0, row.of[c.FLOW_PATIENT] / max(1, count), anchor)
    side = Side.BUY if k < count else Side.SELL
    sign = -1.0 if side == Side.BUY else 1.0
    px = int(anchor * (1.0 + sign * away))
    tag = 2 * int(row.of[c.FLOW_ORDERS]) + k
    return limit(out, n, 0, side, px, qty, tag, TimeInForce.POST_ONLY)


@kernel("int64(Observation, Parameter, Agent, int64)")
def open_book(seen: Any, row: Any, me: Any, out: int) -> int:
    """Place the next part of the orders a book in its steady state would hold, around the mark. Return messages."""
    anchor = max(1.0, seen.mark_milli[0] / 1000.0)
    near = 2 * int(row.of[c.FLOW_ORDERS])
    total = near + 2 * int(row.of[c.FLOW_PATIENT_ORDERS])
    first = int(me.state[c.FLOW_PLACED])
    after = min(total, first + OPENING_STEP)
    arrivals = row.of[c.FLOW_LIMIT_RATE] / max(1, near)
    resting = arrivals / max(1e-12, arrivals + row.of[c.FLOW_CANCEL_RATE])
    n = 0
    for tag in range(first, after):
        u, chosen, _, _ = uniforms(me)
        if tag >= near:
            n = place_far(seen, row, out, n, tag - near, u, anchor)
        elif chosen < resting:
            n = place_near(seen, row, me, out, n, tag, u, anchor, 0.0)
    me.state[c.FLOW_PLACED] = after
    me.state[c.FLOW_BEGAN] = float(seen.t)
    me.state[c.FLOW_LAST] = float(seen.t)
    me.period = OPENING_PERIOD
    return n


@kernel("float64(Observation, Parameter, Agent, float64)")
def liquidity_gap(seen: Any, row: Any, me: Any, seconds: float) -> float:
    """Update the two averages of log liquidity and return the moment's minus calm's.

    Liquidity is dollars at the touch over the relative spread: what a market order meets per unit of price.
    """
    elapsed = (seen.t - me.state[c.FLOW_BEGAN]) / SECOND
    sample = me.state[c.FLOW_CALM] - DRY
    if seen.bid[0] > 0 and seen.ask[0] > seen.bid[0]:
        px = middle(seen, 0)
        usd = 0.5 * (seen.bid_qty[0] + seen.ask_qty[0]) * seen.lot[0] * px * seen.tick[0]
        liquidity = max(usd, 1e-9) * px / (seen.ask[0] - seen.bid[0])
        sample = ln_again(row, c.FLOW_KEPT_LOG, liquidity)
        if me.state[c.FLOW_KNOWN] == 0.0:
            me.state[c.FLOW_KNOWN] = 1.0
            me.state[c.FLOW_LIQUIDITY] = me.state[c.FLOW_CALM] = sample
    if me.state[c.FLOW_KNOWN] == 0.0:
        return 0.0
    fast, slow = shares_after(seconds, min(LIQUIDITY_FAST, elapsed), min(LIQUIDITY_SLOW, elapsed))
    me.state[c.FLOW_LIQUIDITY] += fast * (sample - me.state[c.FLOW_LIQUIDITY])
    gap = float(me.state[c.FLOW_LIQUIDITY] - me.state[c.FLOW_CALM])
    if elapsed < 5.0 * LIQUIDITY_FAST or abs(gap) < CALM_BAND:
        me.state[c.FLOW_CALM] += slow * (sample - me.state[c.FLOW_CALM])
    return gap


@helper("float64(Observation, Agent)")
def worth_of(seen: Any, me: Any) -> float:
    """Return what informed orders trade towards, ticks: value, and the usual gap to it where one is remembered."""
    return float(fair(seen, 0) * (1.0 + me.state[c.FLOW_GAP]))


@kernel("void(Observation, Parameter, Agent, float64)")
def learn_gap(seen: Any, row: Any, me: Any, seconds: float) -> None:
    """Let the usual gap follow that of the moment, where one is remembered."""
    if row.of[c.FLOW_USUAL] > 0.0:
        now = middle(seen, 0) / fair(seen, 0) - 1.0
        followed = share_after(seconds, row.of[c.FLOW_USUAL])
        me.state[c.FLOW_GAP] += followed * (now - me.state[c.FLOW_GAP])


@helper("float64(Parameter, float64)")
def share_awake(row: Any, off: float) -> float:
    """Return the part, 0 to 1, that trades on value of those who would, at ``off`` times the mispricing that moves them all."""
    if row.of[c.FLOW_POWER] == 1.0 or off >= 1.0:
        return min(1.0, off)
    return pow_(off, row.of[c.FLOW_POWER])


@kernel("int64(Observation, Parameter, Agent, int64, float64, float64)")
def trade(seen: Any, row: Any, me: Any, out: int, u: float, gap: float) -> int:
    """Write one market order, elastic in liquidity: an informed one up to value, or one of either side at random."""
    worth = worth_of(seen, me)
    cheap = worth / middle(seen, 0) - 1.0
    tilt = row.of[c.FLOW_INFORMED] * share_awake(row, abs(cheap) / row.of[c.FLOW_INFORMED_SCALE])
    size = exp_(row.of[c.FLOW_ELASTICITY] * clamp(gap, -MOST_BELOW, MOST_ABOVE))
    if u < tilt:
        size = max(size, min(1.0, abs(cheap) / row.of[c.FLOW_BARGAIN]))
    usd = size * draw_usd(row, me, row.of[c.FLOW_MARKET_SIZE])
    qty = max(1, lots(seen, 0, usd, middle(seen, 0)))
    if u >= tilt:
        side = Side.BUY if (u - tilt) < 0.5 * (1.0 - tilt) else Side.SELL
        return take(seen, out, 0, 0, side, qty, row.of[c.FLOW_REACH])
    if (seen.ask[0] if cheap > 0.0 else seen.bid[0]) < 1:
        return 0
    if cheap > 0.0:
        px = min(math.floor(worth), math.floor(seen.ask[0] * (1.0 + row.of[c.FLOW_REACH])))
        return limit(out, 0, 0, Side.BUY, px, qty, NO_TAG, TimeInForce.IOC)
    px = max(math.ceil(worth), math.ceil(seen.bid[0] * (1.0 - row.of[c.FLOW_REACH])))
    return limit(out, 0, 0, Side.SELL, px, qty, NO_TAG, TimeInForce.IOC)


@kernel("float64(Observation)")
def half_gap(seen: Any) -> float:
    """Return half the spread in ticks, 0 while a side is empty."""
    if seen.bid[0] > 0 and seen.ask[0] > seen.bid[0]:
        return 0.5 * float(seen.ask[0] - seen.bid[0])
    return 0.0


@kernel("float64(Observation, Parameter, Agent)")
def hurry(seen: Any, row: Any, me: Any) -> float:
    """Return the factor by which mispricing speeds market orders up."""
    off = abs(worth_of(seen, me) / middle(seen, 0) - 1.0)
    rush_at = RUSH_AT * row.of[c.FLOW_INFORMED_SCALE]
    return float(1.0 + row.of[c.FLOW_RUSH] * share_awake(row, off / rush_at))


@kernel("int64(Observation, Parameter, Agent, int64, float64)")
def one_event(seen: Any, row: Any, me: Any, out: int, gap: float) -> int:
    """Draw what happens and when the next thing does. Return messages."""
    near = 2 * int(row.of[c.FLOW_ORDERS])
    far = 2 * int(row.of[c.FLOW_PATIENT_ORDERS])
    limits = row.of[c.FLOW_LIMIT_RATE]
    markets = limits + row.of[c.FLOW_MARKET_RATE] * hurry(seen, row, me)
    cancels = markets + row.of[c.FLOW_CANCEL_RATE] * near
    total = cancels + far / row.of[c.FLOW_PATIENCE]
    which, place, distance, wait = uniforms(me)
    if total <= 0.0:
        me.period = 0
        return 0
    me.period = 1 + int(SECOND * min(exponential(wait) / total, 1e6))
    which *= total
    if which < limits:
        tag = int(place * near)
        side = Side.BUY if tag < int(row.of[c.FLOW_ORDERS]) else Side.SELL
        return place_near(
            seen, row, me, out, 0, tag, distance, opposite(seen, side), half_gap(seen)
        )
    if which < markets:
        return trade(seen, row, me, out, place, gap)
    if which < cancels:
        return cancel(out, 0, 0, Side.BUY, int(place * near))
    return place_far(seen, row, out, 0, int(place * far), distance, middle(seen, 0))


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Fill the book over the first turns, then let one event happen per turn."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    tags = 2 * int(row.of[c.FLOW_ORDERS]) + 2 * int(row.of[c.FLOW_PATIENT_ORDERS])
    if mine.state[c.FLOW_PLACED] < tags:
        return open_book(seen, row, mine, out)
    seconds = (seen.t - mine.state[c.FLOW_LAST]) / SECOND
    mine.state[c.FLOW_LAST] = float(seen.t)
    gap = liquidity_gap(seen, row, mine, seconds)
    learn_gap(seen, row, mine, seconds)
    return one_event(seen, row, mine, out, gap)
