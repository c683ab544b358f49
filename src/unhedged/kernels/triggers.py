"""Lazy risk: a price per position that is certainly touched before its account falls below its margin.

    account ─< position ─ trigger          row of the trigger == row of the position: LIQUIDATION
                          trigger          rows from ``n_position`` on: stops, take-profits, panic
    bucket ─< trigger                      one list per instrument, direction and step of price

A mark update visits the buckets between the old mark and the new, puts the accounts of touched liquidation triggers on
the list of changed accounts and reports the other kinds in ``fired``. `drain` evaluates the changed accounts exactly,
on integers, and places their triggers anew; nobody else is looked at. `scan_all` looks at everybody and must agree.

Why nobody is missed. Let the account's health be ``H = equity - k * maintenance``, ``k`` = 1, or the share of maintenance
at which an armed top-up acts; in portfolio margin times the ratio at which its venue liquidates. Move every mark by a relative
amount and look at what position ``i`` of notional ``N`` can take from ``H``, in real numbers:

- value shrinks towards zero (linear long, mark falls by ``x``): value loses ``N x``; maintenance is a sum of marginal
  slices with rates that rise with size, so it falls by at least ``r1 N x``, ``r1`` the lowest rate. Harm <=
  ``x N (1 - k r1)``, or none when that is negative.
- value grows more negative (linear short, mark rises by ``x <= 1``): value loses ``N x``; maintenance grows by at most
  ``r2 N x``, ``r2`` the rate of the tier that holds ``2 N``. Harm <= ``x N (1 + k r2)``.
- the other direction adds to ``H`` as long as ``k`` times the highest rate is at most one.

With ``W`` the sum of those weights and ``d = min(1, (H - slack) / W)``, no set of moves with every harmful one below ``d``
can take more than ``H - slack``; ``slack`` bounds all roundings: one atom per value, two per margin, one per tier edge,
before and after. So ``H`` stays >= 0 until some harmful move reaches ``d``: that mark is the trigger, rounded towards the
present mark. `collateral_triggers` adds the prices of assets posted as collateral. An inverse contract is linear in the reciprocal of the mark: sides swap and the move is converted.

Two legs of one contract (hedge mode) are two positions with a trigger each, and the proof holds as it stands: it sums over
positions and asks nothing of their instruments. Of one move of the shared mark at most one leg is harmed, by no more than its
weight times the move; the other moves in its own other direction and adds to ``H`` or leaves it. The bound is not the best,
for ``W`` counts both legs, but nobody is missed.

Where the rate of a position hangs on its lots (brackets by size, a slope) it stands still while marks move: the same with
``r1 = r2 =`` that rate.

Where contracts of one underlying offset each other (portfolio margin over a grid, linear contracts), maintenance is ``r`` times
the sizes of the nets. A move ``x`` changes a value by ``x N`` and so maintenance by at most ``r x N`` either way: harm <=
``x N (1 + k r)``, and the other direction adds to ``H`` as long as ``k r <= 1``. A constant that is added stands still.

Where the rate applies to the whole position by its notional, margin jumps at a tier's floor: `jumps` has the bound, a trigger
no farther than the floor above and a reserve that ``slack`` takes up.

Evaluated at every update instead are longs where ``k`` times the highest rate exceeds one, and accounts whose health is below
their ``slack``: a jump, or roundings alone, could take it. Where equality liquidates, ``maintenance`` is one atom more.
"""

from typing import Any

from unhedged.kernels.accounts import (
    NOT_LISTED,
    bar_of,
    equity,
    find_tier,
    has_margin,
    maintenance,
    maintenance_at,
    mark_dirty,
    nets,
    notional_of,
    slope_at,
    tier_for,
    value_of,
)
from unhedged.kernels.buckets import (
    BUCKETS,
    IN_FIRED,
    add_trigger,
    mark_moved,
    place,
    remove_trigger,
    unlink,
)
from unhedged.kernels.collateral import counted_of
from unhedged.kernels.collateral_triggers import (
    place_assets,
    remove_asset_triggers,
    slack_of_assets,
    weight_of_assets,
)
from unhedged.kernels.compiled import f8, helper, i8, kernel, minus, plus, rule
from unhedged.kernels.jumps import jump_of, jumps, room_to_floor
from unhedged.kernels.tables import account, instrument, position, tier, touched, trigger, venue
from unhedged.rules import liquidation
from unhedged.rules.integer import PPB, mul_div_ceil
from unhedged.vocab.enums import AccountKind, AccountStatus, InstrumentKind, TierForm, TriggerKind

