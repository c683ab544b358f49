"""Venues, instruments and books of a plan as tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np

from unhedged.engine.clearing import CHANGED, STANDING, fill_clearing, fill_standing
from unhedged.engine.money import Money, money_of
from unhedged.kernels.book import NO_ASK, NO_BID, words_per_side
from unhedged.kernels.layout.columns import PUSHES
from unhedged.kernels.memory import Memory
from unhedged.kernels.triggers import BUCKETS
from unhedged.rules.margin import next_deduction
from unhedged.scenario.plan import InstrumentPlan, RunPlan, VenuePlan
from unhedged.scenario.plan_security import SourcePlan
from unhedged.vocab.enums import (
    AccountKind,
    FundingForm,
    IndexCombine,
    InstrumentKind,
    MarginMode,
    MarkForm,
    NewsShape,
    Side,
)
from unhedged.vocab.keys import stream_key

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MILLI = 1000
QUOTE_ROWS = 4096
"""Quotes kept per instrument: four seconds of changes in every millisecond."""
AVERAGED = {
    MarkForm.BINANCE: "basis_window_ns",
    MarkForm.INDEX_PLUS_BASIS: "basis_window_ns",
    MarkForm.INDEX_PLUS_EMA: "ema_ns",
    MarkForm.HYPERLIQUID: "ema_ns",
}
"""Forms of a mark that average the book, and the time over which they do."""
HOUSE = (
    AccountKind.FUND,
    AccountKind.VAULT,
    AccountKind.FEES,
    AccountKind.ROUNDING,
    AccountKind.EXTERNAL,
)
"""Accounts every venue has, in this order; they come before all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Row numbers of a plan's names."""

    venues: Mapping[str, int]
    instruments: Mapping[str, int]
    assets: Mapping[str, int]

    @staticmethod
    def of(plan: RunPlan) -> "Rows":
        """Number venues, instruments and assets in the plan's order."""
        return Rows(
            venues={v.id: n for n, v in enumerate(plan.venues)},
            instruments={i.id: n for n, i in enumerate(plan.instruments)},
            assets={a.id: n for n, a in enumerate(plan.assets)},
        )

    def house(self, venue: int, kind: AccountKind) -> int:
        """Return the row of a house account."""
        return venue * len(HOUSE) + HOUSE.index(kind)


def market_rows(plan: RunPlan) -> dict[str, int]:
    """Return the rows the market's tables need."""
    sides = 2 * len(plan.instruments)
    assets = [a for v in plan.venues for a in v.collateral.assets]
    rows = Rows.of(plan)
    return {
        "venue": len(plan.venues),
        "instrument": len(plan.instruments),
        "asset": len(plan.assets),
        "source": instrument_sources(plan) + sum(len(a.index) for a in assets),
        "tier": sum(len(i.tiers) for i in plan.instruments),
        "book": sides,
        "level": sum(2 * i.window for i in plan.instruments),
        "word": sum(2 * words_per_side(i.window) for i in plan.instruments),
        "bucket": 2 * BUCKETS * (len(plan.instruments) + len(assets)),
        "collateral": len(assets),
        "haircut": sum(len(a.haircuts) for a in assets),
        "basis": sum(sum(_samples(plan, rows, i)) for i in plan.instruments),
        "standing": STANDING * len(plan.instruments),
        "changed": CHANGED,
        "feed": len(plan.instruments),
        "quote": QUOTE_ROWS * len(plan.instruments),
        "news": len(plan.news),
        "outage": len(plan.outages),
    }


def instrument_sources(plan: RunPlan) -> int:
    """Return the rows of `source` that instruments use; they come first."""
    return sum(len(i.index) + len(i.mark_sources) for i in plan.instruments)


