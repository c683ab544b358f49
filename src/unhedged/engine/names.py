"""Names of accounts and agents: the words results use for row numbers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from unhedged.vocab.ids import ACCOUNT_FORM, AGENT_FORM, agent_key


@dataclass(slots=True)
class Names:
    """Who each account belongs to; text is made once, for the first table."""

    venues: list[str]
    groups: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    _group: list[np.ndarray[Any, Any]] = field(default_factory=list)
    _number: list[np.ndarray[Any, Any]] = field(default_factory=list)
    agents: list[tuple[str, str]] = field(default_factory=list)
    _columns: tuple[pl.Series, pl.Series] | None = None

    def add_group(self, name: str, kind: str) -> int:
        """Return the number of a new group of accounts; a house account is a group of one without a number."""
        self.groups.append(name)
        self.kinds.append(kind)
        return len(self.groups) - 1

    def add_accounts(self, group: int, numbers: np.ndarray[Any, Any]) -> None:
        """Say that the next accounts are those of agents ``numbers`` of ``group``; -1 for a house account."""
        self._group.append(np.full(len(numbers), group, np.int64))
        self._number.append(np.asarray(numbers, np.int64))

    def add_agent(self, group: str, number: int, kind: str) -> None:
        """Name the next agent."""
        self.agents.append((agent_key(group, number), kind))

    def account_columns(
        self, rows: Any, venue_of: np.ndarray[Any, Any]
    ) -> tuple[pl.Series, pl.Series]:
        """Return the names and kinds of account ``rows``; null where a row is -1."""
        if self._columns is None:
            self._columns = self._all(venue_of)
        names, kinds = self._columns
        rows = pl.Series(np.asarray(rows, np.int64))
        rows = rows.set(rows < 0, None)
        return names.gather(rows), kinds.gather(rows)

    def _all(self, venue_of: np.ndarray[Any, Any]) -> tuple[pl.Series, pl.Series]:
        # Of every account in row order: whole columns at once.
        group, number = np.concatenate(self._group), np.concatenate(self._number)
        venues = pl.Series(self.venues, dtype=pl.String).gather(venue_of[: len(group)])
        whole = pl.DataFrame(
            {
                "group": pl.Series(self.groups, dtype=pl.String).gather(group),
                "kind": pl.Series(self.kinds, dtype=pl.String).gather(group),
                "number": pl.Series(number).set(pl.Series(number < 0), None),
                "venue": venues,
            }
        )
        agent = pl.format(AGENT_FORM, "group", "number").fill_null(pl.col("group"))
        names = whole.select(pl.format(ACCOUNT_FORM, agent, "venue")).to_series()
        return names, whole["kind"]
