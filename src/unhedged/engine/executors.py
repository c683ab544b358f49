"""Replicates on one core or many. Each writes its own folder, so a killed worker costs one replicate and a killed run none.

Nothing heavy is imported here: a worker sets its environment before the first import that reads it. Workers do not run the
user's script again, as spawned processes do by default: it need not guard its top level. Only where the plan names a function that
was registered in this process do they, to find it; a script that would then start the run anew is noticed, and runs in this process.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import active_children, current_process, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any

from unhedged.engine import worker
from unhedged.scenario.plan import RunPlan
from unhedged.vocab import registry
from unhedged.vocab.errors import UnhedgedError

ATTEMPTS = 2
"""How often a replicate may take its worker down before the run gives up on it."""


POLL_SECONDS = 0.2
"""How long a Ctrl-C may go unnoticed."""
FORCED_TABLES = ("liquidations", "adl", "accounts")
"""What ``keep = "summary"`` writes."""


UNGUARDED = 77
"""Exit code of a worker whose script started the run anew."""


class UnguardedError(UnhedgedError):
    """The script must be run again to find a plug-in, and would start the run anew."""


class WorkerLostError(UnhedgedError):
    """A worker process ended without an answer, twice for the same replicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a finished replicate reports."""

    replicate: int
    seconds: float


Progress = Callable[[float], None]
"""Called with the finished share of the replicate, 0 to 1."""
Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Called with the tables of a finished replicate by name; what it returns is stored beside them. Must be known to workers."""


def run_one(
    plan: RunPlan,
    replicate: int,
    *,
    keep: str,
    path: Path,
    asks: Ask | None = None,
    profile: bool = False,
    progress: Progress | None = None,
) -> Done:
    """Run one replicate, ask of its tables what ``asks`` does, and write it into the results folder at ``path``."""
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels
    from unhedged.results.store import Store  # noqa: PLC0415 - polars

    began = time.perf_counter()
    output = run_replicate(plan, replicate, keep=keep, profile=profile, progress=progress)
    seconds = time.perf_counter() - began
    tables = {
        name: frame
        for name, frame in output.tables.items()
        if keep != "summary" or name in FORCED_TABLES
    }
    Store(path=path).write_replicate(
        replicate,
        tables,
        headline=output.headline,
        checks=output.checks,
        measured=None if asks is None else _answer(asks, output.tables),
        seconds=seconds,
    )
    return Done(replicate=replicate, seconds=seconds)


def _answer(asks: Ask, tables: Mapping[str, Any]) -> Any:
    # A measure that fails must not cost the replicate: it is written without, and whoever scores it asks its tables and is told.
    try:
        return asks(tables)
    except Exception:  # noqa: BLE001 - any fault of a measure
        return None


def run_many(
    plan: RunPlan,
    replicates: Sequence[int],
    *,
    keep: str,
    path: Path,
    workers: int,
    asks: Ask | None = None,
    profile: bool = False,
    progress: Progress | None = None,
) -> Iterator[Done]:
    """Yield each replicate as it finishes; in this process for one worker, in spawned ones otherwise.

    Raises
    ------
    WorkerLostError
        The same replicate took two workers down; all others are finished first.
    """
    todo = dict.fromkeys(replicates, 0)
    one = partial(run_one, plan, keep=keep, path=path, asks=asks, profile=profile)
    if workers > 1 and len(replicates) > 1 and _can_spawn(plan):
        try:
            yield from _in_workers(one, todo, workers, hidden=not _registered_here(plan))
        except UnguardedError:
            pass  # what is left is run here
        else:
            return
    for replicate in list(todo):
        yield one(replicate, progress=progress)


def leave_if_starting() -> None:
    """End this process where it is a worker that runs the user's script only to find its plug-ins."""
    if getattr(current_process(), "_inheriting", False):
        sys.exit(UNGUARDED)


def _in_workers(
    one: Callable[[int], Done], todo: dict[int, int], workers: int, *, hidden: bool
) -> Iterator[Done]:
    # Takes what is finished out of `todo`, whose values count the attempts. The first one alone: on a new machine it compiles the kernels, and the rest find them in the cache.
    replicates = list(todo)
    batches = [replicates[:1], replicates[1:]]
    while batches:
        batch = [n for n in batches.pop(0) if n in todo]
        for done in _pool(one, batch, min(workers, len(batch)), hidden=hidden):
            if isinstance(done, Done):
                del todo[done.replicate]
                yield done
            else:
                todo[done] += 1
        # One by one from here, so that only the replicate at fault takes its worker down again.
        batches[:0] = [[n] for n in batch if 0 < todo.get(n, 0) < ATTEMPTS]
    if todo:
        raise WorkerLostError(
            f"Replicates {', '.join(map(str, todo))} ended their worker {ATTEMPTS} times, most likely for want of memory. "
            "All others are finished; run the same command with --workers 1 to redo these."
        )


def _pool(
    one: Callable[[int], Done], batch: Sequence[int], workers: int, *, hidden: bool
) -> Iterator[Done | int]:
    # Yields what finished, and the number of every replicate that was lost with its worker.
    if not batch:
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=worker.begin)
    try:
        with _main(hidden=hidden):
            running = {pool.submit(one, n): n for n in batch}
        started = set(active_children()) - before
        while running:
            # In short waits: a Ctrl-C that reaches another thread does not wake this one.
            finished, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                yield _result(future, running.pop(future), started)
    except BaseException:
        # Ctrl-C, or an error of one replicate: stop at once. What is finished is on disk.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()


def _registered_here(plan: RunPlan) -> bool:
    return any(registry.is_added(name) for name in plan.plugins)


def _can_spawn(plan: RunPlan) -> bool:
    # A function that a notebook or a shell registered is known nowhere else.
    return not _registered_here(plan) or hasattr(sys.modules["__main__"], "__file__")


@contextlib.contextmanager
def _main(*, hidden: bool) -> Iterator[None]:
    # Spawning tells a worker to run the script of this process again, unless there is none.
    script = sys.modules["__main__"]
    if hidden:
        sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _result(future: "Future[Done]", replicate: int, started: set[BaseProcess]) -> Done | int:
    try:
        return future.result()
    except BrokenProcessPool as error:
        for process in started:
            process.join(timeout=1)
        if any(process.exitcode == UNGUARDED for process in started):
            raise UnguardedError("The script starts the run anew in its workers.") from error
        return replicate
