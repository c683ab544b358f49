"""Figures of a replayed event, from its plain data: when, how much beyond need, which policy, how it looks corrected."""

from collections.abc import Mapping, Sequence
from typing import Any

from unhedged.replay.figures import clock
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.report.replay_words import (
    asked,
    exact,
    largest_of_all,
    of_questions,
    show,
    show_count,
    show_dollars,
)
from unhedged.vocab.units import show_money, show_rate

Row = Mapping[str, Any]
MILLION, BPS = 1e6, 1e4
ASKED = {
    "complete group": "How hard would each policy have hit the accounts whose fills are there?",
    "synthetic population": "How hard would each policy have hit, had the waves met accounts like these?",
    "your archive": "How hard would each policy have hit in your archive?",
}
"""Questions by kind of winners."""


def profile(rows: Sequence[Row]) -> Figure:
    """Return ADL fills and the other forced rows second by second; ``rows`` are those of ``profile``."""
    seconds = [row["second"] for row in rows]
    fills = [row["adl"] for row in rows]
    layout = look.layout(340, barmode="stack")
    layout["xaxis"] = look.axis("seconds since the first row, 21:15:03 UTC")
    layout["yaxis"] = look.axis("rows a second")
    worst = max(rows, key=lambda row: row["adl"])
    return Figure(
        id="profile",
        question="When were winners closed?",
        reading=f"{show_count(worst['adl'])} of {show_count(sum(fills))} fills came in one second, {worst['second']} s after the "
        "first row.",
        data=[
            look.bars("ADL fills", seconds, fills, look.ADL, width=2.5),
            look.bars("transfers to vaults", seconds, [row["transfers"] for row in rows], look.LIQUIDATION, width=2.5),
        ],
        layout=layout,
        grid=Grid(
            heads=("second", "ADL fills", "transfers to vaults"),
            rows=[(str(r["second"]), show_count(r["adl"]), show_count(r["transfers"])) for r in rows],
        ),
        source="cascade_timing_results.json timeline; rows that are not ADL come in pairs, a transfer each",
    )  # fmt: skip


def waves(rows: Sequence[Row]) -> Figure:
    """Return needed and removed by wave."""
    names = [f"{row['wave']}, {clock(row['t_start_ms'])[:8]}" for row in rows]
    layout = look.layout(400, barmode="group")
    layout["xaxis"] = look.axis("wave and its first second, UTC", type="category", tickangle=-60)
    layout["yaxis"] = look.axis("$ million")
    over = max(rows, key=lambda row: row["overshoot"])
    below = sum(row["overshoot"] < 0 for row in rows)
    return Figure(
        id="waves",
        question="How much was needed, and how much was taken?",
        reading=f"Wave {over['wave']} alone took {show_money(over['overshoot'])} beyond need; {below} of {len(rows)} waves took less "
        "than was needed.",
        data=[
            look.bars("needed", names, [row["needed"] / MILLION for row in rows], look.FUND),
            look.bars("removed from winners", names, [row["removed"] / MILLION for row in rows], look.ADL),
        ],
        layout=layout,
        grid=Grid(
            heads=("wave", "from", "fills", "needed", "removed", "beyond need"),
            rows=[
                (
                    str(row["wave"]),
                    clock(row["t_start_ms"]),
                    "–" if row["fills"] is None else show_count(row["fills"]),
                    *(exact(row[name], "usd") for name in ("needed", "removed", "overshoot")),
                )
                for row in rows
            ],
        ),
        source="two_pass_equity_delta_by_wave.csv",
    )  # fmt: skip


def published_policies(rows: Sequence[Row]) -> Figure:
    """Return the published table of policies, as published and against the true optimum."""
    names = [look.wrapped(row["policy"]) for row in rows]
    layout = look.layout(150 + 44 * len(rows), barmode="group", hovermode="closest")
    layout["xaxis"] = look.axis("overshoot and fairness regret together, $ million")
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "tickfont": {"size": 11}}

    def across(name: str, key: str, colour: str) -> dict[str, Any]:
        values = look.shown(row[key] / MILLION for row in rows)
        return {"type": "bar", "orientation": "h", "name": name, "x": values, "y": names, "marker": {"color": colour}}  # fmt: skip

    least = min(rows, key=lambda row: row["total"])
    return Figure(
        id="published",
        question="Which published policy is best, once the yardstick is right?",
        reading=f"Against the true optimum it is {least['policy']}, at {show(least['total'], 'usd')}; as published it was "
        f"{min(rows, key=lambda row: row['total_published'])['policy']}.",
        data=[
            across("as published", "total_published", look.QUIET),
            across("against the true optimum", "total", look.MARK),
        ],
        layout=layout,
        grid=Grid(
            heads=("policy", "overshoot regret", "fairness, published", "fairness, corrected", "largest haircut, mean"),
            rows=[
                (
                    row["policy"],
                    *(show(row[name], "usd") for name in ("regret", "unfair_published", "unfair")),
                    show_rate(row["mean_largest_haircut"]),
                )
                for row in rows
            ],
        ),
        source="policy_per_wave_metrics.csv",
    )  # fmt: skip


