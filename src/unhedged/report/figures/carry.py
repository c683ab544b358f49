"""Funding and basis: what holding a short paid, and how far marks stood from their index."""

import polars as pl

from unhedged.report.figures.replicate import Replicate, asset_of, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_rate

MOST_CONTRACTS = 6


def carry(one: Replicate) -> Figure:
    """Return basis and funding rate of the largest perpetuals."""
    data, rows = [], []
    layout = look.layout(440)
    for n, contract in enumerate(one.contracts[:MOST_CONTRACTS]):
        frame = one.series_of(contract).with_columns(
            basis=(pl.col("mark") / pl.col("index") - 1) * 1e4
        )
        colour = (look.MARK, look.SHORT, look.LONG, look.FUND, look.LIQUIDATION, look.ADL)[n]
        label, x = f"{asset_of(contract)} on {venue_of(contract)}", one.times(frame)
        data.append(look.line(label, x, frame["basis"].to_list(), colour, width=1.1))
        rates = (frame["funding_rate"] * 1e4).to_list()
        data.append(look.line(label, x, rates, colour, axis="2", width=1.1, legend=False))
        rows.append(_row(one, contract, frame))
    top, bottom = look.panels([1.3, 1.0])
    layout["yaxis"] = look.axis("mark over index, bps", domain=top)
    layout["yaxis2"] = look.axis("funding, bps an interval", domain=bottom)
    layout["xaxis"] = one.axis(anchor="y2")
    return Figure(
        id="carry",
        question="Did the perpetual still follow its index?",
        reading=_reading(one),
        data=data,
        layout=layout,
        grid=Grid(
            heads=(
                "contract",
                "lowest basis",
                "at",
                "highest basis",
                "lowest funding",
                "highest funding",
            ),
            rows=rows,
        ),
        source="series.mark, series.index, series.funding_rate",
    )


def _row(one: Replicate, contract: str, frame: pl.DataFrame) -> tuple[str, ...]:
    low = frame.sort("basis").row(0, named=True)
    ends = (frame["basis"].max(), frame["funding_rate"].min(), frame["funding_rate"].max())
    high, least, most = (float(end or 0.0) for end in ends)  # type: ignore[arg-type]
    return (
        contract,
        show_rate(low["basis"] / 1e4),
        one.clock(low["t_ns"]),
        show_rate(high / 1e4),
        show_rate(least),
        show_rate(most),
    )


def _reading(one: Replicate) -> str:
    worst, at, where = 0.0, 0, ""
    for contract in one.contracts:
        frame = one.series_of(contract).with_columns(gap=pl.col("mark") / pl.col("index") - 1)
        low = frame.sort("gap").row(0, named=True)
        if low["gap"] is not None and low["gap"] < worst:
            worst, at, where = low["gap"], low["t_ns"], contract
    if not where:
        return "No mark fell below its index."
    return f"{where} stood {show_rate(-worst)} below its index at {one.clock(at)}."
