"""What a user may say about market makers: what they quote and where they hedge, what they believe, and when they leave.

As in `agents`: a default marked *prior* has no published source, and a number that may be a law is drawn once per agent.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from unhedged.agents import cells, rows
from unhedged.scenario.agent_keys import (
    Acting,
    InstrumentRef,
    PerSecond,
    PositiveMoney,
    PositiveNumber,
    PositiveRate,
    PositiveTime,
    SomeNumber,
    as_tuple,
    key,
    without,
)
from unhedged.scenario.fields import Block, Share
from unhedged.vocab.errors import InconsistentRules


class Inventory(Block):
    """What a market maker does about its position."""

    limit: PositiveRate = key("22%", "unhedged, of capital, where its quotes halve; prior 10–50%")
    hedge_above: PositiveRate = key("30%", "of the limit, from where it hedges; prior")
    hedge_down_to: Share = key("10%", "of the limit, to where it hedges; prior")
    hedge_slippage: PositiveRate = key(
        "20bps", "beyond the touch a hedge pays once over the limit; prior"
    )
    hedge_most: PositiveRate = key("2%", "of capital, largest hedge order; prior")
    gross: SomeNumber = key(
        0.5, "weight of a leg's own position in its skew, hedged or not; 0 as published; prior 0–1"
    )


class Shading(Block):
    """How a market maker's size falls under stress: ``floor + (1 − floor)·…`` of each term."""

    volatility_scale: PositiveNumber = key(7.0, "excess of σ over calm that halves size; prior 3–8")
    volatility_power: PositiveNumber = key(1.0, "prior 1–2")
    floor: Share = key("3.3%", "of full size it must always show; prior 1–6%")
    fear: SomeNumber = key(3.0, "per share of capital lost to ADL as hedge; prior 0–6")
    fear_memory: PositiveTime = key("1h", "time constant of the memory of ADL; prior")


class Withdraw(Block):
    """When a market maker leaves, and how it comes back."""

    enabled: bool = key(True, "false: it never leaves, whatever happens to it")
    loss: PositiveRate = key(
        {"law": "lognormal", "median": "14%", "sigma": 0.4},
        "of capital, since it (re)started; prior 5–20%",
    )
    volatility: PositiveNumber = key(
        {"law": "lognormal", "median": 11.0, "sigma": 0.4}, "σ over calm; prior 6–25"
    )
    dump: Share = key("30%", "of its inventory sold when it leaves; prior")
    cool_off: PositiveTime = key(
        {"law": "lognormal", "median": "8m20s", "sigma": 0.4}, "least absence; prior 300–1800 s"
    )
    calm: PositiveNumber = key(
        2.5, "σ over calm below which it returns; grows with each further cool-off; prior"
    )
    haircut: Share = key("30%", "by which it is smaller once it has left; prior 10–40%")


class Reference(Block):
    """What price a market maker believes in: it follows the mid plus its own skew, and a little the value."""

    follow: PositiveTime = key("5m", "time constant to the mid; prior 50–500 s")
    anchor: PositiveTime = key("24m", "time constant to fundamental value; prior 4–170 min")
    news: Share = key(
        "0%", "of a change in value its quotes take over at once, as public news; prior 0–100%"
    )
    premium: bool = key(
        False,
        "true: value counts at the usual ratio of the price quoted to that of the hedge, so a premium may last",
    )
    calm_volatility: PositiveRate | None = key(
        None, "σ of the mid in calm times, per root second; learned when left out"
    )


class MarketMaker(Acting):
    """Quotes both sides of one or two books and hedges elsewhere.

    Source of the quotes: Guéant, Lehalle, Fernandez-Tapia, Dealing with the inventory risk, Math. Financial Economics 7 (2013).
    """

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["market_maker"]

    kind: Literal["market_maker"]
    quotes: Annotated[
        tuple[InstrumentRef, ...],
        Field(min_length=1, max_length=cells.MOST_QUOTES),
        BeforeValidator(as_tuple),
    ] = Field(description="instruments it quotes; they share its capital")
    hedge: InstrumentRef | None = key(
        None, "where it hedges all of them: another book of the asset"
    )
    watch: InstrumentRef | None = key(
        None,
        "a market whose volatility makes it leave too, beside its hedge; nothing if its own; prior",
    )
    capital: PositiveMoney = key("$90M", "equity over all its accounts; prior, 1–4bn for 24 makers")
    weights: tuple[float, ...] = key(
        (), "how depth and limit are shared among quotes; even if empty"
    )
    period: PositiveTime = key("1s", "between looks at the market")
    depth: PositiveRate = key("10%", "of capital, one side, all levels, full size; prior")
    levels: int = key(4, "prices quoted, one side", ge=1, le=cells.MOST_LEVELS)
    span: PositiveRate = key("90bps", "of the price, first to last level; prior")
    refill: PositiveTime = key("10s", "time constant to put size back; prior 3–30 s")
    unit: PositiveRate = key("1%", "of capital: the order that the next two count in; prior")
    risk_aversion: PositiveNumber = key(0.3, "γ times a unit over k, no unit; prior 0.1–1")
    arrival: PerSecond = key("0.1/s", "A: units a quote at the mid would fill; prior")
    distance: PositiveRate = key("2bps", "1/k: distance by which arrivals fall to 1/e; prior")
    inventory: Inventory = key({}, "what it does about its position")
    reference: Reference = key({}, "what price it believes in")
    shading: Shading = key({}, "how its size falls under stress")
    withdraw: Withdraw = key({}, "when it leaves and returns")

    @model_validator(mode="before")
    @classmethod
    def _watches_another(cls, data: Any) -> Any:
        # One block for many coins lets each watch the largest: who quotes that one has nothing to watch beside it.
        if not isinstance(data, dict) or data.get("watch") is None:
            return data
        own = (*as_tuple(data.get("quotes", ())), data.get("hedge"))
        return without(data, "watch") if data["watch"] in own else data

    @model_validator(mode="after")
    def _watches_beside_its_hedge(self) -> Any:
        if self.watch is not None and self.hedge is None:
            raise InconsistentRules(
                f'It watches "{self.watch}" and hedges nowhere.', allowed="watch with hedge."
            )
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Any:
        if self.weights and (len(self.weights) != len(self.quotes) or min(self.weights) <= 0):
            raise InconsistentRules(
                f"weights has {len(self.weights)} numbers, quotes {len(self.quotes)} instruments.",
                allowed="One number above zero per instrument quoted.",
            )
        return self
