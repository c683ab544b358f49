"""Oracle-priced pools: funding on skew, price impact and the pool's own deleveraging test.

Real numbers in quote units; ``exponent`` is a small non-negative whole number.
"""


# base ** exponent by multiplication: the same bits everywhere.
def _power(base: float, exponent: int) -> float:
    result = 1.0
    i = 0
    while i < exponent:
        result = result * base
        i += 1
    return result


def funding_gmx(factor: float, long_notional: float, short_notional: float, exponent: int) -> float:
    """Return the funding rate the heavier side of a pool market pays.

    Parameters
    ----------
    factor : float
        Funding factor, per second.
    long_notional, short_notional : float
        Open interest of both sides, quote, >= 0.
    exponent : int
        Exponent on the imbalance, >= 1.

    Returns
    -------
    float
        Fraction of notional per second that the heavier side pays, >= 0; 0.0 without open interest.

    Notes
    -----
    ``factor * |L - S|**exponent / (L + S)``.

    Source: GMX synthetics, README, funding fees, commit a5c0c88, read 2026-11-22 (V).
    """
    total = long_notional + short_notional
    if total <= 0.0:
        return 0.0
    return factor * _power(abs(long_notional - short_notional), exponent) / total


def funding_received_gmx(rate: float, long_notional: float, short_notional: float) -> float:
    """Return the funding rate the lighter side of a pool market receives.

    Parameters
    ----------
    rate : float
        Rate the heavier side pays, per second.
    long_notional, short_notional : float
        Open interest of both sides, quote, >= 0.

    Returns
    -------
    float
        Fraction of the lighter side's notional per second, >= 0; 0.0 when that side is empty.

    Notes
    -----
    What the heavier side pays is shared pro rata: ``rate * heavier / lighter``.

    Source: GMX synthetics, README, funding fees, commit a5c0c88, read 2026-11-22 (V).
    """
    lighter = min(long_notional, short_notional)
    if lighter <= 0.0:
        return 0.0
    return rate * max(long_notional, short_notional) / lighter


def funding_step_gmx(
    rate: float,
    imbalance: float,
    heavier: int,
    threshold_stable: float,
    threshold_decrease: float,
    increase: float,
    decrease: float,
    dt: float,
    low: float,
    high: float,
) -> float:
    """Return the adaptive funding rate of a pool market after some time.

    Parameters
    ----------
    rate : float
        Signed rate before, per second; positive: longs pay.
    imbalance : float
        ``(|L - S| / (L + S)) ** exponent``, 0..1.
    heavier : int
        +1 when longs are heavier, -1 when shorts are.
    threshold_stable, threshold_decrease : float
        Imbalance above which the rate rises and below which it falls, decrease <= stable.
    increase, decrease : float
        Speeds, per second per second.
    dt : float
        Time, s, >= 0.
    low, high : float
        Bounds of the rate's size, per second, 0 <= low <= high.

    Returns
    -------
    float
        Signed rate, per second.

    Notes
    -----
    Skew against the sign of the rate, or imbalance above ``threshold_stable`` (strict): the rate
    moves by ``imbalance * increase * dt`` to the heavier side. Imbalance below
    ``threshold_decrease`` (strict): its size falls by ``decrease * dt``, stopping at zero. Else
    unchanged. Then the size is clamped.

    Source: GMX synthetics, README, adaptive funding, commit a5c0c88, read 2026-11-22 (V).
    """
    new = rate
    if rate * heavier < 0.0 or imbalance > threshold_stable:
        new = rate + heavier * imbalance * increase * dt
    elif imbalance < threshold_decrease:
        size = max(0.0, abs(rate) - decrease * dt)
        new = size if rate > 0.0 else -size
    size = max(low, min(abs(new), high))
    if new > 0.0:
        return size
    if new < 0.0:
        return -size
    return heavier * low


def impact_gmx(d0: float, d1: float, exponent: int, factor: float) -> float:
    """Return the price impact of a trade that changes a pool's skew without crossing balance.

    Parameters
    ----------
    d0, d1 : float
        Absolute difference of long and short open interest before and after, quote, >= 0.
    exponent : int
        Impact exponent, >= 1.
    factor : float
        Impact factor; the venue's positive factor is smaller than the negative one, the caller
        passes the one that applies.

    Returns
    -------
    float
        Quote the trader gains, negative when the trade worsens the balance.

    Notes
    -----
    ``d0**exponent * factor - d1**exponent * factor``.

    Source: GMX synthetics, README, price impact, commit a5c0c88, read 2026-11-22 (V).
    """
    return _power(d0, exponent) * factor - _power(d1, exponent) * factor


def tokens_gmx(notional: float, price: float, impact: float) -> float:
    """Return the size in tokens that a long of a pool market gets for a notional.

    Parameters
    ----------
    notional : float
        Size of the increase, quote, >= 0.
    price : float
        Oracle price, quote a token, > 0.
    impact : float
        Price impact as a share of the notional, negative when the trade worsens the balance, > -1.

    Returns
    -------
    float
        Tokens; the entry price is ``notional`` over them.

    Notes
    -----
    ``notional * (1 + impact) / price``: an impact is paid in tokens.

    Source: GMX synthetics, README, example of price impact, commit a5c0c88, read 2026-11-22 (V).
    """
    return notional * (1.0 + impact) / price


def pool_profit(side: int, tokens: float, price: float, notional: float) -> float:
    """Return the profit of a position against a pool.

    Parameters
    ----------
    side : int
        1 for a long, -1 for a short.
    tokens : float
        Size in tokens, >= 0.
    price : float
        Oracle price, quote a token, > 0.
    notional : float
        What the tokens cost when the position was opened, quote, >= 0.

    Returns
    -------
    float
        Quote the trader has won, negative for a loss; the pool has the opposite.

    Notes
    -----
    ``side * (tokens * price - notional)``: the economic sign. GMX's README prints its example from the pool's side.

    Source: GMX synthetics, README, commit a5c0c88, read 2026-11-22 (V).
    """
    return side * (tokens * price - notional)


def is_pool_adl(side_profit: float, pool: float, max_factor: float) -> bool:
    """Return whether winners of one side may be closed because their profit exhausts the pool.

    Parameters
    ----------
    side_profit : float
        Largest pending profit of the side, quote.
    pool : float
        Value of the pool, quote.
    max_factor : float
        Limit, fraction of the pool (0.85, 0.55 or 0.65 by market).

    Returns
    -------
    bool
        True when the profit is above the limit; also when the pool is empty and the profit is not.

    Notes
    -----
    Strict: ``side_profit > max_factor * pool``. Closed at the oracle price, in an order the keeper
    chooses.

    Source: GMX synthetics, AdlUtils.sol, commit a5c0c88, read 2026-11-22 (V).
    """
    return side_profit > max_factor * max(0.0, pool)
