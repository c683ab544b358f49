"""How much of a position a liquidation closes: to a lower tier, to what restores the margin, by slices, by blocks."""

from unhedged.rules.integer import MILLI, PPB, mul_div_ceil, mul_div_floor
from unhedged.rules.pnl import value


def reduce_to_tier_qty(pos: int, mark_milli: int, lower: int, num: int, den: int) -> int:
    """Return the fewest lots to close so that the rest lies in the next lower tier.

    Parameters
    ----------
    pos : int
        Position, lots.
    mark_milli : int
        Mark, milli-ticks, > 0, with ``mark_milli * num`` inside int64.
    lower : int
        Notional floor of the present tier, atoms, >= 0; 0 in the first tier.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Lots, 0 <= lots <= |pos|; everything in the first tier, nothing when the position is below
        the floor already.

    Notes
    -----
    The floor belongs to the higher tier, so the rest must be strictly below it: at most
    ``ceil(lower * 1000 * den / (mark_milli * num)) - 1`` lots stay.

    Source: Bybit, Liquidation process, read 2026-11-22 (V); BitMEX, Liquidation, read 2026-11-22
    (V).
    """
    size = abs(pos)
    if lower <= 0:
        return size
    notional = value(size, mark_milli, num, den)
    if notional < lower:
        return 0
    keep = mul_div_ceil(lower, MILLI * den, mark_milli * num) - 1
    return max(0, size - keep)


def reduce_to_size_qty(pos: int, max_qty: int) -> int:
    """Return the lots to close so that the rest fits a tier whose limit is a size.

    Parameters
    ----------
    pos : int
        Position, lots.
    max_qty : int
        Largest size of the target tier, lots, >= 0.

    Returns
    -------
    int
        Lots, 0 <= lots <= |pos|.

    Notes
    -----
    ``max(0, |pos| - max_qty)``; a size equal to the limit fits.

    Source: OKX, Liquidation of futures (legacy text), read 2026-11-22 (V).
    """
    return max(0, abs(pos) - max_qty)


def slice_qty(pos: int, share_ppb: int) -> int:
    """Return the lots of a partial liquidation of a fixed share.

    Parameters
    ----------
    pos : int
        Position, lots.
    share_ppb : int
        Share to close, ppb, 0 <= share <= 10**9.

    Returns
    -------
    int
        Lots, rounded up, so that a position of one lot is closed.

    Notes
    -----
    ``ceil(|pos| * share / 10**9)``.

    Source: Hyperliquid docs, Liquidations (20 % of the position), read 2026-11-22 (M); the rounding
    is ours.
    """
    return mul_div_ceil(abs(pos), share_ppb, PPB)


def slice_or_all_qty(
    pos: int, notional: int, threshold: int, share_ppb: int, in_cooldown: int
) -> int:
    """Return the lots of a market liquidation order that is partial for large positions only.

    Parameters
    ----------
    pos : int
        Position, lots.
    notional : int
        Its absolute value at mark, atoms, >= 0.
    threshold : int
        Notional above which the order is partial, atoms (100,000 USDC on mainnet).
    share_ppb : int
        Partial share, ppb (20 %).
    in_cooldown : int
        1 inside the cooldown (30 s) after a block with a partial liquidation of the same user, else
        0.

    Returns
    -------
    int
        Lots, 0 <= lots <= |pos|.

    Notes
    -----
    Partial when ``notional > threshold`` (strict) and not in cooldown. Inside the cooldown every
    order is for the entire position: the literal wording of the docs; other parties paraphrase it
    as a wait.

    Source: Hyperliquid docs, Liquidations, read 2026-11-22 (M).
    """
    if in_cooldown != 0 or notional <= threshold:
        return abs(pos)
    return slice_qty(pos, share_ppb)


def restoring_qty(
    pos: int,
    equity: int,
    mark_milli: int,
    rate_ppb: int,
    deduct: int,
    fee_ppb: int,
    num: int,
    den: int,
) -> int:
    """Return a near-smallest number of lots whose close at mark restores the margin.

    Parameters
    ----------
    pos : int
        Position, lots, not 0, with ``|pos| * num`` inside int64.
    equity : int
        Equity less the maintenance margin of other positions, atoms.
    mark_milli : int
        Mark and assumed fill price, milli-ticks, > 0, with ``mark_milli * num`` inside int64.
    rate_ppb, deduct : int
        Maintenance rate (ppb) and deduction (atoms) of the present tier.
    fee_ppb : int
        Liquidation fee on the amount closed, ppb, >= 0.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Lots, 0 <= lots <= |pos|, rounded up; 0 when nothing is short; everything when closing does
        not help.

    Notes
    -----
    Closing a notional ``x`` frees ``x * rate`` and costs ``x * fee``: ``x = shortage / (rate -
    fee)``. Four atoms are added to the shortage, which covers every rounding, so a partial close at
    mark restores ``equity >= maintenance`` in the same tier. Sizing of this step is not published:
    a parameter, not a fact.

    Source: Binance futures, Liquidation protocol ("smart liquidation"), read 2026-11-22 (M); the
    sizing is ours (U).
    """
    size = abs(pos)
    notional = value(size, mark_milli, num, den)
    shortage = max(0, mul_div_ceil(notional, rate_ppb, PPB) - deduct) - equity
    if shortage <= 0:
        return 0
    if rate_ppb <= fee_ppb:
        return size
    if shortage + 4 >= mul_div_floor(notional, rate_ppb - fee_ppb, PPB):
        return size
    close = mul_div_ceil(shortage + 4, PPB, rate_ppb - fee_ppb)
    return min(size, mul_div_ceil(close, MILLI * den, mark_milli * num))


def part_qty(pos: int, notional: int, atoms: int) -> int:
    """Return the lots of a liquidation order of a largest amount.

    Parameters
    ----------
    pos : int
        Position, lots, not 0.
    notional : int
        Its absolute value at mark, atoms, >= 0.
    atoms : int
        Largest notional of the order, atoms, >= 0.

    Returns
    -------
    int
        Lots, 1 <= lots <= |pos|: everything where it fits, else rounded down, but one lot at least, so that every position
        comes to an end.

    Notes
    -----
    ``|pos| * atoms / notional``.

    Source: Deribit, Auto-liquidation (at most 200 contracts a round), read 2026-11-22 (V); dYdX v4-chain, liquidations.go,
    commit 84d4664, read 2026-11-22 (V); the rounding is ours.
    """
    if notional <= atoms:
        return abs(pos)
    return max(1, mul_div_floor(abs(pos), atoms, notional))


def block_notional(notional: int, least: int, portion_ppb: int, limit: int, used: int) -> int:
    """Return the largest notional of an account's next order in a block.

    Parameters
    ----------
    notional : int
        Position's absolute value at oracle, atoms, >= 0.
    least : int
        Notional any order may have, atoms.
    portion_ppb : int
        Share of the position an order may have, ppb.
    limit, used : int
        Notional per account and block, and what its orders of this block had, atoms.

    Returns
    -------
    int
        Atoms, >= 0, rounded down; 0: nothing more in this block.

    Notes
    -----
    ``min(max(least, portion * notional), limit - used)``.

    Source: dYdX v4-chain, liquidations.go, commit 84d4664, read 2026-11-22 (V).
    """
    return max(0, min(max(least, mul_div_floor(notional, portion_ppb, PPB)), limit - used))
