"""Families of liquidations: how much was forced by what was forced before, and how large one family grew."""

from collections import defaultdict
from collections.abc import Callable

import polars as pl

from unhedged.measures import branching
from unhedged.measures.genealogy import branching as caused
from unhedged.measures.genealogy import cases, largest
from unhedged.report.figures.replicate import Replicate, asset_of, by_minute, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_duration, show_money, show_number, show_rate

GROUPS = (
    ("no forced order before it", 0, 0, look.LIQUIDATION),
    ("children and grandchildren", 1, 2, look.SHORT),
    ("later generations", 3, 10**6, look.ADL),
)
"""Name, first and last generation, colour."""
SIZES = (
    ("1", 1, 1),
    ("2–9", 2, 9),
    ("10–99", 10, 99),
    ("100–999", 100, 999),
    ("1,000+", 1000, 10**9),
)
"""Sizes of families that are drawn together."""


def families(one: Replicate) -> Figure | None:
    """Return liquidated dollars by generation and minute above dollars by size of family; None where nobody was liquidated."""
    found = cases(one.table("liquidations"))
    if found.is_empty():
        return None
    parts = _parts_of(one)
    heights = look.panels([1.0, 0.8], gap=0.2)
    layout = look.layout(520, barmode="stack")
    layout["yaxis"] = look.axis("$M a minute", domain=heights[0])
    layout["yaxis2"] = look.axis("$M", domain=heights[1])
    layout["xaxis"] = one.axis(anchor="y")
    layout["xaxis2"] = look.axis("liquidations of a family", anchor="y2", type="category")
    return Figure(
        id="families",
        question="Which forced order caused the next?",
        reading=_reading(one, found),
        data=[*_generations(one, found), _sizes(found)],
        layout=layout,
        grid=Grid(
            heads=(
                "contract",
                "liquidations",
                "with a forced parent",
                "largest family",
                "next 1% above depth from",
                "ratio while liquidating",
                "two types at the worst minute",
            ),
            rows=[_row(one, found, contract, parts) for contract in one.contracts],
            note=(
                "A liquidation's parent is the case whose order pushed its book most while the mark it averages moved, where forced orders "
                "made at least half of that move. Ratio: what liquidations and stops within the next 1% would close over what rests "
                "within 1%, from recorded instants. Two types: the same less what ADL takes, plus what hedges sold after ADL carry back "
                "through spot; critical at 1."
            ),
        ),
        source="liquidations.parent, series.down_liquidates, series.down_stops, adl, desks",
    )


def _generations(one: Replicate, found: pl.DataFrame) -> list[dict[str, object]]:
    steps = one.table("liquidations").join(found.select("case", "generation"), on="case")
    steps = steps.filter(~pl.col("step").is_in(["net", "collateral"]))
    data = []
    for name, first, last, colour in GROUPS:
        mine = steps.filter(pl.col("generation").is_between(first, last))
        if mine.height:
            frame = by_minute(mine, usd=pl.col("notional").sum())
            usd = (frame["usd"] / 1e6).to_list()
            data.append(look.bars(name, one.times(frame), usd, colour))
    return data


def _sizes(found: pl.DataFrame) -> dict[str, object]:
    each = found.group_by("family").agg(pl.len().alias("cases"), pl.col("usd").sum())
    usd = [
        float(each.filter(pl.col("cases").is_between(first, last))["usd"].sum()) / 1e6
        for _, first, last in SIZES
    ]
    counts = [
        each.filter(pl.col("cases").is_between(first, last)).height for _, first, last in SIZES
    ]
    trace = look.bars("by size of family", [name for name, _, _ in SIZES], usd, look.MARK, axis="2")
    return trace | {
        "xaxis": "x2",
        "showlegend": False,
        "text": [f"{n:,}" if n else "" for n in counts],
        "hovertemplate": "%{text} families, $%{y:,.3s}M<extra></extra>",
    }


def _parts_of(one: Replicate) -> dict[str, dict[str, pl.DataFrame]]:
    # Tables parted once for all contracts: forced closes by instrument, books and legs on spot by asset.
    on_spot = one.table("desks").filter(pl.col("instrument").is_in(one.spots))
    adl, legs = branching.by_number(one.table("adl"), on_spot)
    return {
        "steps": _parted(one.table("liquidations"), lambda instrument: instrument),
        "adl": _parted(adl, lambda instrument: instrument),
        "series": _parted(one.table("series"), asset_of),
        "desks": _parted(legs, asset_of),
    }


def _parted(frame: pl.DataFrame, key: Callable[[str], str]) -> dict[str, pl.DataFrame]:
    # Rows by a key of their instrument, in their order; of a key without rows, none.
    names = frame["instrument"].unique().to_list()
    keys = pl.col("instrument").replace_strict(names, [key(name) for name in names])
    parts = frame.with_columns(key=keys).partition_by("key", as_dict=True, include_key=False)
    found: dict[str, pl.DataFrame] = defaultdict(frame.clear)
    return found | {str(part[0]): rows for part, rows in parts.items()}


def _row(
    one: Replicate,
    found: pl.DataFrame,
    contract: str,
    parts: dict[str, dict[str, pl.DataFrame]],
) -> tuple[str, ...]:
    mine = found.filter(pl.col("instrument") == contract)
    asset, steps = asset_of(contract), parts["steps"][contract]
    ratios = branching.structural(one.series_of(contract), in_dollars=contract in one.inverse)
    ratio = branching.in_cascade(ratios, steps)
    start = branching.critical_at(ratios)
    types = branching.two_types(
        contract,
        one.spots_of(asset),
        series=parts["series"][asset],
        steps=steps,
        adl=parts["adl"][contract],
        desks=parts["desks"][asset],
        in_dollars=contract in one.inverse,
        by_minute=ratios,
    )
    share = caused(mine)
    return (
        f"{asset} on {venue_of(contract)}",
        f"{mine.height:,}",
        "–" if share is None else show_rate(share),
        f"{largest(mine):,}",
        "never" if start is None else one.clock(start),
        "–" if ratio is None else show_number(ratio),
        "–" if types is None else _parts(types),
    )


def _parts(types: branching.TwoTypes) -> str:
    return (
        f"{show_number(types.value)} = {show_number(types.direct)} + {show_number(types.by_hedges)}: "
        f"a {show_rate(types.closed)}, h {show_rate(types.hedged)}, φ {show_rate(types.unwound)}, β {show_number(types.passed)}, "
        f"ρ {show_money(types.rho_usd)}, D {show_money(types.perp_usd)} and {show_money(types.spot_usd)}"
    )


def _reading(one: Replicate, found: pl.DataFrame) -> str:
    share, total = caused(found) or 0.0, found.height
    size = largest(found)
    if share == 0:
        return f"None of {total:,} liquidations was caused by another's order."
    family = found.group_by("family").agg(pl.len().alias("cases"), pl.col("t_ns").min().alias("start"), pl.col("t_ns").max().alias("end"), pl.col("usd").sum()).sort("cases", "family").row(-1, named=True)  # fmt: skip
    lasted = show_duration(int(family["end"] - family["start"]))
    return (
        f"{show_rate(share)} of {total:,} liquidations were caused by the orders of others before them. The largest family had "
        f"{size:,}, from {one.clock(family['start'])} over {lasted}, {show_money(family['usd'])} in all."
    )
