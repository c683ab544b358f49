"""The scorecard as a screen and as a figure: rows with verdicts, gates first in words, what fails shown as failing."""

from collections.abc import Iterable
from typing import Any

from unhedged.lab.scorecard import MISS, NOT_COMPUTABLE, PASS, Line, Score, Scorecard
from unhedged.lab.targets import GATE, ORDER, SCOPE, TARGET
from unhedged.report.page import look
from unhedged.report.page.parts import Figure, Grid
from unhedged.vocab.units import show_duration, show_number, show_rate

MARKS = {PASS: "pass", MISS: "MISS", NOT_COMPUTABLE: "–"}
COLOURS = {PASS: look.FUND, MISS: look.SHORT}
HEADS = ("row", "grade", "here, median", "95% interval", "passes within", "published", "verdict")


def value(unit: str, number: float | None) -> str:
    """Return a number of a row as it is printed."""
    if number is None:
        return "–"
    if unit == "share":
        return show_rate(number)
    if unit == "s":
        return show_duration(round(number) * 10**9)
    text = show_number(number)
    return f"{text}×" if unit == "times" else text


def finding(card: Scorecard) -> str:
    """Return the sentence a scorecard begins with."""
    if card.replicates == 0:
        return experiments_finding(card)
    held, missed, open_ = card.count(GATE)
    met, off, unknown = card.count(TARGET)
    gates = f"{held} of {held + missed + open_} gates hold"
    rows = f"{met} of {met + off + unknown} target rows lie within tolerance ({off} miss, {unknown} cannot be computed)"
    return (
        f"{gates}; {rows}; {card.cascaded} of {card.replicates} replicates cascaded. "
        "Medians over replicates, bounds included."
    )


def experiments_finding(card: Scorecard) -> str:
    """Return the sentence the rows of experiments begin with."""
    verdicts = [line.verdict for line in card.experiments]
    return (
        f"Experiments and calm days: {verdicts.count(PASS)} rows pass, {verdicts.count(MISS)} miss, "
        f"{verdicts.count(NOT_COMPUTABLE)} cannot be computed whole. "
        "The farthest of what a computation gave, with the range; of a sample its value, with a 95% interval."
    )


def cells(line: Line, score: Score | None) -> tuple[str, ...]:
    """Return the cells of one number of a row, or of a row that a run does not compute."""
    row = line.target
    if score is None:
        return ("–", "–", "–", row.target, line.why or "–")
    part = score.part
    interval = (
        "–"
        if score.low is None
        else f"{value(part.unit, score.low)} to {value(part.unit, score.high)}"
    )
    bounds = f"{value(part.unit, part.low)} to {value(part.unit, part.high)}"
    verdict = (
        MARKS[score.verdict]
        if score.verdict != NOT_COMPUTABLE
        else line.why or "nothing to measure it on"
    )
    return (value(part.unit, score.median), interval, bounds, row.target, verdict)


def _rows(card: Scorecard) -> list[tuple[str, ...]]:
    found = []
    for line in card.lines:
        row = line.target
        for n, score in enumerate(line.scores or (None,)):
            name = f"{row.id:>2} {row.what}" if n == 0 else "   …"
            detail = (
                f"{name}: {score.part.measure}"
                if score is not None and len(line.scores) > 1
                else name
            )
            found.append((detail, row.grade, *cells(line, score)))
    return found


def summary(card: Scorecard) -> str:
    """Return the scorecard as text: the finding, the rows of a run, those of experiments, then those that need something else."""
    lines = [finding(card), ""]
    titles = ((GATE, "Gates"), (TARGET, "Targets"), (ORDER, "Orders of magnitude"))
    if card.replicates > 0:
        for grade, title in titles:
            rows = [row for row in card.lines if row.target.scope == SCOPE]
            lines += [*_block(rows, grade, title), ""]
        lines += [experiments_finding(card), ""] if card.experiments else []
    for grade, title in titles[:2]:
        rows = list(card.experiments)
        lines += [*_block(rows, grade, title, "range or 95% interval"), ""] if rows else []
    other = [row for row in card.lines if row.target.scope != SCOPE and not row.scores]
    if other:
        lines.append("Not of this run")
    lines += [f"  {x.target.id:>2} {x.target.what} ({x.target.scope}): {x.why}" for x in other]
    return "\n".join(lines).rstrip("\n")


