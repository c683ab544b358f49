"""What a replay found, gathered from one subject after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any, SupportsFloat

import polars as pl

from unhedged.replay.definitions import define
from unhedged.replay.figures import Basis, Correction, Figure, Gap, Tag
from unhedged.replay.loading import EventData
from unhedged.replay.reading import Table


@dataclass(slots=True)
class Findings:
    """Figures, corrections, what could not be computed, and tables of rows by name."""

    figures: list[Figure] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def extend(self, other: "Findings") -> None:
        """Add what another subject found."""
        self.figures += other.figures
        self.corrections += other.corrections
        self.gaps += other.gaps
        self.rows |= other.rows

    def figure(self, name: str) -> Figure | None:
        """Return a figure by its id, None when it could not be computed."""
        return next((figure for figure in self.figures if figure.id == name), None)

    def add(self, table: Table | str, name: str, value: SupportsFloat, **fields: Any) -> Figure:
        """Add a figure made from a table, or from a document by the name of its file.

        Source, part and basis are the table's unless given; a figure is summed unless said otherwise. One that is no finite number
        is noted as a gap instead, and is part of no correction.
        """
        origin: dict[str, Any] = {"basis": Basis.FILLS}
        if isinstance(table, str):
            origin["source"] = table
        else:
            origin |= {"source": table.source, "part": table.part, "basis": table.basis}
        unit, words = define(name)
        figure = Figure(
            id=name,
            words=words,
            unit=unit,
            value=float(value),
            **{"tag": Tag.SUMMED, **origin, **fields},
        )
        if isfinite(figure.value):
            self.figures.append(figure)
        else:
            self.gaps.append(Gap(what=words, why="it would divide by nothing"))
        return figure

    def quote(self, source: str, name: str, value: SupportsFloat, **fields: Any) -> Figure:
        """Add a figure that was only read off a document."""
        return self.add(source, name, value, tag=Tag.QUOTED, **fields)

    def correct(self, published: Figure, corrected: Figure, reason: str) -> None:
        """Put a corrected number beside a published one."""
        self.corrections.append(Correction(published=published, corrected=corrected, reason=reason))

    def lacks(self, what: str, data: EventData, names: Iterable[str]) -> bool:
        """Return whether any of the tables or documents is absent, and if so note what cannot be computed."""
        absent = [name for name in names if not data.has(name)]
        if absent:
            self.gaps.append(Gap(what=what, why=f"not in the folder: {', '.join(absent)}"))
        return bool(absent)


def total(column: pl.Series) -> float:
    """Return the sum of a column as a plain number."""
    return float(column.sum())


def share(part: float, whole: float) -> float:
    """Return ``part / whole``, nan where the whole is zero."""
    return part / whole if whole else nan
