"""How far a candidate misses the rows it is fitted to, and the one number a search makes small."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from unhedged.lab.targets import Part, Targets

FARTHEST = 3.0
"""Half-widths beyond the bounds after which a miss counts no more: one hopeless row must not rule the search."""
UNKNOWN = 2.0
"""What a number that cannot be computed counts as: a run without ADL has no leverage of those deleveraged."""
REPORTED = 20
"""Replicates of a scorecard, whose median counts."""
RESAMPLES = 64
"""Scorecards drawn for the expectation; their mean is known to an eighth of the spread of one."""

Measured = dict[str, list[float | None]]
"""By measure, one value a replicate."""
Measure = Callable[[Mapping[str, float], int], Measured]


def misses(targets: Targets, rows: Sequence[int], measured: Measured) -> dict[int, float]:
    """Return how far each of ``rows`` misses: the mean over its numbers of the distance beyond the bounds, in half-widths.

    0 within the bounds, at most `FARTHEST`, `UNKNOWN` where fewer than half of the replicates have a value. Expected of the median of a
    scorecard's replicates, drawn with replacement from these: on a day that either cascades or does not, the one median of a few
    replicates jumps, and a search would choose what was lucky.
    """
    found = {}
    for row in targets.rows:
        if row.id in rows:
            parts = [_miss(part, measured.get(part.measure, [])) for part in row.parts]
            found[row.id] = float(np.mean(parts))
    return found


def _miss(part: Part, values: Sequence[float | None]) -> float:
    numbers = [value for value in values if value is not None]
    if not numbers or 2 * len(numbers) < len(values):
        return UNKNOWN
    half = max((part.high - part.low) / 2, 1e-12)
    draws = np.random.default_rng(0).choice(np.array(numbers, float), (RESAMPLES, REPORTED))
    beyond = [part.beyond(float(median)) / half for median in np.median(draws, axis=1)]
    return float(np.mean(np.minimum(FARTHEST, beyond)))


def loss(missed: Mapping[int, float]) -> float:
    """Return what a search makes small: the mean square of the misses of the fitted rows."""
    return float(np.mean([value**2 for value in missed.values()])) if missed else 0.0
