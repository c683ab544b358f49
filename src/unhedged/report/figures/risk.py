"""Where liquidations waited: dollars by the mark that would force them, over time, with the path of the mark on top."""

import numpy as np
import polars as pl

from unhedged.report.figures.replicate import Replicate, asset_of, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_money, show_rate

MOST_CONTRACTS = 2
MARGIN = 6.0
"""Percent of price shown beyond what the mark reached."""
REACH = 12.0
"""Percent of price shown above the start, at most."""


def risk(one: Replicate) -> Figure | None:
    """Return the map of the contracts with most liquidated; None where nothing was or a run kept no map."""
    frame = one.table("risk")
    forced = one.table("liquidations").group_by("instrument").agg(pl.col("notional").sum())
    hit = forced.sort("notional", "instrument", descending=True)["instrument"].to_list()
    hit = [contract for contract in hit if contract in one.contracts][:MOST_CONTRACTS]
    if frame.is_empty() or not hit:
        return None
    heights = look.panels([1.0] * len(hit), gap=0.1)
    layout = look.layout(110 + 300 * len(hit), hovermode="closest", showlegend=False)
    layout["margin"] = {**layout["margin"], "t": 70}
    data: list[dict[str, object]] = []
    rows = []
    for n, contract in enumerate(hit, 1):
        axis = "" if n == 1 else str(n)
        path = one.series_of(contract)
        start = float(path["mark"][0])
        low, high = _reach(path, start)
        data += [_map(one, frame, contract, start, low, high, axis), _path(one, path, start, axis)]
        title = f"{asset_of(contract)} on {venue_of(contract)}, %"
        layout[f"yaxis{axis}"] = look.axis(title, domain=heights[n - 1], range=[low, high])
        rows += _rows(one, frame, contract)
    layout["xaxis"] = one.axis(anchor=f"y{len(hit)}" if len(hit) > 1 else "y")
    return Figure(
        id="risk",
        question="Where did liquidations wait, and did the price reach them?",
        reading=_reading(one, frame, hit[0]),
        data=data,
        layout=layout,
        grid=Grid(
            heads=("contract", "at", "longs that 10% down would force", "longs in all", "shorts"),
            rows=rows,
            note="Whole positions at the mark that touches their trigger: exact for accounts of one position, early for accounts of several.",
        ),
        source="risk.long, risk.short, once a minute; series.mark",
    )


def _reach(path: pl.DataFrame, start: float) -> tuple[float, float]:
    change = path["mark"] / start * 100 - 100
    return float(change.min()) - MARGIN, min(REACH, float(change.max()) + MARGIN)  # type: ignore[arg-type]


def _map(
    one: Replicate,
    frame: pl.DataFrame,
    contract: str,
    start: float,
    low: float,
    high: float,
    axis: str,
) -> dict[str, object]:
    # One column a minute, one row a step of one percent; the colour is the power of ten of dollars.
    unit = pl.lit(1.0) if contract in one.inverse else pl.col("price")
    mine = frame.filter(pl.col("instrument") == contract).with_columns(
        step=(pl.col("price") / start * 100 - 100).round(0).cast(pl.Int64),
        usd=(pl.col("long") + pl.col("short")) * unit / 1e6,
    )
    mine = mine.filter(pl.col("step").is_between(low - 1, high + 1))
    steps = list(range(int(low) - 1, int(high) + 2))
    keys = ["t_ns", *(["utc"] if one.dated and "utc" in mine.columns else [])]
    times = frame.select(keys).unique().sort("t_ns")
    at = {t: n for n, t in enumerate(times["t_ns"].to_list())}
    z = np.full((len(steps), len(at)), np.nan)
    for t, step, usd in mine.select("t_ns", "step", "usd").iter_rows():
        if usd > 0 and steps[0] <= step <= steps[-1]:
            z[step - steps[0], at[t]] = np.log10(usd)
    return {
        "type": "heatmap",
        "x": one.times(times),
        "y": [step + 0.5 for step in steps],
        "z": [[None if np.isnan(v) else round(float(v), 2) for v in row] for row in z],
        "zmin": -1,
        "zmax": 3,
        "colorscale": [[0, "#fff7e0"], [0.5, look.LIQUIDATION], [1, look.SHORT]],
        "colorbar": {
            "title": {"text": "$M per 1% of price", "side": "top", "font": {"size": 11}},
            "orientation": "h",
            "y": 1.0,
            "yanchor": "bottom",
            "tickvals": [-1, 0, 1, 2, 3],
            "ticktext": ["0.1", "1", "10", "100", "1,000"],
            "thickness": 8,
            "len": 0.8,
        },
        "showscale": axis == "",
        "hovertemplate": "%{x}, %{y:.0f}%<extra></extra>",
        "yaxis": f"y{axis}",
    }


def _path(one: Replicate, path: pl.DataFrame, start: float, axis: str) -> dict[str, object]:
    change = (path["mark"] / start * 100 - 100).to_list()
    return look.line("mark", one.times(path), change, look.MARK, axis=axis, width=1.6)


def _within(frame: pl.DataFrame, unit: pl.Expr, low: float, high: float) -> float:
    near = frame.filter(pl.col("price").is_between(low, high))
    return float(near.select((pl.col("long") * unit).sum()).item())


def _rows(one: Replicate, frame: pl.DataFrame, contract: str) -> list[tuple[str, ...]]:
    # At the beginning and at the lowest mark.
    unit = pl.lit(1.0) if contract in one.inverse else pl.col("price")
    path = one.series_of(contract)
    mine = frame.filter(pl.col("instrument") == contract)
    rows: list[tuple[str, ...]] = []
    for t in (int(path["t_ns"][0]), int(path.sort("mark")["t_ns"][0])):
        seen = mine.filter(pl.col("t_ns") >= t)["t_ns"].min()
        if seen is None:
            continue
        then = mine.filter(pl.col("t_ns") == seen)
        mark = float(path.filter(pl.col("t_ns") <= seen)["mark"][-1])
        rows.append(
            (
                f"{asset_of(contract)} on {venue_of(contract)}",
                one.clock(int(seen)),  # type: ignore[arg-type]
                show_money(_within(then, unit, 0.9 * mark, mark)),
                show_money(float(then.select((pl.col("long") * unit).sum()).item())),
                show_money(float(then.select((pl.col("short") * unit).sum()).item())),
            )
        )
    return rows


def _reading(one: Replicate, frame: pl.DataFrame, contract: str) -> str:
    path = one.series_of(contract)
    start, least = float(path["mark"][0]), float(path["mark"].min())  # type: ignore[arg-type]
    first = frame.filter(pl.col("instrument") == contract)
    first = first.filter(pl.col("t_ns") == first["t_ns"].min())
    unit = pl.lit(1.0) if contract in one.inverse else pl.col("price")
    total = float(first.select((pl.col("long") * unit).sum()).item())
    reached = _within(first, unit, least, start)
    if total == 0:
        return f"No long of {contract} had a liquidation price at the start."
    return (
        f"At the start {show_money(total)} of longs in {contract} had a liquidation price; the mark fell {show_rate(1 - least / start)} and "
        f"passed those of {show_money(reached)}."
    )
