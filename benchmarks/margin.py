"""The margin of a whole venue through a crash: lazy triggers, beside scans of all accounts at every update."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.side_by_side import Row, show
from unhedged.engine import bench_kernels
from unhedged.engine.bench_measure import Measure
from unhedged.kernels.margin_check import (
    SURVIVED,
    TIER_FLOOR,
    UPDATES,
    Integers,
    Population,
    draw_population,
    fill_memory,
    found,
    place,
    replay_lazily,
)

ROUNDS = 3
SCANNED = 36
"""Updates, evenly spread over the crash, that a scan is run for; its time is scaled to all of them."""


class Scan(NamedTuple):
    """What a scan found: for each account the update at which it was closed, and CPU seconds per update."""

    closed: Integers
    seconds: float


def numpy_scan(population: Population, *, step: int = 1) -> Scan:
    """Evaluate all accounts with numpy at every ``step``-th update and close those below maintenance.

    In float64: what a kernel decides on whole atoms is here exact to a few of them.
    """
    coins = len(population.num)
    low, high = np.empty(coins), np.empty(coins)
    for upto, below_floor, above in reversed(population.tiers):
        low[:upto], high[:upto] = below_floor / 1e9, above / 1e9
    starts, coin = population.first[:-1], population.coin
    per_tick = (population.pos * population.num[coin]).astype(np.float64)
    low, high, cash = low[coin], high[coin], population.cash.astype(np.float64)
    deduct = TIER_FLOOR * (high - low)
    closed = np.full(len(cash), SURVIVED, np.int64)
    updates = range(0, len(population.marks), step)
    started = time.thread_time()
    for t in updates:
        value = per_tick * (population.marks[t] / 1000)[coin]
        notional = np.abs(value)
        needed = np.where(notional >= TIER_FLOOR, notional * high - deduct, notional * low)
        health = cash + np.add.reduceat(value - needed, starts)
        closed[(health < 0) & (closed == SURVIVED)] = t
    return Scan(closed, (time.thread_time() - started) / len(updates))


def lazily(population: Population) -> Integers:
    """Return for each account the update at which the triggers close it."""
    memory = fill_memory(population)
    place(memory.address)
    replay_lazily(memory.address, 0, len(population.marks))
    return found(memory)


def compare() -> Iterator[Row]:
    """Measure the triggers beside numpy and beside the compiled scan.

    Raises
    ------
    ArithmeticError
        In a small world, numpy or the compiled scan closes other accounts, or at other updates.
    """
    small = draw_population(accounts=4_000, positions=12_000, updates=1_800, seed=11)
    if not np.array_equal(numpy_scan(small).closed, lazily(small)):
        raise ArithmeticError("numpy closes other accounts than the triggers")
    population = draw_population()
    ours: list[Measure] = []
    by_numpy: list[float] = []
    for _ in range(ROUNDS):
        ours.append(bench_kernels.margin())
        by_numpy.append(numpy_scan(population, step=UPDATES // SCANNED).seconds * UPDATES)
    if not all(one.facts["same_accounts_at_same_updates"] for one in ours):
        raise ArithmeticError("the compiled scan closes other accounts than the triggers")
    compiled = [one.facts["scan_of_all_accounts_s"] for one in ours]
    for beside, theirs in (
        ("numpy, all accounts", by_numpy),
        ("compiled scan, all accounts", compiled),
    ):
        yield Row(
            what="margin, 7,200 updates", goal="1 s", unit="s", ours=[one.median for one in ours], beside=beside, theirs=theirs,
            note=f"{ours[0].conditions}; {ours[0].facts['accounts_evaluated']:,} evaluations in place of 3.2 billion, "
            f"{ours[0].facts['accounts_liquidated']:,} accounts liquidated. Both scans close the same accounts at the same updates "
            f"in a world of 4,000; here they are timed for {SCANNED} updates and scaled",
        )  # fmt: skip


if __name__ == "__main__":
    show(compare)
