"""How a loss is spread over the winners: largest and near-largest share, Gini, HHI, top shares, Lorenz order.

Source of the list: arXiv 2512.01112 v3. Gini: C. Gini (1912), in the form of half the relative mean difference. HHI: A. O.
Hirschman (1945), O. C. Herfindahl (1950). Weak majorisation: Marshall, Olkin and Arnold, Inequalities (2011), 1.A.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from unhedged.measures.columns import Column, columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a total is spread over its owners; every figure is nan when there is no owner."""

    largest: float
    """Largest single haircut, a fraction of what it is taken from."""
    p99: float
    """Smallest haircut that at least 99 % of owners do not exceed."""
    gini: float
    """Gini coefficient of the amounts, 0 equal to 1 - 1/n one pays all; nan when nothing is taken."""
    hhi: float
    """Sum of squared shares of the amounts, 1/n equal to 1 one pays all; nan when nothing is taken."""
    top10: float
    """Share of the amounts paid by the ten who pay most; nan when nothing is taken."""

    @property
    def effective(self) -> float:
        """Number of equal payers that would be as concentrated: 1 / HHI."""
        return 1.0 / self.hhi


def spread(taken: ArrayLike, base: ArrayLike) -> Spread:
    """Return how ``taken`` is spread over its owners, as haircuts of ``base`` and as amounts.

    Parameters
    ----------
    taken : array_like, shape (owners,)
        What each owner gave up, dollars, >= 0. Who gave up nothing is an owner too: leave out who could not have been asked.
    base : array_like, shape (owners,)
        What it is a share of, dollars: positive profit (the endowment) or equity.
    """
    (amounts,) = columns(taken=taken, least=0.0)
    shares = haircuts(amounts, base)
    return Spread(
        largest=float(shares.max()) if len(shares) else float("nan"),
        p99=quantile(shares, 0.99),
        gini=gini(amounts),
        hhi=hhi(amounts),
        top10=top_share(amounts, 10),
    )


def haircuts(taken: ArrayLike, base: ArrayLike) -> Column:
    """Return each ``taken`` as a fraction of its ``base``; both in dollars, of one length.

    Notes
    -----
    Nothing taken is a haircut of zero, whatever the base. Something taken from a base of zero or less is an infinite one: there is
    no fraction of it that would have been enough.
    """
    (amounts,) = columns(taken=taken, least=0.0)
    _, whole = columns(taken=amounts, base=base)
    some = amounts > 0
    shares = np.where(some, np.inf, 0.0)
    np.divide(amounts, whole, out=shares, where=some & (whole > 0))
    return shares


def quantile(values: ArrayLike, level: float) -> float:
    """Return the smallest of ``values`` that at least the part ``level`` of them do not exceed; nan of none.

    An observed value, never one between two: type 1 of Hyndman and Fan (1996). Infinite values sort last.
    """
    ordered = np.sort(np.asarray(values, np.float64))
    if len(ordered) == 0:
        return float("nan")
    # A product like 0.99 * 100 may come out a hair above the whole number it is.
    at = int(np.ceil(level * len(ordered) - 1e-9)) - 1
    return float(ordered[max(0, at)])


def gini(amounts: ArrayLike) -> float:
    """Return the Gini coefficient: mean absolute difference of all pairs, over twice the mean.

    Parameters
    ----------
    amounts : array_like, shape (owners,)
        Not negative, any unit.

    Returns
    -------
    float
        ``sum over pairs |x_i - x_j| / (2 n^2 mean)``: 0 when all are equal, ``1 - 1/n`` when one has all; nan when there is
        nobody or the total is zero. Computed from the sorted amounts, O(n log n).
    """
    (values,) = columns(amounts=amounts, least=0.0)
    total = values.sum()
    if total == 0:
        return float("nan")
    count = len(values)
    ranks = 2.0 * np.arange(1, count + 1) - count - 1
    return float(max(0.0, ranks @ np.sort(values) / (count * total)))


def hhi(amounts: ArrayLike) -> float:
    """Return the Herfindahl-Hirschman index of ``amounts`` >= 0: the sum of squared shares; nan when the total is zero."""
    (values,) = columns(amounts=amounts, least=0.0)
    total = values.sum()
    if total == 0:
        return float("nan")
    shares = values / total
    return float(shares @ shares)


def top_share(amounts: ArrayLike, count: int) -> float:
    """Return the share of the total that the ``count`` largest of ``amounts`` >= 0 have; nan when the total is zero."""
    (values,) = columns(amounts=amounts, least=0.0)
    total = values.sum()
    if total == 0:
        return float("nan")
    return float(min(1.0, np.sort(values)[::-1][:count].sum() / total))


def lorenz(amounts: ArrayLike) -> Column:
    """Return the Lorenz curve of ``amounts`` >= 0: the share of the total that the poorest 0, 1, … n have; n + 1 values.

    All nan when the total is zero.
    """
    (values,) = columns(amounts=amounts, least=0.0)
    sums = np.concatenate(([0.0], np.cumsum(np.sort(values))))
    if sums[-1] == 0:
        return np.full(len(sums), np.nan)
    return np.asarray(sums / sums[-1])


def is_weakly_majorised(amounts: ArrayLike, by: ArrayLike, *, slack: float = 1e-12) -> bool:
    """Return whether ``by`` is at least as unequal and as large: every sum of its k largest is no smaller than that of ``amounts``.

    Parameters
    ----------
    amounts, by : array_like, shape (owners,)
        Haircuts of the same owners under two policies.
    slack : float
        Rounding allowed in each sum, relative to the largest of them.

    Notes
    -----
    ``amounts`` is weakly submajorised by ``by``: then the sum of any increasing convex cost of single haircuts is no larger.
    """
    ours, theirs = (np.cumsum(np.sort(v)[::-1]) for v in columns(amounts=amounts, by=by))
    if len(ours) == 0:
        return True
    most = max(abs(ours).max(), abs(theirs).max())
    return bool((ours <= theirs + slack * most).all())
