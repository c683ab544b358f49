"""What auto-deleveraging took on one venue, beside what it had to bring: from table `adl`, exactly at each close."""

from typing import Any

import numpy as np
import polars as pl

from unhedged.measures.columns import Column, codes
from unhedged.measures.haircuts import gini, haircuts, hhi
from unhedged.measures.severity import overshoot
from unhedged.measures.solvency import new_deficits


def adl_measures(adl: pl.DataFrame, venue: str) -> dict[str, Any]:
    """Return the measures of who paid on ``venue``; dollars are zero and the rest None where nobody was closed.

    Notes
    -----
    What a close gave up is the winner's equity before it less that after it, both at the mark of that moment: exact, and all of it
    goes to the loser. A winner's closes in one case are one event: gains on one leg pay for losses on another, nobody else's do.
    Need and removal are valued at the same mark, so an ADL at the bankruptcy price, which takes what lacks and no more, has no
    overshoot. A winner without equity before is left out of the largest haircut: no fraction of nothing would do.
    """
    mine = adl.filter(pl.col("instrument").str.split("/").list.first() == venue)
    before = mine["equity_before"].to_numpy()
    given = before - mine["equity"].to_numpy()
    loser = mine["loser_equity"].to_numpy()
    taken, owned = _events(mine, given, before)
    removed = float(taken.sum())
    # A close moves money from winner to loser and nowhere else.
    need = float(new_deficits(mine["counterparty"].to_numpy(), loser, loser + given).sum())
    owner, owners = codes("owner", _owners(mine), mine.height)
    closed = np.bincount(owner, mine["notional"].to_numpy(), minlength=owners)
    shares = haircuts(taken[owned > 0], owned[owned > 0])
    return {
        "adl_need_usd": need,
        "adl_removed_usd": removed,
        "adl_removed_net_usd": float(given.sum()),
        "adl_overshoot_usd": overshoot(removed, need),
        "adl_haircut_share": float(shares.max()) if len(shares) else None,
        "adl_gini": _number(gini(closed)),
        "adl_hhi": _number(hhi(closed)),
    }


def _events(mine: pl.DataFrame, given: Column, before: Column) -> tuple[Column, Column]:
    # Of each winner in each case what it gave, nothing where it gained, and its equity before the first close.
    who, count = codes("account", mine["account"].to_numpy(), mine.height)
    event, events = codes("event", mine["case"].to_numpy() * max(1, count) + who, mine.height)
    taken = np.bincount(event, given, minlength=events)
    owned = np.zeros(events)
    owned[event[::-1]] = before[::-1]  # written last, the first close stays
    return np.maximum(0.0, taken), owned


def _owners(mine: pl.DataFrame) -> Any:
    return mine["account"].str.split("@").list.first().to_numpy()


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