SAFE, NEEDS_TOP_UP, LIQUIDATABLE = 0, 1, 2

__all__ = [
    "BUCKETS",
    "IN_FIRED",
    "LIQUIDATABLE",
    "NEEDS_TOP_UP",
    "SAFE",
    "add_trigger",
    "drain",
    "evaluate",
    "is_watched",
    "mark_moved",
    "place_account",
    "place_all",
    "remove_account_triggers",
    "remove_trigger",
    "scan_all",
    "threshold_ppb",
    "verdict",
]

# Far above the rounding errors of the float sums, far below a step between marks.
_KEEP = 1.0 - 1e-9
_FAR = 4e18  # milli-ticks no mark reaches
_is_liquidatable = rule(liquidation.is_liquidatable)
_mul_div_ceil = rule(mul_div_ceil)


@kernel("void(World, int64)")
def remove_account_triggers(w: Any, a: int) -> None:
    """Take the liquidation triggers of account ``a`` out of their buckets."""
    own = account(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        unlink(w, p)
    if own.balances != 0:
        remove_asset_triggers(w, a)


@helper("int64(World, int64)")
def threshold_ppb(w: Any, a: int) -> int:
    """Return the share of maintenance, ppb, below which account ``a`` needs action: one, or more with an armed top-up."""
    own = account(w, a)
    if own.topup > 0 and own.reserve >= own.topup and own.topup_ppb > PPB:
        return own.topup_ppb
    return PPB


@helper("int64(World, int64, int64, int64)")
def _judge(w: Any, a: int, owned: int, needed: int) -> int:
    own = account(w, a)
    bar = bar_of(w, a, needed)
    armed = own.topup > 0 and own.reserve >= own.topup and own.topup_ppb > 0
    if armed and owned < _mul_div_ceil(bar, threshold_ppb(w, a), PPB):
        return NEEDS_TOP_UP
    return LIQUIDATABLE if _is_liquidatable(owned, bar) else SAFE


@helper("boolean(World, int64)")
def is_watched(w: Any, a: int) -> bool:
    """Return whether risk looks at account ``a``: a trader at a venue with margin that is not being liquidated."""
    own = account(w, a)
    return (
        own.kind == AccountKind.TRADER
        and own.status != AccountStatus.IN_LIQUIDATION
        and has_margin(w, a)
    )


@kernel("int64(World, int64)")
def verdict(w: Any, a: int) -> int:
    """Return SAFE, NEEDS_TOP_UP or LIQUIDATABLE for account ``a`` at the present marks; changes nothing.

    Equity equal to the threshold is safe. With an armed top-up an account below maintenance tops up first.
    """
    if not is_watched(w, a):
        return SAFE
    return _judge(w, a, equity(w, a), maintenance(w, a))


@helper("int64(World, int64, int64)")
def _scale(w: Any, a: int, share_ppb: int) -> int:
    # The multiple of maintenance, ppb, below which account ``a`` needs action: in portfolio margin one more factor.
    if account(w, a).portfolio == 0:
        return share_ppb
    here = venue(w, account(w, a).venue)
    return _mul_div_ceil(share_ppb, here.portfolio_times, here.portfolio_per)


@helper("boolean(World, int64)")
def _harm_grows(w: Any, p: int) -> bool:
    # Whether the size of the position's value grows in the direction that harms it.
    o = position(w, p)
    return (o.pos < 0) != (instrument(w, o.instrument).kind == InstrumentKind.INVERSE)


@helper("int64(World, int64)")
def _fixed_rate(w: Any, p: int) -> int:
    # Maintenance rate of a position whose bracket hangs on its lots, ppb.
    o = position(w, p)
    row = tier_for(w, o.instrument, o.pos, 0)
    return plus(tier(w, row).mm_ppb, slope_at(w, o.instrument, o.pos))


@helper("boolean(World, int64, int64, int64)")
def _is_bounded(w: Any, p: int, share_ppb: int, net_ppb: int) -> bool:
    # ``net_ppb``: rate on nets, 0 where positions do not offset each other.
    if net_ppb != 0:
        return f8(share_ppb) * f8(net_ppb) <= 1e18
    n = instrument(w, position(w, p).instrument)
    if n.tier_form != TierForm.NOTIONAL:
        return f8(share_ppb) * f8(_fixed_rate(w, p)) <= 1e18 or _harm_grows(w, p)
    highest = tier(w, n.first_tier + max(0, n.tiers - 1))
    return f8(share_ppb) * f8(highest.mm_ppb) <= 1e18 or _harm_grows(w, p)


@helper("float64(World, int64, int64, int64, int64)")
def _weight(w: Any, p: int, notional: int, share_ppb: int, net_ppb: int) -> float:
    # Atoms of health lost, at most, per unit of relative move in the harmful direction.
    i = i8(position(w, p).instrument)
    size = f8(notional)
    share = f8(share_ppb) * 1e-18
    if net_ppb != 0:
        return size * (1.0 + share * f8(net_ppb))
    if instrument(w, i).tier_form != TierForm.NOTIONAL:
        rate = share * f8(_fixed_rate(w, p))
        return size * (1.0 + rate) if _harm_grows(w, p) else size * max(0.0, 1.0 - rate)
    if jumps(w, i):
        rate = share * f8(tier(w, find_tier(w, i, notional)).mm_ppb)
        return size * (1.0 + rate) if _harm_grows(w, p) else size * max(0.0, 1.0 - rate)
    if _harm_grows(w, p):
        return size * (1.0 + share * f8(tier(w, find_tier(w, i, plus(notional, notional))).mm_ppb))
    return size * max(0.0, 1.0 - share * f8(tier(w, instrument(w, i).first_tier).mm_ppb))


@helper("void(World, int64, float64)")
def _place_position(w: Any, p: int, move: float) -> None:
    if move >= 1.0 and not _harm_grows(w, p):
        unlink(w, p)  # losing its whole value would not be enough
        return
    o = position(w, p)
    if _harm_grows(w, p) and jumps(w, o.instrument):
        move = min(move, room_to_floor(w, o.instrument, notional_of(w, p)))
    move *= _KEEP
    n = instrument(w, o.instrument)
    rising = 1 if o.pos < 0 else 0
    if n.kind == InstrumentKind.INVERSE:
        move = move / (1.0 - move) if rising != 0 else move / (1.0 + move)
    distance = f8(n.mark_milli) * move
    if distance >= _FAR:
        unlink(w, p)
        return
    trigger(w, p).position = p
    trigger(w, p).kind = TriggerKind.LIQUIDATION
    px = n.mark_milli + i8(distance) if rising != 0 else n.mark_milli - i8(distance)
    place(w, p, px, rising)


@kernel("void(World, int64, float64)")
def _place_positions(w: Any, a: int, move: float) -> None:
    own = account(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos == 0:
            unlink(w, p)
        else:
            _place_position(w, p, move)


@kernel("int64(World, int64)")
def evaluate(w: Any, a: int) -> int:
    """Return the `verdict` on account ``a``, exact on integers, and place its triggers when it is safe.

    When it is not, its triggers are removed: whoever acts on it puts it back on the list of changed accounts.
    """
    if not is_watched(w, a):
        remove_account_triggers(w, a)
        return SAFE
    w.margin_checks += 1
    own = account(w, a)
    share = threshold_ppb(w, a)
    owned = own.cash
    needed = 0
    weight = 0.0
    scale = _scale(w, a, share)
    slack = 1.0 + 1e-9 * f8(share) * f8(venue(w, own.venue).inclusive + own.portfolio)
    bounded = True
    net_ppb = venue(w, own.venue).portfolio_range_ppb if nets(w, a) else 0
    for p in range(own.first_position, own.first_position + own.positions):
        o = position(w, p)
        if o.pos == 0:
            continue
        value = value_of(w, p)
        notional = abs(value)
        owned = plus(owned, value)
        if net_ppb == 0:
            needed = plus(needed, maintenance_at(w, o.instrument, o.pos, notional))
        weight += _weight(w, p, notional, scale, net_ppb)
        slack += 2.0 + (4.0 + f8(instrument(w, o.instrument).tiers)) * 1e-9 * f8(scale)
        bounded = bounded and _is_bounded(w, p, scale, net_ppb)
        if net_ppb == 0 and jumps(w, o.instrument) and not _harm_grows(w, p):
            slack += jump_of(w, o.instrument, notional, scale)
    if net_ppb != 0:
        needed = maintenance(w, a)
    if own.balances != 0:
        owned = plus(owned, counted_of(w, a))
        weight += weight_of_assets(w, a)
        slack += slack_of_assets(w, a)
    answer = _judge(w, a, owned, needed)
    if answer != SAFE:
        remove_account_triggers(w, a)
        return answer
    spare = f8(minus(owned, _mul_div_ceil(bar_of(w, a, needed), share, PPB))) - slack
    move = min(1.0, max(0.0, spare) / max(weight, 1e-9))
    _place_positions(w, a, move)
    if own.balances != 0:
        place_assets(w, a, move if move >= 1.0 else move * _KEEP)
    if not bounded or (spare < 0.0 and weight > 0.0):
        mark_dirty(w, a)
    return SAFE


@kernel("void(World, int64)")
def place_account(w: Any, a: int) -> None:
    """Place the liquidation triggers of account ``a`` anew; one that needs action joins the changed accounts."""
    if evaluate(w, a) != SAFE:
        mark_dirty(w, a)


@kernel("void(World, int64)")
def place_all(w: Any, v: int) -> None:
    """Place the triggers of every account of venue ``v``: at the start, and when funding has changed all cash at once."""
    for a in range(w.n_account):
        if account(w, a).venue == v:
            place_account(w, a)


@helper("void(World, int64)")
def _touch(w: Any, a: int) -> None:
    touched(w, w.touched_kept).account = a
    w.touched_kept += 1


@helper("void(World, int64, int64)")
def _sift(w: Any, start: int, count: int) -> None:
    # Restore the max-heap of the first `count` rows of `touched` below row `start`.
    root = start
    while 2 * root + 1 < count:
        child = 2 * root + 1
        if child + 1 < count and touched(w, child).account < touched(w, child + 1).account:
            child += 1
        low = i8(touched(w, root).account)
        if low >= touched(w, child).account:
            return
        touched(w, root).account = touched(w, child).account
        touched(w, child).account = low
        root = child


@kernel("void(World)")
def _sort_touched(w: Any) -> None:
    count = w.touched_kept
    for start in range(count // 2 - 1, -1, -1):
        _sift(w, start, count)
    for end in range(count - 1, 0, -1):
        top = i8(touched(w, 0).account)
        touched(w, 0).account = touched(w, end).account
        touched(w, end).account = top
        _sift(w, 0, end)


@kernel("int64(World, int64)")
def drain(w: Any, v: int) -> int:
    """Evaluate the changed accounts of venue ``v``; leave those that need action in ``touched``, ascending; return how many.

    They stay on the list until somebody acts, so the next update reports them again. Accounts of other venues wait for
    theirs.
    """
    w.touched_kept = 0
    a = w.first_dirty
    w.first_dirty = -1
    while a >= 0:
        own = account(w, a)
        following = i8(own.next_dirty)
        own.next_dirty = NOT_LISTED
        if own.venue != v:
            mark_dirty(w, a)
        elif evaluate(w, a) != SAFE:
            mark_dirty(w, a)
            _touch(w, a)
        a = following
    _sort_touched(w)
    return w.touched_kept


@kernel("int64(World, int64)")
def scan_all(w: Any, v: int) -> int:
    """Look at every account of venue ``v``: same answer as `drain`, in ``touched``; changes no trigger and no list."""
    w.touched_kept = 0
    for a in range(w.n_account):
        if account(w, a).venue == v and verdict(w, a) != SAFE:
            _touch(w, a)
    return w.touched_kept
