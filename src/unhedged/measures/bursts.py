"""How forced closes are spread over time: the worst minutes, the first burst, how fast the rest followed."""

import numpy as np
import polars as pl

from unhedged.measures.day import SECOND, Day

WORST = 2400.0
LONG = 14 * 3600.0
"""Seconds of the day over which the published shares were taken."""
BURST = 5 * SECOND
"""A gap longer than this parts two bursts."""


def worst_window(day: Day, run_seconds: float) -> tuple[float, float] | None:
    """Return liquidated dollars in the worst 40 minutes, and in the rest of 14 hours; None without liquidations.

    Hours outside the run are filled at the rate before the news: the published share is of 14 hours, a run is shorter.
    """
    steps = day.liquidations
    if steps.is_empty():
        return None
    t = (steps["t_ns"].to_numpy() - day.shock_ns) / SECOND
    usd = steps["notional"].to_numpy()
    before = usd[t < 0].sum() / max(1.0, day.shock_ns / SECOND)
    total = np.concatenate([[0.0], np.cumsum(usd)])
    ends = np.searchsorted(t, t + WORST, side="right")
    inside = float((total[ends] - total[: len(t)]).max())
    outside = float(usd.sum()) - inside + before * max(0.0, LONG - run_seconds)
    return inside, outside


def worst_share(day: Day, run_seconds: float) -> float | None:
    """Return the share of 14 hours' liquidations that fell into the worst 40 minutes."""
    found = worst_window(day, run_seconds)
    return None if found is None else found[0] / (found[0] + found[1])


def rate_ratio(day: Day, run_seconds: float) -> float | None:
    """Return the rate of liquidations in the worst 40 minutes over the rate in the rest of 14 hours; None over no rest."""
    found = worst_window(day, run_seconds)
    if found is None or found[1] <= 0:
        return None
    return (found[0] / WORST) / (found[1] / (LONG - WORST))


def first_burst_share(closes: pl.DataFrame) -> float | None:
    """Return the share of rows of ``adl`` that stand in its first burst; None without rows."""
    if closes.is_empty():
        return None
    gaps = np.diff(closes["t_ns"].to_numpy())
    parts = np.flatnonzero(gaps > BURST)
    return float((parts[0] + 1 if len(parts) else len(closes)) / len(closes))


def reached_after(closes: pl.DataFrame, start_ns: int, share: float) -> float | None:
    """Return the seconds from ``start_ns`` until ``share`` of the rows of ``adl`` had happened; None without rows."""
    if closes.is_empty():
        return None
    row = max(0, int(np.ceil(share * len(closes))) - 1)
    return float(closes["t_ns"][row] - start_ns) / SECOND
