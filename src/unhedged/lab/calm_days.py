"""Quiet days pooled: the tail and the memory of minute returns.

Days of the scenario `calm`, each a replicate that begins with full books.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from unhedged.measures import stylised
from unhedged.measures.stylised import Floats
from unhedged.scenario.load import load

PERP = "hub/BTC-PERP"
DAY, MINUTE = 24, 60
"""Hours of a day; seconds between recorded rows."""
SETTLING = 30
"""Minutes left out at the start: makers learn what calm is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalmDay:
    """What is kept of one day."""

    returns: Floats  # log, of the mid, one a minute


def calm_days(
    days: int, *, hours: int = DAY, tick: Callable[[], None] = lambda: None
) -> list[CalmDay]:
    """Run ``days`` quiet days and return what is pooled.

    Parameters
    ----------
    days : int
        Replicates, >= 1.
    hours : int
        Length of each.
    tick : callable
        Called after each day.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    length = {"run.duration": f"{hours}h", "run.record_every": f"{MINUTE}s"}
    plan = load("calm", overrides=length).plan()
    found = []
    for day in range(days):
        found.append(_kept(run_replicate(plan, day).tables["series"]))
        tick()
    return found


def _kept(series: pl.DataFrame) -> CalmDay:
    book = series.filter(series["instrument"] == PERP)
    seconds = (book["t_ns"] / 1e9).to_numpy()
    mid = ((book["bid"] + book["ask"]) / 2).to_numpy()
    return CalmDay(returns=stylised.log_returns(mid[seconds >= SETTLING * 60]))


def pooled(
    days: list[CalmDay], measure: Callable[[list[CalmDay]], float | None]
) -> tuple[float | None, float | None, float | None]:
    """Return a measure over all days and its 95 % interval by leaving out one day at a time; no interval of a single day."""
    whole = measure(days)
    without = [measure(days[:n] + days[n + 1 :]) for n in range(len(days))] if len(days) > 1 else []
    known = [value for value in without if value is not None]
    if whole is None or not known or len(known) < len(without):
        return whole, None, None
    return whole, *stylised.jackknife(known, whole)


def tail(days: list[CalmDay]) -> float | None:
    """Return Hill's index of the minute returns."""
    return stylised.hill_index([day.returns for day in days])


def memory(days: list[CalmDay]) -> float | None:
    """Return the exponent by which the autocorrelation of absolute minute returns decays within the hour."""
    lags = stylised.LAGS[1]
    return stylised.decay_exponent(stylised.autocorrelation([day.returns for day in days], lags))
