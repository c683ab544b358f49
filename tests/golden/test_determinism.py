"""Same plan, same seed: the same tables, in another thread, in another process, and without the checks of the checked build."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.golden.runs import outcome

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from tests.golden.runs import outcome
json.dump([outcome("cascade", replicate) for replicate in (0, 1)], sys.stdout)
"""


@pytest.fixture(scope="module")
def here() -> list[dict[str, Any]]:
    return [outcome("cascade", replicate) for replicate in (0, 1)]


def elsewhere(checked: str) -> list[dict[str, Any]]:
    environment = {**os.environ, "UNHEDGED_CHECKED": checked}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    return list(json.loads(done.stdout))


def test_replicates_differ(here: list[dict[str, Any]]) -> None:
    assert here[0]["tables"]["series"] != here[1]["tables"]["series"]


def test_running_again_changes_nothing(here: list[dict[str, Any]]) -> None:
    assert outcome("cascade") == here[0]


def test_threads_side_by_side_agree(here: list[dict[str, Any]]) -> None:
    with ThreadPoolExecutor(2) as pool:
        side_by_side = list(pool.map(lambda replicate: outcome("cascade", replicate), (0, 1, 1, 0)))
    assert side_by_side == [here[0], here[1], here[1], here[0]]


def test_another_process_agrees(here: list[dict[str, Any]]) -> None:
    assert elsewhere("1") == here


@pytest.mark.slow
def test_the_fast_build_agrees_with_the_checked_one(here: list[dict[str, Any]]) -> None:
    assert elsewhere("0") == here
