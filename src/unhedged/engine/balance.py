"""Pairing of positions: in every perpetual the longs hold exactly what the shorts are short, to the lot.

Blocks say what they want to hold; both sides are then scaled to the open interest of the plan, or to the smaller side
when the plan names none, and whole lots are dealt by largest remainder.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.scenario.plan import InstrumentPlan
from unhedged.vocab.errors import InconsistentRules
from unhedged.vocab.units import PPB, show_money

Array = np.ndarray[Any, Any]
TOLERANCE = 0.02
"""A side farther from the open interest than this is the scenario's mistake, not rounding."""


@dataclass(slots=True)
class Stake:
    """What one block wants to hold in one perpetual at the start."""

    instrument: int
    wanted: Array  # signed lots, float64, one per agent
    lots: Array | None = None  # signed whole lots, once paired

    def paired(self) -> Array:
        """Return the signed whole lots; `pair` must have been called."""
        if self.lots is None:
            raise ValueError("stakes are not paired yet")
        return self.lots


def most_leverage(instrument: InstrumentPlan, usd: Array) -> Array:
    """Return the highest leverage initial margin allows a position of ``usd`` at the start price.

    Of a schedule that counts size, floors are valued at that price; of rates that grow with size, the first counts.
    """
    per_lot = instrument.start_usd * instrument.lot_units
    floors = np.array([tier.floor_usd + tier.floor_lots * per_lot for tier in instrument.tiers])
    rates = np.array([tier.im_ppb for tier in instrument.tiers]) / PPB
    at = np.maximum(np.searchsorted(floors, usd, side="right") - 1, 0)
    return np.asarray(1.0 / rates[at])


def whole_lots(sizes: Array, total: int) -> Array:
    """Return whole lots that sum to ``total`` in proportion to ``sizes``, by largest remainder; ties by position."""
    if total == 0 or sizes.sum() <= 0:
        return np.zeros(len(sizes), np.int64)
    if sizes.sum() < np.finfo(float).tiny * total:
        sizes = sizes / sizes.max()  # smaller than a float can be scaled by
    exact = sizes * (total / sizes.sum())
    lots = np.floor(exact).astype(np.int64)
    short = total - int(lots.sum())
    if short > 0:
        first = np.argsort(-(exact - lots), kind="stable")[:short]
        lots[first] += 1
    elif short < 0:
        lots[np.argsort(-lots, kind="stable")[:-short]] -= 1
    return lots


def pair(stakes: list[Stake], instruments: tuple[InstrumentPlan, ...]) -> None:
    """Give every stake its whole lots.

    Raises
    ------
    InconsistentRules
        A perpetual's longs or shorts differ from its open interest by more than two percent.
    """
    for n, instrument in enumerate(instruments):
        mine = [stake for stake in stakes if stake.instrument == n]
        if not mine:
            continue
        wanted = np.concatenate([stake.wanted for stake in mine])
        longs, shorts = wanted.clip(min=0), (-wanted).clip(min=0)
        per_lot = instrument.start_usd * instrument.lot_units
        target = instrument.open_interest_usd / per_lot
        if target <= 0:
            target = min(longs.sum(), shorts.sum())
        else:
            _must_match(instrument, longs.sum() * per_lot, shorts.sum() * per_lot)
        total = round(target)
        lots = whole_lots(longs, total) - whole_lots(shorts, total)
        ends = np.cumsum([len(stake.wanted) for stake in mine])
        for stake, part in zip(mine, np.split(lots, ends[:-1]), strict=True):
            stake.lots = part


def _must_match(instrument: InstrumentPlan, longs: float, shorts: float) -> None:
    whole = instrument.open_interest_usd
    for side, held in (("long", longs), ("short", shorts)):
        if abs(held - whole) > TOLERANCE * whole:
            raise InconsistentRules(
                f"{instrument.id}: agents want to be {side} {show_money(held)}, open interest is {show_money(whole)}.",
                allowed="The shares that blocks hold of one side must sum to 100%.",
                hint=f"Change `holds` of the blocks that are {side} {instrument.id}, or `largest` if they have too few accounts.",
            )
