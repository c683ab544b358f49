"""What a user may say about agents: one class a kind, every key with its unit and where its default comes from.

A default marked *prior* has no published source: it is a starting value inside the range given, to be calibrated. No key
sets a traded price, a depth, a liquidation or an auto-deleveraging: keys say who is there, with what money, and how they act.
A number that may be a law is drawn once per agent.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from unhedged.agents import cells, rows
from unhedged.scenario.agent_keys import (
    Acting,
    Group,
    InstrumentRef,
    PerSecond,
    PositionMode,
    PositiveMoney,
    PositiveNumber,
    PositiveRate,
    PositiveTime,
    SomeMoney,
    SomeNumber,
    SomeRate,
    as_tuple,
    in_order,
    key,
)
from unhedged.scenario.collateral_keys import Posted
from unhedged.scenario.fields import Block, Rate, RateOrLaw, Share
from unhedged.scenario.followers import Momentum, Panic
from unhedged.scenario.makers import MarketMaker
from unhedged.scenario.speculators import Speculator
from unhedged.vocab.errors import InconsistentRules


class Background(Acting):
    """The anonymous flow of one book: limit orders, cancels and market orders that arrive at random.

    Source of the form: Cont, Stoikov, Talreja, A stochastic model for order book dynamics, Operations Research 58 (2010).
    """

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["background"]

    kind: Literal["background"]
    instrument: InstrumentRef
    capital: PositiveMoney = key("$20bn", "equity; large, for it stands for many unlevered people")
    limit_rate: PerSecond = key("6/s", "limit orders, both sides together; prior")
    market_rate: PerSecond = key("8/s", "market orders, both sides together; prior")
    cancel_rate: PerSecond = key("0.06/s", "cancels per resting order; prior")
    orders: int = key(40, "most orders near the touch, one side", ge=4, le=200)
    reach: PositiveRate = key("100bps", "farthest near order from the opposite touch; prior")
    step: PositiveRate = key("1bps", "nearest one, and the unit of distance; at least a tick")
    decay: SomeNumber = key(0.52, "power of distance by which the limit rate falls; CST 2010")
    size: PositiveMoney = key("$40k", "median limit order; prior")
    size_sigma: SomeNumber = key(1.0, "of the log size; prior 0.7 to 1.5")
    size_most: PositiveNumber = key(8.0, "largest order, as a multiple of the median")
    market_size: PositiveMoney = key("$50k", "median market order in a calm book; prior")
    elasticity: SomeNumber = key(0.85, "power of liquidity in market order size; prior 0.8 to 0.9")
    informed: Share = key("80%", "largest part of market orders that trade towards value; prior")
    informed_scale: PositiveRate = key("20bps", "mispricing from which that part is reached; prior")
    informed_power: PositiveNumber = key(
        1.0,
        "power of mispricing by which that part grows: 2 where estimates of value differ; prior 1 to 2",
    )
    rush: SomeNumber = key(3.0, "by how much mispricing of 4 scales speeds market orders up; prior")
    bargain: PositiveRate = key(
        "5%",
        "mispricing at which informed orders have their calm size in however thin a book; prior",
    )
    usual_gap: PositiveTime | None = key(
        None,
        "memory of the usual gap between price and value, which counts as no mispricing: a contract trades at a premium; none if left out",
    )
    patient: SomeMoney = key("$0", "far limit orders in all, one side; prior 10–80% of near depth")
    patient_orders: int = key(60, "how many, one side", ge=0, le=200)
    patient_nearest: PositiveRate = key("2%", "of the price, from the mid")
    patient_farthest: PositiveRate = key("40%", "of the price, from the mid")
    patient_decay: SomeNumber = key(1.0, "power of distance by which they thin out; prior 0.5–1.5")
    patience: PositiveTime = key("16m", "mean time until one is put back or moved; prior 5–60 min")

    @model_validator(mode="after")
    def _ordered(self) -> Any:
        in_order(self, "step", "reach")
        in_order(self, "patient_nearest", "patient_farthest")
        return self


class BasisDesk(Acting):
    """Holds coins and is short the perpetual against them: passive until its short is closed by force."""

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["basis_desk"]

    kind: Literal["basis_desk"]
    spot: InstrumentRef = Field(description="where its coins are")
    short: InstrumentRef = Field(description="the perpetual it is short")
    reshort: InstrumentRef | None = key(None, "where it shorts again; the same one when left out")
    capital: PositiveMoney = key("$20M", "collateral behind the short; sizes scale to `holds`")
    leverage: PositiveNumber = key(0.2, "short over collateral; prior 0.1–0.35, lognormal")
    collateral: dict[str, Posted] | None = key(
        None,
        "assets behind the short in place of dollars, by id; equity at the start stays as drawn",
    )
    holds: Share | None = key(None, "share of open interest the block is short; prior 50–80%")
    period: PositiveTime = key("1s", "between looks at its position")
    reaction: PositiveTime = key(
        {"law": "discrete", "values": ["31.6s", "9m"], "weights": [30, 70]},
        "mean delay after a forced close, exponential; prior from the delays observed",
    )
    sell: Share = key("70%", "chance to answer by selling coins; prior 0–100%")
    resell: Share = key("20%", "chance to answer by shorting again; the rest stays unhedged; prior")
    slice: PositiveMoney = key("$500k", "largest order; prior")
    slippage: PositiveRate = key("50bps", "beyond the touch an order may pay; prior")
    open_above: Rate | None = key(None, "basis from which it adds; never when left out")
    close_below: RateOrLaw | None = key(None, "basis under which it unwinds; never when left out")
    limit: PositiveNumber = key(1.5, "most it grows to, times its size at the start")
    hurdle: RateOrLaw | None = key(
        None,
        "funding a year for which its money comes: cost of money and a reward; stays as it is if left out; prior 4–15%",
    )
    round_trip: PositiveRate = key(
        "1%",
        "a year, that opening and closing costs: it acts so far above or below its hurdle; prior",
    )
    yield_memory: PositiveTime = key("1d", "memory of the funding it has seen settled; prior")
    pace: PositiveTime = key("3d", "in which it would add, or take off, all it began with; prior")

    @model_validator(mode="after")
    def _consistent(self) -> Any:
        if self.sell + self.resell > 10**9:
            raise InconsistentRules(
                "sell and resell together are above 100%.", allowed="Expected sell + resell ≤ 100%."
            )
        if None not in (self.open_above, self.close_below):
            in_order(self, "close_below", "open_above")
        return self


class Stops(Block):
    """Orders people leave with the venue, or keep in their head, to get out."""

    share: Share = key("0%", "of accounts that have one")
    nearest: PositiveRate = key("1%", "gap around the start price in which there are none; prior")
    distance: PositiveRate = key(
        {"law": "lognormal", "median": "6%", "p95": "20%"},
        "beyond that gap, of the price; prior",
    )


class Profits(Stops):
    """As `Stops`, on the other side of the start price."""

    at_limit: Share = key(
        "0%",
        "of them ask for that price or better and wait for it, the others take what there is; prior",
    )


class TopUp(Block):
    """Margin added from outside when an account comes close to liquidation."""

    share: Share = key("0%", "of accounts that do it; prior")
    at: PositiveNumber = key(1.5, "equity over maintenance below which they add; prior")
    amount: PositiveRate = key("20%", "of the capital at the start, per addition; prior")
    reserve: SomeRate = key("50%", "of the capital at the start, kept outside; prior")


class Leveraged(Group):
    """A crowd with open positions and margin. It only waits: no behaviour, no cost while nothing is touched.

    Sizes are ``capital × leverage``, scaled together so that the block's larger side is ``holds`` of the open interest.
    """

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["leveraged"]

    kind: Literal["leveraged"]
    instruments: Annotated[
        tuple[InstrumentRef, ...], Field(min_length=1, max_length=8), BeforeValidator(as_tuple)
    ] = Field(description="what each account holds; several of one venue are held together")
    weights: tuple[float, ...] = key((), "shares of the instruments in a position; even if empty")
    margin: Literal["cross", "isolated", "portfolio"] = key(
        "cross",
        "one pocket for all, or one a position; portfolio: one, by the venue's formula for the whole",
    )
    position_mode: PositionMode = key(
        "one_way", "one net position a contract, or a long and a short leg"
    )
    hedged: Share = key(
        "50%", "hedge mode: the other leg, of the larger; it counts on its own side"
    )
    long: Share = key("50%", "share of accounts that are long")
    holds: Share | None = key(None, "of one-sided open interest; sizes stay as drawn if left out")
    capital: PositiveMoney = key(
        {"law": "lognormal", "median": "$2_000", "p99": "$150_000"}, "margin of an account; prior"
    )
    leverage: PositiveNumber = key(
        {"law": "lognormal", "median": 3.0, "sigma": 0.67, "high": 100.0},
        "notional over equity at the start; cut to what initial margin allows; prior",
    )
    largest: PositiveRate = key("0.3%", "of one-sided open interest, most in one account; prior")
    gain: RateOrLaw = key(
        {"law": "normal", "mean": "2%", "sd": "6%", "low": "-30%", "high": "60%"},
        "of the start price over entry, in the holder's favour; sets profit, not equity; prior",
    )
    collateral: dict[str, Posted] | None = key(
        None, "assets brought in place of dollars, by id; equity at the start stays as drawn"
    )
    stop: Stops = key({}, "stop orders, touched by mark; prior 5–25% of longs")
    take_profit: Profits = key({}, "closing with a profit; prior 30–70% of leveraged shorts")
    top_up: TopUp = key({}, "margin added when liquidation is near")
    again: PositiveTime | None = key(
        None,
        "until who could not get out by stop or panic tries once more, by a law not all at once; never if left out; prior 10–120 s",
    )
    panic: Stops = key({}, "giving up at market after a loss; prior")


class CrossVenue(Acting):
    """Trades the same asset between two or three books when their prices differ."""

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["cross_venue"]

    kind: Literal["cross_venue"]
    instruments: tuple[InstrumentRef, ...] = Field(
        min_length=2, max_length=3, description="books of one asset"
    )
    capital: PositiveMoney = key("$50M", "equity, shared evenly among the venues; prior")
    limit: PositiveMoney = key("$40M", "largest position of a leg away from its start; prior")
    period: PositiveTime = key("500ms", "between looks at the market; prior")
    enter: PositiveRate = key("15bps", "gap from which it opens, costs included; prior")
    exit: Rate = key("3bps", "gap down to which it unwinds; prior")
    slice: PositiveMoney = key("$1M", "largest order; prior")
    patience: PositiveTime = key("1s", "longest wait in a gateway it accepts; prior")
    rebalance: Share = key(
        "50%", "of an even share of equity, below which a venue gets cash; prior"
    )
    transfer_every: PositiveTime = key("10m", "between transfers; above the venues' delay")
    frozen: PositiveTime = key("1m", "in which it opens nothing after a refused transfer; prior")


class Ladder(Block):
    """Resting bids far below the market, put there at the start."""

    share: Share = key("0%", "of capital")
    orders: int = key(20, "how many", ge=1, le=60)
    nearest: PositiveRate = key("4%", "of the price, below it")
    farthest: PositiveRate = key("60%", "of the price, below it")
    decay: SomeNumber = key(1.0, "power of distance by which they thin out; prior 0.5–1.5")
    refresh: PositiveTime = key("16m", "mean time until one is put back or moved; prior 5–60 min")

    @model_validator(mode="after")
    def _ordered(self) -> Any:
        in_order(self, "nearest", "farthest")
        if isinstance(self.farthest, int) and self.farthest >= 10**9:
            raise InconsistentRules("farthest is the whole price.", allowed="Expected below 100%.")
        return self


class DipBuyer(Acting):
    """Buys when the price is well below value, with money that is mostly still on its way."""

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["dip_buyer"]

    kind: Literal["dip_buyer"]
    instrument: InstrumentRef
    capital: PositiveMoney = key("$100M", "in all; prior, 5–15bn over all buyers of a large coin")
    on_hand: Share = key("7%", "of capital, there at the start; prior 1–30%")
    arrival: PositiveTime = key(
        "25m", "time constant of the rest, from the first discount it sees; prior 10–40 min"
    )
    period: PositiveTime = key("2s", "between looks at the market; prior")
    discount: PositiveRate = key("1.5%", "to value, that it needs in calm times; prior 1–3%")
    falling_premium: SomeNumber = key(
        0.2, "part by which that grows per calm σ of a minute that this one or the last fell; prior"
    )
    pace: PositiveTime = key("4m", "time constant of spending what has arrived; prior 1–10 min")
    slice: PositiveMoney = key("$2M", "largest order; prior")
    slippage: PositiveRate = key("20bps", "beyond the touch an order may pay; prior")
    passive: Share = key("30%", "chance that a slice rests at the bid instead of taking; prior")
    take_profit: PositiveRate | None = key(
        "1%", "above value, from where it sells what it bought; never when left out; prior"
    )
    ladder: Ladder = key({}, "resting bids far below the market")


class Custom(Acting):
    """A behaviour of the user's own: compiled with ``unhedged.kernels.compiled.agent``, or any Python callable."""

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["custom"]

    kind: Literal["custom"]
    behaviour: str = Field(
        pattern=r"^[\w.\-]+(:\w+)?$",
        description="a registered name, or module:function; f(observation, me, out) -> messages",
    )
    instruments: Annotated[
        tuple[InstrumentRef, ...], Field(min_length=1, max_length=8), BeforeValidator(as_tuple)
    ] = Field(description="what it sees and trades; its legs, in this order")
    position_mode: PositionMode = key(
        "one_way", "hedge: each instrument is two legs, first the long one"
    )
    capital: PositiveMoney = key("$1M", "equity, in equal parts per leg; half in coins on spot")
    period: PositiveTime = key("1s", "between its turns")
    orders: int = key(16, "most orders it can have under a tag", ge=1, le=200)
    numbers: Annotated[tuple[SomeNumber, ...], Field(max_length=cells.MOST_NUMBERS)] = key(
        (), "its own parameters, read from its row"
    )


AgentSpec = Annotated[
    Background
    | MarketMaker
    | BasisDesk
    | Leveraged
    | CrossVenue
    | DipBuyer
    | Momentum
    | Panic
    | Speculator
    | Custom,
    Field(discriminator="kind"),
]
"""Any block of agents, told apart by ``kind``."""
