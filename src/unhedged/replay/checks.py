"""Tables of one event held against each other: totals that must agree, whoever published them."""

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from unhedged.replay.figures import Basis
from unhedged.replay.findings import total
from unhedged.replay.loading import EventData
from unhedged.replay.waves import by_wave

CENT = 0.01
"""Dollars by which totals of floats may differ: the tables print 17 digits of sums of 34,983 addends."""


def checks(data: EventData) -> list[dict[str, Any]]:
    """Return every comparison the tables present allow: what, both values, and whether they agree to the cent."""
    found = []
    for what, names, compare in _COMPARISONS:
        if all(data.has(name) for name in names):
            found += [_row(what.format(place), *pair) for place, pair in compare(data)]
    return found


def _row(what: str, left: float, right: float) -> dict[str, Any]:
    return {"what": what, "left": left, "right": right, "agrees": abs(left - right) <= CENT}


Pairs = Iterator[tuple[str, tuple[float, float]]]


def _notional(data: EventData) -> Pairs:
    coins = total(data.needed("coins").frame["adl_notional"])
    for name, column in (("volumes", "net_notional_usd"), ("seconds", "adl_notional_usd")):
        table = data.table(name)
        if table is not None and not table.part:
            yield name, (coins, total(table.frame[column]))


def _profit(data: EventData) -> Pairs:
    coins = total(data.needed("coins").frame["closed_pnl"])
    yield "", (coins, total(data.needed("volumes").frame["total_pnl"]))


def _fills(data: EventData) -> Pairs:
    coins = total(data.needed("coins").frame["num_events"])
    timing = data.document("timing") or {}
    yield "", (coins, float(sum(row["adls"] for row in timing["timeline"])))


def _revisions(data: EventData) -> Pairs:
    before, after = data.table("coins", Basis.BEFORE), data.table("coins", Basis.AFTER)
    if before is not None and after is not None:
        yield "", (total(before.frame["adl_notional"]), total(after.frame["adl_notional"]))


def _users(data: EventData) -> Pairs:
    users = data.needed("users")
    if not users.part:
        coins = data.needed("coins").frame["adl_notional"]
        yield "", (total(users.frame["adl_notional"]), total(coins))


def _needed(data: EventData) -> Pairs:
    left = by_wave(data.needed("removals"))
    right = data.needed("policies").frame.sort("wave")
    both = left.join(right, on="wave")
    for row in both.select("wave", "budget_needed_usd", "budget_needed").iter_rows():
        yield str(row[0]), (row[1], row[2])


def _groups(data: EventData) -> Pairs:
    fills = data.needed("fills").frame
    second = pl.col("time") // 1_000 * 1_000
    value = (pl.col("adl_price") * pl.col("adl_size")).sum().alias("value")
    mine = fills.group_by(second.alias("t_ms"), "coin").agg(value)
    both = mine.join(data.needed("seconds").frame, on=["t_ms", "coin"]).sort("t_ms", "coin")
    for row in both.to_dicts():
        yield row["coin"], (row["value"], row["adl_notional_usd"])


_COMPARISONS: tuple[tuple[str, tuple[str, ...], Callable[[EventData], Pairs]], ...] = (
    ("ADL notional, coins and {}", ("coins",), _notional),
    ("profit of closed positions, coins and volumes", ("coins", "volumes"), _profit),
    ("ADL fills, coins and the time profile", ("coins", "timing"), _fills),
    ("ADL notional, both reconstructions", ("coins",), _revisions),
    ("ADL notional, accounts and coins", ("users", "coins"), _users),
    ("needed in wave {}, two tables", ("removals", "policies"), _needed),
    ("notional of a complete group of {} and of its second", ("fills", "seconds"), _groups),
)
