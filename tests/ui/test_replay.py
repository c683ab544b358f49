"""``unhedged replay`` as it is typed."""

import json

import pytest
from tests.support import sample_archive as sample

import unhedged
from unhedged.cli.app import invoke

EVENT = "hyperliquid-2025-10-10"


@pytest.fixture
def folder(tmp_path):
    sample.small(tmp_path)
    return tmp_path


def test_screen_of_an_archive(folder, capsys):
    assert invoke(["replay", EVENT, "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "ADL fills of your archive" in out
    assert "Your archive (recomputed fill by fill)" in out


def test_json_of_an_archive(folder, capsys):
    assert invoke(["replay", EVENT, "--data", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    figures = {figure["id"]: figure for figure in found["figures"]}
    assert figures["archive_adl"]["tag"] == "recomputed"
    assert figures["archive_adl"]["basis"] == "your archive"


def test_python_gives_the_same_as_the_screen(folder, capsys):
    invoke(["replay", EVENT, "--data", str(folder)])
    found = unhedged.replay_event(EVENT, data=folder)
    assert capsys.readouterr().out == found.summary() + "\n"
    assert "figures" in repr(found)
    assert "<pre>" in found._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "hyperliquid", "--data", "."], "Did you mean"),
        (["replay", EVENT, "--data", "nowhere"], "is no folder"),
        (["replay", EVENT, "--data", "."], "nothing of the event"),
        (["replay", EVENT], "--data"),
    ],
)
def test_wrong_input_is_answered_without_a_trace(arguments, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert invoke(arguments) in (1, 2)
    err = capsys.readouterr().err
    assert says in err
    assert "Traceback" not in err


def test_wrong_files_are_named_on_the_screen(folder, capsys):
    path = folder / "node_fills_by_block/hourly/20251010/21.lz4"
    path.write_bytes(path.read_bytes()[:-100])
    assert invoke(["replay", EVENT, "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "Wrong    node_fills_by_block/hourly/20251010/21.lz4" in out
