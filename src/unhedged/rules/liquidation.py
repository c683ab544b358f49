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
