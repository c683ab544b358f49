"""A run that does not fit is refused before it starts."""

import shutil
from types import SimpleNamespace

import pytest

from unhedged.results import estimate as module
from unhedged.results.estimate import estimate, refuse_if_too_large
from unhedged.scenario.load import load
from unhedged.vocab.errors import ResultsError


def test_need_grows_with_what_is_kept_and_with_workers(plan) -> None:
    def of(**changes):
        return estimate(plan, **({"replicates": 10, "keep": "tables", "workers": 1} | changes))

    assert of(keep="summary").disk < of().disk < of(keep="all").disk
    assert of(workers=4).memory == 4 * of().memory
    assert of(replicates=20).disk == 2 * of().disk
    assert of(workers=64, replicates=2).memory == 2 * of().memory


def test_run_larger_than_memory_says_what_it_needs_and_what_to_change(tmp_path) -> None:
    plan = load(
        "calm",
        overrides=["agent.longs.count=10_000_000", "run.duration=9_000d", "run.record_every=1s"],
    ).plan()
    with pytest.raises(ResultsError) as caught:
        refuse_if_too_large(plan, replicates=200, keep="all", workers=2, out=tmp_path)
    text = str(caught.value)
    assert text.startswith("The run would need about ")
    assert "× 200 replicates × full events); this machine has" in text
    assert "--keep summary" in text


def test_run_larger_than_the_disk_is_refused(plan, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(ResultsError, match=r"the disk has 0\.0 GB free"):
        refuse_if_too_large(
            plan, replicates=2, keep="tables", workers=1, out=tmp_path / "not" / "yet"
        )


def test_shipped_scenarios_fit_a_small_machine() -> None:
    for name in ("calm", "btc-cascade", "october-2025"):
        need = estimate(load(name).plan(), replicates=8, keep="tables", workers=2)
        assert need.memory < 8e9
        assert need.disk < 8e9
    assert shutil.disk_usage("/").total > 0
