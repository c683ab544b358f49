"""A market maker with a limit to everything: inventory, loss, volatility, and fear of being deleveraged.

    look ─▶ learn volatility ─▶ reference ─▶ leave or return? ─▶ size and skew ─▶ quotes ─▶ hedge

- The **reference** follows the mid *plus the maker's own skew*, and a little the value. If it followed the mid alone, it
  would chase quotes that its own inventory had moved, for ever. Of a change in value it takes over a share at once, as public
  news that moves quotes without a trade (Madhavan, Richardson, Roomans, Why do security prices change?, Review of Financial
  Studies 10 (1997), 1035-1064).
- **Skew and spread** are those of ``quotes``.
- **Size** on a side is ``floor + (1 - floor) * presence / [1 + ((stress - 1)+ / scale)^power] / [1 + (I / limit)^2] *
  exp(-fear * closed / capital)`` of full size; the inventory term only on the side that would add. It falls at once and
  comes back with the refill time.
- It **leaves** when its loss or the stress passes its own limit, the stress of its books or of one more market it watches: a desk
  that quotes many coins turns them all off when the largest goes wild. It sells part of its inventory, shows what it must, and
  **returns** after its cool-off when markets are calm, smaller.
- It **hedges** inventory beyond a part of its limit on the hedge leg, at prices its own quotes justify; beyond the whole
  limit, at a cost. It waits until one hedge has arrived before the next.
"""

from typing import Any

from unhedged.agents import cells as c
from unhedged.agents.chance import GUESS_SIGMA, learn_variance, stress_of
from unhedged.agents.making import hedge, quote_leg
from unhedged.agents.orders import (
    ATOM,
    SECOND,
    cancel_all,
    fair,
    middle,
    share_after,
    take,
)
from unhedged.agents.stock import net_lots, skew_of
from unhedged.kernels.compiled import agent, kernel
from unhedged.kernels.tables import as_agent, as_observation, as_parameter
from unhedged.vocab.enums import Side

TEN_MINUTES = 600.0
"""Seconds: memory of the volatility its skew uses."""


@kernel("int64(Parameter, Agent)")
def watched_leg(row: Any, me: Any) -> int:
    """Return the leg of the market it watches beside its own, the one after its hedge; -1 without one."""
    leg = int(row.of[c.MAKER_QUOTES]) + 1
    return leg if me.legs > leg else -1


@kernel("float64(Observation, Parameter, Agent)")
def hedge_ratio(seen: Any, row: Any, me: Any) -> float:
    """Return the price of the hedge leg over that of the first quoted leg; 1 without a hedge leg."""
    leg = int(row.of[c.MAKER_QUOTES])
    if me.legs <= leg:
        return 1.0
    hedge_price = middle(seen, leg) * seen.tick[leg]
    return float(hedge_price / (middle(seen, 0) * seen.tick[0]))


@kernel("void(Observation, Parameter, Agent)")
def begin(seen: Any, row: Any, me: Any) -> None:
    """Set what it believes on its first turn: the mid is right, volatility as guessed, nothing lost yet."""
    for q in range(int(row.of[c.MAKER_QUOTES])):
        at = q * c.MAKER_BLOCK
        px = middle(seen, q)
        sigma = row.of[c.MAKER_CALM_SIGMA] if row.of[c.MAKER_CALM_SIGMA] > 0.0 else GUESS_SIGMA
        me.state[at + c.MAKER_MID] = px
        me.state[at + c.MAKER_VARIANCE] = sigma * sigma
        me.state[at + c.MAKER_CALM] = sigma * sigma
        me.state[c.MAKER_SLOW + q] = sigma * sigma
        me.state[at + c.MAKER_REFERENCE] = px
        me.state[at + c.MAKER_ADL] = float(seen.adl_qty[q])
    watched = watched_leg(row, me)
    if watched >= 0:
        me.state[c.MAKER_WATCHED_MID] = middle(seen, watched)
    me.state[c.MAKER_BASIS] = hedge_ratio(seen, row, me)
    me.state[c.MAKER_VALUE] = seen.value[0]
    me.state[c.MAKER_BEGAN] = float(seen.t)
    me.state[c.MAKER_LAST] = float(seen.t)
    me.state[c.MAKER_SCALE] = 1.0
    me.state[c.MAKER_BASE] = trading_equity(seen, row, me)