def answers(rows: Sequence[Row], kind: str) -> Figure | None:
    """Return the 99th percentile of haircuts under each policy; None where nothing of the kind was asked."""
    every = [row for row in rows if row["kind"] == kind]
    some = [row for row in every if row["p99_haircut"] is not None]
    if not some:
        return None
    some.sort(key=lambda row: float(row["p99_haircut"]))
    layout = look.layout(120 + 26 * len(some), hovermode="closest", showlegend=False)
    layout["xaxis"] = look.axis("99th percentile of haircuts of equity, bps")
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "tickfont": {"size": 11}}
    names = [row["policy"] for row in some]
    beyond = [row for row in every if row["infinite"].get("p99_haircut")]
    unbounded = ", ".join(row["policy"] for row in beyond)
    return Figure(
        id=f"answers-{kind.replace(' ', '-')}",
        question=ASKED[kind],
        reading=f"All close the same lots. At the 99th percentile of winners {some[0]['policy']} takes least "
        f"({show_rate(some[0]['p99_haircut'])} of equity), {some[-1]['policy']} most ({show_rate(some[-1]['p99_haircut'])})."
        + (f" Infinite, and not drawn: {unbounded}." if beyond else ""),
        data=[
            {
                "type": "bar",
                "orientation": "h",
                "x": look.shown(row["p99_haircut"] * BPS for row in some),
                "y": [look.wrapped(name) for name in names],
                "marker": {"color": [look.MARK if name == "happened" else look.ADL for name in names]},
            }
        ],
        layout=layout,
        grid=policy_grid([*some, *(row for row in every if row["p99_haircut"] is None)]),
        source=f"questions of the kind: {kind} ({asked(some[0])})",
    )  # fmt: skip


def policy_grid(rows: Sequence[Row]) -> Grid:
    """Return policies with all that was measured of them."""
    return Grid(
        heads=(
            "policy",
            "accounts closed",
            "closed whole",
            "ten largest in notional",
            "largest haircut, mean",
            "largest haircut, maximum",
            "99th percentile, mean",
            "unfairness",
        ),
        rows=[
            (
                row["policy"],
                show_count(row["accounts"]),
                show_count(row["whole"]),
                of_questions(row, "top10_share", show_rate),
                of_questions(row, "largest_haircut", show_rate),
                largest_of_all(row),
                of_questions(row, "p99_haircut", show_rate),
                of_questions(row, "unfairness", show_dollars),
            )
            for row in rows
        ],
        note="Accounts and dollars added over the questions, shares averaged. Unfairness: largest haircut less the smallest possible one, "
        "times what was needed. Infinite (∞, in so many of the questions): something is taken of an account without equity.",
    )  # fmt: skip


def horizons(figures: Mapping[str, Row]) -> Figure | None:
    """Return the overshoot by the moment at which prices are taken; None where the tables do not say it."""
    points = [(0, figures["overshoot"]["value"])] if "overshoot" in figures else []
    for name, figure in figures.items():
        if name.startswith("overshoot.") and name.endswith("_ms"):
            points.append(
                (int(name.removeprefix("overshoot.").removesuffix("_ms")), figure["value"])
            )
    if len(points) < 2:
        return None
    points.sort()
    layout = look.layout(280, showlegend=False)
    layout["xaxis"] = look.axis("prices taken so many ms after the wave")
    layout["yaxis"] = look.axis("taken beyond need, $ million", rangemode="tozero")
    values = [value / MILLION for _, value in points]
    return Figure(
        id="horizons",
        question="Does it matter when one looks?",
        reading=f"It moves between {show_money(min(v for _, v in points))} and {show_money(max(v for _, v in points))}: prices go on "
        "moving after the close.",
        data=[look.line("overshoot", [at for at, _ in points], values, look.ADL, width=2)],
        layout=layout,
        grid=Grid(
            heads=("after the wave", "beyond need"),
            rows=[(f"{at:,} ms", exact(value, "usd")) for at, value in points],
        ),
        source="two_pass_equity_delta_by_wave.csv, five horizons",
    )
