"""A results folder: whole or absent, one writer, resumed, and honest about what it holds."""

import contextlib
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from unhedged.results import disk, manifest, schema
from unhedged.results import store as stores
from unhedged.results.lock import locked
from unhedged.results.store import Store
from unhedged.vocab.errors import ResultsError


def again(root: Path, plan, **changes) -> Store:
    arguments = {"scenario_toml": "", "replicates": 3, "keep": "tables"} | changes
    return stores.create(root, plan, **arguments)


def test_replicate_is_written_and_read_back(store: Store, transfers) -> None:
    digest = store.write_replicate(0, {"transfers": transfers}, headline={"deficit_usd": 1.5})
    assert store.finished() == [0]
    assert store.table("transfers", 0).equals(transfers)
    assert store.table("adl", 0).height == 0
    row = {"replicate": 0, "seconds": 0.0, "sha256": digest, "deficit_usd": 1.5}
    assert store.row(0) == row
    assert store.verify() == []


def test_all_replicates_are_read_with_their_number(store: Store, transfers) -> None:
    for n in (0, 2):
        store.write_replicate(n, {"transfers": transfers}, headline={})
    assert store.table("transfers")["replicate"].to_list() == [0, 0, 2, 2]
    assert store.table("replicates")["replicate"].to_list() == [0, 2]


def test_only_the_columns_asked_for_are_read(store: Store, transfers) -> None:
    for n in (0, 1):
        store.write_replicate(n, {"transfers": transfers}, headline={})
    found = store.table("transfers", 0, columns=("usd", "reason"))
    assert found.equals(transfers.select("usd", "reason"))
    assert store.table("transfers", columns=("usd",)).columns == ["replicate", "usd"]
    with pytest.raises(ResultsError, match='no column "price"'):
        store.table("transfers", 0, columns=("usd", "price"))


def test_only_the_rows_asked_for_are_read(store: Store, transfers) -> None:
    for n in (0, 1):
        store.write_replicate(n, {"transfers": transfers}, headline={})
    first = pl.col("usd") == transfers["usd"][0]
    found = store.table("transfers", 0, columns=("reason",), where=first)
    assert found.equals(transfers.filter(first).select("reason"))
    assert store.table("transfers", 1, where=first).equals(transfers.filter(first))
    assert store.table("transfers", where=pl.lit(False)).height == 0
    (store.path / "replicates/0000/transfers.parquet").write_text("no table")
    with pytest.raises(ResultsError, match="damaged"):
        store.table("transfers", 0, where=first)


def test_optional_table_is_absent_unless_written(store: Store) -> None:
    store.write_replicate(0, {}, headline={})
    with pytest.raises(ResultsError, match="--keep all"):
        store.table("fills", 0)
    store.write_replicate(1, {"fills": schema.empty("fills")}, headline={})
    assert store.table("fills", 1).height == 0


def test_table_of_another_shape_leaves_nothing_behind(store: Store, transfers) -> None:
    with pytest.raises(ResultsError):
        store.write_replicate(0, {"transfers": transfers.drop("reason")}, headline={})
    assert store.finished() == []
    assert list((store.path / "replicates").iterdir()) == []


def test_full_disk_leaves_nothing_half_written(store: Store, transfers, monkeypatch) -> None:
    store.write_replicate(0, {"transfers": transfers}, headline={})
    written = []

    def full(path: Path, text: str) -> None:
        written.append(path)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(stores, "write_text", full)
    with pytest.raises(ResultsError, match="disk is full") as caught:
        store.write_replicate(1, {"transfers": transfers}, headline={})
    assert written
    assert "--keep summary" in caught.value.hint
    assert store.finished() == [0]
    assert [p.name for p in (store.path / "replicates").iterdir()] == ["0000"]


def test_really_full_disk_is_told_from_a_broken_one(tmp_path) -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        disk.write_frame(device, schema.empty("series"), {})


