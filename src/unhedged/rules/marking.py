"""Mark and index prices. Prices are milli-ticks; a price of 0 (``MISSING``) stands for "there is none"."""

from unhedged.rules.integer import PPB, mul_div_floor, mul_div_trunc

MISSING = 0  # a price that does not exist


def median3(a: int, b: int, c: int) -> int:
    """Return the middle one of three numbers.

    Parameters
    ----------
    a, b, c : int
        Any numbers, in any order.

    Returns
    -------
    int
        The median; exact.

    Notes
    -----
    ``max(min(a, b), min(max(a, b), c))``.

    Source: definition.
    """
    return max(min(a, b), min(max(a, b), c))


def median_of_present(a: int, b: int, c: int) -> int:
    """Return the median of those of three prices that exist.

    Parameters
    ----------
    a, b, c : int
        Prices, milli-ticks; ``MISSING`` (or below) where there is none.

    Returns
    -------
    int
        Milli-ticks: the median of three, the midpoint of two rounded down, the one, or ``MISSING``.

    Notes
    -----
    What a venue does with a missing price is rarely published; the midpoint of two is our choice.

    Source: definition (U for any venue).
    """
    if a > 0 and b > 0 and c > 0:
        return median3(a, b, c)
    count = 0
    total = 0
    if a > 0:
        count += 1
        total += a
    if b > 0:
        count += 1
        total += b
    if c > 0:
        count += 1
        total += c
    if count == 0:
        return MISSING
    return total // count


def price1_binance(index: int, rate_ppb: int, to_funding: int, interval: int) -> int:
    """Return the index carried by the last funding rate over the time left.

    Parameters
    ----------
    index : int
        Index price, milli-ticks, > 0.
    rate_ppb : int
        Last funding rate, ppb per interval.
    to_funding : int
        Time to the next funding, ns, 0 <= to_funding <= interval.
    interval : int
        Funding interval, ns, > 0.

    Returns
    -------
    int
        Milli-ticks. The carried rate is rounded towards zero to whole ppb, then the price down.

    Notes
    -----
    ``index * (1 + rate * to_funding / interval)``. Also the whole mark of Binance in 2020 and the fair price of BitMEX
    perpetuals.

    Source: Binance, Mark price and price index, read 2026-11-22 (V); BitMEX, Fair price marking, read 2026-11-22 (V).
    """
    return index + mul_div_floor(index, mul_div_trunc(rate_ppb, to_funding, interval), PPB)


def mean_basis(basis_sum: int, samples: int) -> int:
    """Return the moving average of the basis.

    Parameters
    ----------
    basis_sum : int
        Sum of ``(bid + ask) / 2 - index`` over the window, milli-ticks.
    samples : int
        Samples in the window, >= 1: 30 at one a second since 18 Sep 2025 08:01 UTC, 60 before; Bybit 300.

    Returns
    -------
    int
        Milli-ticks, rounded towards zero.

    Notes
    -----
    The window is the caller's: 30 s now, one minute before 18 Sep 2025, longer in older texts.

    Source: Binance, notice of September 2025 (mirror), read 2026-11-22 (M); Bybit, Dual-price mechanism, read 2026-11-22
    (V).
    """
    return mul_div_trunc(basis_sum, 1, samples)


def price2_binance(index: int, mean_basis: int) -> int:
    """Return the index moved by the mean basis.

    Parameters
    ----------
    index : int
        Index price, milli-ticks, > 0.
    mean_basis : int
        Moving average of the basis, milli-ticks.

    Returns
    -------
    int
        Milli-ticks; exact.

    Notes
    -----
    ``index + MA(mid - index)``.

    Source: Binance, Mark price and price index, read 2026-11-22 (V).
    """
    return index + mean_basis


def mark_binance(price1: int, price2: int, last: int) -> int:
    """Return the mark price of a Binance or Bybit perpetual.

    Parameters
    ----------
    price1, price2 : int
        Index with funding and index with mean basis, milli-ticks.
    last : int
        Last traded price of the contract, milli-ticks; ``MISSING`` before the first trade.

    Returns
    -------
    int
        Milli-ticks: the median; ``price2`` before the first trade (our choice).

    Notes
    -----
    ``median(price1, price2, last)``.

    Source: Binance, Mark price and price index, read 2026-11-22 (V); Bybit, Dual-price mechanism, read 2026-11-22 (V).
    """
    if last <= 0:
        return price2
    return median3(price1, price2, last)


