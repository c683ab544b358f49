"""What is typed and what comes back: text, exit codes, machine output."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from unhedged.cli.app import invoke
from unhedged.vocab.errors import InvariantError


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """A stand-in that answers at once: the fund's start decides what is deleveraged."""

    def run_replicate(plan, replicate, *, keep="tables", profile=False, progress=None):
        if progress is not None:
            progress(0.5)
        if stand_in.broken:
            raise InvariantError("money does not balance", step=7)
        taken = max(0.0, 30e6 - plan.venues[0].fund_start_usd) + replicate * 1e6
        return SimpleNamespace(
            tables={},
            headline={
                "adl_usd": taken,
                "first_adl_ns": 4_440 * 10**9 if taken else None,
                "deficit_usd": 2e6 * replicate,
                "fall_share.hub/BTC-PERP": 0.12 + replicate / 100,
                "trades": 1_234_567 + replicate,
            },
            checks={"ledger": "balanced"},
        )

    stand_in = SimpleNamespace(run_replicate=run_replicate, broken=False, compiled=[])
    monkeypatch.setitem(sys.modules, "unhedged.engine.run", stand_in)
    no_compiling = SimpleNamespace(ready=lambda plan, say: stand_in.compiled.append(say))
    monkeypatch.setitem(sys.modules, "unhedged.engine.ready", no_compiling)
    monkeypatch.setattr("unhedged.results.manifest.source_hash", lambda: "0" * 64)
    monkeypatch.chdir(tmp_path)
    return stand_in


def run(*arguments: str) -> int:
    return invoke(arguments)


def test_run_ends_with_finding_numbers_ledger_results_and_next_command(engine, capsys) -> None:
    assert (
        run(
            "run",
            "calm",
            "--replicates",
            "5",
            "--workers",
            "1",
            "--set",
            "venue.hub.fund.start=$25M",
        )
        == 0
    )
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert (
        lines[1] == "  Auto-deleveraging began in 5 of 5 replicates (100%, 95% interval 57–100%)."
    )
    assert lines[2] == "  Where it did, it took $7M of profitable positions (median)."
    assert lines[3] == "  hub/BTC-PERP fell 14% (median)."
    assert "median            5%           95%" in out
    assert "  Ledger: balanced to the atom in every replicate." in lines
    assert any(line.startswith("  Results  results/calm-") for line in lines)
    assert any(
        line == "  Next     unhedged compare calm --vary venue.hub.adl.enabled=true,false "
        "--set 'venue.hub.fund.start=$25M' --workers 1 --replicates 5"
        for line in lines
    )
    assert err.startswith("calm · 6 h simulated · ")


def test_one_replicate_shows_its_own_numbers(engine, capsys) -> None:
    assert run("run", "calm", "--replicates", "1", "-q") == 0
    out, err = capsys.readouterr()
    assert "Nobody was auto-deleveraged." in out
    assert "1,234,567" in out
    assert "never" in out
    assert "median" not in out
    assert err == ""


def test_next_command_works_as_typed_and_is_about_this_run(engine, capsys) -> None:
    import shlex

    run("new", "my.toml", "--base", "calm")
    typed = ("--replicates", "2", "--seed", "7", "--out", "my results", "--keep", "summary", "-q")
    assert run("run", "my.toml", *typed, "--workers", "1") == 0
    (line,) = [x for x in capsys.readouterr().out.splitlines() if x.startswith("  Next")]
    program, *arguments = shlex.split(line.removeprefix("  Next"))
    assert program == "unhedged"
    assert run(*arguments) == 0
    assert len(list(Path("my results").iterdir())) == 2
    assert run("run", "my.toml", "--replicate", "1", "-q") == 0
    assert "  Next     unhedged run my.toml" in capsys.readouterr().out


def test_program_is_named_by_its_path_where_the_shell_does_not_find_it(
    monkeypatch, tmp_path
) -> None:
    from unhedged.cli.again import program

    file = tmp_path / "my env" / "bin" / "unhedged"
    file.parent.mkdir(parents=True)
    file.write_text("")
    file.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(file)])
    monkeypatch.setenv("PATH", "/nowhere")
    assert program() == f"'{file}'"
    monkeypatch.setenv("PATH", str(file.parent))
    assert program() == "unhedged"
    monkeypatch.setattr(sys, "argv", ["/x/unhedged/__main__.py"])
    assert program().endswith(" -m unhedged")


