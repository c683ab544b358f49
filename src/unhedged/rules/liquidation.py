"""When an account is liquidated, at which mark, for how much, and at which price it is bankrupt.

The integer rules decide; the prices in ``liquidation_price.py`` are the formulas venues print.
"""

from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.rules.pnl import last_mark_for_value, value


def is_liquidatable(equity: int, maintenance: int) -> bool:
    """Return whether an account is to be liquidated.

    Parameters
    ----------
    equity : int
        Account or isolated equity at mark, atoms.
    maintenance : int
        Maintenance margin at the same mark, atoms, >= 0.

    Returns
    -------
    bool
        True when equity is below maintenance.

    Notes
    -----
    Strict: ``equity < maintenance``. An account whose equity equals its maintenance margin is still
    safe.

    Source: Binance futures, Liquidation protocol, read 2026-11-22 (M); Hyperliquid docs,
    Liquidations, read 2026-11-22 (M).
    """
    return equity < maintenance


def bar(maintenance: int, inclusive: int) -> int:
    """Return the least equity with which an account is safe.

    Parameters
    ----------
    maintenance : int
        Maintenance margin, atoms, >= 0; 0 of an account without positions.
    inclusive : int
        1 at venues that liquidate at equality, else 0.

    Returns
    -------
    int
        Atoms; an account with less is liquidated.

    Notes
    -----
    ``maintenance``, or one atom more where equality liquidates. Without positions nothing is asked, so an account that owns
    nothing is left alone everywhere.

    Source: Bybit, UTA trading rules, and Deribit, Liquidations (equality liquidates), read 2026-11-22 (V); Binance and
    Hyperliquid (it does not), read 2026-11-22 (M).
    """
    return maintenance + inclusive if maintenance > 0 else 0


def is_liquidatable_at_ratio(equity: int, notional: int, rate_ppb: int, fee_ppb: int) -> bool:
    """Return whether a margin ratio that counts the closing fee has fallen to 100 %.

    Parameters
    ----------
    equity : int
        Margin plus unrealised profit (cross: adjusted equity), atoms.
    notional : int
        Absolute position value at mark, atoms, >= 0.
    rate_ppb, fee_ppb : int
        Maintenance rate of the whole position and liquidation fee rate, ppb.

    Returns
    -------
    bool
        True when ``equity / (notional * (rate + fee)) <= 1``.

    Notes
    -----
    Not strict: equality liquidates. Computed as ``equity <= floor(notional * (rate + fee) /
    10**9)``, exact on integers.

    Source: OKX, Tiered maintenance margin ratio rules, read 2026-11-22 (M).
    """
    return equity <= mul_div_floor(notional, rate_ppb + fee_ppb, PPB)


def is_backstop(equity: int, maintenance: int, share_ppb: int) -> bool:
    """Return whether an account goes to the backstop vault instead of the book.

    Parameters
    ----------
    equity : int
        Account or isolated equity at mark, atoms.
    maintenance : int
        Maintenance margin at the same mark, atoms, >= 0.
    share_ppb : int
        Share of maintenance below which the vault takes over, ppb; two thirds is 666,666,667.

    Returns
    -------
    bool
        True when equity is below the share of maintenance.

    Notes
    -----
    Strict: ``equity * 10**9 < share_ppb * maintenance``. Computed as ``equity < ceil(share *
    maintenance / 10**9)``, the same on integers.

    Source: Hyperliquid docs, Liquidations, read 2026-11-22 (M).
    """
    return equity < mul_div_ceil(maintenance, share_ppb, PPB)


