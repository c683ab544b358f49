"""A study of a scenario: one change at a time, the same random numbers."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unhedged.api.results import Results
from unhedged.api.runs import load, run

if TYPE_CHECKING:
    from unhedged.engine.running import Progress
    from unhedged.lab.study import Effect
    from unhedged.lab.study import Study as StudyParts


class Study:
    """What a study found: a screen, a mapping, and the runs behind it."""

    def __init__(
        self, parts: "StudyParts", effects: "list[Effect]", base: Results, runs: list[Results]
    ) -> None:
        self.parts, self.effects, self.base, self.runs = parts, effects, base, runs

    def summary(self) -> str:
        """Return one row a change, one column a measure."""
        from unhedged.report.study import summary

        return summary(self.parts, self.effects)

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain values."""
        return {
            "scenario": self.parts.scenario,
            "base": str(self.base.path),
            "variants": [
                {
                    "name": effect.variant.name,
                    "asks": effect.variant.asks,
                    "set": list(effect.variant.set),
                    "path": str(results.path),
                    "amplification": [{**asdict(a), "factor": a.factor} for a in effect.amplified],
                    "differences": [{**asdict(d), "clear": d.clear} for d in effect.differences],
                }
                for effect, results in zip(self.effects, self.runs, strict=True)
            ],
        }

    def __repr__(self) -> str:
        """Return one line."""
        return f"<study of {self.parts.scenario}: {len(self.runs)} changes>"


def ablate(
    scenario: str,
    *,
    replicates: int | None = None,
    out: str | Path = "results",
    workers: int | None = None,
    progress: "Progress | None" = None,
    notice: Callable[[str], None] | None = None,
) -> Study:
    """Run a scenario as it is and with each change of its study, or what is still missing of them, and return what each did.

    Parameters
    ----------
    scenario : str
        A shipped scenario that has a study.
    replicates, out, workers, progress
        As for :func:`run`; every run has its own results folder, so a killed study goes on.
    notice : callable
        Called with the name of each change before it is run.

    Raises
    ------
    ResultsError
        The scenario has no study.
    """
    from unhedged.lab import study

    parts = study.load(scenario)
    plain = load(parts.scenario)
    changed = [plain.vary(list(variant.set)) for variant in parts.variants]

    def one(name: str, source: Any) -> Results:
        if notice is not None:
            notice(name)
        return run(
            source,
            replicates=replicates,
            out=out,
            workers=workers,
            progress=progress,
            notice=notice,
        )

    base = one("as it is", plain)
    runs = [
        one(variant.name, source) for variant, source in zip(parts.variants, changed, strict=True)
    ]
    effects = study.effects(parts, base.rows(), [results.rows() for results in runs])
    return Study(parts, effects, base, runs)
