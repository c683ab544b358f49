"""What a golden run is: a plan, its replicate, and everything of its outcome that is pinned."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from unhedged.engine.run import run_replicate
from unhedged.results.digest import table_digest
from unhedged.results.manifest import machine, versions
from unhedged.scenario.load import load

FOLDER = Path(__file__).parent
RUNS = ("cascade",)
"""Scenario files beside this module; the pinned outcome of each is ``<name>.json``."""


def outcome(name: str, replicate: int = 0) -> dict[str, Any]:
    """Run a golden scenario and return what is pinned, as JSON would give it back."""
    plan = load(str(FOLDER / f"{name}.toml")).plan()
    output = run_replicate(plan, replicate, keep="all")
    timeless = ("events", "messages", "trades", "margin_checks", "rejects")
    pinned = {
        "manifest": {
            "plan": plan.hash(),
            "seed": plan.seed,
            "replicate": replicate,
            "numpy": versions()["numpy"],
            "processor": machine()["processor"],
        },
        "checks": {name: output.checks[name] for name in timeless},
        "headline": output.headline,
        "tables": {
            table: {"rows": frame.height, "sha256": table_digest(frame)}
            for table, frame in sorted(output.tables.items())
        },
    }
    return dict(json.loads(json.dumps(pinned)))


def outcome_anywhere(name: str) -> dict[str, Any]:
    """Return the outcome as every processor of this architecture has it.

    Crowds are drawn with numpy's own functions, which differ in the last digit between generations of vector units. Another
    process runs it without what numpy found beyond its baseline.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    plain = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(found)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden.runs", name],
        cwd=FOLDER.parents[1], env=plain, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def pinned(name: str) -> dict[str, Any]:
    """Return the outcome on file, empty when there is none yet."""
    file = FOLDER / f"{name}.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def differences(before: Any, after: Any, where: str = "") -> list[str]:
    """Return one line for every value that is not the same; sums may end in another digit where others add them up."""
    if isinstance(before, dict) and isinstance(after, dict):
        lines = []
        for key in sorted({*before, *after}):
            inside = f"{where}.{key}" if where else key
            lines += differences(before.get(key), after.get(key), inside)
        return lines
    if isinstance(before, float) and isinstance(after, float):
        same = math.isclose(before, after, rel_tol=1e-12)
    else:
        same = before == after
    return [] if same else [f"{where}: {before} → {after}"]


if __name__ == "__main__":
    print(json.dumps(outcome(sys.argv[1])))
