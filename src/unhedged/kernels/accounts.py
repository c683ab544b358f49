"""Value and margin of accounts, on exact integers.

    account ─< position >─ instrument ─< tier
       └─ next_dirty: the accounts a fill or a payment changed since their triggers were placed

``equity = cash + sum of the signed values at mark``; a position's margin is the rule of its tier applied to the size of
its value. Isolated margin is an account with one position and cash of its own. A venue without margin (spot) asks for
none: inventory is worth its mark and maintenance is zero. What an account posted as `collateral` adds to its equity.

In portfolio margin an account needs a multiple of a requirement: of the sum of its margins, a constant added at some venues, or
of the worst loss over moves of its underlyings, where contracts of one underlying offset each other (`nets`).
"""

from typing import Any

from unhedged.kernels.collateral import counted_of, without_assets
from unhedged.kernels.compiled import helper, kernel, minus, plus, rule, times
from unhedged.kernels.tables import account, instrument, position, tier, venue
from unhedged.rules import liquidation, margin, pnl, portfolio
from unhedged.vocab.enums import AccountStatus, InstrumentKind, Leg, Side, TierForm

NOT_LISTED = -2
"""``account.next_dirty`` of an account that is not on the list of changed accounts."""

_value = rule(pnl.value)
_inverse_value = rule(pnl.inverse_value)
maintenance_margin = rule(margin.maintenance_margin)
_initial_margin = rule(margin.initial_margin)
_slope_rate = rule(margin.slope_rate)
_bar = rule(liquidation.bar)
_portfolio_bar = rule(portfolio.portfolio_bar)
_grid_margin = rule(portfolio.grid_margin)
_SIZE = int(TierForm.SIZE)
_LONG = int(Leg.LONG)
_SHORT = int(Leg.SHORT)
_SLOPE = int(TierForm.SLOPE)


@helper("int64(World, int64, int64, int64)")
def worth_at(w: Any, i: int, lots: int, milli: int) -> int:
    """Return the signed value of ``lots`` of instrument ``i`` at the price ``milli``.

    Atoms; the size is rounded down, and an inverse long is worth less than nothing: it owes coin. ``milli`` >= 0, for an
    inverse contract > 0.
    """
    n = instrument(w, i)
    times(lots, n.num)  # the rule multiplies plainly; this traps in the checked build
    if n.kind == InstrumentKind.INVERSE:
        return _inverse_value(lots, milli, n.num, n.den)
    return _value(lots, milli, n.num, n.den)


@helper("int64(World, int64)")
def value_of(w: Any, p: int) -> int:
    """Return the signed value of position ``p`` at mark, atoms, the size rounded down."""
    o = position(w, p)
    return worth_at(w, o.instrument, o.pos, instrument(w, o.instrument).mark_milli)


@helper("int64(World, int64)")
def notional_of(w: Any, p: int) -> int:
    """Return the size of the value of position ``p`` at mark, atoms, >= 0, rounded down."""
    return abs(value_of(w, p))


@helper("int64(World, int64, int64)")
def find_tier(w: Any, i: int, notional: int) -> int:
    """Return the row of the tier of instrument ``i`` that holds ``notional`` atoms, or lots where floors are lots.

    A floor belongs to its own tier.
    """
    n = instrument(w, i)
    row = n.first_tier
    last = n.first_tier + n.tiers - 1
    while row < last and tier(w, row + 1).floor <= notional:
        row += 1
    return row


@helper("int64(World, int64, int64, int64)")
def tier_for(w: Any, i: int, lots: int, notional: int) -> int:
    """Return the row of the tier that holds ``lots`` worth ``notional`` atoms, by the one or the other as tiers are read."""
    return find_tier(w, i, abs(lots) if instrument(w, i).tier_form == _SIZE else notional)


@helper("int64(World, int64, int64)")
def slope_at(w: Any, i: int, lots: int) -> int:
    """Return what the size of ``lots`` adds to the margin rates of instrument ``i``, ppb, rounded up."""
    n = instrument(w, i)
    if n.tier_form != _SLOPE:
        return 0
    return _slope_rate(0, n.slope_ppb, abs(lots), n.slope_lots)


@helper("int64(World, int64, int64, int64)")
def maintenance_at(w: Any, i: int, lots: int, notional: int) -> int:
    """Return the maintenance margin of ``lots`` worth ``notional`` atoms in instrument ``i``, rounded up."""
    level = tier(w, tier_for(w, i, lots, notional))
    return maintenance_margin(notional, plus(level.mm_ppb, slope_at(w, i, lots)), level.deduct)


