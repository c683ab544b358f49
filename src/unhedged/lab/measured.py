"""What a scorecard asks of each replicate, asked by the run itself while the tables are in memory: a page then need not read them.

An answer is good where the same question would be put to the same source: it carries the digest of both, and where that is not
the reader's own, tables are read instead. The numbers are the same either way, to the last bit.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from unhedged.lab.october import measured
from unhedged.lab.scorecard import CASCADED, LEDGER, Measures
from unhedged.lab.targets import EXPERIMENTS, Targets
from unhedged.measures.closed import KIND, lost_to_adl
from unhedged.measures.day import COLUMNS, Day, Roles
from unhedged.results.manifest import digest_of, versions
from unhedged.results.store import Store

ROOMS = ("lab", "measures", "results", "vocab")
"""Whose source an answer depends on, once there are tables."""
STRUCK = pl.col("kind") == KIND
"""Rows of ``adl`` that are about desks."""


@cache
def source() -> dict[str, str]:
    """Return the digest of each of `ROOMS`, and the versions of what they stand on."""
    root = Path(str(resources.files("unhedged")))
    return {room: digest_of(root / room) for room in ROOMS} | versions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which measures, who stands for whom in the scenario, when its news comes, and the source that answers."""

    names: tuple[str, ...]  # of the measures, sorted
    roles: Roles
    shock_ns: int
    source: str = field(default_factory=lambda: json.dumps(source()))  # as the question was put

    def __call__(self, tables: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
        """Return what a run stores of a replicate with these tables: its measures, and what they come from."""

        def table(name: str) -> pl.DataFrame:
            frame = tables[name]
            if name == "desks":
                frame = frame.filter(lost_to_adl(tables["adl"].filter(STRUCK)))
            return frame.select(COLUMNS[name])

        return {"by": self.digest(), "measures": self._of(table)}

    def stored(self, store: Store, replicate: int) -> Measures | None:
        """Return the measures that the run stored of a replicate; None where it was asked nothing, or not this by this source."""
        found = store.measured(replicate)
        if found is None or found["by"] != self.digest():
            return None
        measures: Measures = found["measures"]
        return measures

    def read(self, store: Store, replicate: int) -> Measures:
        """Return the measures of a replicate from its tables on the disk: of desks those that ADL closed, all that are asked about."""

        def table(name: str) -> pl.DataFrame:
            where = None
            if name == "desks":
                closes = store.table("adl", replicate, columns=("account",), where=STRUCK)
                where = lost_to_adl(closes)
            return store.table(name, replicate, columns=COLUMNS[name], where=where)

        return self._of(table)

    def _of(self, tables: Callable[[str], pl.DataFrame]) -> Measures:
        return measured(Day(tables, self.shock_ns, self.roles), self.names)

    def digest(self) -> str:
        """Return the SHA-256 of the question, of the source that answers it, and of the versions that stands on."""
        asked = json.dumps(asdict(self))
        return hashlib.sha256(asked.encode()).hexdigest()


def question(targets: Targets, news_ns: Iterable[int]) -> Question:
    """Return what ``targets`` ask of each replicate of a scenario whose news comes at these times, ns from the start."""
    rows = [row for row in targets.rows if row.scope not in EXPERIMENTS]
    names = {part.measure for row in rows for part in row.parts} - {LEDGER} | {CASCADED[0]}
    shock_ns = min(news_ns, default=0)
    return Question(names=tuple(sorted(names)), roles=targets.roles, shock_ns=shock_ns)
