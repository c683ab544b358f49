"""Replicates in processes: a lost worker costs one replicate, an interrupt costs none that finished."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import types
from pathlib import Path

import pytest

from unhedged.engine import executors
from unhedged.results import store as stores
from unhedged.results.lock import locked
from unhedged.results.store import open_store
from unhedged.scenario.load import load

# A stand-in for the engine, put in place of it in every process before anything else is imported.
ENGINE = """
import os, signal, sys, time, types
from pathlib import Path

def run_replicate(plan, replicate, *, keep="tables", profile=False, progress=None):
    folder = Path(os.environ["FAKE_ENGINE"])
    with (folder / f"tries-{replicate}").open("a") as file:
        file.write("x")
    tries = len((folder / f"tries-{replicate}").read_text())
    (folder / f"process-{replicate}").write_text(str(os.getpid()))
    if plan.plugins:
        from unhedged.vocab import registry
        registry.pick("agents", "mine")
    if (folder / f"kill-{replicate}").exists() and tries <= int((folder / f"kill-{replicate}").read_text()):
        os.kill(os.getpid(), signal.SIGKILL)
    if (folder / f"break-{replicate}").exists():
        from unhedged.vocab.errors import InvariantError
        raise InvariantError("money does not balance", step=replicate)
    if (folder / f"slow-{replicate}").exists():
        time.sleep(60)
    return types.SimpleNamespace(tables={}, headline={"adl_usd": float(replicate)}, checks={"ledger": "balanced"})

module = types.ModuleType("unhedged.engine.run")
module.run_replicate = run_replicate
sys.modules["unhedged.engine.run"] = module
module = types.ModuleType("unhedged.engine.ready")
module.ready = lambda plan, say=None: None
sys.modules["unhedged.engine.ready"] = module

# The package may be edited while these tests run; that is another test's subject.
import unhedged.results.manifest
unhedged.results.manifest.source_hash = lambda: "0" * 64
"""


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    folder = tmp_path / "fake"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(ENGINE)
    return folder


def around(fake: Path) -> dict[str, str]:
    paths = [str(fake), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "FAKE_ENGINE": str(fake)}


def start(fake: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "unhedged",
        "run",
        "calm",
        "--out",
        str(fake / "out"),
        *arguments,
    ]
    return subprocess.Popen(
        command,
        env=around(fake),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=fake,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def finished(fake: Path) -> list[int]:
    (folder,) = (fake / "out").iterdir()
    return open_store(folder).finished()


def tries(fake: Path, replicate: int) -> int:
    file = fake / f"tries-{replicate}"
    return len(file.read_text()) if file.exists() else 0


def test_replicates_run_in_processes_and_are_all_there(fake: Path) -> None:
    code, out, _ = finish(start(fake, "--replicates", "5", "--workers", "2"))
    assert code == 0
    assert finished(fake) == [0, 1, 2, 3, 4]
    assert "Auto-deleveraging began in 4 of 5 replicates" in out
    assert "Ledger: balanced to the atom in every replicate." in out


def test_killed_worker_costs_nothing_but_time(fake: Path) -> None:
    (fake / "kill-2").write_text("1")
    code, _, err = finish(start(fake, "--replicates", "4", "--workers", "2"))
    assert code == 0, err
    assert finished(fake) == [0, 1, 2, 3]
    assert tries(fake, 2) == 2


def test_replicate_that_always_kills_its_worker_is_given_up_and_named(fake: Path) -> None:
    (fake / "kill-2").write_text("99")
    code, _, err = finish(start(fake, "--replicates", "4", "--workers", "2"))
    assert code == 1
    assert "Replicates 2 ended their worker" in err
    assert finished(fake) == [0, 1, 3]


def test_same_command_resumes(fake: Path) -> None:
    finish(start(fake, "--replicates", "2"))
    code, _, _ = finish(start(fake, "--replicates", "3", "--workers", "1"))
    assert code == 0
    assert finished(fake) == [0, 1, 2]
    assert [tries(fake, n) for n in range(3)] == [1, 1, 1]


def test_broken_invariant_ends_the_run_with_its_own_code_and_a_trace(fake: Path) -> None:
    (fake / "break-1").write_text("")
    code, _, err = finish(start(fake, "--replicates", "3", "--workers", "1"))
    assert code == 3
    assert "This is a bug, not your input." in err
    assert "Traceback" in err
    assert "unhedged run calm --seed 1" in err
    assert finished(fake) == [0]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupt_keeps_what_is_finished(fake: Path, workers: str) -> None:
    (fake / "slow-2").write_text("")
    process = start(fake, "--replicates", "3", "--workers", workers)
    deadline = time.monotonic() + 60
    while tries(fake, 2) == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130, err
    assert "Finished replicates are kept" in err
    assert set(finished(fake)) >= {0}
    assert 2 not in finished(fake)
    (fake / "slow-2").unlink()
    code, _, err = finish(start(fake, "--replicates", "3", "--workers", workers))
    assert code == 0, err
    assert finished(fake) == [0, 1, 2]


SCRIPT = """
import unhedged
print("script", flush=True)
{register}
{guard}unhedged.run({scenario}, replicates=3, workers=2, out="out")
"""
OWN = """
def mine(seen, me, out):
    return 0
