"""The scorecard: each row of the targets over the replicates of a run, with an interval and a verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from unhedged.lab.targets import EXPERIMENTS, GATE, SCOPE, TARGET, Part, Target, Targets
from unhedged.vocab.errors import ResultsError

PASS, MISS, NOT_COMPUTABLE = "pass", "miss", "not computable"
LEDGER = "ledger"
CASCADED = ("fall of BTC", -0.07)
"""A replicate cascaded when BTC's deepest fall is at least this: the near end of what counts as the day's own."""
Measures = Mapping[str, float | None]
"""Numbers of one replicate by name; None where it cannot say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A number that an experiment found: what it is judged by, its range, and what it was made of."""

    value: float | None
    low: float | None = None  # lowest computed, or lower end of a 95 % interval
    high: float | None = None
    values: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One number of a row over the replicates, or of an experiment."""

    part: Part
    values: tuple[float | None, ...]  # one a replicate
    median: float | None  # of an experiment its value
    low: float | None  # 95 % interval of the median by order statistics; of an experiment its range
    high: float | None
    verdict: str

    @property
    def error(self) -> float | None:
        """Distance of the median from the nearer bound, 0 inside, in the unit of the part."""
        if self.median is None:
            return None
        return self.part.beyond(self.median)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the scorecard."""

    target: Target
    scores: tuple[Score, ...]

    @property
    def verdict(self) -> str:
        """Pass where every number passes, miss where one misses, otherwise not computable."""
        verdicts = {score.verdict for score in self.scores}
        if MISS in verdicts:
            return MISS
        return PASS if verdicts == {PASS} else NOT_COMPUTABLE

    @property
    def why(self) -> str:
        """What a row without a verdict needs."""
        if self.verdict != NOT_COMPUTABLE:
            return ""
        if self.target.scope in EXPERIMENTS and not self.scores:
            return "unhedged score --experiments"
        return self.target.why or "this scenario has nothing to measure it on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A run held against the day, or experiments held against theirs; with 0 replicates there was no run."""

    scenario: str
    replicates: int
    cascaded: int
    lines: tuple[Line, ...]

    def count(self, grade: str) -> tuple[int, int, int]:
        """Return how many rows of a grade within the run's scope pass, miss, and cannot be computed."""
        mine = [
            line.verdict
            for line in self.lines
            if line.target.grade == grade and line.target.scope == SCOPE
        ]
        return mine.count(PASS), mine.count(MISS), mine.count(NOT_COMPUTABLE)

    @property
    def experiments(self) -> tuple[Line, ...]:
        """Rows that experiments computed, none where none were run."""
        return tuple(
            line for line in self.lines if line.target.scope in EXPERIMENTS and line.scores
        )

    @property
    def gates_hold(self) -> bool:
        """Whether every gate within the run's scope passes, and every one of the experiments that were run."""
        gates = (line.verdict for line in self.experiments if line.target.grade == GATE)
        return self.count(GATE)[1:] == (0, 0) and all(verdict == PASS for verdict in gates)

    def to_json(self) -> dict[str, Any]:
        """Return the scorecard as plain values."""
        return {
            "scenario": self.scenario,
            "replicates": self.replicates,
            "cascaded": self.cascaded,
            "gates": dict(zip((PASS, MISS, NOT_COMPUTABLE), self.count(GATE), strict=True)),
            "targets": dict(zip((PASS, MISS, NOT_COMPUTABLE), self.count(TARGET), strict=True)),
            "experiments": {str(line.target.id): line.verdict for line in self.experiments},
            "rows": [_plain(line) for line in self.lines],
        }


