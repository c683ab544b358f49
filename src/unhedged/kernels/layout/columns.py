"""How a table is declared, and the lengths of what its rows hold.

Index columns are row numbers, -1 for none. Money is atoms of the account's settlement asset, prices ticks, ``*_milli`` prices
10^-3 ticks, sizes lots, times nanoseconds, ``*_ppb`` rates 10^-9.
"""

from typing import Any

import numpy as np

from unhedged.vocab.enums import EntryReason

LINE = 64
"""Bytes of a cache line; tables begin at the start of one."""
LEGS = 8
"""Most instruments one agent acts on."""
STATE = 27
"""Numbers an agent remembers between its turns."""
PARAMETERS = 43
"""Numbers that set the behaviour of a group of agents."""
REASONS = len(EntryReason)
STEPS = 8
"""Most steps of a liquidation."""
PEAKS = 32
"""Parts of the window of a fund's peak; it is known to one part of its length."""
RISK_STEPS = 200
"""Steps of one hundredth of the starting mark on the map of liquidation prices, from zero on."""
PUSHES = 64
"""Most mark updates over which forced orders are held against a move of the mark."""

PARTS = 16
"""Parts of the window of a circuit breaker; it is known to one part of its length."""

Column = tuple[Any, ...]


def columns(**described: Column) -> np.dtype[Any]:
    """Return an aligned record dtype from ``name=(kind, meaning)`` or ``name=(kind, meaning, shape)``.

    The meaning is for whoever reads the declaration.
    """
    fields = [(name, kind, *shape) for name, (kind, _meaning, *shape) in described.items()]
    return np.dtype(fields, align=True)


def one_line(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return ``dtype`` filled up to a whole cache line, for rows read in no order: half of them would lie in two."""
    fields: Any = dtype.fields
    return np.dtype(
        {
            "names": list(fields),
            "formats": [field[0] for field in fields.values()],
            "offsets": [field[1] for field in fields.values()],
            "itemsize": LINE,
        },
        align=True,
    )
