"""The event's published JSON files: what each must have, and what tells the two reconstructions apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unhedged.replay.figures import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSpec:
    """A JSON file of the event: what this room calls it, the reconstruction, what it holds, and what it must have.

    ``needs`` are paths of numbers, parts set off by dots; ``[]`` after a name is a list of which every member has the rest.
    """

    name: str
    basis: Basis | None
    says: str
    needs: tuple[str, ...] = ()

    def lacks(self, content: Any) -> str:
        """Return the first path that is not there, nothing when all are."""
        return next((path for path in self.needs if not _reaches(content, path.split("."))), "")


def _reaches(content: Any, parts: list[str]) -> bool:
    if not parts:
        return isinstance(content, (int, float)) and not isinstance(content, bool)
    name, rest = parts[0].removesuffix("[]"), parts[1:]
    if not isinstance(content, dict) or name not in content:
        return False
    if parts[0].endswith("[]"):
        rows = content[name]
        return isinstance(rows, list) and bool(rows) and all(_reaches(row, rest) for row in rows)
    return _reaches(content[name], rest)


DOCUMENTS: Mapping[str, DocumentSpec] = {
    "realtime_analysis_summary": DocumentSpec(
        name="summary",
        basis=None,
        says="totals of a reconstruction",
        needs=(
            "key_findings.negative_equity_count",
            "key_findings.negative_equity_total",
            "key_findings.total_adl_notional",
        ),
    ),
    "headlines": DocumentSpec(
        name="headlines",
        basis=Basis.BEFORE,
        says="headline numbers of the paper",
        needs=("headline.queue_total_overshoot_usd",),
    ),
    "total_impact_results": DocumentSpec(
        name="impact",
        basis=Basis.FILLS,
        says="liquidation and ADL rows in total",
        needs=(
            "adl.events",
            "adl.notional",
            "adl.pnl",
            "liquidations.notional",
            "total.notional",
        ),
    ),
    "cascade_timing_results": DocumentSpec(
        name="timing",
        basis=Basis.FILLS,
        says="liquidation and ADL rows by second",
        needs=("timeline[].second", "timeline[].liquidations", "timeline[].adls"),
    ),
    "adl_prioritization_results": DocumentSpec(
        name="ranking",
        basis=Basis.AFTER,
        says="leverage and profit of ADL fills",
        needs=("median_leverage",),
    ),
    "adl_flow_data": DocumentSpec(
        name="flows",
        basis=Basis.FILLS,
        says="who was on the other side",
        needs=("metadata.totalNotionalUsd", "topAccounts.liquidated[].totalNotional"),
    ),
}
"""JSON files by stem."""

MARKS_OF_BASIS: Mapping[str, Basis] = {
    "hyperreplay": Basis.BEFORE,
    "hypermultiassetedadl": Basis.AFTER,
}
"""Parts of folder names that tell the reconstruction of the tables that come under one name in both."""

NEGATIVE_EQUITY: Mapping[int, Basis] = {1_147: Basis.BEFORE, 302: Basis.AFTER}
"""``negative_equity_count`` of a summary that lies beside a table tells the same, and first."""
