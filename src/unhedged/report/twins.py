"""The screen of a comparison: what was changed, then what it did, with intervals."""

import math
from collections.abc import Sequence
from typing import Any

from unhedged.lab.amplification import Amplified
from unhedged.lab.compare import ENOUGH, Difference
from unhedged.results import headline
from unhedged.venues.ladder import first_difference
from unhedged.vocab.enums import LiquidationStep
from unhedged.vocab.units import MINUS, show_number, show_rate

MOST_CHANGES = 12


def summary(changes: Sequence[tuple[str, Any, Any]], differences: Sequence[Difference]) -> str:
    """Return what was changed and one row per measure: mean of either run, paired difference, 95 % interval."""
    lines = ["Changed:"]
    lines += [f"  {path}: {brief(a)} → {brief(b)}" for path, a, b in changes[:MOST_CHANGES]]
    if len(changes) > MOST_CHANGES:
        lines.append(f"  … and {len(changes) - MOST_CHANGES} more")
    if not changes:
        lines = ["The two plans are the same."]
    parted = ladders(changes)
    if parted:
        lines += ["", *(f"Ladders of {venue} part at {step}." for venue, step in parted)]
    if not differences:
        return "\n".join([*lines, "", "No replicate has a twin yet."])
    rows = [d for d in differences if d.clear or "." not in d.measure]
    width = max(len(headline.label(d.measure)) for d in rows) + 2
    lines += ["", finding(differences), ""]
    lines.append(f"{'':<{width}}{'base':>12}{'changed':>12}{'difference':>14}   95% interval")
    lines += [_row(d, width) for d in rows]
    if rest := len(differences) - len(rows):
        lines.append(
            f"{rest} more, of single books and venues, do not differ beyond chance: --json has them."
        )
    return "\n".join(lines)


def ladders(changes: Sequence[tuple[str, Any, Any]]) -> list[tuple[str, str]]:
    """Return venue and step for each venue whose liquidations take other steps in the two plans ``changes`` were found in.

    The step is the first that differs; see :func:`unhedged.venues.ladder.first_difference`. A venue that is in one plan alone
    has no ladder to part from.
    """
    found = []
    for path, base, other in changes:
        chapter, _, rest = path.partition(".")
        venue, _, name = rest.rpartition(".")
        if chapter == "venues" and name == "steps" and None not in (base, other):
            steps = [[LiquidationStep[step] for step in ladder] for ladder in (base, other)]
            found.append((venue, first_difference(*steps)))
    return found


def finding(differences: Sequence[Difference]) -> str:
    """Return the sentence a comparison ends with, and how much it was made from."""
    pairs = max(d.pairs for d in differences)
    if pairs == 1:
        return "One pair of twins: a difference, but no interval. Run more replicates."
    clear = [_inside(headline.label(d.measure)) for d in differences if d.clear]
    claim = (
        f"In {pairs} pairs of twins these differ beyond chance: {'; '.join(clear)}."
        if clear
        else f"No measure differs beyond chance in {pairs} pairs of twins."
    )
    method = f"Paired t-test at 5%, Holm's correction for {len(differences)} measures."
    few = f" Fewer than {ENOUGH} pairs: small effects stay unseen." if pairs < ENOUGH else ""
    return f"{claim}\n{method}{few}"


def amplification(found: Sequence[Amplified]) -> list[str]:
    """Return the lines of a comparison with and without the liquidation engine; nothing where it is none."""
    if not found:
        return []
    heads, *rows = amplified_rows(found)
    width = max(len(row[0]) for row in (heads, *rows)) + 2
    return [
        "",
        "Amplification: fall with the liquidation engine over fall without it",
        *(
            f"{row[0]:<{width}}{''.join(f'{cell:>14}' for cell in row[1:])}"
            for row in (heads, *rows)
        ),
    ]


def amplified_rows(found: Sequence[Amplified]) -> list[tuple[str, ...]]:
    """Return heads and one row an instrument: means of either run, their ratio, its least and largest of a pair."""
    rows: list[tuple[str, ...]] = [("", "engine on", "engine off", "factor", "least", "largest")]
    for one in found:
        factors = [_times(value) for value in (one.factor, one.low, one.high)]
        rows.append((one.instrument, show_rate(one.on), show_rate(one.off), *factors))
    return rows


def _times(value: float) -> str:
    return f"{show_number(value)}×" if math.isfinite(value) else "all of it"


def _inside(label: str) -> str:
    # A label within a sentence: "ADL" and names of instruments keep their capitals.
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _row(d: Difference, width: int) -> str:
    cells = (headline.show(d.measure, d.base), headline.show(d.measure, d.other))
    change = signed(d.measure, d.mean)
    return f"{headline.label(d.measure):<{width}}{cells[0]:>12}{cells[1]:>12} {change:>13}   {interval(d) or '–'}"


def interval(d: Difference) -> str:
    """Return the 95 % interval of a difference as text; nothing for a single pair."""
    if d.low is None or d.high is None:
        return ""
    return f"{signed(d.measure, d.low)} to {signed(d.measure, d.high)}"


def signed(measure: str, value: float) -> str:
    """Return a difference of ``measure`` with its sign."""
    text = headline.show(measure, value)
    return text if text.startswith(MINUS) or value == 0 else f"+{text}"


def brief(value: Any) -> str:
    """Return a value of a plan, cut where it is long."""
    text = "absent" if value is None else str(value)
    return text if len(text) <= 40 else text[:37] + "…"
