"""Mark prices. Prices are milli-ticks; a price of 0 (``MISSING``) stands for "there is none"."""

from unhedged.rules.integer import MILLI, PPB, mul_div_floor, mul_div_trunc

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
    ``index * (1 + rate * to_funding / interval)``. Also the whole mark of Binance in 2020 and the
    fair price of BitMEX perpetuals.

    Source: Binance, Mark price and price index, read 2026-11-22 (V); BitMEX, Fair price marking,
    read 2026-11-22 (V).
    """
    return index + mul_div_floor(index, mul_div_trunc(rate_ppb, to_funding, interval), PPB)


def mean_basis(basis_sum: int, samples: int) -> int:
    """Return the moving average of the basis.

    Parameters
    ----------
    basis_sum : int
        Sum of ``(bid + ask) / 2 - index`` over the window, milli-ticks.
    samples : int
        Samples in the window, >= 1: 30 at one a second since 18 Sep 2025 08:01 UTC, 60 before;
        Bybit 300.

    Returns
    -------
    int
        Milli-ticks, rounded towards zero.

    Notes
    -----
    The window is the caller's: 30 s now, one minute before 18 Sep 2025, longer in older texts.

    Source: Binance, notice of September 2025 (mirror), read 2026-11-22 (M); Bybit, Dual-price
    mechanism, read 2026-11-22 (V).
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

    Source: Binance, Mark price and price index, read 2026-11-22 (V); Bybit, Dual-price mechanism,
    read 2026-11-22 (V).
    """
    if last <= 0:
        return price2
    return median3(price1, price2, last)


def mark_hyperliquid(with_basis: int, book: int, external: int, book_ema: int) -> int:
    """Return the mark price of a Hyperliquid perpetual.

    Parameters
    ----------
    with_basis : int
        Oracle plus the 150-s average of mid minus oracle, milli-ticks; ``MISSING`` without an
        oracle.
    book : int
        Median of best bid, best ask and last trade, milli-ticks; ``MISSING`` when there is none.
    external : int
        Weighted median of perpetual mids at other venues, milli-ticks; ``MISSING`` when there is
        none.
    book_ema : int
        30-s average of ``book``, milli-ticks; ``MISSING`` before its first sample.

    Returns
    -------
    int
        Milli-ticks; ``MISSING`` when all inputs are, in which case the caller keeps the previous
        mark.

    Notes
    -----
    Median of the three. When exactly two of the three exist, ``book_ema`` joins as third. When one
    exists, it is the mark, and when ``book_ema`` is missing too the midpoint of two, rounded down:
    cases the docs do not cover, our choice.

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
        Money of the fills, atoms, >= 0: the impact notional, or less when the side of the book was
        exhausted.
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
    ``amount * 1000 * den / (qty * num)``. The impact bid is the average of selling the impact
    notional into the bids, the impact ask of buying it from the asks. A book that is too thin gives
    the average of what there was (our choice).

    Source: Binance, Introduction to funding rates, impact bid and ask price, read 2026-11-22 (M).
    """
    return mul_div_floor(amount, MILLI * den, qty * num)


def impact_notional(base: int, initial_ppb: int) -> int:
    """Return the notional at which impact prices are measured.

    Parameters
    ----------
    base : int
        Margin that is spent, atoms (200 USDT at Binance, 500 USDC in dYdX's docs).
    initial_ppb : int
        Lowest initial margin rate of the market, ppb, > 0.

    Returns
    -------
    int
        Notional, atoms, rounded down.

    Notes
    -----
    ``base / initial rate``.

    Source: Binance, Introduction to funding rates, read 2026-11-22 (M); dYdX docs, Funding, read
    2026-11-22 (V).
    """
    return mul_div_floor(base, PPB, initial_ppb)
