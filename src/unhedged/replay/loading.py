"""Whatever of the event's tables lies in a folder, checked; what is wrong is named, and what is missing is said."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from unhedged.replay.catalogue import TABLES, TableSpec, spec_of, stem_of
from unhedged.replay.documents import DOCUMENTS, MARKS_OF_BASIS, NEGATIVE_EQUITY
from unhedged.replay.figures import Basis, Problem
from unhedged.replay.folder import Listing, list_folder
from unhedged.replay.reading import Table, contents, join_parts, read_part

RECONSTRUCTIONS = (Basis.AFTER, Basis.BEFORE)
"""In order of preference: the later one mends a known fault of the earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventData:
    """What was found in a folder."""

    listing: Listing
    tables: Mapping[tuple[str, Basis], Table]
    documents: Mapping[tuple[str, Basis], Mapping[str, Any]]
    document_files: Mapping[tuple[str, Basis], str]
    problems: list[Problem] = field(default_factory=list)

    def table(self, name: str, basis: Basis | None = None) -> Table | None:
        """Return a table; of two reconstructions the one asked for, else the later one; None when it is not there."""
        for one in (basis,) if basis else (Basis.FILLS, *RECONSTRUCTIONS):
            if found := self.tables.get((name, one)):
                return found
        return None

    def document(self, name: str, basis: Basis | None = None) -> Mapping[str, Any] | None:
        """Return a document; None when it is not there."""
        for one in (basis,) if basis else (Basis.FILLS, *RECONSTRUCTIONS):
            if found := self.documents.get((name, one)):
                return found
        return None

    def has(self, name: str) -> bool:
        """Whether a table or document of this name is there."""
        return self.table(name) is not None or self.document(name) is not None

    def needed(self, name: str) -> Table:
        """Return a table that is known to be there."""
        table = self.table(name)
        if table is None:
            raise KeyError(name)
        return table

    @property
    def missing(self) -> list[TableSpec]:
        """Tables no part of which is there."""
        names = {name for name, _ in self.tables}
        return [spec for spec in TABLES if spec.name not in names]


def load_event(folder: Path) -> EventData:
    """Return the event's tables and documents found in a folder, at any depth.

    Parameters
    ----------
    folder : Path
        Several parts of one table (``NAME.part_a.csv``, ``NAME.part_b.csv.gz``) are one table, wherever they lie.

    Raises
    ------
    DataError
        There is no such folder.
    """
    listing = list_folder(
        folder,
        lambda file: spec_of(file) is not None,
        lambda file: file.endswith((".json", ".json.gz")) and stem_of(file) in DOCUMENTS,
    )
    problems = list(listing.problems)
    documents, files = _documents(listing, problems)
    beside = {
        PurePosixPath(file).parent: basis
        for (name, basis), file in files.items()
        if name == "summary"
    }
    return EventData(
        listing=listing,
        tables=_tables(listing, beside, problems),
        documents=documents,
        document_files=files,
        problems=problems,
    )


def _tables(
    listing: Listing, beside: Mapping[PurePosixPath, Basis], problems: list[Problem]
) -> dict[tuple[str, Basis], Table]:
    parts: dict[tuple[str, Basis], list[tuple[str, pl.DataFrame]]] = {}
    for file in listing.tables:
        spec = spec_of(file)
        if spec is None:
            continue
        basis = spec.basis or basis_of(file, beside)
        if basis is None:
            problems.append(_of_either(file))
            continue
        frame = read_part(listing.path(file), file, spec, problems)
        if frame is not None:
            parts.setdefault((spec.name, basis), []).append((file, frame))
    specs = {spec.name: spec for spec in TABLES}
    joined = {
        key: join_parts(specs[key[0]], key[1], found, problems) for key, found in parts.items()
    }
    return {key: table for key, table in joined.items() if table is not None}


def basis_of(file: str, beside: Mapping[PurePosixPath, Basis]) -> Basis | None:
    """Return the reconstruction a file belongs to that has one name in both.

    The summary in the same folder tells it; without one, the nearest folder above whose name says so; else None.
    """
    folder = PurePosixPath(file).parent
    if folder in beside:
        return beside[folder]
    for name in reversed(folder.parts):
        for mark, basis in MARKS_OF_BASIS.items():
            if mark in name.lower():
                return basis
    return None


def _of_either(file: str) -> Problem:
    return Problem(
        file=file,
        row=None,
        what="belongs to one of two reconstructions, and nothing says to which.",
        then="It was left out; put its realtime_analysis_summary.json beside it.",
    )


def _documents(
    listing: Listing, problems: list[Problem]
) -> tuple[dict[tuple[str, Basis], Mapping[str, Any]], dict[tuple[str, Basis], str]]:
    found: dict[tuple[str, Basis], Mapping[str, Any]] = {}
    files: dict[tuple[str, Basis], str] = {}
    for file in listing.documents:
        data = contents(listing.path(file), file, problems)
        if data is None:
            continue
        try:
            content = json.loads(data)
        except ValueError as error:
            what = f"is no JSON: {error}."
            problems.append(Problem(file=file, row=None, what=what, then="It was left out."))
            continue
        spec = DOCUMENTS[stem_of(file)]
        if lacking := spec.lacks(content):
            what = f"has no number {lacking}."
            problems.append(Problem(file=file, row=None, what=what, then="It was left out."))
            continue
        name, basis = spec.name, spec.basis or _basis_of_summary(content)
        if basis is None:
            problems.append(_of_either(file))
            continue
        if (name, basis) in found and found[name, basis] != content:
            what = f"says something else than {files[name, basis]}."
            problems.append(Problem(file=file, row=None, what=what, then="It was left out."))
            continue
        found.setdefault((name, basis), content)
        files.setdefault((name, basis), file)
    return found, files


def _basis_of_summary(content: Mapping[str, Any]) -> Basis | None:
    return NEGATIVE_EQUITY.get(content["key_findings"]["negative_equity_count"])
