"""How much memory and disk a run would need, so that it is refused before it starts and not when it fails."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from unhedged.scenario.plan import RunPlan
from unhedged.vocab.errors import ResultsError

BASE_BYTES = 400_000_000
"""Interpreter, compiled code and frames of one worker."""
ACCOUNT_BYTES = 1_200
"""Account, owner, totals, one or two positions with triggers and orders."""
LEVEL_BYTES = 2 * 32
"""Both sides of one price level with its orders, on average."""
SERIES_BYTES = 28 * 8
"""One row of ``series`` in memory."""
DISK_SHARE = 0.4
"""Size of a table on disk, of its size in memory."""
FILL_BYTES = 80
FILLS_A_SECOND = 20
"""Trades of one instrument in a busy market; only with ``--keep all``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Bytes a run would take."""

    memory: int  # of all workers together
    disk: int  # of all replicates
    accounts: int


def estimate(plan: RunPlan, *, replicates: int, keep: str, workers: int) -> Need:
    """Return a rough upper estimate of what a run needs, in bytes.

    Counts accounts, book windows and recorded rows; right within a factor of about two.
    """
    accounts = sum(group.count for group in plan.agents)
    instants = plan.duration_ns // plan.record_ns + 1
    tables = 0 if keep == "summary" else 3 * instants * len(plan.instruments) * SERIES_BYTES
    if keep == "all":
        seconds = plan.duration_ns // 10**9
        tables += seconds * len(plan.instruments) * FILLS_A_SECOND * FILL_BYTES
    books = sum(instrument.window * LEVEL_BYTES for instrument in plan.instruments)
    one = BASE_BYTES + accounts * ACCOUNT_BYTES + books + 2 * tables
    return Need(
        memory=one * max(1, min(workers, replicates)),
        disk=int(replicates * (tables + accounts * 100) * DISK_SHARE),
        accounts=accounts,
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
    what = {"summary": "forced events", "tables": "tables", "all": "full events"}[keep]
    size = f"{need.accounts:,} accounts × {replicates:,} replicates × {what}"
    fewer = "Keep fewer events: --keep summary   or fewer at once: --workers 1"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if need.memory > memory:
        raise ResultsError(
            f"The run would need about {_giga(need.memory)} ({size}); this machine has {_giga(memory)}.",
            hint=fewer,
        )
    free = shutil.disk_usage(_existing(out)).free
    if need.disk > free:
        raise ResultsError(
            f"The run would write about {_giga(need.disk)} ({size}); the disk has {_giga(free)} free.",
            hint="Keep fewer events: --keep summary   or write elsewhere: --out",
        )


def _giga(size: int) -> str:
    return f"{size / 1e9:.0f} GB" if size >= 1e10 else f"{size / 1e9:.1f} GB"


def _existing(path: Path) -> Path:
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path
