"""Headline measures of one replicate, from its tables; docs/reference/measures.md defines each."""

from typing import Any

import numpy as np
import polars as pl

from unhedged.measures import branching
from unhedged.measures.closed import lost_to_adl
from unhedged.measures.deleveraging import adl_measures
from unhedged.measures.desks import desk_measures
from unhedged.measures.genealogy import cases, genealogy
from unhedged.measures.pnl import in_dollars
from unhedged.scenario.plan import InstrumentPlan, RunPlan
from unhedged.vocab.enums import InstrumentKind
from unhedged.vocab.units import ATOMS_PER_USD, USD

SECOND = 1_000_000_000
SMOOTHING = 20 * SECOND
"""Falls and rises of the mark are measured on a mean this long: a mark of one second is not a fall."""
OPENING = 60 * SECOND
"""The depth a book starts with is that of its first recorded minute."""
THIN = 0.1
"""Share of its starting depth below which a book is called thin."""
Array = np.ndarray[Any, Any]


def headline(plan: RunPlan, tables: dict[str, pl.DataFrame], *, trades: int) -> dict[str, Any]:
    """Return the headline measures; units are in their names, None means it did not happen."""
    measures: dict[str, Any] = {}
    measures.update(_forced(tables))
    if any(venue.collateral.assets for venue in plan.venues):
        measures["collateral_sold_usd"] = _sold(tables["liquidations"])
    measures.update(_fund(plan, tables["series"]))
    measures.update(_deficit(tables["transfers"]))
    spot = [i.id for i in plan.instruments if i.kind == InstrumentKind.SPOT]
    measures.update(desk_measures(tables["desks"], tables["adl"], spot))
    measures.update(_paid_again(tables["accounts"]) if "desks_deleveraged" in measures else {})
    measures.update(genealogy(tables["liquidations"]))
    measures.update(_counts(plan, tables["liquidations"]))
    for venue in plan.venues:
        if any(i.venue == venue.id and i.id not in spot for i in plan.instruments):
            found = adl_measures(tables["adl"], venue.id)
            measures.update({f"{name}.{venue.id}": value for name, value in found.items()})
    tables = tables | {"desks": tables["desks"].filter(lost_to_adl(tables["adl"]))}
    for instrument in plan.instruments:
        mine = tables["series"].filter(pl.col("instrument") == instrument.id).sort("t_ns")
        measures.update(_market(instrument, mine, max(1, SMOOTHING // plan.record_ns)))
        measures.update(_cascade(plan, instrument, mine, tables))
    measures["trades"] = trades
    return measures


def _forced(tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    steps, adl = tables["liquidations"], tables["adl"]
    accounts = int(steps["account"].n_unique())
    # Netted legs go to nobody, and collateral is no position.
    steps = steps.filter(~pl.col("step").is_in(["net", "collateral"]))
    total = float(steps["notional"].sum())
    longs = float(steps.filter(pl.col("qty") < 0)["notional"].sum())
    return {
        "liquidations": accounts,
        "forced_usd": total,
        "forced_long_share": longs / total if total > 0 else None,
        "adl_usd": float(adl["notional"].sum()),
        "adl_accounts": int(adl["account"].n_unique()),
        "first_adl_ns": int(adl["t_ns"].min()) if adl.height else None,  # type: ignore[arg-type]
    }


def _sold(steps: pl.DataFrame) -> float:
    # What liquidations got for assets posted as collateral, from books and funds.
    return float(steps.filter(pl.col("step") == "collateral")["notional"].sum())


def _fund(plan: RunPlan, series: pl.DataFrame) -> dict[str, Any]:
    start = sum(v.fund_start_usd for v in plan.venues)
    if start <= 0:
        return {}
    venue = pl.col("instrument").str.split("/").list.first()
    # Coin counts at the starting mark: a fund is not drawn because its coin falls.
    starts = {i.id: float(i.start_mark) for i in plan.instruments if i.inverse}
    start_mark = pl.col("instrument").replace_strict(starts, default=None, return_dtype=pl.Float64)
    at_start = pl.col("fund") / pl.col("mark") * start_mark
    by_time = (
        series.filter(pl.col("fund").is_not_null())
        .with_columns(fund=pl.coalesce(at_start, "fund"))
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


def _deficit(transfers: pl.DataFrame) -> dict[str, Any]:
    # What funds had to pay for accounts that ended below zero.
    drawn = transfers.filter(pl.col("reason") == "fund_draw")
    dollars = drawn.filter(pl.col("asset") == USD)["amount_atoms"]
    coins = drawn.filter(pl.col("asset") != USD)["usd"]
    return {"deficit_usd": float(dollars.sum()) / ATOMS_PER_USD + float(coins.sum())}


def _market(instrument: InstrumentPlan, series: pl.DataFrame, window: int) -> dict[str, Any]:
    marks = series["mark"].to_numpy()
    if len(marks) < window + 1:
        return {}
    start = instrument.start_px * instrument.tick_usd
    smooth = np.convolve(marks, np.ones(window) / window, mode="valid")
    # The first row also holds the trades before the market opened, while books filled.
    low = float(series["low"][1:].min())  # type: ignore[arg-type]
    measures: dict[str, Any] = {
        "fall_share": max(0.0, 1.0 - float(smooth.min()) / start),
        "rise_share": max(0.0, float(smooth.max()) / start - 1.0),
        "low_share": max(0.0, 1.0 - low / start),
    }
    if instrument.kind != InstrumentKind.SPOT:
        measures.update(_contract(series))
    return {f"{name}.{instrument.id}": value for name, value in measures.items()}


def _contract(series: pl.DataFrame) -> dict[str, Any]:
    measures: dict[str, Any] = {}
    held = series["open_interest"].to_numpy()
    if held[0] > 0:
        measures["open_interest_share"] = float(held[-1] / held[0] - 1.0)
    depth = (series["bid_depth_50"] + series["ask_depth_50"]).to_numpy()
    t = series["t_ns"].to_numpy()
    usual = float(np.median(depth[t < t[0] + OPENING]))
    if usual > 0:
        measures["thin_share"] = float((depth < THIN * usual).mean())
    return measures


def _paid_again(accounts: pl.DataFrame) -> dict[str, Any]:
    # What basis desks gave to the other side by trading after ADL had closed them.
    desks = accounts.filter(pl.col("kind") == "basis_desk")
    return {"desk_rehedge_usd": -float(desks.select(in_dollars("rehedge_atoms").sum()).item())}


def _counts(plan: RunPlan, steps: pl.DataFrame) -> dict[str, Any]:
    if steps.is_empty():
        return {}
    return {"branching_counts": branching.statistical(cases(steps)["t_ns"], plan.duration_ns)}


def _cascade(
    plan: RunPlan, instrument: InstrumentPlan, series: pl.DataFrame, tables: dict[str, pl.DataFrame]
) -> dict[str, Any]:
    # How explosive one book stood and who still made it, at recorded instants.
    measures: dict[str, Any] = {}
    quoting = series.group_by(pl.col("t_ns") // OPENING).agg(pl.col("makers").mean())
    least = quoting["makers"].min()
    if least is not None:
        measures["makers_least_share"] = least
    steps = tables["liquidations"].filter(pl.col("instrument") == instrument.id)
    if instrument.kind != InstrumentKind.SPOT and series.height:
        ratios = branching.structural(series, in_dollars=instrument.inverse)
        measures["critical_ns"] = branching.critical_at(ratios)
        measures["branching_depth"] = branching.in_cascade(ratios, steps)
        found = _two_types(plan, instrument, tables)
        if found is not None and np.isfinite(found.value):
            measures["branching_types"] = found.value
    return {f"{name}.{instrument.id}": value for name, value in measures.items()}


def _two_types(
    plan: RunPlan, instrument: InstrumentPlan, tables: dict[str, pl.DataFrame]
) -> branching.TwoTypes | None:
    spots = [
        i.id
        for i in plan.instruments
        if i.kind == InstrumentKind.SPOT and i.asset == instrument.asset
    ]
    return branching.two_types(
        instrument.id,
        spots,
        series=tables["series"],
        steps=tables["liquidations"],
        adl=tables["adl"],
        desks=tables["desks"],
        in_dollars=instrument.inverse,
    )
