"""Whether a venue accepts an order: the account, its size, its price, its money. Nothing here changes anything.

Each check returns a Reject, `Reject.NONE` when it passes. Checks of account, size and price come first and do not depend on
the book; a message that fails one of them leaves everything as it was, an order it was to replace included.
"""

from typing import Any

from unhedged.kernels.accounts import can_add, has_margin
from unhedged.kernels.casework import NO_LIMIT_PX, band_limit
from unhedged.kernels.compiled import f8, kernel, minus
from unhedged.kernels.depth import free_cash, sweep_cost
from unhedged.kernels.fills import hold_for
from unhedged.kernels.tables import account, instrument, position
from unhedged.vocab.enums import AccountStatus, InstrumentKind, Reject, Side

MAX_PX = 2**31 - 1
"""Ticks; the highest price an order may rest at, and the highest trigger on a last price."""

_BUY = int(Side.BUY)
_SPOT = int(InstrumentKind.SPOT)
_IN_LIQUIDATION = int(AccountStatus.IN_LIQUIDATION)
_TAKEN_OVER = int(AccountStatus.TAKEN_OVER)
_ACCEPTED = int(Reject.NONE)
_REFUSED_IN_LIQUIDATION = int(Reject.IN_LIQUIDATION)
_REFUSED_CLOSED = int(Reject.CLOSED)
_REFUSED_HALTED = int(Reject.HALTED)
_REFUSED_LOT = int(Reject.LOT)
_REFUSED_TICK = int(Reject.TICK)
_REFUSED_NEGATIVE = int(Reject.NEGATIVE_PRICE)
_REFUSED_FIGURES = int(Reject.SIGNIFICANT_FIGURES)
_REFUSED_BAND = int(Reject.BAND)
_REFUSED_MARGIN = int(Reject.MARGIN)
_REFUSED_BALANCE = int(Reject.BALANCE)


@kernel("int64(World, int64, int64)")
def check_sender(w: Any, p: int, qty: int) -> int:
    """Return why account or size of an order on position ``p`` are refused.

    LOT: not a positive number of lots, or more than the instrument's largest order (0: no limit). HALTED comes before all.
    """
    n = instrument(w, position(w, p).instrument)
    if n.halted_until > w.now:
        return _REFUSED_HALTED
    own = account(w, position(w, p).account)
    if own.status == _IN_LIQUIDATION:
        return _REFUSED_IN_LIQUIDATION
    if own.status == _TAKEN_OVER:
        return _REFUSED_CLOSED
    if qty <= 0 or 0 < n.max_qty < qty:
        return _REFUSED_LOT
    return _ACCEPTED


@kernel("boolean(int64, int64, float64)")
def has_figures(px: int, figures: int, tick: float) -> bool:
    """Return whether a price is written with at most ``figures`` significant figures, or is whole dollars.

    Parameters
    ----------
    px : int
        Ticks, > 0; the figures of a price do not depend on where its decimal point stands.
    figures : int
        0 for any number.
    tick : float
        Dollars per tick, a power of ten; 0 when unknown: then whole dollars are no exception.

    Notes
    -----
    Source: Hyperliquid documentation, tick and lot size: at most five figures, whole prices always allowed.
    """
    if figures <= 0 or tick >= 1.0:
        return True
    if tick > 0.0 and px % int(1.0 / tick + 0.5) == 0:
        return True
    most = 10**figures
    while px >= most:
        if px % 10 != 0:
            return False
        px //= 10
    return True


@kernel("int64(World, int64, int64)")
def worst_px(w: Any, i: int, side: int) -> int:
    """Return the worst price an order of ``side`` may trade at: the edge of the band around mark, ticks, inside it.

    Without a band or a mark: one tick for a seller, a price no order reaches for a buyer.
    """
    if instrument(w, i).band_ppb > 0 and instrument(w, i).mark_milli > 0:
        return band_limit(w, i, side)
    return NO_LIMIT_PX if side == _BUY else 1


@kernel("int64(World, int64, int64, int64)")
def check_price(w: Any, i: int, side: int, px: int) -> int:
    """Return why the limit ``px`` of an order of ``side`` is refused.

    NEGATIVE_PRICE below one tick, TICK above what the book can hold, then significant figures, then BAND: a buyer may not
    bid above the band, a seller not offer below it; patient orders on the far side of the mark are welcome.
    """
    if px <= 0:
        return _REFUSED_NEGATIVE
    if px > MAX_PX:
        return _REFUSED_TICK
    n = instrument(w, i)
    if not has_figures(px, n.significant, f8(n.tick)):
        return _REFUSED_FIGURES
    edge = worst_px(w, i, side)
    if (side == _BUY and px > edge) or (side != _BUY and px < edge):
        return _REFUSED_BAND
    return _ACCEPTED


@kernel("int64(World, int64, int64, int64, int64, int64)")
def check_funds(w: Any, p: int, side: int, px: int, qty: int, at_market: int) -> int:
    """Return why the account behind position ``p`` cannot pay for an order.

    Parameters
    ----------
    px : int
        Limit, ticks; of an order at market the worst price it may take.
    at_market : int
        1: a margin check reserves no loss to the limit, and a spot buyer needs what the book asks, not the limit.

    Notes
    -----
    Derivatives: initial margin of all positions with working orders and this one. Spot: cash or inventory that no working
    order has set aside, fees included; equality is enough.
    """
    a = int(position(w, p).account)
    i = int(position(w, p).instrument)
    if instrument(w, i).kind == _SPOT:
        if side != _BUY:
            free = minus(position(w, p).pos, position(w, p).open_sell)
            return _ACCEPTED if free >= qty else _REFUSED_BALANCE
        needed = sweep_cost(w, i, px, qty) if at_market != 0 else hold_for(w, i, px, qty)
        return _ACCEPTED if free_cash(w, a) >= needed else _REFUSED_BALANCE
    if has_margin(w, a) and not can_add(w, a, p, side, 0 if at_market != 0 else px, qty):
        return _REFUSED_MARGIN
    return _ACCEPTED
