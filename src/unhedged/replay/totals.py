"""The event in total: how much was closed, of whom, when, and what of it was counted twice."""

from collections.abc import Mapping
from math import nan
from typing import Any

import polars as pl

from unhedged.replay.figures import Basis, Tag
from unhedged.replay.findings import Findings, share
from unhedged.replay.loading import EventData

REACHED = (0.5, 0.84, 0.985)
"""Shares of the ADL fills whose times are given."""
IMPACT, TIMING, FLOWS = (
    "total_impact_results.json",
    "cascade_timing_results.json",
    "adl_flow_data.json",
)
SUMMARY = "realtime_analysis_summary.json"


def totals(data: EventData) -> Findings:
    """Return what was closed in total, its spread over coins, the double count, and the time profile."""
    found = Findings()
    if not found.lacks("fills, notional and profit in total", data, ["coins"]):
        _closed(data, found)
        _below_zero(data, found)
    if not found.lacks("share of the vaults among bankrupt accounts", data, ["flows"]):
        _sides(data.document("flows") or {}, found)
    if not found.lacks("forced notional counted once", data, ["impact", "timing"]):
        _double_count(data.document("impact") or {}, data.document("timing") or {}, found)
    if not found.lacks("when the fills came", data, ["timing"]):
        _times(data.document("timing") or {}, found)
    return found


def _closed(data: EventData, found: Findings) -> None:
    table = data.needed("coins")
    frame = table.frame
    summary = (data.document("summary") or {}).get("key_findings", {})
    impact = (data.document("impact") or {}).get("adl", {})
    chain: dict[str, Any] = {"basis": Basis.FILLS}
    found.add(table, "fills", frame["num_events"].sum(), published=impact.get("events"), **chain)
    notional = frame["adl_notional"]
    found.add(
        table, "notional", notional.sum(), published=summary.get("total_adl_notional"), **chain
    )
    profit = frame["closed_pnl"].sum()
    found.add(table, "closed_profit", profit, published=impact.get("pnl"), **chain)
    found.add(table, "coins", frame.height, published=table.spec.whole, **chain)
    shares = (notional / notional.sum()).sort(descending=True)
    found.add(table, "top3_share", shares.head(3).sum(), **chain)
    found.add(table, "top10_share", shares.head(10).sum(), **chain)
    found.add(table, "coin_hhi", (shares * shares).sum(), **chain)
    found.rows["coins"] = [
        {
            "coin": row["coin"],
            "fills": row["num_events"],
            "accounts": row["num_users"],
            "notional": row["adl_notional"],
            "profit": row["closed_pnl"],
        }
        for row in frame.sort("adl_notional", descending=True).to_dicts()
    ]


def _below_zero(data: EventData, found: Findings) -> None:
    for basis, mark in ((Basis.AFTER, "after"), (Basis.BEFORE, "before")):
        table = data.table("coins", basis)
        summary = (data.document("summary", basis) or {}).get("key_findings", {})
        if table is not None:
            count = table.frame["is_negative_equity"].sum()
            printed = summary.get("negative_equity_count")
            found.add(table, f"below_zero_fills.{mark}", count, published=printed)
        if "negative_equity_total" in summary:
            total = summary["negative_equity_total"]
            found.quote(SUMMARY, f"below_zero.{mark}", total, basis=basis)


def _sides(flows: Mapping[str, Any], found: Findings) -> None:
    losers = sorted(float(row["totalNotional"]) for row in flows["topAccounts"]["liquidated"])
    largest = share(sum(losers[-2:]), float(flows["metadata"]["totalNotionalUsd"]))
    found.add(f"{FLOWS} topAccounts", "vault_share", largest)


def _double_count(impact: Mapping[str, Any], timing: Mapping[str, Any], found: Findings) -> None:
    total, adl = float(impact["total"]["notional"]), float(impact["adl"]["notional"])
    rows = float(impact["liquidations"]["notional"])
    odd = sum((row["liquidations"] - row["adls"]) % 2 for row in timing["timeline"])
    found.add(TIMING, "odd_seconds", odd, tag=Tag.RECOMPUTED)
    once = (rows - adl) / 2
    found.add(IMPACT, "taken_over", once)
    forced = found.add(IMPACT, "forced", once + adl)
    found.correct(
        found.quote(IMPACT, "forced_published", total),
        forced,
        "The liquidation object stands on both legs of a trade: in every second the rows that are not ADL come in pairs.",
    )
    corrected = found.add(IMPACT, "adl_share", share(adl, once + adl))
    found.correct(
        found.quote(IMPACT, "adl_share_published", share(adl, rows)),
        corrected,
        "The rows of the denominator count each transfer to a vault twice.",
    )


def _times(timing: Mapping[str, Any], found: Findings) -> None:
    rows = pl.DataFrame(timing["timeline"]).sort("second")
    upto = rows["adls"].cum_sum() / rows["adls"].sum()
    for part in REACHED:
        reached = rows["second"].filter(upto >= part)
        found.add(TIMING, f"reached.{part}", _first(reached), tag=Tag.RECOMPUTED)
    # Rows that are not ADL come in pairs: both legs of a transfer.
    found.rows["profile"] = [
        {"second": second, "adl": adl, "transfers": (liquidation - adl) // 2}
        for second, liquidation, adl in rows.select("second", "liquidations", "adls").iter_rows()
    ]
    first = _first(rows["second"].filter(rows["adls"] > 0))
    found.add(TIMING, "first_adl", first, tag=Tag.RECOMPUTED)


def _first(values: pl.Series) -> float:
    return float(values[0]) if len(values) else nan
