"""The full loop, beside a Python loop that does nothing with its events, and beside its plain twin on a small market.

The bare loop is the floor of any simulator written in Python: a heap, a counter, one call per event, and no market.
"""

import heapq
import time
from collections.abc import Iterator
from functools import partial
from itertools import count, cycle

import numpy as np

from benchmarks.side_by_side import Row, alternate, show
from benchmarks.twins import Twins, beside_twin
from unhedged.engine import bench_runs
from unhedged.engine.bench_measure import Measure

AGENTS = 10_000
EVENTS = 1_000_000
SMALL, STEP, OPENED = 200, 10_000, 35
"""Agents of the twins' market, events each round, and the simulated second by which everybody takes part."""


def bare_loop(agents: int = AGENTS, events: int = EVENTS) -> float:
    """Return events a second of a heap in Python: ``agents`` that wait, wake, and wait again."""
    random = np.random.default_rng(7)
    delays: list[int] = random.integers(1, 10**9, 65_536).tolist()
    wait = cycle(delays).__next__
    number, woken = count(), [0] * agents
    queue = [(wait(), next(number), agent) for agent in range(agents)]
    heapq.heapify(queue)

    def wake(agent: int) -> int:
        woken[agent] += 1
        return wait()

    started = time.thread_time()
    for _ in range(events):
        now, _, agent = heapq.heappop(queue)
        heapq.heappush(queue, (now + wake(agent), next(number), agent))
    return events / (time.thread_time() - started)


def compare() -> Iterator[Row]:
    """Measure markets of two and forty books beside the bare loop, then a small one beside its twin."""
    for books in (2, 40):
        runs: list[Measure] = []
        ours, bare = alternate(partial(_market, books, runs), bare_loop)
        market = runs[0]
        yield Row(
            what=market.name, goal="5M events/s", unit=market.unit, more_is_better=True, ours=ours,
            beside="bare Python heap loop", theirs=bare,
            note=f"{market.conditions}: {market.facts['messages']:,} messages, {market.facts['trades']:,} trades. The bare loop has "
            f"{AGENTS:,} events waiting and no market",
        )  # fmt: skip
    yield beside_twin(Twins(SMALL), second=OPENED, step=STEP)


def _market(books: int, runs: list[Measure]) -> float:
    runs.append(bench_runs.loop(books=books, agents=AGENTS, repeats=1))
    return runs[-1].median


if __name__ == "__main__":
    show(compare)
