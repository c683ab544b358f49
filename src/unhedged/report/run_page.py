"""The page of a run: the answer, four numbers, what was run, what happened, how likely, checks, limits, how to repeat it."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import polars as pl

from unhedged.lab.scorecard import Scorecard
from unhedged.report import scorecard, screen
from unhedged.report.figures.backing import backing, payers
from unhedged.report.figures.carry import carry
from unhedged.report.figures.depth import depth
from unhedged.report.figures.desks import legs, unhedged
from unhedged.report.figures.families import families
from unhedged.report.figures.ledger import ledger
from unhedged.report.figures.price import price
from unhedged.report.figures.replicate import Replicate
from unhedged.report.figures.risk import risk
from unhedged.report.figures.spread import converged, spread
from unhedged.report.page.parts import Choice, Figure, Grid, Page, Section
from unhedged.report.words import LIMITS
from unhedged.results import headline

Row = Mapping[str, Any]
JUDGED = "adl_usd"
"""Measure by which the middle and the worst replicate are picked."""
NUMBERS = ("forced_usd", "adl_usd", "fund_draw_share", "desk_unhedged_usd")


def run_page(
    *,
    rows: Sequence[Row],
    tables: Callable[[str, int], pl.DataFrame],
    manifest: Mapping[str, Any],
    scenario: str,
    shown: str,
    command: str,
    card: Scorecard | None = None,
) -> Page:
    """Return the page of a run.

    Parameters
    ----------
    rows : sequence of mapping
        Headline rows, one a replicate; at least one.
    tables : callable
        Gives a table by name and replicate; its tables may be missing where a run kept less.
    manifest : mapping
        As `Results.manifest`.
    scenario, shown, command : str
        The scenario file, what ``unhedged show`` says of it, and what to type to repeat the run.
    card : Scorecard
        The run held against its day, where there is something to hold it against.
    """
    lines = [line for line in screen.finding(rows).splitlines() if line]
    chosen = choose(rows)
    complete = manifest["keep"] != "summary"
    sections = [
        Section(
            id="what",
            title="What was run",
            pre=command,
            folds={"What the scenario does": shown, "The scenario file": scenario},
        ),
        *([_happened(chosen, rows, tables)] if complete else []),
        *([_scored(card)] if card is not None else []),
        _likely(rows),
        _checks(manifest, rows),
        Section(id="limits", title="Limits", items=LIMITS),
    ]
    return Page(
        title=str(manifest["scenario"]),
        answer=lines[0],
        more=lines[1:],
        numbers=[
            _number(rows, name)
            for name in NUMBERS
            if any(row.get(name) is not None for row in rows)
        ],
        stamp=stamp(manifest, len(rows)),
        sections=sections,
    )


def choose(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return label and number of the replicates worth a look: the middle one and the one with most taken by ADL.

    Of an even number of replicates the lower middle one; ties go to the lower number.
    """
    if len(rows) == 1:
        return [("the replicate", int(rows[0]["replicate"]))]
    ordered = sorted(rows, key=lambda row: (row.get(JUDGED) or 0.0, row["replicate"]))
    middle, worst = ordered[(len(rows) - 1) // 2], ordered[-1]
    return [
        ("middle replicate", int(middle["replicate"])),
        ("worst replicate", int(worst["replicate"])),
    ]


def stamp(manifest: Mapping[str, Any], replicates: int) -> list[tuple[str, str]]:
    """Return what ties a page to a run: hashes, seed, version, day."""
    return [
        ("plan", str(manifest["plan_hash"])[:16]),
        ("source", str(manifest["source_hash"])[:16]),
        ("seed", str(manifest["seed"])),
        ("replicates", f"{replicates:,}"),
        ("unhedged", str(manifest["versions"]["unhedged"])),
        ("run", str(manifest["finished"] or manifest["started"])[:10]),
    ]


def figures(one: Replicate) -> list[Figure]:
    """Return the figures of one replicate that its tables allow."""
    found = [
        price(one),
        risk(one),
        families(one),
        depth(one),
        backing(one),
        legs(one),
        unhedged(one),
        payers(one),
        ledger(one),
        carry(one),
    ]
    return [figure for figure in found if figure is not None]


def _happened(
    chosen: Sequence[tuple[str, int]],
    rows: Sequence[Row],
    tables: Callable[[str, int], pl.DataFrame],
) -> Section:
    measures = {row["replicate"]: row for row in rows}

    def choice(drawn_as: tuple[str, int]) -> Choice:
        label, number = drawn_as
        one = Replicate(lambda name: tables(name, number), measures[number])
        note = f"Replicate {number} alone: one path out of many."
        drawn = [replace(figure, id=f"{figure.id}-{number}") for figure in figures(one)]
        return Choice(label=f"{label[:1].upper()}{label[1:]} ({number})", note=note, figures=drawn)

    # Polars works outside the interpreter's lock: two replicates are drawn in three quarters of the time, for twice the memory.
    with ThreadPoolExecutor() as pool:
        choices = list(pool.map(choice, chosen))
    if len(choices) == 1:
        return Section(
            id="happened",
            title="What happened",
            text=(choices[0].note,),
            figures=choices[0].figures,
        )
    text = (f"Picked by {headline.label(JUDGED)[:1].lower()}{headline.label(JUDGED)[1:]}.",)
    return Section(id="happened", title="What happened", text=text, choices=choices)


def _scored(card: Scorecard) -> Section:
    return Section(id="scorecard", title="Is it true?", figures=[scorecard.figure(card)])


def _likely(rows: Sequence[Row]) -> Section:
    names = screen.plain(screen.measures(rows))
    single = len(rows) == 1
    heads = ("measure", "value") if single else ("measure", "median", "5%", "95%")
    cells = [(headline.label(name), *screen.cells(rows, name)) for name in names]
    found = [spread(rows), converged(rows, JUDGED)]
    return Section(
        id="likely",
        title="The numbers" if single else "How likely",
        figures=[figure for figure in found if figure is not None],
        grids=[
            Grid(heads=heads, rows=cells),
            *(Grid(heads=heads_, rows=lines) for heads_, lines in screen.things(rows)),
        ],
    )


def _number(rows: Sequence[Row], name: str) -> tuple[str, str, str]:
    shown = screen.cells(rows, name)
    return headline.label(name), shown[0], "" if len(rows) == 1 else f"{shown[1]} to {shown[2]}"


def _checks(manifest: Mapping[str, Any], rows: Sequence[Row]) -> Section:
    checks = manifest["checks"]
    said = [
        f"{name.replace('_', ' ')}: {value:,}" if isinstance(value, int) else f"{name}: {value}"
        for name, value in checks.items()
    ]
    return Section(
        id="checks",
        title="Checks",
        items=[
            "Every movement of money has two sides, and all sums were checked to the last atom while the run went."
            if checks.get("ledger") == "balanced"
            else "The ledger was not balanced or not checked.",
            *said,
        ],
        folds={
            "Digests of the replicates": "\n".join(
                f"{row['replicate']:>4}  {row['sha256']}" for row in rows
            )
        },
    )
