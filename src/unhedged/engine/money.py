"""The money of each venue: dollars, or the coin in which its inverse contracts settle.

A plan is in dollars. At a venue that settles in coin they become atoms of coin at the starting mark of its first contract, once;
from then on its money is coin.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from unhedged.rules.pnl import inverse_value, value
from unhedged.scenario.plan import InstrumentPlan, RunPlan
from unhedged.vocab.units import ATOMS_PER_COIN, ATOMS_PER_USD, USD

Array = np.ndarray[Any, Any]
MILLI = 1000
MOST = 2.0**62
"""Products below this are exact in int64, however a float rounds them."""


@dataclass(frozen=True, slots=True)
class Money:
    """What a venue counts in."""

    asset: str  # USD, or id of the coin
    atoms_per_unit: int  # of a dollar or coin
    unit_usd: Fraction  # dollars a unit at the start, exact

    @property
    def is_coin(self) -> bool:
        """Whether it is not dollars."""
        return self.asset != USD

    def atoms(self, usd: float) -> int:
        """Return dollars as atoms at the starting mark, rounded to the nearest."""
        if not self.is_coin:
            return round(usd * self.atoms_per_unit)
        return round(Fraction(usd) / self.unit_usd * self.atoms_per_unit)


DOLLARS = Money(USD, ATOMS_PER_USD, Fraction(1))


def money_of(plan: RunPlan, venue: str) -> Money:
    """Return the money of a venue."""
    contract = plan.settled_by(venue)
    if contract is None:
        return DOLLARS
    return Money(contract.asset, ATOMS_PER_COIN, contract.start_mark)


def worths_of(instrument: InstrumentPlan, lots: Array, milli: Array) -> Array:
    """Return `worth_of` every element of ``lots`` at the price of the same place; int64, exact."""
    largest = float(np.abs(lots).max(initial=0)) * instrument.num * float(milli.max(initial=0))
    if instrument.inverse or largest >= MOST:
        pairs = zip(lots.tolist(), milli.tolist(), strict=True)
        return np.array([worth_of(instrument, n, px) for n, px in pairs], np.int64)
    return np.sign(lots) * (np.abs(lots) * instrument.num * milli // (instrument.den * MILLI))


def worth_of(instrument: InstrumentPlan, lots: int, milli: int) -> int:
    """Return the signed value of ``lots`` at a price, atoms, the size rounded down; of an inverse contract ``milli`` > 0."""
    rule = inverse_value if instrument.inverse else value
    return rule(lots, milli, instrument.num, instrument.den)
