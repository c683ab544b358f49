"""``unhedged replay`` as it is typed."""

import json
import re

import pytest
from tests.support import sample_archive as sample
from tests.support.event_data import SHOCKS, real_event, write

import unhedged
from unhedged.cli.app import invoke

EVENT = "hyperliquid-2025-10-10"
MOST_BYTES = 8_000_000
FETCHES = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=")


@pytest.fixture
def folder(tmp_path):
    sample.small(tmp_path)
    return tmp_path


def test_screen_of_an_archive(folder, capsys):
    assert invoke(["replay", EVENT, "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "waves of your archive (50 ADL fills)" in " ".join(out.split())
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


def test_page_of_an_archive_is_one_file_that_asks_nothing_of_a_network(folder, tmp_path, capsys):
    page = tmp_path / "replay.html"
    assert invoke(["replay", EVENT, "--data", str(folder), "--out", str(page), "--json"]) == 0
    captured = capsys.readouterr()
    json.loads(captured.out)
    assert "one file, no network" in captured.err
    html = page.read_text("utf-8")
    assert len(html.encode()) <= MOST_BYTES
    assert not FETCHES.findall(html)
    for title in ("Your archive, rolled forward fill by fill", "Limits", "Repeat it"):
        assert f"<h2>{title}</h2>" in html
    assert "How hard would each policy have hit in your archive?" in html


def test_page_of_the_event_begins_with_number_unit_count_and_definition(tmp_path):
    found = unhedged.replay_event(EVENT, data=real_event().listing.root)
    html = found.report(tmp_path / "event.html").read_text("utf-8")
    first = re.search(r"<h1>(.*?)</h1>", html)
    assert first is not None
    assert first[1].startswith(
        "$45M was taken from winners beyond need in 16 waves: equity removed"
    )
    assert len(html.encode()) <= MOST_BYTES
    assert not FETCHES.findall(html)
    for question in (
        "When were winners closed?",
        "How much was needed, and how much was taken?",
        "Does it matter when one looks?",
        "Which published policy is best, once the yardstick is right?",
        "How hard would each policy have hit the accounts whose fills are there?",
        "How hard would each policy have hit, had the waves met accounts like these?",
    ):
        assert f"<h3>{question}</h3>" in html
    assert "0x4a96…500e" in html
    assert not re.search(r"0x[0-9a-f]{40}", html)  # accounts are shortened


def test_page_of_one_table_has_what_that_table_says(tmp_path):
    write(tmp_path / "data", "per_shock_metrics_queue.csv", SHOCKS, "BTC,1,x,2,10,5,3,0")
    found = unhedged.replay_event(EVENT, data=tmp_path / "data")
    html = found.report(tmp_path / "one.html").read_text("utf-8")
    assert "What is wrong in the publications" in html
    assert "When were winners closed?" not in html
