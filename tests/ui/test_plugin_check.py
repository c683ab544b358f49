"""`unhedged check plugin`: a policy is found, checked and answered in words."""

import json
import sys
from pathlib import Path

import pytest

from unhedged.cli.app import invoke

BAD = """
import numpy as np


def policy(winners, lots):
    shares = lots * winners["qty"] / winners["qty"].sum()
    return np.minimum(np.rint(shares), winners["qty"]).astype(int)
"""


def test_a_built_in_policy_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["check", "plugin", "adl", "min-max-v1", "--seed", "4"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("min-max-v1 keeps the contract of ADL policies: ")
    assert "seed 4" in out
    assert invoke(["check", "plugin", "adl", "okx-v1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] > 100


def test_a_bad_five_liner_is_refused_with_the_smallest_example(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad_five_lines.py").write_text(BAD, "utf-8")
    assert invoke(["check", "plugin", "adl", "bad_five_lines:policy"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == 'Plug-in "bad_five_lines:policy": closes 0 lots in all; 1 are due.'
    assert lines[1] == "    Smallest example found, 1 lot to close: winner 0: qty 1"
    assert lines[2] == "    winner 1: qty 1"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["plugin"], "check plugin adl POLICY"),
        (["plugin", "agents", "mine"], "check plugin adl POLICY"),
        (["plugin", "adl", "min-mx"], 'Did you mean "min-max-v1"'),
        (["plugin", "adl", "no_such_module:policy"], "cannot be loaded"),
        (["plugin", "adl", "../pl/p1:policy"], '"../pl/p1" is no name of a module'),
        (["plugin", "adl", ":policy"], '"" is no name of a module'),
        (["btc-cascade", "--set", "venue.hub.adl.policy=../pl/p1:f"], '"../pl/p1" is no name'),
        (["calm", "more"], "one argument too many"),
    ],
)
def test_what_cannot_be_checked_is_said(
    capsys: pytest.CaptureFixture[str], words: list[str], answer: str
) -> None:
    assert invoke(["check", *words]) in (1, 2)
    err = capsys.readouterr().err
    assert answer in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("def policy(winners, lots):\n    raise SystemExit(0)\n", "raises SystemExit: 0."),
        ("raise SystemExit(0)\n", "cannot be loaded: it raises SystemExit: 0."),
        ("def policy(:\n", "cannot be loaded: it raises SyntaxError"),
    ],
)
def test_a_policy_that_ends_the_process_ends_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, says: str
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    name = f"ends_{abs(hash(body))}"
    (tmp_path / f"{name}.py").write_text(body, "utf-8")
    assert invoke(["check", "plugin", "adl", f"{name}:policy"]) == 1
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err


def test_every_command_finds_a_module_where_it_is_typed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beside_the_prompt.py").write_text(BAD, "utf-8")
    path = list(sys.path)
    words = ["check", "btc-cascade", "--set", "venue.hub.adl.policy=beside_the_prompt:policy"]
    assert invoke(words) == 0, capsys.readouterr().err
    assert sys.path == path


def test_how_like_cases_are_treated_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for name in ("contract-pro-rata-v1", "largest-first-v1", "random-start-v1"):
        assert invoke(["check", "plugin", "adl", name, "--json"]) == 0
        found[name] = json.loads(capsys.readouterr().out)["treatment"]
    assert found["contract-pro-rata-v1"]["larger_closes_less"] == 0
    assert 0 < found["contract-pro-rata-v1"]["scale_gap"] < 1
    assert found["contract-pro-rata-v1"]["split_keeps"] < 0.001
    assert found["largest-first-v1"]["split_keeps"] == 1.0
    assert found["random-start-v1"]["larger_closes_less"] > 0
    assert invoke(["check", "plugin", "adl", "random-start-v1"]) == 0
    assert "split into 10" in capsys.readouterr().out