def liquidation_px_milli(
    wallet: int,
    other_maintenance: int,
    other_unrealised: int,
    deduct: int,
    pos: int,
    cost: int,
    rate_ppb: int,
    num: int,
    den: int,
) -> int:
    """Return the last mark at which an account is safe when only this position's price moves.

    Parameters
    ----------
    wallet : int
        Wallet balance (``cash + cost`` of all positions; isolated: of the pocket), atoms.
    other_maintenance : int
        Maintenance margin of the account's other positions, frozen, atoms, >= 0.
    other_unrealised : int
        Unrealised profit of the other positions, frozen, atoms.
    deduct : int
        Deduction of this position's tier, atoms, >= 0.
    pos : int
        This position, lots, not 0, with ``|pos| * num`` inside int64.
    cost : int
        Its signed entry cost, atoms.
    rate_ppb : int
        Maintenance rate of its tier, ppb, 0 <= rate < 10**9.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0; ``den <= 10**12``.

    Returns
    -------
    int
        Milli-ticks. Long: the smallest safe mark, so one milli-tick less liquidates; 0 when no fall
        liquidates. Short: the largest safe mark; -1 when no mark is safe. ``FAR_MILLI`` bounds
        both, as in ``last_mark_for_value``.

    Notes
    -----
    Solves ``equity >= maintenance`` exactly for the rounded integers: with
    ``a = wallet - other_maintenance + other_unrealised + deduct - cost`` a long needs
    ``value >= ceil(-a / (1 - rate))`` and a short ``value <= floor(a / (1 + rate))``. Valid inside
    the tier of ``rate_ppb``: when the notional at the result lies in another tier, take that tier
    and ask again. The last safe mark itself is not liquidated, as ``is_liquidatable`` is strict.

    Source: Binance, How to calculate the liquidation price of USD-M futures, read 2026-11-22 (V).
    """
    credit = wallet - other_maintenance + other_unrealised + deduct - cost
    if pos > 0:
        bound = mul_div_ceil(-credit, PPB, PPB - rate_ppb)
    else:
        bound = mul_div_floor(credit, PPB, PPB + rate_ppb)
    return last_mark_for_value(pos, bound, num, den)


def bankruptcy_milli(pos: int, equity: int, mark_milli: int, num: int, den: int) -> int:
    """Return the mark at which an account's equity is used up when only this position's price moves.

    Parameters
    ----------
    pos : int
        Position, lots, not 0, with ``|pos| * num`` inside int64.
    equity : int
        Equity that stands behind it at ``mark_milli`` (cross: of the account, isolated: of the
        pocket), atoms.
    mark_milli : int
        Mark at which ``equity`` was taken, milli-ticks, >= 0.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0; ``den <= 10**12``.

    Returns
    -------
    int
        Milli-ticks. Long: rounded up to the smallest mark with equity >= 0, at least 0. Short:
        rounded down to the largest mark with equity >= 0, -1 when there is none.

    Notes
    -----
    ``mark - equity / position`` in real numbers. The rounding leaves the account with an atom too
    much rather than one too little: closing the whole position at the result never leaves a
    deficit.

    Source: Binance futures, Liquidation protocol, read 2026-11-22 (M); BitMEX, Liquidation, read
    2026-11-22 (V).
    """
    rest = equity - value(pos, mark_milli, num, den)
    if pos > 0:
        return last_mark_for_value(pos, -rest, num, den)
    return last_mark_for_value(pos, rest, num, den)


def bankruptcy_px(pos: int, bankruptcy_milli: int) -> int:
    """Return the whole-tick limit price of an order that closes a position no worse than its bankruptcy price.

    Parameters
    ----------
    pos : int
        Position to close, lots, not 0.
    bankruptcy_milli : int
        Its bankruptcy price, milli-ticks.

    Returns
    -------
    int
        Ticks. A long sells at this price or higher: rounded up. A short buys at this price or
        lower: rounded down.

    Notes
    -----
    May be 0 (long) or less than 1 (short): no valid limit price; the caller decides what to send.

    Source: Binance futures, Liquidation protocol, read 2026-11-22 (M).
    """
    if pos > 0:
        return -(-bankruptcy_milli // MILLI)
    return bankruptcy_milli // MILLI


def zero_price_loss(position_maintenance: int, equity: int, maintenance: int) -> int:
    """Return what a whole position may lose against mark so that the margin ratio of the account stays as it is.

    Parameters
    ----------
    position_maintenance : int
        Maintenance margin of the position, atoms, >= 0.
    equity, maintenance : int
        Of the account, atoms, ``maintenance`` > 0; negative equity counts as none.

    Returns
    -------
    int
        Atoms, >= 0, rounded down, in the account's favour.

    Notes
    -----
    ``position maintenance * equity / maintenance``: at the zero price ``mark * (1 - side * rate * equity / maintenance)`` a
    fill takes the same share of equity and of maintenance.

    Source: Lighter, Liquidations and insurance fund, read 2026-11-22 (V).
    """
    return mul_div_floor(position_maintenance, max(0, equity), maintenance)
