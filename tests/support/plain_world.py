"""A plain world in the state of a compiled one."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from unhedged.kernels.layout.agents import PARAMETER
from unhedged.kernels.memory import Memory
from unhedged.reference.cases import VenueClearing
from unhedged.reference.collateral import Coin, Haircut
from unhedged.reference.exchange import Exchange
from unhedged.reference.feed import Quote
from unhedged.reference.ledger import Contract, Holding, Tier
from unhedged.reference.portfolio import PortfolioMargin
from unhedged.reference.rulebook import Rulebook
from unhedged.reference.seats import CoinSeat, Seat
from unhedged.reference.world import (
    Agent,
    Asset,
    Behaviour,
    Holder,
    News,
    Outage,
    Venue,
    VenueLedger,
    World,
)
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    AdlDecision,
    AdlPrice,
    AdlTrigger,
    CollateralPrice,
    DrawdownBase,
    EntryReason,
    FundPool,
    InstrumentKind,
    Leg,
    LiquidationStep,
    MarkForm,
    NewsShape,
    OutageKind,
    Reduction,
    Side,
    TierForm,
    TriggerKind,
)

Score = Callable[[dict[str, int]], float]
VENUE_NUMBERS = (
    "gateway_service", "gateway_free_at", "gateway_queue_max", "gateway_queue", "gateway_down_until", "transfers_down_until",
    "feed_down_until", "transfer_delay", "mark_interval", "maker_fee_ppb", "taker_fee_ppb", "vault_interval", "session", "unwind_interval",
    "funding_interval", "premium_interval", "next_premium", "premium_weighted", "ema",
    "book_ema", "votes_least", "index_combine", "index_outlier_ppb", "outlier_rule", "index_stale", "index_least",
    "index_delay", "halt_window", "halt_pause", "mark_limit_ppb", "funding_form", "funding_price",
)  # fmt: skip
EXCHANGE_STATE = (
    "basis_window", "votes_most", "asset", "next_funding", "halt_ppb", "interest_ppb", "funding_clamp_ppb", "funding_cap_ppb", "impact_notional",
    "premium_sum", "premium_samples", "funding_ppb", "volume", "turnover", "ema_at", "low_px", "high_px", "start_milli",
)  # fmt: skip
BOOK_RULES = ("band_ppb", "max_qty", "significant", "last_px")


def numbers(row: Any, names: Sequence[str]) -> dict[str, int]:
    return {name: int(row[name]) for name in names}


def twin_of(
    memory: Memory, scores: Sequence[Score | None], behaviours: Sequence[Behaviour]
) -> World:
    """Return the plain world; ``scores`` by venue, ``behaviours`` by agent. Books must be empty."""
    w = memory.world
    assert w["used_orders"] == 0
    assert w["used_messages"] == 0
    world = World(end=int(w["end"]), record_interval=int(w["record_interval"]))
    world.clock.now = int(w["now"])
    world.accounts = [_holder(row, n) for n, row in enumerate(memory["account"])]
    for account, row in zip(world.accounts, memory["total"]["atoms"].tolist(), strict=False):
        account.totals.update({reason: row[reason] for reason in EntryReason})
    for account, earned in zip(world.accounts, memory["total"]["session"].tolist(), strict=False):
        account.session = earned
    for n, row in enumerate(memory["venue"]):
        _add_venue(world, memory, n, row, scores[n])
    for n, row in enumerate(memory["venue"]):
        world.venues[n].ledger.portfolio = portfolio_of(row)
        world.venues[n].ledger.coins += coins_of(memory, row, lambda i: world.exchanges[i].contract)
    _add_seats(world, memory)
    _add_agents(world, memory, behaviours)
    for row in memory["asset"]:
        real = ("value", "start", "walk", "volatility", "strength", "fastest", "factor")
        whole = numbers(row, ("key", "draws", "layers"))
        world.assets.append(Asset(**whole, **{name: float(row[name]) for name in real}))
    for row in memory["news"][: w["news_rows"]]:
        timing = numbers(row, ("t", "over", "asset"))
        world.news.append(
            News(size=float(row["size"]), shape=NewsShape(int(row["shape"])), **timing)
        )
    for row in memory["outage"][: w["outage_rows"]]:
        timing = numbers(row, ("t", "until", "venue"))
        world.outages.append(Outage(what=OutageKind(int(row["what"])), **timing))
    _add_triggers(world, memory)
    _add_events(world, memory)
    return world


def portfolio_of(row: Any) -> PortfolioMargin:
    """Return a venue's portfolio margin, that of an ordinary account where it has none."""
    if row["portfolio_per"] == 0:
        return PortfolioMargin()
    return PortfolioMargin(
        *(int(row[f"portfolio_{name}"]) for name in ("times", "per", "base", "range_ppb"))
    )


