"""What lies in a folder of the event's data: tables, documents and archive files, nothing outside it."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unhedged.replay.figures import Problem
from unhedged.vocab.errors import DataError

ARCHIVE = re.compile(r"(node_fills_by_block|misc_events_by_block)/hourly/(\d{8})/(\d{1,2})\.lz4$")
"""Files of the venue's archive, by the end of their path: kind, day, hour."""
OLDER = re.compile(r"node_(fills|trades)/hourly/\d{8}/\d{1,2}\.lz4$")
"""Fills in the form of before 27 July 2025, one a line."""
SNAPSHOT = re.compile(r"clearinghouse_snapshot[^/]*\.jsonl$")


@dataclass(slots=True, kw_only=True)
class Listing:
    """Files by kind, as paths relative to the folder, in the order they are read."""

    root: Path
    tables: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)
    others: int = 0
    problems: list[Problem] = field(default_factory=list)

    def path(self, file: str) -> Path:
        """Return the path of a listed file."""
        return self.root / file


def _nothing(_: str) -> bool:
    return False


def list_folder(
    folder: Path,
    is_table: Callable[[str], bool] = _nothing,
    is_document: Callable[[str], bool] = _nothing,
) -> Listing:
    """Return what lies in a folder, at any depth.

    Parameters
    ----------
    folder : Path
        May itself be a link; what is in it may not lead out of it.
    is_table, is_document : callable
        Whether a file, by its path relative to the folder, is a table or a document of the event; none is when left out.

    Raises
    ------
    DataError
        There is no such folder.

    Notes
    -----
    A link whose target is outside is named and not read; one whose target is inside is not read a second time.
    """
    if not folder.is_dir():
        raise DataError(
            f"{folder} is no folder.",
            hint="Give the folder that holds the event's tables, or the venue's archive: --data DIR",
        )
    listing = Listing(root=folder.resolve())
    for file in _walk(listing):
        if match := ARCHIVE.search(file):
            (listing.fills if match[1].startswith("node") else listing.events).append(file)
        elif OLDER.search(file):
            listing.problems.append(_older(file))
        elif SNAPSHOT.search(file):
            listing.snapshots.append(file)
        elif is_table(file):
            listing.tables.append(file)
        elif is_document(file):
            listing.documents.append(file)
        else:
            listing.others += 1
    listing.fills.sort(key=_hour)
    listing.events.sort(key=_hour)
    return listing


def _older(file: str) -> Problem:
    return Problem(
        file=file,
        row=None,
        what="is of the older form, one fill a line.",
        then="It was not read; this event is in node_fills_by_block.",
    )


def _hour(file: str) -> tuple[str, int, str]:
    day, hour = file.rsplit("/", 2)[1:]
    return day, int(hour.removesuffix(".lz4")), file


def _walk(listing: Listing) -> Iterator[str]:
    for top, folders, files in os.walk(listing.root):
        folders.sort()
        for name in [*folders, *sorted(files)]:
            path = Path(top, name)
            file = path.relative_to(listing.root).as_posix()
            if path.is_symlink():
                if not path.resolve().is_relative_to(listing.root):
                    listing.problems.append(
                        Problem(
                            file=file,
                            row=None,
                            what=f"leads out of the folder, to {path.resolve()}.",
                            then="It was not read; copy it into the folder if it belongs there.",
                        )
                    )
            elif name not in folders:
                yield file
