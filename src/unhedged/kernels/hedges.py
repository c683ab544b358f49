"""What a venue can see of a hedge: what the holder of a position has against it, in all its accounts in view.

In view are the owner's accounts at the venue itself and at venues whose balances it is said to see, such as the spot market of
the same operator. The accounts of one owner are contiguous rows.
"""

from typing import Any

from unhedged.kernels.accounts import value_of
from unhedged.kernels.compiled import helper, i8, kernel, plus
from unhedged.kernels.tables import account, instrument, position, venue


@helper("boolean(World, int64, int64)")
def is_in_view(w: Any, v: int, a: int) -> bool:
    """Return whether venue ``v`` sees account ``a``, and counts in the same money."""
    other = i8(account(w, a).venue)
    if other == v:
        return True
    return (venue(w, v).sees >> other) & 1 != 0 and venue(w, v).asset == venue(w, other).asset


@kernel("int64(World, int64, int64)")
def offset_in(w: Any, a: int, p: int) -> int:
    """Return the atoms at mark of positions of account ``a`` in the underlying of position ``p``, on the other side."""
    o = position(w, p)
    asset = instrument(w, o.instrument).asset
    own = account(w, a)
    total = 0
    for q in range(own.first_position, own.first_position + own.positions):
        held = position(w, q)
        opposite = (held.pos > 0 and o.pos < 0) or (held.pos < 0 and o.pos > 0)
        if opposite and instrument(w, held.instrument).asset == asset:
            total = plus(total, abs(value_of(w, q)))
    return total


@kernel("int64(World, int64)")
def visible_hedge(w: Any, p: int) -> int:
    """Return the atoms at mark of what offsets position ``p`` and its venue can see, at most the position's own.

    Spot and contracts of the same underlying count, a coin for a coin; two positions of one side that point to the same hedge
    both count it.
    """
    a = i8(position(w, p).account)
    v = i8(account(w, a).venue)
    owner = account(w, a).owner
    total = 0
    first = a
    while first > 0 and account(w, first - 1).owner == owner:
        first -= 1
    while first < w.n_account and account(w, first).owner == owner:
        if is_in_view(w, v, first):
            total = plus(total, offset_in(w, first, p))
        first += 1
    return min(abs(value_of(w, p)), total)
