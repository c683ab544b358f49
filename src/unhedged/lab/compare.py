"""Twins: two runs with the same randomness and one thing changed; what changed is printed, and what it did."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from unhedged.lab.student import critical, holm, two_sided

LEVEL = 0.05
"""Chance, at most, that a comparison of twins without any effect claims one."""
ENOUGH = 10
"""Pairs below which an interval leans on differences being roughly normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How one measure differs between twins."""

    measure: str
    base: float  # mean over the paired replicates
    other: float
    mean: float  # of other minus base, pair by pair
    low: float | None  # 95 % interval of that mean; none of a single pair
    high: float | None
    pairs: int
    chance: float = 1.0  # of a difference this large without an effect, for all measures of the comparison together

    @property
    def clear(self) -> bool:
        """Whether the difference is beyond chance, all measures of the comparison considered."""
        return self.chance < LEVEL


def paired(
    base: Sequence[Mapping[str, Any]],
    other: Sequence[Mapping[str, Any]],
    measures: Sequence[str],
    *,
    adjust: bool = True,
) -> list[Difference]:
    """Return the difference of each measure over the replicates both runs have.

    Pairs by replicate number: equal numbers share their randomness, so their difference is the effect of the change. The
    interval is the paired t-interval of the mean difference; of a single pair there is none. `Difference.chance` is the p-value
    of the paired t-test, adjusted by Holm's method for all ``measures`` (unless ``adjust`` is false, where more than these are asked): an interval of one measure may leave out zero that is
    not claimed, for one in twenty does without any effect. Replicates in which either twin has no value are left out.

    Notes
    -----
    Differences that are all the same have no spread to judge them by. They are held against the signs alone: n equal signs come
    up by chance once in 2^(n-1).
    """
    right = {row["replicate"]: row for row in other}
    pairs = [(row, right[row["replicate"]]) for row in base if row["replicate"] in right]
    found = []
    for measure in measures:
        values = [
            (float(a[measure]), float(b[measure]))
            for a, b in pairs
            if a.get(measure) is not None and b.get(measure) is not None
        ]
        if values:
            found.append(_difference(measure, np.array(values)))
    if not adjust:
        return found
    adjusted = holm([difference.chance for difference in found])
    return [replace(d, chance=chance) for d, chance in zip(found, adjusted, strict=True)]


def _difference(measure: str, values: Any) -> Difference:
    change = values[:, 1] - values[:, 0]
    pairs, mean = len(change), float(change.mean())
    low = high = None
    chance = 1.0
    if pairs > 1:
        error = 0.0 if np.ptp(change) == 0 else float(change.std(ddof=1)) / math.sqrt(pairs)
        half = critical(pairs - 1) * error
        low, high = mean - half, mean + half
        chance = _chance(mean, error, pairs)
    return Difference(
        measure=measure,
        base=float(values[:, 0].mean()),
        other=float(values[:, 1].mean()),
        mean=mean,
        low=low,
        high=high,
        pairs=pairs,
        chance=chance,
    )


def _chance(mean: float, error: float, pairs: int) -> float:
    if mean == 0:
        return 1.0
    return two_sided(mean / error, pairs - 1) if error > 0 else 2.0 ** (1 - pairs)
