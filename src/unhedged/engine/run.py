"""Run one replicate of a plan."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import polars as pl

from unhedged.engine.buffers import Rows, make_room
from unhedged.engine.build import Built, build
from unhedged.engine.frames import Frames
from unhedged.engine.plugins import allocate, python_turn
from unhedged.engine.watch import Watch, events_by_kind, looks_by_work
from unhedged.kernels import loop
from unhedged.measures.headline import headline
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import Breach, Reason
from unhedged.vocab.errors import InvariantError

CHUNK = 500_000
"""Events between looks at progress and interrupts: a few tenths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateOutput:
    """What one replicate leaves: tables, headline measures and checks."""

    tables: dict[str, pl.DataFrame]
    headline: dict[str, Any]
    checks: dict[str, Any]


def run_replicate(
    plan: RunPlan,
    replicate: int,
    *,
    keep: str = "tables",
    profile: bool = False,
    progress: Callable[[float], None] | None = None,
) -> ReplicateOutput:
    """Run replicate ``replicate`` of ``plan`` from its start to its end.

    Parameters
    ----------
    plan : RunPlan
        What to run.
    replicate : int
        Its number; with the plan's seed it fixes every draw.
    keep : str
        ``summary`` or ``tables``: rows of forced events, desks and funds; ``all``: every trade as well.
    profile : bool
        Whether to watch where the time goes, and say so in ``checks``.
    progress : callable, optional
        Called with the share of simulated time that has passed, 0 to 1.

    Raises
    ------
    InvariantError
        Money or positions do not balance: a bug of ours or of a plug-in.
    """
    started = time.perf_counter()
    built = build(plan, replicate, keep_all=keep == "all")
    rows = Rows()
    memory = built.memory
    frames = Frames(plan, memory, built.names)
    watch = Watch(memory)
    begun = time.perf_counter()
    cpu = time.thread_time()
    with ExitStack() as stack:
        if profile:
            stack.enter_context(watch.watching())
        _loop(plan, replicate, built, rows, watch, progress)
    cpu = time.thread_time() - cpu
    ended = time.perf_counter()
    rows.take(memory)
    tables = frames.all(rows, with_fills=keep == "all")
    measures = headline(plan, tables, trades=int(memory.world["trades"]))
    checks = _checks(built, cpu, time.perf_counter() - started)
    if profile:
        checks |= looks_by_work(watch)
        checks |= {
            "watched_events": checks["events"],
            "build_ms": round(1e3 * (begun - started)),
            "loop_ms": round(1e3 * cpu),
            "tables_ms": round(1e3 * (time.perf_counter() - ended)),
        }
    return ReplicateOutput(tables=tables, headline=measures, checks=checks)


def _loop(
    plan: RunPlan,
    replicate: int,
    built: Built,
    rows: Rows,
    watch: Watch,
    progress: Callable[[float], None] | None,
) -> None:
    memory = built.memory
    while True:
        with watch.loop():
            reason = Reason(loop.run(memory.address, CHUNK))
        if reason == Reason.END:
            return
        if reason == Reason.GROW:
            make_room(memory, rows)
        elif reason == Reason.AGENT:
            python_turn(built)
        elif reason == Reason.ADL_POLICY:
            allocate(built)
        elif reason == Reason.INVARIANT:
            raise _broken(plan, replicate, memory.world)
        if progress is not None:
            progress(min(1.0, int(memory.world["now"]) / max(1, plan.duration_ns)))


def _broken(plan: RunPlan, replicate: int, world: Any) -> InvariantError:
    return InvariantError(
        _LAWS[Breach(int(world["breach"]))],
        step=int(world["events"]),
        t_ns=int(world["now"]),
        replay=f"unhedged run {plan.name} --seed {plan.seed} --replicate {replicate}",
    )


_LAWS = {
    Breach.NONE: "nothing is broken",
    Breach.CASH: "cash does not sum to zero over all accounts",
    Breach.POSITIONS: "the positions of an instrument do not sum to what they must",
    Breach.ALLOCATION: "an ADL policy closed another quantity than the case needs",
}


def _checks(built: Built, cpu: float, wall: float) -> dict[str, Any]:
    world = built.memory.world
    return {
        "ledger": "balanced",
        "events": int(world["events"]),
        "messages": int(world["messages"]),
        "trades": int(world["trades"]),
        "margin_checks": int(world["margin_checks"]),
        "rejects": int(world["rejects"]),
        "cpu_seconds": cpu,
        "wall_seconds": wall,
        "events_per_second": int(world["events"]) / max(cpu, 1e-9),
        "memory_bytes": built.memory.nbytes(),
    } | events_by_kind(built.memory)
