"""Replicates side by side: how far one headline measure spreads, and whether there are enough of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from unhedged.lab.scorecard import median_band
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.report.screen import quantile
from unhedged.results import headline

Row = Mapping[str, Any]
FEW = 8
"""Replicates below which a running median says nothing."""
COLOURS = {
    "adl_usd": look.ADL,
    "forced_usd": look.LIQUIDATION,
    "fund_draw_share": look.FUND,
    "desk_unhedged_usd": look.LONG,
}
"""Measures drawn, and their colours."""


def spread(rows: Sequence[Row]) -> Figure | None:
    """Return every replicate's value of the measures that matter, a panel each; None for one replicate."""
    names = [name for name in COLOURS if any(row.get(name) is not None for row in rows)]
    if len(rows) < 2 or not names:
        return None
    data: list[dict[str, object]] = []
    layout = look.layout(60 + 105 * len(names), hovermode="closest", showlegend=False)
    for n, (name, stretch) in enumerate(
        zip(names, look.panels([1.0] * len(names), gap=0.15), strict=True), 1
    ):
        number = str(n) if n > 1 else ""
        scale = headline.axis_unit(name)[0]
        values = [float(row[name]) for row in rows if row.get(name) is not None]
        data.append(_dots(rows, name, scale, number))
        data.append(_tick(quantile(values, 0.5) * scale, number))
        layout[f"yaxis{number}"] = {
            "domain": stretch,
            "visible": False,
            "range": [-1, 1],
            "fixedrange": True,
        }
        layout[f"xaxis{number}"] = look.axis(
            headline.axis_title(name), anchor=f"y{number}", rangemode="tozero"
        )
    return Figure(
        id="spread",
        question="How much is chance?",
        reading=_reading(rows, names[0]),
        data=data,
        layout=layout,
        grid=_grid(rows, names),
        source=f"replicates: {', '.join(names)}",
    )


def _dots(rows: Sequence[Row], name: str, scale: float, number: str) -> dict[str, object]:
    mine = [row for row in rows if row.get(name) is not None]
    heights = [
        ((row["replicate"] * 7) % 11 - 5) / 8 for row in mine
    ]  # apart, so that equal values show
    return {
        "type": "scatter",
        "mode": "markers",
        "x": look.shown(float(row[name]) * scale for row in mine),
        "y": heights,
        "text": [f"replicate {row['replicate']}: {headline.show(name, row[name])}" for row in mine],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": COLOURS[name], "size": 8, "opacity": 0.75},
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
    }


def _tick(x: float, number: str) -> dict[str, object]:
    value = look.shown([x])[0]
    axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [value, value],
        "y": [-0.9, 0.9],
        "hoverinfo": "skip",
        "line": {"color": look.MARK, "width": 1.5},
        **axes,
    }


def _reading(rows: Sequence[Row], name: str) -> str:
    values = [float(row[name]) for row in rows if row.get(name) is not None]
    low, middle, high = (headline.show(name, quantile(values, q)) for q in (0.05, 0.5, 0.95))
    text = f"{headline.label(name)} was {middle} in the middle replicate, {low} to {high} in nine of ten"
    if len(values) < FEW:
        return f"{text}. {len(values)} replicates are few: run more before leaning on the ends."
    return f"{text}; after half of the replicates the median stood at {headline.show(name, quantile(values[: len(values) // 2], 0.5))}."


def _grid(rows: Sequence[Row], names: Sequence[str]) -> Grid:
    cells = [
        (str(row["replicate"]), *(headline.show(name, row.get(name)) for name in names))
        for row in rows
    ]
    return Grid(heads=("replicate", *(headline.label(name) for name in names)), rows=cells)


def converged(rows: Sequence[Row], name: str) -> Figure | None:
    """Return the running median of measure ``name`` against the number of replicates, with its 95 % interval.

    The interval of a median is by order statistics: ranks ``n/2 ± 1.96 sqrt(n)/2``. None with fewer than `FEW` replicates.
    """
    values = np.array([float(row[name]) for row in rows if row.get(name) is not None])
    if len(values) < FEW:
        return None
    counts = list(range(FEW, len(values) + 1))
    bands = [median_band(values[:n]) for n in counts]
    scale = headline.axis_unit(name)[0]
    low, middle, high = ([band[k] * scale for band in bands] for k in range(3))
    layout = look.layout(280)
    layout["yaxis"] = look.axis(headline.axis_title(name), rangemode="tozero")
    layout["xaxis"] = look.axis("replicates")
    half = (bands[-1][2] - bands[-1][0]) / 2
    share = half / bands[-1][1] if bands[-1][1] else float("inf")
    verdict = (
        "enough to tell a change by half" if share < 0.5 else "run more to tell anything but a jump"
    )
    return Figure(
        id="converged",
        question="Are these enough replicates?",
        reading=f"The median of {len(values)} is known to about ±{share * 100:.0f}%: {verdict}.",
        data=[
            look.line("95% interval", counts, low, look.QUIET),
            look.line("", counts, high, look.QUIET, legend=False),
            look.line("median", counts, middle, look.MARK),
        ],
        layout=layout,
        grid=Grid(
            heads=("replicates", "median", "from", "to"),
            rows=[
                (str(n), *(headline.show(name, band[k]) for k in (1, 0, 2)))
                for n, band in zip(counts, bands, strict=True)
            ],
        ),
        source=f"replicates: {name}",
    )