def test_machine_output_is_json_alone(engine, capsys) -> None:
    assert run("run", "calm", "--replicates", "2", "--workers", "1", "--json", "-q") == 0
    out = json.loads(capsys.readouterr().out)
    assert [row["replicate"] for row in out["replicates"]] == [0, 1]
    assert Path(out["path"]).is_dir()


def test_single_replicate_can_be_repeated(engine, capsys) -> None:
    assert run("run", "calm", "--replicate", "17", "--json", "-q") == 0
    out = json.loads(capsys.readouterr().out)
    assert [row["replicate"] for row in out["replicates"]] == [17]


def test_only_the_replicates_asked_for_are_shown_and_judged(engine, capsys) -> None:
    assert run("run", "calm", "--replicates", "4", "--workers", "1", "-q") == 0
    capsys.readouterr()
    limit = ("--fail-if", "deficit_usd > $3M")
    assert run("run", "calm", "--replicates", "2", "-q", *limit) == 0
    out = capsys.readouterr().out
    assert "in 1 of 2 replicates" in out
    assert "2 more replicates" in out
    assert run("run", "calm", "--replicate", "1", "-q", "--json") == 0
    found = json.loads(capsys.readouterr().out)["replicates"]
    assert [row["replicate"] for row in found] == [1]
    assert run("run", "calm", "--replicates", "4", "-q", *limit) == 4
    capsys.readouterr()
    vary = ("--vary", "venue.hub.fund.start=$25M,$40M")
    assert run("compare", "calm", *vary, "--replicates", "4", "--workers", "1", "-q") == 0
    assert run("compare", "calm", *vary, "--replicates", "2", "-q") == 0
    out = capsys.readouterr().out
    assert "4 pairs" in out
    assert "2 pairs" in out.rpartition("4 pairs")[2]


def test_too_many_replicates_are_refused_at_once(engine, capsys) -> None:
    assert run("run", "calm", "--replicates", "1000000000") == 2
    assert run("run", "calm", "--set", "run.replicates=1000000000") == 2
    assert run("run", "calm", "--replicate", "3", "--replicates", "5") == 2
    assert "not both" in capsys.readouterr().err


def test_nothing_is_overwritten_without_force(engine, capsys, monkeypatch) -> None:
    run("run", "calm", "--replicates", "1", "-q")
    monkeypatch.setattr("unhedged.results.manifest.source_hash", lambda: "1" * 64)
    assert run("run", "calm", "--replicates", "1", "-q") == 1
    assert "another version" in capsys.readouterr().err
    assert run("run", "calm", "--replicates", "1", "-q", "--force") == 0


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("deficit_usd > $1M", 4),
        ("deficit_usd > $50M", 0),
        ("fall_share.hub/BTC-PERP > 12.5%", 4),
        ("trades <= 5", 0),
        ("first_adl_ns < 2h", 4),
    ],
)
def test_breached_limit_has_its_own_exit_code(engine, capsys, limit, code) -> None:
    assert (
        run("run", "calm", "--replicates", "2", "--workers", "1", "-q", "--fail-if", limit) == code
    )
    err = capsys.readouterr().err
    assert (err == "") == (code == 0)


@pytest.mark.parametrize(
    "limit", ["deficit", "deficit_usd > 5", "deficit_usd > 5%", "defict_usd > $5", "trades > many"]
)
def test_limit_that_cannot_be_read_is_wrong_input(engine, capsys, limit) -> None:
    assert run("run", "calm", "--replicates", "1", "-q", "--fail-if", limit) == 2


def test_broken_invariant_exits_three_with_the_command_that_repeats_it(engine, capsys) -> None:
    engine.broken = True
    assert run("run", "calm", "--replicates", "1", "-q") == 3
    err = capsys.readouterr().err
    assert "This is a bug, not your input." in err
    assert "unhedged run calm --seed 1" in err


