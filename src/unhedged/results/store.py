"""A results folder: written whole or not at all, by one process at a time, and resumed where it stopped.

::

    results/<scenario>-<hash8>/
      manifest.json  scenario.toml  plan.json  lock
      replicates/0017/{series,liquidations,…}.parquet  checks.json  measured.json  replicate.json
      replicates.parquet

A replicate is written beside its place, synced, and renamed into it: a folder under ``replicates/`` is complete. What a
killed run leaves behind begins with a dot and is swept away by the next.
"""

import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from unhedged.results import manifest as manifests
from unhedged.results import reading, schema, whole
from unhedged.results.digest import tables_digest
from unhedged.results.disk import (
    replace_text,
    state_of,
    sync,
    whole_or_absent,
    write_frame,
    write_text,
)
from unhedged.results.manifest import Manifest
from unhedged.results.reading import TIME_OF_DAY
from unhedged.results.whole import CHECKS, LOCK, MEASURED, REPLICATES, ROW, SUMMARY
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.errors import ResultsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open results folder."""

    path: Path

    def manifest(self) -> Manifest:
        """Return what the folder says about itself."""
        return manifests.read(self.path)

    def finished(self) -> list[int]:
        """Return the numbers of all complete replicates, rising."""
        folder = self.path / REPLICATES
        return sorted(int(d.name) for d in folder.glob("[0-9]*") if whole.is_replicate(d))

    def write_replicate(
        self,
        replicate: int,
        tables: Mapping[str, pl.DataFrame],
        *,
        headline: Mapping[str, float | int | str | None],
        checks: Mapping[str, Any] | None = None,
        measured: Mapping[str, Any] | None = None,
        seconds: float = 0.0,
    ) -> str:
        """Write one replicate, whole or not at all.

        Parameters
        ----------
        replicate : int
            Its number, from 0.
        tables : mapping
            Frames by table name; tables left out are written empty, optional ones not at all.
        headline : mapping
            One number per measure, for ``replicates.parquet``.
        checks : mapping
            What was checked and counted while it ran.
        measured : mapping, optional
            What else was asked of the tables while they were at hand; `Store.measured` gives it back.
        seconds : float
            Time it took; not part of the digest.

        Returns
        -------
        str
            SHA-256 of the tables' contents.

        Raises
        ------
        ResultsError
            A table does not follow the schema, or the disk is full or cannot be written.
        """
        frames = {
            name: schema.conform(name, tables[name]) if name in tables else schema.empty(name)
            for name, table in schema.TABLES.items()
            if name in tables or not table.optional
        }
        unknown = [name for name in tables if name not in schema.TABLES]
        if unknown:
            raise ResultsError(f"There is no table {unknown[0]}.")
        digest = tables_digest(frames)
        row: dict[str, Any] = {
            "replicate": replicate,
            "seconds": seconds,
            "sha256": digest,
            **headline,
        }
        target = self.path / REPLICATES / f"{replicate:04}"
        aside = target.with_name(f".{replicate:04}-{os.getpid()}")
        with whole_or_absent(aside):
            aside.mkdir(parents=True)
            for name, frame in frames.items():
                write_frame(aside / f"{name}.parquet", frame, _metadata(name))
            write_text(aside / CHECKS, json.dumps(dict(checks or {})) + "\n")
            if measured is not None:
                write_text(aside / MEASURED, json.dumps(dict(measured), ensure_ascii=False) + "\n")
            row["files"] = whole.digests(aside)
            write_text(aside / ROW, json.dumps(row, ensure_ascii=False, allow_nan=True) + "\n")
            if target.exists():
                shutil.rmtree(target)
            aside.rename(target)
            sync(target.parent)
        return digest

    def row(self, replicate: int) -> dict[str, Any]:
        """Return the headline row of one replicate."""
        row = self._line(replicate)
        return {name: value for name, value in row.items() if name not in ("files", "bytes")}

    def measured(self, replicate: int) -> dict[str, Any] | None:
        """Return what the run itself asked of the tables of one replicate, None where it asked nothing.

        Raises
        ------
        ResultsError
            The file is not the one that was written.
        """
        noted = self._line(replicate).get("files", {}).get(MEASURED)
        if noted is None:
            return None
        file = self.path / REPLICATES / f"{replicate:04}" / MEASURED
        reading.must_be(file, noted)
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return found

    def _line(self, replicate: int) -> dict[str, Any]:
        file = self.path / REPLICATES / f"{replicate:04}" / ROW
        try:
            return dict(_line_of(file, *state_of(file)))
        except (OSError, ValueError, AttributeError, KeyError) as error:
            raise ResultsError(
                f"Replicate {replicate} is damaged or missing: {ROW} cannot be read.",
                hint="Run again to redo it.",
            ) from error

    def table(
        self,
        name: str,
        replicate: int | None = None,
        *,
        of: Sequence[int] | None = None,
        columns: Collection[str] | None = None,
        where: pl.Expr | None = None,
    ) -> pl.DataFrame:
        """Return table ``name`` of one replicate, or of all (or those in ``of``) with a column ``replicate`` in front.

        ``"replicates"`` is the table with one row per replicate. Dated scenarios get a column ``utc`` next to ``t_ns``. Columns
        not among ``columns``, where those are given, are not decoded; ``utc`` is one of them. Rows for which ``where``
        does not hold are left out too. The file is read whole once, for its digest.
        """
        if name == REPLICATES:
            return self.summary(of)
        if name not in schema.TABLES:
            raise ResultsError(
                f'There is no table "{name}".', hint=f"Tables: {', '.join(schema.TABLES)}."
            )
        unknown = set(columns or ()) - {*schema.TABLES[name].columns, TIME_OF_DAY}
        if unknown:
            raise ResultsError(
                f'Table {name} has no column "{min(unknown)}".',
                hint=f"Columns: {', '.join(schema.TABLES[name].columns)}.",
            )
        dated = columns is None or TIME_OF_DAY in columns
        if replicate is not None:
            found = self._read(name, replicate, columns, where)
            return self._with_utc(found) if dated else found
        frames = [
            self._read(name, n, columns, where).insert_column(
                0, pl.lit(n, pl.Int64).alias("replicate")
            )
            for n in (self.finished() if of is None else of)
        ]
        found = pl.concat(frames) if frames else schema.empty(name)
        return self._with_utc(found) if dated and frames else found

    def summary(self, of: Sequence[int] | None = None) -> pl.DataFrame:
        """Return one row per complete replicate (or those in ``of``): number, digest, seconds, every headline measure."""
        rows = [self.row(n) for n in (self.finished() if of is None else of)]
        return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame()

    def plan(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        return reading.plan_of(self.path)

    def checks(self) -> dict[str, Any]:
        """Return the checks of all replicates together: words that differ are listed, whole numbers are summed."""
        words: dict[str, set[str]] = {}
        sums: dict[str, int] = {}
        for n in self.finished():
            file = self.path / REPLICATES / f"{n:04}" / CHECKS
            reading.must_be(file, self._noted(n, CHECKS))
            try:
                found = json.loads(file.read_text("utf-8")).items()
            except (OSError, ValueError, AttributeError) as error:
                raise ResultsError(
                    f"{file} is damaged.", hint="Run again to redo the replicate."
                ) from error
            for name, value in found:
                if isinstance(value, str):
                    words.setdefault(name, set()).add(value)
                elif isinstance(value, int):
                    sums[name] = sums.get(name, 0) + value
        return {name: ", ".join(sorted(found)) for name, found in words.items()} | sums

    def finish(self, *, seconds: float) -> None:
        """Write ``replicates.parquet`` and close the manifest."""
        aside = self.path / f".{SUMMARY}"
        with whole_or_absent(aside):
            write_frame(aside, self.summary(), {})
            aside.rename(self.path / SUMMARY)
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        done = replace(
            self.manifest(), finished=ended, seconds=round(seconds, 3), checks=self.checks()
        )
        replace_text(self.path / manifests.NAME, done.to_json())

    def verify(self) -> list[str]:
        """Return what is wrong with the folder's contents, nothing when all is well."""
        manifest = self.manifest()
        wrong = whole.of_folder(self.path, manifest)
        for n in self.finished():
            wrong += self._verify(n)
        if not wrong and manifest.finished is not None:
            wrong += self._verify_summary()
        return wrong

    def _verify(self, n: int) -> list[str]:
        folder = self.path / REPLICATES / f"{n:04}"
        names = [p.stem for p in folder.glob("*.parquet")]
        try:
            row = self._line(n)
            for name, noted in row.get("files", {}).items():
                reading.must_be(folder / name, noted)
            found = tables_digest({name: self._read(name, n) for name in names})
        except ResultsError as error:
            return [str(error).splitlines()[0]]
        if found == row.get("sha256"):
            return []
        return [
            f"Replicate {n} has contents {found[:8]}…, written with {str(row.get('sha256'))[:8]}…."
        ]

    def _verify_summary(self) -> list[str]:
        try:
            same = pl.read_parquet(self.path / SUMMARY).equals(self.summary())
        except (pl.exceptions.PolarsError, OSError):
            return [f"{SUMMARY} is missing or damaged."]
        return [] if same else [f"{SUMMARY} is not what the replicates say."]

    def _read(
        self,
        name: str,
        replicate: int,
        columns: Collection[str] | None = None,
        where: pl.Expr | None = None,
    ) -> pl.DataFrame:
        noted = self._noted(replicate, f"{name}.parquet")
        folder = self.path / REPLICATES
        return reading.read(folder, name, replicate, columns=columns, where=where, noted=noted)

    def _noted(self, replicate: int, file: str) -> str | None:
        # The digest of a file of a replicate; an older version noted none.
        found: str | None = self._line(replicate).get("files", {}).get(file)
        return found

    def _with_utc(self, frame: pl.DataFrame) -> pl.DataFrame:
        return reading.with_time_of_day(frame, self.plan().get("start_utc"))


