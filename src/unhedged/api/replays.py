"""A real event driven through the rules, from its data."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unhedged.replay.event import Replayed


class Replay:
    """A real event, replayed from its data: a screen and a mapping, and the parts they are made of."""

    def __init__(self, parts: "Replayed") -> None:
        self.parts = parts

    def summary(self) -> str:
        """Return the finding, published numbers beside ours, waves, policies, corrections, and what is lacking."""
        from unhedged.report.replay import summary

        return summary(self.parts.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return every figure with its tag, source and basis, every correction, and all tables, as plain data."""
        return self.parts.to_json()

    def report(self, out: str | Path = "replay.html") -> Path:
        """Write the page of the replay, one HTML file that needs no network, and return its path.

        Raises
        ------
        ResultsError
            The place cannot be written.
        """
        from unhedged.report.page.render import write
        from unhedged.report.replay_page import replay_page

        return write(replay_page(self.parts.to_json()), Path(out))

    def __repr__(self) -> str:
        """Return one line."""
        return f"<replay of {self.parts.event}: {len(self.parts.findings.figures)} figures>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.summary())}</pre>"


def replay_event(event: str, *, data: str | Path) -> Replay:
    """Return a real event replayed from the data in a folder.

    Parameters
    ----------
    event : str
        ``"hyperliquid-2025-10-10"``.
    data : path
        Folder of the event's published tables, of the venue's archive, or of both, at any depth. Nothing in it is changed.

    Raises
    ------
    UnknownKind
        No event of this name.
    DataError
        No such folder, or nothing of the event in it. What is wrong in single files is not raised but listed, by file and row.
    """
    from unhedged.replay.event import replay

    return Replay(replay(event, data))
