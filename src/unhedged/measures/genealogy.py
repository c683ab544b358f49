"""Families of liquidations: which came from a forced order, in which generation, how many came from one.

A case whose `parent` is a number was triggered by a move of the mark that forced orders in its own book made by half or more (see
`liquidations.parent`); the others were triggered by news, choices, stops and noise, or by forced orders elsewhere through the
index, and begin a family each. Every case is recorded, so these are counts, not estimates; they are a lower bound on causes, for
what reaches a book from another one is nobody's child.
"""

from typing import Any

import polars as pl


def cases(steps: pl.DataFrame) -> pl.DataFrame:
    """Return one row a liquidation, in the order they began.

    Parameters
    ----------
    steps : frame
        Table ``liquidations``.

    Returns
    -------
    frame
        ``case``, ``parent`` (null for none), ``t_ns`` and ``instrument`` of its first step, ``usd`` closed, not counting netted legs
        and collateral; ``generation``, 0 for one without a parent; ``family``, the case that began it; ``children``.
    """
    closed = ~pl.col("step").is_in(["net", "collateral"])
    found = (
        steps.sort("t_ns", maintain_order=True)
        .group_by("case", maintain_order=True)
        .agg(
            pl.col("parent", "t_ns", "instrument").first(),
            usd=pl.col("notional").filter(closed).sum(),
        )
        .sort("case")
    )
    generation: dict[int, int] = {}
    family: dict[int, int] = {}
    for case, parent in zip(found["case"].to_list(), found["parent"].to_list(), strict=True):
        # A parent began before its children, so it was met before them.
        generation[case] = 0 if parent is None else generation.get(parent, 0) + 1
        family[case] = case if parent is None else family.get(parent, parent)
    children = found.drop_nulls("parent").group_by("parent").agg(children=pl.len().cast(pl.Int64))
    return found.with_columns(
        generation=pl.Series(list(generation.values()), dtype=pl.Int64),
        family=pl.Series(list(family.values()), dtype=pl.Int64),
    ).join(
        children.rename({"parent": "case"}), on="case", how="left", maintain_order="left"
    ).with_columns(pl.col("children").fill_null(0))  # fmt: skip


def branching(found: pl.DataFrame) -> float | None:
    """Return the mean number of children of a case: cases with a parent over cases, as `cases` gives them; None without cases.

    Within a run that ends it is below 1 by its making, however explosive the middle was: what matters is how near.
    """
    return float(found["parent"].is_not_null().mean()) if found.height else None  # type: ignore[arg-type]


def forced_dollars(found: pl.DataFrame) -> float | None:
    """Return the share of dollars closed in cases that have a parent; None where none were."""
    total = float(found["usd"].sum())
    if total <= 0:
        return None
    return float(found.filter(pl.col("parent").is_not_null())["usd"].sum()) / total


def largest(found: pl.DataFrame) -> int:
    """Return the cases of the largest family, 0 without cases."""
    sizes = found.group_by("family").agg(pl.len().alias("cases"))["cases"]
    return int(sizes.max()) if len(sizes) else 0  # type: ignore[arg-type]


def generations(found: pl.DataFrame) -> int:
    """Return the most cases in a line of descent, 0 without cases: 1 where nobody has a parent."""
    return 1 + int(found["generation"].max()) if found.height else 0  # type: ignore[arg-type]


def genealogy(steps: pl.DataFrame) -> dict[str, Any]:
    """Return the headline measures of families from table ``liquidations``; of each instrument its branching alone."""
    found = cases(steps)
    if found.is_empty():
        return {}
    measures: dict[str, Any] = {
        "branching_cases": branching(found),
        "family_usd_share": forced_dollars(found),
        "family_largest": largest(found),
        "family_generations": generations(found),
    }
    for (instrument,), mine in sorted(found.group_by("instrument")):
        measures[f"branching_of.{instrument}"] = branching(mine)
    return measures