@lru_cache(maxsize=4096)
def _line_of(file: Path, *_state: int) -> dict[str, Any]:
    row = json.loads(file.read_text("utf-8"))
    return {"replicate": row.pop("replicate"), **row}


def folder_name(plan: RunPlan) -> str:
    """Return the name of a plan's results folder, ``<scenario>-<hash8>``."""
    return f"{plan.name}-{plan.hash()[:8]}"


def create(
    root: Path,
    plan: RunPlan,
    *,
    scenario_toml: str,
    replicates: int,
    keep: str,
    force: bool = False,
) -> Store:
    """Return the folder of ``plan`` under ``root``, new or to be resumed.

    Raises
    ------
    ResultsError
        The folder holds something else, or was made by other source code and ``force`` is not set.
    """
    path = root / folder_name(plan)
    old: Manifest | None = None
    if force:
        whole.clear(path)
    elif path.exists() and any(p.name != LOCK for p in path.iterdir()):
        old = manifests.read(path)
        _must_match(old, path, keep)
        whole.sweep(path)
    manifest = (
        replace(old, replicates=max(replicates, old.replicates), finished=None)
        if old is not None
        else Manifest(
            kind=manifests.KIND,
            schema=schema.SCHEMA_VERSION,
            scenario=plan.name,
            plan_hash=plan.hash(),
            source_hash=manifests.source_hash(),
            seed=plan.seed,
            replicates=replicates,
            keep=keep,
            versions=manifests.versions(),
            machine=manifests.machine(),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
        )
    )
    with whole_or_absent(path / ".new"):
        (path / REPLICATES).mkdir(parents=True, exist_ok=True)
    # The manifest first: with it the folder is ours, and a run killed here resumes.
    replace_text(path / manifests.NAME, manifest.to_json())
    replace_text(path / "scenario.toml", scenario_toml)
    text = json.dumps(plan.to_json(), indent=1, ensure_ascii=False)
    replace_text(path / "plan.json", text + "\n")
    return Store(path=path)


def open_store(path: Path | str) -> Store:
    """Return the results folder at ``path``.

    Raises
    ------
    ResultsError
        Not a results folder, a damaged one, or one of another schema.
    """
    store = Store(path=Path(path))
    store.manifest()
    return store


def _must_match(manifest: Manifest, path: Path, keep: str) -> None:
    ours = manifests.source_hash()
    if manifest.source_hash != ours:
        raise ResultsError(
            f"{path} was made by another version (source hash {manifest.source_hash[:4]}…, this is {ours[:4]}…).",
            hint="Redo it with --force, choose another --out, or use the version it was made with.",
        )
    if manifest.keep != keep:
        raise ResultsError(
            f"{path} keeps {manifest.keep!r}, this run {keep!r}: replicates would differ in their tables.",
            hint="Redo it with --force, or choose another --out.",
        )


def _metadata(name: str) -> dict[str, str]:
    table = schema.TABLES[name]
    units: Sequence[str] = [f"{c}={col.unit}" for c, col in table.columns.items() if col.unit]
    return {"unhedged.table": name, "unhedged.row": table.row, "unhedged.units": "; ".join(units)}