def score(
    targets: Targets,
    *,
    replicates: Sequence[int],
    measured: Callable[[int], Measures],
    balanced: bool,
) -> Scorecard:
    """Return the scorecard of a run.

    Parameters
    ----------
    targets : Targets
        Rows and roles.
    replicates : sequence of int
        Replicates to look at; at least one.
    measured : callable
        Gives all measures of the rows and of `CASCADED` by replicate.
    balanced : bool
        Whether the run's ledger balanced in every replicate.

    Raises
    ------
    ResultsError
        No replicates.
    """
    if not replicates:
        raise ResultsError(
            "The run has no finished replicate to score.", hint="Run it again to finish it."
        )
    mine = [row for row in targets.rows if row.scope not in EXPERIMENTS]
    names = {part.measure for row in mine for part in row.parts if part.measure != LEDGER}
    each = [measured(number) for number in replicates]
    found = {name: [values[name] for values in each] for name in names | {CASCADED[0]}}
    found[LEDGER] = [0.0 if balanced else 1.0] * len(replicates)
    falls = [value for value in found[CASCADED[0]] if value is not None]
    return Scorecard(
        scenario=targets.scenario,
        replicates=len(replicates),
        cascaded=sum(fall <= CASCADED[1] for fall in falls),
        lines=tuple(
            Line(
                target=row,
                scores=tuple(_score(part, found[part.measure]) for part in row.parts)
                if row in mine
                else (),
            )
            for row in targets.rows
        ),
    )


def with_experiments(card: Scorecard, found: Mapping[str, Found]) -> Scorecard:
    """Return ``card`` with the rows of experiments filled in: ``found`` holds their numbers by measure."""
    lines = tuple(
        _judged(line.target, found) if line.target.scope in EXPERIMENTS else line
        for line in card.lines
    )
    return replace(card, lines=lines)


def only_experiments(targets: Targets, found: Mapping[str, Found]) -> Scorecard:
    """Return a scorecard of the rows of experiments alone, without a run."""
    lines = tuple(_judged(row, found) for row in targets.rows if row.scope in EXPERIMENTS)
    return Scorecard(scenario=targets.scenario, replicates=0, cascaded=0, lines=lines)


def _judged(row: Target, found: Mapping[str, Found]) -> Line:
    def score_of(part: Part) -> Score:
        one = found.get(part.measure, Found(value=None))
        verdict = NOT_COMPUTABLE
        if one.value is not None:
            verdict = PASS if part.low <= one.value <= part.high else MISS
        return Score(
            part=part,
            values=one.values,
            median=one.value,
            low=one.low,
            high=one.high,
            verdict=verdict,
        )

    return Line(target=row, scores=tuple(score_of(part) for part in row.parts))


def median_band(values: ArrayLike) -> tuple[float, float, float]:
    """Return lower end, median and upper end of the 95 % interval of the median of ``values``, at least one.

    By order statistics, free of a law: ranks ``n/2 - 1.96 sqrt(n)/2`` and ``n/2 + 1.96 sqrt(n)/2``, outward, within the sample.
    """
    ordered = np.sort(np.asarray(values, np.float64))
    n = len(ordered)
    half = 1.96 * np.sqrt(n) / 2
    low, high = int(max(0, np.floor(n / 2 - half))), int(min(n - 1, np.ceil(n / 2 + half)))
    return float(ordered[low]), float(np.median(ordered)), float(ordered[high])


def _score(part: Part, values: Sequence[float | None]) -> Score:
    # What a replicate does not have is not counted; with fewer than half the row is not computable.
    numbers = [value for value in values if value is not None]
    if 2 * len(numbers) < len(values) or not numbers:
        return Score(
            part=part,
            values=tuple(values),
            median=None,
            low=None,
            high=None,
            verdict=NOT_COMPUTABLE,
        )
    low, median, high = median_band(numbers)
    verdict = PASS if part.low <= median <= part.high else MISS
    return Score(
        part=part, values=tuple(values), median=median, low=low, high=high, verdict=verdict
    )


def _plain(line: Line) -> Mapping[str, Any]:
    row = line.target
    return {
        "id": row.id,
        "what": row.what,
        "target": row.target,
        "grade": row.grade,
        "scope": row.scope,
        "sources": list(row.sources),
        "verdict": line.verdict,
        "why": line.why,
        "parts": [
            {
                "measure": s.part.measure,
                "low": s.part.low,
                "high": s.part.high,
                "unit": s.part.unit,
                "median": s.median,
                "interval": [s.low, s.high],
                "error": s.error,
                "verdict": s.verdict,
                "values": list(s.values),
            }
            for s in line.scores
        ],
    }