def test_interrupt_while_writing_leaves_nothing_half_written(store: Store, monkeypatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stores, "write_text", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store.write_replicate(0, {}, headline={})
    assert list((store.path / "replicates").iterdir()) == []


def test_folder_that_cannot_be_written_says_so(store: Store, monkeypatch) -> None:
    def denied(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(stores, "write_text", denied)
    with pytest.raises(ResultsError, match="Permission denied"):
        store.write_replicate(0, {}, headline={})


def test_leftovers_of_a_killed_run_are_swept_away(tmp_path, plan, store: Store) -> None:
    left = store.path / "replicates" / ".0001-99"
    left.mkdir()
    (left / "series.parquet").write_bytes(b"half")
    assert store.finished() == []
    again(tmp_path, plan)
    assert not left.exists()


def test_same_plan_resumes_and_keeps_what_is_finished(tmp_path, plan, store: Store) -> None:
    store.write_replicate(1, {}, headline={})
    other = again(tmp_path, plan, replicates=9)
    assert other.finished() == [1]
    assert other.manifest().replicates == 9
    assert again(tmp_path, plan, replicates=2).manifest().replicates == 9


def test_run_killed_right_after_its_manifest_resumes(tmp_path, plan, store: Store) -> None:
    (store.path / "plan.json").unlink()
    (store.path / "scenario.toml").unlink()
    assert json.loads((again(tmp_path, plan).path / "plan.json").read_text()) == plan.to_json()


def test_results_of_other_source_code_are_refused(
    tmp_path, plan, store: Store, monkeypatch
) -> None:
    monkeypatch.setattr(manifest, "source_hash", lambda: "f" * 64)
    with pytest.raises(ResultsError, match="another version") as caught:
        again(tmp_path, plan)
    assert "--force" in caught.value.hint


def test_results_that_keep_other_tables_are_refused(tmp_path, plan, store: Store) -> None:
    with pytest.raises(ResultsError, match="keeps 'tables'"):
        again(tmp_path, plan, keep="all")


def test_force_begins_anew(tmp_path, plan, store: Store) -> None:
    store.write_replicate(0, {}, headline={})
    assert again(tmp_path, plan, force=True).finished() == []


@pytest.mark.parametrize("force", [False, True])
def test_foreign_folder_is_never_touched(tmp_path, plan, force) -> None:
    foreign = tmp_path / stores.folder_name(plan)
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("ten years of work")
    with pytest.raises(ResultsError, match="not a results folder"):
        again(tmp_path, plan, force=force)
    assert (foreign / "thesis.txt").read_text() == "ten years of work"


def test_force_leaves_files_of_others_where_they_are(tmp_path, plan, store: Store) -> None:
    store.write_replicate(0, {}, headline={})
    mine = [store.path / "thesis.txt", store.path / "figures" / "a.png", store.path / "replicates" / "notes.md"]  # fmt: skip
    for file in mine:
        file.parent.mkdir(exist_ok=True)
        file.write_text("ten years of work")
    assert again(tmp_path, plan, force=True).finished() == []
    assert [file.read_text() for file in mine] == ["ten years of work"] * 3


def test_force_repairs_a_folder_whose_manifest_is_broken(tmp_path, plan, store: Store) -> None:
    store.write_replicate(0, {}, headline={})
    (store.path / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match="damaged") as caught:
        again(tmp_path, plan)
    assert "--force" in caught.value.hint
    assert again(tmp_path, plan, force=True).finished() == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("replicate.json", "{"),
        ("replicate.json", "[]"),
        ("checks.json", ""),
        ("series.parquet", ""),
    ],
)
def test_run_again_redoes_a_replicate_that_was_damaged(tmp_path, plan, store, file, text) -> None:
    for n in (0, 1):
        store.write_replicate(n, {}, headline={})
    (store.path / "replicates" / "0001" / file).write_text(text)
    assert again(tmp_path, plan).finished() == [0]


