"""From what a user wrote to what the engine runs: rulebooks read, defaults filled in, units converted.

The only place where a scenario and a rulebook meet. Assumes a scenario that passed ``checks``.
"""

import datetime
import math
from fractions import Fraction
from typing import Any

from unhedged.scenario.agents import AgentSpec
from unhedged.scenario.check_hedge import hedged_venues
from unhedged.scenario.check_settlement import MOST_UNITS
from unhedged.scenario.clearing import clearing_of, or_book
from unhedged.scenario.collateral import collateral_of
from unhedged.scenario.fields import Block
from unhedged.scenario.plan import (
    AgentGroupPlan,
    AssetPlan,
    InstrumentPlan,
    Law,
    NewsPlan,
    OutagePlan,
    PacePlan,
    Parameter,
    RunPlan,
    TierPlan,
    VenuePlan,
)
from unhedged.scenario.plan_security import SourcePlan
from unhedged.scenario.portfolio import portfolio_of
from unhedged.scenario.schedules import schedule_of
from unhedged.scenario.spec import (
    Instrument,
    News,
    Pace,
    Scenario,
    Source,
    Venue,
    exact,
    parse_message_rate,
)
from unhedged.venues import rulebook
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab import registry
from unhedged.vocab.enums import (
    FundingForm,
    FundingPrice,
    IndexCombine,
    InstrumentKind,
    MarginMode,
    MarkForm,
    OutageKind,
    OutlierRule,
    VenueKind,
)
from unhedged.vocab.units import (
    ATOMS_PER_COIN,
    ATOMS_PER_USD,
    PPB,
    SECOND,
    parse_duration,
    parse_rate,
    parse_usd,
)

YEAR_SECONDS = 365 * 86_400
WINDOW_SHARE = 0.05
"""The dense part of a book spans at least this share of the start price where that is between the bounds below."""
WINDOW_LEAST, WINDOW_MOST = 1_024, 65_536
HALT_NS = 5 * 60 * SECOND
"""Window and pause of a circuit breaker where nobody says otherwise: an assumption, as nothing is published for perpetuals."""
LARGEST_ORDER_USD = 10_000_000_000.0
"""Largest order where neither scenario nor rulebook says otherwise: ten billion dollars keeps products within 64 bits."""


def resolve(scenario: Scenario) -> RunPlan:
    """Return the plan of a valid scenario."""
    books = {venue.id: rulebook.load(venue.rulebook, venue.readings) for venue in scenario.venue}
    venues = {venue.id: venue for venue in scenario.venue}
    order = list(venues)
    instruments = sorted(scenario.instrument, key=lambda i: order.index(i.venue))
    hedged = hedged_venues(scenario)
    plans = tuple(_venue(scenario, v, books[v.id], hedged=v.id in hedged) for v in scenario.venue)
    return RunPlan(
        name=scenario.name,
        seed=scenario.run.seed,
        duration_ns=scenario.run.duration,
        record_ns=scenario.run.record_every,
        start_utc=_utc(scenario.start_utc),
        assets=tuple(
            AssetPlan(
                id=asset.id,
                start_usd=asset.start,
                volatility=asset.volatility / PPB / math.sqrt(YEAR_SECONDS),
                beta=asset.beta,
                pace=_pace(asset.pace),
            )
            for asset in scenario.asset
        ),
        venues=plans,
        instruments=tuple(
            _instrument(scenario, i, venues[i.venue], books[i.venue]) for i in instruments
        ),
        agents=tuple(_agent(agent) for agent in scenario.agent),
        news=tuple(sorted(_news(scenario), key=lambda n: n.t_ns)),
        outages=tuple(
            OutagePlan(t_ns=o.at, venue=o.venue, what=OutageKind[o.what.upper()], over_ns=o.over)
            for o in sorted(scenario.outage, key=lambda o: o.at)
        ),
        plugins=_plugins(scenario, plans),
    )


def _pace(pace: Pace | None) -> PacePlan | None:
    if pace is None:
        return None
    return PacePlan(
        strength=pace.strength / PPB,
        layers=pace.layers,
        fastest_s=pace.fastest / SECOND,
        factor=pace.factor,
    )


def _plugins(scenario: Scenario, venues: tuple[VenuePlan, ...]) -> dict[str, str]:
    # Code of others, by its digest: a changed function is another plan. What is ours is in the source hash.
    named = {("agents", agent.behaviour) for agent in scenario.agent if agent.kind == "custom"}
    named |= {("adl", v.adl_policy) for v in venues if v.adl_on}
    digests = {name: registry.code_of(kind, name) for kind, name in sorted(named)}
    return {name: digest for name, digest in digests.items() if digest is not None}


def _utc(start: datetime.datetime | None) -> str | None:
    return None if start is None else start.astimezone(datetime.UTC).isoformat()


