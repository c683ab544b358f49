"""Columns that measures are handed: arrays of one length, numbers that are numbers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unhedged.vocab.errors import DataError

Column = NDArray[np.float64]


def columns(*, least: float | None = None, **named: ArrayLike) -> tuple[Column, ...]:
    """Return each of ``named`` as a flat array of float64, in the order given.

    Parameters
    ----------
    least : float, optional
        Smallest value allowed.
    **named : array_like
        Columns by the name an error shall call them; all of one length.

    Raises
    ------
    DataError
        More than one dimension, lengths that differ, a value that is not finite or is below ``least``: with the column, the row
        and the value.
    """
    found = {name: np.asarray(values, np.float64) for name, values in named.items()}
    first = next(iter(found))
    for name, values in found.items():
        if values.ndim != 1:
            raise DataError(f"{name} has {values.ndim} dimensions; a column has one.")
        if len(values) != len(found[first]):
            raise DataError(
                f"{name} has {len(values)} rows, {first} has {len(found[first])}.",
                hint="Give columns of one length.",
            )
        wrong = ~np.isfinite(values) if least is None else ~(values >= least) | np.isinf(values)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            allowed = "a finite number" if least is None else f"a finite number from {least:g}"
            raise DataError(f"{name} is {values[row]} in row {row}; {allowed} is allowed.")
    return tuple(found.values())


def codes(name: str, values: ArrayLike, rows: int) -> tuple[NDArray[np.intp], int]:
    """Return which of the different entries of ``values`` each row has, from 0, and how many there are.

    Raises
    ------
    DataError
        Not one entry per row.
    """
    entries: Any = np.asarray(values)
    if entries.shape != (rows,):
        raise DataError(f"{name} has shape {entries.shape}; one entry for each of {rows} rows.")
    different, code = np.unique(entries, return_inverse=True)
    return code.astype(np.intp), len(different)


def ratio(part: float, whole: float) -> float:
    """Return ``part / whole``; of nothing, infinity for a part above zero and nan for none: there is no share of nothing."""
    if whole != 0:
        return part / whole
    return float("nan") if part == 0 else float(np.copysign(np.inf, part))
