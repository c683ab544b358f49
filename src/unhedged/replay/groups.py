"""Complete groups of ADL fills, all of one coin at one time in the order they were closed, and how a group is built.

What the venue shows: one price a group, every winner closed whole, at most one in part, and that one last. So the order of
fills is the order of the queue; yet no score made from the columns present is monotone along it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from unhedged.replay.figures import Basis, Problem, Tag
from unhedged.replay.findings import Findings
from unhedged.replay.loading import EventData
from unhedged.replay.reading import FILE, ROW
from unhedged.rules.adl_score import score_hyperliquid_observed

DUST = 1e-9
"""Relative difference of two sizes below which they are one: sizes have at most ten significant digits, floats sixteen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All ADL fills of one coin at one time, in fill order: columns of the fills table."""

    coin: str
    t_ms: int
    fills: pl.DataFrame
    basis: Basis

    @property
    def one_price(self) -> bool:
        """Whether all fills have one price."""
        return self.fills["adl_price"].n_unique() == 1

    @property
    def whole(self) -> pl.Series:
        """Whether each fill closes all of the position, to rounding."""
        held = self.fills["position_size"].abs()
        return (held - self.fills["adl_size"]).abs() <= DUST * held

    @property
    def partial_last(self) -> bool:
        """Whether no fill but the last leaves a part of the position."""
        return bool(self.whole.head(len(self.whole) - 1).all())

    def scores(self) -> list[float]:
        """Return the observed score of each fill's winner, from the columns present.

        The entry is the one the venue's own closed profit implies: the reconstructed one is stale in a quarter of the rows.
        """
        return [_score(row) for row in self.fills.to_dicts()]


def _score(row: dict[str, Any]) -> float:
    side = 1 if row["position_size"] > 0 else -1
    closed = row["adl_size"] * row["adl_price"]
    return score_hyperliquid_observed(
        _atoms(abs(row["position_size"]) * row["adl_price"]),
        _atoms(row["account_value_realtime"] + row["total_unrealized_pnl"]),
        _atoms(row["closed_pnl"]),
        _atoms(closed - side * row["closed_pnl"]),
    )


def _atoms(usd: float) -> int:
    return round(usd * 10**6)


def complete_groups(data: EventData, problems: list[Problem]) -> list[Group]:
    """Return the complete groups present, by time and coin.

    A group in which an account has two entry prices for one coin at one time is named and left out.
    """
    table = data.table("fills")
    if table is None:
        return []
    return list(_groups(table.frame, table.basis, problems))


def _groups(frame: pl.DataFrame, basis: Basis, problems: list[Problem]) -> Iterator[Group]:
    parts = frame.sort("time", "coin", FILE, ROW).partition_by("time", "coin", maintain_order=True)
    for fills in parts:
        coin, t_ms = fills["coin"][0], fills["time"][0]
        wrong = _no_size(fills) or _two_entries(fills)
        if wrong is not None:
            problems.append(wrong)
            continue
        yield Group(coin=coin, t_ms=t_ms, fills=fills, basis=basis)


def _no_size(fills: pl.DataFrame) -> Problem | None:
    empty = fills.filter((pl.col("adl_size") <= 0) | (pl.col("position_size") == 0))
    if empty.is_empty():
        return None
    row = empty.row(0, named=True)
    return Problem(
        file=row[FILE],
        row=row[ROW],
        what=f"closes {row['adl_size']:g} of a position of {row['position_size']:g}.",
        then="The group was left out.",
    )


def _two_entries(fills: pl.DataFrame) -> Problem | None:
    if "entry_price" not in fills.columns:
        return None
    entries = fills.filter(pl.col("entry_price").n_unique().over("user") > 1)
    if entries.is_empty():
        return None
    user = entries["user"][0]
    rows = entries.filter(pl.col("user") == user)
    second = rows.row(1, named=True)
    return Problem(
        file=second[FILE],
        row=second[ROW],
        what=f"{user} has two entry prices in {second['coin']} at one time: "
        f"{rows['entry_price'][0]:g} and {second['entry_price']:g}.",
        then="The group was left out: which of the two holds is not for us to choose.",
    )


def structure(groups: list[Group], source: str) -> Findings:
    """Return how the complete groups are built: one price, whole closes, one partial close, last."""
    found = Findings()
    if not groups:
        return found
    common = {"tag": Tag.RECOMPUTED}
    fills = sum(group.fills.height for group in groups)
    found.add(source, "groups", len(groups), **common)
    found.add(source, "group_fills", fills, **common)
    one_price = sum(group.one_price for group in groups) / len(groups)
    found.add(source, "groups_one_price", one_price, **common)
    inner = [whole for group in groups for whole in group.whole.head(group.fills.height - 1)]
    found.add(source, "groups_whole", sum(inner) / len(inner) if inner else 1.0, **common)
    last = sum(group.partial_last for group in groups) / len(groups)
    found.add(source, "groups_one_partial", last, **common)
    steps = [b > a for group in groups for a, b in pairwise(group.scores())]
    found.add(source, "groups_unordered", sum(steps) / len(steps) if steps else 0.0, **common)
    found.rows["groups"] = [
        {
            "coin": group.coin,
            "t_ms": group.t_ms,
            "fills": group.fills.height,
            "price": group.fills["adl_price"][0],
            "quantity": float(group.fills["adl_size"].sum()),
            "one_price": group.one_price,
            "whole_closes": int(group.whole.sum()),
            "partial_last": group.partial_last,
        }
        for group in groups
    ]
    return found
