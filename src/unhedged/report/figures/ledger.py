"""What desks and makers made and lost, leg by leg."""

import polars as pl

from unhedged.measures.pnl import PARTS, pnl
from unhedged.report.figures.replicate import Replicate, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_money

KINDS = ("basis_desk", "market_maker", "cross_venue", "funding_arbitrageur")
"""Agents with legs."""
COLOURS = {
    "coins": look.LONG,
    "perpetuals": look.SHORT,
    "fees": look.QUIET,
    "funding": look.FUND,
    "spread": look.LIQUIDATION,
    "rehedge": look.INDEX,
    "adl_price": look.ADL,
}
NAMES = {
    "spread": "spread earned",
    "rehedge": "trades after ADL",
    "adl_price": "ADL's price",
}
"""What parts are called where their own name does not say it."""


def ledger(one: Replicate) -> Figure | None:
    """Return profit and loss of struck desks, other desks and makers, split into legs; None where a run has none."""
    legged = pl.col("kind").is_in(KINDS)  # few of all agents
    accounts, adl = (one.table(name).filter(legged) for name in ("accounts", "adl"))
    mine = pnl(accounts, adl, sorted({venue_of(s) for s in one.spots})).with_columns(who=_who())
    if mine.is_empty():
        return None
    sums = (
        mine.group_by("who")
        .agg(pl.len().alias("agents"), pl.col(*PARTS, "total").sum())
        .sort("who")
    )
    names = sums["who"].to_list()
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": NAMES.get(part, part),
            "y": names,
            "x": look.shown((sums[part] / 1e6).to_list()),
            "marker": {"color": COLOURS[part]},
        }
        for part in PARTS
    ]
    layout = look.layout(130 + 50 * len(names), barmode="relative", hovermode="closest")
    layout["xaxis"] = look.axis("$M over the run, equity at mark")
    layout["yaxis"] = {"automargin": True}
    return Figure(
        id="ledger",
        question="On which leg was it made or lost?",
        reading=_reading(sums),
        data=data,
        layout=layout,
        grid=Grid(
            heads=("who", "agents", *(NAMES.get(part, part) for part in PARTS), "in all"),
            rows=[_row(row) for row in sums.iter_rows(named=True)],
            note=(
                "The parts sum to the change of equity less money brought in. Coins and perpetuals: prices of what was held. Spread "
                "earned: what fills gave against the mid the incoming order met, counted at every fill. Trades after ADL: the same of "
                "incoming orders once ADL had closed the agent. ADL's price: what its closes gave or took against the mark of the moment."
            ),
        ),
        source="accounts, adl",
    )


def _who() -> pl.Expr:
    words = pl.col("kind").str.replace_all("_", " ")
    struck = (pl.col("kind") == "basis_desk") & (pl.col("adl") > 0)
    return pl.when(struck).then(pl.lit("basis desk, deleveraged")).otherwise(words)


def _row(row: dict[str, float]) -> tuple[str, ...]:
    return (
        str(row["who"]),
        f"{row['agents']:,}",
        *(show_money(row[part]) for part in (*PARTS, "total")),
    )


def _reading(sums: pl.DataFrame) -> str:
    struck = sums.filter(pl.col("who") == "basis desk, deleveraged")
    if struck.is_empty():
        return "No desk lost its short."
    row = struck.row(0, named=True)
    verb = "gained" if row["total"] >= 0 else "lost"
    return (
        f"Desks whose short was taken {verb} {show_money(abs(row['total']))} in all: {show_money(row['coins'])} on coins, "
        f"{show_money(row['perpetuals'])} on perpetuals."
    )
