"""Stylised facts of calm markets, pooled over days: tail of returns, memory of their size, what funding pays.

Returns are plain numbers (log returns); a day is one array of them, in time order; days are pooled and never joined end to end.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TAIL = 0.05
"""Share of returns that counts as the tail."""
LAGS = (1, 60)
"""First and last lag, in returns, over which decay is fitted."""
FLAT, STEEP, STEPS = 0.0, 3.0, 301
"""Exponents tried for the decay."""


def log_returns(prices: Floats) -> Floats:
    """Return the log returns between neighbours of ``prices``, all > 0, shape (n,): shape (n - 1,), no unit."""
    return np.diff(np.log(np.asarray(prices, np.float64)))


def hill_index(days: Sequence[Floats], tail: float = TAIL) -> float | None:
    """Return the tail index of absolute returns: 3 means ``P(|r| > x)`` falls as ``x^-3``.

    Parameters
    ----------
    days : sequence of ndarray
        Returns of each day; each day's are divided by their standard deviation first, so that a loud day is not the tail of all.
    tail : float
        Share of returns that is the tail, 0 < tail < 1.

    Returns
    -------
    float or None
        ``k / sum(ln(x_i / x_k+1))`` over the ``k`` largest; None with fewer than ten in the tail, or where they do not differ.

    Notes
    -----
    Source: B. M. Hill, A simple general approach to inference about the tail of a distribution, Annals of Statistics 3 (1975).
    """
    scaled = [np.abs(day) / spread for day in days if len(day) and (spread := np.std(day)) > 0]
    ordered = np.sort(np.concatenate(scaled))[::-1] if scaled else np.zeros(0)
    count = int(tail * len(ordered))
    if count < 10:
        return None
    total = float(np.log(ordered[:count] / ordered[count]).sum()) if ordered[count] > 0 else 0.0
    return count / total if total > 0 else None


def autocorrelation(days: Sequence[Floats], lags: int) -> Floats:
    """Return the autocorrelation of the absolute returns at lags 1 to ``lags``, shape (lags,).

    Each day's mean is its own; covariances and variances are summed over days. Days must be longer than ``lags``.
    """
    covariance, variance = np.zeros(lags), 0.0
    for day in days:
        size = np.abs(day) - np.abs(day).mean()
        variance += float((size * size).mean())
        covariance += [float((size[lag:] * size[:-lag]).mean()) for lag in range(1, lags + 1)]
    return covariance / variance


def decay_exponent(correlations: Floats) -> float | None:
    """Return the exponent b of ``c lag^-b`` closest to autocorrelations at lags 1, 2, …; least squares, lags spaced evenly in logs.

    None where the best ``c`` is not above zero: there is no memory that could decay. Values lie within `FLAT` and `STEEP`.
    """
    lag = np.unique(np.geomspace(LAGS[0], min(LAGS[1], len(correlations)), 20).astype(int))
    found = correlations[lag - 1]
    best: tuple[float, float, float] | None = None
    for exponent in np.linspace(FLAT, STEEP, STEPS):
        shape = lag**-exponent
        scale = float(shape @ found) / float(shape @ shape)
        error = float(((found - scale * shape) ** 2).sum())
        if best is None or error < best[0]:
            best = (error, scale, float(exponent))
    return best[2] if best is not None and best[1] > 0 else None


def positive_share(rates: Floats) -> float:
    """Return the share of funding stamps with a rate above zero; ``rates`` per interval, shape (n,), n >= 1."""
    return float((np.asarray(rates) > 0).mean())


def anchor_share(rates: Floats, anchor: float) -> float:
    """Return the share of funding stamps whose rate is exactly ``anchor``, the interest of the interval.

    Rates of the engine are whole ppb, so two that agree within half of one are equal.
    """
    return float((np.abs(np.asarray(rates) - anchor) < 0.5e-9).mean())


def jackknife(values_without: Sequence[float], whole: float) -> tuple[float, float]:
    """Return the 95 % interval of a pooled measure from its values with each of n >= 2 days left out.

    ``whole ± 1.96 sqrt((n - 1) / n sum (v_i - mean v)^2)``, B. Efron, The jackknife, SIAM (1982). A measure bounded by
    nature may have an interval that passes its bound; it is not cut.
    """
    values = np.asarray(values_without, np.float64)
    n = len(values)
    half = 1.96 * float(np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum()))
    return whole - half, whole + half


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a ``share`` of ``count`` >= 1 stamps; not of no width where all or none count.

    E. B. Wilson, Probable inference, Journal of the American Statistical Association 22 (1927).
    """
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count**2)))
    half /= 1 + z * z / count
    return max(0.0, middle - half), min(1.0, middle + half)