unhedged.register("agents", "mine", mine)
"""
MINE = {
    "schema": 1,
    "name": "with-mine",
    "base": "calm",
    "agent": [{"id": "m", "kind": "custom", "behaviour": "mine", "instruments": "hub/BTC-PERP"}],
}


def script(fake: Path, **parts: str) -> subprocess.CompletedProcess[str]:
    (fake / "plain.py").write_text(SCRIPT.format(**{"guard": "", "register": ""} | parts))
    return subprocess.run(
        [sys.executable, "plain.py"],
        env=around(fake),
        text=True,
        capture_output=True,
        cwd=fake,
        check=False,
    )


def test_plain_script_needs_no_guard_and_is_run_once(fake: Path) -> None:
    done = script(fake, scenario="'calm'")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["script"]
    assert finished(fake) == [0, 1, 2]
    assert len({(fake / f"process-{n}").read_text() for n in range(3)}) > 1


def test_plain_script_with_a_function_of_its_own_runs_in_one_process(fake: Path) -> None:
    done = script(fake, scenario=repr(MINE), register=OWN)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert finished(fake) == [0, 1, 2]
    assert len({(fake / f"process-{n}").read_text() for n in range(3)}) == 1


def test_guarded_script_with_a_function_of_its_own_runs_in_many(fake: Path) -> None:
    done = script(fake, scenario=repr(MINE), register=OWN, guard="if __name__ == '__main__': ")
    assert done.returncode == 0, done.stderr
    assert len({(fake / f"process-{n}").read_text() for n in range(3)}) > 1


def test_summary_keeps_forced_events_only(fake: Path) -> None:
    script = textwrap.dedent("""
        from unhedged.engine import executors
        print(executors.FORCED_TABLES)
    """)
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert "series" not in out


@pytest.mark.parametrize(
    ("asks", "found"),
    [
        (lambda tables: {"measures": len(tables)}, {"measures": 0}),
        (lambda tables: tables["none such"], None),
    ],
)
def test_a_measure_that_fails_costs_no_replicate(tmp_path, monkeypatch, asks, found) -> None:
    output = types.SimpleNamespace(tables={}, headline={}, checks={})
    engine = types.SimpleNamespace(run_replicate=lambda *_args, **_more: output)
    monkeypatch.setitem(sys.modules, "unhedged.engine.run", engine)
    plan = load("calm").plan()
    with locked(tmp_path / stores.folder_name(plan)):
        store = stores.create(tmp_path, plan, scenario_toml="", replicates=1, keep="tables")
        executors.run_one(plan, 0, keep="tables", path=store.path, asks=asks)
    assert store.finished() == [0]
    assert store.measured(0) == found
