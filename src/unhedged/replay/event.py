"""A real event replayed from the data in a folder: everything the data allow, and what they do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unhedged.replay.archive.forced import needed
from unhedged.replay.archive.reconstruction import (
    Reconstruction,
    archive_findings,
    reconstruct,
)
from unhedged.replay.archive.removal import removal_findings
from unhedged.replay.checks import checks
from unhedged.replay.comparison import compare_policies
from unhedged.replay.figures import Problem, by_id
from unhedged.replay.findings import Findings
from unhedged.replay.groups import Group, complete_groups, structure
from unhedged.replay.loading import EventData, load_event
from unhedged.replay.policy_table import policy_table
from unhedged.replay.shocks import shocks
from unhedged.replay.totals import totals
from unhedged.replay.wave_coins import wave_coins
from unhedged.replay.waves import waves
from unhedged.replay.winners import winners
from unhedged.vocab.errors import DataError, UnknownKind

EVENTS: Mapping[str, str] = {
    "hyperliquid-2025-10-10": "Hyperliquid, 10 October 2025, 21:15 to 21:27 UTC",
}
"""Events that can be replayed, by id."""

SUBJECTS = (totals, waves, shocks, policy_table, winners, wave_coins)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """An event with everything found in a folder."""

    event: str
    title: str
    folder: Path
    data: EventData
    findings: Findings
    checks: list[dict[str, Any]]
    groups: list[Group]
    archive: Reconstruction | None

    @property
    def problems(self) -> list[Problem]:
        """What is wrong in the data, by file and row."""
        return self.data.problems

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        found = self.findings
        return {
            "event": self.event,
            "title": self.title,
            "data": self._data(),
            "figures": [figure.to_json() for figure in by_id(found.figures).values()],
            "corrections": [correction.to_json() for correction in found.corrections],
            "checks": self.checks,
            "not_computed": [gap.to_json() for gap in found.gaps],
            **found.rows,
        }

    def _data(self) -> dict[str, Any]:
        data = self.data
        return {
            "folder": str(self.folder),
            "tables": [
                {
                    "table": name,
                    "says": table.spec.says,
                    "basis": basis.value,
                    "files": list(table.files),
                    "rows": table.frame.height,
                    "whole": table.spec.whole,
                }
                for (name, basis), table in data.tables.items()
            ],
            "documents": [
                {"document": name, "basis": basis.value, "file": file}
                for (name, basis), file in data.document_files.items()
            ],
            "archive": {"fills": data.listing.fills, "events": data.listing.events},
            "missing": [{"table": spec.name, "says": spec.says} for spec in data.missing],
            "other_files": data.listing.others,
            "problems": [problem.to_json() for problem in data.problems],
        }


def replay(event: str, folder: str | Path) -> Replayed:
    """Return an event replayed from the data in a folder.

    Parameters
    ----------
    event : str
        One of ``EVENTS``.
    folder : path
        Holds the event's tables or the venue's archive, at any depth.

    Raises
    ------
    UnknownKind
        No event of this name.
    DataError
        No such folder, or nothing of the event in it.
    """
    if event not in EVENTS:
        raise UnknownKind.of("event", event, EVENTS)
    data = load_event(Path(folder))
    if not data.tables and not data.documents and not data.listing.fills:
        raise _nothing(Path(folder), data)
    found = Findings()
    for subject in SUBJECTS:
        found.extend(subject(data))
    groups = complete_groups(data, data.problems)
    if not found.lacks("how a group of fills is built", data, ["fills"]):
        found.extend(structure(groups, data.needed("fills").source))
    archive = _archive(data, found)
    found.extend(compare_policies(data, groups, archive))
    return Replayed(
        event=event,
        title=EVENTS[event],
        folder=Path(folder),
        data=data,
        findings=found,
        checks=checks(data),
        groups=groups,
        archive=archive,
    )


def _archive(data: EventData, found: Findings) -> Reconstruction | None:
    archive = reconstruct(data.listing, data.problems)
    if archive is not None:
        found.extend(archive_findings(archive))
        found.extend(removal_findings(archive, needed(archive.rolled, archive.forced)))
    return archive


def _nothing(folder: Path, data: EventData) -> DataError:
    wrong = "".join(f"\n    {problem}" for problem in data.problems[:3])
    return DataError(
        f"nothing of the event is in {folder} ({data.listing.others:,} other files).{wrong}",
        hint="It wants the published tables (adl_by_coin_REALTIME.csv, bad_debt_loser_waves.csv, …) or the venue's archive "
        "(node_fills_by_block/hourly/YYYYMMDD/H.lz4). docs/how-to/replay-a-real-event.md says where they are.",
    )
