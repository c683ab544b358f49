"""Wave by wave and coin by coin, from the aggregates: coins closed, execution price, gap to the mark, and how sure that is."""

from typing import Any

import polars as pl

from unhedged.replay.figures import Gap
from unhedged.replay.findings import Findings
from unhedged.replay.loading import EventData


def wave_coins(data: EventData) -> Findings:
    """Return rows of wave and coin: quantity, notional, execution price, gap, and bounds of the mark.

    Notes
    -----
    ``execution = notional of the wave's seconds / quantity``: the price itself where the coin was closed in one second of the
    wave, since a group has one price; else a mean, weighted by quantity (``exact`` is then false). The published gap has no
    sign, so the mark lies at one of ``execution - gap`` and ``execution + gap``.
    """
    found = Findings()
    if found.lacks("price and quantity by wave and coin", data, ["wave_coins", "seconds"]):
        return found
    table, seconds = data.needed("wave_coins"), data.needed("seconds")
    notional = (
        seconds.frame.filter(pl.col("wave") > 0)
        .group_by("wave", "coin")
        .agg(pl.col("adl_notional_usd").sum(), pl.len().alias("seconds"))
    )
    frame = table.frame.join(notional, on=["wave", "coin"], how="left").sort("wave", "coin")
    found.rows["wave_coins"] = [_row(row) for row in frame.to_dicts()]
    lost = frame.filter(pl.col("adl_notional_usd").is_null()).height
    if lost:
        what = f"execution price of {lost} rows of wave and coin"
        found.gaps.append(Gap(what=what, why="their seconds are not in the table of seconds"))
    if table.part:
        present, whole = table.part
        what = f"price and quantity of {whole - present} of {whole} rows of wave and coin"
        found.gaps.append(Gap(what=what, why="only a part of the table is in the folder"))
    return found


def _row(row: dict[str, Any]) -> dict[str, Any]:
    notional, gap = row["adl_notional_usd"], row["gap_per_contract_usd"]
    sized = notional is not None and row["qty_contracts"] > 0
    price = notional / row["qty_contracts"] if sized else None
    return {
        "wave": row["wave"],
        "coin": row["coin"],
        "quantity": row["qty_contracts"],
        "notional": notional,
        "execution": price,
        "gap": gap,
        "exact": row["seconds"] == 1,
        "mark_low": None if price is None else price - gap,
        "mark_high": None if price is None else price + gap,
    }
