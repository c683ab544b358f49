"""From the start of a process to its first event, beside a process that only imports what the project stands on.

Wall time, which somebody waits, and CPU time, which other work on the machine changes less. The first start compiles into an
empty cache folder.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.side_by_side import Row, show
from unhedged.engine import bench_runs

GOALS = {"start cold": "30 s", "start later": "1.5 s"}
FLOOR = "import numba, polars, pydantic"
ROUNDS = 3


def import_seconds(statement: str = FLOOR) -> tuple[float, float]:
    """Return the wall and the CPU seconds of a new process that runs one statement."""
    started, spent = time.perf_counter(), _cpu_of_children()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started, _cpu_of_children() - spent


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare() -> Iterator[Row]:
    """Measure both starts beside the imports alone."""
    import_seconds()  # from disk into memory
    for ours in bench_runs.start():
        wall, cpu = zip(*(import_seconds() for _ in range(ROUNDS)), strict=True)
        sides = {"wall": (ours.values, wall), "CPU": ([ours.facts["cpu_s"]], cpu)}
        best = f"; of {len(ours.values)}, CPU time is the least" if len(ours.values) > 1 else ""
        for clock, (our_seconds, their_seconds) in sides.items():
            yield Row(
                what=f"{ours.name}, {clock} time",
                goal=GOALS[ours.name],
                unit="s",
                ours=our_seconds,
                beside=f'python -c "{FLOOR}"',
                theirs=their_seconds,
                note=f"{ours.conditions}{best}" if clock == "CPU" else "",
            )


if __name__ == "__main__":
    show(compare)
