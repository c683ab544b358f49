"""Funding: premium, its average, the rate of each venue, and the payment.

Rates and premiums are integers in ppb. A positive rate is paid by longs to shorts. Rates are
rounded towards zero, so that a market and its mirror image pay alike; payments are rounded against
the account.
"""

from unhedged.rules.integer import MILLI, PPB, clamp, mul_div_ceil, mul_div_floor, mul_div_trunc

EIGHT_HOURS = 28_800_000_000_000  # ns: the time funding rates are quoted for


def interest_component(quote_daily_ppb: int, base_daily_ppb: int, interval_h: int) -> int:
    """Return the interest part of a funding rate.

    Parameters
    ----------
    quote_daily_ppb, base_daily_ppb : int
        Interest of quote and base asset per day, ppb.
    interval_h : int
        Funding interval, hours, 1..24.

    Returns
    -------
    int
        Interest per interval, ppb, rounded towards zero.

    Notes
    -----
    ``(quote - base) * interval / 24``; 0.03 % a day is 0.01 % per 8 h.

    Source: Bybit help, Funding rate, read 2026-11-22 (V); BitMEX, Perpetual contracts guide, read
    2026-11-22 (V).
    """
    return mul_div_trunc(quote_daily_ppb - base_daily_ppb, interval_h, 24)


def damped_premium(premium_ppb: int, interest_ppb: int, clamp_ppb: int) -> int:
    """Return the premium moved towards the interest rate by at most the clamp.

    Parameters
    ----------
    premium_ppb : int
        Average premium, ppb.
    interest_ppb : int
        Interest component, ppb.
    clamp_ppb : int
        Largest difference the clamp bridges, ppb, >= 0 (0.05 %: 500,000).

    Returns
    -------
    int
        Rate, ppb; equals the interest rate while the premium is within the clamp of it. Exact.

    Notes
    -----
    ``P + clamp(I - P, -c, +c)``: the uncapped rate of Bybit, OKX (since April 2025) and BitMEX.

    Source: BitMEX, Perpetual contracts guide, read 2026-11-22 (V); Bybit help, Funding rate, read
    2026-11-22 (V).
    """
    return premium_ppb + clamp(interest_ppb - premium_ppb, -clamp_ppb, clamp_ppb)


def funding_rate_capped(
    premium_ppb: int, interest_ppb: int, clamp_ppb: int, floor_ppb: int, cap_ppb: int
) -> int:
    """Return the funding rate of a venue that does not scale by the interval.

    Parameters
    ----------
    premium_ppb : int
        Average premium of the interval, ppb.
    interest_ppb : int
        Interest component of the interval, ppb.
    clamp_ppb : int
        Clamp on interest minus premium, ppb, >= 0.
    floor_ppb, cap_ppb : int
        Bounds of the rate, ppb, both attainable.

    Returns
    -------
    int
        Rate per interval, ppb; exact.

    Notes
    -----
    ``clamp(P + clamp(I - P, -c, +c), floor, cap)``.

    Source: OKX, Change of the funding rate formula, April 2025, read 2026-11-22 (M); Bybit help,
    Funding rate, read 2026-11-22 (V).
    """
    return clamp(damped_premium(premium_ppb, interest_ppb, clamp_ppb), floor_ppb, cap_ppb)


def funding_rate_binance(
    premium_ppb: int, interest_ppb: int, clamp_ppb: int, cap_ppb: int, interval_h: int
) -> int:
    """Return Binance's funding rate in the form used since 18 September 2025.

    Parameters
    ----------
    premium_ppb : int
        Weighted average premium of the interval, ppb.
    interest_ppb : int
        Interest per 8 h, ppb (0.01 %: 100,000; 0 for a few symbols).
    clamp_ppb : int
        Clamp on interest minus premium, ppb, >= 0 (0.05 %: 500,000).
    cap_ppb : int
        Bound of the rate per interval on both sides, ppb, >= 0, attainable (default 0.75 x lowest
        maintenance rate).
    interval_h : int
        Funding interval, hours: 1, 4 or 8.

    Returns
    -------
    int
        Rate per interval, ppb, rounded towards zero before the cap.

    Notes
    -----
    ``clamp([P + clamp(I - P, -c, +c)] / (8 / interval), -cap, +cap)``.

    Source: Binance, notice on funding and mark price of 18 Sep 2025 (mirror) and Introduction to
    funding rates, read 2026-11-22 (M).
    """
    rate = mul_div_trunc(damped_premium(premium_ppb, interest_ppb, clamp_ppb), interval_h, 8)
    return clamp(rate, -cap_ppb, cap_ppb)


def funding_rate_binance_until_2025_09_18(
    premium_ppb: int, interest_ppb: int, clamp_ppb: int, cap_ppb: int
) -> int:
    """Return Binance's funding rate in the form used before 18 September 2025.

    Parameters
    ----------
    premium_ppb : int
        Weighted average premium of the interval, ppb.
    interest_ppb : int
        Interest component, ppb (0.01 %: 100,000).
    clamp_ppb : int
        Clamp on interest minus premium, ppb, >= 0 (0.05 %: 500,000).
    cap_ppb : int
        Bound of the rate per interval on both sides, ppb, >= 0, attainable.

    Returns
    -------
    int
        Rate per interval, ppb; exact.

    Notes
    -----
    ``clamp(P + clamp(I - P, -c, +c), -cap, +cap)``, not divided by the interval. Equal to the later
    form at 8 h. That nothing was scaled at 1 h and 4 h is inferred from the announced change.

    Source: Binance, Introduction to funding rates (copies of 2022), read 2026-11-22 (M); shorter
    intervals (U).
    """
    return funding_rate_capped(premium_ppb, interest_ppb, clamp_ppb, -cap_ppb, cap_ppb)


