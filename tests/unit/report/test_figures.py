"""Figures' own arithmetic."""

from datetime import UTC, datetime, timedelta

import polars as pl

from unhedged.report.figures.replicate import by_minute

SECOND = 10**9


def test_minutes_are_those_of_the_run_also_where_it_starts_between_two_of_the_day() -> None:
    start = datetime(2025, 10, 10, 20, 20, 37, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "t_ns": [0, 59 * SECOND, 60 * SECOND],
            "utc": [start, start + timedelta(seconds=59), start + timedelta(seconds=60)],
            "notional": [1.0, 2.0, 4.0],
        }
    ).with_columns(pl.col("utc").dt.cast_time_unit("ns"))
    found = by_minute(frame, usd=pl.col("notional").sum())
    assert found["usd"].to_list() == [3.0, 4.0]
    assert found["t_ns"].to_list() == [30 * SECOND, 90 * SECOND]
    assert found["utc"].to_list() == [start + timedelta(seconds=30), start + timedelta(seconds=90)]
    assert "utc" not in by_minute(frame.drop("utc"), usd=pl.len()).columns