def test_wrong_input_exits_two_without_a_trace(capsys) -> None:
    assert run("run", "calmm") == 2
    assert run("run", "calm", "--set", "venue.hub.fund.start=10") == 2
    assert run("run", "calm", "--keep", "nothing") == 2
    assert run("run", "calm", "--bogus") == 2
    assert run("check", "no/such.toml") == 2
    assert run("compare", "calm", "--vary", "x") == 2
    assert run("rules", "list", "nothing") == 2
    assert run("rules", "show", "binance") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_compare_prints_the_change_then_the_differences(engine, capsys) -> None:
    assert (
        run(
            "compare",
            "calm",
            "--vary",
            "venue.hub.fund.start=$10M,$40M",
            "--replicates",
            "8",
            "--workers",
            "1",
            "-q",
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "venue.hub.fund.start: $10M → $40M" in out
    assert "venues.hub.fund_start_usd: 10000000.0 → 40000000.0" in out
    assert "In 8 pairs of twins these differ beyond chance: auto-deleveraged notional." in out
    row = next(line for line in out.splitlines() if line.startswith("Auto-deleveraged notional"))
    assert row.split()[2:] == ["$23.5M", "$3.5M", "−$20M", "−$20M", "to", "−$20M"]


def test_compare_speaks_json(engine, capsys) -> None:
    assert (
        run(
            "compare",
            "calm",
            "--vary",
            "venue.hub.adl.enabled=true,false",
            "--replicates",
            "1",
            "-q",
            "--json",
        )
        == 0
    )
    (twin,) = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert {d["low"] for d in twin["differences"]} == {None}
    assert twin["changes"] == [["venues.hub.adl_on", True, False]]
    assert twin["ladders"] == {}


def test_compare_announces_what_it_compiles(engine, capsys) -> None:
    assert run("compare", "calm", "--vary", "run.seed=1,2", "--replicates", "1") == 0
    engine.compiled[0]("Compiling")
    assert capsys.readouterr().err.endswith("Compiling\n")


@pytest.mark.parametrize("values", ["true,true", "true,True", "true"])
def test_compare_refuses_to_run_the_same_twice(engine, tmp_path, values) -> None:
    assert run("compare", "calm", "--vary", f"venue.hub.adl.enabled={values}", "-q") == 2
    assert not (tmp_path / "results").exists()


def test_compare_validates_every_variant_before_the_first_run(engine, tmp_path) -> None:
    assert run("compare", "calm", "--vary", "venue.hub.fund.start=$10M,10", "-q") == 2
    assert not (tmp_path / "results").exists()


def test_results_folder_is_checked(engine, capsys, tmp_path) -> None:
    run("run", "calm", "--replicates", "1", "-q", "--json")
    path = json.loads(capsys.readouterr().out)["path"]
    assert run("check", path) == 0
    assert "is whole: 1 of 1 replicates" in capsys.readouterr().out
    assert run("check", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True
    series = next(Path(path).rglob("series.parquet"))
    series.write_bytes(b"")
    assert run("check", path) == 1
    assert run("check", path, "--json") == 1
    assert json.loads(capsys.readouterr().out)["wrong"]
    assert run("check", str(tmp_path)) == 1


def test_check_and_show_say_what_is_in_a_scenario(capsys) -> None:
    assert run("check", "calm") == 0
    assert capsys.readouterr().out.startswith("calm is fine: 2 venues, 2 instruments, ")
    assert run("check", "calm", "--json") == 0
    assert json.loads(capsys.readouterr().out)["plan"]["name"] == "calm"
    assert run("show", "btc-cascade") == 0
    out = capsys.readouterr().out
    assert " 0:20          BTC is worth −8%, exponential over 5 m" in out
    assert "fund ($25M) → ADL" in out


def test_show_all_lists_every_default_with_its_confidence(capsys) -> None:
    assert run("show", "calm", "--all") == 0
    out = capsys.readouterr().out
    assert "  venue.hub.liquidation.fee = 1.5%  (rulebook, unverified)" in out
    assert "  instrument.hub/BTC-PERP.index = spot/BTC × 1" in out


def test_new_scenario_is_valid_as_written(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("new", "mine.toml") == 0
    assert run("check", "mine.toml") == 0
    assert run("new", "mine.toml") == 2
    assert "Nothing was written" in capsys.readouterr().err
    assert run("new", "mine.toml", "--force", "--base", "calm") == 0
    assert run("new", "my scenario.toml") == 2


def test_version_is_printed(capsys) -> None:
    import unhedged

    assert run("--version") == 0
    assert capsys.readouterr().out.strip() == unhedged.__version__


def test_doctor_names_versions_cache_and_scenarios(capsys) -> None:
    assert run("doctor", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert {"unhedged", "python", "numba", "cores", "cache", "scenarios"} <= set(facts)
    assert facts["scenarios"].endswith("all valid")
