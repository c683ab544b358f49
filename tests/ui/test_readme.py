"""Sessions in the README and the how-to pages are run; what a console session prints is compared."""

import contextlib
import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from unhedged.cli.app import invoke
from unhedged.results.headline import LABELS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs/how-to").glob("*.md"))]
TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.md"))
TEXT = "\n".join(page.read_text("utf-8") for page in PAGES)
SESSIONS = re.findall(
    r"<!-- run(: numbers of one machine)? -->\n```console\n(.*?)```", TEXT, re.DOTALL
)
STEPS = [
    pytest.param(step, id=step.partition("\n")[0])
    for page in TUTORIALS
    for session in re.findall(
        r"<!-- run: numbers of one machine -->\n```console\n(.*?)```",
        page.read_text("utf-8"),
        re.DOTALL,
    )
    for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]
]
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def words(text: str) -> str:
    """Return text with every number as ``#``: crowds are drawn with functions whose last bit a processor may change.

    So are plan hashes, which change with every value of a rulebook.
    """
    text = re.sub(r"-[0-9a-f]{8}(/|$)", r"-#\1", text, flags=re.MULTILINE)
    return re.sub(r"[ #]+", " ", re.sub(r"[−+]?\$?\d[\d.,]*(%|bn|M|k|\b)", "#", text))


@pytest.mark.parametrize(("rough", "session"), SESSIONS)
def test_console_session_prints_what_it_says(
    rough: str,
    session: str,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, expected = step.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "unhedged"
        invoke(arguments)
        out, err = capfd.readouterr()
        said = re.sub(r"^Compiling .*\n", "", err, flags=re.MULTILINE) + out
        if rough:
            said, expected = words(said), words(expected)
        assert said.strip() == expected.strip()


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_tutorial_runs_and_prints_the_measures_it_shows(
    step: str, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first hour of it: a day on a ridge differs between processors by more than its digits, so sentences are not compared.
    monkeypatch.chdir(tmp_path)
    command, _, expected = step.partition("\n")
    assert invoke([*shlex.split(command)[1:], "--set", "run.duration=60m"]) == 0
    out = capfd.readouterr().out
    for label in ("forced_usd", "adl_usd", "trades"):
        assert LABELS[label] in expected
        assert LABELS[label] in out


@pytest.mark.parametrize("code", PYTHON)
def test_python_session_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, str(README), "exec"), {})
    assert out.getvalue()


def test_policy_of_five_lines_closes_what_it_says() -> None:
    from unhedged.adl.checking import check_policy
    from unhedged.adl.contract import check_allocation
    from unhedged.kernels.layout.cases import WINNER

    (code,) = [code for code in PYTHON if "def smallest_first" in code]
    out, names = io.StringIO(), {}
    with contextlib.redirect_stdout(out):
        exec(compile(code, str(README), "exec"), names)
    assert out.getvalue().strip() in code
    policy = names["smallest_first"]
    check_policy(policy)
    winners = np.zeros(4, WINNER)
    winners["qty"] = [40, 10, 10, 5]
    for lots, closes in ((3, [0, 0, 0, 3]), (18, [0, 10, 3, 5]), (60, [35, 10, 10, 5]), (99, [40, 10, 10, 5])):  # fmt: skip
        assert check_allocation(winners, lots, policy(winners, lots)).tolist() == closes


def test_every_command_shown_exists() -> None:
    from unhedged.cli.app import app

    known = {command.name for command in app.registered_commands} | {
        g.name for g in app.registered_groups
    }
    shown = set(
        re.findall(
            r"unhedged (\w+)", "\n".join(re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL))
        )
    )
    assert {name for name in shown if name != "cd"} <= known | {"unhedged"}
    assert SESSIONS
    assert PYTHON
