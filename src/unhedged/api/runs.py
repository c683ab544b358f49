"""Loading a scenario and running it."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unhedged.api.results import Results
from unhedged.vocab.errors import ScenarioError
from unhedged.vocab.ids import MOST_SEED

if TYPE_CHECKING:
    from unhedged.engine.running import Progress
    from unhedged.lab.measured import Question
    from unhedged.scenario.load import LoadedScenario
    from unhedged.scenario.plan import RunPlan

KEEPS = ("summary", "tables", "all")
"""What a run keeps: forced events alone; all tables; all tables and every fill."""


def scenarios() -> list[str]:
    """Return the names of the scenarios that come with the package."""
    from unhedged.scenario.layers import shipped

    return shipped()


def load(
    source: "str | Path | Mapping[str, Any] | LoadedScenario",
    *,
    overrides: Mapping[str, Any] | Sequence[str] = (),
) -> "LoadedScenario":
    """Return a validated scenario.

    Parameters
    ----------
    source : str, Path, mapping or scenario
        A shipped name, a path to a TOML file, or the same as a mapping.
    overrides : mapping or sequence of str
        ``{"venue.hub.fund.start": "$10M"}`` or ``["venue.hub.fund.start=$10M"]``.

    Raises
    ------
    ScenarioError
        With file, line, value, what is allowed and what to do; every error at once.
    """
    from unhedged.scenario.load import load as load_scenario

    return load_scenario(source, overrides=overrides)


def run(
    source: "str | Path | Mapping[str, Any] | LoadedScenario",
    *,
    replicates: int | None = None,
    seed: int | None = None,
    overrides: Mapping[str, Any] | Sequence[str] = (),
    out: str | Path = "results",
    keep: str = "tables",
    workers: int | None = None,
    only: int | None = None,
    force: bool = False,
    profile: bool = False,
    progress: "Progress | None" = None,
    notice: Callable[[str], None] | None = None,
) -> Results:
    """Run a scenario, or what is still missing of it, and return a handle on its results.

    Parameters
    ----------
    source : str, Path, mapping or scenario
        As for :func:`load`.
    replicates : int
        How many; the scenario's own number when left out. Finished ones are kept, missing ones are run, and the handle is on
        these alone, whatever else the folder holds.
    seed : int
        In place of the scenario's.
    overrides : mapping or sequence of str
        As for :func:`load`.
    out : path
        Folder of results folders.
    keep : str
        ``summary``, ``tables`` or ``all``.
    workers : int
        Processes; one per core, but no more than replicates, when left out.
    only : int
        Run this one replicate.
    force : bool
        Begin anew, also over results of other source code.
    profile : bool
        Whether to watch where the time of the replicates goes that are run now: `Results.profile` shows it.
    progress : callable
        Called with a :class:`~unhedged.engine.running.Step` now and then.
    notice : callable
        Called with a line of text before something that takes long and happens once, such as compiling, and with what of the
        scenario may not be meant.

    Raises
    ------
    ScenarioError
        The scenario cannot be used.
    ResultsError
        The folder is foreign, in use, of other source code; or the run does not fit this machine.
    InvariantError
        The simulation broke one of its own rules.
    """
    from unhedged.engine.executors import leave_if_starting
    from unhedged.engine.running import run_missing, wanted, whole, workers_for
    from unhedged.results.lock import locked
    from unhedged.results.store import Store, create, folder_name
    from unhedged.scenario.doubts import doubts

    leave_if_starting()
    scenario = load(source, overrides=overrides)
    if seed is not None:
        seed = whole("seed", seed, least=0, most=MOST_SEED)
        scenario = scenario.vary({"run.seed": seed})
    plan = scenario.plan()
    if notice is not None:
        for doubt in doubts(plan):
            notice(doubt)
    asked = wanted(replicates, only, scenario.replicates)
    workers = workers_for(workers, len(asked), os.cpu_count() or 1)
    path = Path(out) / folder_name(plan)
    missing = len(asked) - (0 if force else len(Results(Store(path=path), asked).replicates))
    if missing:
        from unhedged.engine.estimate import refuse_if_too_large

        refuse_if_too_large(
            plan, replicates=missing, keep=_keep(keep), workers=workers, out=Path(out)
        )
    with locked(path):
        store = create(
            Path(out),
            plan,
            scenario_toml=scenario.to_toml(),
            replicates=len(asked),
            keep=_keep(keep),
            force=force,
        )
        results = Results(store, asked)
        if len(results.replicates) < len(asked):
            from unhedged.engine.ready import ready

            ready(plan, notice)
        run_missing(
            store,
            plan,
            asked,
            keep=keep,
            workers=workers,
            asks=_question(plan, keep),
            profile=profile,
            progress=progress,
        )
    return results


def _question(plan: "RunPlan", keep: str) -> "Question | None":
    # What a scorecard will want of every replicate; it needs the tables that a summary leaves out.
    from unhedged.lab import targets
    from unhedged.lab.measured import question

    if keep == "summary" or plan.name not in targets.scored():
        return None
    return question(targets.load(plan.name), [news.t_ns for news in plan.news])


def _keep(keep: str) -> str:
    if keep not in KEEPS:
        raise ScenarioError(
            f'keep is "{keep}".', value=keep, allowed=f"Allowed: {', '.join(KEEPS)}."
        )
    return keep
