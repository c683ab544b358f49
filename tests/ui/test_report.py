"""`unhedged report`: the page of a run and of twins, from real runs of a small market."""

import re
from pathlib import Path

import pytest

import unhedged
from unhedged.cli.app import invoke

MOST_BYTES = 8_000_000


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    out = tmp_path_factory.mktemp("results")
    options = {"replicates": 2, "workers": 1, "out": out}
    base = unhedged.run("btc-cascade", **options)
    off = unhedged.run("btc-cascade", overrides={"venue.hub.adl.enabled": "false"}, **options)
    return base.path, off.path


def test_the_page_of_a_run(runs: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["report", str(runs[0])]) == 0
    page = runs[0] / "report.html"
    assert str(page) in capfd.readouterr().out
    html = page.read_text("utf-8")
    results = unhedged.open_results(runs[0])
    first = re.search(r"<h1>(.*?)</h1>", html)
    assert first is not None
    assert first[1] == results.summary().splitlines()[0]
    assert results.manifest()["plan_hash"][:16] in html
    assert len(html.encode()) <= MOST_BYTES
    for question in (
        "How far did prices fall, and who had to sell?",
        "Who was still there to trade with?",
        "What did the funds carry?",
        "What happened to the desk hit worst?",
        "Who won and who lost?",
        "On which leg was it made or lost?",
        "How much is chance?",
    ):
        assert f"<h3>{question}</h3>" in html
    assert '<section id="limits">' in html
    assert results.verify() == []


def test_figures_by_name_for_a_notebook(runs: tuple[Path, Path]) -> None:
    figures = unhedged.open_results(runs[0]).figures(replicate=1)
    assert {
        "price",
        "risk",
        "families",
        "depth",
        "backing",
        "legs",
        "unhedged",
        "payers",
        "ledger",
        "carry",
    } == set(figures)
    plot = figures["price"].plotly()
    assert plot.layout.title.text == figures["price"].question
    forced = sum(usd for trace in plot.data if trace.type == "bar" for usd in trace.y)
    table = {
        name: unhedged.open_results(runs[0]).table(name, replicate=1)["notional"].sum()
        for name in ("liquidations", "adl")
    }
    assert forced * 1e6 == pytest.approx(sum(table.values()), rel=1e-4)


def test_the_page_of_twins(runs: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "twins.html"
    assert invoke(["report", *map(str, runs), "--out", str(target), "-q"]) == 0
    html = target.read_text("utf-8")
    assert "In 2 pairs of twins" in html or "No measure differs beyond chance in 2 pairs" in html
    assert "venues.hub.adl_on" in html
    assert "Is it so in every pair?" in html


def test_no_folder_no_page(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert invoke(["report", str(tmp_path / "nowhere")]) != 0
    assert "nowhere" in capfd.readouterr().err
