"""The search of a calibration: ask a sampler, run, tell it, write a line; killed at any moment it loses the running evaluation.

::

    calibration/<scenario>/
      search.json          what is searched: parameters, split, seeds, hash of plan and targets
      evaluations.jsonl    one line an evaluation, written whole and synced before the next begins
      finals.jsonl         the best, run again on the whole scenario with other seeds

The trace is the memory: a sampler is told the lines that are there and goes on. The first evaluation is the start.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unhedged.lab.calibration import Calibration, Parameter
from unhedged.lab.misses import Measure, Measured, loss, misses
from unhedged.lab.targets import Targets
from unhedged.results.disk import replace_text, sync
from unhedged.vocab.errors import ResultsError

SEARCH, EVALUATIONS, FINALS = "search.json", "evaluations.jsonl", "finals.jsonl"
BEST = 5
"""Candidates run again on the whole scenario."""
WIDE = 10
"""Evaluations drawn at random before the sampler leans on what it has seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One candidate and what it gave."""

    number: int
    values: dict[str, float]
    loss: float
    misses: dict[int, float]
    measured: Measured

    def line(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self), allow_nan=False, ensure_ascii=False)

    @classmethod
    def of(cls, line: str) -> "Evaluation":
        """Return the evaluation a line holds."""
        found = json.loads(line)
        found["misses"] = {int(row): value for row, value in found["misses"].items()}
        return cls(**found)


def open_folder(path: Path, calibration: Calibration, targets: Targets, source: str) -> None:
    """Make the folder of a search, or make sure that it is one of this very search.

    Raises
    ------
    ResultsError
        It belongs to another search: other parameters, targets or source.
    """
    described = {"calibration": asdict(calibration), "targets": asdict(targets), "source": source}
    text = json.dumps(described, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    path.mkdir(parents=True, exist_ok=True)
    file = path / SEARCH
    if not file.is_file():
        replace_text(
            file, json.dumps({"sha256": digest, **described}, indent=1, ensure_ascii=False) + "\n"
        )
        return
    try:
        found = json.loads(file.read_text("utf-8"))["sha256"]
    except (ValueError, KeyError) as error:
        raise ResultsError(f"{file} is damaged.", hint="Give another --out.") from error
    if found != digest:
        raise ResultsError(
            f"{path} is another search: its parameters, targets or source are not these.",
            hint="Give another --out, or remove it.",
        )


def read(path: Path) -> list[Evaluation]:
    """Return the evaluations of a trace, in order. A last line without an end, of a killed search, is cut off the file."""
    if not path.is_file():
        return []
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        replace_text(path, whole)
    try:
        return [Evaluation.of(line) for line in whole.splitlines()]
    except (ValueError, KeyError, TypeError) as error:
        raise ResultsError(
            f"{path} is damaged: a line is no evaluation.", hint="Remove that line."
        ) from error


def append(path: Path, evaluation: Evaluation) -> None:
    """Add a line, on the disk when this returns."""
    with path.open("a", encoding="utf-8") as file:
        file.write(evaluation.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def evaluate(
    number: int,
    values: Mapping[str, float],
    calibration: Calibration,
    targets: Targets,
    measure: Measure,
    replicates: int,
) -> Evaluation:
    """Return what ``values`` give over ``replicates``."""
    measured = measure(values, replicates)
    missed = misses(targets, calibration.fitted, measured)
    return Evaluation(
        number=number, values=dict(values), loss=loss(missed), misses=missed, measured=measured
    )


def search(
    path: Path, calibration: Calibration, targets: Targets, measure: Measure, *, evaluations: int
) -> Iterator[Evaluation]:
    """Yield each new evaluation until the trace at ``path`` has ``evaluations``.

    Parameters
    ----------
    measure : callable
        Runs the search's scenario: values and replicates to measures.

    Raises
    ------
    ResultsError
        The sampler is not installed, or the trace is damaged.
    """
    study = _study(calibration)
    trace = read(path / EVALUATIONS)
    for done in trace:
        _tell(study, calibration, done)
    for number in range(len(trace), evaluations):
        asked = study.ask(_distributions(calibration))
        values = _start(calibration) if number == 0 else _rounded(asked.params)
        made = evaluate(number, values, calibration, targets, measure, calibration.replicates)
        append(path / EVALUATIONS, made)
        if number == 0:
            study.tell(asked, state=_optuna().trial.TrialState.FAIL)
            _tell(study, calibration, made)
        else:
            study.tell(asked, made.loss)
        yield made


def finals(
    path: Path, calibration: Calibration, targets: Targets, measure: Measure
) -> Iterator[Evaluation]:
    """Yield each of the best evaluations run again on the whole scenario, those of an earlier call left out.

    The best are the `BEST` of least loss, earlier ones first among equals; numbers are those of the search.
    """
    ranked = sorted(read(path / EVALUATIONS), key=lambda e: (e.loss, e.number))[:BEST]
    done = {e.number for e in read(path / FINALS)}
    for one in ranked:
        if one.number not in done:
            made = evaluate(
                one.number, one.values, calibration, targets, measure, calibration.final_replicates
            )
            append(path / FINALS, made)
            yield made


def chosen(path: Path) -> Evaluation:
    """Return the evaluation of least loss on the whole scenario.

    Raises
    ------
    ResultsError
        None has been run there.
    """
    found = read(path / FINALS)
    if not found:
        raise ResultsError(f"{path} has no candidate run on the whole scenario yet.")
    return min(found, key=lambda e: (e.loss, e.number))


def _start(calibration: Calibration) -> dict[str, float]:
    return {p.name: p.start for p in calibration.parameters}


def _rounded(values: Mapping[str, Any]) -> dict[str, float]:
    # What is written into a scenario is what was searched.
    return {name: float(f"{float(value):.4g}") for name, value in values.items()}


def _optuna() -> Any:
    try:
        import optuna  # noqa: PLC0415 - only a search needs it
    except ImportError as error:
        raise ResultsError(
            "A calibration needs one more package.", hint="pip install 'unhedged[calibrate]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _study(calibration: Calibration) -> Any:
    optuna = _optuna()
    sampler = optuna.samplers.TPESampler(
        seed=calibration.seed, n_startup_trials=WIDE, multivariate=True
    )
    return optuna.create_study(direction="minimize", sampler=sampler)


def _distribution(parameter: Parameter) -> Any:
    return _optuna().distributions.FloatDistribution(
        parameter.low, parameter.high, log=parameter.log
    )


def _distributions(calibration: Calibration) -> dict[str, Any]:
    return {p.name: _distribution(p) for p in calibration.parameters}


def _tell(study: Any, calibration: Calibration, done: Evaluation) -> None:
    trial = _optuna().trial.create_trial(
        params=done.values, distributions=_distributions(calibration), value=done.loss
    )
    study.add_trial(trial)
