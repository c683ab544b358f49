"""Tables of a replicate as they are read from the disk: the columns and rows that are asked for, and the time of day."""

import json
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from unhedged.results import schema
from unhedged.results.disk import digest_of_file, read_frame
from unhedged.vocab.errors import ResultsError

TIME_OF_DAY = "utc"
"""Column of the time of day in tables of dated scenarios, computed from ``t_ns``."""
REDO = "Run the scenario again as before: it redoes a replicate with a damaged file, and no other."
"""What to do about a damaged file."""


def read(
    folder: Path,
    name: str,
    replicate: int,
    *,
    columns: Collection[str] | None = None,
    where: pl.Expr | None = None,
    noted: str | None = None,
) -> pl.DataFrame:
    """Return table ``name`` of one replicate under ``folder``, as its schema says.

    Parameters
    ----------
    folder : path
        Where replicates lie.
    name : str
        A table of `schema.TABLES`.
    replicate : int
        Its number.
    columns : collection of str, optional
        The only ones to read; `TIME_OF_DAY` among them is no column of a file.
    where : expression, optional
        Rows for which it does not hold are not read.
    noted : str, optional
        SHA-256 of the file as it was written; an older version noted none.

    Raises
    ------
    ResultsError
        The replicate has no such table, or a damaged one.
    """
    file = folder / f"{replicate:04}" / f"{name}.parquet"
    if not file.is_file():
        raise ResultsError(
            f"Replicate {replicate} has no table {name}.",
            hint="Keep it with --keep all."
            if schema.TABLES[name].optional
            else "Run again to redo it.",
        )
    must_be(file, noted)
    wanted = None if columns is None else [one for one in columns if one != TIME_OF_DAY]
    try:
        return schema.conform(name, read_frame(file, wanted, where), wanted)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ResultsError(
            f"{file} is damaged: {str(error).splitlines()[0]}.", hint=REDO
        ) from error


def must_be(file: Path, noted: str | None) -> None:
    """Hold a file of a replicate against the digest ``noted`` when it was written, where there is one.

    Raises
    ------
    ResultsError
        It is another file, or cannot be read.
    """
    try:
        found = None if noted is None else digest_of_file(file)
    except OSError as error:
        raise ResultsError(f"{file} cannot be read: {error.strerror}.", hint=REDO) from error
    if found != noted:
        raise ResultsError(
            f"{file} is damaged: its SHA-256 is {str(found)[:8]}…, it was written with {str(noted)[:8]}….",
            hint=REDO,
        )


def with_time_of_day(frame: pl.DataFrame, start_utc: str | None) -> pl.DataFrame:
    """Return ``frame`` with `TIME_OF_DAY` in front, where the scenario has a date and the frame a time."""
    if start_utc is None or "t_ns" not in frame.columns:
        return frame
    origin = pl.lit(datetime.fromisoformat(start_utc)).cast(pl.Datetime("ns", "UTC"))
    utc = (origin + pl.duration(nanoseconds="t_ns")).alias(TIME_OF_DAY)
    return frame.with_columns(utc).select(TIME_OF_DAY, pl.exclude(TIME_OF_DAY))


def plan_of(folder: Path) -> dict[str, Any]:
    """Return the plan of a results folder as plain values.

    Raises
    ------
    ResultsError
        It is missing or damaged.
    """
    file = folder / "plan.json"
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        found["news"]  # of every plan
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ResultsError(
            f"{file} is missing or damaged.", hint="Run again with --force to make the folder anew."
        ) from error
    return found