def funding_rate_hyperliquid(
    premium_ppb: int, interest_ppb: int, clamp_ppb: int, cap_ppb: int
) -> int:
    """Return Hyperliquid's hourly funding rate.

    Parameters
    ----------
    premium_ppb : int
        Plain average premium of the hour over the oracle, ppb.
    interest_ppb : int
        Interest per 8 h, ppb (0.01 %: 100,000).
    clamp_ppb : int
        Clamp on interest minus premium, ppb, >= 0 (0.05 %: 500,000).
    cap_ppb : int
        Bound of the hourly rate on both sides, ppb, attainable (4 %: 40,000,000).

    Returns
    -------
    int
        Rate per hour, ppb, rounded towards zero before the cap.

    Notes
    -----
    ``clamp([P + clamp(I - P, -c, +c)] / 8, -cap, +cap)``. The docs' own example prints the 8-h rate
    (``damped_premium``) and omits the division; the funding history agrees with the division.
    Payment is on the oracle notional.

    Source: Hyperliquid docs, Funding, read 2026-11-22 (M).
    """
    return clamp(
        mul_div_trunc(damped_premium(premium_ppb, interest_ppb, clamp_ppb), 1, 8),
        -cap_ppb,
        cap_ppb,
    )


def funding_rate_deribit(premium_ppb: int, damper_ppb: int, cap_ppb: int) -> int:
    """Return Deribit's 8-hour funding rate, which is paid continuously.

    Parameters
    ----------
    premium_ppb : int
        ``(mark - index) / index``, ppb.
    damper_ppb : int
        Half-width of the dead band, ppb, >= 0 (0.025 %: 250,000; 0.05 % in older text).
    cap_ppb : int
        Bound on both sides, ppb, attainable, per instrument.

    Returns
    -------
    int
        Rate per 8 h, ppb; exact; 0 inside the band and on its edge.

    Notes
    -----
    ``max(d, P) + min(-d, P)``; a payment over t is the rate times t / 8 h.

    Source: Deribit support, Funding of perpetuals, read 2026-11-22 (V).
    """
    return clamp(max(damper_ppb, premium_ppb) + min(-damper_ppb, premium_ppb), -cap_ppb, cap_ppb)


def funding_payment(pos: int, px_milli: int, rate_ppb: int, num: int, den: int) -> int:
    """Return what an account pays at one funding stamp.

    Parameters
    ----------
    pos : int
        Position held at the stamp, lots, with ``|pos| * num`` inside int64.
    px_milli : int
        Price of the notional: mark (Binance), oracle (Hyperliquid), milli-ticks, >= 0.
    rate_ppb : int
        Funding rate of the interval, ppb; positive: longs pay.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Atoms, positive when the account pays. A payer's notional and payment are rounded up, a
        receiver's down, so over all accounts the payments sum to zero or more; the rest goes to the
        rounding account.

    Notes
    -----
    ``pos * price * rate``, in two steps: notional in atoms, then rate.

    Source: Binance, Introduction to funding rates, read 2026-11-22 (M); Hyperliquid docs, Funding,
    read 2026-11-22 (M); the rounding is ours.
    """
    lots = abs(pos) * num
    if (pos > 0 and rate_ppb > 0) or (pos < 0 and rate_ppb < 0):
        return mul_div_ceil(mul_div_ceil(lots, px_milli, den * MILLI), abs(rate_ppb), PPB)
    return -mul_div_floor(mul_div_floor(lots, px_milli, den * MILLI), abs(rate_ppb), PPB)


def inverse_funding_payment(pos: int, px_milli: int, rate_ppb: int, num: int, den: int) -> int:
    """Return what an account with an inverse position pays at one funding stamp.

    Parameters
    ----------
    pos : int
        Position held at the stamp, lots, with ``|pos| * num`` inside int64.
    px_milli : int
        Price of the notional, mark, milli-ticks, > 0, with ``den * px_milli`` inside int64.
    rate_ppb : int
        Funding rate of the interval, ppb; positive: longs pay.
    num, den : int
        Coin atoms of one lot at a price of one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Coin atoms, positive when the account pays; rounded against the account as in ``funding_payment``.

    Notes
    -----
    ``pos / price * rate``, in two steps: value in coin atoms, then rate.

    Source: BitMEX, Perpetual contracts guide, examples, read 2026-11-22 (V); the rounding is ours.
    """
    lots = abs(pos) * num
    if (pos > 0 and rate_ppb > 0) or (pos < 0 and rate_ppb < 0):
        return mul_div_ceil(mul_div_ceil(lots, MILLI, den * px_milli), abs(rate_ppb), PPB)
    return -mul_div_floor(mul_div_floor(lots, MILLI, den * px_milli), abs(rate_ppb), PPB)


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
