"""The digest: of what tables say, not of the files that hold them."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from unhedged.results.digest import table_digest, tables_digest

rows = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.text(max_size=4),
    ),
    max_size=20,
)
SCHEMA = {"a": pl.Int64, "b": pl.Float64, "c": pl.String}


def frame(data: list) -> pl.DataFrame:
    return pl.DataFrame(data, schema=SCHEMA, orient="row")


@given(rows, st.integers(0, 20))
def test_digest_does_not_depend_on_chunks(data, cut) -> None:
    whole = frame(data)
    parts = pl.concat([frame(data[:cut]), frame(data[cut:])], rechunk=False)
    assert table_digest(whole) == table_digest(parts)


@given(rows)
def test_digest_survives_a_file(data) -> None:
    import io

    buffer = io.BytesIO()
    frame(data).write_parquet(buffer)
    buffer.seek(0)
    assert table_digest(pl.read_parquet(buffer)) == table_digest(frame(data))


@given(rows, rows)
def test_different_contents_have_different_digests(one, other) -> None:
    same = frame(one).equals(frame(other), null_equal=True)
    assert (table_digest(frame(one)) == table_digest(frame(other))) == same


def test_text_is_not_run_together() -> None:
    a, b = pl.DataFrame({"c": ["ab", "c"]}), pl.DataFrame({"c": ["a", "bc"]})
    assert table_digest(a) != table_digest(b)


def test_null_zero_and_empty_text_are_told_apart() -> None:
    assert table_digest(pl.DataFrame({"a": [None, 0]}, schema={"a": pl.Int64})) != table_digest(
        pl.DataFrame({"a": [0, 0]}, schema={"a": pl.Int64})
    )
    assert table_digest(pl.DataFrame({"c": [None]}, schema={"c": pl.String})) != table_digest(
        pl.DataFrame({"c": [""]})
    )


def test_negative_zero_and_every_nan_count_once() -> None:
    import struct

    odd = struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_0000_0001))[0]
    assert table_digest(pl.DataFrame({"b": [-0.0, odd]})) == table_digest(
        pl.DataFrame({"b": [0.0, float("nan")]})
    )


def test_names_and_types_count() -> None:
    one = pl.DataFrame({"a": [1]})
    assert table_digest(one) != table_digest(one.rename({"a": "b"}))
    assert table_digest(one) != table_digest(one.cast(pl.Float64))


def test_several_tables_are_taken_by_name() -> None:
    x, y = pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2]})
    assert tables_digest({"x": x, "y": y}) == tables_digest({"y": y, "x": x})
    assert tables_digest({"x": x, "y": y}) != tables_digest({"x": y, "y": x})
