"""Amounts, values, entry cost and profit of linear and inverse contracts.

Cash-flow accounting: a fill moves one amount of money one way and the position the other, so
nothing is created by rounding. Entry cost is derived and serves ranking and reports only.
"""

from unhedged.rules.integer import MILLI, mul_div_ceil, mul_div_floor, sign

FAR_MILLI = 10**18  # a mark no price reaches, milli-ticks: "no trigger" above it


def amount(px: int, qty: int, num: int, den: int) -> int:
    """Return the money that moves from buyer to seller in one fill of a linear contract.

    Parameters
    ----------
    px : int
        Fill price, ticks, > 0.
    qty : int
        Fill size, lots, >= 0, with ``qty * num`` inside int64.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Atoms, >= 0, rounded down; the same integer is posted to both sides.

    Notes
    -----
    ``floor(px * qty * num / den)``.

    Source: definition of cash-flow accounting; the contract's face is num/den.
    """
    return mul_div_floor(qty * num, px, den)


def value(pos: int, mark_milli: int, num: int, den: int) -> int:
    """Return the signed value of a linear position at a mark price.

    Parameters
    ----------
    pos : int
        Position, lots, > 0 long, < 0 short, with ``|pos| * num`` inside int64 (10¹⁰ lots allow num
        to 9 x 10⁸).
    mark_milli : int
        Mark, milli-ticks, >= 0.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0; ``den * 1000`` inside
        int64.

    Returns
    -------
    int
        Atoms with the sign of ``pos``; the magnitude is rounded down.

    Notes
    -----
    ``sign(pos) * floor(|pos| * mark_milli * num / (den * 1000))``. At a mark of whole ticks the
    magnitude equals ``amount`` of the same size, so closing at mark changes equity by nothing.

    Source: definition.
    """
    return sign(pos) * mul_div_floor(abs(pos) * num, mark_milli, den * MILLI)


def last_mark_for_value(pos: int, value_bound: int, num: int, den: int) -> int:
    """Return the last mark at which a position's absolute value still satisfies a bound.

    Parameters
    ----------
    pos : int
        Position, lots, not 0, with ``|pos| * num`` inside int64.
    value_bound : int
        Atoms. For a long the value must be at least this; for a short at most this.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0; ``den <= 10**12``.

    Returns
    -------
    int
        Milli-ticks. Long: the smallest mark >= 0 that satisfies the bound (``FAR_MILLI`` when it is
        beyond). Short: the largest such mark, -1 when not even zero does, just under ``FAR_MILLI``
        when it is beyond.

    Notes
    -----
    Exact for the rounded-down ``value``: long ``ceil(bound * 1000 * den / (|pos| * num))``, short
    ``ceil((bound + 1) * 1000 * den / (|pos| * num)) - 1``.

    Source: derived here from the definition of value.
    """
    scale = MILLI * den
    unit = abs(pos) * num
    far_ticks = FAR_MILLI // scale
    if pos > 0:
        if value_bound <= 0:
            return 0
        if value_bound // unit >= far_ticks:
            return FAR_MILLI
        return mul_div_ceil(value_bound, scale, unit)
    if value_bound < 0:
        return -1
    if value_bound // unit >= far_ticks:
        return far_ticks * scale - 1
    return mul_div_ceil(value_bound + 1, scale, unit) - 1


def released_cost(pos: int, cost: int, qty: int) -> int:
    """Return the part of a position's entry cost that leaves with a closed quantity.

    Parameters
    ----------
    pos : int
        Position before the close, lots, not 0.
    cost : int
        Signed entry cost before the close, atoms.
    qty : int
        Lots closed, 0 <= qty <= |pos|.

    Returns
    -------
    int
        Atoms with the sign of ``cost``, rounded towards zero; all of ``cost`` when everything is
        closed.

    Notes
    -----
    ``sign(cost) * floor(|cost| * qty / |pos|)``, the average-cost method. What rounding leaves
    stays with the open position.

    Source: definition.
    """
    return sign(cost) * mul_div_floor(abs(cost), qty, abs(pos))


def cost_after(pos: int, cost: int, signed_qty: int, amount: int) -> int:
    """Return the signed entry cost of a position after one fill.

    Parameters
    ----------
    pos : int
        Position before the fill, lots.
    cost : int
        Signed entry cost before the fill, atoms: money paid for the open position, so positive for
        a long and negative for a short linear position; 0 when flat.
    signed_qty : int
        Fill, lots, > 0 bought, < 0 sold.
    amount : int
        Money of the fill, atoms, >= 0 for linear contracts; pass the negative of ``inverse_amount``
        for inverse ones.

    Returns
    -------
    int
        Signed entry cost, atoms.

    Notes
    -----
    Opening or increasing adds ``sign(signed_qty) * amount``. Reducing keeps ``cost -
    released_cost``. A fill through zero closes the old position and restarts: the closing lots take
    ``amount * |pos| / |signed_qty|`` rounded towards zero and the new position costs the rest.
    ``wallet = cash + cost``.

    Source: definition, average-cost method.
    """
    side = sign(signed_qty)
    if side == 0 or pos == 0 or sign(pos) == side:
        return cost + side * amount
    size = abs(signed_qty)
    if size <= abs(pos):
        return cost - released_cost(pos, cost, size)
    closing = sign(amount) * mul_div_floor(abs(amount), abs(pos), size)
    return side * (amount - closing)


