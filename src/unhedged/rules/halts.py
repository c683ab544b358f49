"""When a circuit breaker halts a book, and how much of a liquidation a limited venue still sends."""

from unhedged.rules.integer import PPB, mul_div_floor
from unhedged.rules.liquidation_size import part_qty


def is_beyond(mark_milli: int, low_milli: int, high_milli: int, limit_ppb: int) -> bool:
    """Return whether a mark has moved so far within a window that its book halts.

    Parameters
    ----------
    mark_milli : int
        Mark now, milli-ticks, > 0.
    low_milli, high_milli : int
        Lowest and highest mark of the window, milli-ticks, > 0.
    limit_ppb : int
        Largest move that does not halt the book, ppb, > 0.

    Returns
    -------
    bool
        True when the mark lies farther below the highest, or above the lowest, than the limit.

    Notes
    -----
    ``high - mark > high * limit`` or ``mark - low > low * limit``. Strict: a move equal to the limit does not halt. Exact.

    Source: parameter. CME, launch notice, 2017 (a pause of two minutes at 7 % and 13 % from the settlement before), read
    2026-11-22 (M); none is published for the venues of the day (U). A rolling reference is ours.
    """
    falls = high_milli - mark_milli > mul_div_floor(high_milli, limit_ppb, PPB)
    return falls or mark_milli - low_milli > mul_div_floor(low_milli, limit_ppb, PPB)


def throttled_qty(pos: int, notional: int, qty: int, most: int, used: int) -> int:
    """Return the lots of a liquidation order that a venue with a limit on liquidations sends.

    Parameters
    ----------
    pos : int
        Position, lots, not 0.
    notional : int
        Its absolute value at mark, atoms, >= 0.
    qty : int
        Lots the step would order, 1 <= qty <= |pos|.
    most : int
        Notional that liquidations may close in the contract per interval, atoms, > 0.
    used : int
        What they have closed in the running interval, atoms, >= 0.

    Returns
    -------
    int
        Lots, 0 <= lots <= qty: none when the limit is used up, else what fits, rounded down, but one lot at least.

    Notes
    -----
    ``|pos| * (most - used) / notional``, none when ``used >= most``. So the last lot of an interval may pass the limit.

    Source: parameter. Limits of this kind: Synthetix v3, perps-market, commit 23585f7 (capacity per window), and dYdX v4-chain,
    commit 84d4664 (orders per block), read 2026-11-22 (V); none is published for the venues of the day (U).
    """
    if used >= most:
        return 0
    return min(qty, part_qty(pos, notional, most - used))
