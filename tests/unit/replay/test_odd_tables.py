"""Tables that are well formed and say nothing sensible: zeros, one row, a header alone. Nothing breaks, nothing is made up."""

import json

import pytest
from tests.support.event_data import write

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
