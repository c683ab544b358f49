"""How much memory and disk a run would need, so that it is refused before it starts and not when it fails."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from unhedged.agents import rows as agent_rows
from unhedged.engine.build import table_rows
from unhedged.engine.desks import RECORDED
from unhedged.kernels.record import RISK_EVERY
from unhedged.kernels.tables import TABLES
from unhedged.scenario.plan import AgentGroupPlan, RunPlan
from unhedged.vocab.errors import ResultsError
from unhedged.vocab.units import SECOND

BASE_BYTES = 300_000_000
"""Interpreter, compiled code and libraries of one worker."""
BUSY_FILLS = 15
"""Trades of one instrument a second; 9 to 13 in the shipped scenarios."""
LEG_TRANSFERS = 0.2
"""Ledger rows a recorded leg leaves a second, fees of its fills and funding; 0.13 to 0.19 in the shipped scenarios."""
FRAME_BYTES = {
    "series": 280,
    "desk": 110,
    "transfer": 80,
    "fill": 130,
    "account": 144,
    "risk": 2_400,
}
"""One row of each table as a frame; a map of liquidation prices becomes some sixty."""
FILE_BYTES = {"series": 120, "desk": 16, "transfer": 9, "fill": 12, "account": 76, "risk": 400}
"""One row of each table in its file, compressed; an account with the forced events it may have. Measured, rounded up."""
FOLDER_BYTES = 50_000
"""A replicate without rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Bytes a run would take."""

    memory: int  # of all workers together
    disk: int  # of all replicates
    agents: int
    instants: int  # recorded


def recorded_rows(plan: RunPlan, *, fills: bool) -> dict[str, int]:
    """Return how many rows one replicate leaves in each table, at most about."""
    instants = plan.duration_ns // plan.record_ns + 1
    seconds = plan.duration_ns // SECOND + 1
    legs = sum(_legs(group) for group in plan.agents if group.kind in RECORDED)
    books = len(plan.instruments)
    kept = seconds * books * BUSY_FILLS if fills else 0
    return {
        "series": instants * books,
        "desk": instants * legs,
        # With every fill come the fees of both its sides.
        "transfer": max(int(seconds * legs * LEG_TRANSFERS), 2 * kept),
        "fill": kept,
        "account": sum(group.count for group in plan.agents),
        "risk": (plan.duration_ns // RISK_EVERY + 1) * books,
    }


def estimate(plan: RunPlan, *, replicates: int, keep: str, workers: int) -> Need:
    """Return an upper estimate of what a run needs, in bytes.

    Counts every table a world begins with, and every row it records; right within a factor of about two. What cannot be known
    before, trades and fees, is taken from a busy market.
    """
    rows = recorded_rows(plan, fills=keep == "all")
    tables = sum(count * TABLES[name].itemsize for name, count in table_rows(plan).items())
    # Recorded rows stand in memory as they were taken out, joined, and as frames.
    kept = sum(n * (2 * TABLES[name].itemsize + FRAME_BYTES[name]) for name, n in rows.items())
    written = {"account": rows["account"]} if keep == "summary" else rows
    disk = sum(count * FILE_BYTES[name] for name, count in written.items())
    return Need(
        memory=(BASE_BYTES + tables + kept) * max(1, min(workers, replicates)),
        disk=replicates * (disk + FOLDER_BYTES),
        agents=rows["account"],
        instants=plan.duration_ns // plan.record_ns + 1,
    )


def refuse_if_too_large(
    plan: RunPlan, *, replicates: int, keep: str, workers: int, out: Path
) -> None:
    """Raise when the run does not fit into this machine's memory or the disk under ``out``.

    Raises
    ------
    ResultsError
        With what it would need, what there is, and what to change.
    """
    need = estimate(plan, replicates=replicates, keep=keep, workers=workers)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if need.memory > memory:
        at_once = min(workers, replicates)
        fewer = [f"--workers {at_once // 2}"] if at_once > 1 else []
        raise ResultsError(
            f"The run would need about {size(need.memory)} of memory "
            f"({need.agents:,} agents × {need.instants:,} recorded instants × {at_once:,} at once); "
            f"this machine has {size(memory)}.",
            hint=_fixes(*fewer, *_smaller(plan)),
        )
    free = shutil.disk_usage(_existing(out)).free
    if need.disk > free:
        fewer = ["--replicates"] if replicates > 1 else []
        less = {"all": ["--keep tables"], "tables": ["--keep summary"]}.get(keep, [])
        raise ResultsError(
            f"The run would write about {size(need.disk)} ({replicates:,} replicates × "
            f"{need.instants:,} recorded instants, --keep {keep}); the disk has {size(free)} free.",
            hint=_fixes(*less, *fewer, *_smaller(plan), "--out on another disk"),
        )


def size(count: int) -> str:
    """Return bytes for people: ``4.6 MB``, ``18 GB``."""
    for unit, bytes_ in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= bytes_:
            share = count / bytes_
            return f"{share:,.0f} {unit}" if share >= 10 else f"{share:.1f} {unit}"
    return f"{count} bytes"


def _smaller(plan: RunPlan) -> list[str]:
    # What makes one replicate smaller, the part that weighs most first.
    rarer = f"--set run.record_every={max(10, 10 * plan.record_ns // SECOND)}s"
    crowd = sum(table_rows(plan).values()) * 64
    recorded = sum(recorded_rows(plan, fills=False).values()) * 200
    shorter = "a shorter run.duration"
    return [rarer, shorter] if recorded > crowd else ["fewer agents", rarer, shorter]


def _fixes(*ways: str) -> str:
    return f"Any of: {'; '.join(ways)}."


def _legs(group: AgentGroupPlan) -> int:
    return group.count * len(agent_rows.legs(group.kind, group.params))


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
