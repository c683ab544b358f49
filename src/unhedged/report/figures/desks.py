"""Desks whose hedge was taken: the two legs of the one hit worst, and what stood unhedged in all."""

import polars as pl

from unhedged.measures.closed import struck
from unhedged.report.figures.replicate import Replicate
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.report.story import find, told
from unhedged.vocab.units import show_money

LARGEST = 20
"""Closes listed."""


def legs(one: Replicate) -> Figure | None:
    """Return spot and perpetual leg of the desk hit worst, and their sum; None where no desk lost a short."""
    found = find(one.table)
    if found is None:
        return None
    coin = pl.col("instrument").is_in(one.spots)
    keys = ["t_ns", *(["utc"] if one.dated else [])]
    frame = (
        one.table("desks")
        .filter(pl.col("agent") == found.desk)
        .group_by(keys)
        .agg(
            pl.col("exposure").filter(coin).sum().alias("spot"),
            pl.col("exposure").filter(~coin).sum().alias("perp"),
            pl.col("exposure").sum().alias("delta"),
        )
        .sort("t_ns")
    )
    x = one.times(frame)
    data = [
        look.line(name, x, (frame[column] / 1e6).to_list(), colour, width=width)
        for name, column, colour, width in (
            ("spot held", "spot", look.LONG, 1.4),
            ("perpetual short", "perp", look.SHORT, 1.4),
            ("unhedged", "delta", look.MARK, 2.0),
        )
    ]
    data.append(_closes(one, found.closes))
    layout = look.layout(380)
    layout["yaxis"] = look.axis("$M at mark")
    layout["xaxis"] = one.axis()
    return Figure(
        id="legs",
        question="What happened to the desk hit worst?",
        reading=" ".join(told(found)),
        data=data,
        layout=layout,
        grid=_largest(one),
        source="desks.exposure, adl",
    )


def _closes(one: Replicate, closes: pl.DataFrame) -> dict[str, object]:
    # A mark at zero per close: when, and how much.
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "closed by ADL",
        "x": one.times(closes),
        "y": [0.0] * closes.height,
        "text": [
            f"{show_money(usd)} at {price:,.6g}"
            for usd, price in zip(closes["notional"], closes["price"], strict=True)
        ],
        "hovertemplate": "%{text}<extra>closed by ADL</extra>",
        "marker": {
            "color": look.ADL,
            "symbol": "line-ns-open",
            "size": 12,
            "line": {"width": 2, "color": look.ADL},
        },
    }


def _largest(one: Replicate) -> Grid:
    rows = [
        (
            row["account"],
            one.clock(row["t_ns"]),
            row["instrument"],
            show_money(row["notional"]),
            f"{row['price']:,.6g}",
            f"{row['mark']:,.6g}",
            "–" if row["leverage"] is None else f"{row['leverage']:.3g}×",
            "–" if row["profit"] is None else f"{row['profit'] * 100:.3g}%",
        )
        for row in one.table("adl")
        .sort("notional", descending=True)
        .head(LARGEST)
        .iter_rows(named=True)
    ]
    return Grid(
        heads=("account", "at", "instrument", "closed", "price", "mark", "leverage", "profit"),
        rows=rows,
        note=f"The {len(rows)} largest closes by ADL of this replicate, whoever they hit.",
    )


def unhedged(one: Replicate) -> Figure | None:
    """Return what all desks whose short was closed had without a hedge, over time; None where there were none."""
    keys = ["agent", "t_ns", *(["utc"] if one.dated else [])]
    hit = (
        struck(one.table("desks"))
        .group_by(keys)
        .agg(pl.col("exposure").sum(), pl.col("adl").sum())
        .filter(pl.col("adl") > 0)
    )
    if hit.is_empty():
        return None
    keys.remove("agent")
    total = hit.group_by(keys).agg(usd=pl.col("exposure").abs().sum(), desks=pl.len()).sort("t_ns")
    layout = look.layout(300)
    layout["yaxis"] = look.axis("$M")
    layout["xaxis"] = one.axis()
    peak = total.sort("usd", descending=True).row(0, named=True)
    end = float(total["usd"][-1])
    return Figure(
        id="unhedged",
        question="How much stood without a hedge, and for how long?",
        reading=(
            f"{hit['agent'].n_unique():,} desks lost shorts; together they stood {show_money(peak['usd'])} unhedged at "
            f"{one.clock(peak['t_ns'])}, and {show_money(end)} at the end."
        ),
        data=[
            look.line(
                "unhedged", one.times(total), (total["usd"] / 1e6).to_list(), look.LONG, fill=True
            )
        ],
        layout=layout,
        grid=_hours(one, total),
        source="desks.exposure, desks.adl",
    )


def _hours(one: Replicate, total: pl.DataFrame) -> Grid:
    step = max(1, total.height // 12)
    rows = [
        (one.clock(row["t_ns"]), show_money(row["usd"]), f"{row['desks']:,}")
        for row in total[::step].iter_rows(named=True)
    ]
    return Grid(heads=("at", "unhedged", "desks"), rows=rows)
