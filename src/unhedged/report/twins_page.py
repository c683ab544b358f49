"""The page of a comparison: what was changed, what it did with intervals, and every pair."""

from collections.abc import Mapping, Sequence
from typing import Any

from unhedged.lab.amplification import Amplified
from unhedged.lab.compare import Difference
from unhedged.report import twins
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid, Page, Section
from unhedged.report.run_page import stamp
from unhedged.report.words import LIMITS
from unhedged.results import headline

Row = Mapping[str, Any]
MOST_PAIRED = 6


def twins_page(
    *,
    changes: Sequence[tuple[str, Any, Any]],
    differences: Sequence[Difference],
    base: Sequence[Row],
    other: Sequence[Row],
    manifests: Sequence[Mapping[str, Any]],
    amplified: Sequence[Amplified] = (),
) -> Page:
    """Return the page of two runs with equal random numbers.

    Parameters
    ----------
    changes : sequence of (path, base, other)
        What differs between the plans.
    differences : sequence of Difference
        One a measure; at least one.
    base, other : sequence of mapping
        Headline rows.
    manifests : pair of mapping
        Of the base and of the other run.
    amplified : sequence of Amplified
        Falls with the liquidation engine and without it, where that was changed.
    """
    clear = [d for d in differences if d.clear]
    shown = clear or list(differences)
    return Page(
        title=f"{manifests[0]['scenario']}: {headline_change(changes)}",
        answer=_answer(differences, clear),
        more=twins.finding(differences).splitlines(),
        numbers=[_number(d) for d in shown[:4]],
        stamp=_stamp(manifests),
        sections=[
            Section(
                id="changed",
                title="What was changed",
                text=("Same scenario, same random numbers; these values differ:",),
                grids=[
                    Grid(
                        heads=("where", "base", "changed"),
                        rows=[(path, twins.brief(a), twins.brief(b)) for path, a, b in changes],
                    )
                ],
            ),
            Section(
                id="did",
                title="What it did",
                figures=[_forest(differences), *_paired(shown, base, other)],
                grids=[_table(differences), *_amplified(amplified)],
            ),
            Section(id="limits", title="Limits", items=LIMITS),
        ],
    )


def _amplified(found: Sequence[Amplified]) -> list[Grid]:
    if not found:
        return []
    heads, *rows = twins.amplified_rows(found)
    note = (
        "Deepest fall of the mark over 20 s, means over pairs; least and largest factor of a pair."
    )
    return [Grid(heads=("fall of", *heads[1:]), rows=rows, note=note)]


def _answer(differences: Sequence[Difference], clear: Sequence[Difference]) -> str:
    # The measure that stands first on screen among those beyond chance, with its interval.
    if not clear:
        return f"No measure differs beyond chance in {max(d.pairs for d in differences)} pairs of twins."
    first = clear[0]
    return (
        f"{headline.label(first.measure)} changed by {twins.signed(first.measure, first.mean)} "
        f"(95% interval {twins.interval(first)}); {len(clear)} of {len(differences)} measures differ beyond chance."
    )


