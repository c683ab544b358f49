"""Scores that rank accounts for auto-deleveraging; the highest is closed first.

Money goes in as integer atoms and is turned into floats one number at a time, so plain and compiled
code return the same bits. Scores rank only: no amount is computed from them.
"""

ONE_QUOTE = 10**6  # atoms in one unit of the quote asset, the floor Binance puts under the wallet
FLOOR = 1e-8  # smallest factor of the observed Hyperliquid score


def score_binance(unrealised: int, wallet: int, equity: int, maintenance: int) -> float:
    """Return Binance's deleveraging score: profit on the wallet times margin ratio.

    Parameters
    ----------
    unrealised : int
        Unrealised profit, atoms of 10⁻⁶ quote.
    wallet : int
        Wallet balance, atoms of 10⁻⁶ quote.
    equity : int
        Wallet plus unrealised profit, atoms.
    maintenance : int
        Maintenance margin, atoms, >= 0.

    Returns
    -------
    float
        Score, >= 0; 0.0 without profit and when equity is zero or less.

    Notes
    -----
    ``max(0, U) / max(1, WB) * MM / (WB + U)``, with 1 meaning one unit of the quote asset. Ranked
    per symbol among the opposite side.

    Source: Binance, Auto-deleveraging, read 2026-11-22 (V).
    """
    if unrealised <= 0 or equity <= 0:
        return 0.0
    profit = (1.0 * unrealised) / (1.0 * max(ONE_QUOTE, wallet))
    return profit * ((1.0 * maintenance) / (1.0 * equity))


def score_bitmex(mark_value: int, entry_value: int, bankrupt_value: int) -> float:
    """Return BitMEX's deleveraging score: profit times, or loss over, effective leverage.

    Parameters
    ----------
    mark_value : int
        Signed value of the position at mark, atoms.
    entry_value : int
        Signed value at average entry, atoms, not 0.
    bankrupt_value : int
        Signed value at the bankruptcy price, atoms; ``mark_value - equity`` under cross margin.

    Returns
    -------
    float
        Score; positive for a profit, negative for a loss; 0.0 when the position is bankrupt at
        mark.

    Notes
    -----
    ``leverage = |mark| / (mark - bankrupt)``, ``profit = (mark - entry) / |entry|``; score ``profit
    * leverage`` above zero and ``profit / leverage`` below. Longs and shorts are ranked apart.

    Source: BitMEX, Auto-deleveraging, read 2026-11-22 (V); legacy Bybit likewise (V in kind).
    """
    margin = mark_value - bankrupt_value
    if margin <= 0 or mark_value == 0 or entry_value == 0:
        return 0.0
    leverage = (1.0 * abs(mark_value)) / (1.0 * margin)
    profit = (1.0 * (mark_value - entry_value)) / (1.0 * abs(entry_value))
    if profit > 0.0:
        return profit * leverage
    return profit / leverage


def score_okx(unrealised: int, entry_notional: int, margin_ratio: float) -> float:
    """Return OKX's deleveraging score as secondary sources give it.

    Parameters
    ----------
    unrealised : int
        Unrealised profit, atoms.
    entry_notional : int
        Absolute entry cost, atoms, > 0.
    margin_ratio : float
        Equity over requirement (isolated: of the position; cross: of the account), > 0.

    Returns
    -------
    float
        Score; positive for a profit.

    Notes
    -----
    Profit: ``return / margin ratio``; loss: ``return * margin ratio``. The denominator of the
    return is not confirmed.

    Source: OKX, Auto-deleveraging, secondary copies, read 2026-11-22 (2).
    """
    profit = (1.0 * unrealised) / (1.0 * entry_notional)
    if profit > 0.0:
        return profit / margin_ratio
    return profit * margin_ratio


