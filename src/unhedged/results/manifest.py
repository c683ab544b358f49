"""What a results folder says about itself: versions, source, plan, seed, machine, times, checks."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from unhedged import __version__
from unhedged.results.schema import SCHEMA_VERSION
from unhedged.vocab.errors import ResultsError

NAME = "manifest.json"
KIND = "unhedged results"
SOURCE_SUFFIXES = (".py", ".toml")
SHOWS_ONLY = ("api", "cli", "lab", "replay", "report", "reference", "web")
"""Rooms that read results or stand beside them: a word on a page is no reason to run again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The contents of ``manifest.json``."""

    kind: str  # always KIND
    schema: int
    scenario: str
    plan_hash: str
    source_hash: str
    seed: int
    replicates: int  # asked for
    keep: str
    versions: Mapping[str, str]
    machine: Mapping[str, Any]
    started: str  # UTC, ISO 8601
    finished: str | None = None
    seconds: float = 0.0
    checks: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the text of the file."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def read(folder: Path) -> Manifest:
    """Return the manifest of a results folder.

    Raises
    ------
    ResultsError
        Not a results folder, a damaged one, or one of another schema.
    """
    file = folder / NAME
    if not file.is_file():
        raise ResultsError(
            f"{folder} is not a results folder: it has no {NAME}.",
            hint="Results are written by unhedged run, into results/<scenario>-<hash>/.",
        )
    try:
        data = json.loads(file.read_text("utf-8"))
        manifest = Manifest(**data)
    except (ValueError, TypeError, OSError) as error:
        raise ResultsError(
            f"{file} is damaged: {error}.",
            hint="Run again with --force: it begins anew, and leaves files that are not its own.",
        ) from error
    if manifest.kind != KIND:
        raise ResultsError(f"{folder} was not written by unhedged.")
    if manifest.schema != SCHEMA_VERSION:
        raise ResultsError(
            f"{folder} has results of schema {manifest.schema}; this version reads {SCHEMA_VERSION}.",
            hint="Run the scenario again, or use the version that made it.",
        )
    return manifest


@cache
def source_hash() -> str:
    """Return the SHA-256 of the source and data files that results come from; see `digest_of`."""
    return digest_of(Path(str(resources.files("unhedged"))))


def digest_of(root: Path) -> str:
    """Return the SHA-256 of the source and data files below ``root`` by relative path, rooms of `SHOWS_ONLY` left out."""
    digest = hashlib.sha256()
    for file in sorted(p for p in root.rglob("*") if p.suffix in SOURCE_SUFFIXES):
        name = file.relative_to(root)
        if name.parts[0] not in SHOWS_ONLY:
            digest.update(name.as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that can change a result."""
    found = {"unhedged": __version__, "python": platform.python_version()}
    for name in ("numba", "llvmlite", "numpy", "polars"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def machine() -> dict[str, Any]:
    """Return what the machine is; no names, no paths."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count() or 1,
    }
