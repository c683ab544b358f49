"""The scenario file as types: what a user may write, with units, defaults and bounds.

Defaults are written as a user would write them. Anything left out of a ``[[venue]]`` comes from its rulebook; ``None`` means
"as the rulebook says". The grammar has no key that sets a traded price, a depth, a liquidation or an ADL.
"""

import datetime
import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from unhedged.scenario.agents import AgentSpec
from unhedged.scenario.collateral_keys import Collateral
from unhedged.scenario.fields import Block, Duration, Funds, Price, Rate, Share
from unhedged.scenario.price_keys import Funding, Halt, Index, Mark, Positive
from unhedged.scenario.tiers import Tiers
from unhedged.vocab.enums import LiquidationStep
from unhedged.vocab.errors import ScenarioError, UnitError, UnknownKind
from unhedged.vocab.ids import MOST_REPLICATES, MOST_SEED, is_name, split_instrument
from unhedged.vocab.keys import MOST_LAYERS

SCHEMA = 1
"""Changes only together with a migration command."""


def written(text: str, description: str | None = None) -> Any:
    """Return the default of a key as a user would write it; it is read like any value of a file."""
    return Field(default=text, description=description)


def _name(value: str) -> str:
    if not is_name(value):
        raise ScenarioError(
            f"{value!r} cannot be a name.",
            value=value,
            allowed="Letters, digits, dashes and underscores.",
        )
    return value


def _instrument_name(value: str) -> str:
    venue, symbol = split_instrument(value)
    if not (is_name(symbol) and is_name(venue)):
        raise ScenarioError(
            f"{value!r} cannot be an instrument.",
            value=value,
            allowed="venue/symbol, such as 'binance/BTC-PERP'.",
        )
    return value


_MESSAGES = re.compile(r"([\d_,]+)/s")


def parse_message_rate(value: Any) -> int:
    """Return messages a second from text such as ``"2_000/s"``; 0 from ``"unlimited"``."""
    if value == "unlimited":
        return 0
    match = _MESSAGES.fullmatch(value) if isinstance(value, str) else None
    number = int(match[1].replace("_", "").replace(",", "") or 0) if match else 0
    if number <= 0:
        raise UnitError(
            f"{value!r} is not a message rate.",
            value=value,
            allowed="Expected messages a second, such as '2_000/s', or 'unlimited'.",
        )
    return number


def _above_minus_all(value: int) -> int:
    if value <= -(10**9):
        raise ScenarioError(
            "takes away the whole value or more.", value=value, allowed="A change above −100%."
        )
    return value


def _volatility(value: int) -> int:
    if not 0 <= value <= 20 * 10**9:
        raise ScenarioError("is out of range.", value=value, allowed="0% to 2000% a year.")
    return value


def _power_of_two(value: int) -> int:
    if value < 64 or value & (value - 1):
        raise ScenarioError(
            f"{value} levels.", value=value, allowed="A power of two from 64: 1024, 4096, 65536, …"
        )
    return value


def _fraction_of_position(value: int) -> int:
    if value <= 0:
        raise ScenarioError(
            "is the share of a position closed per step.", value=value, allowed="0% < slice ≤ 100%."
        )
    return value


def _step(value: str) -> str:
    if value.upper() not in LiquidationStep.__members__:
        names = [step.name.lower() for step in LiquidationStep]
        raise UnknownKind.of("liquidation step", value, names, hint="unhedged rules list steps")
    return value