def _block(rows: Iterable[Line], grade: str, title: str, spread: str = "95% interval") -> list[str]:
    lines = [f"{title:<66}{'here':>12}{spread:>26}{'passes within':>24}  verdict"]
    for line in rows:
        if line.target.grade == grade:
            lines += _text(line)
    return lines


def _text(line: Line) -> list[str]:
    found = []
    single = len(line.scores) <= 1
    if not single or not line.scores:
        found.append(
            f"  {line.target.id:>2} {line.target.what}"
            + (f": {line.why}" if not line.scores else "")
        )
    for score in line.scores:
        here, interval, bounds, _, verdict = cells(line, score)
        name = (
            f"  {line.target.id:>2} {line.target.what}"
            if single
            else f"       {score.part.measure}"
        )
        found.append(f"{name:<66.66}{here:>12}{interval:>26}{bounds:>24}  {verdict}")
    return found


def figure(card: Scorecard) -> Figure:
    """Return every computed number where its bounds stand at −1 and 1: what lies between the lines passes."""
    drawn = [
        (line, score)
        for line in card.lines
        for score in line.scores
        if score.median is not None and score.part.high > score.part.low
    ]
    data = [
        _points(verdict, [pair for pair in drawn if pair[1].verdict == verdict])
        for verdict in (PASS, MISS)
    ]
    layout = look.layout(120 + 42 * len(drawn), hovermode="closest")
    layout["xaxis"] = look.axis(
        "between the bounds: −1 is the lower, 1 the upper", range=[-4.5, 4.5]
    )
    layout["yaxis"] = {"automargin": True, "autorange": "reversed", "tickfont": {"size": 11}}
    layout["shapes"] = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": x,
            "x1": x,
            "y0": 0,
            "y1": 1,
            "line": {"color": look.INDEX, "width": 1, "dash": "dot"},
        }
        for x in (-1, 1)
    ]
    return Figure(
        id="scorecard",
        question="How close is this to the day?",
        reading=finding(card),
        data=data,
        layout=layout,
        grid=Grid(heads=HEADS, rows=_rows(card), note="G gate, T target, O order of magnitude."),
        source="series, liquidations, adl, desks; bounds from the target file",
    )


def _points(verdict: str, pairs: list[tuple[Line, Score]]) -> dict[str, Any]:
    def at(score: Score, number: float | None) -> float:
        middle, half = (
            (score.part.low + score.part.high) / 2,
            (score.part.high - score.part.low) / 2,
        )
        return max(-4.3, min(4.3, ((number or 0.0) - middle) / half))

    middles = [at(score, score.median) for _, score in pairs]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": verdict,
        "x": look.shown(middles),
        "y": [look.wrapped(f"{line.target.id} {score.part.measure}") for line, score in pairs],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": look.shown(
                at(s, s.high) - x for (_, s), x in zip(pairs, middles, strict=True)
            ),
            "arrayminus": look.shown(
                x - at(s, s.low) for (_, s), x in zip(pairs, middles, strict=True)
            ),
            "color": look.INDEX,
            "thickness": 1.2,
            "width": 3,
        },
        "text": [
            f"{value(s.part.unit, s.median)}; published {line.target.target}" for line, s in pairs
        ],
        "hovertemplate": "%{y}<br>%{text}<extra></extra>",
        "marker": {
            "color": COLOURS[verdict],
            "size": 9,
            "symbol": "circle" if verdict == PASS else "x",
        },
    }
