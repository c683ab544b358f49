"""The plan: everything a run needs, in the engine's own units, and nothing a reader has to look up elsewhere.

Plain frozen dataclasses made by :func:`unhedged.scenario.resolve.resolve`. Units are in the names: ``_ns`` nanoseconds,
``_ppb`` 10^-9 of the whole, ``_usd`` dollars, ``_px`` ticks, ``_lots`` lots. Two plans with the same
:meth:`RunPlan.hash` and the same code give the same results.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any

from unhedged.scenario.plan_security import CollateralPlan, PortfolioPlan, SourcePlan
from unhedged.vocab.enums import (
    AdlPrice,
    AdlTrigger,
    DrawdownBase,
    FundingForm,
    FundingPrice,
    FundPool,
    IndexCombine,
    InstrumentKind,
    LiquidationStep,
    MarginMode,
    MarkForm,
    OutageKind,
    OutlierRule,
    Reduction,
    TierForm,
    VenueKind,
)

PLAN_SCHEMA = 4
"""Grows when the meaning or the set of plan fields changes; part of the hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A distribution to draw a number from, once per agent.

    ``parameters`` are in the unit of the number the law stands for (dollars, nanoseconds, 10^-9 or plain), except
    shapes such as ``sigma`` and ``weights``, which have none.
    """

    kind: str  # lognormal | uniform | loguniform | discrete | pareto | exponential | normal
    parameters: Mapping[str, float | tuple[float, ...]]


Parameter = Any
"""What an agent's parameter may be: a scalar, text, a law, nothing, or a tuple or mapping of these. Which, each kind's spec
says; a plan is made from a validated spec, so readers need not check again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacePlan:
    """How unevenly news about an asset comes: multipliers of the variance of its walk, each drawn anew at its own pace."""

    strength: float  # each is 1 + this or 1 - this
    layers: int
    fastest_s: float  # mean time until the first is drawn anew
    factor: float  # by which each takes longer than the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPlan:
    """Something with a fundamental value that venues trade."""

    id: str
    start_usd: float  # value at t = 0
    volatility: float  # of the log value, per square root of a second
    beta: float  # share of news about every asset ("*") that this one takes, in log value
    pace: PacePlan | None  # None for an even one


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPlan:
    """One bracket of a margin schedule; a notional equal to the floor belongs to it."""

    floor_usd: float
    floor_lots: int  # the same by size, where the schedule is read so
    mm_ppb: int  # maintenance rate
    im_ppb: int  # initial rate at the tier's highest leverage, rounded up
    deduct_usd: float  # keeps maintenance continuous across floors


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePlan:
    """One venue: its rulebook with the scenario's overrides, ready to use."""

    id: str
    kind: VenueKind
    rulebook: str  # id and date of the data it was made from
    margin_mode: MarginMode  # NONE for spot
    collateral: CollateralPlan
    portfolio: PortfolioPlan | None  # None where the venue has none
    maker_fee_ppb: int  # of the fill amount; negative is a rebate
    taker_fee_ppb: int
    # gateway
    gateway_service_ns: int  # per message, 0 for no limit
    gateway_queue_max: int  # messages that may wait; more are refused
    transfer_delay_ns: int  # between asking for a transfer out and its arrival
    # index, or oracle
    index_combine: IndexCombine
    index_outlier_ppb: (
        int  # farther from the median of the sources is an outlier of a mean, 0 for none
    )
    outlier_rule: OutlierRule
    index_stale_ns: int  # a source without news for so long is left out, 0 for never
    index_least: int  # sources needed, otherwise the index stays
    index_delay_ns: int  # age of what the index sees of its sources
    # mark
    mark_form: MarkForm
    mark_interval_ns: int  # between mark updates; risk is evaluated at each
    basis_window_ns: (
        int  # BINANCE, INDEX_PLUS_BASIS: span of the mean of mid minus index, 0 for none
    )
    ema_ns: int  # HYPERLIQUID, INDEX_PLUS_EMA: time constant of the average of mid minus index, 0 for none
    book_ema_ns: int  # HYPERLIQUID: time constant of the average that stands in for a missing part, 0 for none
    mark_limit_ppb: int  # largest distance of mark from index, 0 for no limit
    # circuit breaker of each book
    halt_window_ns: int  # over which moves of a mark count
    halt_pause_ns: int  # for which a book halts
    # liquidation
    liquidation_on: bool
    steps: tuple[LiquidationStep, ...]  # in the venue's order; empty for spot
    at_equality: bool  # an account whose equity equals maintenance is liquidated
    liquidation_fee_ppb: int  # of the amount a liquidation order filled
    fee_cap_ppb: int  # largest fee where it is what a fill brings above bankruptcy
    reduction: Reduction  # how the part above a lower tier is closed
    partial_above_lowest: (
        bool  # a part is closed only while equity is above what the lowest tier asks
    )
    tiers_at_once: int  # tiers dropped per step
    partial_from_tier: int  # lowest tier, from 1, that is reduced in part
    leg_pause_ns: int  # after orders on all legs
    slice_ppb: int  # share of a position closed per step, 10^9 for all
    slice_above_usd: float  # notional above which a step is sliced
    cooldown_ns: int  # after a sliced step, in which a further step closes all
    cooldown_waits: bool  # no order in it: then a slice again
    backstop_ppb: int  # share of maintenance below which the vault takes over, 0 for never
    throttle_usd: float  # that its orders may close in a contract per interval, 0 for no limit
    throttle_interval_ns: int  # that interval
    round_interval_ns: int  # between small orders
    round_size_usd: float  # largest small order
    least_notional_usd: float  # that an order of a block may always have
    portion_ppb: int  # share of a position that an order of a block may have
    block_notional_usd: float  # of orders per account and block
    block_orders: int  # orders of the venue per block, 0 for no limit
    block_adl: int  # positions it deleverages per block, 0 for no limit
    block_lost_usd: (
        float  # that the fund may lose by one account's orders per block, 0 for no limit
    )
    spread_ppb: int  # spread to maintenance ratio in the limit of such an order
    shortfall_ppb: int  # how fast that limit worsens with the shortfall
    limit_below: bool  # it lies below the price for shorts too
    # insurance fund
    fund_start_usd: float
    fund_pool: FundPool
    fund_capacity_ppb: int  # net notional the fund may hold, as a share of its equity
    unwind_interval_ns: int  # between orders that work off the fund's positions, 0 for never
    unwind_ppb: int  # share of a held position worked off per order
    # backstop vault
    vault_on: bool
    vault_start_usd: float
    vault_interval_ns: int  # between ticks of vault ADL
    takeover_interval_ns: int  # between ticks at which the vault takes positions over
    # auto-deleveraging
    adl_on: bool  # off leaves a remainder with fund or vault
    adl_trigger: AdlTrigger
    adl_policy: str  # registered id, with version
    adl_price: AdlPrice
    adl_at_limit: bool  # a drawdown equal to its limit is a trigger
    adl_walk: int  # holders looked at from a random start, 0 for all
    adl_sees: tuple[str, ...]  # other venues whose balances it sees as hedges
    adl_exempt: tuple[str, ...]  # blocks of agents left out of its ranking
    drawdown_limit_ppb: int  # change of the fund at which ADL starts
    drawdown_stop_ppb: int  # change above which it ends
    drawdown_window_ns: int  # over which a peak counts
    drawdown_base: DrawdownBase  # what a rapid drop is measured from
    drawdown_least_usd: (
        float  # equity of the fund above which a drawdown counts; lowest line of a rapid drop
    )
    socialised: bool  # winners pay what the fund cannot
    session_ns: int  # between times at which they do, 0 for at once
    session_end_ns: int  # of such a time after midnight UTC
    # funding
    funding_form: FundingForm
    funding_price: FundingPrice
    funding_interval_ns: int  # 0 for no funding
    premium_interval_ns: int  # between premium samples
    votes_least: int  # VOTES: votes a sample needs; missing ones count as zero
    premium_weighted: bool  # later samples of an interval weigh more


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentPlan:
    """One order book."""

    id: str  # venue/symbol
    venue: str
    asset: str
    kind: InstrumentKind
    tick_size: str  # exact decimal, dollars
    tick_usd: float
    lot_size: str  # exact decimal, units of the asset; inverse: dollars
    lot_units: float  # units of the asset; inverse: at the start price
    num: int  # atoms of a fill = floor(px * qty * num / den), an atom is 10^-6 USD; inverse: floor(qty * num / (den * px)), 10^-8 coin
    den: int
    start_usd: float  # of the asset; mark and books start here
    start_px: int  # the same in ticks, rounded to nearest
    band_ppb: int  # orders farther from mark are refused, 0 for no band
    halt_ppb: (
        int  # move of the mark within the venue's window above which the book halts, 0 for never
    )
    significant: int  # significant figures a price may have, 0 for any
    max_lots: int  # largest order
    window: int  # levels of the dense part of the book, a power of two >= 64
    tiers: tuple[TierPlan, ...]  # empty for spot
    tier_form: TierForm
    slope_ppb: int  # SLOPE: growth of the rates per `slope_lots` lots
    slope_lots: int
    close_out_ppb: int  # close-out margin, of notional, 0 for none
    index: tuple[SourcePlan, ...]  # spot instruments whose prices are the index; empty for spot
    mark_sources: tuple[SourcePlan, ...]  # perpetuals elsewhere that the mark looks at
    open_interest_usd: float  # one side, at the start; agents share it by their weights
    interest_ppb: int  # interest component, per eight hours
    funding_clamp_ppb: (
        int  # bound of interest minus premium; DEAD_BAND: premium inside which nothing is paid
    )
    funding_cap_ppb: int  # bound of the rate per interval; DEAD_BAND, VOTES: per eight hours
    impact_notional_usd: float  # size for which impact prices are taken

    @property
    def inverse(self) -> bool:
        """Whether it settles in the coin itself."""
        return self.kind == InstrumentKind.INVERSE

    @property
    def lot_shown(self) -> float:
        """A lot as results show sizes: units of the asset, dollars of an inverse contract."""
        return float(self.lot_size) if self.inverse else self.lot_units

    @property
    def start_mark(self) -> Fraction:
        """The mark at the start, dollars, exact."""
        return self.start_px * Fraction(self.tick_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentGroupPlan:
    """Agents of one kind that share a block of the scenario. Agent n of the group has the key ``id.n``."""

    id: str
    kind: str  # market_maker, leveraged, …
    count: int
    params: Mapping[str, Parameter]  # scalars, laws, lists; units in each kind's spec


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsPlan:
    """A change of an asset's fundamental value. Prices follow only through orders."""

    t_ns: int
    asset: str
    log_change: float  # natural logarithm, whole size
    over_ns: int  # length of a ramp, time constant of an exponential, 0 for a step
    shape: str  # step | ramp | exponential


@dataclass(frozen=True, slots=True, kw_only=True)
class OutagePlan:
    """Something of a venue that stops working for a while."""

    t_ns: int
    venue: str
    what: OutageKind
    over_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """One run, all replicates alike but for their random numbers."""

    name: str
    seed: int
    duration_ns: int
    record_ns: int  # between recorded instants
    start_utc: str | None  # ISO 8601 of t = 0 for dated scenarios
    assets: tuple[AssetPlan, ...]
    venues: tuple[VenuePlan, ...]
    instruments: tuple[InstrumentPlan, ...]  # grouped by venue, in the order of `venues`
    agents: tuple[AgentGroupPlan, ...]
    news: tuple[NewsPlan, ...]  # by time
    outages: tuple[OutagePlan, ...]  # by time
    plugins: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of their code, by name

    def settled_by(self, venue: str) -> InstrumentPlan | None:
        """Return the first inverse contract of a venue, whose asset is its money and whose mark is that money's price.

        None where money is dollars. Amounts of the plan in dollars (``_usd``) are converted at its ``start_mark``.
        """
        return next((i for i in self.instruments if i.venue == venue and i.inverse), None)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain JSON values; enums by name."""
        return {"plan_schema": PLAN_SCHEMA, **plain(self)}

    def hash(self) -> str:
        """Return the SHA-256 of the canonical JSON, 64 hex digits."""
        return hash_of(self.to_json())


def hash_of(plan: Mapping[str, Any]) -> str:
    """Return the hash of a plan as JSON values, such as a ``plan.json``."""
    text = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return ``value`` with dataclasses, enums and tuples turned into JSON values."""
    if isinstance(value, IntEnum):
        return value.name
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def diff(a: RunPlan, b: RunPlan) -> list[tuple[str, Any, Any]]:
    """Return ``(path, value in a, value in b)`` for every leaf that differs; a missing leaf is ``None``.

    Blocks are matched by id, not by position, so that an added agent does not shift the others.
    """
    return diff_plain(a.to_json(), b.to_json())


def diff_plain(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return :func:`diff` of two plans as JSON values, such as two ``plan.json``."""
    left, right = dict(_leaves(a, "")), dict(_leaves(b, ""))
    paths = list(left) + [path for path in right if path not in left]
    return [
        (path, left.get(path), right.get(path))
        for path in paths
        if left.get(path) != right.get(path)
    ]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for position, part in enumerate(value):
            name = part.get("id", part.get("instrument", position))
            yield from _leaves(part, f"{path}.{name}")
    else:
        yield path, value
