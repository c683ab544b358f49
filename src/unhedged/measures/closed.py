"""Whom auto-deleveraging met: leverage and profit of the winners it closed, who stood on the other side, when they acted again."""

import numpy as np
import polars as pl

from unhedged.measures.day import SECOND, Day

KIND = "basis_desk"
PROMPT = 180.0
"""Seconds to the first trade of one's own that part desks with a plan from those without. Ours: the source sorts accounts by
their behaviour and gives medians of 31.6 s and 9 minutes."""


def first_closes(closes: pl.DataFrame) -> pl.DataFrame:
    """Return the first row of ``adl`` of each account, with ``over_notional``: unrealised profit over the position at the price.

    The profit is of the whole position before the close, so it is set against the lots closed and left.
    """
    whole = pl.col("notional") * (1.0 + pl.col("left").abs() / pl.col("qty").abs())
    first = closes.group_by("account", maintain_order=True).first()
    return first.with_columns(over_notional=pl.col("unrealised") / whole)


def median_leverage(closes: pl.DataFrame) -> float | None:
    """Return the median leverage of accounts at their first close."""
    return _median(first_closes(closes)["leverage"])


def in_profit(closes: pl.DataFrame) -> float | None:
    """Return the share of accounts whose position was in profit at their first close."""
    profits = first_closes(closes)["profit"].drop_nulls()
    return float((profits > 0).mean()) if len(profits) else None  # type: ignore[arg-type]


def median_profit(closes: pl.DataFrame) -> float | None:
    """Return the median unrealised profit over notional at the first close."""
    return _median(first_closes(closes)["over_notional"])


def median_equity_over_profit(closes: pl.DataFrame) -> float | None:
    """Return the median of equity over unrealised profit, both before the first close, among accounts in profit."""
    rows = first_closes(closes).filter(pl.col("unrealised") > 0)
    return _median(rows["equity_before"] / rows["unrealised"])


def ordered_otherwise(closes: pl.DataFrame) -> float | None:
    """Return the share of neighbours in the observed order of scores that the documented score would swap; None below two closes.

    Observed: leverage times profit over entry. Documented: leverage times mark over entry, inverted for shorts. Both from the
    state before each account's first close; accounts without a score are left out.
    """
    first = first_closes(closes).filter(
        pl.col("leverage").is_finite() & (pl.col("profit") > 0) & (pl.col("leverage") > 0)
    )
    if len(first) < 2:
        return None
    gain = (
        pl.when(pl.col("qty") > 0)
        .then(1.0 / (1.0 - pl.col("profit")))
        .otherwise(1.0 + pl.col("profit"))
    )
    ranked = first.with_columns(
        observed=pl.col("leverage") * pl.col("profit"), documented=pl.col("leverage") * gain
    ).sort("observed", descending=True)
    return float((ranked["documented"].diff().drop_nulls() > 0).mean())  # type: ignore[arg-type]


def vault_share(closes: pl.DataFrame) -> float | None:
    """Return the share of closed notional whose counterparty was a vault."""
    total = float(closes["notional"].sum())
    vault = closes.filter(pl.col("counterparty").str.starts_with("vault@"))
    return float(vault["notional"].sum()) / total if total > 0 else None


def adl_share(closes: pl.DataFrame, steps: pl.DataFrame) -> float | None:
    """Return ADL's share of what was forced without the book: closes over closes and takeovers, dollars."""
    closed = float(closes["notional"].sum())
    taken = float(steps.filter(pl.col("step") == "takeover")["notional"].sum())
    return closed / (closed + taken) if closed + taken > 0 else None


def struck(desks: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``desks`` of basis desks that lost any of a short, in their order.

    Most desks never do: what is asked about the others need not be sorted or summed.
    """
    mine = pl.col("kind") == KIND
    hit = desks.filter(mine, pl.col("adl") > 0)["agent"].unique()
    return desks.filter(pl.col("agent").is_in(hit.implode()), mine)


def latencies(desks: pl.DataFrame) -> np.ndarray:
    """Return for each struck desk that traded again the seconds from its first close to its first trade of its own.

    A trade of its own is a change of a leg that ADL and liquidation do not explain, seen at recorded instants: late by at most one.
    """
    keys = ["agent", "instrument"]
    legs = struck(desks).select(*keys, "t_ns", "pos", "adl", "forced").sort("t_ns")
    taken = (pl.col("adl") + pl.col("forced")).diff().over(keys).fill_null(0.0)
    moved = pl.col("pos").diff().over(keys).fill_null(0.0)
    size = pl.col("pos").abs().max().over(keys)
    own = (moved.abs() - taken).abs() > 1e-9 * size.clip(1e-12)
    first = legs.filter(pl.col("adl") > 0).group_by("agent").agg(struck=pl.col("t_ns").min())
    acted = legs.with_columns(own=own).filter(pl.col("own")).join(first, on="agent")
    after = acted.filter(pl.col("t_ns") > pl.col("struck"))
    found = after.group_by("agent").agg((pl.col("t_ns") - pl.col("struck")).min().alias("wait"))
    return found["wait"].sort().to_numpy() / SECOND


def _waits(day: Day) -> np.ndarray:
    return latencies(day.desks)


def prompt_latency(day: Day) -> float | None:
    """Return the median latency of desks that traded within `PROMPT`."""
    waits = day.once(_waits)
    waits = waits[waits <= PROMPT]
    return float(np.median(waits)) if len(waits) else None


def late_latency(day: Day) -> float | None:
    """Return the median latency of desks that traded later than `PROMPT`."""
    waits = day.once(_waits)
    waits = waits[waits > PROMPT]
    return float(np.median(waits)) if len(waits) else None


def _median(values: pl.Series) -> float | None:
    found = values.drop_nulls().drop_nans()
    return float(found.median()) if len(found) else None  # type: ignore[arg-type]
