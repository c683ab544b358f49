"""What lazy triggers must know of tables whose rate applies to the whole position: margin jumps where a floor is reached.

A position of notional ``N`` in a tier of rate ``r`` needs ``M(N) = r N``; at the floor ``F_j`` of a tier above it needs
``r_j F_j`` at once. Rates rise with size, ``k`` is the multiple of maintenance at which the account needs action, and moves
are relative to the mark of the evaluation, in real numbers.

A position whose value grows where it is harmed (linear short, inverse long) is given a trigger no farther than the floor
above. Until that is touched its rate stands still, so a move ``x`` takes ``x N (1 + k r)``, no more. The notional is known
rounded down to ``N``: it is below ``N + 1``, and below ``F`` as long as ``x <= (F - N - 1) / (N + 1)``.

A position whose value shrinks where it is harmed (linear long, inverse short):

- harmed by ``x`` it needs ``r' N (1 - x)`` with ``r' <= r``, so maintenance falls by at least ``r N x``, and it takes no more
  than ``x N (1 - k r)``, or nothing when that is negative;
- the other way it gains ``N' - N`` and needs ``r_j N' - r N`` more once ``N'`` has reached tier ``j``. With ``k r_j <= 1``
  the loss is largest on the floor itself: ``k (r_j F_j - r N) - (F_j - N)``. The largest of those over the tiers above, if
  any is positive, is its jump. It is reserved whole: how far the mark rises is not bounded.

So no set of moves with every harmful one below ``d`` takes more than ``d W`` and the jumps. Away from floors a jump is nothing:
it takes ``F - N`` to reach one and that is gained first. An account that has less than its jumps to spare is evaluated at
every update.
"""

from typing import Any

from unhedged.kernels.accounts import find_tier
from unhedged.kernels.compiled import f8, helper, kernel
from unhedged.kernels.tables import instrument, tier
from unhedged.vocab.enums import TierForm

_NOTIONAL = int(TierForm.NOTIONAL)
# Far above the rounding errors of differences of numbers as large as a floor, far below a cent of a billion dollars.
_ROUNDING = 1e-12


@helper("boolean(World, int64)")
def jumps(w: Any, i: int) -> bool:
    """Return whether the margin of instrument ``i`` jumps at floors: more than one rate, of money, without deductions."""
    n = instrument(w, i)
    if n.tier_form != _NOTIONAL or n.tiers < 2:
        return False
    top = tier(w, n.first_tier + n.tiers - 1)
    return top.deduct == 0 and top.mm_ppb > tier(w, n.first_tier).mm_ppb


@helper("float64(World, int64, int64)")
def room_to_floor(w: Any, i: int, notional: int) -> float:
    """Return how far, relative to itself, a notional known as ``notional`` atoms may grow below the floor above it.

    Infinite in the highest tier, never negative.
    """
    n = instrument(w, i)
    above = find_tier(w, i, notional) + 1
    if above >= n.first_tier + n.tiers:
        return 1e18
    return max(0.0, f8(tier(w, above).floor - notional - 1)) / (f8(notional) + 1.0)


@kernel("float64(World, int64, int64, int64)")
def jump_of(w: Any, i: int, notional: int, scale_ppb: int) -> float:
    """Return the most health, atoms, that a position whose gains make it larger loses by reaching a floor above it.

    Parameters
    ----------
    notional : int64
        Size of its value at mark, atoms, rounded down.
    scale_ppb : int64
        Multiple of maintenance, ppb, at which the account needs action; times the highest rate at most one.
    """
    n = instrument(w, i)
    row = find_tier(w, i, notional)
    share = f8(scale_ppb) * 1e-18
    size = f8(notional)
    held = share * f8(tier(w, row).mm_ppb) * size
    most = 0.0
    for above in range(row + 1, n.first_tier + n.tiers):
        floor = f8(tier(w, above).floor)
        asked = share * f8(tier(w, above).mm_ppb) * floor
        most = max(most, asked - held - (floor - size) + 1.0 + _ROUNDING * floor)
    return most
