"""``unhedged position``: screen, machine output, exit codes, errors."""

import json
from dataclasses import replace

import pytest

import unhedged
from unhedged.cli.app import invoke
from unhedged.venues import rulebook
from unhedged.venues.position import position

LEG = ("--leg", "BTCUSDT long 2 @ 121_000")


def run(*arguments: str) -> int:
    return invoke(["position", *arguments])


def test_machine_output_has_every_number_of_the_screen(capsys) -> None:
    assert run("binance-usdm", *LEG, "--collateral", "$40k", "--json") == 0
    out = json.loads(capsys.readouterr().out)
    assert out["rulebook"] == "binance-usdm@2025-10-10"
    assert out["equity"] == 40_000
    # 242,000 dollars in the bracket of 0.4 %.
    assert out["maintenance_margin"] == 968
    assert out["margin_ratio"] == pytest.approx(0.0242)
    assert out["equality"] == "safe"
    (leg,) = out["legs"]
    # (242,000 - 40,000) / 2 / (1 - 0.004), up to the tick.
    assert leg["lowest_safe_price"] == 101_405.7
    assert leg["bankruptcy_price"] == 101_000
    assert leg["highest_safe_price"] is None
    assert out["first_touch"]["price"] == 101_405.6
    assert out["first_touch"]["step"]["side"] == "sell"
    assert out["assumed"] == ["mark of BTCUSDT is its entry, 121,000"]


def test_everything_nobody_stated_is_on_the_screen(capsys) -> None:
    assert run("binance-usdm", "--leg", "ETHUSDT long 2 @ 4_000", "--collateral", "$2k") == 0
    out = capsys.readouterr().out
    for words in ("mark of ETHUSDT is its entry", "tick of ETHUSDT", "lot of ETHUSDT"):
        assert words in out
    assert "at the highest leverage of each tier" in out


def test_position_without_a_danger_says_so(capsys) -> None:
    assert run("binance-usdm", "--leg", "BTCUSDT long 1 @ 100_000", "--collateral", "$200k") == 0
    out = capsys.readouterr().out
    assert "No move of one contract alone liquidates this position." in out
    assert "never" in out


def test_ladder_without_a_description_says_so() -> None:
    book = rulebook.load("binance-usdm@2025-10-10")
    facts = {k: v for k, v in book.facts.items() if k != "liquidation.steps"}
    text = unhedged.Position(
        position(replace(book, facts=facts), [LEG[1]], collateral="$40k")
    ).summary()
    assert "what binance-usdm@2025-10-10 does first is not described." in " ".join(text.split())


def test_where_equality_liquidates_the_screen_says_so(capsys) -> None:
    assert run("okx-swap", *LEG, "--collateral", "$40k") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "maintenance and closing fee over equity; liquidated at or above 100%, equal is" in out


@pytest.mark.parametrize(
    "name", [n for n in rulebook.available() if rulebook.load(n).value("margin.mode") != "none"]
)
def test_every_rulebook_with_margin_shows_a_position(name, capsys) -> None:
    arguments = ("--leg", "C long 2 @ 100_000", "--collateral", "$40k")
    if name.startswith("bitmex"):
        inverse = ("--face", "XBTUSD=$1", "--collateral", "1 XBT")
        arguments = ("--leg", "XBTUSD long 20_000 @ 100_000", *inverse)
    else:
        tables = rulebook.load(name).tiers.values()
        table = next(t.name for t in tables if t.unit == "USD" or t.form == "slope")
        arguments = (*arguments, "--tiers", f"C={table}")
    assert run(name, *arguments) == 0
    assert "First" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("binance-usdm",), "There is no leg."),
        (("binance-usd", *LEG), 'Did you mean "binance-usdm"?'),
        (("binance-usdm", "--leg", "BTCUSDT long 2 at 3"), "is no leg"),
        (("binance-usdm", "--leg", "BTCUSDT lnog 2 @ 3"), 'Did you mean "long"?'),
        (("binance-usdm", "--leg", "BTCUSDT long two @ 3"), "size 'two' is no number"),
        (("binance-usdm", "--leg", "BTCUSDT long 2 @ 3 200x"), "200x is above 150x"),
        (("binance-usdm", *LEG, "--collateral", "40"), "'40' is no collateral."),
        (("binance-usdm", *LEG, "--collateral", "5 ETH"), "ETH has no price"),
        (("binance-usdm", *LEG, "--mark", "ETHUSDT=1"), 'Unknown leg "ETHUSDT"'),
        (("binance-usdm", *LEG, "--face", "ETHUSDT=$1"), 'Unknown leg "ETHUSDT"'),
        (("binance-usdm", *LEG, "--mark", "BTCUSDT=x"), "'x' is not a price."),
        (("binance-usdm", *LEG, "--mode", "hedge"), 'Unknown margin mode "hedge"'),
        (("spot@generic", *LEG), "there is no margin"),
    ],
)
def test_wrong_input_exits_two_with_what_where_and_how(arguments, words, capsys) -> None:
    assert run(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert len(err.strip().splitlines()) <= 6
    assert "Traceback" not in err


def test_python_call_is_the_same(capsys) -> None:
    found = unhedged.position("binance-usdm", [LEG[1]], collateral="$40k")
    run("binance-usdm", *LEG, "--collateral", "$40k")
    assert capsys.readouterr().out.strip() == found.summary().strip()
    assert repr(found) == "<position binance-usdm@2025-10-10 cross: 1 legs>"
    assert found._repr_html_().startswith("<pre>")


def test_position_compiles_nothing() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom unhedged.cli.app import invoke\n"
        f"assert invoke(['position', 'binance-usdm', '--leg', {LEG[1]!r}]) == 0\n"
        "assert not [m for m in ('numba', 'llvmlite', 'polars') if m in sys.modules]"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


@pytest.mark.parametrize(
    "options",
    [
        ["--leg", "BTCUSDT long 2 @ 1e400"],
        ["--leg", "BTCUSDT long 2 @ 121_000", "--mark", "BTCUSDT=1e400"],
    ],
)
def test_numbers_beyond_anything_traded_are_refused(options: list[str], capfd) -> None:
    assert invoke(["position", "binance-usdm", *options, "--collateral", "$50k"]) == 2
    assert "beyond anything that is traded" in capfd.readouterr().err


def test_both_legs_where_the_rulebook_is_silent_are_an_assumption(capfd) -> None:
    legs = ["--leg", "BTC long 2 @ 121_000", "--leg", "BTC short 1 @ 121_000"]
    assert invoke(["position", "hyperliquid", *legs, "--collateral", "$50k"]) == 0
    assert "may hold both legs, of which the rulebook says nothing" in " ".join(
        capfd.readouterr().out.split()
    )
