"""What a search has learnt: how each parameter moves each measure, and which rows pull against each other."""

from collections.abc import Sequence

import numpy as np

from unhedged.lab.search import Evaluation

FEW = 8
"""Evaluations below which a rank correlation says nothing."""
AGAINST = -0.3
"""Rank correlation of two rows' misses from which they are said to pull against each other."""


def ranks(values: Sequence[float]) -> np.ndarray:
    """Return ranks from 0, ties at their mean."""
    found = np.asarray(values, np.float64)
    order = found.argsort(kind="stable")
    placed = np.empty(len(found))
    placed[order] = np.arange(len(found))
    for value in np.unique(found):
        same = found == value
        placed[same] = placed[same].mean()
    return placed


def spearman(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation; None with fewer than `FEW` pairs or one that never changes."""
    if len(a) < FEW:
        return None
    x, y = ranks(a), ranks(b)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def effects(trace: Sequence[Evaluation]) -> dict[str, dict[str, float]]:
    """Return the rank correlation of each parameter with the median of each measure over the evaluations that have one."""
    if not trace:
        return {}
    found: dict[str, dict[str, float]] = {}
    for parameter in trace[0].values:
        row = {}
        for measure in trace[0].measured:
            pairs = [(e.values[parameter], _median(e.measured[measure])) for e in trace]
            known = [(x, y) for x, y in pairs if y is not None]
            value = spearman([x for x, _ in known], [y for _, y in known])
            if value is not None:
                row[measure] = value
        found[parameter] = row
    return found


def conflicts(trace: Sequence[Evaluation]) -> list[tuple[int, int, float]]:
    """Return pairs of rows whose misses fall in rank as the other's rise, strongest first, among the better half by loss."""
    better = sorted(trace, key=lambda e: e.loss)[: max(FEW, len(trace) // 2)]
    if len(better) < FEW:
        return []
    rows = sorted(better[0].misses)
    found = []
    for n, a in enumerate(rows):
        for b in rows[n + 1 :]:
            value = spearman([e.misses[a] for e in better], [e.misses[b] for e in better])
            if value is not None and value <= AGAINST:
                found.append((a, b, value))
    return sorted(found, key=lambda pair: pair[2])


def _median(values: Sequence[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return float(np.median(numbers)) if numbers and 2 * len(numbers) >= len(values) else None
