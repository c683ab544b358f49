"""Parts of a table, read with every cell checked; what cannot be read is named by file and row and left out."""

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from unhedged.replay.catalogue import FLAG, NUMBER, TEXT, WHOLE, TableSpec
from unhedged.replay.figures import Basis, Problem

LEFT_OUT = "It was left out."
FILE, ROW = "file", "row"
"""Columns every table gets: where a row came from; the header is row 1."""
EXPECTED = {
    NUMBER: "a finite number",
    WHOLE: "a whole number",
    FLAG: "True or False",
    TEXT: "a text",
}
_FLAGS = {"True": True, "False": False, "true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the event as far as it is present.

    Attributes
    ----------
    frame : polars.DataFrame
        The spec's columns, then ``file`` and ``row``.
    files : tuple of str
        Parts it was put together from.
    basis : Basis
        Reconstruction it rests on.
    """

    spec: TableSpec
    frame: pl.DataFrame
    files: tuple[str, ...]
    basis: Basis

    @property
    def part(self) -> tuple[int, int] | None:
        """Rows present and rows of the whole; None where the whole is present."""
        whole = self.spec.whole
        return None if whole is None or self.frame.height >= whole else (self.frame.height, whole)

    @property
    def source(self) -> str:
        """The table's name in the publication, and how much of it is there."""
        name = self.files[0].rsplit("/", 1)[-1]
        return name if len(self.files) == 1 else f"{name} and {len(self.files) - 1} more"


def contents(path: Path, file: str, problems: list[Problem]) -> bytes | None:
    """Return a file's bytes, unpacked; None, and a problem, when it cannot be read or is cut short."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        cut = isinstance(error, EOFError)
        what = "ends before its end: it is cut short." if cut else f"cannot be read: {error}."
        problems.append(Problem(file=file, row=None, what=what, then=LEFT_OUT))
        return None


def read_part(
    path: Path, file: str, spec: TableSpec, problems: list[Problem]
) -> pl.DataFrame | None:
    """Return one part of a table; None, and a problem, when any required cell is not what it should be."""
    data = contents(path, file, problems)
    if data is None:
        return None
    try:
        raw = pl.read_csv(io.BytesIO(data), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        problems.append(_torn(file, data, error))
        return None
    missing = [name for name in spec.columns if name not in raw.columns]
    if missing:
        problems.append(
            Problem(
                file=file,
                row=1,
                what=f"has no column {', '.join(missing)}.",
                then=f'It was left out; the table "{spec.name}" needs {", ".join(spec.columns)}.',
            )
        )
        return None
    kinds = {**spec.columns, **{k: v for k, v in spec.optional.items() if k in raw.columns}}
    frame = raw.select(_typed(name, kind) for name, kind in kinds.items())
    for name in spec.columns:
        bad = _first_bad(frame[name])
        if bad is not None:
            problems.append(_cell(file, bad, name, raw[name][bad], spec))
            return None
    numbered = pl.Series(ROW, range(2, frame.height + 2), dtype=pl.Int64)
    return frame.with_columns(pl.lit(file).alias(FILE), numbered)


def join_parts(
    spec: TableSpec,
    basis: Basis,
    parts: Sequence[tuple[str, pl.DataFrame]],
    problems: list[Problem],
) -> Table | None:
    """Return the table its parts make up; None, and a problem, when a row stands twice.

    A file all of whose rows stand in other files, alike in every column, is named and not counted a second time. Any other
    repetition leaves the table out: which of two rows holds is not for us to choose.
    """
    kept: list[tuple[str, pl.DataFrame]] = []
    for file, frame in sorted(parts, key=lambda part: (-part[1].height, part[0])):
        if frame.is_empty():
            what = "has headings and no rows."
            problems.append(Problem(file=file, row=None, what=what, then=LEFT_OUT))
            continue
        copy = _copy(spec, file, frame, [part for _, part in kept])
        if copy is None:
            kept.append((file, frame))
        else:
            problems.append(copy)
    if not kept:
        return None
    kept.sort(key=lambda part: part[0])
    frame = pl.concat([part for _, part in kept], how="diagonal")
    twice = frame.filter(~pl.struct([*(spec.key or spec.columns)]).is_first_distinct())
    if twice.height:
        problems.append(_twice(spec, frame, twice))
        return None
    return Table(spec=spec, frame=frame, files=tuple(file for file, _ in kept), basis=basis)


def _copy(
    spec: TableSpec, file: str, frame: pl.DataFrame, others: Sequence[pl.DataFrame]
) -> Problem | None:
    # A file all of whose rows stand in others already, alike in every column.
    if not others:
        return None
    known, alike = pl.concat(others, how="diagonal"), [*spec.columns]
    if frame.join(known, on=alike, how="anti", nulls_equal=True).height:
        return None
    first = frame.head(1).join(known, on=alike, how="inner", nulls_equal=True)
    what = f"and every row after it stand already in {first['file_right'][0]}."
    return Problem(file=file, row=2, what=what, then="The copy was not counted.")


def _typed(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == NUMBER:
        number = column.str.strip_chars().cast(pl.Float64, strict=False)
        return pl.when(number.is_finite()).then(number).alias(name)
    if kind == WHOLE:
        return column.str.strip_chars().cast(pl.Int64, strict=False)
    if kind == FLAG:
        return column.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    return column


def _first_bad(typed: pl.Series) -> int | None:
    return typed.is_null().arg_max() if typed.null_count() else None


def _cell(file: str, row: int, name: str, value: str | None, spec: TableSpec) -> Problem:
    shown = "empty" if value is None else f'"{value}"'
    return Problem(
        file=file,
        row=row + 2,
        what=f"{name} is {shown}; {EXPECTED[spec.columns[name]]} is expected.",
        then="The file was left out.",
    )


def _torn(file: str, data: bytes, error: Exception) -> Problem:
    # The row is looked for only when something is wrong.
    rows = csv.reader(io.StringIO(data.decode("utf-8", errors="replace")))
    header = next(rows, None)
    if header is None:
        return Problem(file=file, row=1, what="is empty.", then=LEFT_OUT)
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            what = f"has {len(row)} cells under {len(header)} headings."
            return Problem(file=file, row=number, what=what, then="The file was left out.")
    what = f"cannot be read as a table: {str(error).splitlines()[0]}."
    return Problem(file=file, row=None, what=what, then=LEFT_OUT)


def _twice(spec: TableSpec, frame: pl.DataFrame, twice: pl.DataFrame) -> Problem:
    key = spec.key or tuple(spec.columns)
    second = twice.row(0, named=True)
    first = frame.join(twice.head(1), on=key, how="semi", nulls_equal=True).row(0, named=True)
    named = ", ".join(f"{name} {second[name]}" for name in key[:3])
    return Problem(
        file=second[FILE],
        row=second[ROW],
        what=f"repeats {named} of {first[FILE]}, row {first[ROW]:,} ({twice.height:,} rows stand twice).",
        then=f'The table "{spec.name}" was left out: which row holds is not for us to choose.',
    )