def score_hyperliquid_observed(
    notional: int, account_value: int, unrealised: int, entry_notional: int
) -> float:
    """Return the Hyperliquid score read from the decompiled engine: leverage times return.

    Parameters
    ----------
    notional : int
        Absolute position value at mark, atoms.
    account_value : int
        Account value (isolated: value of the position's margin), atoms.
    unrealised : int
        Unrealised profit of the position, atoms.
    entry_notional : int
        Absolute entry cost, atoms.

    Returns
    -------
    float
        Score, >= 1e-16.

    Notes
    -----
    ``max(notional / account value, 1e-8) * max(max(0, profit) / entry notional, 1e-8)``. An account
    value or an entry notional of zero or less gives the floor (our choice).

    Source: OtterSec, decompiled engine, 22 June 2026, read 2026-11-22 (2); the best fit to the
    fills of 10 October 2025.
    """
    leverage = FLOOR
    if account_value > 0:
        leverage = max((1.0 * abs(notional)) / (1.0 * account_value), FLOOR)
    profit = FLOOR
    if entry_notional > 0:
        profit = max((1.0 * max(0, unrealised)) / (1.0 * entry_notional), FLOOR)
    return leverage * profit


def score_hyperliquid_documented(
    pos: int, notional: int, entry_notional: int, account_value: int
) -> float:
    """Return the documented Hyperliquid index, with the price ratio turned round for shorts.

    Parameters
    ----------
    pos : int
        Position, lots; only its sign is used.
    notional : int
        Absolute position value at mark, atoms, > 0.
    entry_notional : int
        Absolute entry cost, atoms, > 0.
    account_value : int
        Account value, atoms.

    Returns
    -------
    float
        Index, >= 0; 0.0 when the account value is zero or less (our choice).

    Notes
    -----
    ``(mark / entry) * (notional / account value)`` for longs, ``(entry / mark) * ...`` for shorts.
    The docs do not spell the short case.

    Source: Hyperliquid docs, Auto-deleveraging, read 2026-11-22 (M); the short case (U).
    """
    if pos > 0:
        return score_hyperliquid_documented_literal(notional, entry_notional, account_value)
    if account_value <= 0 or notional <= 0:
        return 0.0
    ratio = (1.0 * entry_notional) / (1.0 * notional)
    return ratio * ((1.0 * notional) / (1.0 * account_value))


def score_hyperliquid_documented_literal(
    notional: int, entry_notional: int, account_value: int
) -> float:
    """Return the documented Hyperliquid index exactly as printed, for either side.

    Parameters
    ----------
    notional : int
        Absolute position value at mark, atoms, >= 0.
    entry_notional : int
        Absolute entry cost, atoms, > 0.
    account_value : int
        Account value, atoms.

    Returns
    -------
    float
        Index, >= 0; 0.0 when the account value or the entry notional is zero or less (our choice).

    Notes
    -----
    ``(mark / entry) * (notional / account value)``. Not adjusted for direction, so a winning short
    ranks low.

    Source: Hyperliquid docs, Auto-deleveraging, read 2026-11-22 (M).
    """
    if account_value <= 0 or entry_notional <= 0:
        return 0.0
    ratio = (1.0 * notional) / (1.0 * entry_notional)
    return ratio * ((1.0 * notional) / (1.0 * account_value))


def queue_fifth(lots_up_to: int, lots_total: int) -> int:
    """Return in which fifth of a deleveraging queue a position stands, counted from the front.

    Parameters
    ----------
    lots_up_to : int
        Lots from the front of the queue up to and including the position, > 0.
    lots_total : int
        Lots of the whole queue, >= ``lots_up_to``.

    Returns
    -------
    int
        1 (front) to 5 (back); the light shows ``6 - fifth`` bars.

    Notes
    -----
    ``ceil(5 * lots_up_to / lots_total)``: an end exactly on an edge belongs to the nearer fifth.

    Source: BitMEX, Auto-deleveraging examples, read 2026-11-22 (V).
    """
    return -(-5 * lots_up_to // lots_total)