@kernel("int64(World, int64)")
def maintenance_of(w: Any, p: int) -> int:
    """Return the maintenance margin of position ``p`` at mark, atoms, rounded up; 0 at a venue without margin."""
    o = position(w, p)
    if o.pos == 0 or not has_margin(w, o.account):
        return 0
    return maintenance_at(w, o.instrument, o.pos, notional_of(w, p))


@helper("boolean(World, int64)")
def has_margin(w: Any, a: int) -> bool:
    """Return whether the venue of account ``a`` lends: derivatives do, spot does not."""
    return venue(w, account(w, a).venue).margin_on != 0


@kernel("int64(World, int64)")
def equity(w: Any, a: int) -> int:
    """Return what account ``a`` owns as its venue sees it: cash, signed values at mark and what its collateral counts for, atoms."""
    own = account(w, a)
    total = own.cash
    if own.balances != 0:
        total = plus(total, counted_of(w, a))
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos != 0:
            total = plus(total, value_of(w, p))
    return total


@helper("boolean(World, int64)")
def nets(w: Any, a: int) -> bool:
    """Return whether contracts of one underlying offset each other in the margin of account ``a``."""
    own = account(w, a)
    return own.portfolio != 0 and venue(w, own.venue).portfolio_range_ppb != 0


@helper("boolean(World, int64)")
def is_flat(w: Any, a: int) -> bool:
    """Return whether account ``a`` holds no position."""
    own = account(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos != 0:
            return False
    return True


@kernel("int64(World, int64, int64)")
def net_value(w: Any, a: int, asset: int) -> int:
    """Return the signed value of everything account ``a`` holds on underlying ``asset``, atoms. For linear contracts."""
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos != 0 and instrument(w, position(w, p).instrument).asset == asset:
            total = plus(total, value_of(w, p))
    return total


@helper("boolean(World, int64)")
def _leads(w: Any, p: int) -> bool:
    # Whether no open position of the account before ``p`` has the same underlying.
    asset = instrument(w, position(w, p).instrument).asset
    for q in range(account(w, position(w, p).account).first_position, p):
        if position(w, q).pos != 0 and instrument(w, position(w, q).instrument).asset == asset:
            return False
    return True


@kernel("int64(World, int64)")
def grid_maintenance(w: Any, a: int) -> int:
    """Return the worst losses of account ``a`` over moves of each of its underlyings, atoms, each rounded up."""
    own = account(w, a)
    width = venue(w, own.venue).portfolio_range_ppb
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos != 0 and _leads(w, p):
            net = net_value(w, a, instrument(w, position(w, p).instrument).asset)
            total = plus(total, _grid_margin(net, width, 1))  # linear: the worst is at an end
    return total


@kernel("int64(World, int64)")
def maintenance(w: Any, a: int) -> int:
    """Return the maintenance margin of account ``a``, atoms: the sum over its positions, or what it needs when they net."""
    if nets(w, a):
        return grid_maintenance(w, a)
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        total = plus(total, maintenance_of(w, p))
    return total


@helper("int64(World, int64, int64)")
def required(w: Any, a: int, needed: int) -> int:
    """Return the equity that a maintenance of ``needed`` atoms asks of account ``a``: in portfolio margin a multiple of it.

    A constant is added only to what positions ask: an account without any is never asked for it.
    """
    own = account(w, a)
    if own.portfolio == 0:
        return needed
    here = venue(w, own.venue)
    base = 0 if here.portfolio_base == 0 or is_flat(w, a) else here.portfolio_base
    plus(needed, base)  # the rule adds plainly; this traps in the checked build
    return _portfolio_bar(needed, base, here.portfolio_times, here.portfolio_per)


@helper("int64(World, int64, int64)")
def bar_of(w: Any, a: int, needed: int) -> int:
    """Return the least equity with which account ``a`` of maintenance ``needed`` is safe, atoms."""
    return _bar(required(w, a, needed), venue(w, account(w, a).venue).inclusive)


@kernel("int64(World, int64)")
def close_out(w: Any, a: int) -> int:
    """Return the close-out margin of account ``a``: the sum over its positions, each rounded up, atoms."""
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        rate = instrument(w, position(w, p).instrument).close_out_ppb
        total = plus(total, maintenance_margin(notional_of(w, p), rate, 0))
    return total


@kernel("int64(World, int64)")
def gross_notional(w: Any, a: int) -> int:
    """Return the sum of the sizes of the values of all positions of account ``a`` at mark, atoms."""
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        total = plus(total, notional_of(w, p))
    return total


@kernel("int64(World, int64, int64, int64)")
def initial_of(w: Any, p: int, more_buy: int, more_sell: int) -> int:
    """Return the initial margin of position ``p`` with its working orders and ``more_buy`` or ``more_sell`` lots of them.

    The worse of two outcomes counts, all buys filled or all sells filled: the larger size, at mark, at the initial rate of
    the tier that holds it; atoms, rounded up. Of a leg in hedge mode only orders that open count: it cannot turn.
    """
    o = position(w, p)
    bought = abs(plus(plus(o.pos, o.open_buy), more_buy)) if o.leg != _SHORT else 0
    sold = abs(minus(minus(o.pos, o.open_sell), more_sell)) if o.leg != _LONG else 0
    lots = max(bought, sold)
    if lots == 0:
        return 0
    notional = abs(worth_at(w, o.instrument, lots, instrument(w, o.instrument).mark_milli))
    level = tier(w, tier_for(w, o.instrument, lots, notional))
    return _initial_margin(notional, plus(level.im_ppb, slope_at(w, o.instrument, lots)))


@kernel("int64(World, int64)")
def initial(w: Any, a: int) -> int:
    """Return the initial margin of account ``a``, working orders included, atoms; 0 at a venue without margin."""
    if not has_margin(w, a):
        return 0
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        total = plus(total, initial_of(w, p, 0, 0))
    return total


@helper("boolean(World, int64, int64, int64)")
def only_reduces(w: Any, p: int, side: int, qty: int) -> bool:
    """Return whether position ``p`` can only shrink, never turn, when its working orders of ``side`` and this one fill."""
    o = position(w, p)
    if side == Side.BUY:
        return plus(plus(o.pos, o.open_buy), qty) <= 0
    return minus(minus(o.pos, o.open_sell), qty) >= 0


@kernel("boolean(World, int64, int64, int64, int64, int64)")
def can_add(w: Any, a: int, p: int, side: int, px: int, qty: int) -> bool:
    """Return whether account ``a`` has the margin for an order of ``qty`` lots on position ``p``.

    Parameters
    ----------
    px : int64
        Limit of the order, ticks. Filling worse than mark costs at once, so that loss is kept free as well. 0 for an order
        without a price of its own (market): no such loss is reserved.

    Returns
    -------
    boolean
        Equity minus that loss is at least the initial margin with all working orders and this one; equality is enough.
        An order that can only reduce the position passes without margin. For venues with margin only.
    """
    if only_reduces(w, p, side, qty):
        return True
    i = position(w, p).instrument
    signed = qty if side == Side.BUY else -qty
    loss = 0
    if px > 0:
        mark = instrument(w, i).mark_milli
        loss = max(0, minus(worth_at(w, i, signed, times(px, 1000)), worth_at(w, i, signed, mark)))
    own = account(w, a)
    needed = loss
    for row in range(own.first_position, own.first_position + own.positions):
        if row == p:
            needed = plus(needed, initial_of(w, row, max(0, signed), max(0, -signed)))
        else:
            needed = plus(needed, initial_of(w, row, 0, 0))
    return equity(w, a) >= needed


@kernel("boolean(World, int64, int64)")
def can_withdraw(w: Any, a: int, atoms: int) -> bool:
    """Return whether account ``a`` may give ``atoms`` away: cash not reserved at a spot venue, else equity above initial margin.

    Equity equal to initial margin afterwards is allowed. Nothing leaves an account in liquidation, and no more than its equity
    without what it posted as collateral: a venue lends no cash against that.
    """
    own = account(w, a)
    if own.status == AccountStatus.IN_LIQUIDATION:
        return False
    if not has_margin(w, a):
        return atoms <= minus(own.cash, own.held)
    owned = equity(w, a)
    return atoms <= min(minus(owned, initial(w, a)), without_assets(w, a, owned))


@helper("void(World, int64)")
def mark_dirty(w: Any, a: int) -> None:
    """Put account ``a`` on the list of accounts to evaluate at the next mark update of their venue, once."""
    own = account(w, a)
    if own.next_dirty == NOT_LISTED:
        own.next_dirty = w.first_dirty
        w.first_dirty = a
