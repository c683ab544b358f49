"""`unhedged check plugin`: a policy is found, checked and answered in words."""

import json
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
