"""A digest of what tables say, not of the files that hold them."""

import hashlib
from collections.abc import Mapping

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
        digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
        digest.update(_bytes(column))
    return digest.hexdigest()


def tables_digest(tables: Mapping[str, pl.DataFrame]) -> str:
    """Return the SHA-256 over several tables, by name."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(f"{name}\0{table_digest(tables[name])}\0".encode())
    return digest.hexdigest()


def _bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.String:
        # Lengths keep ("ab", "c") apart from ("a", "bc").
        text = column.fill_null("")
        lengths = text.str.len_bytes().cast(pl.Int64).to_numpy()
        return lengths.astype("<i8").tobytes() + "".join(text.to_list()).encode()
    if column.dtype.is_float():
        values = column.fill_null(0.0).cast(pl.Float64).to_numpy().astype("<f8") + 0.0
        values[np.isnan(values)] = np.nan
        return values.tobytes()
    if column.dtype == pl.Boolean:
        return column.fill_null(False).cast(pl.Int64).to_numpy().astype("<i8").tobytes()
    return column.to_physical().fill_null(0).cast(pl.Int64).to_numpy().astype("<i8").tobytes()