def _venue(scenario: Scenario, venue: Venue, book: Rulebook, *, hedged: bool) -> VenuePlan:
    rate = or_book(venue.gateway.rate, book, "gateway.rate", parse_message_rate, 0)
    funding, mark = venue.funding, venue.mark
    weighting = or_book(funding.weighting, book, "funding.weighting", str, "equal")
    return VenuePlan(
        id=venue.id,
        kind=VenueKind[venue.kind.upper()],
        rulebook=venue.rulebook,
        margin_mode=MarginMode[book.value("margin.mode").upper()],
        collateral=collateral_of(scenario, venue, book),
        portfolio=portfolio_of(book),
        maker_fee_ppb=or_book(venue.maker_fee, book, "fees.maker", parse_rate, 0),
        taker_fee_ppb=or_book(venue.taker_fee, book, "fees.taker", parse_rate, 0),
        gateway_service_ns=SECOND // rate if rate else 0,
        gateway_queue_max=or_book(venue.gateway.queue, book, "gateway.queue", int, 1_000_000),
        transfer_delay_ns=or_book(
            venue.transfers.delay, book, "transfers.delay", parse_duration, 0
        ),
        **_index(venue, book),
        mark_form=MarkForm[or_book(mark.form, book, "mark.form", str, "mid").upper()],
        mark_interval_ns=or_book(mark.interval, book, "mark.interval", parse_duration, SECOND),
        basis_window_ns=or_book(mark.basis_window, book, "mark.basis_window", parse_duration, 0),
        ema_ns=or_book(mark.ema, book, "mark.ema", parse_duration, 0),
        book_ema_ns=or_book(mark.book_ema, book, "mark.book_ema", parse_duration, 0),
        mark_limit_ppb=or_book(mark.limit, book, "mark.limit", parse_rate, 0),
        halt_window_ns=or_book(venue.halt.window, book, "halt.window", parse_duration, HALT_NS),
        halt_pause_ns=or_book(venue.halt.pause, book, "halt.pause", parse_duration, HALT_NS),
        **clearing_of(scenario, venue, book, hedged=hedged),
        funding_form=FundingForm[
            or_book(funding.form, book, "funding.form", str, "clamped").upper()
        ],
        funding_price=FundingPrice[
            or_book(funding.price, book, "funding.price", str, "mark").upper()
        ],
        funding_interval_ns=or_book(funding.interval, book, "funding.interval", parse_duration, 0),
        premium_interval_ns=or_book(
            funding.premium_interval, book, "funding.premium_interval", parse_duration, 5 * SECOND
        ),
        premium_weighted=weighting == "rising",
        votes_least=or_book(funding.least_samples, book, "funding.least_samples", int, 0),
    )


def _index(venue: Venue, book: Rulebook) -> dict[str, Any]:
    # A venue has an index or an oracle; both are the price of the spot books.
    own = venue.index
    chapter = "oracle" if book.value("oracle.combine") else "index"
    combine = or_book(own.combine, book, f"{chapter}.combine", str, "weighted_median")
    outlier_rule = or_book(own.outlier_rule, book, "index.outlier_rule", str, "weight_zero")
    least = or_book(own.least_sources, book, f"{chapter}.least_sources", int, 1)
    return {
        "index_combine": IndexCombine[combine.upper()],
        "index_outlier_ppb": or_book(own.outlier, book, "index.outlier", parse_rate, 0),
        "outlier_rule": OutlierRule[outlier_rule.upper()],
        "index_stale_ns": or_book(own.stale, book, f"{chapter}.stale", parse_duration, 0),
        "index_least": least,
        "index_delay_ns": or_book(own.delay, book, f"{chapter}.delay", parse_duration, 0),
    }


