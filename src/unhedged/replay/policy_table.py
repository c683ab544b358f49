"""The published table of policies, recomputed by its own definition and against the true smallest largest haircut.

The column called min-max is a greedy fallback: its largest haircut lies above that of capped equity pro-rata, wave by wave. With
no cap that binds, equity pro-rata takes one share of everybody's equity, so no allocation of the same sum has a smaller largest
share. Its column stands for the optimum on the base the table itself uses, which no table has. Another base is in the table of
removals, winners' equity at a wave's start: what was needed over it is an optimum computed from other numbers. The two differ by
wave and hardly in the sum of regrets; in wave 7 the column is thirteen times the quotient and above production's, no optimum.
"""

from collections.abc import Mapping

import polars as pl

from unhedged.replay.catalogue import POLICIES
from unhedged.replay.figures import Basis
from unhedged.replay.findings import Findings, total
from unhedged.replay.loading import EventData
from unhedged.replay.reading import Table
from unhedged.replay.waves import by_wave

PUBLISHED_OPTIMUM, TRUE_OPTIMUM = "fixed_point_ilp_integer", "eq_pr"
NAMES: Mapping[str, str] = {
    "prod": "production",
    "pr": "equity_pro-rata",
    "pnl_pr": "profit_pro-rata",
    "eq_pr": "equity_pro-rata_capped",
    "vector": "vector_mirror_descent",
    "contract_pr": "contract_pro-rata",
    "fixed_point_ilp_integer": "published_min-max",
}
"""Our names of the published columns, told by their numbers; the papers call ``pr`` wealth pro-rata."""
CENT = 0.01
CLAIMED: Mapping[str, float] = {"contract_pr": -1.5e6, "fixed_point_ilp_integer": 50e3}
"""Removed less needed as the text has it, dollars, rounded there. Source: arXiv 2512.01112 v3; the CSV says otherwise."""


def policy_table(data: EventData) -> Findings:
    """Return overshoot, both kinds of regret and the largest haircut of each published policy, and their corrections."""
    found = Findings()
    if found.lacks("the published table of policies", data, ["policies"]):
        return found
    table = data.needed("policies")
    need = table.frame["budget_needed"]
    rows = []
    for policy in POLICIES:
        net = table.frame[f"budget_{policy}"] - need
        regret = float(net.abs().sum())
        published = regret + _unfair(table.frame, policy, PUBLISHED_OPTIMUM)
        true = regret + _unfair(table.frame, policy, TRUE_OPTIMUM)
        worst = table.frame[f"max_pct_{policy}"]
        rows.append(
            {
                "policy": NAMES[policy].replace("_", " "),
                "column": policy,
                "net": float(net.sum()),
                "regret": regret,
                "unfair_published": published - regret,
                "unfair": true - regret,
                "total_published": published,
                "total": true,
                "mean_largest_haircut": float(worst.mean() or 0.0),  # type: ignore[arg-type]
            }
        )
    found.rows["published_policies"] = rows
    _figures(data, found)
    return found


def _figures(data: EventData, found: Findings) -> None:
    table = data.needed("policies")
    above = table.frame[f"max_pct_{PUBLISHED_OPTIMUM}"] > table.frame[f"max_pct_{TRUE_OPTIMUM}"]
    beaten = _beaten(table.frame)
    but = f", but in wave {', '.join(map(str, beaten))} others took as much with less" * bool(
        beaten
    )
    reason = (
        f"Fairness is measured against a greedy fallback, whose largest haircut is above capped equity pro-rata's in "
        f"{above.sum()} of {len(above)} waves; the latter stands for the smallest possible one{but}."
    )
    for row in found.rows["published_policies"]:
        name = NAMES[row["column"]]
        net = found.add(table, f"policy_net.{name}", row["net"])
        found.add(table, f"policy_regret.{name}", row["regret"])
        found.add(table, f"policy_unfair_published.{name}", row["unfair_published"])
        found.add(table, f"policy_unfair.{name}", row["unfair"])
        found.add(table, f"policy_worst.{name}", row["mean_largest_haircut"])
        by_equity = _unfair_by_equity(data, row["column"])
        if by_equity is not None:
            found.add(table, f"policy_unfair_by_equity.{name}", by_equity)
        found.correct(
            found.add(table, f"policy_total_published.{name}", row["total_published"]),
            found.add(table, f"policy_total.{name}", row["total"]),
            reason,
        )
        _survivor(table, row["column"], found)
        if row["column"] in CLAIMED:
            source = "arXiv 2512.01112 v3, text"
            claimed = found.quote(
                source, f"claimed_net.{name}", CLAIMED[row["column"]], basis=Basis.BEFORE
            )
            found.correct(claimed, net, "The text's number is not that of its own table.")


def _survivor(table: Table, column: str, found: Findings) -> None:
    if f"rd_nse_{column}" not in table.frame.columns:
        return
    name, ratios = NAMES[column], table.frame[f"rd_nse_{column}"].drop_nulls()
    above = int((ratios > 1).sum())
    if above:
        found.correct(
            found.add(table, f"policy_rd_nse_published.{name}", ratios.max()),  # type: ignore[arg-type]
            found.add(table, f"policy_rd_nse.{name}", 1.0),
            "What is unpaid is taken below nothing where the budget is more than the deficit, so the best winner's part of the "
            "whole comes out above all of it; nothing unpaid is nothing, and his part is 1.",
        )
        found.add(table, f"policy_rd_nse_above.{name}", above)


def _beaten(frame: pl.DataFrame) -> list[int]:
    # Waves in which a policy that took all that was needed has a smaller largest haircut than the column that stands for the least.
    least = pl.col(f"max_pct_{TRUE_OPTIMUM}")
    better = [
        (pl.col(f"max_pct_{policy}") < least)
        & (pl.col(f"budget_{policy}") >= pl.col("budget_needed") - CENT)
        for policy in POLICIES
    ]
    return frame.filter(pl.any_horizontal(better)).sort("wave")["wave"].to_list()


def _unfair_by_equity(data: EventData, policy: str) -> float | None:
    # None where the table of removals lacks a wave, or a wave's winners have no equity.
    removals, frame = data.table("removals"), data.needed("policies").frame
    if removals is None:
        return None
    stakes = by_wave(removals).filter(pl.col("winners_equity_start_usd") > 0)
    both = frame.join(stakes.select("wave", "winners_equity_start_usd"), on="wave")
    if both.height < frame.height:
        return None
    least = both["budget_needed"] / both["winners_equity_start_usd"]
    return total((both[f"max_pct_{policy}"] - least).abs() * both["budget_needed"])


def _unfair(frame: pl.DataFrame, policy: str, optimum: str) -> float:
    gap = (frame[f"max_pct_{policy}"] - frame[f"max_pct_{optimum}"]).abs()
    return float((gap * frame["budget_needed"]).sum())
