"""Compiled code on disk is never stale, never another function's, and never in the way.

Each test runs children on a copy of the package's lowest rooms with a toy rule, two toy kernels and a toy behaviour.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import unhedged
from unhedged.kernels import cache, compiled

SOURCE = Path(unhedged.__file__).parent

RULE = """
def doubled(x: int) -> int:
    return FACTOR * x

FACTOR = 2
"""
KERNEL = """
from unhedged.kernels.compiled import agent, entry, kernel, rule
from unhedged.rules import toy
_doubled = rule(toy.doubled)

@kernel("int64(int64)")
def _inner(x):
    return _doubled(x) + {plus}

@entry("int64(int64)")
def answer(x):
    return _inner(x)

@agent
def behave(observation, me, out):
    return {plus}
"""
CHILD = """
import json, sys
from numba.core import event
compiled_functions = []
class Listener(event.Listener):
    def on_start(self, e):
        compiled_functions.append(e.data["dispatcher"].py_func.__name__)
    def on_end(self, e):
        pass
event.register("numba:compile", Listener())
from unhedged.kernels import compiled, warm
from unhedged.adl.queue import answer as first
from unhedged.agents.queue import answer as second
at_import = len(compiled_functions)
said = []
if "warm" in sys.argv:
    warm.prepare(said.append)
