"""Does the suite notice? One fault at a time in a copy of the package: ``python -m tests.faults.seed_faults [id ...]``.

Prints which test caught each fault, and keeps the answer in ``caught.json``. Takes about a minute a fault: kernels are compiled
anew, for every fault is other code.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/unhedged"
LIST = Path(__file__).with_name("faults.toml")
CAUGHT = Path(__file__).with_name("caught.json")
MISSED = "missed"


def faults() -> list[dict[str, Any]]:
    return list(tomllib.loads(LIST.read_text())["fault"])


def occurrences(fault: dict[str, Any]) -> int:
    return (PACKAGE / fault["file"]).read_text().count(fault["old"])


def seed(fault: dict[str, Any], folder: Path) -> None:
    """Copy the package to ``folder`` with one fault in it."""
    shutil.copytree(PACKAGE, folder / "unhedged", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "unhedged" / fault["file"]
    file.write_text(file.read_text().replace(fault["old"], fault["new"]))


def first_failure(tests: list[str], source: Path) -> str:
    """Run tests against the package in ``source``. Return the first that fails, `MISSED` when all pass."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--no-header",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        *tests,
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(source),
        "UNHEDGED_CACHE_DIR": str(source / "cache"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(source / "examples"),
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if found:
        return found.group(1)
    if done.returncode == 0:
        return MISSED
    raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])


def answer(fault: dict[str, Any]) -> str:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seed(fault, Path(folder))
        caught = first_failure(fault["tests"], Path(folder))
    print(f"{fault['id']:32} {time.monotonic() - started:5.0f} s  {caught}", flush=True)
    return caught


def main(chosen: list[str]) -> int:
    asked = [fault for fault in faults() if not chosen or fault["id"] in chosen]
    stale = [fault["id"] for fault in asked if occurrences(fault) != 1]
    if stale:
        print(f"no longer in the source exactly once: {', '.join(stale)}")
        return 1
    jobs = int(os.environ.get("JOBS", "2"))
    with ThreadPoolExecutor(jobs) as pool:
        answers = dict(zip([f["id"] for f in asked], pool.map(answer, asked), strict=True))
    known = json.loads(CAUGHT.read_text()) if CAUGHT.exists() else {}
    CAUGHT.write_text(json.dumps({**known, **answers}, indent=2) + "\n")
    missed = [name for name, caught in answers.items() if caught == MISSED]
    print(
        f"{len(answers) - len(missed)} of {len(answers)} caught; missed: {', '.join(missed) or 'none'}"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