def mark_hyperliquid(with_basis: int, book: int, external: int, book_ema: int) -> int:
    """Return the mark price of a Hyperliquid perpetual.

    Parameters
    ----------
    with_basis : int
        Oracle plus the 150-s average of mid minus oracle, milli-ticks; ``MISSING`` without an oracle.
    book : int
        Median of best bid, best ask and last trade, milli-ticks; ``MISSING`` when there is none.
    external : int
        Weighted median of perpetual mids at other venues, milli-ticks; ``MISSING`` when there is none.
    book_ema : int
        30-s average of ``book``, milli-ticks; ``MISSING`` before its first sample.

    Returns
    -------
    int
        Milli-ticks; ``MISSING`` when all inputs are, in which case the caller keeps the previous mark.

    Notes
    -----
    Median of the three. When exactly two of the three exist, ``book_ema`` joins as third. When one exists, it is the mark,
    and when ``book_ema`` is missing too the midpoint of two, rounded down: cases the docs do not cover, our choice.

    Source: Hyperliquid docs, Robust price indices, read 2026-11-22 (M).
    """
    present = 0
    if with_basis > 0:
        present += 1
    if book > 0:
        present += 1
    if external > 0:
        present += 1
    if present == 2:
        if with_basis <= 0:
            return median_of_present(book_ema, book, external)
        if book <= 0:
            return median_of_present(with_basis, book_ema, external)
        return median_of_present(with_basis, book, book_ema)
    return median_of_present(with_basis, book, external)


def ema_sum(total: float, decay: float, addend: float) -> float:
    """Return numerator or denominator of an exponential average after one sample.

    Parameters
    ----------
    total : float
        Numerator or denominator so far; 0.0 at the start.
    decay : float
        ``exp(-t / tau)`` for the time t since the last sample, computed by the caller, 0..1.
    addend : float
        Numerator: ``sample * t``; denominator: ``t``.

    Returns
    -------
    float
        ``total * decay + addend``, in the unit of ``addend``.

    Notes
    -----
    ``num <- num * exp(-t / 2.5 min) + sample * t`` and ``den <- den * exp(-t / 2.5 min) + t``.

    Source: Hyperliquid docs, Robust price indices, read 2026-11-22 (M).
    """
    return total * decay + addend


def ema_value(num: float, den: float) -> float:
    """Return the exponential average.

    Parameters
    ----------
    num, den : float
        Numerator and denominator kept by ``ema_sum``.

    Returns
    -------
    float
        ``num / den`` in the unit of the samples; 0.0 before the first sample.

    Notes
    -----
    Source: Hyperliquid docs, Robust price indices, read 2026-11-22 (M).
    """
    if den <= 0.0:
        return 0.0
    return num / den


def impact_px_milli(amount: int, qty: int, num: int, den: int) -> int:
    """Return the average price of a walk through the book.

    Parameters
    ----------
    amount : int
        Money of the fills, atoms, >= 0: the impact notional, or less when the side of the book was exhausted.
    qty : int
        Lots filled, > 0, with ``qty * num`` inside int64.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Milli-ticks, rounded down.

    Notes
    -----
    ``amount * 1000 * den / (qty * num)``. The impact bid is the average of selling the impact notional into the bids, the
    impact ask of buying it from the asks. A book that is too thin gives the average of what there was (our choice).

    Source: Binance, Introduction to funding rates, impact bid and ask price, read 2026-11-22 (M).
    """
    return mul_div_floor(amount, 1000 * den, qty * num)


def is_stale(age: int, max_age: int) -> bool:
    """Return whether a price source has not updated for too long.

    Parameters
    ----------
    age : int
        Time since the source's last update, ns, >= 0.
    max_age : int
        Limit, ns (10 s at Binance).

    Returns
    -------
    bool
        True at the limit and beyond.

    Notes
    -----
    ``age >= max_age``: "no update for 10 s" includes exactly 10 s.

    Source: Binance, Price index safeguards (2020 text), read 2026-11-22 (M).
    """
    return age >= max_age


def is_deviant(px: int, median: int, limit_ppb: int) -> bool:
    """Return whether a price source is too far from the median of the sources.

    Parameters
    ----------
    px : int
        Price of the source, milli-ticks, > 0.
    median : int
        Median of all sources, milli-ticks, > 0.
    limit_ppb : int
        Largest accepted deviation, ppb of the median (5 %: 50,000,000).

    Returns
    -------
    bool
        True when the deviation is above the limit.

    Notes
    -----
    Strict: ``|px - median| > limit * median``; a deviation of exactly 5 % keeps its weight.

    Source: Binance, Price index safeguards (2020 text), read 2026-11-22 (M).
    """
    return abs(px - median) > mul_div_floor(median, limit_ppb, PPB)


