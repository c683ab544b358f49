"""What a user may say about people who answer a move of the price: those who follow it with leverage, those whom it frightens.

As in `agents`: a default marked *prior* has no published source, and a number that may be a law is drawn once per agent.
"""

from typing import Any, ClassVar, Literal

from pydantic import model_validator

from unhedged.agents import rows
from unhedged.scenario.agent_keys import (
    Acting,
    InstrumentRef,
    PerSecond,
    PositiveMoney,
    PositiveNumber,
    PositiveRate,
    PositiveTime,
    in_order,
    key,
    without,
)
from unhedged.scenario.fields import Share


class Momentum(Acting):
    """Follows a move of the price with leverage, from nothing held, and is what a rebound liquidates."""

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["momentum"]

    kind: Literal["momentum"]
    instrument: InstrumentRef
    side: Literal["sell", "buy", "both"] = key("sell", "follows falls, rises, or both")
    capital: PositiveMoney = key(
        {"law": "lognormal", "median": "$20k", "sigma": 1.0}, "own margin; scales to `most`; prior"
    )
    leverage: PositiveNumber = key(
        {"law": "lognormal", "median": 10.0, "sigma": 0.4, "low": 3.0, "high": 20.0},
        "most it opens over its equity; cut to what initial margin allows; prior 5–15",
    )
    most: Share | None = key(
        None, "of one-sided open interest, the block in all; as drawn if left out; prior 2–12%"
    )
    period: PositiveTime = key("5s", "between looks at the market; prior")
    window: PositiveTime = key("1m", "time constant of the mean it compares the price with; prior")
    trigger: PositiveNumber = key(
        {"law": "lognormal", "median": 5.0, "sigma": 0.3, "low": 3.5},
        "distance from the mean, in calm σ of one window; prior",
    )
    gain: PerSecond = key(
        "0.0003/s", "rate at which it joins at twice the trigger; prior 0.00005–0.002"
    )
    slice: PositiveRate = key("20%", "of its limit, largest order; prior")
    slippage: PositiveRate = key("50bps", "beyond the touch an order may pay; prior")
    leaves: Share = key(
        "25%", "chance to be one who gets out; the others hold on till closed; prior"
    )
    stop: PositiveRate | None = key("4%", "against its entry, where it gets out; never if left out")
    take_profit: PositiveRate | None = key(
        "8%", "in favour of its entry, where it gets out; never if left out; prior"
    )
    turn: PositiveNumber | None = key(
        2.0, "multiple of the trigger beyond the mean, where it gets out; never if left out; prior"
    )


class Panic(Acting):
    """Holders without debt who sell at market once frightened by a draw-down: each agent is a pool of them."""

    LEGS: ClassVar[tuple[str, ...]] = rows.LEGS["panic"]

    kind: Literal["panic"]
    instrument: InstrumentRef
    watch: InstrumentRef | None = key(
        None, "a market whose fall frightens them too; nothing beside its own if that; prior"
    )
    watch_times: PositiveNumber = key(
        1.0, "draw-downs of `watch` count so many times, as the coin moves with it; prior 1–2.5"
    )
    capital: PositiveMoney = key(
        "$50M", "worth of what it holds; scales to `holds`; prior 0.3–6bn over a large coin"
    )
    holds: Share | None = key(None, "of open interest the block is long; of a perpetual only")
    period: PositiveTime = key("5s", "between looks at the market; prior")
    lag: PositiveTime = key("8m", "time constant by which a draw-down frightens; prior 2–15 min")
    memory: PositiveTime = key("4h", "time constant by which a high is forgotten; prior")
    threshold: PositiveRate = key("2%", "smoothed draw-down that frightens nobody; prior")
    full: PositiveRate = key("5%", "smoothed draw-down at which the hazard is as given; prior")
    hazard: PerSecond = key("0.001/s", "share of holders who decide to sell; prior 0.0001–0.003")
    pace: PositiveTime = key("2m", "time constant of selling, once decided; prior")
    slice: PositiveMoney = key("$500k", "largest order; prior")
    slippage: PositiveRate = key("50bps", "beyond the touch an order may pay; prior")

    @model_validator(mode="before")
    @classmethod
    def _watches_another(cls, data: Any) -> Any:
        # One block for many coins lets each watch the largest: that one has nothing to watch beside itself.
        if isinstance(data, dict) and data.get("watch") == data.get("instrument"):
            return without(data, "watch")
        return data

    @model_validator(mode="after")
    def _ordered(self) -> Any:
        in_order(self, "threshold", "full")
        return self
