"""What of a results folder is ours, and whether it is whole.

Only names written by this package are ever removed: a user's own files in the folder stay where they are. The digest of each file
of a replicate but the one that notes them is noted when it is written: whoever reads one holds it against that, and before a run
resumes all are. The noting file itself, `replicate.json`, is held against ``replicates.parquet`` by `unhedged check`.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from unhedged.results import manifest as manifests
from unhedged.results import schema
from unhedged.results.disk import digest_of_file
from unhedged.results.manifest import Manifest
from unhedged.scenario.plan import hash_of
from unhedged.vocab.errors import ResultsError

REPLICATES = "replicates"
SUMMARY = "replicates.parquet"
ROW = "replicate.json"
CHECKS = "checks.json"
MEASURED = "measured.json"
LOCK = "lock"
PLAN = "plan.json"
SCENARIO = "scenario.toml"
FILES = (manifests.NAME, SCENARIO, PLAN, SUMMARY)
"""What lies in a results folder beside the replicates and the lock."""
_NUMBER = re.compile(r"[0-9]{4,}")
_ASIDE = re.compile(r"\.[0-9]{4,}-[0-9]+")


def is_replicate(folder: Path) -> bool:
    """Return whether ``folder`` holds a complete replicate."""
    return _NUMBER.fullmatch(folder.name) is not None and (folder / ROW).is_file()


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in a replicate's folder by its name, `ROW` left out: they are noted there."""
    names = sorted(file.name for file in folder.iterdir() if file.name in _ours())
    return {name: digest_of_file(folder / name) for name in names if name != ROW}


def clear(path: Path) -> None:
    """Remove what this package wrote under ``path``, and nothing else; a folder without any of it is refused.

    Raises
    ------
    ResultsError
        Files of others, and no manifest.
    """
    if not path.exists() or all(entry.name == LOCK for entry in path.iterdir()):
        return
    if not (path / manifests.NAME).is_file():
        manifests.read(path)  # says that it is no results folder
    for name in FILES:
        (path / name).unlink(missing_ok=True)
        (path / f".{name}").unlink(missing_ok=True)
    for folder in (path / REPLICATES).glob("*"):
        if _NUMBER.fullmatch(folder.name) or _ASIDE.fullmatch(folder.name):
            _remove(folder)


def sweep(path: Path) -> None:
    """Remove what a killed run left half written, and replicates that are no longer what was written.

    Only under the lock, so nobody is writing there.
    """
    for folder in (path / REPLICATES).glob("*"):
        half = _ASIDE.fullmatch(folder.name) is not None
        if half or (_NUMBER.fullmatch(folder.name) and not _is_intact(folder)):
            _remove(folder)


def of_folder(path: Path, manifest: Manifest) -> list[str]:
    """Return what is missing or foreign among the files beside the replicates."""
    wrong = [f"{name} is missing." for name in (SCENARIO, PLAN) if not (path / name).is_file()]
    if manifest.finished is not None and not (path / SUMMARY).is_file():
        wrong.append(f"{SUMMARY} is missing.")
    if (path / PLAN).is_file() and _hash_of(path / PLAN) != manifest.plan_hash:
        wrong.append(f"{PLAN} is not the plan of the manifest.")
    broken = [d.name for d in (path / REPLICATES).glob("[0-9]*") if _NUMBER.fullmatch(d.name)]
    wrong += [
        f"{REPLICATES}/{name} has no {ROW}."
        for name in sorted(broken)
        if not is_replicate(path / REPLICATES / name)
    ]
    return wrong


def _hash_of(plan: Path) -> str:
    try:
        return hash_of(json.loads(plan.read_text("utf-8")))
    except (OSError, ValueError):
        return ""


def _is_intact(folder: Path) -> bool:
    try:
        row: Any = json.loads((folder / ROW).read_text("utf-8"))
        return bool(row["replicate"] == int(folder.name) and row["files"] == digests(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _ours() -> set[str]:
    return {ROW, CHECKS, MEASURED, *(f"{name}.parquet" for name in schema.TABLES)}


def _remove(folder: Path) -> None:
    # File by file: whatever else somebody put there stays, and the folder with it.
    names = _ours()
    foreign = [f for f in folder.iterdir() if f.name not in names] if folder.is_dir() else [folder]
    if not foreign:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in names:
        (folder / name).unlink(missing_ok=True)
    if _NUMBER.fullmatch(folder.name):
        raise ResultsError(
            f"{folder} holds a file that is not ours: {foreign[0].name}.",
            hint="Move it away and run the same command again.",
        )
