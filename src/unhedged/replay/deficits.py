"""What bankrupt accounts are short in each published wave, as published and with the loss that stands in several waves once."""

from dataclasses import dataclass

import polars as pl

from unhedged.replay.reading import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Negative equity of bankrupt accounts, dollars."""

    total: float
    largest: float | None  # of one account; None where it is not known


def as_published(table: Table) -> dict[int, Shortfall]:
    """Return the shortfall of each wave as the table of deficits has it."""
    rows = table.frame.select("wave", "deficit_usd", "max_loss_usd").iter_rows()
    return {wave: Shortfall(total=total, largest=largest) for wave, total, largest in rows}


def counted_once(table: Table) -> dict[int, Shortfall]:
    """Return the shortfall of each wave; a largest loss that stands in several waves, to the cent, counts in the first alone.

    In a later wave the rest remains: of one account where the wave had two, else the largest of it is not known. The waves add up
    to the deficit counted once over the event.
    """
    frame = table.frame.sort("wave")
    first = frame.select(pl.col("max_loss_usd").is_first_distinct()).to_series()
    found = {}
    for row, is_first in zip(frame.to_dicts(), first, strict=True):
        total, largest, others = row["deficit_usd"], row["max_loss_usd"], row["unique_losers"] - 1
        if not is_first:
            total = total - largest if others else 0.0
            largest = total if others <= 1 else None
        found[row["wave"]] = Shortfall(total=total, largest=largest)
    return found
