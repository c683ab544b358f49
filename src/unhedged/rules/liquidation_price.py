"""Liquidation and bankruptcy prices as venues print them: real-number formulas for display and for their examples.

No amount is computed from these. Sizes are in coin (linear) or in quote contracts (inverse), money
in quote or coin. ``side`` is +1 for a long and -1 for a short.
"""


def liquidation_price(
    wallet: float,
    other_maintenance: float,
    other_unrealised: float,
    deduct: float,
    side: int,
    size: float,
    entry: float,
    rate: float,
) -> float:
    """Return the liquidation price of one linear position, other positions frozen at their marks.

    Parameters
    ----------
    wallet : float
        Wallet balance (cross) or isolated wallet, quote.
    other_maintenance, other_unrealised : float
        Maintenance margin and unrealised profit of all other cross positions, quote; 0 when
        isolated.
    deduct : float
        Deduction of the position's tier, quote.
    side : int
        +1 long, -1 short.
    size : float
        Absolute size, coin, > 0.
    entry : float
        Entry price, quote per coin.
    rate : float
        Maintenance rate of the tier, fraction, < 1.

    Returns
    -------
    float
        Price, quote per coin, not rounded; negative when no price liquidates a long.

    Notes
    -----
    ``(wallet - other_maintenance + other_unrealised + deduct - s q entry) / (q rate - s q)``. Valid
    in the tier of ``rate``; iterate otherwise. At the price itself equity equals maintenance: not
    yet liquidated.

    Source: Binance, How to calculate the liquidation price of USD-M futures, read 2026-11-22 (V).
    """
    credit = wallet - other_maintenance + other_unrealised + deduct - side * size * entry
    return credit / (size * rate - side * size)


def liquidation_price_hedged(
    wallet: float,
    other_maintenance: float,
    other_unrealised: float,
    long_size: float,
    long_entry: float,
    long_rate: float,
    long_deduct: float,
    short_size: float,
    short_entry: float,
    short_rate: float,
    short_deduct: float,
) -> float:
    """Return the liquidation price of a contract held long and short at once (hedge mode).

    Parameters
    ----------
    wallet : float
        Wallet balance, quote.
    other_maintenance, other_unrealised : float
        Maintenance margin and unrealised profit of all other cross contracts, quote.
    long_size, short_size : float
        Absolute size of each leg, coin, >= 0.
    long_entry, short_entry : float
        Entry price of each leg, quote per coin.
    long_rate, short_rate : float
        Maintenance rate of each leg's tier, fraction, < 1.
    long_deduct, short_deduct : float
        Deduction of each leg's tier, quote.

    Returns
    -------
    float
        Price, quote per coin, not rounded: below it the account is liquidated when the long leg
        outweighs the short one, above it otherwise. Negative when no price liquidates.

    Notes
    -----
    ``(wallet - TMM1 + UPNL1 + cumL + cumS - L EPL + S EPS) / (L MMRL + S MMRS - L + S)``. Valid in
    the tiers of the rates; the divisor must not be 0.

    Source: Binance, How to calculate the liquidation price of USD-M futures, hedge mode, read
    2026-11-22 (V).
    """
    credit = wallet - other_maintenance + other_unrealised + long_deduct + short_deduct
    credit = credit - long_size * long_entry + short_size * short_entry
    return credit / (long_size * long_rate + short_size * short_rate - long_size + short_size)


def liquidation_price_from_equity(
    equity: float,
    other_maintenance: float,
    signed_size: float,
    price: float,
    rate: float,
) -> float:
    """Return the liquidation price from net collateral at a known price.

    Parameters
    ----------
    equity : float
        Net collateral at ``price``, quote.
    other_maintenance : float
        Maintenance requirement of the other positions, quote.
    signed_size : float
        Position, coin, > 0 long, < 0 short, not 0.
    price : float
        Oracle price at which ``equity`` was taken, quote per coin.
    rate : float
        Maintenance fraction, < 1.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``(equity - S p - other_maintenance) / (|S| rate - S)``.

    Source: dYdX docs, Liquidations, commit 3e475b7, read 2026-11-22 (V).
    """
    return (equity - signed_size * price - other_maintenance) / (
        abs(signed_size) * rate - signed_size
    )


def liquidation_price_from_margin(
    mark: float, side: int, margin_available: float, size: float, rate: float
) -> float:
    """Return the liquidation price from the margin available above maintenance.

    Parameters
    ----------
    mark : float
        Present mark, quote per coin.
    side : int
        +1 long, -1 short.
    margin_available : float
        Account value (cross) or isolated margin, less maintenance margin at ``mark``, quote.
    size : float
        Absolute size, coin, > 0.
    rate : float
        Maintenance rate, the inverse of maintenance leverage, fraction, < 1.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``mark - s * margin_available / size / (1 - rate * s)``.

    Source: Hyperliquid docs, Liquidations, read 2026-11-22 (M).
    """
    return mark - side * margin_available / size / (1.0 - rate * side)


def liquidation_price_with_fee(
    side: int, entry: float, size: float, margin: float, rate: float, fee_rate: float
) -> float:
    """Return the isolated liquidation price of a venue whose margin ratio counts the closing fee.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry : float
        Entry price, quote per coin.
    size : float
        Absolute size, coin, > 0.
    margin : float
        Isolated margin, quote.
    rate, fee_rate : float
        Maintenance and liquidation fee rates, fractions.

    Returns
    -------
    float
        Price, quote per coin, not rounded. Liquidated at the price itself (the ratio test is not
        strict).

    Notes
    -----
    ``(entry - s margin / q) / (1 - s (rate + fee))``.

    Source: OKX, Tiered maintenance margin ratio rules, read 2026-11-22 (M).
    """
    return (entry - side * margin / size) / (1.0 - side * (rate + fee_rate))


def liquidation_price_isolated(
    side: int, entry: float, size: float, initial: float, maintenance: float, extra: float
) -> float:
    """Return the isolated liquidation price with maintenance margin taken at entry.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry : float
        Entry price, quote per coin.
    size : float
        Absolute size, coin, > 0.
    initial, maintenance : float
        Initial and maintenance margin at entry, quote.
    extra : float
        Margin added by hand, quote.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``entry - s (initial - maintenance + extra) / size``.

    Source: Bybit, Liquidation price of USDT contracts; not matched to a stored page (U).
    """
    return entry - side * (initial - maintenance + extra) / size


def liquidation_price_inverse_cross(
    contracts: float, entry: float, balance: float, maintenance: float, taker: float
) -> float:
    """Return the liquidation price of a long inverse cross position, closing fee included.

    Parameters
    ----------
    contracts : float
        Size, quote, > 0.
    entry : float
        Entry price, quote per coin.
    balance : float
        Balance that stands behind the position, coin.
    maintenance : float
        Maintenance margin, coin; 0 gives the bankruptcy price.
    taker : float
        Taker fee rate, fraction.

    Returns
    -------
    float
        Price, quote per coin, not rounded; the venue prints it rounded up to the tick.

    Notes
    -----
    ``contracts (1 + taker) / (contracts / entry + balance - maintenance)``.

    Source: Bybit help, Liquidation, inverse cross margin, read 2026-11-22 (V).
    """
    return contracts * (1.0 + taker) / (contracts / entry + balance - maintenance)
