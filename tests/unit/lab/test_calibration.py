"""A calibration: what it may move, a search that survives a kill at any moment, what it learns."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from unhedged.lab import calibration, search, sensitivity, targets
from unhedged.lab.calibrate import child_of
from unhedged.lab.misses import FARTHEST, UNKNOWN, loss, misses
from unhedged.report.calibration import summary
from unhedged.scenario.load import load as load_scenario
from unhedged.vocab.errors import ResultsError

TARGETS = targets.load("october-2025")
SPEC = calibration.load("october-2025", TARGETS)


def measure(values: Mapping[str, float], replicates: int) -> dict[str, list[float | None]]:
    """Two rows that pull against each other: the fall grows with the shock, the return shrinks with it."""
    shock = values["fast shock, %"]
    return {
        "fall of BTC": [-0.04 * shock] * replicates,
        "recovered share": [1.2 - 0.3 * shock] * replicates,
        "first leg": [-0.008 * shock] * replicates,
        "level after 20 minutes": [None] * replicates,
    }


SMALL = replace(SPEC, fitted=(5, 9, 52))


@pytest.mark.parametrize("name", calibration.known())
def test_what_ships_can_be_searched_and_written(name: str) -> None:
    spec = calibration.load(name, targets.load(name))
    loaded = load_scenario(spec.scenario)
    made = loaded.vary(spec.overrides({p.name: p.start for p in spec.parameters}))
    assert made.plan().hash() == loaded.plan().hash()  # a search starts from what ships
    assert len(spec.parameters) <= calibration.MOST_PARAMETERS
    reported = {row.id for row in TARGETS.rows if row.scope == "october"} - set(spec.fitted)
    assert len(reported) >= len(spec.fitted)  # more is kept back than fitted


def test_a_value_is_written_as_it_is_read_back() -> None:
    write = calibration.Write(path="x", text="{}%", minus=100.0)
    assert write.of(76.0) == "24%"
    assert calibration.Write(path="x", times=1.4).of(3.0) == 4.2
    assert calibration.Write(path="x", text="${}M").of(28.123456) == "$28.12M"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parameters": SPEC.parameters * 2}, "at most 12"),
        ({"final_seed": SPEC.seed}, "share seed"),
        ({"fitted": (5, 47)}, "Rows 47"),
        ({"parameters": (replace(SPEC.parameters[0], start=9.0),)}, "outside its range"),
    ],
)
def test_a_search_that_would_fool_us_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ResultsError, match=said):
        calibration.check(replace(SPEC, **change), TARGETS)


def test_misses_count_half_widths_beyond_the_bounds() -> None:
    found = misses(
        TARGETS,
        [5, 9, 52],
        {"fall of BTC": [-0.22], "recovered share": [0.5], "first leg": [-0.03]},
    )
    assert found[5] == pytest.approx(1.0)
    assert found[9] == 0.0
    assert found[52] == pytest.approx(UNKNOWN / 2)
    assert misses(TARGETS, [5], {"fall of BTC": [5.0]})[5] == FARTHEST
    assert loss({1: 1.0, 2: 3.0}) == 5.0


def test_the_search_improves_on_its_start_and_repeats_itself(tmp_path: Path) -> None:
    traces = []
    for name in ("a", "b"):
        search.open_folder(tmp_path / name, SMALL, TARGETS, "source")
        traces.append(list(search.search(tmp_path / name, SMALL, TARGETS, measure, evaluations=25)))
    assert traces[0] == traces[1]
    assert traces[0][0].values == {p.name: p.start for p in SMALL.parameters}
    assert min(e.loss for e in traces[0]) < traces[0][0].loss


def test_a_kill_loses_the_running_evaluation_alone(tmp_path: Path) -> None:
    search.open_folder(tmp_path, SMALL, TARGETS, "source")
    first = list(islice(search.search(tmp_path, SMALL, TARGETS, measure, evaluations=20), 7))
    trace = tmp_path / search.EVALUATIONS
    trace.write_text(
        trace.read_text("utf-8") + '{"number": 7, "val', "utf-8"
    )  # killed while it wrote
    rest = list(search.search(tmp_path, SMALL, TARGETS, measure, evaluations=20))
    assert [e.number for e in [*first, *rest]] == list(range(20))
    assert search.read(trace) == [*first, *rest]
    assert list(search.search(tmp_path, SMALL, TARGETS, measure, evaluations=20)) == []


def test_a_folder_of_another_search_is_refused(tmp_path: Path) -> None:
    search.open_folder(tmp_path, SMALL, TARGETS, "source")
    search.open_folder(tmp_path, SMALL, TARGETS, "source")
    for other in ((replace(SMALL, replicates=9), "source"), (SMALL, "other source")):
        with pytest.raises(ResultsError, match="another search"):
            search.open_folder(tmp_path, other[0], TARGETS, other[1])


def test_a_damaged_trace_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(ResultsError, match="a line is no evaluation"):
        search.read(tmp_path / "t.jsonl")


def test_the_best_are_run_again_once_and_one_is_chosen(tmp_path: Path) -> None:
    search.open_folder(tmp_path, SMALL, TARGETS, "source")
    trace = list(search.search(tmp_path, SMALL, TARGETS, measure, evaluations=12))
    with pytest.raises(ResultsError, match="no candidate"):
        search.chosen(tmp_path)
    again = list(search.finals(tmp_path, SMALL, TARGETS, measure))
    best = sorted(trace, key=lambda e: (e.loss, e.number))[: search.BEST]
    assert [e.number for e in again] == [e.number for e in best]
    assert all(len(e.measured["first leg"]) == SMALL.final_replicates for e in again)
    assert list(search.finals(tmp_path, SMALL, TARGETS, measure)) == []
    assert search.chosen(tmp_path).number == best[0].number


def test_what_a_search_learns(tmp_path: Path) -> None:
    search.open_folder(tmp_path, SMALL, TARGETS, "source")
    trace = list(search.search(tmp_path, SMALL, TARGETS, measure, evaluations=40))
    moved = sensitivity.effects(trace)
    assert moved["fast shock, %"]["fall of BTC"] == pytest.approx(-1.0)
    assert moved["fast shock, %"]["recovered share"] == pytest.approx(-1.0)
    assert "level after 20 minutes" not in moved["fast shock, %"]
    text = summary(SMALL, TARGETS, trace, trace[0])
    assert "fast shock, %" in text
    assert "BTC, deepest fall from the level at the news" in text
    json.dumps(moved)


def test_rank_correlation_by_hand() -> None:
    rising = list(range(8))
    assert sensitivity.spearman(rising, [v**3 for v in rising]) == pytest.approx(1.0)
    assert sensitivity.spearman(rising, [-v for v in rising]) == pytest.approx(-1.0)
    assert sensitivity.spearman(rising, [1.0] * 8) is None
    assert sensitivity.spearman(rising[:7], rising[:7]) is None
    assert sensitivity.ranks([5.0, 1.0, 5.0]).tolist() == [1.5, 0.0, 1.5]


def test_the_scenario_that_comes_out_loads_and_says_how_it_was_made(tmp_path: Path) -> None:
    values = {p.name: p.start for p in SPEC.parameters}
    best = search.Evaluation(number=3, values=values, loss=0.5, misses={}, measured={})
    text = child_of(SPEC, best)
    assert text.startswith("# october-2025 with the values of evaluation 3")
    file = tmp_path / "calibrated.toml"
    file.write_text(text, "utf-8")
    loaded = load_scenario(SPEC.final)
    assert load_scenario(file).plan().hash() == loaded.vary(SPEC.overrides(values)).plan().hash()
