"""What being closed leaves a hedged desk with: exposure, how long, and what it earned or lost meanwhile.

A desk is seen at instants; what it held at one it holds until the next. ``perp`` and ``coins`` are signed sizes in units of one asset,
prices dollars, times nanoseconds in rising order.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unhedged.measures.columns import Column, columns
from unhedged.vocab.errors import DataError

SECOND = 1_000_000_000


def delta(perp: ArrayLike, coins: ArrayLike) -> Column:
    """Return the exposure of each instant, units of the asset: what the hedge does not cover, signed."""
    short, long = columns(perp=perp, coins=coins)
    return short + long


def unhedged_delta_time(t_ns: ArrayLike, exposure: ArrayLike, price: ArrayLike) -> float:
    """Return the integral of ``|exposure| price`` over time, dollar-seconds.

    Parameters
    ----------
    t_ns : array_like of int, shape (instants,)
        From the first close on.
    exposure, price : array_like, shape (instants,)
        As `delta` gives it, and the price that values it; ones where exposure is in dollars. The last instant lasts no time.

    Notes
    -----
    Divided by the notional that was closed it is the time, in seconds, for which the whole of it stood open.
    """
    times = _times(t_ns)
    size, at = columns(exposure=exposure, price=price)
    _same(times, size)
    return float(np.abs(size * at)[:-1] @ np.diff(times)) / SECOND


def worst_delta(exposure: ArrayLike, price: ArrayLike) -> float:
    """Return the largest ``|exposure| price`` of all instants, dollars; 0 when there are none."""
    size, at = columns(exposure=exposure, price=price)
    return float(np.abs(size * at).max(initial=0.0))


def time_to_rehedge(t_ns: ArrayLike, exposure: ArrayLike, *, within: float) -> float:
    """Return the time from the first instant to the first after which exposure stays ``within`` units or less, seconds.

    infinity when it is still above at the last instant; 0 when it never was above; nan without instants.
    """
    times = _times(t_ns)
    (size,) = columns(exposure=exposure)
    _same(times, size)
    if len(times) == 0:
        return float("nan")
    above = np.flatnonzero(np.abs(size) > within)
    if len(above) == 0:
        return 0.0
    if above[-1] == len(times) - 1:
        return float("inf")
    return float(times[above[-1] + 1] - times[0]) / SECOND


def hedge_break_loss(exposure: ArrayLike, price: ArrayLike) -> float:
    """Return what the open exposure lost as prices moved, dollars: ``-sum (q + s) dp``; below zero when it earned.

    Parameters
    ----------
    exposure, price : array_like, shape (instants,)
        As `delta` gives it, from the first close on; the price moves from one instant to the next while exposure stands.

    Notes
    -----
    The definition's integral is the profit; its sign is turned so that a loss is above zero.
    """
    size, at = columns(exposure=exposure, price=price)
    return float(-(size[:-1] @ np.diff(at))) if len(size) else 0.0


def leg_asymmetry(closed_by_leg: ArrayLike) -> float:
    """Return the share of what ADL closed that fell on one leg: 1 all on one, 1/n the same on each of n; nan when nothing was.

    Parameters
    ----------
    closed_by_leg : array_like, shape (legs,)
        Size or notional closed, >= 0.
    """
    (closed,) = columns(closed_by_leg=closed_by_leg, least=0.0)
    total = closed.sum()
    return float(closed.max() / total) if total > 0 else float("nan")


def _times(t_ns: ArrayLike) -> NDArray[np.int64]:
    times: Any = np.asarray(t_ns)
    if times.dtype.kind not in "iu" and len(times):
        raise DataError(f"t_ns is of type {times.dtype}; whole nanoseconds are allowed.")
    times = times.astype(np.int64)
    back = np.flatnonzero(np.diff(times) < 0)
    if len(back):
        raise DataError(
            f"t_ns falls from {times[back[0]]} to {times[back[0] + 1]} in row {back[0] + 1}.",
            hint="Sort by time.",
        )
    return np.asarray(times)


def _same(times: NDArray[np.int64], size: Column) -> None:
    if len(times) != len(size):
        raise DataError(f"t_ns has {len(times)} rows, exposure has {len(size)}.")