@kernel("float64(Observation, Parameter, Agent)")
def trading_equity(seen: Any, row: Any, me: Any) -> float:
    """Return equity over its accounts in dollars, without the coins it was stocked with: their price is no loss of trading."""
    usd = 0.0
    accounts = int(row.of[c.ACCOUNTS])
    for leg in range(me.legs):
        if (accounts >> leg) & 1 == 1:
            usd += seen.equity[leg] * ATOM
        usd -= row.of[c.NEUTRAL + leg] * seen.lot[leg] * seen.tick[leg] * middle(seen, leg)
    return usd


@kernel("void(Observation, Parameter, Agent, int64, float64, float64)")
def learn(seen: Any, row: Any, me: Any, q: int, seconds: float, worth_moved: float) -> None:
    """Update volatility, stress, reference and the memory of ADL for quoted leg ``q``.

    Volatility is that of the mid or of value (which changed by the share ``worth_moved``), whichever moved more: a book that its
    makers hold still hides how much they stand to lose.
    """
    at = q * c.MAKER_BLOCK
    px = middle(seen, q)
    elapsed = (seen.t - me.state[c.MAKER_BEGAN]) / SECOND
    calm = me.state[at + c.MAKER_CALM]
    move = max(abs(px / me.state[at + c.MAKER_MID] - 1.0), abs(worth_moved))
    counted = learn_variance(me, at + c.MAKER_VARIANCE, at + c.MAKER_CALM, move, seconds, elapsed)
    slow = share_after(seconds, TEN_MINUTES)
    me.state[c.MAKER_SLOW + q] += slow * (counted - me.state[c.MAKER_SLOW + q])
    if row.of[c.MAKER_CALM_SIGMA] > 0.0:
        me.state[at + c.MAKER_CALM] = calm
    me.state[at + c.MAKER_MID] = px
    stress = stress_of(me.state[at + c.MAKER_VARIANCE], me.state[at + c.MAKER_CALM])
    me.state[c.MAKER_STRESS] = max(me.state[c.MAKER_STRESS], stress)
    believed = me.state[at + c.MAKER_REFERENCE]
    believed *= 1.0 + row.of[c.MAKER_NEWS] * worth_moved
    own = px * (1.0 + skew_of(seen, row, me, q))
    believed += share_after(seconds, row.of[c.MAKER_FOLLOW]) * (own - believed)
    worth = fair(seen, q)
    if row.of[c.MAKER_PREMIUM] > 0.0:
        # Both prices of a coin move with its value; by how much they differ is another question, answered by who wants which.
        worth /= me.state[c.MAKER_BASIS]
    believed += share_after(seconds, row.of[c.MAKER_ANCHOR]) * (worth - believed)
    me.state[at + c.MAKER_REFERENCE] = believed
    closed = float(seen.adl_qty[q]) - me.state[at + c.MAKER_ADL]
    me.state[at + c.MAKER_ADL] = float(seen.adl_qty[q])
    me.state[c.MAKER_CLOSED] += closed * seen.lot[q] * seen.tick[q] * px


@kernel("void(Observation, Parameter, Agent, float64)")
def watch(seen: Any, row: Any, me: Any, seconds: float) -> None:
    """Let the stress of the market it watches count as its own."""
    leg = watched_leg(row, me)
    if leg < 0:
        return
    px = middle(seen, leg)
    move = px / me.state[c.MAKER_WATCHED_MID] - 1.0
    me.state[c.MAKER_WATCHED_MID] = px
    elapsed = (seen.t - me.state[c.MAKER_BEGAN]) / SECOND
    fast, calm = c.MAKER_WATCHED_VARIANCE, c.MAKER_WATCHED_CALM
    learn_variance(me, fast, calm, move, seconds, elapsed)
    stress = stress_of(me.state[fast], me.state[calm])
    me.state[c.MAKER_STRESS] = max(me.state[c.MAKER_STRESS], stress)