def realised_on_close(pos: int, cost: int, qty: int, amount: int) -> int:
    """Return the profit realised by closing part or all of a position.

    Parameters
    ----------
    pos : int
        Position before the close, lots, not 0.
    cost : int
        Signed entry cost before the close, atoms.
    qty : int
        Lots closed, 0 <= qty <= |pos|.
    amount : int
        Money of the close, atoms, >= 0 for linear contracts; negative of ``inverse_amount`` for
        inverse ones.

    Returns
    -------
    int
        Atoms, positive for a gain; exact given the rounding of ``released_cost``.

    Notes
    -----
    ``sign(pos) * amount - released_cost``: the change of ``cash + cost`` over the fill, fees apart.

    Source: definition.
    """
    return sign(pos) * amount - released_cost(pos, cost, qty)


def unrealised(value: int, cost: int) -> int:
    """Return the profit of an open position at mark.

    Parameters
    ----------
    value : int
        Signed value at mark, atoms.
    cost : int
        Signed entry cost, atoms.

    Returns
    -------
    int
        Atoms, positive for a gain; exact.

    Notes
    -----
    ``value - cost``.

    Source: definition.
    """
    return value - cost


def wallet(cash: int, cost: int) -> int:
    """Return what a venue calls the wallet balance of an account.

    Parameters
    ----------
    cash : int
        Cash-flow balance, atoms.
    cost : int
        Sum of the signed entry costs of the open positions, atoms.

    Returns
    -------
    int
        Atoms; exact.

    Notes
    -----
    ``cash + cost``; then ``equity = wallet + unrealised = cash + value``.

    Source: definition.
    """
    return cash + cost


def entry_milli(pos: int, cost: int, num: int, den: int) -> int:
    """Return the average entry price of a linear position.

    Parameters
    ----------
    pos : int
        Position, lots, not 0, with ``|pos| * num`` inside int64.
    cost : int
        Signed entry cost, atoms.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Milli-ticks, rounded down. For display: no amount is computed from it.

    Notes
    -----
    ``floor(|cost| * 1000 * den / (|pos| * num))``.

    Source: definition.
    """
    return mul_div_floor(abs(cost), MILLI * den, abs(pos) * num)


def inverse_amount(px: int, qty: int, num: int, den: int) -> int:
    """Return the coin that moves from seller to buyer in one fill of an inverse contract.

    Parameters
    ----------
    px : int
        Fill price, ticks of quote per coin, > 0, with ``den * px`` inside int64.
    qty : int
        Fill size, lots, >= 0, with ``qty * num`` inside int64.
    num, den : int
        Coin atoms of one lot at a price of one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Coin atoms, >= 0, rounded down; the same integer is posted to both sides.

    Notes
    -----
    ``floor(qty * num / (den * px))``. The direction is the reverse of a linear fill: buying an
    inverse contract sells its face in coin.

    Source: definition.
    """
    return mul_div_floor(qty * num, 1, den * px)


def inverse_value(pos: int, mark_milli: int, num: int, den: int) -> int:
    """Return the signed value of an inverse position at a mark price.

    Parameters
    ----------
    pos : int
        Position, lots, > 0 long, < 0 short, with ``|pos| * num`` inside int64.
    mark_milli : int
        Mark, milli-ticks, > 0, with ``den * mark_milli`` inside int64.
    num, den : int
        Coin atoms of one lot at a price of one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Coin atoms with the sign opposite to ``pos``; the magnitude is rounded down.

    Notes
    -----
    ``-sign(pos) * floor(|pos| * num * 1000 / (den * mark_milli))``: a long owes coin that shrinks
    as the price rises, so ``equity = cash + value`` holds as for linear contracts.

    Source: definition.
    """
    return -sign(pos) * mul_div_floor(abs(pos) * num, MILLI, den * mark_milli)


def inverse_pnl(pos: int, entry_px: int, exit_px: int, num: int, den: int) -> int:
    """Return the profit of an inverse position between two prices.

    Parameters
    ----------
    pos : int
        Position, lots, > 0 long, < 0 short, with ``|pos| * num`` inside int64.
    entry_px, exit_px : int
        Prices, ticks, > 0.
    num, den : int
        Coin atoms of one lot at a price of one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Coin atoms; the difference of two amounts that were each rounded down.

    Notes
    -----
    ``s * (floor(q / entry) - floor(q / exit))``, within one atom of ``s * q * (1/entry - 1/exit)``.

    Source: Bybit help centre, profit and loss of inverse contracts, read 2026-11-22 (V).
    """
    size = abs(pos)
    return sign(pos) * (
        inverse_amount(entry_px, size, num, den) - inverse_amount(exit_px, size, num, den)
    )
