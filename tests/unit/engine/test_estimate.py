"""A run that does not fit is refused before it starts, with what would make it fit."""

import shutil
from types import SimpleNamespace

import pytest

from unhedged.engine import estimate as module
from unhedged.engine.estimate import estimate, recorded_rows, refuse_if_too_large, size
from unhedged.scenario.load import load
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.errors import ResultsError


@pytest.fixture(scope="module")
def plan() -> RunPlan:
    return load("calm").plan()


def test_need_grows_with_what_is_kept_and_with_workers(plan) -> None:
    def of(**changes):
        return estimate(plan, **({"replicates": 10, "keep": "tables", "workers": 1} | changes))

    assert of(keep="summary").disk < of().disk < of(keep="all").disk
    assert of(workers=4).memory == 4 * of().memory
    assert of(replicates=20).disk == 2 * of().disk
    assert of(workers=64, replicates=2).memory == 2 * of().memory


def test_rows_of_desks_are_counted_leg_by_leg_and_instant_by_instant() -> None:
    few = load("october-2025-small").plan()
    desks = next(group for group in few.agents if group.kind == "basis_desk")
    many = load("october-2025-small", overrides={f"agent.{desks.id}.count": 100_000}).plan()
    instants = few.duration_ns // few.record_ns + 1
    more = recorded_rows(many, fills=False)["desk"] - recorded_rows(few, fills=False)["desk"]
    assert more % (instants * (100_000 - desks.count)) == 0
    assert more >= 2 * instants * (100_000 - desks.count)
    need = estimate(many, replicates=1, keep="tables", workers=1)
    assert need.disk > 5e9
    assert need.memory > 100e9


def test_run_larger_than_memory_says_what_it_needs_and_what_to_change(tmp_path) -> None:
    plan = load(
        "calm",
        overrides=["agent.longs.count=10_000_000", "run.duration=9_000d", "run.record_every=1s"],
    ).plan()
    with pytest.raises(ResultsError) as caught:
        refuse_if_too_large(plan, replicates=200, keep="all", workers=2, out=tmp_path)
    text = str(caught.value)
    assert text.startswith("The run would need about ")
    assert "× 2 at once); this machine has" in text
    assert "--workers 1;" in text
    assert "run.record_every=10s" in text
    assert "run.duration" in text
    with pytest.raises(ResultsError) as caught:
        refuse_if_too_large(plan, replicates=200, keep="all", workers=1, out=tmp_path)
    assert "--workers" not in str(caught.value)


def test_run_larger_than_the_disk_is_refused(plan, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(ResultsError, match=r"the disk has 1\.0 kB free") as caught:
        refuse_if_too_large(
            plan, replicates=2, keep="tables", workers=1, out=tmp_path / "not" / "yet"
        )
    assert " MB (" in str(caught.value)
    assert "--keep summary" in caught.value.hint


def test_sizes_are_printed_in_the_unit_they_have() -> None:
    assert [size(n) for n in (12, 1_000, 4_600_000, 18e9)] == [
        "12 bytes",
        "1.0 kB",
        "4.6 MB",
        "18 GB",
    ]


def test_shipped_scenarios_fit_a_small_machine() -> None:
    for name in ("calm", "btc-cascade", "october-2025-small"):
        need = estimate(load(name).plan(), replicates=8, keep="tables", workers=2)
        assert need.memory < 8e9
        assert need.disk < 8e9
    assert shutil.disk_usage("/").total > 0
