"""Problems of one kind, gathered: the first are named one by one, the rest are counted."""

from dataclasses import dataclass, field

from unhedged.replay.figures import Problem

NAMED = 20
"""Problems of one kind that are named one by one; the rest are counted."""


@dataclass(slots=True)
class Named:
    """Problems of one kind, of which the first are kept and the others counted."""

    problems: list[Problem]
    then: str
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, file: str, row: int | None, what: str) -> None:
        """Add a problem."""
        seen = self.counts[kind] = self.counts.get(kind, 0) + 1
        if seen <= NAMED:
            self.problems.append(Problem(file=file, row=row, what=what, then=self.then))

    def close(self, file: str) -> None:
        """Say how many of each kind were not named."""
        for kind, seen in self.counts.items():
            if seen > NAMED:
                what = f"{seen - NAMED:,} more of the same kind: {kind}."
                self.problems.append(Problem(file=file, row=None, what=what, then=self.then))
        self.counts.clear()
