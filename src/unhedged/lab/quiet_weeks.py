"""What funding pays in quiet weeks: shares of stamps that are positive, and that are the interest itself, for three markets.

The scenario `quiet-weeks` as it ships is a contract on the largest venue. The other two are the same people under BitMEX's funding, where money
for the carry asks more; the second of them in ether. Each run is some weeks of one draw; its first days, in which premium and desks find
their places from nought, are left out. Stamps of a run hang together, so intervals leave out one run at a time.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl

from unhedged.measures import stylised
from unhedged.measures.stylised import Floats
from unhedged.scenario.load import load

SCENARIO = "quiet-weeks"
DAY, INTERVAL = 24, 8
"""Hours of a day and of a funding interval."""
SETTLING = 4
"""Days left out at the start of a run."""
ANCHOR = 1e-4
"""Interest of eight hours, both forms."""
BITMEX: Mapping[str, Any] = {
    "venue.hub.funding.form": "scaled_interest",
    "venue.hub.funding.premium_interval": "60s",
    "venue.hub.funding.weighting": "equal",
    "agent.desk.hurdle.median": "11%",
    "agent.appetite.swing": "15%",
    "agent.flow.informed_scale": "23bps",
}
"""Funding of the rulebook ``bitmex@2025-10-10`` laid over the scenario, what money for the carry asks there, how far demand swings, and
from which mispricing the most trade on value.

No product brings cheap money for the carry to that venue, so it asks what such money got before it crowded in: about what the venue's
rate of interest itself pays, 10.95 % a year. In a smaller market the same people's change of mind is a larger part of open interest, and
fewer know what the contract is worth. None of it is published; the last two were chosen beside row 39 on seeds 1 to 3
and 23, swings of 10 to 22 %, scales of 10 to 25 bps.
"""
ETHER: Mapping[str, Any] = {
    **BITMEX,
    "asset.ETH.start": "$4_200",
    "asset.ETH.volatility": "55%",
    "agent.appetite.swing": "12%",
    "agent.flow.informed_scale": "18bps",
}
"""The same in ether: price and volatility of the third quarter of 2025, assumed; ticks, lots and open interest stay bitcoin's. Swing and
scale were chosen likewise, seed 29 among those looked at: the venue's ether kept to its anchor more than its bitcoin.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One contract, by what is laid over the scenario."""

    coin: str
    over: Mapping[str, Any]


MARKETS: Mapping[str, Market] = {
    "binance": Market(coin="BTC", over={}),
    "bitmex": Market(coin="BTC", over=BITMEX),
    "bitmex-ether": Market(coin="ETH", over=ETHER),
}


def runs(
    market: Market, count: int, *, days: int, tick: Callable[[], None] = lambda: None
) -> list[Floats]:
    """Run a market ``count`` times and return the rates it settled, per interval, without the first days of each.

    Parameters
    ----------
    market : Market
        One of `MARKETS`.
    count : int
        Replicates, >= 1.
    days : int
        Length of each, more than `SETTLING`.
    tick : callable
        Called after each run.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    length = {"run.duration": f"{days * DAY}h", "run.record_every": "60s"}
    plan = load(of_coin(market.coin), overrides={**length, **market.over}).plan()
    found = []
    for replicate in range(count):
        series = run_replicate(plan, replicate).tables["series"]
        found.append(settled(series, f"hub/{market.coin}-PERP", days))
        tick()
    return found


def of_coin(coin: str) -> dict[str, Any]:
    """Return the scenario as plain values with ``coin`` in the place of bitcoin, in every name."""
    text = files("unhedged.scenario.library").joinpath(f"{SCENARIO}.toml").read_text("utf-8")
    return tomllib.loads(text.replace("BTC", coin))


def settled(series: pl.DataFrame, perpetual: str, days: int) -> Floats:
    """Return the rate of each stamp after `SETTLING`: what would be settled, as recorded last before it is."""
    book = series.filter(series["instrument"] == perpetual)
    seconds = (book["t_ns"] / 1e9).to_numpy()
    hours = range(SETTLING * DAY + INTERVAL, days * DAY + 1, INTERVAL)
    before = np.array([hour * 3_600 - 1 for hour in hours])
    rates: Floats = book["funding_rate"].to_numpy()
    return rates[np.searchsorted(seconds, before, side="right") - 1]


def positive(found: Sequence[Floats]) -> tuple[float, float, float]:
    """Return the share of stamps at which longs paid, with its 95 % interval."""
    return _pooled(found, stylised.positive_share)


def at_anchor(found: Sequence[Floats]) -> tuple[float, float, float]:
    """Return the share of stamps whose rate was the interest itself, with its 95 % interval."""
    return _pooled(found, lambda rates: stylised.anchor_share(rates, ANCHOR))


def _pooled(
    found: Sequence[Floats], share_of: Callable[[Floats], float]
) -> tuple[float, float, float]:
    # Where runs agree, or there is but one, leaving one out says nothing: then of so many independent runs.
    share = share_of(np.concatenate(found))
    without = [
        share_of(np.concatenate([*found[:n], *found[n + 1 :]]))
        for n in range(len(found) if len(found) > 1 else 0)
    ]
    if len(set(without)) < 2:
        return share, *stylised.wilson(share, len(found))
    low, high = stylised.jackknife(without, share)
    return share, max(0.0, low), min(1.0, high)
