"""The table of shocks by coin: the queue's overshoot as published, and what becomes of it with signs and deficits minded."""

import polars as pl

from unhedged.replay.figures import Tag
from unhedged.replay.findings import Findings
from unhedged.replay.loading import EventData


def shocks(data: EventData) -> Findings:
    """Return the queue's overshoot, its residual, its sign, and the part of it in shocks that had a deficit."""
    found = Findings()
    headline = (data.document("headlines") or {}).get("headline", {})
    printed = headline.get("queue_total_overshoot_usd")
    if found.lacks("the queue's overshoot", data, ["shocks"]):
        return found
    table = data.needed("shocks")
    closed, deficit = pl.col("budget_queue_usd"), pl.col("deficit_usd")
    frame = table.frame.with_columns(net=closed - deficit)
    short = frame.filter(pl.col("deficit_usd") > 0)
    # Floored again from closed and deficit, not read from the columns that hold the result.
    over = found.add(
        table,
        "queue_overshoot",
        frame["net"].clip(lower_bound=0).sum(),
        published=printed,
        tag=Tag.RECOMPUTED,
    )
    found.add(table, "queue_residual", -frame["net"].clip(upper_bound=0).sum(), tag=Tag.RECOMPUTED)
    net = found.add(table, "queue_net", frame["net"].sum(), tag=Tag.RECOMPUTED)
    inside = found.add(table, "queue_in_deficit", short["net"].sum(), tag=Tag.RECOMPUTED)
    found.add(table, "queue_deficit", frame["deficit_usd"].sum())
    found.add(table, "queue_deficit_shocks", short.height / frame.height)
    found.correct(
        over,
        net,
        "Each shock is floored at zero before adding: shocks that closed less profit than the deficit drop out.",
    )
    found.correct(
        over,
        inside,
        "A queue stops when the budget is met; where the deficit is zero it takes nothing, yet all profit closed there is "
        "counted as taken.",
    )
    return found
