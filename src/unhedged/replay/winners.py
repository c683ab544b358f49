"""Whom it hit: notional, profit and leverage by account, how they re-hedged, and what of it the tables can say."""

from typing import Any

import polars as pl

from unhedged.replay.figures import Basis, Tag
from unhedged.replay.findings import Findings, share, total
from unhedged.replay.loading import EventData
from unhedged.replay.reading import Table

SHOWN = 10
"""Accounts shown one by one."""


def winners(data: EventData) -> Findings:
    """Return who was closed: the distribution over accounts, the largest ones, and how fast they traded again."""
    found = Findings()
    if not found.lacks("notional, profit and leverage by account", data, ["users"]):
        _accounts(data.needed("users"), found)
        for basis, mark in ((Basis.AFTER, "after"), (Basis.BEFORE, "before")):
            table = data.table("users", basis)
            if table is not None:
                single = _single(table)["leverage_realtime"].median()
                found.add(table, f"account_leverage.{mark}", _number(single), tag=Tag.RECOMPUTED)
    ranking = data.document("ranking")
    if ranking is not None:
        source = "adl_prioritization_results.json"
        found.quote(source, "published_leverage", ranking["median_leverage"], basis=Basis.AFTER)
    headlines = (data.document("headlines") or {}).get("headline", {})
    ratios = headlines.get("winner_overcollateralization_equity_over_pnl", {})
    for name in ("median", "trimmed_mean", "p10", "p90"):
        if name in ratios:
            found.quote(
                "headlines.json", f"equity_over_profit.{name}", ratios[name], basis=Basis.BEFORE
            )
    _rehedging(data, found)
    return found


def short(account: str) -> str:
    """Return an account's address as it is shown: ``0x1234…abcd``."""
    return account if len(account) <= 10 else f"{account[:6]}…{account[-4:]}"


def _accounts(table: Table, found: Findings) -> None:
    frame = table.frame.sort("adl_notional", "user", descending=[True, False])
    notional = frame["adl_notional"]
    chain: dict[str, Any] = {"tag": Tag.RECOMPUTED, "basis": Basis.FILLS}
    found.add(table, "accounts", frame.height, published=table.spec.whole, **chain)
    found.add(table, "account_notional", _number(notional.median()), **chain)
    single = _single(table)
    ratio = (single["closed_pnl"] / single["adl_notional"]).median()
    found.add(table, "account_profit", _number(ratio), **chain)
    in_profit = frame.filter(pl.col("closed_pnl") > 0).height / frame.height
    found.add(table, "account_in_profit", in_profit, **chain)
    top = share(total(notional.head(max(1, frame.height // 100))), total(notional))
    found.add(table, "account_top1_share", top, **chain)
    found.rows["largest_accounts"] = [
        {
            "account": short(row["user"]),
            "notional": row["adl_notional"],
            "profit": row["closed_pnl"],
            "fills": row["num_adl_events"],
            "cash": row["account_value_realtime"],
            "leverage": row["leverage_realtime"] if row["num_adl_events"] == 1 else None,
        }
        for row in frame.head(SHOWN).to_dicts()
    ]


def _single(table: Table) -> pl.DataFrame:
    # The table's leverage is a mean over an account's fills; it is exact for those that have one.
    return table.frame.filter(pl.col("num_adl_events") == 1)


def _rehedging(data: EventData, found: Findings) -> None:
    for name in ("strategic", "passive"):
        table = data.table(name)
        if table is None or "median_latency_ms" not in table.frame.columns:
            found.lacks(f"how soon {name} accounts traded again", data, [name])
            continue
        waits = table.frame["median_latency_ms"]
        found.add(table, f"rehedge.{name}", _number(waits.median()) / 1_000, tag=Tag.RECOMPUTED)
        if name == "passive":
            found.add(table, "never_traded", waits.null_count() / len(waits), tag=Tag.RECOMPUTED)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
