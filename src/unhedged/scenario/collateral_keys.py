"""Keys about assets posted as collateral: what a venue takes and at which price, what a crowd brings of it."""

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from unhedged.scenario.agent_keys import InstrumentRef, PositiveRate, key
from unhedged.scenario.fields import Block, Share
from unhedged.venues.legs import parse_haircut
from unhedged.vocab.errors import ScenarioError

MOST_ASSETS = 16
"""Most assets a venue takes; a liquidation keeps one bit for each."""


def _haircut(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    tiers = parse_haircut(value)
    if any(high[1] > low[1] for low, high in pairwise(tiers)):
        raise ScenarioError(
            f"{value!r} falls with the amount.",
            value=value,
            allowed="Haircuts that rise: a larger amount counts for no larger share.",
        )
    return tiers


Haircut = Annotated[
    tuple[tuple[int, int], ...],
    BeforeValidator(_haircut),
    WithJsonSchema({"type": "string", "examples": ["5%", "2%, 10% above $1M"]}),
]
"""Floor in atoms and ratio in 10^-9 of each tier, from text such as ``2%, 10% above $1M``."""
PriceChoice = Literal["local_book", "index", "redemption"]


class CollateralAsset(Block):
    """One asset a venue takes."""

    book: InstrumentRef = Field(
        description="its spot book: the local price, and where it is sold in a liquidation"
    )
    haircut: Haircut | None = Field(
        default=None, description="off its value, by amount; 5%, or 2%, 10% above $1M"
    )
    price: PriceChoice | None = Field(default=None, description="in place of the venue's")
    index: tuple[InstrumentRef, ...] | None = Field(
        default=None, description="spot books of its index; all of the asset when left out"
    )


class Collateral(Block):
    """Assets a venue takes as margin beside dollars."""

    price: PriceChoice | None = Field(
        default=None,
        description="at which they are valued: the mark of the asset's book here, an index over books, "
        "or what the issuer pays, the fundamental value",
    )
    sale: Literal["book", "fund"] | None = Field(
        default=None, description="how they become money in a liquidation: orders, or the fund buys"
    )
    sale_order: Literal["listed", "largest", "least_haircut"] | None = Field(
        default=None, description="which asset is sold first"
    )
    slippage: Share | None = Field(
        default=None, description="farthest below its price an order may sell an asset"
    )
    discount: Share | None = Field(
        default=None, description="by which the fund pays less than the price"
    )
    rest: Literal["account", "fund"] | None = Field(
        default=None, description="who keeps what a takeover leaves of them"
    )
    assets: Annotated[dict[str, CollateralAsset], Field(min_length=1, max_length=MOST_ASSETS)] = (
        Field(description="by id of the asset")
    )


class Posted(Block):
    """What accounts bring of one asset in place of dollars."""

    share: Share = key("100%", "of accounts that bring it")
    part: PositiveRate = key(
        "50%", "of an account's margin at the start, at the asset's value; prior"
    )
