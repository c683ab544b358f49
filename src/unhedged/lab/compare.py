"""Twins: two runs with the same randomness and one thing changed; what changed is printed, and what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 2_000
"""Bootstrap samples behind an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How one measure differs between twins."""

    measure: str
    base: float  # mean over the paired replicates
    other: float
    mean: float  # of other minus base, pair by pair
    low: float  # 95 % interval of that mean
    high: float
    pairs: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def paired(
    base: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], measures: Sequence[str]
) -> list[Difference]:
    """Return the difference of each measure over the replicates both runs have.

    Pairs by replicate number: equal numbers share their randomness, so their difference is the effect of the change. The
    interval is the percentile bootstrap of the mean difference, resampled with a fixed seed; of a single pair there is none, and
    it spans everything. Replicates in which either twin has no value are left out.
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
    return found


def _difference(measure: str, values: Any) -> Difference:
    change = values[:, 1] - values[:, 0]
    low, high = -np.inf, np.inf
    if len(change) > 1:
        draws = np.random.default_rng(1).integers(0, len(change), (RESAMPLES, len(change)))
        low, high = np.quantile(change[draws].mean(axis=1), (0.025, 0.975))
    return Difference(
        measure=measure,
        base=float(values[:, 0].mean()),
        other=float(values[:, 1].mean()),
        mean=float(change.mean()),
        low=float(low),
        high=float(high),
        pairs=len(change),
    )
