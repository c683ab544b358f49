"""What forced closes did to basis desks: whose short was taken, whether the coins were still there, how large and long the gap."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from unhedged.measures.closed import KIND, latencies
from unhedged.measures.hedge_integrity import SECOND, hedge_break_loss, unhedged_delta_time

KEPT = 0.9
"""A desk has kept its spot when this share of it is left at the first recorded instant after the strike."""
OPEN = 0.1
"""Share of its worst exposure above which a desk counts as unhedged."""


def desk_measures(desks: pl.DataFrame, adl: pl.DataFrame, spot: Sequence[str]) -> dict[str, Any]:
    """Return the measures of basis desks from tables `desks` and `adl`; nothing when a run has none."""
    desks = desks.filter(pl.col("kind") == KIND)
    if desks.is_empty():
        return {}
    coins = pl.col("pos").filter(pl.col("instrument").is_in(list(spot))).sum()
    by_time = (
        desks.join(_first_hit(desks), on="agent", maintain_order="left")
        .group_by("agent", "t_ns")
        .agg(
            pl.col("exposure", "adl", "pos").sum(),
            coins.alias("coins"),
            pl.col("mark").filter(pl.col("instrument") == pl.col("hit")).first(),
        )
        .sort("agent", "t_ns")
    )
    struck = by_time.filter(pl.col("adl") > 0)
    worst = struck["exposure"].abs().max()
    return {
        "desks_deleveraged": int(struck["agent"].n_unique()),
        "desks_spot_kept": _kept(by_time),
        "desks_unhedged_end": _open_at_end(struck),
        "desk_unhedged_usd": 0.0 if worst is None else float(worst),  # type: ignore[arg-type]
        "desk_unhedged_ns": longest_gap(struck),
        "desk_wait_ns": _wait(desks),
        **_broken(struck, adl),
    }


def _wait(desks: pl.DataFrame) -> int | None:
    # Median time from a desk's first close to its first trade of its own, of desks that had one.
    waits = latencies(desks)
    return round(float(np.median(waits)) * SECOND) if len(waits) else None


def _first_hit(desks: pl.DataFrame) -> pl.DataFrame:
    # Of each desk that lost any of a short, the contract that was closed first.
    closed = desks.filter(pl.col("adl") > 0).sort("t_ns", maintain_order=True)
    first = closed.group_by("agent", maintain_order=True).first()
    return first.select("agent", hit="instrument")


def _broken(struck: pl.DataFrame, adl: pl.DataFrame) -> dict[str, Any]:
    # Of all struck desks together: exposure over time for what was closed of them, and what the open exposure lost at the mark of
    # the contract that was closed first.
    closed = float(adl.filter(pl.col("kind") == KIND)["notional"].sum())
    stood = lost = 0.0
    for desk in struck.partition_by("agent"):
        times, mark = desk["t_ns"].to_numpy(), desk["mark"].to_numpy()
        stood += unhedged_delta_time(times, desk["exposure"].to_numpy(), np.ones(len(times)))
        lost += hedge_break_loss(desk["pos"].to_numpy(), mark)
    return {
        "desk_open_ns": round(stood / closed * SECOND) if closed > 0 else None,
        "desk_break_loss_usd": lost,
    }


def _kept(by_time: pl.DataFrame) -> int:
    # Desks whose coins, at the first recorded instant with a close, are nearly those of the instant before.
    before = by_time.with_columns(pl.col("coins").shift(1).over("agent").alias("before"))
    strikes = before.filter(pl.col("adl") > 0).group_by("agent", maintain_order=True).first()
    held = pl.col("before").fill_null(pl.col("coins"))
    return strikes.filter((held > 0) & (pl.col("coins") >= KEPT * held)).height


def _open_at_end(struck: pl.DataFrame) -> int:
    # Struck desks that at the last recorded instant still stand above a tenth of their worst exposure.
    size = pl.col("exposure").abs()
    ends = struck.group_by("agent").agg(size.last().alias("last"), size.max().alias("worst"))
    return ends.filter(pl.col("last") > OPEN * pl.col("worst")).height


def longest_gap(struck: pl.DataFrame) -> int:
    """Return the longest unbroken time one desk stood above a tenth of its worst exposure, ns.

    ``struck`` has the instants of each desk since its short was first closed, by desk and time. A stretch lasts from its first
    recorded instant to the first one below, or to the end of the run.
    """
    exposure = pl.col("exposure").abs()
    stretches = (
        struck.with_columns(
            above=exposure > OPEN * exposure.max().over("agent"),
            until=pl.col("t_ns").shift(-1).over("agent").fill_null(pl.col("t_ns")),
        )
        .with_columns(stretch=pl.col("above").rle_id().over("agent"))
        .filter(pl.col("above"))
        .group_by("agent", "stretch")
        .agg((pl.col("until").max() - pl.col("t_ns").min()).alias("span"))
    )
    return int(stretches["span"].max()) if stretches.height else 0  # type: ignore[arg-type]
