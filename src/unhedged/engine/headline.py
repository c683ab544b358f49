"""Headline measures of one replicate, from its tables and its final state."""

from typing import Any

import numpy as np
import polars as pl

from unhedged.engine.build import Built
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import EntryReason, InstrumentKind
from unhedged.vocab.units import ATOMS_PER_USD

SECOND = 1_000_000_000
SMOOTHING = 20 * SECOND
"""Falls are measured on a mean this long: a print of one second is not a fall."""
SHORT, SPOT = 1, 0
"""Legs of a basis desk."""


def headline(plan: RunPlan, built: Built, tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Return the headline measures; units are in their names, None means it did not happen."""
    measures: dict[str, Any] = {}
    measures.update(_forced(tables))
    measures.update(_fund(plan, tables["series"]))
    measures.update(_deficit(built))
    measures.update(_desks(tables))
    measures.update(_market(plan, tables["series"]))
    measures["trades"] = int(built.memory.world["trades"])
    return measures


def _forced(tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    steps, adl = tables["liquidations"], tables["adl"]
    total = float(steps["notional"].sum())
    longs = float(steps.filter(pl.col("qty") < 0)["notional"].sum())
    return {
        "liquidations": int(steps["account"].n_unique()),
        "forced_usd": total,
        "forced_long_share": longs / total if total > 0 else None,
        "adl_usd": float(adl["notional"].sum()),
        "adl_accounts": int(adl["account"].n_unique()),
        "first_adl_ns": int(adl["t_ns"].min()) if adl.height else None,  # type: ignore[arg-type]
    }


def _fund(plan: RunPlan, series: pl.DataFrame) -> dict[str, Any]:
    start = sum(v.fund_start_usd for v in plan.venues)
    if start <= 0:
        return {}
    venue = pl.col("instrument").str.split("/").list.first()
    by_time = (
        series.filter(pl.col("fund").is_not_null())
        .group_by("t_ns", venue.alias("venue"))
        .agg(pl.col("fund").first())
        .group_by("t_ns")
        .agg(pl.col("fund").sum())
        .sort("t_ns")
    )
    least = float(by_time["fund"].min())  # type: ignore[arg-type]
    empty = by_time.filter(pl.col("fund") <= 0)
    return {
        "fund_draw_share": max(0.0, 1.0 - least / start),
        "fund_empty_ns": int(empty["t_ns"][0]) if empty.height else None,
    }


def _deficit(built: Built) -> dict[str, Any]:
    # What funds had to pay for accounts that ended below zero.
    drawn = built.memory["total"]["atoms"][:, EntryReason.FUND_DRAW]
    return {"deficit_usd": float(drawn[drawn > 0].sum()) / ATOMS_PER_USD}


def _desks(tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    desks = tables["desks"].filter(pl.col("kind") == "basis_desk")
    if desks.is_empty():
        return {}
    delta = desks.group_by("agent", "t_ns").agg(
        pl.col("exposure").sum(), pl.col("adl").sum(), pl.col("equity").sum()
    )
    struck = delta.filter(pl.col("adl") > 0)
    return {
        "desks_deleveraged": int(struck["agent"].n_unique()),
        "desk_unhedged_usd": float(struck["exposure"].abs().max()) if struck.height else 0.0,  # type: ignore[arg-type]
        "desk_unhedged_ns": _longest(struck),
    }


def _longest(struck: pl.DataFrame) -> int:
    # Longest time one desk stood with more than a tenth of its worst exposure after it was deleveraged, ns.
    if struck.is_empty():
        return 0
    open_part = struck.filter(
        pl.col("exposure").abs() > 0.1 * pl.col("exposure").abs().max().over("agent")
    )
    spans = open_part.group_by("agent").agg(
        (pl.col("t_ns").max() - pl.col("t_ns").min()).alias("span")
    )
    return int(spans["span"].max())  # type: ignore[arg-type]


def _market(plan: RunPlan, series: pl.DataFrame) -> dict[str, Any]:
    measures: dict[str, Any] = {}
    window = max(1, SMOOTHING // plan.record_ns)
    for instrument in plan.instruments:
        mine = series.filter(pl.col("instrument") == instrument.id).sort("t_ns")
        price = mine["mark"].to_numpy()
        if len(price) < window + 1:
            continue
        smooth = np.convolve(price, np.ones(window) / window, mode="valid")
        measures[f"fall_share.{instrument.id}"] = max(
            0.0, 1.0 - float(smooth.min()) / instrument.start_usd
        )
        if instrument.kind != InstrumentKind.SPOT:
            held = mine["open_interest"].to_numpy()
            if held[0] > 0:
                measures[f"open_interest_share.{instrument.id}"] = float(held[-1] / held[0] - 1.0)
            settled = mine.filter(pl.col("t_ns") >= 5 * 60 * SECOND)
            if settled.height:
                both = settled["bid_depth_50"] + settled["ask_depth_50"]
                measures[f"depth_least_usd.{instrument.id}"] = float(both.min())  # type: ignore[arg-type]
    return measures
