"""`unhedged score`: a shortened day held against the targets."""

import json
import shutil
from pathlib import Path

import pytest

import unhedged
from unhedged.cli.app import invoke
from unhedged.vocab.errors import ResultsError


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    return unhedged.run(
        "october-2025-small",
        overrides={"run.duration": "50m", "outage.0.at": "40m"},
        replicates=1,
        out=out,
    ).path


def test_the_screen_and_the_gates(short: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["score", str(short)]) == 0
    out = capfd.readouterr().out
    assert "gates hold" in out.splitlines()[0]
    assert "49 Money made or lost" in out
    assert invoke(["score", str(short), "--gates"]) == 4  # nothing is liquidated before 21:10


def test_the_same_for_machines(short: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["score", str(short), "--json"]) == 0
    card = json.loads(capfd.readouterr().out)
    assert card["replicates"] == 1
    rows = {row["id"]: row for row in card["rows"]}
    assert rows[49]["verdict"] == "pass"
    assert rows[56]["verdict"] == "not computable"  # the run ends before 22:10
    assert rows[52]["parts"][0]["values"][0] < 0


def test_what_the_run_measured_is_what_its_tables_say(short: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(short, copy)
    folder = copy / "replicates" / "0000"
    assert json.loads((folder / "measured.json").read_text())["measures"]["fall of BTC"] < 0
    row = json.loads((folder / "replicate.json").read_text())
    del row["files"]["measured.json"]
    (folder / "replicate.json").write_text(json.dumps(row))
    from_tables, from_run = (unhedged.open_results(path).score() for path in (copy, short))
    assert from_tables == from_run


@pytest.mark.parametrize(
    ("command", "name"), [("score", "measured.json"), ("report", "series.parquet")]
)
def test_an_altered_file_is_named_and_nothing_is_made_of_it(
    command: str, name: str, short: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(short, copy)
    file = copy / "replicates" / "0000" / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    (copy / "report.html").unlink(missing_ok=True)
    assert invoke([command, str(copy)]) == 1
    said = capfd.readouterr()
    assert f"{name} is damaged: its SHA-256 is" in said.err
    assert "Run the scenario again" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not (copy / "report.html").exists()


def test_a_run_that_kept_no_series_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    short = {"run.duration": "50m", "outage.0.at": "40m"}
    path = unhedged.run(
        "october-2025-small", overrides=short, replicates=1, keep="summary", out=tmp_path
    ).path
    for command in ("score", "report"):
        code = invoke([command, str(path)])
        err = capfd.readouterr().err
        assert (code, "kept forced events alone" in err) == (
            (1, True) if command == "score" else (0, False)
        )
    with pytest.raises(ResultsError, match="kept forced events alone"):
        unhedged.open_results(path).figures()


def test_a_scenario_without_targets_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = unhedged.run("btc-cascade", replicates=1, out=tmp_path).path
    assert invoke(["score", str(path)]) != 0
    err = capfd.readouterr().err
    assert 'nothing to score "btc-cascade" against' in err
    assert "october-2025-small" in err


def test_without_a_folder_or_experiments_there_is_nothing_to_score(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["score"]) == 2
    assert "--experiments" in capfd.readouterr().err


def test_short_alone_is_refused(short: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["score", str(short), "--short"]) == 2
    assert "--short goes with --experiments" in capfd.readouterr().err


@pytest.mark.slow
def test_experiments_fill_their_rows_beside_a_run(
    short: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert invoke(["score", str(short), "--experiments", "--short", "--json", "-q"]) == 0
    card = json.loads(capfd.readouterr().out)
    rows = {row["id"]: row for row in card["rows"]}
    assert rows[49]["verdict"] == "pass"
    assert card["experiments"].keys() == {"39", "43", "44", "45", "46", "47", "48"}
    missing = {
        part["measure"]
        for row in rows.values()
        if row["scope"] in ("micro", "calm")
        for part in row["parts"]
        if part["median"] is None
    }
    assert missing == set()
    # What is computed exactly is so in the short form too.
    assert [rows[n]["verdict"] for n in (43, 45, 46)] == ["pass"] * 3
