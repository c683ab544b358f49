"""What a user gets wrong is answered in words: where, what is allowed, what to do. Never a stack trace, never the library's words."""

import errno
import json
import os
from pathlib import Path

import pytest

from unhedged.cli.app import invoke
from unhedged.results import disk
from unhedged.scenario.load import load
from unhedged.vocab.errors import InconsistentRules, ResultsError, ScenarioError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys, *arguments: str) -> str:
    assert invoke(arguments) in (1, 2)
    err: str = capsys.readouterr().err
    assert "Traceback" not in err
    assert "Input should" not in err
    return err


def written(text: str, name: str = "mine.toml") -> str:
    Path(name).write_text(text, "utf-8")
    return name


def mine(text: str) -> str:
    return written(f'schema = 1\nbase = "calm"\nname = "mine"\n{text}')


@pytest.mark.parametrize("out", ["FILE", "FILE/sub", "/dev/null"])
def test_out_that_is_no_folder(capsys, out) -> None:
    Path("FILE").touch()
    text = said(capsys, "run", "calm", "--out", out, "-q")
    assert "cannot be made: Not a directory" in text
    assert "--out" in text


def test_new_in_a_folder_that_is_not_there(capsys) -> None:
    assert "cannot be written" in said(capsys, "new", "nodir/x.toml")


@pytest.mark.parametrize("depth", [60, 5_000])
def test_values_nested_deeper_than_any_key(capsys, depth) -> None:
    assert "deep" in said(capsys, "check", mine(f"title = {'[' * depth}{']' * depth}"))
    nested = f"run.duration={'[' * depth}{']' * depth}"
    assert "duration" in said(capsys, "check", "calm", "--set", nested)


def test_law_that_draws_what_no_quantity_can_be() -> None:
    law = {"law": "lognormal", "median": "$1", "sigma": 1e9}
    with pytest.raises(ScenarioError, match="sigma is 1e") as caught:
        load("calm", overrides={"agent.longs.capital": law})
    assert "sigma ≤ 10" in caught.value.allowed


def test_law_that_overflows_is_refused_where_it_is_drawn() -> None:
    from unhedged.engine.draw import Stream
    from unhedged.scenario.plan import Law

    law = Law(kind="lognormal", parameters={"median": 1e12, "sigma": 10.0})
    with pytest.raises(InconsistentRules, match=r"lognormal law of capital"):
        Stream(1, 0, "longs").draw(law, "capital", 1_000)


@pytest.mark.parametrize(
    ("limit", "words"),
    [("defict_usd > $5", 'Did you mean "deficit_usd"'), ("fall_share.BTC > 20%", "fall_share.hub/BTC-PERP")],
)  # fmt: skip
def test_limit_on_an_unknown_measure_is_refused_before_the_run(capsys, here, limit, words) -> None:
    assert words in said(capsys, "run", "calm", "--fail-if", limit)
    assert not (here / "results").exists()


def test_limit_that_is_suggested_is_valid() -> None:
    from unhedged.report.limits import parse_limit, refuse_if_unknown
    from unhedged.results.headline import known

    with pytest.raises(ScenarioError) as caught:
        parse_limit("deficit")
    for text in caught.value.allowed.split('"')[1::2]:
        refuse_if_unknown([parse_limit(text)], known(["hub/BTC-PERP"]))


def test_version_of_the_grammar(capsys) -> None:
    for text in ("schema = 99\n", ""):
        words = said(capsys, "check", written(f'{text}name = "x"\n'))
        assert "write schema = 1 at the top" in words
        assert "Available" not in words.splitlines()[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[run]\nreplicates = 0", "Expected at least 1."),
        ("[run]\nreplicates = 99_000_000", "Expected at most 1,000,000."),
        ("[run]\nduration = 2020-01-01", "2020-01-01 is not a duration."),
        ("start_utc = 'soon'", "Expected a date with time of day and zone"),
    ],
)
def test_bounds_in_our_own_words(capsys, line, words) -> None:
    text = said(capsys, "check", mine(line))
    assert words in text
    assert "datetime" not in text


def test_seed_out_of_range_is_named_as_typed(capsys) -> None:
    assert invoke(["run", "calm", "--seed", "9" * 30]) == 2
    text = capsys.readouterr().err
    assert "--seed" in text
    assert "run.seed" not in text


def test_error_of_a_mapping_is_not_laid_on_its_base() -> None:
    with pytest.raises(ScenarioError) as caught:
        load({"schema": 1, "base": "calm", "name": "x", "run": {"replicates": -1}})
    assert (caught.value.file, caught.value.line) == ("scenario", None)


def test_block_on_top_of_a_base_is_called_by_its_id(capsys) -> None:
    text = said(capsys, "check", mine('[[agent]]\nid = "own"\nkind = "leveraged"\ncount = -1'))
    assert 'agent "own"' in text


def test_mark_in_front_of_the_text_is_passed_over(capsys) -> None:
    Path("bom.toml").write_text('schema = 1\nbase = "calm"\nname = "bom"\n', "utf-8-sig")
    assert invoke(["check", "bom.toml"]) == 0


def test_hint_of_an_override_can_be_typed(capsys) -> None:
    text = said(capsys, "check", "calm", "--set", "novalue")
    assert invoke(["check", "calm", "--set", text.split()[-1]]) == 0


def test_policy_that_is_listed_is_shown(capsys) -> None:
    assert invoke(["rules", "show", "binance-v1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("binance-v1 · ADL policy")
    assert "Binance's score" in out
    assert invoke(["rules", "show", "contract-pro-rata-v1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "contract-pro-rata-v1"


def test_long_names_of_rules_keep_their_distance(capsys) -> None:
    assert invoke(["rules", "compare", "binance-usdm", "bybit-linear"]) == 0
    assert "cap_of_maintenance75%" not in capsys.readouterr().out


def test_file_larger_than_allowed_names_the_limit(tmp_path) -> None:
    with (
        pytest.raises(ResultsError, match="larger than is allowed") as caught,
        disk.whole_or_absent(tmp_path / "x"),
    ):
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    assert "ulimit -f" in caught.value.hint
