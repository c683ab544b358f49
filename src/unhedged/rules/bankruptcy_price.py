"""Bankruptcy prices as venues print them: real-number formulas for display and for their examples.

No amount is computed from these. Sizes are in coin (linear) or in quote contracts (inverse), money in quote or coin. ``side``
is +1 for a long and -1 for a short.
"""

from unhedged.rules.liquidation_price import liquidation_price_inverse_cross


def bankruptcy_price_linear(side: int, entry: float, size: float, margin: float) -> float:
    """Return the price at which a linear position has used up its margin.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry : float
        Entry price, quote per coin.
    size : float
        Absolute size, coin, > 0.
    margin : float
        All margin that stands behind the position (position margin plus available wallet), quote.

    Returns
    -------
    float
        Price, quote per coin, not rounded; may be negative for an over-collateralised long.

    Notes
    -----
    ``entry - s * margin / size``.

    Source: Bybit help, Auto-deleveraging, read 2026-11-22 (V).
    """
    return entry - side * margin / size


def bankruptcy_price_linear_at_leverage(side: int, entry: float, leverage: float) -> float:
    """Return the bankruptcy price of an isolated linear position from its leverage.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry : float
        Entry price, quote per coin.
    leverage : float
        Entry notional over margin, > 0.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``entry * (1 - s / leverage)``.

    Source: Bybit, Bankruptcy price (third-party copy), read 2026-11-22 (2).
    """
    return entry * (1.0 - side / leverage)


def bankruptcy_price_inverse(side: int, entry: float, contracts: float, margin: float) -> float:
    """Return the price at which an isolated inverse position has used up its margin.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry : float
        Entry price, quote per coin.
    contracts : float
        Absolute size, quote, > 0.
    margin : float
        Margin, coin; below ``contracts / entry`` for a short.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``contracts / (contracts / entry + s * margin)``. A short whose margin reaches the coin value
    cannot go bankrupt.

    Source: derived from the profit of an inverse contract; Bybit's page is not stored (U).
    """
    return contracts / (contracts / entry + side * margin)


def bankruptcy_price_inverse_at_leverage(side: int, entry: float, leverage: float) -> float:
    """Return the bankruptcy price of an isolated inverse position from its leverage.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry : float
        Entry price, quote per coin.
    leverage : float
        Entry value over margin, > 1 for a short.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``entry * leverage / (leverage + s)``.

    Source: derived from the profit of an inverse contract; Bybit's page is not stored (U).
    """
    return entry * leverage / (leverage + side)


def bankruptcy_price_inverse_cross(
    contracts: float, entry: float, balance: float, taker: float
) -> float:
    """Return the bankruptcy price of a long inverse cross position, closing fee included.

    Parameters
    ----------
    contracts : float
        Size, quote, > 0.
    entry : float
        Entry price, quote per coin.
    balance : float
        Balance that stands behind the position, coin.
    taker : float
        Taker fee rate, fraction.

    Returns
    -------
    float
        Price, quote per coin, not rounded.

    Notes
    -----
    ``contracts (1 + taker) / (contracts / entry + balance)``.

    Source: Bybit help, Liquidation, inverse cross margin, read 2026-11-22 (V).
    """
    return liquidation_price_inverse_cross(contracts, entry, balance, 0.0, taker)
