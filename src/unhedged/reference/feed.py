"""What agents see of books and of themselves, and when."""

from dataclasses import dataclass, field
from typing import Any

from unhedged.vocab.enums import InstrumentKind, Side

GRAIN_SHIFT = 20
USD = 1e6  # atoms of a dollar
COIN = 1e-8  # coins in an atom of coin
PER_YEAR = 1e-9 * 365.0 * 86_400e9  # of a rate in ppb over its interval in ns


@dataclass(slots=True)
class Quote:
    """The touch of a book since ``t``."""

    t: int
    bid: int
    ask: int
    bid_qty: int
    ask_qty: int
    last: int


@dataclass(slots=True)
class Feed:
    """All quotes, oldest first."""

    quotes: list[Quote] = field(default_factory=list)

    def at(self, t: int) -> Quote:
        """Return the newest quote at or before ``t``, the oldest when all are younger."""
        for quote in reversed(self.quotes):
            if quote.t <= t:
                return quote
        return self.quotes[0]


def note_quote(exchange: Any) -> None:
    """Write the touch to the feed, over the latest quote when that is of the same 2^20 ns; not while the feed is down."""
    now = exchange.world.now
    if exchange.venue.feed_down_until > now:
        return
    touch = {}
    for side in Side:
        touch[side] = next(iter(exchange.levels(side)), (-1, 0))
    (bid, bid_qty), (ask, ask_qty) = touch[Side.BUY], touch[Side.SELL]
    quote = Quote(now, bid, ask, bid_qty, ask_qty, exchange.last_px)
    quotes = exchange.feed.quotes
    if quotes and quotes[-1].t >> GRAIN_SHIFT == now >> GRAIN_SHIFT:
        quotes[-1] = quote
    else:
        quotes.append(quote)


@dataclass(slots=True)
class Observation:
    """What an agent sees at its turn, one element per leg; the fields of the observation table."""

    t: int
    legs: int
    value: list[float] = field(default_factory=list)
    tick: list[float] = field(default_factory=list)
    lot: list[float] = field(default_factory=list)
    bid: list[int] = field(default_factory=list)
    ask: list[int] = field(default_factory=list)
    bid_qty: list[int] = field(default_factory=list)
    ask_qty: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    mark_milli: list[int] = field(default_factory=list)
    index_milli: list[int] = field(default_factory=list)
    pos: list[int] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    open_buy: list[int] = field(default_factory=list)
    open_sell: list[int] = field(default_factory=list)
    equity: list[int] = field(default_factory=list)
    adl_qty: list[int] = field(default_factory=list)
    forced_qty: list[int] = field(default_factory=list)
    gateway_wait: list[int] = field(default_factory=list)
    funding: list[float] = field(default_factory=list)

    def add(self, **seen: Any) -> None:
        """Add a leg."""
        for name, value in seen.items():
            getattr(self, name).append(value)


def yearly(x: Any) -> float:
    """Return the rate settled last, a year."""
    interval = x.venue.funding_interval
    return float(x.funding_ppb) * PER_YEAR / float(interval) if interval > 0 else 0.0


def observe(world: Any, me: Any) -> Observation:
    """Return what agent ``me`` sees: books late, its own accounts as they are."""
    seen = Observation(world.now, me.legs)
    for seat in me.seats:
        x = seat.exchange
        quote = x.feed.at(world.now - me.data_latency)
        venue = x.venue
        wait = max(0, venue.gateway_free_at - world.now)
        if venue.gateway_down_until > world.now:
            wait = venue.gateway_down_until - world.now
        lot, cost = x.lot_units, seat.holding.cost
        owned = venue.ledger.equity(seat.holder) if me.sees_equity else 0
        if (
            x.kind == InstrumentKind.INVERSE
        ):  # as its holder counts: dollars, coin at the starting mark
            cost = int(float(seat.pos) * lot * USD)
            owned = int(float(owned) * (float(x.start_milli) * 1e-3 * x.tick_usd) * USD * COIN)
            lot = lot / (float(x.mark_milli) * 1e-3 * x.tick_usd)
        seen.add(
            value=world.assets[x.asset].value, tick=x.tick_usd, lot=lot, bid=quote.bid, ask=quote.ask,
            bid_qty=quote.bid_qty, ask_qty=quote.ask_qty, last=quote.last, mark_milli=x.mark_milli,
            index_milli=x.contract.index, pos=seat.pos, cost=cost, open_buy=seat.open[Side.BUY],
            open_sell=seat.open[Side.SELL], adl_qty=seat.holding.adl_qty, forced_qty=seat.holding.forced_qty,
            equity=owned, gateway_wait=wait, funding=yearly(x),
        )  # fmt: skip
    return seen
