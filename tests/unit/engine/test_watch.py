"""Watching a replicate: what it handled is counted, where its time went is said, and nothing else changes."""

import time

import pytest

from unhedged.engine.run import run_replicate
from unhedged.engine.watch import Watch, looks_by_work
from unhedged.kernels.memory import Memory
from unhedged.kernels.work import WORK_OF, Work
from unhedged.results.digest import tables_digest
from unhedged.scenario.load import load
from unhedged.vocab.enums import EventKind


@pytest.fixture(scope="module")
def outputs():
    plan = load("calm", overrides={"run.duration": "10m"}).plan()
    return run_replicate(plan, 0), run_replicate(plan, 0, profile=True)


def test_every_event_is_counted_under_its_kind(outputs):
    checks = outputs[0].checks
    kinds = {kind.name.lower(): checks[f"events.{kind.name.lower()}"] for kind in EventKind}
    assert sum(kinds.values()) == checks["events"]
    assert kinds["message"] == checks["messages"]
    assert kinds["mark"] > 0
    assert kinds["wake"] > 0


def test_nobody_watches_unless_asked(outputs):
    assert not [name for name in outputs[0].checks if name.startswith("looks.")]
    assert sum(n for name, n in outputs[1].checks.items() if name.startswith("looks.")) > 0


def test_a_watched_run_is_the_same_run(outputs):
    plain, watched = outputs
    assert tables_digest(plain.tables) == tables_digest(watched.tables)
    assert plain.headline == watched.headline


def test_looks_fall_on_what_the_loop_is_at_and_on_nothing_outside_it():
    memory = Memory({})
    memory.world["doing"] = Work.MARGIN
    watch = Watch(memory)
    with watch.watching():
        time.sleep(0.05)
        assert sum(watch.looks.values()) == 0
        with watch.loop():
            time.sleep(0.05)
        memory.world["doing"] = Work.DECIDING
        with watch.loop():
            time.sleep(0.05)
    assert {name for name, n in looks_by_work(watch).items() if n} == {"looks.margin", "looks.deciding"}  # fmt: skip


def test_every_kind_of_event_begins_with_some_work():
    assert set(WORK_OF) == set(EventKind)
    assert max(Work) < 16
