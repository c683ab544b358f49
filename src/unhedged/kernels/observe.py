"""An agent's turn: what it sees, and what becomes of what it decides."""

from typing import Any

from unhedged.kernels.accounts import equity
from unhedged.kernels.ahead import fetch_slot
from unhedged.kernels.clock import schedule
from unhedged.kernels.compiled import call_agent, f8, helper, i8, kernel
from unhedged.kernels.feed import quote_at
from unhedged.kernels.gateway import send_all
from unhedged.kernels.tables import (
    address_of_agent,
    address_of_message,
    address_of_observation,
    agent,
    asset,
    instrument,
    observation,
    out,
    position,
    quote,
    venue,
)
from unhedged.kernels.work import Work, at_work
from unhedged.vocab.enums import EventKind, InstrumentKind

_INVERSE = int(InstrumentKind.INVERSE)
_DECIDING = int(Work.DECIDING)
_SENDING = int(Work.SENDING)
USD = 1e6
"""Atoms of a dollar."""
COIN = 1e-8
"""Coins in an atom of coin."""
PER_YEAR = 1e-9 * 365.0 * 86_400e9
"""A rate of an interval in ppb, over the interval in ns, times this is the rate a year."""


@helper("void(World, int64, int64)")
def see_in_dollars(w: Any, leg: int, p: int) -> None:
    """Show an inverse leg as its holder counts: a lot in coins at mark, cost as its dollars, equity at the starting mark.

    So money held in coin is neither gain nor loss to a behaviour that counts dollars.
    """
    o = position(w, p)
    x = instrument(w, o.instrument)
    seen = observation(w, 0)
    seen.lot[leg] = x.lot / (f8(x.mark_milli) * 1e-3 * x.tick)
    seen.cost[leg] = i8(f8(o.pos) * x.lot * USD)
    seen.equity[leg] = i8(f8(seen.equity[leg]) * (f8(x.start_milli) * 1e-3 * x.tick) * USD * COIN)


@kernel("void(World, int64, int64)")
def observe_leg(w: Any, a: int, leg: int) -> None:
    """Fill one leg of the observation: books late, own account as it is.

    The delay of private messages is part of the link's latency: an agent acts on its own fills a latency later, when
    its message arrives.
    """
    me = agent(w, a)
    seen = observation(w, 0)
    p = position(w, me.position[leg])
    i = p.instrument
    x = instrument(w, i)
    q = quote(w, quote_at(w, i, w.now - me.data_latency))
    seen.bid[leg] = q.bid
    seen.ask[leg] = q.ask
    seen.bid_qty[leg] = q.bid_qty
    seen.ask_qty[leg] = q.ask_qty
    seen.last[leg] = q.last
    seen.mark_milli[leg] = x.mark_milli
    seen.index_milli[leg] = x.index_milli
    seen.value[leg] = asset(w, x.asset).value
    seen.tick[leg] = x.tick
    seen.lot[leg] = x.lot
    seen.pos[leg] = p.pos
    seen.cost[leg] = p.cost
    seen.open_buy[leg] = p.open_buy
    seen.open_sell[leg] = p.open_sell
    seen.adl_qty[leg] = p.adl_qty
    seen.forced_qty[leg] = p.forced_qty
    seen.equity[leg] = equity(w, p.account) if me.sees_equity == 1 else 0
    if x.kind == _INVERSE:
        see_in_dollars(w, leg, me.position[leg])
    v = venue(w, x.venue)
    seen.funding[leg] = 0.0
    if v.funding_interval > 0:
        seen.funding[leg] = f8(x.funding_ppb) * PER_YEAR / f8(v.funding_interval)
    seen.gateway_wait[leg] = max(0, v.gateway_free_at - w.now)
    if v.gateway_down_until > w.now:
        seen.gateway_wait[leg] = v.gateway_down_until - w.now


@kernel("void(World, int64)")
def observe(w: Any, a: int) -> None:
    """Fill the observation of agent ``a``."""
    me = agent(w, a)
    seen = observation(w, 0)
    seen.t = w.now
    seen.legs = me.legs
    for leg in range(me.legs):
        observe_leg(w, a, leg)


@kernel("void(World, int64, int64)")
def finish_turn(w: Any, a: int, count: int) -> None:
    """Send what agent ``a`` wrote to `out` and set its next turn."""
    at_work(w, _SENDING)
    fetch_slot(w, w.now + agent(w, a).period)
    send_all(w, a, min(count, w.n_out))
    if agent(w, a).period > 0:
        schedule(w, w.now + agent(w, a).period, EventKind.WAKE, a)


@kernel("boolean(World, int64)")
def take_turn(w: Any, a: int) -> bool:
    """Give agent ``a`` its turn. Return False when it is a plain-Python agent, for whom the loop must come back."""
    observe(w, a)
    me = agent(w, a)
    if me.call == 0:
        w.waiting = a
        return False
    at_work(w, _DECIDING)
    count = call_agent(
        me.call,
        address_of_observation(observation(w, 0)),
        address_of_agent(me),
        address_of_message(out(w, 0)),
    )
    finish_turn(w, a, count)
    return True
