"""Words and numbers of a replayed event, shared by its screen and its page."""

from collections.abc import Callable, Mapping
from typing import Any

from unhedged.vocab.units import MINUS, show_money, show_number, show_rate

Row = Mapping[str, Any]

KINDS = {
    "complete group": "Policies on complete groups of fills: the same accounts, the same lots",
    "synthetic population": "Policies on a synthetic population of each wave (drawn; docs say how)",
    "your archive": "Policies on your archive, largest groups of fills",
}
"""Kinds of winners that policies are asked about, with a title."""


def finding(found: Row) -> str:
    """Return the sentence of a replay: what was taken beyond need, of how much, by which definition."""
    figures = {figure["id"]: figure for figure in found["figures"]}
    over, removed = figures.get("overshoot"), figures.get("removed")
    if over and removed:
        waves, above = found.get("waves", []), figures.get("overshoot_above", over)
        return (
            f"{_beyond(over['value'])} in {len(waves)} waves: equity removed against a "
            f"path without ADL ({show_money(removed['value'])}) less the gap between mark and execution "
            f"({show_money(figures['needed']['value'])}); waves that took too much took {show_money(above['value'])}."
        )
    if over := figures.get("archive_overshoot.0_ms"):
        return (
            f"{_beyond(over['value'])} in {len(found.get('archive_waves', []))} waves of your archive "
            f"({show_count(figures['archive_adl']['value'])} ADL fills): equity removed against a path without ADL "
            f"({show_money(figures['archive_removed']['value'])}) less the gap between mark and execution "
            f"({show_money(figures['archive_needed']['value'])})."
        )
    if notional := figures.get("notional"):
        return f"{show_money(notional['value'])} of profitable positions was closed by ADL."
    return "The tables that say what was taken beyond need are not in the folder."


def _beyond(dollars: float) -> str:
    if dollars < 0:
        return f"{show_money(-dollars)} less was taken from winners than was needed"
    return f"{show_money(dollars)} was taken from winners beyond need"


def of_questions(row: Row, name: str, printer: Callable[[float], str]) -> str:
    """Return a measure over several questions: in how many it is infinite, or its value; `asked` says in how many it is known."""
    if infinite := row["infinite"].get(name, 0):
        return f"∞, {infinite} of {row['questions']}"
    return "–" if row[name] is None else printer(row[name])


def asked(row: Row) -> str:
    """Return how many questions were asked, and in how many of them haircuts are known where not in all."""
    known = row["known"]["largest_haircut"]
    some = "" if known == row["questions"] else f", haircuts known in {known}"
    return f"{row['questions']} asked{some}"


def largest_of_all(row: Row) -> str:
    """Return the largest haircut of any question."""
    if row["infinite"].get("largest_haircut"):
        return "∞"
    return "–" if row["maximum_haircut"] is None else show_rate(row["maximum_haircut"])


def show(value: float, unit: str) -> str:
    """Return a figure's value for people."""
    printers = {"usd": show_dollars, "share": show_rate, "ratio": show_number, "s": _seconds}
    return printers.get(unit, show_count)(value)


def show_dollars(value: float) -> str:
    """Return dollars for people; less than half a cent is rounding of sums of floats and shown as nothing."""
    return show_money(value if abs(value) >= 0.005 else 0.0)


def exact(value: float, unit: str) -> str:
    """Return a figure's value in full: whole dollars, four digits of a share."""
    if unit == "usd":
        return f"{MINUS if round(value) < 0 else ''}${abs(round(value)):,}"
    return f"{value:,.4f}" if unit in ("share", "ratio") else show_count(value)


def show_count(value: float) -> str:
    """Return a whole number with separators."""
    return f"{round(value):,}".replace("-", MINUS)


def name_of(name: str) -> str:
    """Return a figure's id for people."""
    head, _, rest = name.partition(".")
    place = f"wave {rest}" if rest.isdecimal() else rest
    return ", ".join(part.replace("_", " ") for part in (head, place) if part)


def where(problem: Row) -> str:
    """Return the file and row of a problem."""
    row = problem["row"]
    return str(problem["file"]) if row is None else f"{problem['file']}, row {row:,}"


def corrected_name(published: Row) -> str:
    """Return what a corrected number is called: the figure, and of a part how much of it is there."""
    return name_of(published["id"]) + (f" ({why_not(published)})" if "rows" in published else "")


def why_not(figure: Row) -> str:
    """Return why a published number does not come out."""
    part = figure.get("rows")
    return f"{part['present']:,} of {part['whole']:,} rows here" if part else "does not come out"


def _seconds(value: float) -> str:
    return f"{value:,.1f} s" if value < 120 else f"{value / 60:,.1f} min"
