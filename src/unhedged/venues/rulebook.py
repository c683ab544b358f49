"""Rulebooks: what a venue does, as data, each value with its source, the day it was read and its confidence.

A rulebook is ``rulebooks/<venue>@<date>.toml``:

- ``id``, ``title``, ``note``; ``read``, the day its sources were read, unless a fact says another; ``base``, a rulebook whose
  facts and tiers hold where this one is silent, ``without`` those whose paths are listed.
- ``[sources]``: a short key and the full citation. The ``source`` of a fact begins with a key, then says where in it.
- tables of facts, such as ``[fees]``: ``name = { value, source, read, confidence, note }``. Chapters and names are those of
  :mod:`unhedged.venues.terms`; values are text with units, as in a scenario, which may override any of them.
- where two readings are published, one is the ``value`` and the others stand by name in ``alternatives``, each a fact of its
  own: ``alternatives = { older = { value, source, confidence } }``. A scenario asks for one by name: ``[venue.readings]``.
- ``[tiers.<name>]``: a margin schedule. ``brackets`` are rows ``[notional from, maintenance, leverage or initial rate,
  deduction]``; without the fourth the deduction follows from ``margin.schedule``. ``form = "slope"`` or ``"risk_limit_steps"``
  has ``terms`` instead. ``names`` are further names it answers to, ``assumed_for`` contracts without a stored table for which it
  is taken. See :mod:`unhedged.venues.schedules`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from unhedged.venues import schedules, terms
from unhedged.venues.schedules import Bracket, TierTable
from unhedged.venues.terms import CONFIDENCES
from unhedged.vocab.errors import DataError, UnknownKind

__all__ = ["CONFIDENCES", "Bracket", "Fact", "Rulebook", "TierTable", "available", "load", "parse"]

HEAD = ("id", "title", "note", "read", "base", "without", "sources", "tiers")
"""Keys of a rulebook that are not chapters of facts."""
NEEDED = ("value", "source", "read", "confidence")
OPTIONAL = ("note", "alternatives")

Readings = Mapping[str, Mapping[str, str]]
"""Chosen alternatives by chapter and name, such as ``{"adl": {"policy": "documented"}}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value of a rulebook."""

    value: Any
    source: str
    read: str  # ISO date
    confidence: str
    note: str = ""  # why this value, where a reader would ask
    alternatives: Mapping[str, "Fact"] = field(default_factory=dict)  # other published readings
    reading: str = ""  # name of the alternative that was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Everything known of one venue on one date."""

    id: str
    title: str
    note: str
    facts: Mapping[str, Fact]  # by path, such as "mark.interval"
    tiers: Mapping[str, TierTable]
    sources: Mapping[str, str] = field(default_factory=dict)  # short key: full citation

    def value(self, path: str, default: Any = None) -> Any:
        """Return the value at ``path``, or ``default`` when the venue has no such thing."""
        fact = self.facts.get(path)
        return default if fact is None else fact.value

    def table(self, name: str) -> TierTable | None:
        """Return the margin schedule called ``name``, that answers to it, or is assumed for it; ``None`` when there is none."""
        own = self.tiers.get(name)
        tables = self.tiers.values()
        own = own or next((t for t in tables if name in t.names), None)
        return own or next((t for t in tables if name in t.assumed_for), None)

    def chapter(self, name: str) -> dict[str, Fact]:
        """Return the facts of one chapter by their names."""
        return {
            path.partition(".")[2]: fact
            for path, fact in self.facts.items()
            if path.partition(".")[0] == name
        }


