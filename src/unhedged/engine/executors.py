"""Replicates on one core or many. Each writes its own folder, so a killed worker costs one replicate and a killed run none.

Nothing heavy is imported here: a worker sets its environment before the first import that reads it.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

from unhedged.scenario.plan import RunPlan
from unhedged.vocab.errors import UnhedgedError

ATTEMPTS = 2
"""How often a replicate may take its worker down before the run gives up on it."""


POLL_SECONDS = 0.2
"""How long a Ctrl-C may go unnoticed."""
FORCED_TABLES = ("liquidations", "adl", "accounts")
"""What ``keep = "summary"`` writes."""


class WorkerLostError(UnhedgedError):
    """A worker process ended without an answer, twice for the same replicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a finished replicate reports."""

    replicate: int
    seconds: float


Progress = Callable[[float], None]
"""Called with the finished share of the replicate, 0 to 1."""


def run_one(
    plan: RunPlan, replicate: int, *, keep: str, path: Path, progress: Progress | None = None
) -> Done:
    """Run one replicate and write it into the results folder at ``path``."""
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels
    from unhedged.results.store import Store  # noqa: PLC0415 - polars

    began = time.perf_counter()
    output = run_replicate(plan, replicate, keep=keep, progress=progress)
    seconds = time.perf_counter() - began
    tables = {
        name: frame
        for name, frame in output.tables.items()
        if keep != "summary" or name in FORCED_TABLES
    }
    Store(path=path).write_replicate(
        replicate, tables, headline=output.headline, checks=output.checks, seconds=seconds
    )
    return Done(replicate=replicate, seconds=seconds)


def run_many(
    plan: RunPlan,
    replicates: Sequence[int],
    *,
    keep: str,
    path: Path,
    workers: int,
    progress: Progress | None = None,
) -> Iterator[Done]:
    """Yield each replicate as it finishes; in this process for one worker, in spawned ones otherwise.

    Raises
    ------
    WorkerLostError
        The same replicate took two workers down; all others are finished first.
    """
    if workers <= 1 or len(replicates) <= 1:
        for replicate in replicates:
            yield run_one(plan, replicate, keep=keep, path=path, progress=progress)
        return
    # The first one alone: on a new machine it compiles the kernels, and the rest find them in the cache.
    todo = dict.fromkeys(replicates, 0)
    batches = [list(replicates[:1]), list(replicates[1:])]
    while batches:
        batch = [n for n in batches.pop(0) if n in todo]
        for done in _pool(plan, batch, keep=keep, path=path, workers=min(workers, len(batch))):
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
    plan: RunPlan, batch: Sequence[int], *, keep: str, path: Path, workers: int
) -> Iterator[Done | int]:
    # Yields what finished, and the number of every replicate that was lost with its worker.
    if not batch:
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start)
    try:
        running = {pool.submit(run_one, plan, n, keep=keep, path=path): n for n in batch}
        while running:
            # In short waits: a Ctrl-C that reaches another thread does not wake this one.
            finished, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                yield _result(future, running.pop(future))
    except BaseException:
        # Ctrl-C, or an error of one replicate: stop at once. What is finished is on disk.
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()


def _result(future: "Future[Done]", replicate: int) -> Done | int:
    try:
        return future.result()
    except BrokenProcessPool:
        return replicate


def _start() -> None:
    # One thread each: the cores are taken by the other workers. Ctrl-C is the parent's to handle.
    os.environ.update(POLARS_MAX_THREADS="1", NUMBA_NUM_THREADS="1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
