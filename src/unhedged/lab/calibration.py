"""What a calibration may move and what it is fitted to: parameters with priors, the rows each moves, the split of the targets.

A file beside the targets, fixed before the search: at most `MOST_PARAMETERS`, each written into one or more keys of the scenario,
and which rows are fitted; all others are reported only.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from unhedged.lab.targets import SCOPE, Targets, shipped
from unhedged.vocab.errors import ResultsError

SUFFIX = ".calibration.toml"
MOST_PARAMETERS = 12
DIGITS = 4
"""Significant digits a parameter is written with: more would claim what no search knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Where a value goes: a ``--set`` path, whose block may be a pattern, and the text it becomes there."""

    path: str
    text: str = "{}"
    times: float = 1.0
    minus: float | None = None
    """Writes ``minus - value`` instead: what one share leaves of a whole."""

    def of(self, value: float) -> str | float:
        """Return what is written for ``value``: a number where the text is nothing but its place."""
        number = value * self.times if self.minus is None else self.minus - value * self.times
        digits = f"{number:.{DIGITS}g}"
        return float(digits) if self.text == "{}" else self.text.format(digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number the search moves."""

    name: str
    low: float
    high: float
    start: float
    log: bool
    source: str  # of the range
    rows: tuple[int, ...]  # of the targets it moves most
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A search: which scenario, how often, which rows count."""

    scenario: str  # run for the search
    final: str  # run for the best
    replicates: int
    final_replicates: int
    seed: int  # of the search; the report's seeds are others
    final_seed: int
    fitted: tuple[int, ...]
    parameters: tuple[Parameter, ...]

    def overrides(self, values: Mapping[str, float]) -> dict[str, Any]:
        """Return what ``values`` write into a scenario: path to text or number."""
        return {
            write.path: write.of(values[parameter.name])
            for parameter in self.parameters
            for write in parameter.writes
        }


def known() -> list[str]:
    """Return the scenarios that can be calibrated."""
    return shipped(SUFFIX)


def load(scenario: str, targets: Targets) -> Calibration:
    """Return the calibration of a scenario.

    Raises
    ------
    ResultsError
        There is none, it moves too much, or it fits rows no run computes.
    """
    if scenario not in known():
        raise ResultsError(
            f'There is no calibration of "{scenario}".',
            hint=f"Scenarios with one: {', '.join(known())}.",
        )
    text = (resources.files("unhedged.lab") / f"{scenario}{SUFFIX}").read_text("utf-8")
    return check(read(text), targets)


def read(text: str) -> Calibration:
    """Return the calibration a TOML text holds."""
    found = tomllib.loads(text)
    return Calibration(
        **found["search"],
        fitted=tuple(found["fitted"]["rows"]),
        parameters=tuple(_parameter(block) for block in found["parameter"]),
    )


def check(calibration: Calibration, targets: Targets) -> Calibration:
    """Return ``calibration`` when it can be searched.

    Raises
    ------
    ResultsError
        More parameters than allowed, a start outside its range, rows that a run does not compute, or equal seeds.
    """
    if len(calibration.parameters) > MOST_PARAMETERS:
        raise ResultsError(
            f"{len(calibration.parameters)} parameters; at most {MOST_PARAMETERS} are searched."
        )
    outside = [p.name for p in calibration.parameters if not p.low <= p.start <= p.high]
    if outside:
        raise ResultsError(f"The start lies outside its range: {', '.join(outside)}.")
    computed = {row.id for row in targets.rows if row.scope == SCOPE and row.parts}
    foreign = sorted(
        {*calibration.fitted, *(n for p in calibration.parameters for n in p.rows)} - computed
    )
    if foreign:
        raise ResultsError(f"Rows {', '.join(map(str, foreign))} are not computed by a run.")
    if calibration.seed == calibration.final_seed:
        raise ResultsError(f"The search and the report would share seed {calibration.seed}.")
    return calibration


def _parameter(block: Mapping[str, Any]) -> Parameter:
    given = dict(block)
    writes = tuple(Write(**write) for write in given.pop("writes"))
    return Parameter(
        writes=writes, rows=tuple(given.pop("rows")), log=given.pop("log", False), **given
    )
