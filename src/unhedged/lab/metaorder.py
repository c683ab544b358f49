"""Impact of metaorders: one trader buys a given worth in small slices in the calm market, beside a twin that buys nothing.

    impact(Q) = mean over pairs of  ln(mid with / mid without)  when the last slice has traded

The duration is the same for all sizes, so the exponent is that of size at fixed time. Makers, arbitrageurs and the flow of the market
answer as they always do; twins share every draw of chance.

What sets the exponent is how those who trade on value wake: the price stands still where they sell as fast as the metaorder buys. As many
at each distance from value, and impact is linear; ever more with distance (`informed_power` 2), and it is a square root, as long as
the distance is larger than the price's own wandering about value.

Source: the square root law, I = Y sigma sqrt(Q / V); exponent about 0.5 in B. Tóth and others, Anomalous price impact and the
critical nature of liquidity in financial markets, Physical Review X 1 (2011), and Y. Sato, K. Kanazawa, arXiv 2411.13965 (2024).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unhedged.scenario.load import load
from unhedged.vocab.enums import Command, Side

PERP = "hub/BTC-PERP"
START, SECONDS = 1_800, 600
"""Seconds: when the buying begins, once makers know what calm is, and how long it lasts."""
SIZES = (20e6, 40e6, 80e6, 160e6, 320e6)
"""Dollars bought."""
DRAWS = 2_000
"""Resamplings of pairs."""


def buy_slowly(seen: Any, me: Any, out: Any) -> int:
    """Buy what its capital is worth in equal slices, one a turn, from `START` for `SECONDS`: unlevered."""
    if not START <= seen["t"] / 1e9 < START + SECONDS:
        return 0
    if me["state"][0] == 0:
        me["state"][0] = seen["equity"][0] / 1e6 / SECONDS
    px = seen["mark_milli"][0] / 1e3 * seen["tick"][0]
    # What a whole number of lots leaves over goes into the next slice.
    me["state"][1] += me["state"][0] / (px * seen["lot"][0])
    qty = int(me["state"][1])
    if qty < 1:
        return 0
    me["state"][1] -= qty
    out[0]["command"], out[0]["side"] = Command.MARKET, Side.BUY
    out[0]["qty"], out[0]["leg"], out[0]["tag"] = qty, 0, -1
    return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Impact against size."""

    sizes: tuple[float, ...]  # dollars
    impacts: tuple[float, ...]  # mean over pairs, log
    exponent: float | None  # None where the mean impact of some size is not above zero
    low: float | None  # 95 % interval, pairs resampled
    high: float | None
    volume: float  # dollars the market trades in the same time without it, mean


def scenario(usd: float) -> dict[str, Any]:
    """Return the calm market with a trader that buys ``usd``; with 0 nobody does, and nobody else draws another number."""
    trader = {
        "id": "trader", "kind": "custom", "behaviour": "unhedged.lab.metaorder:buy_slowly", "instruments": PERP,
        "capital": f"${usd:.0f}", "period": "1s",
    }  # fmt: skip
    return {
        "schema": 1,
        "name": "metaorder",
        "base": "calm",
        "run": {"duration": f"{START + SECONDS}s", "record_every": "10s", "replicates": 1},
        "agent": [trader] if usd > 0 else [],
    }


def impact(
    sizes: Sequence[float] = SIZES, pairs: int = 12, tick: Callable[[], None] = lambda: None
) -> Impact:
    """Run ``pairs`` twins for each size and return the exponent of impact in size.

    Parameters
    ----------
    sizes : sequence of float
        Dollars, two or more.
    pairs : int
        Replicates; each is run without and with each size.
    tick : callable
        Called after each run.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    def run(usd: float, replicate: int) -> tuple[float, float]:
        series = run_replicate(load(scenario(usd)).plan(), replicate).tables["series"]
        tick()
        return _end(series)

    moves = np.zeros((pairs, len(sizes)))
    volumes = []
    for pair in range(pairs):
        calm, volume = run(0.0, pair)
        volumes.append(volume)
        for n, usd in enumerate(sizes):
            moves[pair, n] = np.log(run(usd, pair)[0] / calm)
    exponent, low, high = fitted(np.asarray(sizes), moves)
    return Impact(
        sizes=tuple(sizes),
        impacts=tuple(float(x) for x in moves.mean(axis=0)),
        exponent=exponent,
        low=low,
        high=high,
        volume=float(np.mean(volumes)),
    )


def _end(series: pl.DataFrame) -> tuple[float, float]:
    # The mid at the end, and what traded since the trader began, dollars.
    book = series.filter(series["instrument"] == PERP)
    mid = float(book["bid"][-1] + book["ask"][-1]) / 2.0
    before = book.filter(book["t_ns"] <= START * 10**9)["volume"][-1]
    return mid, float(book["volume"][-1] - before) * mid


def fitted(
    sizes: NDArray[np.float64], moves: NDArray[np.float64]
) -> tuple[float | None, float | None, float | None]:
    """Return the slope of log mean impact on log size, and its 95 % interval over resampled pairs.

    Parameters
    ----------
    sizes : ndarray, shape (s,)
        Dollars.
    moves : ndarray, shape (p, s)
        Log impact of each pair and size. Single ones may be negative; a resampling whose mean is not above zero at every size
        is left out.

    Returns
    -------
    tuple
        Three None where the mean of all pairs is itself not above zero at every size: so few pairs tell of no exponent.
    """
    if not (moves.mean(axis=0) > 0).all():
        return None, None, None
    draws = np.random.default_rng(0).integers(0, len(moves), (DRAWS, len(moves)))
    means = moves[draws].mean(axis=1)
    slopes = [slope(sizes, mean) for mean in means if (mean > 0).all()]
    whole = slope(sizes, moves.mean(axis=0))
    if not slopes:
        return whole, None, None
    low, high = np.quantile(slopes, [0.025, 0.975])
    return whole, float(low), float(high)


def slope(sizes: NDArray[np.float64], impacts: NDArray[np.float64]) -> float:
    """Return the least-squares slope of ``ln impact`` on ``ln size``, both > 0, shape (s,)."""
    return float(np.polyfit(np.log(sizes), np.log(impacts), 1)[0])