def _holder(row: Any, number: int) -> Holder:
    given = numbers(
        row,
        (
            "owner",
            "cash",
            "cooldown_until",
            "venue",
            "agent",
            "held",
            "reserve",
            "topup",
            "topup_ppb",
            "again",
        ),
    )
    return Holder(
        row=number,
        kind=AccountKind(int(row["kind"])),
        status=AccountStatus(int(row["status"])),
        self_trade=bool(row["self_trade"]),
        portfolio=bool(row["portfolio"]),
        exempt=bool(row["exempt"]),
        keep=bool(row["keep"]),
        **given,
    )


def _add_venue(world: World, memory: Memory, n: int, row: Any, score: Score | None) -> None:
    mine: list[Any] = [a for a in world.accounts if a.venue == n]
    first, count = int(row["first_instrument"]), int(row["instruments"])
    contracts = [contract_of(memory, i) for i in range(first, first + count)]
    ledger = VenueLedger(contracts, mine, world, int(row["asset"]))
    rulebook = rulebook_of(row, score or (lambda facts: 0.0))
    exchanges: list[Exchange] = []
    venue = Venue(
        number=n,
        mark_form=MarkForm(int(row["mark_form"])),
        liquidation_on=bool(row["liquidation_on"]),
        margin_on=bool(row["margin_on"]),
        ledger=ledger,
        clearing=VenueClearing(world, ledger, rulebook, exchanges),
        exchanges=exchanges,
        **numbers(row, VENUE_NUMBERS),
    )
    world.venues.append(venue)
    for i, contract in enumerate(contracts, start=first):
        exchange = _exchange(world, venue, i, contract, memory)
        exchanges.append(exchange)
        world.exchanges.append(exchange)


RULES = (
    "adl_walk", "backstop_ppb", "block_adl", "block_lost", "block_notional", "block_orders", "cooldown", "drawdown_least", "drawdown_limit_ppb", "drawdown_stop_ppb",
    "drawdown_window", "fee_cap_ppb", "fund_capacity_ppb", "fund_start", "key", "least_notional", "leg_pause",
    "liquidation_fee_ppb", "mark_interval", "partial_from", "portion_ppb", "round_interval", "round_size", "session", "shortfall_ppb",
    "slice_above", "slice_ppb", "spread_ppb", "takeover_interval", "throttle", "throttle_interval", "tiers_at_once", "unwind_ppb", "collateral_sale",
    "collateral_order", "collateral_slip_ppb", "collateral_discount_ppb",
)  # fmt: skip
CONTRACT = (
    "num", "den", "band_ppb", "adl_qty", "forced_qty", "slope_ppb", "slope_lots", "close_out_ppb", "fund_cash",
)  # fmt: skip
SWITCHES = (
    "adl_at_limit", "adl_on", "inclusive", "partial_above", "socialised", "collateral_rest", "cooldown_waits", "limit_below",
)  # fmt: skip


def rulebook_of(row: Any, score: Score) -> Rulebook:
    """Return the plain rules of a row of the table of venues."""
    return Rulebook(
        steps=tuple(LiquidationStep(int(code)) for code in row["step"][: row["steps"]]),
        adl_price=AdlPrice(int(row["adl_price"])),
        adl_trigger=AdlTrigger(int(row["adl_trigger"])),
        adl_decision=AdlDecision(int(row["adl_decision"])),
        drawdown_base=DrawdownBase(int(row["drawdown_base"])),
        fund_pool=FundPool(int(row["fund_pool"])),
        reduction=Reduction(int(row["reduction"])),
        score=score,
        liquidation_on=bool(row["liquidation_on"] and row["margin_on"]),
        **{name: bool(row[name]) for name in SWITCHES},
        **numbers(row, RULES),
    )


def contract_of(memory: Any, i: int) -> Contract:
    """Return the plain form of instrument ``i``."""
    row = memory["instrument"][i]
    tiers = memory["tier"][row["first_tier"] : row["first_tier"] + row["tiers"]]
    return Contract(
        mark=int(row["mark_milli"]),
        previous=int(row["mark_previous"]),
        index=int(row["index_milli"]),
        tiers=[Tier(int(t["floor"]), int(t["mm_ppb"]), int(t["deduct"])) for t in tiers],
        tier_form=TierForm(int(row["tier_form"])),
        asset=int(row["asset"]),
        kind=InstrumentKind(int(row["kind"])),
        **numbers(row, CONTRACT),
    )


