"""Steps that close what lies above a lower tier: one or two tiers at a time, or straight down to the lowest.

A position counts while it lies in a tier that is reduced in part at all; what is closed goes into the book, or is taken over at
bankruptcy price. Margin is checked after each; a position that did not come down is not tried again.
"""

from typing import Any

from unhedged.kernels.accounts import (
    bar_of,
    equity,
    maintenance_margin,
    notional_of,
    slope_at,
    tier_for,
)
from unhedged.kernels.casework import SLOTS, bankruptcy_of, go_on, next_step, untried_position
from unhedged.kernels.compiled import kernel, plus, rule
from unhedged.kernels.depth import fillable
from unhedged.kernels.ladders import bankruptcy_limit, is_safe, lots_above, release, send_order
from unhedged.kernels.tables import account, case, instrument, position, tier, venue
from unhedged.kernels.takeover import give_away
from unhedged.rules import liquidation
from unhedged.vocab.enums import CasePhase, LiquidationStep, Reduction, Side

_REDUCE = int(CasePhase.REDUCE)
_FILL_OR_KILL = int(Reduction.FILL_OR_KILL)
_TAKEOVER = int(Reduction.TAKEOVER)
_is_liquidatable = rule(liquidation.is_liquidatable)


@kernel("int64(World, int64)")
def height_of(w: Any, p: int) -> int:
    """Return the number of the tier that holds position ``p`` at mark, from 0."""
    o = position(w, p)
    row = tier_for(w, o.instrument, o.pos, notional_of(w, p))
    return row - instrument(w, o.instrument).first_tier


@kernel("int64(World, int64)")
def lowest_maintenance(w: Any, a: int) -> int:
    """Return the maintenance margin of account ``a`` if every position lay in the lowest tier of its contract, atoms."""
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        o = position(w, p)
        if o.pos != 0:
            rate = tier(w, instrument(w, o.instrument).first_tier).mm_ppb
            rate = plus(rate, slope_at(w, o.instrument, o.pos))
            total = plus(total, maintenance_margin(notional_of(w, p), rate, 0))
    return total


@kernel("boolean(World, int64, int64, int64)")
def close_part(w: Any, c: int, p: int, qty: int) -> bool:
    """Close ``qty`` lots of position ``p`` as the venue closes parts. Return whether winners must be found for them first."""
    row = case(w, c)
    way = venue(w, row.venue).reduction
    if way == _TAKEOVER:
        return give_away(w, c, p, qty)
    limit_px = bankruptcy_limit(w, p)
    if limit_px < 1:
        return False
    o = position(w, p)
    side = Side.SELL if o.pos > 0 else Side.BUY
    if way != _FILL_OR_KILL or fillable(w, o.instrument, side, limit_px, qty, -1) >= qty:
        send_order(w, c, p, qty, limit_px)
    return False


@kernel("void(World, int64)")
def drop_tiers(w: Any, c: int) -> None:
    """Close what the next position has above a lower tier, or go on with the next step when none can be reduced.

    ``REDUCE_TO_LOWEST_TIER`` drops all tiers at once, ``DROP_TIERS`` the venue's number of them.
    """
    row = case(w, c)
    a = int(row.account)
    here = venue(w, row.venue)
    if is_safe(w, a):
        release(w, c)
        return
    all_at_once = here.step[row.step] == LiquidationStep.REDUCE_TO_LOWEST_TIER
    least = 1 if all_at_once else max(1, here.partial_from)
    stopped = here.partial_above != 0 and _is_liquidatable(
        equity(w, a), bar_of(w, a, lowest_maintenance(w, a))
    )
    p = -1 if stopped else untried_position(w, c)
    while p >= 0 and height_of(w, p) < least:
        p = untried_position(w, c)
    if p < 0:
        row.left = 0
        row.winner = 0
        next_step(w, c)
        return
    target = 0 if all_at_once else max(0, height_of(w, p) - max(1, here.tiers_at_once))
    first = instrument(w, position(w, p).instrument).first_tier
    row.bankruptcy_milli = bankruptcy_of(w, p)
    if close_part(w, c, p, lots_above(w, p, first + target + 1)):
        return
    if position(w, p).pos != 0 and height_of(w, p) <= target:
        row.left &= ~(
            1 << (p - account(w, a).first_position - SLOTS * row.winner)
        )  # may be tried again
    go_on(w, c, _REDUCE)
