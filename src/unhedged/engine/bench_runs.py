"""Speed of whole runs: the loop in its steady state, starting up, and the shipped scenarios."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from unhedged.engine.bench_measure import Measure
from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.engine.buffers import Rows, make_room
from unhedged.engine.build import build
from unhedged.kernels import loop as kernel_loop
from unhedged.scenario.load import load
from unhedged.vocab.enums import Reason
from unhedged.vocab.errors import UnhedgedError

SCENARIOS = ("btc-cascade", "october-2025-small")
WARM_UP = 30
"""Simulated seconds before measuring: books filled, every agent in its stride."""
EVENTS = 2_000_000
REPEATS = 3
CHUNK = 250_000
STEP = 10_000
"""Events between two looks at the clock while warming up."""


def loop(
    *,
    books: int = 2,
    agents: int = 10_000,
    events: int = EVENTS,
    repeats: int = REPEATS,
    warm_up: int = WARM_UP,
) -> Measure:
    """Measure events a second of a market in its steady state.

    Parameters
    ----------
    books, agents : int
        Size of the market, see `bench_scenarios.loop_scenario`.
    events : int
        Events per repetition; the repetitions follow each other in one run.
    warm_up : int
        Simulated seconds before the first.
    """
    plan = load(loop_scenario(books=books, agents=agents)).plan()
    memory = build(plan, 0).memory
    world, rows = memory.world, Rows()
    while world["now"] < warm_up * 10**9:
        _handle(memory, rows, STEP)
    before = {key: int(world[key]) for key in _COUNTED}
    values = []
    for _ in range(repeats):
        started = time.thread_time()
        _handle(memory, rows, events)
        values.append(events / (time.thread_time() - started))
    facts = {name: int(world[key]) - before[key] for key, name in _COUNTED.items() if key != "now"}
    return Measure(
        name=f"loop {books} books",
        unit="events/s",
        values=values,
        more_is_better=True,
        conditions=(
            f"{agents:,} active agents, {len(memory['account']):,} accounts, {books} books, latency, gateways, ledger, margin "
            f"checks and sums at every recorded second; {events:,} events a repetition, after {warm_up} simulated seconds"
        ),
        facts={
            "simulated_s": (int(world["now"]) - before["now"]) / 1e9,
            "orders_resting": int(memory["book"]["orders"].sum()),
            **facts,
        },
    )


_COUNTED = {
    "now": "",
    "messages": "messages",
    "trades": "trades",
    "rejects": "refused",
    "margin_checks": "accounts_evaluated",
}
"""Counters of the world and how the result calls them."""


def _handle(memory: Any, rows: Rows, events: int) -> None:
    last = int(memory.world["events"]) + events
    while (left := last - int(memory.world["events"])) > 0:
        reason = Reason(kernel_loop.run(memory.address, min(left, CHUNK)))
        if reason == Reason.GROW:
            make_room(memory, rows)
        elif reason != Reason.PAUSE:
            raise UnhedgedError(f"The benchmark's market stopped early: {reason.name}.")


def start() -> Iterator[Measure]:
    """Measure a process from its start to its first event: with nothing compiled, then with all of it on disk."""
    with tempfile.TemporaryDirectory() as folder:
        for name, what in (
            ("start cold", "an empty cache folder"),
            ("start later", "everything on disk"),
        ):
            repeats = 1 if name == "start cold" else REPEATS
            found = [_child("first_event", "calm", folder) for _ in range(repeats)]
            yield Measure(
                name=name,
                unit="s of wall time",
                values=[one["wall_s"] for one in found],
                conditions=f"a new process, imports, the scenario calm drawn, one event; {what}",
                facts={"cpu_s": min(one["cpu_s"] for one in found)},
            )


def scenarios(*, names: tuple[str, ...] = SCENARIOS) -> Iterator[Measure]:
    """Measure one replicate of each shipped scenario in a process of its own."""
    for name in names:
        found = _child("replicate", name, None)
        del found["wall_s"]  # of the whole process
        yield Measure(
            name=name,
            unit="s per replicate",
            values=[found.pop("cpu_s")],
            conditions="replicate 0, tables kept, one process; kernels compiled before, drawing and tables included",
            facts=found,
        )


def _child(what: str, scenario: str, cache: str | None) -> dict[str, Any]:
    environment = dict(os.environ) if cache is None else os.environ | {"UNHEDGED_CACHE_DIR": cache}
    command = [sys.executable, "-m", "unhedged.engine.bench_child", what, scenario]
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        command, env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    if done.returncode != 0:
        raise UnhedgedError(f"A process of the benchmark failed.\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"wall_s": wall, **found}