def coins_of(memory: Memory, venue: Any, contract: Callable[[int], Contract]) -> list[Coin]:
    """Return the plain form of the assets a row of the table of venues takes; ``contract`` by instrument."""
    first = int(venue["first_collateral"])
    found = []
    for row in memory["collateral"][first : first + int(venue["collaterals"])]:
        tiers = memory["haircut"][row["first_haircut"] :][: row["haircuts"]]
        book = int(row["book"])
        found.append(
            Coin(
                contract=contract(book),
                price=int(row["price_milli"]),
                tiers=[
                    Haircut(*(int(t[n]) for n in ("floor", "ratio_ppb", "credit"))) for t in tiers
                ],
                number=book,
                form=CollateralPrice(int(row["price_form"])),
                sources=_sources(memory, int(row["first_source"]), int(row["sources"])),
            )
        )
    return found


def _sources(memory: Memory, first: int, count: int) -> list[tuple[int, int, int, int]]:
    rows = memory["source"][first : first + count]
    return [
        tuple(int(s[name]) for name in ("instrument", "weight", "scale_num", "scale_den"))
        for s in rows
    ]  # type: ignore[misc]


def _exchange(world: World, venue: Venue, i: int, contract: Contract, memory: Memory) -> Exchange:
    row = memory["instrument"][i]
    tiers = memory["tier"][row["first_tier"] : row["first_tier"] + row["tiers"]]
    tick = float(row["tick"])
    state = numbers(row, EXCHANGE_STATE) | {
        "tick_usd": tick,
        "lot_units": float(row["lot"]),
        "sources": _sources(memory, int(row["first_source"]), int(row["sources"])),
        "peers": _sources(memory, int(row["first_peer"]), int(row["peers"])),
    }
    state |= {
        name: float(row[name]) for name in ("ema_num", "ema_den", "book_ema_num", "book_ema_den")
    }
    exchange = Exchange(
        world, venue, i, contract,
        kind=InstrumentKind(int(row["kind"])),
        tiers=[(int(t["floor"]), int(t["im_ppb"])) for t in tiers] or [(0, 0)],
        tick=_fraction(tick),
        maker_fee_ppb=venue.maker_fee_ppb, taker_fee_ppb=venue.taker_fee_ppb,
        state=state, **numbers(row, BOOK_RULES),
    )  # fmt: skip
    exchange.pushes.window = int(row["push_window"])
    ring = memory["feed"][i]
    for quote in memory["quote"][ring["first"] : ring["first"] + ring["written"]]:
        exchange.feed.quotes.append(
            Quote(**numbers(quote, ("t", "bid", "ask", "bid_qty", "ask_qty", "last")))
        )
    return exchange


def _fraction(tick: float) -> Any:
    from fractions import Fraction

    return Fraction(tick).limit_denominator(10**9)


def _add_seats(world: World, memory: Memory) -> None:
    for p, row in enumerate(memory["position"]):
        exchange, holder = world.exchanges[row["instrument"]], world.accounts[row["account"]]
        own = memory["account"][row["account"]]
        k = p - int(own["first_position"]) - int(own["positions"])
        if k >= 0:
            seat = CoinSeat(p, exchange, holder, k)
            exchange.seats.append(seat)
            holder.coin_seats[k] = seat
            holder.coins[k] = Holding(**numbers(row, ("pos", "cost", "adl_qty", "forced_qty")))
            continue
        seat = Seat(p, exchange, holder, Leg(int(row["leg"])))
        exchange.seats.append(seat)
        holder.seats[seat.key] = seat
        holder.slot[seat.key] = p
        holder.holdings[seat.key] = Holding(
            **numbers(row, ("pos", "cost", "adl_qty", "forced_qty"))
        )


def seat_by_row(world: World) -> dict[int, Seat]:
    return {seat.number: seat for x in world.exchanges for seat in x.seats}


