"""Tables in a folder: parts joined, wrong ones named by file and row, the rest kept."""

import gzip

import pytest
from tests.support.event_data import COINS, FILLS, SECONDS, SHOCKS, write

from unhedged.replay.catalogue import TABLES, stem_of
from unhedged.replay.figures import Basis
from unhedged.replay.groups import complete_groups
from unhedged.replay.loading import load_event
from unhedged.replay.shocks import shocks
from unhedged.vocab.errors import DataError


def only_problem(data):
    assert len(data.problems) == 1, [str(problem) for problem in data.problems]
    return data.problems[0]


def test_parts_of_one_table_lie_at_any_depth_and_are_one_table(tmp_path):
    write(tmp_path, "here/per_shock_metrics_queue.part_a.csv", SHOCKS, "BTC,1,x,0,10,5,5,0")
    write(tmp_path, "else/where/per_shock_metrics_queue.part_b.csv", SHOCKS, "ETH,1,x,1,10,5,4,0")
    table = load_event(tmp_path).table("shocks")
    assert sorted(table.frame["coin"]) == ["BTC", "ETH"]
    assert len(table.files) == 2
    assert table.part == (2, 1_125)


@pytest.mark.parametrize(
    "name",
    ["a/eval_x.part_b.csv.gz", "eval_x.csv", "eval_x.json", "b/eval_x.part_a.json.gz"],
)
def test_stem_leaves_out_folder_part_and_extension(name):
    assert stem_of(name) == "eval_x"


def test_equals_sign_in_a_name_is_a_dash(tmp_path):
    assert stem_of("eval_horizon_sweep_gap_ms=5000.csv") == "eval_horizon_sweep_gap_ms-5000"


def test_missing_column_is_named_and_other_tables_are_kept(tmp_path):
    write(tmp_path, "adl_notional_by_second_coin.csv", "wave,t_ms,coin", "1,1000,BTC")
    write(tmp_path, "per_shock_metrics_queue.csv", SHOCKS, "BTC,1,x,0,10,5,5,0")
    data = load_event(tmp_path)
    problem = only_problem(data)
    assert (problem.file, problem.row) == ("adl_notional_by_second_coin.csv", 1)
    assert "adl_notional_usd" in problem.what
    assert data.table("seconds") is None
    assert shocks(data).figure("queue_net").value == 5.0


def test_copied_part_is_named_and_not_counted_twice(tmp_path):
    for folder in ("a", "b"):
        write(
            tmp_path, f"{folder}/per_shock_metrics_queue.part_a.csv", SHOCKS, "BTC,1,x,0,10,5,5,0"
        )
    data = load_event(tmp_path)
    problem = only_problem(data)
    assert (problem.file, problem.row) == ("b/per_shock_metrics_queue.part_a.csv", 2)
    assert "a/per_shock_metrics_queue.part_a.csv" in problem.what
    assert data.table("shocks").frame.height == 1


def test_part_inside_the_whole_table_is_a_copy_whatever_its_name(tmp_path):
    write(tmp_path, "a/per_shock_metrics_queue.part_a.csv", SHOCKS, "BTC,1,x,0,10,5,5,0")
    rows = ["BTC,1,x,0,10,5,5,0", "ETH,1,x,0,10,5,5,0"]
    write(tmp_path, "z/per_shock_metrics_queue.csv", SHOCKS, *rows)
    data = load_event(tmp_path)
    assert only_problem(data).file == "a/per_shock_metrics_queue.part_a.csv"
    assert data.table("shocks").files == ("z/per_shock_metrics_queue.csv",)


def test_two_rows_of_one_key_leave_the_table_out(tmp_path):
    write(tmp_path, "per_shock_metrics_queue.part_a.csv", SHOCKS, "BTC,1,x,0,10,5,5,0")
    rows = ["ETH,1,x,0,10,5,5,0", "BTC,1,x,0,10,7,7,0"]
    write(tmp_path, "per_shock_metrics_queue.part_b.csv", SHOCKS, *rows)
    data = load_event(tmp_path)
    problem = only_problem(data)
    assert (problem.file, problem.row) == ("per_shock_metrics_queue.part_b.csv", 3)
    assert "per_shock_metrics_queue.part_a.csv, row 2" in problem.what
    assert data.table("shocks") is None
    assert any("not in the folder: shocks" in gap.why for gap in shocks(data).gaps)


@pytest.mark.parametrize("cell", ["", "abc", "inf", "nan", "1e999"])
def test_cell_that_is_no_number_is_named_by_row_and_column(tmp_path, cell):
    rows = ["1,1000,BTC,5", f"1,1000,ETH,{cell}"]
    write(tmp_path, "adl_notional_by_second_coin.csv", SECONDS, *rows)
    problem = only_problem(load_event(tmp_path))
    assert problem.row == 3
    assert "adl_notional_usd" in problem.what


