"""Funding rates that follow the time between payments. Rates and premiums are ppb; a positive rate is paid by longs."""

from unhedged.rules.funding import funding_rate_capped
from unhedged.rules.integer import PPB, mul_div_trunc

EIGHT_HOURS = 28_800_000_000_000  # ns: the time funding rates are quoted for


def funding_rate_scaled_interest(
    premium_ppb: int, interest_ppb: int, clamp_ppb: int, cap_ppb: int, interval_h: int
) -> int:
    """Return the funding rate of a venue whose interest, not whose rate, follows the interval.

    Parameters
    ----------
    premium_ppb : int
        Average premium of the interval, ppb.
    interest_ppb : int
        Interest per 8 h, ppb (0.01 %: 100,000).
    clamp_ppb : int
        Clamp on interest minus premium, ppb, >= 0 (0.05 %: 500,000).
    cap_ppb : int
        Bound of the rate per interval on both sides, ppb, >= 0, attainable.
    interval_h : int
        Funding interval, hours: 1, 2, 4 or 8.

    Returns
    -------
    int
        Rate per interval, ppb; the interest of the interval is rounded towards zero, the rest is exact.

    Notes
    -----
    ``clamp(P + clamp(I * interval / 8 - P, -c, +c), -cap, +cap)``. At 8 h the same as Binance's. Venues state bounds
    per side; here both are one number.

    Source: Bybit help, Funding rate, read 2026-11-22 (V); OKX, Change of the funding rate formula, April 2025, read
    2026-11-22 (M); BitMEX, Perpetual contracts guide, at 8 h, read 2026-11-22 (V).
    """
    interest = mul_div_trunc(interest_ppb, interval_h, 8)
    return funding_rate_capped(premium_ppb, interest, clamp_ppb, -cap_ppb, cap_ppb)


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


def rate_for_time(rate_8h_ppb: int, time: int) -> int:
    """Return the part of an 8-hour funding rate that a stretch of time pays.

    Parameters
    ----------
    rate_8h_ppb : int
        Rate per 8 h, ppb.
    time : int
        Stretch between two payments, ns, >= 0.

    Returns
    -------
    int
        Rate of that time, ppb, rounded towards zero.

    Notes
    -----
    ``rate * time / 8 h``. A venue that pays continuously is settled in steps of ``time``.

    Source: Deribit support, Funding of perpetuals, read 2026-11-22 (V); dYdX docs, Funding, read 2026-11-22 (V).
    """
    return mul_div_trunc(rate_8h_ppb, time, EIGHT_HOURS)
