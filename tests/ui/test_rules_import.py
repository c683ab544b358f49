"""``unhedged rules import``: what is typed and what comes back."""

import datetime
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.support import answers

from unhedged.cli.app import invoke
from unhedged.scenario.load import load

SCENARIO = """\
schema = 1
base = "calm"
name = "mine"

[[instrument]]
id = "hub/BTC-PERP"
tiers = "{}"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    return invoke(["rules", "import", *arguments])


def test_machine_output_names_everything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers.save(folder, answers.binance_raw("AAAUSDT", "BBBUSDT", "ETHBTC"))
    assert run("binance", "answer.json", "--out", "mine", "--json", "--symbols", "A*") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["path"] == "mine.toml"
    assert said["tables"] == {"AAAUSDT": 3}
    assert said["left_out"] == {"ETHBTC": "its notional is not in dollars"}
    assert len(said["sha256"]) == 64


def test_long_list_of_symbols_left_out_is_cut(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["AAAUSDT", *(f"A{n}BTC" for n in range(8))]
    answers.save(folder, answers.binance_raw(*names))
    assert run("binance", "answer.json", "--out", "mine.toml") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "mine.toml: 1 table, 3 tiers"
    assert sum(line.startswith("  Left out A") for line in lines) == 5
    assert "  Left out 3 more (--json lists them)" in lines


def test_damage_and_unknown_venue_exit_with_2_and_write_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers.save(folder, '[{"symbol": "AAAUSDT"')
    assert run("binance", "answer.json", "--out", "mine.toml") == 2
    assert capsys.readouterr().err.splitlines()[0] == "answer.json:1:22"
    assert run("binanse", "answer.json", "--out", "mine.toml") == 2
    assert 'Did you mean "binance"?' in capsys.readouterr().err
    assert run("binance", "answer.json") == 2  # --out is missing
    assert [path.name for path in folder.iterdir()] == ["answer.json"]


def test_nothing_is_overwritten_without_force(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers.save(folder, answers.hyperliquid_meta())
    assert run("hyperliquid", "answer.json", "--out", "mine.toml") == 0
    assert run("hyperliquid", "answer.json", "--out", "mine.toml") == 2
    assert "--force" in capsys.readouterr().err
    assert run("hyperliquid", "answer.json", "--out", "mine.toml", "--force") == 0


def test_results_folder_holds_the_values_and_needs_the_file_no_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_replicate(plan, replicate, *, keep="tables", profile=False, progress=None):
        return SimpleNamespace(tables={}, headline={"trades": 1}, checks={"ledger": "balanced"})

    monkeypatch.setitem(
        sys.modules, "unhedged.engine.run", SimpleNamespace(run_replicate=run_replicate)
    )
    answers.save(folder, answers.binance_raw())
    assert run("binance", "answer.json", "--out", "t.toml", "--read", "2025-10-07") == 0
    (folder / "mine.toml").write_text(SCENARIO.format("t.toml#AAAUSDT"), "utf-8")
    assert invoke(["run", "mine.toml", "--replicates", "1", "--workers", "1", "-q"]) == 0
    (folder / "t.toml").unlink()
    (results,) = (folder / "results").iterdir()
    plan = json.loads((results / "plan.json").read_text("utf-8"))
    perp = next(i for i in plan["instruments"] if i["id"] == "hub/BTC-PERP")
    assert [t["deduct_usd"] for t in perp["tiers"]] == [0, 100, 1_100]
    kept = load(results / "scenario.toml")
    assert results.name == f"mine-{kept.plan().hash()[:8]}"
    assert kept.spec.instrument[0].tiers.source.startswith("t.toml#AAAUSDT: Binance USD-M ")


def test_every_venue_is_a_scenario_away(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for form, (data, also) in answers.ANSWERS.items():
        answers.save(folder, data)
        more = []
        if also is not None:
            answers.save(folder, also, "also.json")
            more = ["--instruments", "also.json"]
        assert (
            run(form.split()[0], "answer.json", "--out", "t.toml", "--force", "--json", *more) == 0
        )
        table = next(iter(json.loads(capsys.readouterr().out)["tables"]))
        (folder / "mine.toml").write_text(SCENARIO.format(f"t.toml#{table}"), "utf-8")
        assert invoke(["check", "mine.toml"]) == 0
        capsys.readouterr()


def test_symbols_that_are_traded_no_more_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meta = answers.hyperliquid_meta()
    meta["universe"][1]["isDelisted"] = True
    answers.save(folder, meta)
    assert run("hyperliquid", "answer.json", "--out", "mine.toml") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  Untraded kBBB: delisted" in lines
    assert not [line for line in lines if "AAA:" in line]
    assert "; not traded: delisted" in (folder / "mine.toml").read_text()
    assert run("hyperliquid", "answer.json", "--out", "mine.toml", "--force", "--json") == 0
    assert json.loads(capsys.readouterr().out)["untraded"] == {"kBBB": "delisted"}


@pytest.mark.parametrize("days", [0, 1, 2])
def test_a_day_to_come_is_no_day_of_reading(
    folder: Path, capsys: pytest.CaptureFixture[str], days: int
) -> None:
    answers.save(folder, answers.hyperliquid_meta())
    day = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)).date().isoformat()
    expected = 2 if days == 2 else 0  # tomorrow has begun in the east
    assert run("hyperliquid", "answer.json", "--out", "mine.toml", "--read", day) == expected
    assert ("lies ahead" in capsys.readouterr().err) == (days == 2)
