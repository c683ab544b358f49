"""The column that the papers publish as "min-max ILP": a greedy fallback, not the optimum.

Its code is not stored with us. What its table shows: whole contracts; the budget is met at a scale of 1 nearly always and overshot
by less than a contract; where it is not, the scale was doubled up to 64 and then halved in steps of 2^-13; the largest haircuts
(up to 37 % of equity) lie far above equity pro-rata (up to 6 %). This is a reconstruction that has all these marks, no more.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from unhedged.adl.claims import Lots, Winners, close_rest, equity
from unhedged.adl.queue import allocate_queue
from unhedged.adl.shares import Integers, divided, whole_weights
from unhedged.kernels.compiled import entry

SCALES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Tried one after the other until the caps suffice (from the published column of scales, secondary)."""
_HALVINGS = 13


def min_max_published(contract: int) -> Callable[[Winners, int], Lots]:
    """Return the policy that gives out whole contracts greedily, the largest equity first, each up to its rounded-up share.

    Parameters
    ----------
    contract : int
        Lots of a whole contract, > 0.

    Returns
    -------
    callable
        ``f(winners, lots)``. The last contract is cut where it would close more than is due; what the largest scale leaves open
        is closed in proportion to size.

    Notes
    -----
    ``cap_i = contract * ceil(scale * lots * equity_i / sum / contract)``: a small account's share rounds up to a whole contract, which
    is why its haircut is large. O(n). Monotone in equity; neither without a unit of lots nor Sybil resistant: the small come last.

    Source: our reading of Chitra, arXiv 2512.01112 v3, ``fixed_point_ilp_integer`` (unverified).
    """

    def allocate(winners: Winners, lots: int) -> Lots:
        owned = whole_weights(equity(winners))
        caps = _caps(owned, np.ascontiguousarray(winners["qty"]), lots, contract)
        closes = allocate_queue(winners, lots, winners["equity"], caps)
        return close_rest(winners, lots, closes)

    return allocate


def _caps(owned: Integers, held: Integers, lots: int, contract: int) -> Integers:
    # The caps at the smallest scale found at which they hold the lots, at the largest otherwise.
    caps = np.empty_like(held)
    total = int(owned.sum())

    def hold(scale: float) -> bool:
        return int(caps_at(int(lots * scale), contract, owned, held, total, caps)) >= lots

    scale = next((s for s in SCALES if hold(s)), SCALES[-1])
    step = scale / 4
    for _ in range(_HALVINGS if scale > 1 else 0):
        scale -= step if hold(scale - step) else 0.0
        step /= 2
    hold(scale)
    return caps


@entry("int64(int64, int64, Given, Given, int64, Integers)")
def caps_at(lots: int, contract: int, owned: Any, held: Any, total: int, caps: Any) -> int:
    """Write what each may close when ``lots`` are shared by equity and rounded up to whole contracts; return the sum.

    Parameters
    ----------
    lots, contract, total : int
        From 0 below 2^62; above 0; the sum of ``owned``, below 2^60.
    owned, held : array of int64
        Equities and positions. Who owns nothing may close nothing.
    caps : array of int64
        Written, at most ``held``.
    """
    found = 0
    for n in range(len(caps)):
        caps[n] = 0
        if owned[n] > 0:
            share, rest = divided(lots, owned[n], total)
            contracts = (share + (1 if rest > 0 else 0) + contract - 1) // contract
            caps[n] = min(held[n], contracts * contract)
            found += caps[n]
    return found


greedy_single_lots = min_max_published(1)
"""Give lots out greedily, the largest equity first, each up to its rounded-up share: the fallback that the papers publish as min-max.

Whole contracts of more than a lot: `min_max_published`. Source: our reading of Chitra, arXiv 2512.01112 v3 (unverified).
"""
