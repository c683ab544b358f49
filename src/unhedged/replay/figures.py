"""A figure of a real event and where it comes from: worked out from rows, added up from a printed table, or only quoted."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tag(StrEnum):
    """How a figure was come by."""

    RECOMPUTED = "recomputed"  # by its definition, from rows of fills, accounts, seconds or coins
    SUMMED = "summed"  # added up, or taken apart, from a table that was published finished
    QUOTED = "quoted"  # read off; counts as reproduced never


class Basis(StrEnum):
    """Which of the two published reconstructions of account states a figure rests on."""

    FILLS = "the chain's fills"  # neither reconstruction, the same in both
    BEFORE = "before the position-size fix"  # HyperReplay; the wave tables of the paper
    AFTER = "after the position-size fix"  # HyperMultiAssetedADL; the table of shocks
    ARCHIVE = "your archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with its provenance.

    Attributes
    ----------
    id : str
        Unique within a replay: ``needed`` or ``needed.13``, the wave after the dot.
    words : str
        Definition, one phrase.
    value : float
        In ``unit``.
    unit : str
        ``usd``, ``count``, ``share``, ``ratio``, ``s`` or ``coins``.
    tag, basis
        How it was come by, and on which reconstruction it rests.
    source : str
        Table, or file and key, it was made from.
    published : float, optional
        What the publication prints for the same thing.
    part : (int, int), optional
        Rows present and rows of the whole table, where the data hold only a part: the value is then of that part.
    low, high : float, optional
        Bounds that certainly hold, where the value itself is not exact.
    """

    id: str
    words: str
    value: float
    unit: str
    tag: Tag
    basis: Basis
    source: str
    published: float | None = None
    part: tuple[int, int] | None = None
    low: float | None = None
    high: float | None = None

    @property
    def whole(self) -> bool:
        """Whether the figure is of the whole event."""
        return self.part is None or self.part[0] == self.part[1]

    @property
    def reproduced(self) -> bool | None:
        """Whether the published number came out, to the dollar; None where nothing was published.

        Dollars agree when they round to the same whole dollar or differ by less than half a dollar, other units when they
        differ by less than 10⁻⁹ of the number. A quoted figure and a figure of a part are not reproduced.
        """
        if self.published is None:
            return None
        if self.tag is Tag.QUOTED or not self.whole:
            return False
        if self.unit == "usd":
            return abs(self.value - self.published) < 0.5 or round(self.value) == round(
                self.published
            )
        return math.isclose(self.value, self.published, rel_tol=1e-9, abs_tol=1e-12)

    def to_json(self) -> dict[str, Any]:
        """Return the figure as plain data; what does not apply is left out."""
        found: dict[str, Any] = {
            "id": self.id,
            "words": self.words,
            "value": self.value,
            "unit": self.unit,
            "tag": self.tag.value,
            "basis": self.basis.value,
            "source": self.source,
        }
        if self.published is not None:
            found |= {"published": self.published, "reproduced": self.reproduced}
        if self.part is not None:
            found["rows"] = {"present": self.part[0], "whole": self.part[1]}
        if self.low is not None or self.high is not None:
            found["bounds"] = [self.low, self.high]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A published number beside ours, and the reason in one line."""

    published: Figure
    corrected: Figure
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return both figures and the reason as plain data."""
        return {
            "published": self.published.to_json(),
            "corrected": self.corrected.to_json(),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that cannot be computed from the data present, and what it would take."""

    what: str
    why: str

    def to_json(self) -> dict[str, str]:
        """Return it as plain data."""
        return {"what": self.what, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in the data, by file and row, and what was done about it.

    ``row`` counts from 1 with the header as row 1 in a table, and lines from 1 in an archive file; None where it is the whole
    file.
    """

    file: str
    row: int | None
    what: str
    then: str

    def __str__(self) -> str:
        """Return the line a user reads."""
        where = self.file if self.row is None else f"{self.file}, row {self.row:,}"
        return f"{where}: {self.what} {self.then}"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"file": self.file, "row": self.row, "what": self.what, "then": self.then}


def by_id(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return figures by id.

    Raises
    ------
    ValueError
        Two figures have one id.
    """
    found: dict[str, Figure] = {}
    for figure in figures:
        if figure.id in found:
            raise ValueError(f"two figures are called {figure.id}")
        found[figure.id] = figure
    return found


def clock(t_ms: int) -> str:
    """Return a time of day, UTC, with milliseconds, of Unix milliseconds."""
    second, ms = divmod(t_ms, 1_000)
    return f"{second // 3_600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.{ms:03}"
