"""What a scenario is scored against: rows of published figures with tolerances, grades, scopes and sources, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from unhedged.measures.day import Roles
from unhedged.vocab.errors import ResultsError

SUFFIX = ".targets.toml"
GATE, TARGET, ORDER = "G", "T", "O"
"""Grades: must hold; report the error; order of magnitude."""
SCOPE = "october"
"""Scope of the rows that a run of the day can compute."""
EXPERIMENTS = ("micro", "calm")
"""Scopes of the rows that experiments of their own compute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One number of a row: its measure and the bounds within which it passes, both included."""

    measure: str
    low: float
    high: float
    unit: str  # share | s | times | number | atoms

    def beyond(self, value: float) -> float:
        """Return how far ``value`` lies beyond the nearer bound, 0 within both, in the unit of the part."""
        return max(self.low - value, value - self.high, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row: what is asked, what was measured on the day, how close counts, and who says so."""

    id: int
    what: str
    target: str
    grade: str
    scope: str
    sources: tuple[str, ...]
    parts: tuple[Part, ...]
    why: str  # what the row needs, where a run does not compute it


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """All rows for one scenario, and who stands for whom in it."""

    scenario: str
    roles: Roles
    rows: tuple[Target, ...]


def known() -> list[str]:
    """Return the scenarios that have targets."""
    return shipped(SUFFIX)


def scored() -> list[str]:
    """Return the scenarios that are held against targets: those that have some and their reduced forms."""
    return sorted(form for name in known() for form in _forms(_read(name, SUFFIX)))


def shipped(suffix: str) -> list[str]:
    """Return the scenarios for which a file of this suffix comes with the package, sorted."""
    names = (entry.name for entry in resources.files("unhedged.lab").iterdir())
    return sorted(name.removesuffix(suffix) for name in names if name.endswith(suffix))


def described(scenario: str, suffix: str) -> dict[str, Any] | None:
    """Return what the shipped file of this suffix holds that is of ``scenario``, or says that it is of it too (``also``); else None."""
    files = (_read(name, suffix) for name in shipped(suffix))
    return next((one for one in files if scenario in _forms(one)), None)


def load(scenario: str) -> Targets:
    """Return the targets of a scenario, or of the whole one where this is its reduced form (``also`` in the file).

    Raises
    ------
    ResultsError
        There are none: with the scenarios that have some.
    """
    found = described(scenario, SUFFIX)
    if found is None:
        raise ResultsError(
            f'There is nothing to score "{scenario}" against.',
            hint=f"Scenarios with targets: {', '.join(scored())}.",
        )
    roles = found["roles"]
    return Targets(
        scenario=found["scenario"],
        roles=Roles(**{**roles, "thin": tuple(roles["thin"])}),
        rows=tuple(_row(row, found["sources"]) for row in found["target"]),
    )


def _read(name: str, suffix: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("unhedged.lab") / f"{name}{suffix}").read_text("utf-8"))


def _forms(file: Mapping[str, Any]) -> tuple[str, ...]:
    return (file["scenario"], *file.get("also", ()))


def _row(row: Mapping[str, object], sources: Mapping[str, str]) -> Target:
    given = dict(row)
    parts = tuple(Part(**part) for part in given.pop("parts", ()))  # type: ignore[attr-defined]
    names = tuple(sources[tag] for tag in given.pop("source"))  # type: ignore[attr-defined]
    return Target(parts=parts, sources=names, why=str(given.pop("why", "")), **given)  # type: ignore[arg-type]
