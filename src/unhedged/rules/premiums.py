"""Premium of a perpetual over its index: one sample, and the averages over an interval.

Integers in ppb, positive when the perpetual is dear.
"""

from unhedged.rules.integer import PPB, mul_div_trunc


def premium_index(impact_bid: int, impact_ask: int, index: int) -> int:
    """Return the premium of a perpetual's impact prices over its index.

    Parameters
    ----------
    impact_bid, impact_ask : int
        Average prices of selling and of buying the impact notional, milli-ticks, bid <= ask.
    index : int
        Index (Hyperliquid: oracle) price, milli-ticks, > 0.

    Returns
    -------
    int
        Premium, ppb, rounded towards zero; 0 while the index lies inside the impact prices.

    Notes
    -----
    ``(max(0, bid - index) - max(0, index - ask)) / index``.

    Source: Binance, Introduction to funding rates, read 2026-11-22 (M); Hyperliquid docs, Funding,
    read 2026-11-22 (M); Bybit help, Funding rate, read 2026-11-22 (V).
    """
    return mul_div_trunc(max(0, impact_bid - index) - max(0, index - impact_ask), PPB, index)


def premium_sum(weighted_sum: int, premium_ppb: int, i: int) -> int:
    """Return the linearly weighted sum of premiums after the next sample.

    Parameters
    ----------
    weighted_sum : int
        Sum so far, ppb; 0 at the start of an interval.
    premium_ppb : int
        The new sample, ppb, at most 5 x 10⁹ (500 %) in size.
    i : int
        Its number in the interval, counted from 1, at most 10,000: the sum then stays inside int64.

    Returns
    -------
    int
        ``weighted_sum + i * premium_ppb``, ppb; exact.

    Notes
    -----
    Later samples weigh more.

    Source: Binance, Introduction to funding rates, read 2026-11-22 (M).
    """
    return weighted_sum + i * premium_ppb


def premium_average(weighted_sum: int, n: int) -> int:
    """Return the linearly weighted average premium of an interval.

    Parameters
    ----------
    weighted_sum : int
        Sum of ``i * premium_i`` for i = 1..n, ppb.
    n : int
        Number of samples, >= 1 (5,760 for 8 h at one in 5 s; 480 at one a minute).

    Returns
    -------
    int
        Average, ppb, rounded towards zero.

    Notes
    -----
    ``sum(i * P_i) / sum(i)`` with ``sum(i) = n (n + 1) / 2``.

    Source: Binance, Introduction to funding rates, read 2026-11-22 (M); Bybit help, Funding rate,
    read 2026-11-22 (V).
    """
    return mul_div_trunc(weighted_sum, 1, n * (n + 1) // 2)


def premium_mean(premium_total: int, n: int) -> int:
    """Return the plain average premium of an interval.

    Parameters
    ----------
    premium_total : int
        Sum of the samples, ppb.
    n : int
        Number of samples, >= 1 (720 for an hour at one in 5 s).

    Returns
    -------
    int
        Average, ppb, rounded towards zero.

    Notes
    -----
    Source: Hyperliquid docs, Funding, read 2026-11-22 (M).
    """
    return mul_div_trunc(premium_total, 1, n)


def rolling_window_first(now: int, samples: int) -> int:
    """Return the first sample of a rolling funding window that ends now.

    Parameters
    ----------
    now : int
        Number of the present sample, in any unbroken count (minutes since any midnight).
    samples : int
        Samples in the window, >= 1 (480 for 8 h at one a minute).

    Returns
    -------
    int
        Number of the first sample that counts; it and the present one both count.

    Notes
    -----
    ``now - samples + 1``: the window reaches back the full hours from now, across the last
    settlement.

    Source: OKX, To optimize funding rate calculation, effective 2024-03-05, read 2026-11-22 (V).
    """
    return now - samples + 1


def mark_premium(mark: int, index: int) -> int:
    """Return the premium of a mark over its index.

    Parameters
    ----------
    mark : int
        Mark price, milli-ticks, > 0.
    index : int
        Index price, milli-ticks, > 0.

    Returns
    -------
    int
        Premium, ppb, rounded towards zero.

    Notes
    -----
    ``(mark - index) / index``.

    Source: Deribit support, Funding of perpetuals, read 2026-11-22 (V).
    """
    return mul_div_trunc(mark - index, PPB, index)