def _source(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


Name = Annotated[str, AfterValidator(_name)]
InstrumentName = Annotated[str, AfterValidator(_instrument_name)]
Change = Annotated[Rate, AfterValidator(_above_minus_all)]
Volatility = Annotated[Rate, AfterValidator(_volatility)]
Window = Annotated[int, AfterValidator(_power_of_two)]
StepName = Annotated[str, AfterValidator(_step)]
Slice = Annotated[Share, AfterValidator(_fraction_of_position)]
MessageRate = Annotated[
    int,
    BeforeValidator(parse_message_rate),
    WithJsonSchema({"type": "string", "pattern": r"^([\d_,]+/s|unlimited)$"}),
]


class Run(Block):
    """How long, how often, from which seed."""

    duration: Positive = Field(description="simulated time")
    seed: int = Field(default=1, ge=0, le=MOST_SEED, description="of every random number")
    replicates: int = Field(
        default=20, ge=1, le=MOST_REPLICATES, description="runs that differ in chance alone"
    )
    record_every: Positive = written("1s", "between recorded instants")


class Pace(Block):
    """How unevenly news comes: the variance of the walk is multiplied by layers of ``1 ± strength``, each drawn anew at random.

    Its mean stays that of ``volatility``. Source of the form: Calvet, Fisher, How to forecast long-run volatility, Journal of
    Financial Econometrics 2 (2004).
    """

    strength: Share = Field(description="by how much a layer speeds news up or slows it down")
    layers: int = Field(
        default=8, ge=1, le=MOST_LAYERS, description="how many, each slower than the last"
    )
    fastest: Positive = written("1m", "mean time until the first layer is drawn anew")
    factor: float = Field(
        default=3.0, ge=1, le=100, description="by which each takes longer than the one before"
    )


class Asset(Block):
    """Something with a fundamental value."""

    id: Name
    start: Funds = Field(description="value at the start")
    volatility: Volatility = written("0%", "of the value, per year of 365 days")
    beta: float = Field(default=1.0, ge=0, le=10, description="share of news about every asset")
    pace: Pace | None = Field(
        default=None, description="of news no line tells of; even when left out"
    )


class Gateway(Block):
    """How fast a venue takes messages in."""

    rate: MessageRate | None = Field(default=None, description="messages a second")
    queue: int | None = Field(default=None, ge=1, description="messages that may wait")


class Transfers(Block):
    """How fast cash leaves a venue."""

    delay: Duration | None = None


class Liquidation(Block):
    """What happens to an account below maintenance."""

    enabled: bool = True
    steps: tuple[StepName, ...] | None = Field(
        default=None, description="what is done, in order: unhedged rules list steps"
    )
    fee: Share | None = Field(default=None, description="of the amount a liquidation order filled")
    slice: Slice | None = Field(default=None, description="share of a position closed per step")
    slice_above: Funds | None = Field(
        default=None, description="notional above which a step is sliced"
    )
    cooldown: Duration | None = Field(
        default=None, description="after a slice; a further step closes all"
    )
    backstop: Share | None = Field(
        default=None, description="share of maintenance below which the vault takes over"
    )
    throttle: Funds | None = Field(
        default=None,
        description="notional that its orders may close in a contract per interval, the rest waits its turn; $0 for no limit",
    )
    throttle_interval: Positive | None = Field(default=None, description="1s when left out")


class Fund(Block):
    """The insurance fund."""

    start: Funds = written("$0")
    capacity: Rate | None = Field(
        default=None, description="net notional it may hold, as a share of its equity"
    )
    unwind_interval: Duration | None = Field(
        default=None, description="between orders that work positions off; 0s never"
    )
    unwind_share: Share | None = Field(
        default=None, description="share of a position worked off per order"
    )
    session: Duration | None = Field(
        default=None,
        description="between times at which winners pay what it is short of, where the venue shares losses; 0s at once",
    )


class Vault(Block):
    """The backstop vault that takes over positions. A venue has one when this block is there."""

    start: Funds = written("$0")
    interval: Positive | None = Field(default=None, description="between ticks of its ADL")
    takeover: Positive | None = Field(
        default=None, description="between ticks at which it takes over"
    )


class Adl(Block):
    """Auto-deleveraging."""

    enabled: bool = True
    trigger: (
        Literal["fund_cannot_hold", "fund_empty", "drawdown", "rapid_drop", "negative_equity"]
        | None
    ) = Field(default=None, description="what keeps the fund from taking a position over")
    policy: str | None = Field(default=None, description="a registered id: unhedged rules list adl")
    price: Literal["bankruptcy", "mark", "previous_mark", "oracle"] | None = None
    sees: tuple[Name, ...] = Field(
        default=(),
        description="other venues, by id, whose balances count as hedges it can see: its own spot market, say",
    )
    exempt: tuple[str, ...] = Field(
        default=(),
        description="blocks of agents, by id, pattern or kind, that it never closes: left out of the ranking",
    )


class Venue(Block):
    """A venue: a rulebook and what this scenario changes in it."""

    id: Name
    kind: Literal["order_book"] = "order_book"
    rulebook: str = Field(description="id and date: unhedged rules list rulebooks")
    readings: dict[str, dict[str, str]] | None = Field(
        default=None, description="other published readings of the rulebook, by chapter and name"
    )
    maker_fee: Rate | None = Field(default=None, description="negative is a rebate")
    taker_fee: Rate | None = None
    gateway: Gateway = Gateway()
    transfers: Transfers = Transfers()
    collateral: Collateral | None = Field(
        default=None, description="assets taken as margin; dollars alone when left out"
    )
    index: Index = Index()
    mark: Mark = Mark()
    halt: Halt = Halt()
    liquidation: Liquidation = Liquidation()
    fund: Fund = Fund()
    vault: Vault | None = None
    adl: Adl = Adl()
    funding: Funding = Funding()


def _one_or_many(value: Any) -> str:
    return "one" if isinstance(value, str) else "many"


Assets = Annotated[
    Annotated[str, Tag("one")] | Annotated[tuple[str, ...], Tag("many")],
    Discriminator(_one_or_many),
]
"""An id, several, or ``*``."""


class Source(Block):
    """An instrument an index or a mark looks at."""

    id: InstrumentName
    weight: int = Field(default=1, ge=1, le=1000, description="in a weighted median or mean")


Sources = tuple[Annotated[Source, BeforeValidator(_source)], ...]
"""Ids, or tables with id and weight."""


class Instrument(Block):
    """One order book at a venue."""

    id: InstrumentName = Field(description="venue/symbol")
    asset: str
    kind: Literal["linear", "inverse", "spot"] = Field(
        description="linear: money is dollars; inverse: perpetual of fixed dollars, money is the asset"
    )
    tick_size: Price
    lot_size: Price = Field(description="units of the asset; of an inverse contract dollars")
    tiers: Tiers | None = Field(
        default=None,
        description="a table of the rulebook, FILE.toml#TABLE of imported rules, or brackets",
    )
    open_interest: Funds = written("$0")
    scale: Funds | None = Field(
        default=None,
        description="money that blocks of agents with `each` are sized by, as in '5% of scale'; nothing by itself",
    )
    band: Share | None = Field(
        default=None, description="orders farther from mark are refused; 0% for no band"
    )
    halt: Share | None = Field(
        default=None, description="its own move for halt.move of the venue; 0% for never"
    )
    significant: int | None = Field(
        default=None, ge=0, le=12, description="figures a price may have; 0 for any"
    )
    window: Window | None = Field(default=None, description="levels of the dense part of the book")
    max_order: Funds | None = Field(default=None, description="largest order, at the start price")
    impact_notional: Funds | None = Field(
        default=None, description="size of the impact prices of funding"
    )
    funding_cap: Share | None = Field(
        default=None, description="bound of the funding rate per interval"
    )
    index: Sources | None = Field(
        default=None, description="spot books; all of the asset when left out"
    )
    mark_sources: Sources | None = Field(
        default=None, description="perpetuals elsewhere; all of the asset when left out"
    )

    @property
    def venue(self) -> str:
        """The venue's id, the part before the slash."""
        return split_instrument(self.id)[0]


class News(Block):
    """Something happens that changes what an asset is worth. Prices follow only through orders."""

    at: Duration
    asset: Assets = Field(default="*", description="an id, several, or * for all by their beta")
    fundamental: Change = Field(description="change of the value")
    over: Duration = written("0s", "length of a ramp, or time constant")
    shape: Literal["ramp", "exponential"] = "ramp"


class Outage(Block):
    """Something of a venue stops working for a while."""

    at: Duration
    venue: str
    what: Literal["transfers", "gateway", "feed"]
    over: Positive


class Scenario(Block):
    """A whole scenario file."""

    schema_: Literal[1] = Field(alias="schema", description="version of this grammar")
    name: Name
    title: str = ""
    description: str = ""
    start_utc: datetime.datetime | None = Field(
        default=None, description="UTC of the start, for dated scenarios"
    )
    run: Run
    asset: tuple[Asset, ...] = Field(min_length=1)
    venue: tuple[Venue, ...] = Field(min_length=1)
    instrument: tuple[Instrument, ...] = Field(min_length=1)
    agent: tuple[AgentSpec, ...] = ()
    news: tuple[News, ...] = ()
    outage: tuple[Outage, ...] = ()


def exact(price: Decimal) -> str:
    """Return a price or size as the shortest plain decimal text."""
    text = f"{price:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, for editors."""
    return Scenario.model_json_schema(by_alias=True)
