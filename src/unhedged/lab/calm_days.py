"""Quiet days pooled: what funding pays by a venue's form, and the tail and memory of minute returns.

Days of the scenario `calm`, each a replicate that begins with full books; three settlements a day. The form of the premium and of its
average is the venue's; the market around it stays the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from unhedged.measures import stylised
from unhedged.measures.stylised import Floats
from unhedged.scenario.load import load

PERP = "hub/BTC-PERP"
DAY, INTERVAL, MINUTE = 24, 8, 60
"""Hours of a day and of a funding interval; seconds between recorded rows."""
SETTLING = 30
"""Minutes left out at the start: makers learn what calm is."""
ANCHOR = 1e-4
"""Interest of eight hours, both forms."""
BINANCE: Mapping[str, str] = {}
"""The rulebook the scenario has."""
BITMEX: Mapping[str, str] = {
    "venue.hub.funding.form": "scaled_interest",
    "venue.hub.funding.premium_interval": "60s",
    "venue.hub.funding.weighting": "equal",
}
"""Funding of the rulebook ``bitmex@2025-10-10``, laid over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalmDay:
    """What is kept of one day."""

    rates: Floats  # settled, per interval, one a stamp
    returns: Floats  # log, of the mid, one a minute


def calm_days(
    days: int, form: Mapping[str, str], *, hours: int = DAY, tick: Callable[[], None] = lambda: None
) -> list[CalmDay]:
    """Run ``days`` quiet days and return what is pooled.

    Parameters
    ----------
    days : int
        Replicates, >= 1.
    form : mapping
        Keys of funding laid over the scenario, `BINANCE` or `BITMEX`.
    hours : int
        Length of each, a multiple of `INTERVAL`.
    tick : callable
        Called after each day.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    length = {"run.duration": f"{hours}h", "run.record_every": f"{MINUTE}s"}
    plan = load("calm", overrides={**length, **form}).plan()
    found = []
    for day in range(days):
        found.append(_kept(run_replicate(plan, day).tables["series"], hours))
        tick()
    return found


def _kept(series: pl.DataFrame, hours: int) -> CalmDay:
    book = series.filter(series["instrument"] == PERP)
    seconds = (book["t_ns"] / 1e9).to_numpy()
    # What would be settled, as recorded last before it is: rows stand half a minute beside whole minutes.
    stamps = [hour * 3_600 - 1 for hour in range(INTERVAL, hours + 1, INTERVAL)]
    rates = book["funding_rate"].to_numpy()[np.searchsorted(seconds, stamps, side="right") - 1]
    mid = ((book["bid"] + book["ask"]) / 2).to_numpy()
    return CalmDay(rates=rates, returns=stylised.log_returns(mid[seconds >= SETTLING * 60]))


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


def positive(days: list[CalmDay]) -> tuple[float, float, float]:
    """Return the share of stamps at which longs paid, with its 95 % interval."""
    return _of_stamps(days, stylised.positive_share(_rates(days)))


def at_anchor(days: list[CalmDay]) -> tuple[float, float, float]:
    """Return the share of stamps whose rate was the interest itself, with its 95 % interval."""
    return _of_stamps(days, stylised.anchor_share(_rates(days), ANCHOR))


def tail(days: list[CalmDay]) -> float | None:
    """Return Hill's index of the minute returns."""
    return stylised.hill_index([day.returns for day in days])


def memory(days: list[CalmDay]) -> float | None:
    """Return the exponent by which the autocorrelation of absolute minute returns decays within the hour."""
    lags = stylised.LAGS[1]
    return stylised.decay_exponent(stylised.autocorrelation([day.returns for day in days], lags))


def _of_stamps(days: list[CalmDay], share: float) -> tuple[float, float, float]:
    return share, *stylised.wilson(share, len(_rates(days)))


def _rates(days: list[CalmDay]) -> Floats:
    return np.concatenate([day.rates for day in days])