def _samples(plan: RunPlan, rows: Rows, instrument: InstrumentPlan) -> tuple[int, int]:
    # Samples of the mean basis, and votes of a premium sample: one at each mark update.
    venue = plan.venues[rows.venues[instrument.venue]]
    if instrument.kind == InstrumentKind.SPOT:
        return 0, 0
    votes = venue.funding_interval_ns > 0 and venue.funding_form == FundingForm.VOTES
    return (
        venue.basis_window_ns // venue.mark_interval_ns,
        max(1, venue.premium_interval_ns // venue.mark_interval_ns) if votes else 0,
    )


def fill_market(memory: Memory, plan: RunPlan, rows: Rows, replicate: int) -> None:
    """Fill the market's tables."""
    for n, venue in enumerate(plan.venues):
        _fill_venue(memory, plan, rows, n, venue, replicate)
    _fill_instruments(memory, plan, rows)
    fill_standing(memory)
    _fill_books(memory, plan)
    for n, asset in enumerate(plan.assets):
        row = memory["asset"][n]
        row["value"] = row["start"] = asset.start_usd
        row["volatility"] = asset.volatility
        row["key"] = stream_key(plan.seed, replicate, f"asset/{asset.id}")
        if asset.pace is not None:
            row["layers"], row["strength"] = asset.pace.layers, asset.pace.strength
            row["fastest"], row["factor"] = asset.pace.fastest_s, asset.pace.factor
    _fill_world_events(memory, plan, rows)


def first_stamp(plan: RunPlan, interval: int, after: int = 0) -> int:
    """Return the first settlement, ns from the start: the next multiple of ``interval`` since ``after`` ns past midnight UTC.

    A scenario without a time of day has its first after one whole interval.
    """
    if plan.start_utc is None:
        return interval
    start = datetime.fromisoformat(plan.start_utc)
    since = (start.hour * 3600 + start.minute * 60 + start.second) * SECOND
    return interval - (since - after) % interval


def _fill_venue(
    memory: Memory, plan: RunPlan, rows: Rows, n: int, venue: VenuePlan, replicate: int
) -> None:
    row = memory["venue"][n]
    mine = [m for m, i in enumerate(plan.instruments) if i.venue == venue.id]
    row["first_instrument"], row["instruments"] = mine[0], len(mine)
    row["gateway_service"] = venue.gateway_service_ns
    row["gateway_queue_max"] = venue.gateway_queue_max
    row["transfer_delay"] = venue.transfer_delay_ns
    row["mark_form"], row["mark_interval"] = venue.mark_form, venue.mark_interval_ns
    row["ema"], row["book_ema"] = venue.ema_ns, venue.book_ema_ns
    row["mark_limit_ppb"] = venue.mark_limit_ppb
    row["index_combine"], row["outlier_rule"] = venue.index_combine, venue.outlier_rule
    row["index_outlier_ppb"], row["index_stale"] = venue.index_outlier_ppb, venue.index_stale_ns
    row["index_least"], row["index_delay"] = venue.index_least, venue.index_delay_ns
    row["halt_window"], row["halt_pause"] = venue.halt_window_ns, venue.halt_pause_ns
    row["halts_on"] = any(plan.instruments[m].halt_ppb > 0 for m in mine)
    row["maker_fee_ppb"], row["taker_fee_ppb"] = venue.maker_fee_ppb, venue.taker_fee_ppb
    fill_clearing(row, venue, money_of(plan, venue.id))
    settled = plan.settled_by(venue.id)
    row["asset"] = 0 if settled is None else 1 + rows.assets[settled.asset]
    row["key"] = stream_key(plan.seed, replicate, f"venue/{venue.id}")
    row["sees"] = sum(1 << rows.venues[seen] for seen in set(venue.adl_sees))
    row["margin_on"] = venue.margin_mode != MarginMode.NONE
    if venue.margin_mode != MarginMode.NONE:
        _fill_funding(row, venue)
    for kind, column in (
        (AccountKind.FUND, "fund"),
        (AccountKind.FEES, "fees"),
        (AccountKind.ROUNDING, "rounding"),
        (AccountKind.EXTERNAL, "external"),
    ):
        row[column] = rows.house(n, kind)
    row["vault"] = rows.house(n, AccountKind.VAULT) if venue.vault_on else -1


def _fill_funding(row: Any, venue: VenuePlan) -> None:
    row["funding_form"], row["funding_price"] = venue.funding_form, venue.funding_price
    row["funding_interval"] = venue.funding_interval_ns
    row["premium_interval"] = venue.premium_interval_ns
    row["premium_weighted"] = venue.premium_weighted
    row["votes_least"] = venue.votes_least
    if venue.funding_form == FundingForm.VOTES:
        row["premium_interval"] = venue.mark_interval_ns  # each update votes


def _fill_instruments(memory: Memory, plan: RunPlan, rows: Rows) -> None:
    tier = source = basis = 0
    for n, plan_row in enumerate(plan.instruments):
        row = memory["instrument"][n]
        venue = plan.venues[rows.venues[plan_row.venue]]
        row["num"], row["den"] = plan_row.num, plan_row.den
        row["tick"], row["lot"] = plan_row.tick_usd, plan_row.lot_shown
        row["band_ppb"], row["max_qty"] = plan_row.band_ppb, plan_row.max_lots
        row["halt_ppb"] = plan_row.halt_ppb
        row["significant"], row["kind"] = plan_row.significant, plan_row.kind
        row["venue"], row["asset"] = rows.venues[plan_row.venue], rows.assets[plan_row.asset]
        start = plan_row.start_px * MILLI
        row["mark_milli"] = row["mark_previous"] = row["start_milli"] = start
        row["index_milli"] = start
        row["last_px"] = row["low_px"] = row["high_px"] = plan_row.start_px
        row["first_bucket"] = 2 * BUCKETS * n
        row["interest_ppb"] = plan_row.interest_ppb
        row["funding_clamp_ppb"] = plan_row.funding_clamp_ppb
        row["funding_cap_ppb"] = plan_row.funding_cap_ppb
        money = money_of(plan, plan_row.venue)
        row["impact_notional"] = money.atoms(plan_row.impact_notional_usd)
        if venue.funding_interval_ns > 0 and plan_row.kind != InstrumentKind.SPOT:
            row["next_funding"] = first_stamp(plan, venue.funding_interval_ns)
        row["basis_window"], row["votes_most"] = _samples(plan, rows, plan_row)
        row["first_basis"] = basis
        row["push_window"] = _push_window(venue, plan_row)
        basis += int(row["basis_window"] + row["votes_most"])
        row["tier_form"], row["close_out_ppb"] = plan_row.tier_form, plan_row.close_out_ppb
        row["slope_ppb"], row["slope_lots"] = plan_row.slope_ppb, plan_row.slope_lots
        row["first_tier"], row["tiers"] = tier, len(plan_row.tiers)
        for values in _tiers(plan_row, money):
            memory["tier"][tier] = values
            tier += 1
        for column, count, sources in (
            ("first_source", "sources", plan_row.index),
            ("first_peer", "peers", plan_row.mark_sources),
        ):
            row[column], row[count] = source, len(sources)
            for s in sources:
                fill_source(memory, plan, rows, source, plan_row, s, venue)
                source += 1


def _push_window(venue: VenuePlan, instrument: InstrumentPlan) -> int:
    # Mark updates over which the form of a mark averages the book; one where it does not.
    if instrument.kind == InstrumentKind.SPOT:
        return 0
    over = AVERAGED.get(venue.mark_form)
    averaged = 0 if over is None else getattr(venue, over)
    return int(min(PUSHES, max(1, averaged // venue.mark_interval_ns)))


def _tiers(instrument: InstrumentPlan, money: Money) -> Iterator[tuple[int, int, int, int]]:
    # Floor, rates and deduction. In coin deductions follow from the floors: both rounded apart would leave a jump between them.
    floor = deduct = mm_ppb = 0
    for tier in instrument.tiers:
        floor = tier.floor_lots or money.atoms(tier.floor_usd)
        if money.is_coin and tier.deduct_usd > 0:
            deduct = next_deduction(deduct, floor, mm_ppb, tier.mm_ppb)
        else:
            deduct = money.atoms(tier.deduct_usd)
        mm_ppb = tier.mm_ppb
        yield floor, mm_ppb, tier.im_ppb, deduct


def fill_source(
    memory: Memory,
    plan: RunPlan,
    rows: Rows,
    at: int,
    reader: InstrumentPlan,
    source: SourcePlan,
    venue: VenuePlan,
) -> None:
    """Write row ``at`` of `source`: prices of ``source`` in the ticks of ``reader``, combined as ``venue`` does."""
    origin = plan.instruments[rows.instruments[source.instrument]]
    scale = Fraction(origin.tick_size) / Fraction(reader.tick_size)
    row = memory["source"][at]
    alike = venue.index_combine in (IndexCombine.MEDIAN, IndexCombine.EQUAL_MEAN)
    alike = alike and source not in reader.mark_sources
    row["instrument"] = rows.instruments[source.instrument]
    row["weight"] = 1 if alike else source.weight
    row["scale_num"], row["scale_den"] = scale.numerator, scale.denominator


def _fill_books(memory: Memory, plan: RunPlan) -> None:
    level = word = 0
    for n, instrument in enumerate(plan.instruments):
        for side in Side:
            row = memory["book"][2 * n + side]
            row["window"] = instrument.window
            row["best"] = NO_BID if side == Side.BUY else NO_ASK
            behind = instrument.window * 3 // 4
            start = instrument.start_px
            row["base"] = max(
                1, start - behind if side == Side.BUY else start - instrument.window + behind
            )
            row["first_level"], row["first_word"], row["far_head"] = level, word, -1
            level += instrument.window
            word += words_per_side(instrument.window)
        feed = memory["feed"][n]
        feed["first"], feed["size"] = n * QUOTE_ROWS, QUOTE_ROWS


def _fill_world_events(memory: Memory, plan: RunPlan, rows: Rows) -> None:
    for n, news in enumerate(plan.news):
        memory["news"][n] = (
            news.t_ns,
            news.over_ns,
            news.log_change,
            rows.assets[news.asset],
            NewsShape[news.shape.upper()],
        )
    for n, outage in enumerate(plan.outages):
        memory["outage"][n] = (
            outage.t_ns,
            outage.t_ns + outage.over_ns,
            rows.venues[outage.venue],
            outage.what,
        )
    memory.world["news_rows"] = len(plan.news)
    memory.world["outage_rows"] = len(plan.outages)
    memory.world["settlements"] = 1 + int(memory["venue"]["asset"].max())


def zero_quotes(memory: Memory) -> None:
    """Give every feed a first quote: an empty book and the starting price as last trade."""
    for n in range(len(memory["instrument"])):
        feed = memory["feed"][n]
        feed["written"] = 1
        first = memory["quote"][feed["first"]]
        first["bid"] = first["ask"] = -1
        first["last"] = memory["instrument"][n]["last_px"]
        first["t"] = np.iinfo(np.int64).min // 4
