"""Vector mirror descent: haircuts of one event are the last ones, pulled towards zero and projected onto the budget.

    haircuts before ─ step ─▶ wished ─ project ─▶ {h in [0, 1]^n, w . h = B} ─▶ lots by largest remainder

Source: Chitra et al., arXiv 2512.01112 v3 and 2602.15182 (vector mirror descent with projection, verified in kind). The loss whose
gradient is followed, half the sum of squares of the haircuts, and its step are ours: no source settles them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.adl.claims import Lots, Winners, close_in_proportion, given_up_per_lot, profit
from unhedged.kernels.compiled import entry

Haircuts = NDArray[np.float64]
_TRIALS = 200


@entry("float64(Floats, Floats, float64)")
def multiplier(wished: Any, endowments: Any, budget: float) -> float:
    """Return the ``tau`` at which ``sum(w * clip(h - tau * w, 0, 1))`` is the budget.

    Parameters
    ----------
    wished, endowments : array of float64
        ``h``, any; ``w`` >= 0.
    budget : float
        From 0 to the sum of the endowments.

    Returns
    -------
    float
        The sum falls as ``tau`` grows and is linear between the points where a haircut begins or ends: Newton steps inside a
        bracket that shrinks, at most 200, exact to float64 once no point lies between.
    """
    low, high, taken, squares = 0.0, 0.0, 0.0, 0.0
    for n in range(len(wished)):
        if endowments[n] > 0.0:
            low = min(low, (wished[n] - 1.0) / endowments[n])
            high = max(high, wished[n] / endowments[n])
            taken += wished[n] * endowments[n]
            squares += endowments[n] * endowments[n]
    tau = (taken - budget) / squares if squares > 0.0 else 0.0  # as if no haircut met a bound
    for _ in range(_TRIALS):
        found, slope = 0.0, 0.0
        for n in range(len(wished)):
            haircut = wished[n] - tau * endowments[n]
            if haircut >= 1.0:
                found += endowments[n]
            elif haircut > 0.0:
                found += endowments[n] * haircut
                slope += endowments[n] * endowments[n]
        if found > budget:
            low = tau
        elif found < budget:
            high = tau
        else:
            break
        step = tau + (found - budget) / slope if slope > 0.0 else high + 1.0
        if not low < step < high:
            step = low + (high - low) / 2.0
        if step in (low, high, tau):
            break
        tau = step
    return tau


def project(wished: Haircuts, endowments: Haircuts, budget: float) -> Haircuts:
    """Return the haircuts nearest to ``wished`` in ``[0, 1]`` that take ``budget`` from the endowments.

    All of every endowment when the budget is their sum or more.

    Notes
    -----
    ``h_i = clip(wished_i - tau * w_i, 0, 1)``. Source: Chitra, arXiv 2512.01112 v3, by bisection there.
    """
    if budget >= endowments.sum():
        return np.where(endowments > 0.0, 1.0, 0.0)
    tau = multiplier(wished, endowments, budget)
    return np.clip(wished - tau * endowments, 0.0, 1.0)


class VectorMirrorDescent:
    """Haircuts that follow those of the event before; each venue of each replicate has a memory of its own.

    Parameters
    ----------
    step : float
        Part of an account's haircut in the event before that is forgotten, 0 to 1; at 1 there is no memory.
    """

    def __init__(self, step: float = 0.5) -> None:
        self.step = step
        self._accounts = np.empty(0, np.int64)
        self._haircuts = np.empty(0)

    def fresh(self) -> "VectorMirrorDescent":
        """Return the same policy without a memory."""
        return VectorMirrorDescent(self.step)

    def __call__(self, winners: Winners, lots: int) -> Lots:
        """Return lots per winner in proportion to ``h_i * w_i``, ``h`` the projection of ``(1 - step) *`` the haircuts before.

        Parameters
        ----------
        winners : structured array
            Rows of `winner`; ``unrealised``, ``notional`` and the two prices are used as well.
        lots : int
            Lots to close, > 0.

        Returns
        -------
        array of int64
            As in `close_in_proportion`.

        Notes
        -----
        Endowments and budget are counted in lots: as many as give up all the profit. Where closing costs nothing, as many as have the
        average profit. With nothing remembered ``h_i`` is ``min(1, tau * w_i)``: larger profits lose a larger part, so
        splitting an account helps it; not Sybil resistant, monotone, scale invariant. O(n).
        """
        endowments = endowments_in_lots(winners)
        wished = (1.0 - self.step) * self._last(winners["account"])
        haircuts = project(wished, endowments, float(lots))
        self._accounts, self._haircuts = winners["account"].copy(), haircuts
        return close_in_proportion(winners, lots, haircuts * endowments)

    def _last(self, accounts: NDArray[np.int64]) -> Haircuts:
        # What these accounts lost in the event before, 0 for those that were not in it.
        if np.array_equal(accounts, self._accounts):
            return self._haircuts
        order = np.argsort(self._accounts, kind="stable")
        known = np.append(self._accounts[order], -1)
        at = np.searchsorted(known[:-1], accounts)
        return np.where(known[at] == accounts, np.append(self._haircuts[order], 0.0)[at], 0.0)


def endowments_in_lots(winners: Winners) -> Haircuts:
    """Return profits as lots that give them up at the price of the ADL; at the average profit of a lot where that costs nothing."""
    gain = profit(winners).astype(np.float64)
    mean = gain.sum() / max(1.0, float(winners["qty"].sum()))
    return gain / (given_up_per_lot(winners) or mean or 1.0)


vector_mirror_descent = VectorMirrorDescent()
"""Close lots by haircuts of profit that are half those of the event before, projected onto the budget: ``VectorMirrorDescent``.

Source: Chitra et al., arXiv 2602.15182 (projection, verified in kind); step and loss are assumed.
"""
