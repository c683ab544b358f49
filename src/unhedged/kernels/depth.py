"""What a book could trade, without trading."""

from typing import Any

from unhedged.kernels.compiled import i8, kernel, plus, rule
from unhedged.kernels.fills import fill_amount, hold_for
from unhedged.kernels.sides import is_empty, next_price, oldest_at, owner_of, qty_at, reducible
from unhedged.kernels.tables import account, book, far, instrument, order, position
from unhedged.kernels.window import NOWHERE
from unhedged.rules import integer
from unhedged.vocab.enums import InstrumentKind, Side

_BUY = int(Side.BUY)
_INVERSE = int(InstrumentKind.INVERSE)
_mul_div_floor = rule(integer.mul_div_floor)
_mul_div_ceil = rule(integer.mul_div_ceil)
MILLI = integer.MILLI


@kernel("boolean(int64, int64, int64)")
def is_within(side: int, px: int, bound: int) -> bool:
    """Return whether a resting price of ``side`` is at least as good for a taker as ``bound``."""
    return px >= bound if side == _BUY else px <= bound


@kernel("int64(World, int64, int64)")
def _far_depth(w: Any, s: int, bound: int) -> int:
    lots = i8(0)
    row = i8(book(w, s).far_head)
    while row >= 0:
        if is_within(s & 1, far(w, row).px, bound):
            lots = plus(lots, far(w, row).qty)
        row = i8(far(w, row).next)
    return lots


@kernel("int64(World, int64, int64, int64)")
def depth(w: Any, i: int, side: int, px: int) -> int:
    """Return the lots resting on ``side`` of instrument ``i`` at ``px`` or a price nearer to the market."""
    s = 2 * i + side
    if is_empty(w, s):
        return 0
    b = book(w, s)
    lots = _far_depth(w, s, px)
    at = b.best
    while at != NOWHERE and is_within(side, at, px) and at >= b.base and at < b.base + b.window:
        lots = plus(lots, qty_at(w, s, at))
        at = next_price(w, s, at)
    return lots


@kernel("int64(World, int64, int64, int64)")
def _lots_for(w: Any, i: int, px: int, atoms: int) -> int:
    # The fewest lots at a price that are worth some atoms.
    n = instrument(w, i)
    if n.kind == _INVERSE:
        return _mul_div_ceil(atoms, n.den * px, n.num)
    return _mul_div_ceil(_mul_div_ceil(atoms, n.den, n.num), 1, px)


@kernel("int64(World, int64, int64, int64)")
def impact_px(w: Any, i: int, side: int, atoms: int) -> int:
    """Return the average price of trading an amount against ``side`` of instrument ``i`` at once.

    Parameters
    ----------
    side : int
        BUY: sell into the bids; SELL: buy from the asks.
    atoms : int
        Amount to trade; with none, the best price is returned.

    Returns
    -------
    int
        Milli-ticks, rounded down; -1 when the side does not hold the amount. At the last price the fewest lots are used
        that complete the amount.
    """
    s = 2 * i + side
    if is_empty(w, s):
        return -1
    n = instrument(w, i)
    px = book(w, s).best
    if atoms <= 0:
        return px * MILLI
    lots, done = i8(0), i8(0)
    while px != NOWHERE:
        here = qty_at(w, s, px)
        amount = abs(fill_amount(w, i, px, here))
        if amount >= atoms - done:
            here = min(here, _lots_for(w, i, px, atoms - done))
            lots = plus(lots, here)
            done = plus(done, abs(fill_amount(w, i, px, here)))
            if n.kind == _INVERSE:
                return _mul_div_floor(lots * n.num, MILLI, n.den * max(1, done))
            return _mul_div_floor(done, MILLI * n.den, lots * n.num)
        lots = plus(lots, here)
        done = plus(done, amount)
        px = next_price(w, s, px)
    return -1


@kernel("int64(World, int64)")
def _sure_lots(w: Any, row: int) -> int:
    # Lots of a resting order that are there whatever else of its account fills before it.
    o = order(w, row)
    if o.reduce_only == 0:
        return o.qty
    p = position(w, o.position)
    others = (p.open_buy if o.side == _BUY else p.open_sell) - o.qty
    return min(o.qty, max(0, reducible(w, o.position, o.side) - others))


@kernel("int64(World, int64, int64, int64, int64, int64)")
def fillable(w: Any, i: int, side: int, limit_px: int, qty: int, owner: int) -> int:
    """Return the lots, at most ``qty``, that an incoming order of ``side`` would certainly fill up to its limit.

    Counting ends at the first order of ``owner`` (-1: nobody's). A reduce-only order counts with the lots that are left
    for it when all other working orders of its position on that side fill first.
    """
    s = 2 * i + 1 - side
    lots = i8(0)
    if is_empty(w, s):
        return lots
    px = book(w, s).best
    while px != NOWHERE and is_within(1 - side, px, limit_px):
        row = oldest_at(w, s, px)
        while row >= 0:
            if owner >= 0 and owner_of(w, order(w, row).position) == owner:
                return lots
            lots = plus(lots, _sure_lots(w, row))
            if lots >= qty:
                return qty
            row = i8(order(w, row).next)
        px = next_price(w, s, px)
    return lots


@kernel("int64(World, int64, int64, int64)")
def sweep_cost(w: Any, i: int, limit_px: int, qty: int) -> int:
    """Return the cash that buying up to ``qty`` lots at once takes, fees included, atoms; spot market orders need it.

    Never less than the orders cost that would fill. Prices beyond the limit are not bought.
    """
    s = 2 * i + 1
    cost = i8(0)
    if is_empty(w, s):
        return cost
    px = book(w, s).best
    while px != NOWHERE and px <= limit_px and qty > 0:
        row = oldest_at(w, s, px)
        while row >= 0 and qty > 0:
            lots = min(qty, order(w, row).qty)
            cost = plus(cost, hold_for(w, i, px, lots))
            qty -= lots
            row = i8(order(w, row).next)
        px = next_price(w, s, px)
    return cost


@kernel("int64(World, int64)")
def free_cash(w: Any, a: int) -> int:
    """Return the cash of a spot account that no working buy has set aside, atoms."""
    own = account(w, a)
    return own.cash - own.held