def available() -> list[str]:
    """Return the ids of all shipped rulebooks, sorted."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files("unhedged.venues").joinpath("rulebooks").iterdir()
        if entry.name.endswith(".toml")
    )


def newest(name: str) -> str:
    """Return the id that ``name`` stands for: an id itself, or the newest of a venue such as ``binance-usdm``.

    Raises
    ------
    UnknownKind
        Neither, with the nearest ones.
    """
    names = available()
    dated = [book for book in names if book == name or book.partition("@")[0] == name]
    if not dated:
        venues = {book.partition("@")[0] for book in names}
        raise UnknownKind.of(
            "rulebook", name, names if "@" in name else venues, hint="unhedged rules list rulebooks"
        )
    return dated[-1]


def load(rulebook: str, readings: Readings | None = None) -> Rulebook:
    """Return a shipped rulebook by its versioned id, with other readings of some facts where asked for.

    Raises
    ------
    UnknownKind
        No such rulebook, or no such reading, with the nearest ones.
    DataError
        A value lacks source, date or confidence, or is not what its path asks for.
    """
    chosen = [
        (chapter, name, reading)
        for chapter, part in sorted((readings or {}).items())
        for name, reading in sorted(part.items())
    ]
    return _load(rulebook, tuple(chosen))


@lru_cache(maxsize=64)
def _load(rulebook: str, chosen: tuple[tuple[str, str, str], ...]) -> Rulebook:
    names = available()
    if rulebook not in names:
        raise UnknownKind.of("rulebook", rulebook, names, hint="unhedged rules list rulebooks")
    readings: dict[str, dict[str, str]] = {}
    for chapter, name, reading in chosen:
        readings.setdefault(chapter, {})[name] = reading
    return parse(_read(rulebook), readings)


def parse(data: Mapping[str, Any], readings: Readings | None = None) -> Rulebook:
    """Return the rulebook a parsed TOML document holds; see :func:`load`."""
    book, read = str(data["id"]), data.get("read", "")
    facts = dict(_facts(data, book, read))
    for chapter, chosen in (readings or {}).items():
        for name, reading in chosen.items():
            path = f"{chapter}.{name}"
            facts[path] = chosen_reading(facts, path, reading, book=book)
    schedule = facts["margin.schedule"].value if "margin.schedule" in facts else "marginal"
    return Rulebook(
        id=book,
        title=data["title"],
        note=data.get("note", ""),
        facts=facts,
        tiers={
            name: schedules.parse(name, {"read": read, **part}, schedule, book=book)
            for name, part in data.get("tiers", {}).items()
        },
        sources=data.get("sources", {}),
    )


def chosen_reading(facts: Mapping[str, Fact], path: str, reading: str, *, book: str) -> Fact:
    """Return the fact at ``path`` as the alternative called ``reading`` has it.

    Raises
    ------
    UnknownKind
        The rulebook has one reading of it only, or none of that name.
    """
    split = {key: fact for key, fact in facts.items() if fact.alternatives}
    if path not in split:
        raise UnknownKind.of(f"rule with several readings in {book}:", path, split)
    fact = facts[path]
    if reading not in fact.alternatives:
        raise UnknownKind.of(f"reading of {path} in {book}:", reading, fact.alternatives)
    return replace(fact.alternatives[reading], alternatives=fact.alternatives, reading=reading)


def _read(rulebook: str) -> dict[str, Any]:
    folder = resources.files("unhedged.venues").joinpath("rulebooks")
    data = tomllib.loads(folder.joinpath(f"{rulebook}.toml").read_text("utf-8"))
    return _over(_read(data["base"]), data) if "base" in data else data


def _over(base: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    # Facts replace facts whole; tier tables are merged key by key, so that a child may doubt a schedule it keeps.
    merged = {**base, **child}
    for key in base.keys() & child.keys():
        if isinstance(base[key], dict):
            merged[key] = {**base[key], **child[key]}
    for name in base.get("tiers", {}).keys() & child.get("tiers", {}).keys():
        merged["tiers"][name] = {**base["tiers"][name], **child["tiers"][name]}
    for path in child.get("without", ()):
        chapter, _, name = path.partition(".")
        del merged[chapter][name]
    return merged


def _facts(data: Mapping[str, Any], book: str, read: str) -> Iterator[tuple[str, Fact]]:
    for table, entries in data.items():
        if table in HEAD:
            continue
        if not isinstance(entries, Mapping):
            raise DataError(f"{table} is not a table of facts.", file=book)
        for name, entry in entries.items():
            path = f"{table}.{name}"
            yield path, _fact(path, entry, book, {"read": read} if read else {})


def _fact(path: str, entry: Any, book: str, default: Mapping[str, str]) -> Fact:
    if not isinstance(entry, Mapping):
        raise DataError(f"{path} needs {_and(NEEDED)}.", file=book)
    entry = {**default, **entry}
    missing = [key for key in NEEDED if not entry.get(key) and entry.get(key) not in (0, False)]
    surplus = [key for key in entry if key not in (*NEEDED, *OPTIONAL)]
    if missing or surplus:
        words = f"lacks {_and(missing)}" if missing else f"has an unknown key {surplus[0]}"
        hint = f"A fact has {_and(NEEDED)}; it may have {_and(OPTIONAL)}."
        raise DataError(f"{path} {words}.", file=book, hint=hint)
    if entry["confidence"] not in CONFIDENCES:
        raise DataError(f"{path} has confidence {entry['confidence']!r}.", file=book)
    wrong = terms.fault(path, entry["value"])
    if wrong:
        raise DataError(f"{path} {wrong.removesuffix('.')}.", file=book)
    others = {
        name: _fact(path, other, book, {"read": entry["read"]})
        for name, other in entry.get("alternatives", {}).items()
    }
    return Fact(**{**entry, "alternatives": others})


def _and(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else str(last)
