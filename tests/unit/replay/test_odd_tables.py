"""Tables that are well formed and say nothing sensible: zeros, one row, a header alone. Nothing breaks, nothing is made up."""

import json

import pytest
from tests.support.event_data import REMOVALS, SHOCKS, write

from unhedged.replay.catalogue import FLAG, TABLES, TEXT
from unhedged.replay.event import replay
from unhedged.report.page.render import render
from unhedged.report.replay import summary
from unhedged.report.replay_page import replay_page

EVENT = "hyperliquid-2025-10-10"
FILES = {"fills": "adl_detailed_x.csv", "sweep": "eval_horizon_sweep_gap_ms-5000.csv"}


def file_of(spec) -> str:
    return f"hyperreplay/{FILES.get(spec.name, spec.stem + '.csv')}"


def row_of(spec, value: str) -> str:
    kinds = {TEXT: "2025-10-10 21:16:04.831000+00:00", FLAG: "False"}
    return ",".join(kinds.get(kind, value) for kind in spec.columns.values())


def looked_at(folder) -> dict:
    found = replay(EVENT, folder).to_json()
    json.dumps(found, allow_nan=False)
    summary(found)
    render(replay_page(found))
    return found


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: spec.name)
@pytest.mark.parametrize("value", ["0", "1"])
def test_a_table_alone_that_says_nothing_sensible(spec, value, tmp_path):
    write(tmp_path, file_of(spec), ",".join(spec.columns), row_of(spec, value))
    found = looked_at(tmp_path)
    assert [table["table"] for table in found["data"]["tables"]] == [spec.name]
    named = [one["what"] for one in found["data"]["problems"]]
    assert named == (
        ["closes 0 of a position of 0."] if (spec.name, value) == ("fills", "0") else []
    )


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: spec.name)
def test_a_table_without_rows_is_named_and_left_out(spec, tmp_path):
    write(tmp_path, file_of(spec), ",".join(spec.columns))
    write(
        tmp_path,
        "hyperreplay/x/adl_by_coin_REALTIME.csv",
        ",".join(TABLES[9].columns),
        row_of(TABLES[9], "1"),
    )
    found = looked_at(tmp_path)
    if spec.name != "coins":  # there the rows of the other file are the table
        assert [one["what"] for one in found["data"]["problems"]] == ["has headings and no rows."]


@pytest.mark.parametrize("value", ["0", "1"])
def test_all_tables_together_that_say_nothing_sensible(value, tmp_path):
    for spec in TABLES:
        write(tmp_path, file_of(spec), ",".join(spec.columns), row_of(spec, value))
    assert len(looked_at(tmp_path)["data"]["tables"]) == len(TABLES)


@pytest.mark.parametrize(
    "name",
    [
        "headlines",
        "total_impact_results",
        "cascade_timing_results",
        "adl_prioritization_results",
        "adl_flow_data",
        "realtime_analysis_summary",
    ],
)
@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"timeline": [{"second": "x"}]}', "no json", '{"headline": 5}']
)
def test_a_document_of_another_shape_is_named_and_left_out(name, text, tmp_path):
    write(tmp_path, f"hyperreplay/{name}.json", text)
    write(
        tmp_path,
        "hyperreplay/adl_by_coin_REALTIME.csv",
        ",".join(TABLES[9].columns),
        row_of(TABLES[9], "1"),
    )
    found = looked_at(tmp_path)
    assert [one["file"] for one in found["data"]["problems"]] == [f"hyperreplay/{name}.json"]
    assert found["data"]["documents"] == []


@pytest.mark.parametrize("headings", [False, True])
def test_removals_of_later_horizons_alone_say_what_was_needed_and_not_that_nothing_was_taken(
    headings, tmp_path
):
    name = "two_pass_equity_delta_by_wave.csv"
    write(tmp_path, f"horizon_ms_500/{name}", REMOVALS, "1,1000,2000,2500,9,40,70,5,900,300")
    write(tmp_path, f"horizon_ms_1000/{name}", REMOVALS, "1,1000,2000,3000,9,40,90,5,900,300")
    if headings:
        write(tmp_path, f"horizon_ms_0/{name}", REMOVALS)
    found = looked_at(tmp_path)
    figures = {figure["id"]: figure["value"] for figure in found["figures"]}
    assert figures["needed"] == 40.0
    assert (figures["overshoot.500_ms"], figures["overshoot.1000_ms"]) == (30.0, 50.0)
    assert not {"removed", "overshoot", "overshoot_above"} & set(figures)
    assert any(
        gap["why"] == "not in the folder: removals at horizon 0" for gap in found["not_computed"]
    )
    assert "was taken from winners" not in summary(found)
    named = [one["file"] for one in found["data"]["problems"]]
    assert named == ([f"horizon_ms_0/{name}"] if headings else [])


def test_a_part_with_headings_alone_is_named_beside_one_with_rows(tmp_path):
    name = "per_shock_metrics_queue"
    write(tmp_path, f"{name}.part_a.csv", SHOCKS)
    write(tmp_path, f"{name}.part_b.csv", SHOCKS, "BTC,1,x,2,10,5,3,0")
    found = looked_at(tmp_path)
    (problem,) = found["data"]["problems"]
    assert (problem["file"], problem["what"]) == (f"{name}.part_a.csv", "has headings and no rows.")
    assert found["data"]["tables"][0]["files"] == [f"{name}.part_b.csv"]
