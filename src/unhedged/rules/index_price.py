"""Index and oracle prices from several sources. Prices are milli-ticks; ``MISSING`` (0) stands for "there is none"."""

from unhedged.rules.integer import MILLI, PPB, clamp, mul_div_floor
from unhedged.rules.marking import MISSING, median3


def source_price(bid: int, ask: int, last: int) -> int:
    """Return the price an index takes from one source's public feed.

    Parameters
    ----------
    bid, ask : int
        Best bid and ask, ticks; 0 or below for an empty side.
    last : int
        Latest trade, ticks; 0 or below before the first.

    Returns
    -------
    int
        Milli-ticks: the mid when both sides stand and do not cross, exact; otherwise the latest trade, otherwise ``MISSING``.

    Notes
    -----
    A locked book (bid equal to ask) has a mid, a crossed one (bid above ask) has none: one of its sides is out of date.
    What venues do with an empty or crossed source is not published; the latest trade is our choice.

    Source: definition (U for any venue).
    """
    if 0 < bid <= ask:
        return (bid + ask) * (MILLI // 2)
    return max(last, 0) * MILLI


def clip_around(px: int, center: int, limit_ppb: int) -> int:
    """Return a price held within a share of another.

    Parameters
    ----------
    px : int
        Price, milli-ticks.
    center : int
        Middle of the band, milli-ticks, > 0: the median of the sources for a source, the index for a mark.
    limit_ppb : int
        Half-width, ppb of the middle, >= 0 (0.5 %: 5,000,000).

    Returns
    -------
    int
        Milli-ticks; the half-width is rounded down, both bounds are attainable.

    Notes
    -----
    ``clamp(px, center - limit * center, center + limit * center)``. A price exactly at a bound is left alone.

    Source: Deribit support, Index: sources are clipped to the median +- 0.5 %, read 2026-11-22 (V).
    """
    reach = mul_div_floor(center, limit_ppb, PPB)
    return clamp(px, center - reach, center + reach)


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
        Prices, milli-ticks, below 10**12.
    weight0, weight1 : int
        Weights, 0..10**6; 0 for a source that is missing or stale.

    Returns
    -------
    int
        Milli-ticks, rounded down; ``MISSING`` when both weights are 0.

    Notes
    -----
    With two sources the median lies midway, so neither can be singled out: there is no deviation
    rule.

    Source: definition of a weighted mean; weights are data of the venue (U).
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
        Prices, milli-ticks, below 10**12.
    weight0, weight1, weight2 : int
        Weights, 0..10**6; 0 for a source that is missing or stale.
    limit_ppb : int
        Largest accepted deviation from the median, ppb (5 %: 50,000,000).

    Returns
    -------
    int
        Milli-ticks, rounded down; ``MISSING`` when all weights are 0.

    Notes
    -----
    A source more than the limit away from the median gets weight 0; when more than one does, the
    median is the index. Fewer than three live sources: ``index_two_sources``.

    Source: Binance, Price index safeguards (2020 text), read 2026-11-22 (M).
    """
    w0 = weight0
    w1 = weight1
    w2 = weight2
    if w0 > 0 and w1 > 0 and w2 > 0:
        median = median3(px0, px1, px2)
        out0 = is_deviant(px0, median, limit_ppb)
        out1 = is_deviant(px1, median, limit_ppb)
        out2 = is_deviant(px2, median, limit_ppb)
        if (out0 and out1) or (out0 and out2) or (out1 and out2):
            return median
        if out0:
            w0 = 0
        if out1:
            w1 = 0
        if out2:
            w2 = 0
    weight = w0 + w1 + w2
    if weight <= 0:
        return MISSING
    return (px0 * w0 + px1 * w1 + px2 * w2) // weight


def weighted_median3(px0: int, px1: int, px2: int, weight0: int, weight1: int, weight2: int) -> int:
    """Return the weighted median of up to three prices.

    Parameters
    ----------
    px0, px1, px2 : int
        Prices, milli-ticks, below 10**12.
    weight0, weight1, weight2 : int
        Weights, 0..10**6; 0 for a source that is missing.

    Returns
    -------
    int
        Milli-ticks, one of the prices; ``MISSING`` when all weights are 0.

    Notes
    -----
    The lowest price at which the weight at or below reaches half of the total: with two equal
    halves the lower price.

    Source: Hyperliquid docs, Robust price indices, read 2026-11-22 (M); the tie is our choice.
    """
    total = weight0 + weight1 + weight2
    if total <= 0:
        return MISSING
    below0 = _weight_up_to(px0, px0, px1, px2, weight0, weight1, weight2)
    below1 = _weight_up_to(px1, px0, px1, px2, weight0, weight1, weight2)
    below2 = _weight_up_to(px2, px0, px1, px2, weight0, weight1, weight2)
    best = MISSING
    if weight0 > 0 and 2 * below0 >= total:
        best = px0
    if weight1 > 0 and 2 * below1 >= total and (best == MISSING or px1 < best):
        best = px1
    if weight2 > 0 and 2 * below2 >= total and (best == MISSING or px2 < best):
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