print(json.dumps({
    "answers": [first(10), second(10)],
    "at_import": at_import,
    "compiled": compiled_functions,
    "folder": str(compiled.FOLDER),
    "said": said,
    "is_warm": warm.is_warm(),
    "kept": sorted(compiled.KEPT),
}))
"""


@pytest.fixture
def package(tmp_path):
    root = tmp_path / "unhedged"
    root.mkdir()
    (root / "__init__.py").touch()
    shutil.copytree(SOURCE / "vocab", root / "vocab")
    shutil.copytree(SOURCE / "rules", root / "rules")
    for room in ("kernels", "adl", "agents"):
        (root / room).mkdir()
        (root / room / "__init__.py").touch()
    for name in ("cache", "compiled", "drafts", "meanwhile", "passes", "wide", "warm"):
        shutil.copy(SOURCE / "kernels" / f"{name}.py", root / "kernels")
    (root / "rules" / "toy.py").write_text(RULE)
    # Two modules of one name, with equal functions at equal lines.
    (root / "adl" / "queue.py").write_text(KERNEL.format(plus=1))
    (root / "agents" / "queue.py").write_text(KERNEL.format(plus=2))
    return root


def run(package, *arguments, **environment):
    """Run the child and return what it reports."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(package.parent / "home")}
    settings = {
        "PYTHONPATH": str(package.parent),
        # Python's own cache goes by date and length; here it would hide what ours does.
        "PYTHONDONTWRITEBYTECODE": "1",
        "UNHEDGED_CACHE_DIR": str(package.parent / "cache"),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        env=kept | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(**json.loads(done.stdout))


def entries(package, pattern="*.nbc"):
    return sorted((package.parent / "cache").rglob(pattern))


@pytest.mark.slow
def test_a_second_start_compiles_nothing_and_two_modules_of_one_name_keep_apart(package):
    first = run(package)
    assert first.at_import == 0
    assert first.answers == [21, 22]
    assert sorted(first.compiled).count("answer") == 2
    files = entries(package)
    assert len(files) == 2
    written = [file.stat().st_mtime_ns for file in files]
    second = run(package)
    assert second.answers == [21, 22]
    assert second.compiled == []
    assert [file.stat().st_mtime_ns for file in entries(package)] == written


@pytest.mark.slow
def test_a_rule_edited_in_another_file_is_compiled_anew_and_a_touched_one_is_not(package):
    run(package)
    rule = package / "rules" / "toy.py"
    os.utime(rule, (1, 1))
    assert run(package).compiled == []
    # Same length and same date as before: only the content tells.
    rule.write_text(RULE.replace("FACTOR = 2", "FACTOR = 3"))
    os.utime(rule, (1, 1))
    edited = run(package)
    assert edited.answers == [31, 32]
    assert "answer" in edited.compiled
    rule.write_text(RULE)
    assert run(package).compiled == []


@pytest.mark.slow
def test_checked_and_fast_builds_keep_apart(package):
    fast = run(package)
    checked = run(package, UNHEDGED_CHECKED="1")
    assert fast.folder != checked.folder
    assert "answer" in checked.compiled
    assert run(package).compiled == run(package, UNHEDGED_CHECKED="1").compiled == []


@pytest.mark.slow
def test_without_a_writable_folder_the_temporary_one_serves(package, tmp_path):
    blocked = tmp_path / "file"
    blocked.touch()
    where = {
        "UNHEDGED_CACHE_DIR": str(blocked / "cache"),
        "HOME": str(blocked),
        "TMPDIR": str(tmp_path),
    }
    first = run(package, **where)
    assert first.answers == [21, 22]
    assert Path(first.folder).is_relative_to(tmp_path)
    second = run(package, **where)
    assert second.folder == first.folder
    assert second.compiled == []


@pytest.mark.slow
def test_the_first_run_says_that_it_compiles_and_later_ones_do_not(package):
    assert run(package).is_warm is False
    first = run(package, "warm")
    assert len(first.said) == 1
    assert "once per version" in first.said[0]
    assert first.is_warm
    assert first.kept == [
        "unhedged.adl.queue.answer",
        "unhedged.adl.queue.behave",
        "unhedged.agents.queue.answer",
        "unhedged.agents.queue.behave",
    ]
    assert len(entries(package)) == 4
    second = run(package, "warm")
    assert second.said == []
    assert second.compiled == []
    (package / "rules" / "toy.py").write_text(RULE.replace("2", "4"))
    assert len(run(package, "warm").said) == 1


@pytest.mark.slow
def test_four_processes_that_compile_at_once_all_answer_right(package):
    environment = {
        **os.environ,
        "PYTHONPATH": str(package.parent),
        "UNHEDGED_CACHE_DIR": str(package.parent / "cache"),
    }
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:
        assert json.loads(child.communicate(timeout=120)[0])["answers"] == [21, 22]
    # The suite runs the checked build, and so did the children above.
    assert run(package, UNHEDGED_CHECKED=os.environ["UNHEDGED_CHECKED"]).compiled == []


def test_the_stamp_sees_content_names_rooms_and_build(tmp_path):
    def write(**files):
        shutil.rmtree(tmp_path)
        (tmp_path / "rules").mkdir(parents=True)
        for name, text in files.items():
            (tmp_path / "rules" / f"{name}.py").write_text(text)
        return cache.source_stamp(tmp_path, build="fast")

    first = write(a="x = 1", b="")
    assert write(a="x = 1", b="") == first
    others = {
        write(a="x = 2", b=""),
        write(a="", b="x = 1"),
        write(a="x = 1", c=""),
        write(a="x = 1"),
        cache.source_stamp(tmp_path, build="checked"),
        cache.source_stamp(tmp_path, rooms=(), build="fast"),
    }
    assert first not in others
    assert len(others) == 6


def test_functions_of_users_are_not_kept():
    def behave(observation, me, out):
        return 7

    before = dict(compiled.KEPT)
    mine = compiled.agent(behave)
    assert mine.address != 0
    assert before == compiled.KEPT
    assert not cache.owns(behave)
    assert cache.owns(cache.owns)


def test_a_temporary_folder_that_others_can_write_is_not_trusted(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("UNHEDGED_CACHE_DIR", str(blocked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    usual = cache.cache_folder("0" * 64)
    assert usual.parent.parent == tmp_path
    usual.parent.chmod(0o777)
    other = cache.cache_folder("0" * 64)
    assert other.parent == tmp_path
    assert other != usual.parent
