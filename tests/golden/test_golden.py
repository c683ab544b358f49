"""Golden runs: small plans whose whole outcome is pinned. They change by ``python -m tests.golden.update`` alone."""

import pytest
from tests.golden.runs import RUNS, differences, outcome_anywhere, pinned

from unhedged.results.manifest import machine, versions


@pytest.mark.parametrize("name", RUNS)
def test_outcome_is_the_pinned_one(name: str) -> None:
    on_file = pinned(name)
    here = {"numpy": versions()["numpy"], "processor": machine()["processor"]}
    if {key: on_file["manifest"][key] for key in here} != here:
        pytest.skip(f"pinned on {on_file['manifest']}; crowds are drawn with numpy's own functions")
    changed = differences(on_file, outcome_anywhere(name))
    assert changed == [], "if this is meant: python -m tests.golden.update"


@pytest.mark.parametrize("name", RUNS)
def test_a_golden_run_is_worth_pinning(name: str) -> None:
    """A run in which nothing happens would pin nothing."""
    headline = pinned(name)["headline"]
    assert headline["liquidations"] > 5
    assert headline["adl_accounts"] > 0
    assert headline["trades"] > 1000
