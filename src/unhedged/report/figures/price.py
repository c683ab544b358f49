"""Price and forced selling: how far marks fell, and how much was closed by force each minute."""

import polars as pl

from unhedged.report.figures.replicate import Replicate, asset_of, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_money, show_rate

MOST_ASSETS = 3
"""Panels of price: the assets with most closed by force."""


def price(one: Replicate) -> Figure:
    """Return marks and worth of the assets hit hardest above forced closes by the minute."""
    assets = one.assets[:MOST_ASSETS]
    heights = look.panels([*[1.0] * len(assets), 0.9])
    data: list[dict[str, object]] = []
    layout = look.layout(160 + 170 * (len(assets) + 1), barmode="stack")
    for number, asset in enumerate(assets, 1):
        data += _asset(one, asset, str(number) if number > 1 else "", legend=number == 1)
        name = f"yaxis{number if number > 1 else ''}"
        layout[name] = look.axis(f"{asset}, %", domain=heights[number - 1])
    last = str(len(assets) + 1)
    for label, table, colour in (
        ("liquidated or taken over", "liquidations", look.LIQUIDATION),
        ("auto-deleveraged", "adl", look.ADL),
    ):
        frame = one.per_minute(table)
        usd = (frame["usd"] / 1e6).to_list()
        data.append(look.bars(label, one.times(frame), usd, colour, axis=last))
    layout[f"yaxis{last}"] = look.axis("$M a minute", domain=heights[-1])
    layout["xaxis"] = one.axis(anchor=f"y{last}")
    return Figure(
        id="price",
        question="How far did prices fall, and who had to sell?",
        reading=_reading(one),
        data=data,
        layout=layout,
        grid=_grid(one),
        source="series.mark, series.value, liquidations.notional, adl.notional",
    )


def _asset(one: Replicate, asset: str, axis: str, *, legend: bool) -> list[dict[str, object]]:
    contracts = [c for c in one.contracts if asset_of(c) == asset]
    data = []
    for n, contract in enumerate(contracts):
        frame = one.series_of(contract)
        dash = look.DASHES[n % len(look.DASHES)]
        label = f"{venue_of(contract)}, mark"
        data.append(
            look.line(
                label,
                one.times(frame),
                _change(frame, "mark"),
                look.MARK,
                dash=dash,
                axis=axis,
                legend=legend,
            )
        )
    for spot in one.spots_of(asset):
        frame = one.series_of(spot)
        data.append(
            look.line(
                _spot_label(spot),
                one.times(frame),
                _change(frame, "mark"),
                look.LONG,
                axis=axis,
                width=1.0,
                legend=legend,
            )
        )
    if contracts:
        frame = one.series_of(contracts[0])
        data.append(
            look.line(
                "what it is worth",
                one.times(frame),
                _change(frame, "value"),
                look.INDEX,
                dash="dot",
                axis=axis,
                legend=legend,
            )
        )
    return data


def _spot_label(spot: str) -> str:
    venue = venue_of(spot)
    return "spot" if venue == "spot" else f"{venue}, spot"


def _change(frame: pl.DataFrame, column: str) -> list[float]:
    # Percent from the first recorded mark.
    change: pl.Series = (frame[column] / frame["mark"][0] - 1) * 100
    return change.to_list()


def _fall(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].min()) / float(frame["mark"][0]) - 1  # type: ignore[arg-type]


def _reading(one: Replicate) -> str:
    sums = {name: float(one.table(name)["notional"].sum()) for name in ("liquidations", "adl")}
    if sums["liquidations"] == 0:
        return "Nobody was liquidated."
    peak = one.per_minute("liquidations").sort("usd", descending=True).row(0, named=True)
    deepest = min(one.contracts, key=lambda c: _fall(one.series_of(c), "mark"))
    fall = show_rate(-_fall(one.series_of(deepest), "mark"))
    adl = (
        f"{show_money(sums['adl'])} of winners was auto-deleveraged"
        if sums["adl"]
        else "nobody was auto-deleveraged"
    )
    return (
        f"{show_money(sums['liquidations'])} was liquidated or taken over, {show_money(peak['usd'])} of it in the minute around "
        f"{one.clock(peak['t_ns'])}; {adl}. The deepest mark was {deepest}'s, {fall} below its start."
    )


def _grid(one: Replicate) -> Grid:
    rows = []
    for instrument in one.series_of(None)["instrument"].unique().sort().to_list():
        frame = one.series_of(instrument)
        low = frame.sort("mark").row(0, named=True)
        rows.append(
            (
                instrument,
                f"{frame['mark'][0]:,.6g}",
                f"{low['mark']:,.6g}",
                one.clock(low["t_ns"]),
                show_rate(_fall(frame, "mark")),
                show_rate(float(frame["mark"][-1]) / float(frame["mark"][0]) - 1),
            )
        )
    heads = ("instrument", "first mark, $", "lowest mark, $", "at", "fall", "at the end")
    return Grid(heads=heads, rows=rows)