def _add_agents(world: World, memory: Memory, behaviours: Sequence[Behaviour]) -> None:
    seats = seat_by_row(world)
    base, size = memory["parameter"].ctypes.data, PARAMETER.itemsize
    for n, (row, behave) in enumerate(zip(memory["agent"], behaviours, strict=True)):
        of = memory["parameter"][(int(row["parameters"]) - base) // size]["of"].tolist()
        world.agents.append(
            Agent(
                number=n,
                behave=behave,
                parameters=SimpleNamespace(of=of),
                recorded=bool(row["recorded"]),
                sees_equity=bool(row["sees_equity"]),
                quotes=bool(row["quotes"]),
                seats=[seats[int(p)] for p in row["position"][: row["legs"]]],
                state=row["state"].tolist(),
                **numbers(
                    row,
                    (
                        "key",
                        "draws",
                        "period",
                        "order_latency",
                        "order_jitter",
                        "data_latency",
                        "first_tag",
                        "tags",
                    ),
                ),
            )
        )


def _add_triggers(world: World, memory: Memory) -> None:
    seats = seat_by_row(world)
    positions, used = len(memory["position"]), int(memory.world["triggers_used"])
    world.triggers_used = positions
    fired = memory["fired"]["trigger"][: memory.world["fired_kept"]].tolist()
    for row in memory["trigger"][positions:used]:
        seat = seats[int(row["position"])]
        seat.exchange.add_trigger(
            seat, TriggerKind(int(row["kind"])), int(row["px_milli"]), bool(row["rising"])
        )
    assert [t.row for t in world.fired] == fired
    assert world.triggers_used == used


def _add_events(world: World, memory: Memory) -> None:
    free, row = set(), int(memory.world["free_event"])
    events = memory["event"]
    while row < len(events):
        free.add(row)
        row = int(events["next"][row])
    waiting = [events[n] for n in range(len(events)) if n not in free]
    for e in sorted(waiting, key=lambda e: int(e["sequence"])):
        world.clock.schedule(int(e["t"]), int(e["kind"]), int(e["subject"]))


def compare(memory: Memory, world: World) -> None:
    """Compare everything that can be seen of two worlds: accounts, positions, working orders, books, agents."""
    table = memory["account"]
    for name in ("cash", "held", "reserve", "cooldown_until", "status"):
        assert table[name].tolist() == [int(getattr(a, name)) for a in world.accounts], name
    plain_totals = [[a.totals[reason] for reason in EntryReason] for a in world.accounts]
    assert memory["total"]["atoms"][: len(plain_totals)].tolist() == plain_totals
    for name in ("made", "crossed", "after"):
        found = memory["total"][name][: len(world.accounts)].tolist()
        assert found == [getattr(a, name) for a in world.accounts], name
    seats = seat_by_row(world)
    rows = memory["position"]
    for name in ("pos", "cost", "adl_qty", "forced_qty"):
        assert rows[name].tolist() == [getattr(seats[p].holding, name) for p in range(len(rows))], (
            name
        )
    assert rows["open_buy"].tolist() == [seats[p].open[Side.BUY] for p in range(len(rows))]
    assert rows["open_sell"].tolist() == [seats[p].open[Side.SELL] for p in range(len(rows))]
    for i, x in enumerate(world.exchanges):
        row = memory["instrument"][i]
        state = (
            x.contract.mark, x.contract.previous, x.contract.index, x.last_px, x.volume, x.turnover, x.contract.forced_qty,
            x.contract.adl_qty, x.funding_ppb, x.next_funding, x.premium_sum, x.premium_samples,
        )  # fmt: skip
        names = (
            "mark_milli", "mark_previous", "index_milli", "last_px", "volume", "turnover", "forced_qty", "adl_qty",
            "funding_ppb", "next_funding", "premium_sum", "premium_samples",
        )  # fmt: skip
        assert tuple(int(row[name]) for name in names) == state, (i, names)
        assert (row["halted_until"], row["halts"]) == (x.contract.halted_until, x.halts), i
        if x.kind != InstrumentKind.SPOT:
            assert int(row["open_interest"]) == x.open_interest()
    prices = [coin.price for venue in world.venues for coin in venue.ledger.coins]
    assert memory["collateral"]["price_milli"][: len(prices)].tolist() == prices
    for n, me in enumerate(world.agents):
        row = memory["agent"][n]
        names = ("draws", "rejects", "last_reject", "fills", "period")
        assert [int(row[name]) for name in names] == [int(getattr(me, name)) for name in names], n
        assert row["state"].tolist() == me.state, n
    assert orders_of(memory) == plain_orders(world)


def orders_of(memory: Memory) -> list[tuple[int, ...]]:
    live = memory["order"][memory["order"]["live"] > 0]
    resting = live[live["live"] == 1]
    return sorted(
        zip(*(resting[name].tolist() for name in ("position", "side", "px", "qty")), strict=True)
    )


def plain_orders(world: World) -> list[tuple[int, ...]]:
    return sorted(
        (o.account.number, int(side), o.px, o.qty)
        for x in world.exchanges
        for side in Side
        for o in x.sides[side].in_order()
    )
