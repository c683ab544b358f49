"""Fitting the free parameters of a scenario."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unhedged.lab.calibrate import Calibrated as CalibratedParts
    from unhedged.lab.calibrate import Progress as CalibrationProgress


class Calibrated:
    """What a calibration found: a screen, a mapping, and the scenario that came out."""

    def __init__(self, parts: "CalibratedParts") -> None:
        self.parts = parts

    @property
    def path(self) -> Path:
        """The folder of the search."""
        return self.parts.path

    @property
    def scenario_file(self) -> Path:
        """The scenario with the values found."""
        return self.parts.scenario_file

    def summary(self) -> str:
        """Return what was found, how far each fitted row still misses, what moves what, and which rows pull apart."""
        from unhedged.report.calibration import summary

        parts = self.parts
        return summary(parts.calibration, parts.targets, parts.trace, parts.best)

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain values."""
        return self.parts.to_json()

    def __repr__(self) -> str:
        """Return one line."""
        return f"<calibration of {self.parts.calibration.final}: loss {self.parts.best.loss:.3g}>"


def calibrate(
    scenario: str,
    *,
    evaluations: int = 100,
    out: str | Path = "calibration",
    workers: int | None = None,
    progress: "CalibrationProgress | None" = None,
) -> Calibrated:
    """Fit the free parameters of a scenario to the rows its calibration names, or go on with a search that was stopped.

    Parameters
    ----------
    scenario : str
        A shipped scenario that has a calibration.
    evaluations : int
        Candidates in all; those in the folder count.
    out : path
        Folder of searches.
    workers : int
        Processes; one per core when left out.
    progress : callable
        Called after each candidate with stage, done, total, its loss, and nanoseconds left.

    Raises
    ------
    ResultsError
        Nothing to calibrate, a folder of another search, or the extra ``calibrate`` is not installed.
    """
    from unhedged.engine.executors import leave_if_starting
    from unhedged.lab.calibrate import calibrate as search

    leave_if_starting()
    found = search(
        scenario,
        evaluations=evaluations,
        out=Path(out),
        workers=workers or os.cpu_count() or 1,
        progress=progress,
    )
    return Calibrated(found)
