"""Whether a policy treats like cases alike: splitting an account, a larger claim, another unit.

A policy here is a function of claims (profits, equity or lots of winners) and a budget that returns what each gives; policies of lots
are wrapped by whoever asks.

Source: arXiv 2512.01112 v3, the axioms of Sybil resistance, monotonicity and scale invariance.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unhedged.measures.columns import Column, columns
from unhedged.vocab.errors import DataError

Policy = Callable[[Column, float], ArrayLike]


def sybil_gain(policy: Policy, claims: ArrayLike, budget: float, *, who: int, parts: int) -> float:
    """Return how much less the owner of claim ``who`` gives after splitting it into equal ``parts``; below zero when more.

    Parameters
    ----------
    policy : callable
        ``policy(claims, budget)`` returns what each gives.
    claims : array_like, shape (winners,)
        Not negative, any unit.
    budget : float
        To be taken in all, same unit.
    who, parts : int
        Row that is split, and into how many accounts, >= 1. The new accounts come last.

    Notes
    -----
    Zero for every owner and every split is Sybil resistance. The source tries 2, 10 and 100 parts.
    """
    (owned,) = columns(claims=claims, least=0.0)
    if not 0 <= who < len(owned) or parts < 1:
        raise DataError(
            f"who is {who} and parts {parts}.",
            hint=f"Give a row from 0 to {len(owned) - 1} and at least one part.",
        )
    whole = float(np.asarray(policy(owned, budget), np.float64)[who])
    split = np.concatenate((np.delete(owned, who), np.full(parts, owned[who] / parts)))
    return whole - float(np.asarray(policy(split, budget), np.float64)[-parts:].sum())


def scale_gap(policy: Policy, claims: ArrayLike, budget: float, *, factor: float) -> float:
    """Return the largest change of what one gives, in its own unit, when claims and budget are measured in another.

    ``max |policy(factor w, factor H) / factor - policy(w, H)|``; zero for a policy that does not depend on the unit, 0 of nobody.
    """
    (owned,) = columns(claims=claims, least=0.0)
    there = np.asarray(policy(factor * owned, factor * budget), np.float64) / factor
    return float(np.abs(there - np.asarray(policy(owned, budget), np.float64)).max(initial=0.0))


def monotonicity_violations(claims: ArrayLike, taken: ArrayLike) -> int:
    """Return the number of pairs in which the winner with the larger claim gives less; both strictly.

    Parameters
    ----------
    claims, taken : array_like, shape (winners,)
        Any units; of one length.

    Notes
    -----
    Counted by merging, O(n log^2 n), so that lists of 10^5 are no matter.
    """
    owned, given = columns(claims=claims, taken=taken)
    # Equal claims in rising order of what they give, so that they count for nothing.
    return _inversions(given[np.lexsort((given, owned))])


def _inversions(values: NDArray[np.float64]) -> int:
    if len(values) < 2:
        return 0
    middle = len(values) // 2
    left, right = values[:middle], values[middle:]
    across = len(left) * len(right) - int(np.searchsorted(np.sort(left), right, "right").sum())
    return _inversions(left) + _inversions(right) + across
