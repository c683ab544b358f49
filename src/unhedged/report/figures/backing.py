"""Who paid: the money of those liquidated, the fund, the vault, and winners closed by ADL."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from unhedged.report.figures.replicate import Replicate, venue_of
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import ATOMS_PER_COIN, ATOMS_PER_USD, USD, show_money, show_rate


def backing(one: Replicate) -> Figure:
    """Return equity of each venue's fund and vault over time."""
    data, rows = [], []
    funds = _funds(one)
    layout = look.layout(80 + 170 * max(1, len(funds)))
    heights = look.panels([1.0] * max(1, len(funds)), gap=0.08)
    for n, (venue, kind, colour, frame) in enumerate(funds, 1):
        number = str(n) if n > 1 else ""
        label = f"{kind} of {venue}"
        usd = (frame[kind] / 1e6).to_list()
        data.append(look.line(label, one.times(frame), usd, colour, axis=number))
        layout[f"yaxis{number}"] = look.axis("$M", domain=heights[n - 1], rangemode="tozero")
        least = frame.sort(kind).row(0, named=True)
        ends = (
            float(frame[kind][0]),
            least[kind],
            one.clock(least["t_ns"]),
            float(frame[kind][-1]),
        )
        rows.append((label, show_money(ends[0]), show_money(ends[1]), ends[2], show_money(ends[3])))
    last = str(len(funds)) if len(funds) > 1 else ""
    layout["xaxis"] = one.axis(anchor=f"y{last}")
    return Figure(
        id="backing",
        question="What did the funds carry?",
        reading=_reading(one),
        data=data,
        layout=layout,
        grid=Grid(
            heads=("of whom", "start", "least", "at", "end"),
            rows=rows,
            note="Equity at mark, what it took over included.",
        ),
        source="series.fund, series.vault, replicates.deficit_usd",
    )


def _funds(one: Replicate) -> list[tuple[str, str, str, pl.DataFrame]]:
    found = []
    seen = set()
    for contract in one.contracts:
        frame, venue = one.series_of(contract), venue_of(contract)
        for kind, colour in (("fund", look.FUND), ("vault", look.LONG)):
            mine = frame.filter(pl.col(kind).is_not_null())
            if mine.height and (venue, kind) not in seen and mine[kind][0] > 0:
                seen.add((venue, kind))
                found.append((venue, kind, colour, mine))
    return found


def _reading(one: Replicate) -> str:
    drawn = one.row["deficit_usd"]
    parts = []
    for venue, kind, _, frame in _funds(one):
        least, start = float(frame[kind].min()), float(frame[kind][0])  # type: ignore[arg-type]
        part = f"the {kind} of {venue} stood {show_rate(max(0.0, 1 - least / start))} below its start at worst"
        parts.append(f"the {kind} of {venue} fell below nothing" if least < 0 else part)
    paid = (
        f"Accounts ended {show_money(drawn)} below zero, and funds paid it"
        if drawn
        else "No account had to be filled up by a fund"
    )
    return f"{paid}; {', '.join(parts)}." if parts else f"{paid}."


def payers(one: Replicate) -> Figure:
    """Return what each kind of participant won or lost over the run: change of equity less what it brought in."""
    by_kind = (
        _by_agent(one.table("accounts"))
        .group_by("who")
        .agg(
            pl.len().alias("agents"),
            pl.col("moved").filter(pl.col("moved") < 0).sum().alias("lost"),
            pl.col("moved").filter(pl.col("moved") > 0).sum().alias("won"),
            pl.col("moved", "fees_atoms", "funding_atoms", "forced", "adl").sum(),
        )
        .sort("moved")
    )
    names = by_kind["who"].to_list()
    data = [
        _across("lost", names, by_kind["lost"], look.SHORT),
        _across("won", names, by_kind["won"], look.LONG),
    ]
    layout = look.layout(120 + 44 * len(names), barmode="relative", hovermode="closest")
    layout["xaxis"] = look.axis("$M over the run, equity at mark")
    layout["yaxis"] = {"automargin": True}
    return Figure(
        id="payers",
        question="Who won and who lost?",
        reading=_payers_reading(by_kind),
        data=data,
        layout=layout,
        grid=Grid(
            heads=(
                "kind",
                "agents",
                "won or lost",
                "of losers",
                "of winners",
                "fees",
                "funding",
                "liquidated",
                "deleveraged",
            ),
            rows=[_payer(row) for row in by_kind.iter_rows(named=True)],
            note="Change of equity less money brought in. Coins held are worth their mark, so the sum is not zero when prices move; money in coin counts at the mark of the end.",
        ),
        source="accounts",
    )


def _by_agent(accounts: pl.DataFrame) -> pl.DataFrame:
    # Sums of each agent's accounts: the legs of a desk are accounts at several venues.
    atoms = pl.when(pl.col("asset") == USD).then(ATOMS_PER_USD).otherwise(ATOMS_PER_COIN)
    cash = pl.col("deposits_atoms", "fees_atoms", "funding_atoms") / atoms * pl.col("unit_usd")
    moved = pl.col("end_equity") - pl.col("start_equity") - pl.col("deposits_atoms")
    sums = ("moved", "fees_atoms", "funding_atoms", "forced", "adl")
    rows = (
        accounts.with_columns(_who(), cash, agent=pl.col("account").str.split("@").list.first())
        .filter(pl.col("who") != "")
        .select("who", "agent", *sums[1:], moved=moved)
    )
    # Nearly all have one account: a hash that occurs once is of a name that does, and grouping names costs most.
    several = rows["agent"].hash().is_duplicated()
    grouped = rows.filter(several).group_by("who", "agent").agg(pl.col(*sums).sum())
    return pl.concat([rows.filter(~several).select(grouped.columns), grouped])


def _who() -> pl.Expr:
    # A venue's own accounts by what they are; the outside world and rounding are nobody.
    own = pl.col("account").str.split("@").list.first()
    nobody = own.is_in(["external", "rounding"])
    words = pl.col("kind").str.replace_all("_", " ")
    venue = pl.when(nobody).then(pl.lit("")).otherwise(pl.lit("venue, ") + own)
    return pl.when(pl.col("kind") == "venue").then(venue).otherwise(words).alias("who")


def _across(name: str, who: list[str], usd: pl.Series, colour: str) -> dict[str, object]:
    trace: dict[str, object] = {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": who,
        "x": look.shown((usd / 1e6).to_list()),
    }
    return trace | {"marker": {"color": colour}}


def _payer(row: Mapping[str, Any]) -> tuple[str, ...]:
    keys = ("moved", "lost", "won", "fees_atoms", "funding_atoms", "forced", "adl")
    return (row["who"], f"{row['agents']:,}", *(show_money(row[key]) for key in keys))


def _payers_reading(by_kind: pl.DataFrame) -> str:
    first, last = by_kind.row(0, named=True), by_kind.row(-1, named=True)
    words = f"Of all kinds, {first['who']} lost most, {show_money(-first['moved'])} in all"
    if last["moved"] > 0:
        words += f", and {last['who']} won most, {show_money(last['moved'])}"
    return f"{words}."
