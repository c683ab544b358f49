"""Prices of inverse contracts on exact integers: which mark a loss leads to, and a contract at a standing mark.

An inverse position owes or is owed coin, ``quantity / mark``: a long's debt shrinks as the mark rises. See ``pnl`` for amounts.
"""

from unhedged.rules.integer import MILLI, mul_div_floor
from unhedged.rules.pnl import FAR_MILLI, inverse_value

FLAT_MILLI = (
    10**6
)  # milli-ticks, the price at which an inverse contract at a standing mark reads as a linear one


def far_milli(den: int) -> int:
    """Return a mark that no price reaches and at which an inverse contract can still be valued.

    Parameters
    ----------
    den : int
        Denominator of the contract's value of a lot, > 0, at most 2**62.

    Returns
    -------
    int
        Milli-ticks, >= 1, with ``den * mark`` inside int64.

    Notes
    -----
    ``min(FAR_MILLI, 2**62 // den)``.

    Source: definition.
    """
    return min(FAR_MILLI, 2**62 // den)


def last_inverse_mark(pos: int, least: int, num: int, den: int) -> int:
    """Return the last mark at which an inverse position is still worth a bound.

    Parameters
    ----------
    pos : int
        Position, lots, not 0, with ``|pos| * num`` inside int64.
    least : int
        Signed value it must have at least, coin atoms, above ``-2**62 / den`` and below ``2**62 / den``.
    num, den : int
        Coin atoms of one lot at a price of one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Milli-ticks, >= 1. Long: the smallest mark with ``value >= least``; ``far_milli`` when no mark has, for a long never
        owns coin. Short: the largest such mark; 1 when not even the smallest mark has, ``far_milli`` when all have.

    Notes
    -----
    Exact for the rounded-down ``inverse_value``. With ``a = |pos| * num * 1000 / den`` a long owes ``floor(a / mark)``, at
    most ``-least`` above ``a / (1 - least)``: ``floor(...) + 1``. A short is owed ``floor(a / mark)``, at least ``least`` up to
    ``floor(a / least)``.

    Source: derived here from the definition of value.
    """
    far = far_milli(den)
    unit = abs(pos) * num
    if pos > 0:
        owed = den * (1 - least)
        if least > 0 or mul_div_floor(unit, 1, owed) >= far // MILLI:
            return far
        return mul_div_floor(unit, MILLI, owed) + 1
    if least <= 0 or mul_div_floor(unit, 1, den * least) >= far // MILLI:
        return far
    return max(1, mul_div_floor(unit, MILLI, den * least))


def inverse_bankruptcy_milli(pos: int, equity: int, mark_milli: int, num: int, den: int) -> int:
    """Return the mark at which equity is used up when only this inverse position's price moves.

    Parameters
    ----------
    pos : int
        Position, lots, not 0, with ``|pos| * num`` inside int64.
    equity : int
        Equity that stands behind it at ``mark_milli`` (cross: of the account, isolated: of the pocket), coin atoms.
    mark_milli : int
        Mark at which ``equity`` was taken, milli-ticks, > 0, with ``den * mark_milli`` inside int64.
    num, den : int
        Coin atoms of one lot at a price of one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Milli-ticks, >= 1. Long: rounded up to the smallest mark with equity >= 0. Short: rounded down to the largest one.
        ``far_milli`` stands for a price without end: no mark saves that long, none ruins that short.

    Notes
    -----
    ``contracts / (contracts / mark + equity)`` for a long and with minus for a short, in real numbers; closing the whole
    position at the result never leaves a deficit, except at ``far_milli`` for a long and at 1 for a short.

    Source: Bybit help, Liquidation, inverse contracts, read 2026-11-22 (V), with equity in place of margin and entry.
    """
    return last_inverse_mark(pos, inverse_value(pos, mark_milli, num, den) - equity, num, den)