@kernel("int64(Observation, Parameter, Agent, int64)")
def leave(seen: Any, row: Any, me: Any, out: int) -> int:
    """Cancel all quotes and sell part of each inventory. Return messages."""
    me.state[c.MAKER_AWAY] = seen.t + SECOND * row.of[c.MAKER_COOL]
    n = 0
    for q in range(int(row.of[c.MAKER_QUOTES])):
        n = cancel_all(out, n, q)
        me.state[q * c.MAKER_BLOCK + c.MAKER_CENTRE] = 0.0
        stock = net_lots(seen, row, me, q) * row.of[c.MAKER_DUMP]
        side = Side.SELL if stock > 0.0 else Side.BUY
        n = take(seen, out, n, q, side, int(abs(stock)), row.of[c.MAKER_HEDGE_SLIP])
    return n


@kernel("boolean(Observation, Parameter, Agent)")
def has_enough(seen: Any, row: Any, me: Any) -> bool:
    """Return whether loss or stress passed its own limit."""
    lost = me.state[c.MAKER_BASE] - trading_equity(seen, row, me)
    if lost > row.of[c.MAKER_LOSS] * row.of[c.CAPITAL]:
        return True
    return bool(me.state[c.MAKER_STRESS] > row.of[c.MAKER_LEAVE])


@kernel("void(Observation, Parameter, Agent)")
def maybe_return(seen: Any, row: Any, me: Any) -> None:
    """Come back after the cool-off once markets are calm: smaller, and counting losses anew.

    The calm it insists on grows less strict with every further cool-off. When all wait for the others, books stay thin,
    prices jumpy, and nobody would ever come back.
    """
    overdue = (seen.t - me.state[c.MAKER_AWAY]) / (SECOND * row.of[c.MAKER_COOL])
    if overdue < 0.0 or me.state[c.MAKER_STRESS] > row.of[c.MAKER_RETURN] * (1.0 + overdue):
        return
    me.state[c.MAKER_AWAY] = 0.0
    me.state[c.MAKER_SCALE] = 1.0 - row.of[c.MAKER_HAIRCUT]
    me.state[c.MAKER_BASE] = trading_equity(seen, row, me)


@agent
def behave(observation: int, me: int, out: int) -> int:
    """Look, learn, decide whether to stay, quote, hedge."""
    seen = as_observation(observation)
    mine = as_agent(me)
    row = as_parameter(mine.parameters)
    quotes = int(row.of[c.MAKER_QUOTES])
    if mine.state[c.MAKER_SCALE] == 0.0:
        begin(seen, row, mine)
    seconds = (seen.t - mine.state[c.MAKER_LAST]) / SECOND
    mine.state[c.MAKER_LAST] = float(seen.t)
    mine.state[c.MAKER_STRESS] = 0.0
    mine.state[c.MAKER_CLOSED] *= 1.0 - share_after(seconds, row.of[c.MAKER_FEAR_MEMORY])
    worth_moved = seen.value[0] / mine.state[c.MAKER_VALUE] - 1.0
    mine.state[c.MAKER_VALUE] = seen.value[0]
    for q in range(quotes):
        learn(seen, row, mine, q, seconds, worth_moved)
    watch(seen, row, mine, seconds)
    usual = share_after(seconds, row.of[c.MAKER_FOLLOW])
    mine.state[c.MAKER_BASIS] += usual * (hedge_ratio(seen, row, mine) - mine.state[c.MAKER_BASIS])
    if mine.state[c.MAKER_AWAY] > 0.0:
        maybe_return(seen, row, mine)
    elif has_enough(seen, row, mine):
        return leave(seen, row, mine, out)
    n = 0
    for q in range(quotes):
        n = quote_leg(seen, row, mine, out, n, q, seconds)
    return hedge(seen, row, mine, out, n)
