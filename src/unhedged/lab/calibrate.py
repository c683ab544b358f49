"""A calibration from end to end: the search on one scenario, the best on the whole one, and the scenario that comes out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unhedged.lab import calibration, search, sensitivity, targets
from unhedged.lab.calibration import Calibration
from unhedged.lab.misses import Measure, Measured
from unhedged.lab.runner import Runner
from unhedged.lab.search import Evaluation
from unhedged.lab.targets import Targets
from unhedged.results.disk import replace_text
from unhedged.results.manifest import source_hash
from unhedged.scenario.load import load as load_scenario
from unhedged.scenario.toml import to_toml

Progress = Callable[[str, int, int, float, int], None]
"""Called with stage, candidates done, candidates in all, the loss of the last one, and the nanoseconds left or 0."""
CALIBRATED = "calibrated.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """What a calibration found."""

    path: Path
    calibration: Calibration
    targets: Targets
    trace: Sequence[Evaluation]
    finals: Sequence[Evaluation]
    best: Evaluation

    @property
    def scenario_file(self) -> Path:
        """The scenario with the values found."""
        return self.path / CALIBRATED

    def to_json(self) -> dict[str, Any]:
        """Return the search as plain values."""
        return {
            "path": str(self.path),
            "scenario": str(self.scenario_file),
            "best": asdict(self.best),
            "finals": [asdict(one) for one in self.finals],
            "evaluations": len(self.trace),
            "effects": sensitivity.effects(self.trace),
            "conflicts": [list(pair) for pair in sensitivity.conflicts(self.trace)],
        }


def calibrate(
    scenario: str, *, evaluations: int, out: Path, workers: int, progress: Progress | None = None
) -> Calibrated:
    """Search, run the best on the whole scenario, write the scenario that comes out.

    Parameters
    ----------
    scenario : str
        One of `calibration.known`.
    evaluations : int
        Candidates of the search in all; those in the folder count.
    out : Path
        Folder of searches.
    workers : int
        Processes.

    Raises
    ------
    ResultsError
        Nothing to calibrate, a folder of another search, or no sampler.
    """
    rows = targets.load(scenario)
    spec = calibration.load(scenario, rows)
    path = out / scenario
    search.open_folder(path, spec, rows, source_hash())
    with Runner(workers=workers) as runner:
        _drain(
            search.search(path, spec, rows, _measure(spec, rows, runner, spec.scenario, spec.seed), evaluations=evaluations),
            "search", len(search.read(path / search.EVALUATIONS)), evaluations, progress,
        )  # fmt: skip
        _drain(
            search.finals(path, spec, rows, _measure(spec, rows, runner, spec.final, spec.final_seed)),
            "whole scenario", len(search.read(path / search.FINALS)), min(search.BEST, evaluations), progress,
        )  # fmt: skip
    best = search.chosen(path)
    replace_text(path / CALIBRATED, child_of(spec, best))
    return Calibrated(
        path=path,
        calibration=spec,
        targets=rows,
        trace=search.read(path / search.EVALUATIONS),
        finals=search.read(path / search.FINALS),
        best=best,
    )


def child_of(spec: Calibration, best: Evaluation) -> str:
    """Return the whole scenario with the values of ``best``, as one file that says how it was made."""
    loaded = load_scenario(spec.final)
    made = loaded.vary(spec.overrides(best.values))
    head = [
        f"# {spec.final} with the values of evaluation {best.number} of a search; its loss on the whole scenario is {best.loss:.4g}."
    ]
    head += [f"# {name}: {value:.4g}" for name, value in best.values.items()]
    return "\n".join([*head, "", to_toml(made.stack.data)])


def _measure(spec: Calibration, rows: Targets, runner: Runner, scenario: str, seed: int) -> Measure:
    loaded = load_scenario(scenario).vary({"run.seed": seed})
    mine = [row for row in rows.rows if row.scope == targets.SCOPE]
    names = sorted({part.measure for row in mine for part in row.parts} - {"ledger"})

    def measure(values: Mapping[str, float], replicates: int) -> Measured:
        plan = loaded.vary(spec.overrides(values)).plan()
        return runner.measure(plan, replicates, names, rows.roles)

    return measure


def _drain(made: Any, stage: str, before: int, total: int, progress: Progress | None) -> None:
    began = time.perf_counter()
    for count, one in enumerate(made, 1):
        done = before + count
        each = (time.perf_counter() - began) / count
        if progress is not None:
            progress(stage, done, total, one.loss, int(each * 1e9 * (total - done)))
