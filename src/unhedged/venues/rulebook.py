"""Rulebooks: what a venue does, as data, each value with its source, the day it was read and its confidence.

A rulebook is ``rulebooks/<venue>@<date>.toml``. Tables of facts, such as ``[fees]``, hold
``name = { value, source, read, confidence }``; ``[tiers.<name>]`` holds a margin schedule. Values are text with units, as in a
scenario, which may override any of them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from unhedged.vocab.errors import DataError, UnknownKind

CONFIDENCES = ("verified", "mirrored", "secondary", "unverified")
"""How well a value is known: read at the venue; read in a copy; told by others; assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value of a rulebook."""

    value: Any
    source: str
    read: str  # ISO date
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """One bracket of a margin schedule as the venue prints it."""

    floor: float  # notional in dollars; equal belongs here
    maintenance: str  # rate with unit
    leverage: int  # highest allowed
    deduct: float  # dollars


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTable:
    """A margin schedule with its source."""

    name: str
    brackets: tuple[Bracket, ...]
    largest: float | None  # dollars, highest notional the venue allows, where it states one
    source: str
    read: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Everything known of one venue on one date."""

    id: str
    title: str
    note: str
    facts: Mapping[str, Fact]  # by path, such as "mark.interval"
    tiers: Mapping[str, TierTable]

    def value(self, path: str, default: Any = None) -> Any:
        """Return the value at ``path``, or ``default`` when the venue has no such thing."""
        fact = self.facts.get(path)
        return default if fact is None else fact.value


def available() -> list[str]:
    """Return the ids of all shipped rulebooks, sorted."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files("unhedged.venues").joinpath("rulebooks").iterdir()
        if entry.name.endswith(".toml")
    )


def load(rulebook: str) -> Rulebook:
    """Return a shipped rulebook by its versioned id.

    Raises
    ------
    UnknownKind
        No such rulebook, with the nearest ones.
    DataError
        The file lacks a source, a date or a confidence.
    """
    names = available()
    if rulebook not in names:
        raise UnknownKind.of("rulebook", rulebook, names, hint="unhedged rules list rulebooks")
    folder = resources.files("unhedged.venues").joinpath("rulebooks")
    return parse(tomllib.loads(folder.joinpath(f"{rulebook}.toml").read_text("utf-8")))


def parse(data: Mapping[str, Any]) -> Rulebook:
    """Return the rulebook a parsed TOML document holds; see :func:`load`."""
    tables = {
        key: part for key, part in data.items() if isinstance(part, Mapping) and key != "tiers"
    }
    return Rulebook(
        id=data["id"],
        title=data["title"],
        note=data.get("note", ""),
        facts=dict(_facts(tables, data["id"])),
        tiers={name: _tiers(name, part) for name, part in data.get("tiers", {}).items()},
    )


def _facts(tables: Mapping[str, Mapping[str, Any]], book: str) -> Iterator[tuple[str, Fact]]:
    for table, entries in tables.items():
        for name, entry in entries.items():
            path = f"{table}.{name}"
            if set(entry) != {"value", "source", "read", "confidence"}:
                raise DataError(f"{path} needs value, source, read and confidence.", file=book)
            if entry["confidence"] not in CONFIDENCES:
                raise DataError(f"{path} has confidence {entry['confidence']!r}.", file=book)
            yield path, Fact(**entry)


def _tiers(name: str, part: Mapping[str, Any]) -> TierTable:
    return TierTable(
        name=name,
        brackets=tuple(
            Bracket(floor=float(floor), maintenance=rate, leverage=leverage, deduct=float(deduct))
            for floor, rate, leverage, deduct in part["brackets"]
        ),
        largest=part.get("largest"),
        source=part["source"],
        read=part["read"],
        confidence=part["confidence"],
    )