def test_row_with_too_many_cells_is_named(tmp_path):
    rows = ["1,1000,BTC,5", "1,1000,ETH,5,6"]
    write(tmp_path, "adl_notional_by_second_coin.csv", SECONDS, *rows)
    problem = only_problem(load_event(tmp_path))
    assert (problem.row, "5 cells under 4 headings" in problem.what) == (3, True)


def test_table_cut_short_inside_its_gzip_is_named(tmp_path):
    packed = gzip.compress(f"{SECONDS}\n1,1000,BTC,5\n".encode())
    (tmp_path / "adl_notional_by_second_coin.csv.gz").write_bytes(packed[:-9])
    problem = only_problem(load_event(tmp_path))
    assert (problem.file, "cut short" in problem.what) == (
        "adl_notional_by_second_coin.csv.gz",
        True,
    )


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_link_that_leads_out_of_the_folder_is_named_and_not_read(tmp_path, kind):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    target = write(outside, "adl_notional_by_second_coin.csv", SECONDS, "1,1000,BTC,5")
    link = inside / ("adl_notional_by_second_coin.csv" if kind == "file" else "more")
    link.symlink_to(target if kind == "file" else outside)
    data = load_event(inside)
    problem = only_problem(data)
    assert problem.file == link.name
    assert str(outside) in problem.what
    assert data.table("seconds") is None


def test_link_inside_the_folder_is_not_read_a_second_time(tmp_path):
    target = write(tmp_path, "adl_notional_by_second_coin.csv", SECONDS, "1,1000,BTC,5")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "adl_notional_by_second_coin.csv").symlink_to(target)
    data = load_event(tmp_path)
    assert (data.problems, data.table("seconds").frame.height) == ([], 1)


def test_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(DataError, match="is no folder"):
        load_event(tmp_path / "absent")


def test_reconstruction_is_told_by_the_summary_beside_and_then_by_the_folder(tmp_path):
    summary = (
        '{"key_findings": {"negative_equity_count": 1147, "negative_equity_total": -5.5, '
        '"total_adl_notional": 1.0}}'
    )
    write(tmp_path, "hypermultiassetedadl/adl_by_coin_REALTIME.csv", COINS, "BTC,1,1,0,1,1")
    write(tmp_path, "x/adl_by_coin_REALTIME.csv", COINS, "BTC,1,1,0,1,2")
    write(tmp_path, "x/realtime_analysis_summary.json", summary)
    data = load_event(tmp_path)
    assert data.table("coins", Basis.AFTER).frame["num_events"].to_list() == [1]
    assert data.table("coins", Basis.BEFORE).frame["num_events"].to_list() == [2]
    assert data.table("coins").basis is Basis.AFTER


def test_table_of_either_reconstruction_is_not_guessed(tmp_path):
    write(tmp_path, "adl_by_coin_REALTIME.csv", COINS, "BTC,1,1,0,1,1")
    data = load_event(tmp_path)
    assert "two reconstructions" in only_problem(data).what
    assert data.table("coins") is None


def test_account_with_two_entry_prices_leaves_its_group_out_and_keeps_the_others(tmp_path):
    rows = [
        "0xaa,BTC,1000,100,1,5,-2,105,10,10",
        "0xaa,BTC,1000,100,1,5,-1,106,10,10",
        "0xbb,ETH,1000,10,1,5,-1,15,10,10",
    ]
    write(tmp_path, "hyperreplay/adl_detailed_x.csv", FILLS, *rows)
    data = load_event(tmp_path)
    groups = complete_groups(data, data.problems)
    problem = only_problem(data)
    assert (problem.file, problem.row) == ("hyperreplay/adl_detailed_x.csv", 3)
    assert "105" in problem.what
    assert "106" in problem.what
    assert [group.coin for group in groups] == ["ETH"]


def test_empty_folder_says_what_is_missing(tmp_path):
    data = load_event(tmp_path)
    assert {spec.name for spec in data.missing} == {spec.name for spec in TABLES}


def test_whole_table_meets_its_print_and_a_part_never_does(tmp_path):
    rows = [f"C{n},1,x,0,10,5,5,0" for n in range(1_125)]
    write(tmp_path, "headlines.json", '{"headline": {"queue_total_overshoot_usd": 5625.2}}')
    write(tmp_path, "one/per_shock_metrics_queue.part_a.csv", SHOCKS, *rows[:600])
    part = shocks(load_event(tmp_path)).figure("queue_overshoot")
    assert (part.value, part.part, part.reproduced) == (3_000.0, (600, 1_125), False)
    write(tmp_path, "two/per_shock_metrics_queue.part_b.csv", SHOCKS, *rows[600:])
    whole = shocks(load_event(tmp_path)).figure("queue_overshoot")
    assert (whole.value, whole.part, whole.reproduced) == (5_625.0, None, True)
