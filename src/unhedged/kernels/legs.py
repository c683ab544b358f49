"""Hedge mode: a long and a short leg of one account on one contract, each a position of its own.

    account ─< position (leg = LONG)  ┐ same instrument, rows next to each other
             < position (leg = SHORT) ┘

An order names its leg by the position it is sent on. A long leg never goes below nothing and a short leg never above: an order
against its leg reduces only. Margin is asked of each leg by itself, and each is liquidated, taken over and deleveraged by itself:
closing the leg with a profit by auto-deleveraging leaves its holder with the other.
"""

from typing import Any

from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.tables import account, position
from unhedged.vocab.enums import Leg, Side

_ONE_WAY = int(Leg.ONE_WAY)
_LONG = int(Leg.LONG)
_BUY = int(Side.BUY)


@helper("boolean(World, int64, int64)")
def is_against(w: Any, p: int, side: int) -> bool:
    """Return whether an order of ``side`` on position ``p`` closes its leg; never where there are no legs."""
    leg = position(w, p).leg
    return leg != _ONE_WAY and (leg == _LONG) != (side == _BUY)


@kernel("int64(World, int64)")
def other_leg(w: Any, p: int) -> int:
    """Return the other leg of position ``p``, -1 for none."""
    o = position(w, p)
    if o.leg == _ONE_WAY:
        return -1
    own = account(w, o.account)
    q = p + 1 if o.leg == _LONG else p - 1
    inside = own.first_position <= q < own.first_position + own.positions
    if not inside or position(w, q).instrument != o.instrument:
        return -1
    return q


@kernel("int64(World, int64)")
def hedged_leg(w: Any, a: int) -> int:
    """Return the first long leg of account ``a`` that stands against an open short leg, -1 for none."""
    own = account(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).leg == _LONG and position(w, p).pos > 0:
            q = other_leg(w, p)
            if q >= 0 and position(w, q).pos < 0:
                return p
    return -1
