"""The loop in plain Python: one heap of events, and what each kind of event does.

Events are ordered by time, then priority (`vocab.order`), then first in, first out.
"""

from typing import Any

from unhedged.reference import collateral, funding, gateway, index, marks, news, risk
from unhedged.reference.feed import observe
from unhedged.reference.world import Venue, World
from unhedged.vocab.enums import AccountKind, EventKind, InstrumentKind, Side

TICK = 1_000_000_000
BANDS = (10, 25, 50, 100, 200)
MILLI = 1000


def step(world: World) -> tuple[int, int, Any] | None:
    """Handle the next event and return its time, kind and subject; None at the end."""
    event = world.clock.next_event()
    if event is None:
        return None
    t, kind, subject = event
    if t > world.end:
        world.clock.now = world.end
        return None
    world.clock.now = t
    world.events += 1
    handle(world, EventKind(kind), subject)
    return event


def run(world: World) -> None:
    """Run to the end."""
    while step(world) is not None:
        pass


def handle(world: World, kind: EventKind, subject: Any) -> None:
    """Handle one event and set the next of a recurring one."""
    now, schedule = world.now, world.clock.schedule
    if kind == EventKind.MESSAGE:
        gateway.arrive(world, subject)
    elif kind == EventKind.GATEWAY:
        gateway.release_queued(world, subject)
    elif kind == EventKind.SETTLE_TRANSFER:
        gateway.settle_transfer(world, subject)
    elif kind == EventKind.WAKE:
        take_turn(world, subject)
    elif kind == EventKind.CASE:
        clearing, steps = subject
        clearing.step(steps)
    elif kind == EventKind.WORLD:
        news.move_values(world)
        news.begin_outages(world)
        schedule(now + TICK, kind, 0)
    elif kind == EventKind.RECORD:
        record(world)
        schedule(now + world.record_interval, kind, 0)
    else:
        handle_venue(world, kind, world.venues[subject])


def handle_venue(world: World, kind: EventKind, venue: Venue) -> None:
    """Handle a recurring event of a venue and set the next."""
    if kind == EventKind.MARK:
        update(world, venue)
        interval = venue.mark_interval
    elif kind == EventKind.VAULT:
        venue.clearing.vault_tick()
        interval = venue.vault_interval
    elif kind == EventKind.SESSION:
        venue.clearing.end_session()
        interval = venue.session
    elif kind == EventKind.FUNDING:
        funding.settle(venue)
        interval = venue.funding_interval
    else:
        for house in (AccountKind.FUND, AccountKind.VAULT):
            venue.clearing.unwind(venue.house(house))
        interval = venue.unwind_interval
    world.clock.schedule(world.now + interval, kind, venue.number)


def update(world: World, venue: Venue) -> None:
    """Update all indices, then all marks of a venue, prices of collateral, sample premiums, then act on the risk."""
    for x in venue.exchanges:
        index.update_index(x)
    for x in venue.exchanges:
        before = x.mark_milli
        marks.update_mark(x)
        x.mark_moved(before, x.mark_milli)
        x.watch_mark()
    collateral.update_prices(world, venue)
    if venue.premium_interval > 0 and world.now >= venue.next_premium:
        venue.next_premium = world.now + venue.premium_interval
        for x in venue.exchanges:
            if x.kind != InstrumentKind.SPOT:
                funding.sample_premium(x)
    risk.act(world, venue)
    for x in venue.exchanges:
        x.pushes.begin(x.mark_milli)


def take_turn(world: World, number: int) -> None:
    """Let an agent look and write, send what it wrote, and set its next turn."""
    me = world.agents[number]
    written = me.behave(observe(world, me), me, world.out)
    gateway.send_all(world, me, world.out[: min(written, len(world.out))])
    if me.period > 0:
        world.clock.schedule(world.now + me.period, EventKind.WAKE, number)


def record(world: World) -> None:
    """Write down the state of every book and house."""
    for x in world.exchanges:
        mid = x.mid_milli()
        reach = [mid * bps // 10_000 for bps in BANDS]
        makers = [a.seats[0] for a in world.agents if a.quotes and a.seats[0].exchange is x]
        world.series.append(
            {
                "t": world.now,
                "instrument": x.number,
                "bid": x.best(Side.BUY),
                "ask": x.best(Side.SELL),
                "last": x.last_px,
                "low": x.low_px,
                "high": x.high_px,
                "mark_milli": x.mark_milli,
                "index_milli": x.contract.index,
                "bid_depth": [x.depth(Side.BUY, -((r - mid) // MILLI)) for r in reach],
                "ask_depth": [x.depth(Side.SELL, (mid + r) // MILLI) for r in reach],
                "open_interest": x.open_interest(),
                "volume": x.volume,
                "forced_qty": x.contract.forced_qty,
                "adl_qty": x.contract.adl_qty,
                "funding_ppb": funding.rate_now(x) if x.venue.funding_interval > 0 else 0,
                "fund": x.venue.ledger.equity(x.venue.house(AccountKind.FUND)),
                "vault": x.venue.ledger.equity(x.venue.house(AccountKind.VAULT)),
                "value": world.assets[x.asset].value,
                "stops": [_stops(x, rising=False), _stops(x, rising=True)],
                "makers": len(makers),
                "quoting": sum(all(seat.open.values()) for seat in makers),
            }
        )
        x.low_px = x.high_px = x.last_px


def _stops(x: Any, *, rising: bool) -> int:
    # Lots of stops that a move of one hundredth touches; those the mark touches already wait to be carried out.
    mark = x.mark_milli
    edge = mark + mark // 100 if rising else mark - mark // 100
    near = [
        t for t in x.triggers
        if t not in x.world.fired and t.rising == rising and t.kind not in risk.PROFITS and (t.px <= edge if rising else t.px >= edge)
    ]  # fmt: skip
    return sum(abs(t.seat.pos) if t.order is None else t.order.qty for t in near)
