"""What winners lost by being closed, on the same path of prices, and when: by the price, within the wave, afterwards.

A winner closed at ``price`` would have had ``closed * (later - price)`` more at a later price, had nothing else changed. The later
price moves from the mark at the close to the one at the end of the wave to the one a horizon after it; so the loss splits exactly:

    H(horizon) = execution + drift + opportunity(horizon)

Source: arXiv 2512.01112 v3, ``H(delta) = sum over accounts of (equity without ADL - equity with it)+``, marked delta after the end
of the wave. Which part belongs to the close and which to the wave's length is ours: the published figure mixes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from unhedged.measures.columns import Column, codes, columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was removed from winners in one wave, dollars; the parts may be negative, the wholes may not."""

    execution: float
    """Valued at the mark of each close: what the price took."""
    drift: float
    """Added by valuing at the end of the wave instead."""
    opportunity: float
    """Added by valuing a horizon after it."""
    signed: float
    """All gains and losses summed at the last value: below zero when winners were better off closed."""

    @property
    def at_end(self) -> float:
        """What was removed as valued at the end of the wave, H(0)."""
        return self.execution + self.drift

    @property
    def total(self) -> float:
        """What was removed as valued at the horizon, H(horizon)."""
        return self.execution + self.drift + self.opportunity


def losses(account: ArrayLike, closed: ArrayLike, price: ArrayLike, later: ArrayLike) -> Column:
    """Return what each account lost by its closes as valued at ``later``, in order of account.

    Parameters
    ----------
    account : array_like, shape (closes,)
        Whose close it is; any sortable entry. Several closes of one account are netted.
    closed : array_like, shape (closes,)
        Size closed of the winner's position, units of the asset: above zero for a long, below for a short.
    price, later : array_like, shape (closes,)
        Price of the close, and the price it is compared with; dollars.

    Returns
    -------
    array of float64, shape (accounts,)
        Dollars; below zero where the account was better off closed.
    """
    size, at, then = columns(closed=closed, price=price, later=later)
    who, count = codes("account", account, len(size))
    return np.asarray(np.bincount(who, size * (then - at), minlength=count), np.float64)


def removed(
    account: ArrayLike,
    closed: ArrayLike,
    price: ArrayLike,
    *,
    mark: ArrayLike,
    at_end: ArrayLike,
    at_horizon: ArrayLike,
) -> Removed:
    """Return what one wave removed from winners, split by the moment at which it is valued.

    Parameters
    ----------
    account, closed, price : array_like, shape (closes,)
        As in `losses`.
    mark, at_end, at_horizon : array_like, shape (closes,)
        Mark of each close's contract at the close, at the end of the wave and a horizon later; dollars. Horizon zero: the same
        as ``at_end``.

    Notes
    -----
    Gains of one account never pay for losses of another: each value is a sum over accounts of what is above zero, and the parts
    are differences of those sums. So execution and drift do not depend on the horizon.
    """
    who, _ = codes("account", account, len(np.asarray(closed)))
    valued = [losses(who, closed, price, later) for later in (mark, at_end, at_horizon)]
    sums = [float(np.maximum(0.0, each).sum()) for each in valued]
    return Removed(
        execution=sums[0],
        drift=sums[1] - sums[0],
        opportunity=sums[2] - sums[1],
        signed=float(valued[-1].sum()),
    )
