"""Two figures of one run, their ratio, and a table of such rows.

Neither side is measured here: a script hands over what `unhedged.engine.bench_*` or a timed call found.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from statistics import median
from typing import Any

from unhedged.engine.bench_measure import conditions, conditions_text, figure

ROUNDS = 5
"""Times that both sides take their turn, one after the other, so that other work on the machine meets both."""
HEAD = ("what", "goal", "unhedged", "beside", "its figure", "times as fast (lowest to highest)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One comparison: the values of both sides in ``unit``, one for each round."""

    what: str
    unit: str
    ours: Sequence[float]
    beside: str
    theirs: Sequence[float]
    more_is_better: bool = False
    goal: str = ""
    note: str = ""
    """What was checked to be equal, and what the figure leaves out."""

    @property
    def ratio(self) -> float:
        """How many times as fast the project is, from the medians; below 1 it is slower."""
        return self._times(median(self.ours), median(self.theirs))

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and highest ratio of the rounds; of all pairs where the sides had no common rounds."""
        paired = len(self.ours) == len(self.theirs)
        pairs = (
            zip(self.ours, self.theirs, strict=True) if paired else product(self.ours, self.theirs)
        )
        ratios = [self._times(*pair) for pair in pairs]
        return min(ratios), max(ratios)

    def _times(self, ours: float, theirs: float) -> float:
        return ours / theirs if self.more_is_better else theirs / ours

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        low, high = self.spread
        again = f" ({figure(low)} to {figure(high)})" if low != high else ""
        return (
            self.what,
            self.goal,
            f"{figure(median(self.ours))} {self.unit}",
            self.beside,
            f"{figure(median(self.theirs))} {self.unit}",
            f"{figure(self.ratio)}{again}",
        )


def alternate(*sides: Callable[[], float], rounds: int = ROUNDS) -> list[list[float]]:
    """Return one list of values for each side; in every round each side takes one turn."""
    values: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds):
        for side, found in zip(sides, values, strict=True):
            found.append(side())
    return values


def seconds_of(action: Callable[[], Any]) -> float:
    """Return the CPU seconds this thread spends in one call."""
    started = time.thread_time()
    action()
    return time.thread_time() - started


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table, their notes below it."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(HEAD))]
    lines = [_line(line, widths) for line in cells]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    notes = dict.fromkeys(f"- {row.what}: {row.note}" for row in rows if row.note)
    return "\n".join([*lines, "", *notes])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def measured(measure: Callable[[], Iterable[Row]]) -> list[tuple[Row, float | None]]:
    """Return the rows, each with the load average of the machine after it."""
    return [(row, conditions()["load"]) for row in measure()]


def measured_in(script: str) -> list[tuple[Row, float | None]]:
    """Return the rows of a script of this folder."""
    return measured(import_module(f"benchmarks.{script}").compare)


def report(rows: Sequence[tuple[Row, float | None]]) -> str:
    """Return the conditions, the load of the machine during the rows, and the table."""
    loads = [load for _, load in rows if load is not None]
    load = f"load {min(loads):.1f} to {max(loads):.1f}, this run included\n" if loads else ""
    head = conditions_text(conditions() | {"load": None})
    return f"{head}\n{load}\n{table([row for row, _ in rows])}"


def show(measure: Callable[[], Iterable[Row]]) -> None:
    """Measure and print."""
    print(report(measured(measure)))
