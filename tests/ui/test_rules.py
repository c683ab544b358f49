"""``unhedged rules``: what is typed and what comes back."""

import json

import pytest

from unhedged.cli.app import invoke


def run(*arguments: str) -> int:
    return invoke(("rules", *arguments))


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("rulebooks", "binance-usdm@2025-10-10"),
        ("adl", "bitmex-v1"),
        ("rules", "liquidation.is_liquidatable"),
        ("steps", "slice_with_cooldown"),
    ],
)
def test_lists_can_be_read_by_people_and_programs(capsys, what, name) -> None:
    assert run("list", what) == 0
    assert f"{name} " in capsys.readouterr().out
    assert run("list", what, "--json") == 0
    assert name in json.loads(capsys.readouterr().out)


def test_show_prints_every_value_of_a_rulebook_with_its_source(capsys) -> None:
    assert run("show", "binance-usdm") == 0
    out = capsys.readouterr().out
    assert out.startswith("binance-usdm@2025-10-10 · ")
    assert "TIERS BTCUSDT   mirrored" in out
    assert "121,482,000.0" in out


def test_show_prints_chapters(capsys) -> None:
    assert run("show", "bybit-linear", "adl", "tiers") == 0
    out = capsys.readouterr().out
    assert 'or "help-centre"  -100%' in out
    assert "80,000,000  is the most" in out
    assert "FUNDING" not in out


def test_show_prints_a_rule(capsys) -> None:
    assert run("show", "liquidation_price") == 0
    out = capsys.readouterr().out
    for words in (
        "Formula       (wallet - ",
        "Boundary      At the price itself",
        "Confidence    verified",
        "Code          unhedged/rules/liquidation_price.py:",
        "tests/unit/rules/test_worked_examples.py::BN-3",
    ):
        assert words in out


def test_show_prints_a_step_and_the_ladders_it_stands_in(capsys) -> None:
    assert run("show", "drop_tiers") == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "drop_tiers · step of a liquidation\nWhat lies above a lower tier is closed"
    )
    assert "Parameters    liquidation.reduction, liquidation.tiers_at_once" in out
    assert "bybit-linear@2025-10-10: step 2 of " in out
    assert "hyperliquid" not in out
    assert run("show", "drop_tiers", "--json") == 0
    page = json.loads(capsys.readouterr().out)
    assert page["ladders"]["bybit-linear@2025-10-10"][1] == "drop_tiers"


def test_every_step_that_is_listed_can_be_shown(capsys) -> None:
    assert run("list", "steps", "--json") == 0
    for name, words in json.loads(capsys.readouterr().out).items():
        assert run("show", name) == 0
        assert words[1:] in capsys.readouterr().out


def test_show_speaks_json(capsys) -> None:
    assert run("show", "okx-swap", "--json") == 0
    book = json.loads(capsys.readouterr().out)
    assert book["facts"]["margin.schedule"]["alternatives"]["marginal"]["value"] == "marginal"
    assert run("show", "fund_can_hold", "--json") == 0
    assert json.loads(capsys.readouterr().out)["name"] == "insurance.fund_can_hold"


def test_compare_shows_what_differs(capsys) -> None:
    assert run("compare", "binance-usdm", "hyperliquid") == 0
    out = capsys.readouterr().out
    assert "The ladders part at step 2" in out
    assert "more differ in fees" in out
    assert run("compare", "binance-usdm", "hyperliquid", "--all") == 0
    assert "FUNDING" in capsys.readouterr().out
    assert run("compare", "binance-usdm", "hyperliquid", "adl", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["left"], found["right"]) == ("binance-usdm@2025-10-10", "hyperliquid@2025-10-10")
    assert {row["path"].partition(".")[0] for row in found["differences"]} == {"adl"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "nothing"), 'Unknown list "nothing"'),
        (("show", "binance"), 'Did you mean "binance-usdm"?'),
        (("show", "is_liquidable"), 'Did you mean "is_liquidatable"?'),
        (("show", "drop_tier"), 'Did you mean "drop_tiers"?'),
        (("show", "okx-swap@2025-10-11"), 'Did you mean "okx-swap@2025-10-10"?'),
        (("show", "okx-swap", "adll"), 'Did you mean "adl"?'),
        (("compare", "okx-swap", "hyperliqud"), 'Did you mean "hyperliquid"?'),
        (("compare", "okx-swap", "bitmex", "fnd"), 'Did you mean "fund"?'),
    ],
)
def test_wrong_name_is_answered_with_the_nearest(capsys, arguments, words) -> None:
    assert run(*arguments) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 6
