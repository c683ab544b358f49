"""What a run still has to do: which replicates are wanted, which are missing, and running those."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unhedged.engine.executors import Ask, run_many
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.errors import InvariantError, ScenarioError
from unhedged.vocab.ids import MOST_REPLICATES

if TYPE_CHECKING:
    from unhedged.results.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a run is, for a progress bar."""

    done: int  # replicates finished, those of an earlier run included
    total: int
    share: float  # of the running replicate, when it runs in this process


Progress = Callable[[Step], None]


def wanted(replicates: int | None, only: int | None, default: int) -> range:
    """Return the numbers of the replicates asked for; ``default`` of them when nothing is.

    Raises
    ------
    ScenarioError
        Not a whole number, out of range, or both given.
    """
    if only is not None and replicates is not None:
        raise ScenarioError(
            f"only is {only!r} and replicates is {replicates!r}: one replicate or many, not both.",
            hint="Leave one of them out.",
        )
    if only is not None:
        number = whole("only", only, least=0, most=MOST_REPLICATES - 1)
        return range(number, number + 1)
    if replicates is None:
        return range(default)
    return range(whole("replicates", replicates, least=1, most=MOST_REPLICATES))


def workers_for(workers: int | None, replicates: int, cores: int) -> int:
    """Return how many processes to use: one per core, but no more than replicates, when left out.

    Raises
    ------
    ScenarioError
        Not a whole number above zero.
    """
    asked = cores if workers is None else whole("workers", workers, least=1, most=2**16)
    return min(asked, replicates)


def whole(name: str, value: object, *, least: int, most: int) -> int:
    """Return ``value`` when it is a whole number within its bounds.

    Raises
    ------
    ScenarioError
        It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ScenarioError(
            f"{name} is {value!r}.",
            value=value,
            allowed=f"Expected a whole number from {least:,} to {most:,}.",
        )
    return value


def run_missing(
    store: "Store",
    plan: RunPlan,
    asked: range,
    *,
    keep: str,
    workers: int,
    asks: Ask | None = None,
    profile: bool = False,
    progress: Progress | None,
) -> None:
    """Run the replicates of ``asked`` that ``store`` lacks, and close the folder's manifest; ``asks`` as in `run_one`."""
    finished = set(store.finished())
    missing = [n for n in asked if n not in finished]
    done = len(asked) - len(missing)
    began = time.perf_counter()

    def tick(share: float) -> None:
        if progress is not None:
            progress(Step(done=done, total=len(asked), share=share))

    tick(0.0)
    try:
        for _ in run_many(
            plan,
            missing,
            keep=keep,
            path=store.path,
            workers=workers,
            asks=asks,
            profile=profile,
            progress=tick,
        ):
            done += 1
            tick(0.0)
    except InvariantError as error:
        error.replay = error.replay or f"unhedged run {plan.name} --seed {plan.seed}"
        raise
    finally:
        spent = store.manifest().seconds + time.perf_counter() - began
        store.finish(seconds=spent)