def _stamp(manifests: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    base, changed = (dict(stamp(m, m["replicates"])) for m in manifests)
    return [
        (key, base[key] if base[key] == changed[key] else f"{base[key]} | {changed[key]}")
        for key in base
    ]


def headline_change(changes: Sequence[tuple[str, Any, Any]]) -> str:
    """Return the first change as a title, and how many more there are."""
    if not changes:
        return "the same plan twice"
    path, a, b = changes[0]
    rest = f" and {len(changes) - 1} more" if len(changes) > 1 else ""
    return f"{path} {twins.brief(a)} → {twins.brief(b)}{rest}"


def _number(d: Difference) -> tuple[str, str, str]:
    return headline.label(d.measure), twins.signed(d.measure, d.mean), twins.interval(d)


def _table(differences: Sequence[Difference]) -> Grid:
    rows = [
        (
            headline.label(d.measure),
            headline.show(d.measure, d.base),
            headline.show(d.measure, d.other),
            twins.signed(d.measure, d.mean),
            twins.interval(d) or "–",
            f"{d.chance:.2g}",
            str(d.pairs),
        )
        for d in differences
    ]
    return Grid(
        heads=("measure", "base", "changed", "difference", "95% interval", "chance", "pairs"),
        rows=rows,
        note="Means over pairs. Chance: of a difference this large without an effect, adjusted by Holm for all measures together.",
    )


def _forest(differences: Sequence[Difference]) -> Figure:
    # Each difference as a share of the base's mean, so that dollars and hours stand on one axis.
    drawn = [d for d in differences if d.base and d.low is not None and d.high is not None]
    names = [look.wrapped(headline.label(d.measure)) for d in drawn]
    share = [100 * d.mean / abs(d.base) for d in drawn]
    above = [100 * ((d.high or 0.0) - d.mean) / abs(d.base) for d in drawn]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": look.shown(share),
            "y": names,
            "error_x": {
                "type": "data",
                "array": look.shown(above),
                "color": look.INDEX,
                "thickness": 1.2,
                "width": 3,
            },
            "marker": {"size": 8, "color": [look.MARK if d.clear else look.QUIET for d in drawn]},
            "text": [f"{twins.signed(d.measure, d.mean)} ({twins.interval(d)})" for d in drawn],
            "hovertemplate": "%{y}<br>%{text}<extra></extra>",
        }
    ]
    layout = look.layout(110 + 34 * len(drawn), hovermode="closest", showlegend=False)
    layout["xaxis"] = look.axis("change, % of the base's mean", range=_reach(drawn, share, above))
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "tickfont": {"size": 11}}
    clear = sum(d.clear for d in differences)
    return Figure(
        id="forest",
        question="What did the change do?",
        reading=f"{clear} of {len(differences)} measures differ beyond chance (black); bars are 95% intervals of each measure alone, cut at the edge where they are wider.",
        data=data,
        layout=layout,
        grid=Grid(
            heads=("measure", "change", "95% interval"),
            rows=[
                (headline.label(d.measure), f"{s:+.3g}%".replace("-", "−"), twins.interval(d))
                for s, d in zip(share, drawn, strict=True)
            ],
        ),
        source="replicates of both runs",
    )


def _reach(
    drawn: Sequence[Difference], share: Sequence[float], above: Sequence[float]
) -> list[float]:
    # As far as what is clear goes; an interval without a bound would squeeze the rest to a line.
    ends = [abs(s) + a for d, s, a in zip(drawn, share, above, strict=True) if d.clear]
    most = 1.15 * max([*ends, 10.0])
    return [-most, most]


def _paired(clear: Sequence[Difference], base: Sequence[Row], other: Sequence[Row]) -> list[Figure]:
    names = [d.measure for d in clear[:MOST_PAIRED]]
    right = {row["replicate"]: row for row in other}
    pairs = [(row, right[row["replicate"]]) for row in base if row["replicate"] in right]
    if len(pairs) < 2 or not names:
        return []
    data: list[dict[str, Any]] = []
    layout = look.layout(90 + 110 * len(names), showlegend=False, hovermode="closest")
    for n, (name, stretch) in enumerate(
        zip(names, look.panels([1.0] * len(names), gap=0.14), strict=True), 1
    ):
        number = str(n) if n > 1 else ""
        for a, b in pairs:
            if a.get(name) is not None and b.get(name) is not None:
                data.append(_pair(a, b, name, number))
        layout[f"yaxis{number}"] = {
            "domain": stretch,
            "tickvals": [0, 1],
            "ticktext": ["changed", "base"],
            "range": [-0.4, 1.4],
            "automargin": True,
        }
        layout[f"xaxis{number}"] = look.axis(headline.axis_title(name), anchor=f"y{number}")
    rows = [
        (
            str(a["replicate"]),
            *(f"{headline.show(m, a.get(m))} → {headline.show(m, b.get(m))}" for m in names),
        )
        for a, b in pairs
    ]
    return [
        Figure(
            id="pairs",
            question="Is it so in every pair?",
            reading=f"Each line joins a replicate and its twin, {len(pairs)} pairs.",
            data=data,
            layout=layout,
            grid=Grid(heads=("replicate", *(headline.label(m) for m in names)), rows=rows),
            source=f"replicates: {', '.join(names)}",
        )
    ]


def _pair(a: Row, b: Row, name: str, number: str) -> dict[str, Any]:
    text = f"replicate {a['replicate']}: {headline.show(name, a[name])} → {headline.show(name, b[name])}"
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": look.shown(float(row[name]) * headline.axis_unit(name)[0] for row in (a, b)),
        "y": [1, 0],
        "text": [text, text],
        "hovertemplate": "%{text}<extra></extra>",
        "line": {"color": look.QUIET, "width": 1},
        "marker": {"color": [look.MARK, look.SHORT], "size": 6},
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
    }
