"""The data contract: columns, types, units, and the page made from them."""

from pathlib import Path

import polars as pl
import pytest

from unhedged.results import schema
from unhedged.vocab.errors import ResultsError

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "results.md"


@pytest.mark.parametrize("name", schema.TABLES)
def test_every_column_has_a_meaning_and_every_measured_one_a_unit(name: str) -> None:
    for column, what in schema.TABLES[name].columns.items():
        assert what.meaning
        if column.endswith("_ns"):
            assert what.unit == "ns"
        if column.endswith("_atoms"):
            assert what.unit == "atoms"
            assert what.dtype == pl.Int64()


def test_page_of_tables_is_the_schema() -> None:
    assert PAGE.read_text("utf-8") == schema.describe(), (
        "write it again: python -m unhedged.results"
    )


def test_empty_table_conforms() -> None:
    for name in schema.TABLES:
        assert schema.conform(name, schema.empty(name)).height == 0


def test_columns_are_put_in_order_and_narrow_whole_numbers_widened() -> None:
    frame = schema.empty("desks").select(reversed(schema.empty("desks").columns))
    assert (
        schema.conform("desks", frame.with_columns(pl.col("t_ns").cast(pl.Int32))).schema
        == schema.empty("desks").schema
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.drop("mark"),
        lambda f: f.with_columns(more=1),
        lambda f: f.with_columns(pl.col("mark").cast(pl.String)),
        lambda f: f.with_columns(pl.col("t_ns").cast(pl.Float64)),
    ],
)
def test_other_columns_or_types_are_refused(change) -> None:
    with pytest.raises(ResultsError, match="desks"):
        schema.conform("desks", change(schema.empty("desks")))


def test_unknown_table_is_refused() -> None:
    with pytest.raises(ResultsError, match="Tables: series"):
        schema.conform("fils", schema.empty("fills"))
