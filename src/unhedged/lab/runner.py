"""Processes that run replicates of one plan after another and keep measures alone."""

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from unhedged.engine import worker
from unhedged.lab.misses import Measured
from unhedged.measures.day import Day, Roles
from unhedged.scenario.plan import RunPlan


def measure_one(
    plan: RunPlan, replicate: int, names: Sequence[str], roles: Roles
) -> dict[str, float | None]:
    """Run one replicate and return its measures by name; tables are not kept."""
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels, in the process that runs
    from unhedged.lab.october import measured  # noqa: PLC0415 - polars

    tables = run_replicate(plan, replicate).tables
    shock = min((news.t_ns for news in plan.news), default=0)
    day = Day(tables.__getitem__, shock, roles)
    return measured(day, names)


@dataclass(slots=True, kw_only=True)
class Runner:
    """Processes that run replicates, kept for a whole search so that kernels are loaded once."""

    workers: int
    _pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "Runner":
        """Start the processes, where there are more than one."""
        if self.workers > 1:
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=get_context("spawn"), initializer=worker.begin
            )
        return self

    def __exit__(self, *_: object) -> None:
        """End them, with what they are doing."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def measure(
        self, plan: RunPlan, replicates: int, names: Sequence[str], roles: Roles
    ) -> Measured:
        """Return the measures of replicates 0 to ``replicates - 1``, a list a measure."""
        calls = [(plan, n, names, roles) for n in range(replicates)]
        if self._pool is None:
            rows = [measure_one(*call) for call in calls]
        else:
            futures: list[Future[dict[str, float | None]]] = [
                self._pool.submit(measure_one, *call) for call in calls
            ]
            rows = [future.result() for future in futures]
        return {name: [row[name] for row in rows] for name in names}
