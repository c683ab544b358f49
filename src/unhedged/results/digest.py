"""A digest of what tables say, not of the files that hold them."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl


def table_digest(frame: pl.DataFrame) -> str:
    """Return the SHA-256 of a table's contents: column names, types, row count, values, and where nulls are.

    Independent of chunks, compression, file format and threads. Floats count bit by bit, except that every NaN is one value
    and -0.0 is 0.0.
    """
    digest = hashlib.sha256(f"{frame.height}".encode())
    for name in frame.columns:
        column = frame.get_column(name)
        digest.update(f"\0{name}\0{column.dtype}\0".encode())
        nulls = column.null_count() > 0
        missing = np.packbits(column.is_null().to_numpy()).tobytes() if nulls else b""
        digest.update(missing or bytes(-(-len(column) // 8)))
        for part in _parts(column):
            digest.update(part)
    return digest.hexdigest()


def tables_digest(tables: Mapping[str, pl.DataFrame]) -> str:
    """Return the SHA-256 over several tables, by name."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(f"{name}\0{table_digest(tables[name])}\0".encode())
    return digest.hexdigest()


def _parts(column: pl.Series) -> Iterator[Any]:
    # What is digested of the values: buffers, copied no more than they must be.
    if column.dtype == pl.String:
        # Lengths keep ("ab", "c") apart from ("a", "bc").
        text = column.fill_null("")
        yield _whole(text.str.len_bytes())
        yield bytes(text.str.join("").cast(pl.Binary).item())
    elif column.dtype.is_float():
        values = column.fill_null(0.0).cast(pl.Float64).to_numpy().astype("<f8", copy=False) + 0.0
        if np.isnan(values).any():
            values[np.isnan(values)] = np.nan
        yield values
    elif column.dtype == pl.Boolean:
        yield _whole(column.fill_null(False))
    else:
        yield _whole(column.to_physical().fill_null(0))


def _whole(column: pl.Series) -> Any:
    return np.ascontiguousarray(column.cast(pl.Int64).to_numpy(), "<i8")
