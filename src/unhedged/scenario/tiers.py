"""A margin schedule as a scenario writes it: a name, brackets, or brackets that say where they were read."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from unhedged.scenario.fields import Block, Funds, Share


class Tier(Block):
    """One bracket of a margin schedule."""

    above: Funds = Field(description="notional from which it holds; equal belongs to it")
    maintenance: Share
    initial: Share
    deduct: Funds | None = Field(
        default=None,
        description="off the maintenance of the whole position; what keeps it continuous when left "
        "out, $0 in every tier where a rate holds for the whole position",
    )


Brackets = Annotated[tuple[Tier, ...], Field(min_length=1)]


class TierTable(Block):
    """Brackets that say where they were read."""

    source: str = Field(description="file, table, SHA-256, day and confidence")
    brackets: Brackets


def _tiers_form(value: Any) -> str:
    if isinstance(value, str):
        return "one"
    return "table" if isinstance(value, dict | TierTable) else "many"


Tiers = Annotated[
    Annotated[str, Tag("one")]
    | Annotated[Brackets, Tag("many")]
    | Annotated[TierTable, Tag("table")],
    Discriminator(_tiers_form),
]
"""The name of a table of the rulebook, ``FILE.toml#TABLE`` of imported rules, or brackets."""


def brackets_of(tiers: str | tuple[Tier, ...] | TierTable | None) -> tuple[Tier, ...]:
    """Return the brackets a scenario holds itself; none where the rulebook has them, or for spot."""
    if isinstance(tiers, TierTable):
        return tiers.brackets
    return () if tiers is None or isinstance(tiers, str) else tiers
