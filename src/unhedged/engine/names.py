"""Names of accounts and agents: the words results use for row numbers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from unhedged.vocab.ids import account_key, agent_key


@dataclass(slots=True)
class Names:
    """Who each account belongs to; text is made only for rows that reach a table."""

    venues: list[str]
    groups: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    _group: list[np.ndarray[Any, Any]] = field(default_factory=list)
    _number: list[np.ndarray[Any, Any]] = field(default_factory=list)
    agents: list[tuple[str, str]] = field(default_factory=list)

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
        rows = np.asarray(rows, np.int64)
        group, number = np.concatenate(self._group), np.concatenate(self._number)
        unique, where = np.unique(rows, return_inverse=True)
        names = [
            None if r < 0 else self._name(int(group[r]), int(number[r]), int(venue_of[r]))
            for r in unique
        ]
        kinds = [None if r < 0 else self.kinds[int(group[r])] for r in unique]
        return (
            pl.Series(names, dtype=pl.String).gather(where),
            pl.Series(kinds, dtype=pl.String).gather(where),
        )

    def _name(self, group: int, number: int, venue: int) -> str:
        who = self.groups[group]
        return account_key(who if number < 0 else agent_key(who, number), self.venues[venue])