def _instrument(
    scenario: Scenario, instrument: Instrument, venue: Venue, book: Rulebook
) -> InstrumentPlan:
    start = next(asset.start for asset in scenario.asset if asset.id == instrument.asset)
    tick, lot = Fraction(instrument.tick_size), Fraction(instrument.lot_size)
    start_px = max(1, round(Fraction(start) / tick))
    inverse, spot = instrument.kind == "inverse", instrument.kind == "spot"
    per_lot_tick = lot * ATOMS_PER_COIN / tick if inverse else tick * lot * ATOMS_PER_USD
    units = float(lot / (start_px * tick) if inverse else lot)
    largest = LARGEST_ORDER_USD if instrument.max_order is None else instrument.max_order
    most = int(largest / (start * units))
    schedule = schedule_of(instrument, book, start_px * tick)
    return InstrumentPlan(
        id=instrument.id,
        venue=instrument.venue,
        asset=instrument.asset,
        kind=InstrumentKind[instrument.kind.upper()],
        tick_size=exact(instrument.tick_size),
        tick_usd=float(instrument.tick_size),
        lot_size=exact(instrument.lot_size),
        lot_units=units,
        num=per_lot_tick.numerator,
        den=per_lot_tick.denominator,
        start_usd=start,
        start_px=start_px,
        band_ppb=or_book(instrument.band, book, "mark.band", parse_rate, 0),
        halt_ppb=or_book(
            venue.halt.move if instrument.halt is None else instrument.halt,
            book,
            "halt.move",
            parse_rate,
            0,
        ),
        significant=or_book(instrument.significant, book, "mark.significant", int, 0),
        max_lots=max(1, min(most, MOST_UNITS // per_lot_tick.numerator) if inverse else most),
        window=instrument.window or _window(start_px),
        **schedule,
        index=() if spot else _sources(scenario, instrument, instrument.index, spot=True),
        mark_sources=()
        if spot
        else _sources(scenario, instrument, instrument.mark_sources, spot=False),
        open_interest_usd=instrument.open_interest,
        **_funding(instrument, venue, book, schedule["tiers"]),
    )


def _sources(
    scenario: Scenario, instrument: Instrument, own: tuple[Source, ...] | None, *, spot: bool
) -> tuple[SourcePlan, ...]:
    if own is not None:
        return tuple(SourcePlan(instrument=source.id, weight=source.weight) for source in own)
    return tuple(
        SourcePlan(instrument=other.id, weight=1)
        for other in scenario.instrument
        if (other.kind == "spot") == spot
        and other.asset == instrument.asset
        and other.venue != instrument.venue
    )


def _funding(
    instrument: Instrument, venue: Venue, book: Rulebook, tiers: tuple[TierPlan, ...]
) -> dict[str, Any]:
    if not tiers:
        return {
            "interest_ppb": 0,
            "funding_clamp_ppb": 0,
            "funding_cap_ppb": 0,
            "impact_notional_usd": 0.0,
        }
    own = venue.funding
    share = parse_rate(book.value("funding.cap_of_maintenance", "75%"))
    default_cap = tiers[0].mm_ppb * share // PPB
    margin = parse_usd(book.value("funding.impact_margin", "$200"))
    default_impact = margin * PPB / tiers[0].im_ppb
    asset = instrument.asset
    factor = book.value("funding.cap_factor")
    if factor is not None:
        default_cap = round(factor * (tiers[0].im_ppb - tiers[0].mm_ppb))
    default_cap = or_book(None, book, "funding.cap", parse_rate, default_cap)
    default_impact = or_book(None, book, "funding.impact_notional", parse_usd, default_impact)
    cap = instrument.funding_cap if instrument.funding_cap is not None else own.cap
    return {
        "interest_ppb": or_book(own.interest, book, "funding.interest", parse_rate, 0),
        "funding_clamp_ppb": _clamp(venue, book),
        "funding_cap_ppb": or_book(cap, book, f"funding_cap.{asset}", parse_rate, default_cap),
        "impact_notional_usd": or_book(
            instrument.impact_notional, book, f"impact_notional.{asset}", parse_usd, default_impact
        ),
    }


def _clamp(venue: Venue, book: Rulebook) -> int:
    # One number bounds the premium in every form: how far it is moved, or inside what nothing is paid.
    own = venue.funding
    if or_book(own.form, book, "funding.form", str, "") == "dead_band":
        return or_book(own.dead_band, book, "funding.dead_band", parse_rate, 0)
    return or_book(own.clamp, book, "funding.clamp", parse_rate, 0)


def _window(start_px: int) -> int:
    # The power of two next above a share of the start price in ticks, within bounds.
    wanted = max(WINDOW_LEAST, min(WINDOW_MOST, int(start_px * WINDOW_SHARE)))
    return 1 << (wanted - 1).bit_length()


def _news(scenario: Scenario) -> list[NewsPlan]:
    return [plan for news in scenario.news for plan in _one_news(scenario, news)]


def _one_news(scenario: Scenario, news: News) -> list[NewsPlan]:
    change = math.log1p(news.fundamental / PPB)
    names = (news.asset,) if isinstance(news.asset, str) else news.asset
    shares = {asset.id: asset.beta if "*" in names else 1.0 for asset in scenario.asset}
    return [
        NewsPlan(
            t_ns=news.at,
            asset=name,
            log_change=share * change,
            over_ns=news.over,
            shape="step" if news.over == 0 else news.shape,
        )
        for name, share in shares.items()
        if ("*" in names or name in names) and share != 0
    ]


def _agent(agent: AgentSpec) -> AgentGroupPlan:
    params = {
        name: parameter(getattr(agent, name))
        for name in type(agent).model_fields
        if name not in ("id", "kind", "count")
    }
    return AgentGroupPlan(id=agent.id, kind=agent.kind, count=agent.count, params=params)


def parameter(value: Any) -> Parameter:
    """Return a spec's value as a plan holds it: blocks as mappings, exact prices as floats, lists as tuples."""
    if isinstance(value, Block):
        return {name: parameter(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Law | str | bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return tuple(parameter(item) for item in value)
    if isinstance(value, dict):
        return {str(key): parameter(item) for key, item in value.items()}
    return float(value)
