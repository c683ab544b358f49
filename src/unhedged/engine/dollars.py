"""What recorded lots and atoms are in dollars, and what a buyer paid for lots.

Money of a venue that settles in coin counts at the mark of the row's instrument. A size of an inverse contract is dollars already.
"""

from typing import Any

import numpy as np

from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import InstrumentKind
from unhedged.vocab.units import ATOMS_PER_COIN, ATOMS_PER_USD

Array = np.ndarray[Any, Any]
MILLI = 1000


class Dollars:
    """Converts columns; ``i`` are rows of instruments, one per element."""

    def __init__(self, plan: RunPlan) -> None:
        self.tick = np.array([i.tick_usd for i in plan.instruments])
        self.lot = np.array([i.lot_shown for i in plan.instruments])
        self.inverse = np.array([i.inverse for i in plan.instruments])

    def money(self, atoms: Array, i: Array, mark_milli: Array) -> Array:
        """Return atoms as dollars, those of a coin at mark."""
        coins = atoms / ATOMS_PER_COIN * (mark_milli * self.tick[i] / MILLI)
        return np.where(self.inverse[i], coins, atoms / ATOMS_PER_USD)

    def size(self, units: Array, i: Array, price: Array) -> Array:
        """Return a size as results show it, in dollars at a price."""
        return np.where(self.inverse[i], units, units * price)


def paid(px: Array, qty: Array, n: Array, *, scale: int = 1) -> Array:
    """Return what the buyer of lots pays, atoms, exactly; negative where the seller pays.

    Parameters
    ----------
    px : array of int64
        Ticks, or parts of a tick of which ``scale`` make one; of inverse contracts > 0.
    qty : array of int64
        Lots, >= 0.
    n : structured array
        The instruments: ``num``, ``den``, ``kind``.
    scale : int
        Parts of a tick.

    Notes
    -----
    ``floor(px * qty * num / (den * scale))``; of an inverse contract minus ``floor(qty * num * scale / (den * px))``. In plain
    integers where 64 bits may not hold a product.
    """
    owed = n["kind"] == InstrumentKind.INVERSE
    if not owed.any():
        return _quotient((px, qty, n["num"]), (n["den"], np.full(len(n), scale)))
    amount = np.empty(len(n), np.int64)
    amount[~owed] = paid(px[~owed], qty[~owed], n[~owed], scale=scale)
    parts = np.full(int(owed.sum()), scale)
    amount[owed] = -_quotient((qty[owed], n["num"][owed], parts), (n["den"][owed], px[owed]))
    return amount


def _quotient(factors: tuple[Array, ...], dividers: tuple[Array, ...]) -> Array:
    # Plain integers take a hundred bytes each: only rows that may not fit, half the range being room for the float's error.
    wide = (_size(factors) >= 2.0**62) | (_size(dividers) >= 2.0**62)
    den = np.where(wide, 1, np.prod(dividers, axis=0, dtype=np.int64))
    found = np.asarray(np.prod(factors, axis=0, dtype=np.int64) // den)
    rows = np.flatnonzero(wide)
    whole = _whole(factors, rows) // _whole(dividers, rows)
    found[rows] = whole.astype(np.int64)
    return found


def _size(factors: tuple[Array, ...]) -> Array:
    return np.asarray(np.prod([np.abs(x.astype(np.float64)) for x in factors], axis=0))


def _whole(factors: tuple[Array, ...], rows: Array) -> Array:
    return np.asarray(np.prod([x[rows].astype(object) for x in factors], axis=0))
