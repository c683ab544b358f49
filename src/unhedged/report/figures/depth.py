"""Depth: how much rested near the middle of each book, and when it was gone."""

import numpy as np
import polars as pl

from unhedged.report.figures.replicate import MINUTE, Replicate, asset_of, by_minute, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_money, show_rate

BPS = 100
"""Distance from the middle within which an order counts."""
MOST_BOOKS = 6
FLOOR = 1e-3
"""Share below which a book is drawn as empty: nothing, on an axis of powers, has no place."""
OPENING = MINUTE
COLOURS = (look.MARK, look.SHORT, look.LONG, look.FUND, look.LIQUIDATION, look.ADL)


def depth(one: Replicate) -> Figure:
    """Return depth within one percent of each book's own mid, both sides, as a share of its first minute."""
    assets = one.assets
    books = sorted(
        one.series_of(None)["instrument"].unique().to_list(),
        key=lambda i: (assets.index(asset_of(i)) if asset_of(i) in assets else 99, i),
    )[:MOST_BOOKS]
    data, rows, worst = [], [], ("", 1.0, 0)
    for n, book in enumerate(books):
        frame = one.series_of(book)
        share, usual = shares(frame)
        label = f"{asset_of(book)} on {venue_of(book)}"
        found = middles(frame, share)
        drawn = np.maximum(found["share"].to_numpy(), FLOOR) * 100
        data.append(
            look.line(label, one.times(found), drawn.tolist(), COLOURS[n % len(COLOURS)], width=1.1)
        )
        if frame["makers"].is_not_null().any():
            there = by_minute(frame, makers=pl.col("makers").mean())
            data.append(
                look.line(
                    label,
                    one.times(there),
                    (there["makers"] * 100).to_list(),
                    COLOURS[n % len(COLOURS)],
                    axis="2",
                    width=1.1,
                    legend=False,
                )
            )
        at = int(share.argmin())
        if share[at] < worst[1]:
            worst = (label, float(share[at]), int(frame["t_ns"][at]))
        rows.append(_row(one, book, frame, share, usual))
    upper, lower = look.panels([1.0, 0.6])
    layout = look.layout(520)
    layout["yaxis2"] = look.axis("makers quoting, %", domain=lower, range=[0, 105])
    layout["yaxis"] = look.axis(
        "% of the first minute",
        domain=upper,
        type="log",
        tickvals=[0.1, 1, 10, 100],
        ticktext=["≤0.1", "1", "10", "100"],
    )
    layout["xaxis"] = one.axis(anchor="y2")
    return Figure(
        id="depth",
        question="Who was still there to trade with?",
        reading=_reading(one, worst),
        data=data,
        layout=layout,
        grid=Grid(
            heads=(
                "book",
                "first minute",
                "least",
                "at",
                "least share",
                "time below a tenth",
                "at the end",
                "makers quoting, least minute",
            ),
            rows=rows,
        ),
        source=f"series.bid_depth_{BPS} and series.ask_depth_{BPS}, median of each minute; series.makers, its mean",
    )


def shares(frame: pl.DataFrame) -> tuple[np.ndarray, float]:
    """Return depth of one book over time as a share of the median of its first minute, and that median, dollars."""
    both = (
        frame[f"bid_depth_{BPS}"].fill_null(0.0) + frame[f"ask_depth_{BPS}"].fill_null(0.0)
    ).to_numpy()
    t = frame["t_ns"].to_numpy()
    usual = float(np.median(both[t < t[0] + OPENING]))
    return both / usual if usual > 0 else np.zeros_like(both), usual


def middles(frame: pl.DataFrame, share: np.ndarray) -> pl.DataFrame:
    """Return the median of ``share`` in each minute, at its middle: a book that flickers is drawn as what one usually met."""
    return by_minute(frame.with_columns(share=pl.Series(share)), share=pl.col("share").median())


def _row(
    one: Replicate, book: str, frame: pl.DataFrame, share: np.ndarray, usual: float
) -> tuple[str, ...]:
    at = int(share.argmin())
    return (
        book,
        show_money(usual),
        show_money(float(share[at] * usual)),
        one.clock(int(frame["t_ns"][at])),
        show_rate(float(share[at])),
        show_rate(float((share < 0.1).mean())),
        show_rate(float(share[-1])),
        _least_makers(frame),
    )


def _least_makers(frame: pl.DataFrame) -> str:
    least = by_minute(frame, makers=pl.col("makers").mean())["makers"].min()
    return "–" if least is None else show_rate(float(least))  # type: ignore[arg-type]


def _reading(one: Replicate, worst: tuple[str, float, int]) -> str:
    label, share, t_ns = worst
    if not label:
        return "No book lost depth."
    left = "nothing" if share == 0 else f"{show_rate(share)} of its usual depth"
    return f"Within 1% of the mid, {label} had {left} left at {one.clock(t_ns)}."
