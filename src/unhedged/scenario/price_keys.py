"""Keys of a venue about the prices it makes: index, mark and funding. What is left out the rulebook says."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from unhedged.scenario.fields import Block, Duration, Rate, Share
from unhedged.vocab.errors import ScenarioError


def _above_zero(value: int) -> int:
    if value <= 0:
        raise ScenarioError("must be longer than nothing.", value=value, allowed="A duration > 0s.")
    return value


Positive = Annotated[Duration, AfterValidator(_above_zero)]


class Index(Block):
    """How the index, or oracle, is made of spot books."""

    combine: Literal["weighted_median", "weighted_mean", "median", "equal_mean"] | None = None
    outlier: Share | None = Field(
        default=None, description="means: distance from the median of the sources; 0% for no rule"
    )
    outlier_rule: Literal["weight_zero", "clipped"] | None = None
    stale: Duration | None = Field(
        default=None, description="a source without news for so long is left out; 0s for never"
    )
    least_sources: int | None = Field(
        default=None, ge=1, le=1000, description="with fewer the index stays"
    )
    delay: Duration | None = Field(default=None, description="age of what it sees of its sources")


class Halt(Block):
    """A circuit breaker, for each book of the venue on its own: a halted book matches nothing and takes cancels only."""

    move: Share | None = Field(
        default=None,
        description="a book halts when its mark is farther than this from its highest or lowest in the window; 0% for never",
    )
    window: Positive | None = Field(default=None, description="5m when left out")
    pause: Positive | None = Field(
        default=None, description="how long a book stands still; 5m when left out"
    )


class Mark(Block):
    """How the mark price is made."""

    form: (
        Literal[
            "binance", "hyperliquid", "mid", "index_plus_basis", "index_plus_funding",
            "index_plus_ema", "oracle",
        ]
        | None
    ) = None  # fmt: skip
    interval: Positive | None = Field(
        default=None, description="between updates; risk is checked at each"
    )
    basis_window: Duration | None = Field(
        default=None, description="binance, index_plus_basis: mean of mid minus index"
    )
    ema: Duration | None = Field(
        default=None, description="hyperliquid, index_plus_ema: average of mid minus index"
    )
    book_ema: Duration | None = Field(
        default=None, description="hyperliquid: average that stands in for a missing part"
    )
    limit: Share | None = Field(
        default=None, description="largest distance from the index; 0% for none"
    )


class Funding(Block):
    """Payments between long and short."""

    form: (
        Literal["clamped", "undivided", "clamped_eighth", "dead_band", "votes", "scaled_interest"]
        | None
    ) = Field(default=None, description="of the rate: unhedged rules show VENUE funding")
    price: Literal["mark", "oracle", "index"] | None = Field(
        default=None, description="of the notional that pays"
    )
    interval: Duration | None = Field(default=None, description="between settlements; 0s for none")
    premium_interval: Positive | None = Field(default=None, description="between premium samples")
    weighting: Literal["equal", "rising"] | None = Field(
        default=None, description="of the samples of an interval"
    )
    interest: Rate | None = Field(default=None, description="per eight hours")
    clamp: Share | None = Field(default=None, description="bound of interest minus premium")
    dead_band: Share | None = Field(
        default=None, description="dead_band: premium inside which nothing is paid"
    )
    cap: Share | None = Field(
        default=None,
        description="bound of the rate per interval; dead_band, votes: per eight hours",
    )
    least_samples: int | None = Field(
        default=None, ge=0, description="votes: a sample needs so many, missing ones are zero"
    )
