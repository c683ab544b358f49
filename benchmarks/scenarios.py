"""One replicate of each shipped scenario, beside a bare Python loop over as many events."""

from collections.abc import Iterator
from functools import partial

from benchmarks.loop import bare_loop
from benchmarks.side_by_side import Row, alternate, show
from unhedged.engine import bench_runs
from unhedged.engine.bench_measure import Measure

GOALS = {"btc-cascade": "2 s", "october-2025-small": "60 s"}
ROUNDS = 3


def compare() -> Iterator[Row]:
    """Measure each scenario ``ROUNDS`` times, in a process of its own each time, with the floor between.

    Memory is the highest of the rounds. It is that of a new process only while the one that starts it is smaller, so the caller
    should not have run anything large before.
    """
    for name, goal in GOALS.items():
        runs: list[Measure] = []
        ours, rates = alternate(partial(_replicate, name, runs), bare_loop, rounds=ROUNDS)
        events, recorded = (runs[0].facts[fact] for fact in ("events", "recorded_mb"))
        peak = max(run.facts["peak_memory_mb"] for run in runs)
        yield Row(
            what=name,
            goal=goal,
            unit="s",
            ours=ours,
            beside="bare Python heap loop, as many events",
            theirs=[events / rate for rate in rates],
            note=f"{events:,} events; peak memory {peak:,.0f} MB (goal: 2,000 MB); {recorded:.1f} MB recorded, as Parquet",
        )


def _replicate(name: str, runs: list[Measure]) -> float:
    runs += bench_runs.scenarios(names=(name,))
    return runs[-1].median


if __name__ == "__main__":
    show(compare)