def index_two_sources(px0: int, px1: int, weight0: int, weight1: int) -> int:
    """Return the weighted mean of up to two price sources.

    Parameters
    ----------
    px0, px1 : int
        Prices, milli-ticks.
    weight0, weight1 : int
        Weights, >= 0; 0 for a source that is missing or stale.

    Returns
    -------
    int
        Milli-ticks, rounded down; ``MISSING`` when both weights are 0.

    Notes
    -----
    With two sources the median lies midway, so neither can be singled out: there is no deviation rule.

    Source: Binance, Mark price and price index, read 2026-11-22 (V).
    """
    weight = weight0 + weight1
    if weight <= 0:
        return MISSING
    return (px0 * weight0 + px1 * weight1) // weight


def index_three_sources(
    px0: int, px1: int, px2: int, weight0: int, weight1: int, weight2: int, limit_ppb: int
) -> int:
    """Return the weighted mean of three price sources, guarded against one that deviates.

    Parameters
    ----------
    px0, px1, px2 : int
        Prices, milli-ticks.
    weight0, weight1, weight2 : int
        Weights, >= 0; 0 for a source that is missing or stale.
    limit_ppb : int
        Largest accepted deviation from the median, ppb (5 %: 50,000,000).

    Returns
    -------
    int
        Milli-ticks, rounded down; ``MISSING`` when all weights are 0.

    Notes
    -----
    A source more than the limit away from the median gets weight 0; when more than one does, the median is the index. Fewer
    than three live sources: ``index_two_sources``.

    Source: Binance, Price index safeguards (2020 text), read 2026-11-22 (M).
    """
    if weight0 <= 0:
        return index_two_sources(px1, px2, weight1, weight2)
    if weight1 <= 0:
        return index_two_sources(px0, px2, weight0, weight2)
    if weight2 <= 0:
        return index_two_sources(px0, px1, weight0, weight1)
    median = median3(px0, px1, px2)
    out0 = is_deviant(px0, median, limit_ppb)
    out1 = is_deviant(px1, median, limit_ppb)
    out2 = is_deviant(px2, median, limit_ppb)
    if (out0 and out1) or (out0 and out2) or (out1 and out2):
        return median
    if out0:
        return index_two_sources(px1, px2, weight1, weight2)
    if out1:
        return index_two_sources(px0, px2, weight0, weight2)
    if out2:
        return index_two_sources(px0, px1, weight0, weight1)
    return (px0 * weight0 + px1 * weight1 + px2 * weight2) // (weight0 + weight1 + weight2)


def weighted_median3(
    px0: int, px1: int, px2: int, weight0: int, weight1: int, weight2: int
) -> int:
    """Return the weighted median of up to three prices.

    Parameters
    ----------
    px0, px1, px2 : int
        Prices, milli-ticks.
    weight0, weight1, weight2 : int
        Weights, >= 0; 0 for a source that is missing.

    Returns
    -------
    int
        Milli-ticks, one of the prices; ``MISSING`` when all weights are 0.

    Notes
    -----
    The lowest price at which the weight at or below reaches half of the total: with two equal halves the lower price.

    Source: Hyperliquid docs, Robust price indices, read 2026-11-22 (M); the tie is our choice.
    """
    total = weight0 + weight1 + weight2
    if total <= 0:
        return MISSING
    best = MISSING
    if weight0 > 0 and 2 * _weight_up_to(px0, px0, px1, px2, weight0, weight1, weight2) >= total:
        best = px0
    if weight1 > 0 and 2 * _weight_up_to(px1, px0, px1, px2, weight0, weight1, weight2) >= total:
        if best == MISSING or px1 < best:
            best = px1
    if weight2 > 0 and 2 * _weight_up_to(px2, px0, px1, px2, weight0, weight1, weight2) >= total:
        if best == MISSING or px2 < best:
            best = px2
    return best


# Weight of the sources priced at or below a limit.
def _weight_up_to(
    limit: int, px0: int, px1: int, px2: int, weight0: int, weight1: int, weight2: int
) -> int:
    total = 0
    if px0 <= limit:
        total += weight0
    if px1 <= limit:
        total += weight1
    if px2 <= limit:
        total += weight2
    return total