def test_stranger_among_the_replicates_is_passed_over(store: Store) -> None:
    store.write_replicate(0, {}, headline={})
    for name in ("5x", "7"):
        (store.path / "replicates" / name).mkdir()
        (store.path / "replicates" / name / "replicate.json").write_text("{}")
    assert store.finished() == [0]
    assert store.verify() == []


@pytest.mark.parametrize(
    ("file", "words"),
    [("plan.json", "plan.json"), ("scenario.toml", "scenario.toml"), ("replicates.parquet", "replicates.parquet")],
)  # fmt: skip
def test_missing_file_is_found(store: Store, file, words) -> None:
    store.write_replicate(0, {}, headline={"deficit_usd": 1.0})
    store.finish(seconds=1.0)
    assert store.verify() == []
    (store.path / file).unlink()
    assert words in store.verify()[0]


def test_run_killed_while_it_resumes_is_whole_as_far_as_it_came(tmp_path, plan, store) -> None:
    store.write_replicate(0, {}, headline={"deficit_usd": 1.0})
    store.finish(seconds=1.0)
    resumed = again(tmp_path, plan)
    resumed.write_replicate(1, {}, headline={"deficit_usd": 2.0})
    assert resumed.verify() == []


def test_edited_plan_and_edited_summary_are_found(store: Store) -> None:
    store.write_replicate(0, {}, headline={"deficit_usd": 1.0})
    store.finish(seconds=1.0)
    summary = pl.read_parquet(store.path / "replicates.parquet")
    summary.with_columns(deficit_usd=2.0).write_parquet(store.path / "replicates.parquet")
    assert "not what the replicates say" in store.verify()[0]
    text = (store.path / "plan.json").read_text()
    (store.path / "plan.json").write_text(text.replace('"seed": 1', '"seed": 2'))
    assert "not the plan of the manifest" in store.verify()[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": 1}'])
def test_damaged_manifest_is_named(store: Store, text) -> None:
    (store.path / "manifest.json").write_text(text)
    with pytest.raises(ResultsError, match="damaged"):
        stores.open_store(store.path)


def test_results_of_another_schema_are_refused(store: Store) -> None:
    data = json.loads((store.path / "manifest.json").read_text()) | {"schema": 99}
    (store.path / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(ResultsError, match="schema 99"):
        stores.open_store(store.path)


def test_damaged_table_is_named(store: Store, transfers) -> None:
    store.write_replicate(0, {"transfers": transfers}, headline={})
    file = store.path / "replicates" / "0000" / "transfers.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ResultsError, match=r"transfers\.parquet is damaged"):
        store.table("transfers", 0)
    assert len(store.verify()) == 1


def test_changed_number_is_found_by_its_digest(store: Store, transfers) -> None:
    store.write_replicate(0, {"transfers": transfers}, headline={})
    file = store.path / "replicates" / "0000" / "transfers.parquet"
    transfers.with_columns(pl.col("amount_atoms") + 1).write_parquet(file)
    assert "transfers.parquet is damaged" in store.verify()[0]
    noted_by_an_older_version(store, 0)
    assert "Replicate 0 has contents" in store.verify()[0]


def noted_by_an_older_version(store: Store, replicate: int) -> None:
    """Leave out the digests of files, as before they were noted."""
    file = store.path / f"replicates/{replicate:04}/replicate.json"
    row = json.loads(file.read_text())
    del row["files"]
    file.write_text(json.dumps(row | {"bytes": {"transfers": 1}}))


def flip(file: Path) -> None:
    """Change one bit in the middle of a file."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("name", ["transfers.parquet", "checks.json", "measured.json"])
def test_a_flipped_bit_is_noticed_and_redone(tmp_path, plan, store: Store, transfers, name) -> None:
    for n in (0, 1):
        store.write_replicate(n, {"transfers": transfers}, headline={}, measured={"by": "x"})
    flip(store.path / "replicates" / "0001" / name)
    assert f"0001/{name} is damaged: its SHA-256 is" in store.verify()[0]
    assert again(tmp_path, plan).finished() == [0]


def test_what_is_read_is_what_was_written(store: Store, transfers) -> None:
    store.write_replicate(0, {"transfers": transfers}, headline={}, measured={"by": "x"})
    assert store.measured(0) == {"by": "x"}
    assert store.table("transfers", 0, columns=("usd",)).height == transfers.height
    for name in ("transfers.parquet", "measured.json"):
        flip(store.path / "replicates/0000" / name)
    with pytest.raises(ResultsError, match=r"transfers\.parquet is damaged") as caught:
        store.table("transfers", 0, columns=("usd",))
    assert "Run the scenario again" in caught.value.hint
    with pytest.raises(ResultsError, match=r"measured\.json is damaged"):
        store.measured(0)
    (store.path / "replicates/0000/measured.json").unlink()
    with pytest.raises(ResultsError, match=r"measured\.json cannot be read"):
        store.measured(0)


def test_results_of_an_older_version_are_read_as_they_are(store: Store, transfers) -> None:
    store.write_replicate(0, {"transfers": transfers}, headline={"deficit_usd": 1.0})
    noted_by_an_older_version(store, 0)
    assert store.row(0).keys() == {"replicate", "seconds", "sha256", "deficit_usd"}
    assert store.table("transfers", 0).equals(transfers)
    assert store.measured(0) is None
    assert store.verify() == []


HOLD = """
import sys
from pathlib import Path
from unhedged.results.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def holder(path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout.readline() == b"held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_second_process_is_refused_and_told_by_whom(tmp_path) -> None:
    with (
        holder(tmp_path / "x") as process,
        pytest.raises(ResultsError, match=f"process {process.pid}"),
    ):
        locked(tmp_path / "x").__enter__()


def test_lock_of_a_killed_process_is_free(tmp_path) -> None:
    with holder(tmp_path / "x"):
        pass
    with locked(tmp_path / "x"):
        pass


def test_finish_writes_one_row_a_replicate_and_sums_the_checks(store: Store) -> None:
    store.write_replicate(
        0, {}, headline={"deficit_usd": None}, checks={"ledger": "balanced", "events": 5}
    )
    store.write_replicate(
        1, {}, headline={"deficit_usd": 2.0}, checks={"ledger": "balanced", "events": 6}
    )
    store.finish(seconds=1.0)
    assert pl.read_parquet(store.path / "replicates.parquet")["deficit_usd"].to_list() == [
        None,
        2.0,
    ]
    assert store.manifest().checks == {"ledger": "balanced", "events": 11}
    assert store.manifest().finished is not None


def test_dated_run_has_the_time_of_day(tmp_path, transfers) -> None:
    from unhedged.scenario.load import load

    october = load("october-2025-small").plan()
    store = stores.create(tmp_path, october, scenario_toml="", replicates=1, keep="tables")
    store.write_replicate(0, {"transfers": transfers.with_columns(t_ns=1_800 * 10**9)}, headline={})
    first = store.table("transfers", 0)["utc"][0]
    assert first.isoformat() == "2025-10-10T20:50:00+00:00"


def test_units_travel_in_the_file(store: Store) -> None:
    store.write_replicate(0, {}, headline={})
    metadata = pl.read_parquet_metadata(store.path / "replicates" / "0000" / "series.parquet")
    assert "t_ns=ns" in metadata["unhedged.units"]
    assert metadata["unhedged.table"] == "series"


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}"])
def test_missing_or_damaged_plan_is_named(store: Store, text) -> None:
    assert "news" in store.plan()
    file = store.path / "plan.json"
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    with pytest.raises(ResultsError, match=r"plan\.json is missing or damaged"):
        store.plan()
