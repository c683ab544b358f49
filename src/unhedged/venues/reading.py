"""A rulebook as text for people: chapter by chapter, each value with its confidence and source."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from unhedged.venues import terms
from unhedged.venues.ladder import STEPS, steps_of
from unhedged.venues.rulebook import Fact, Rulebook, TierTable
from unhedged.vocab.errors import UnknownKind
from unhedged.vocab.units import PPB

WIDTH = 112
NAME = 20
VALUE = 30
CONFIDENCE = 12
SAFE = {
    "<": "equality is safe",
    "<=": "equality counts",
    ">": "equality is safe",
    ">=": "equality counts",
}


def written(value: Any) -> str:
    """Return a value of a rulebook as it is read aloud: lists as arrows, switches as yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " → ".join(value)
    return f"{value:_}" if isinstance(value, int) else str(value)


def counts(book: Rulebook) -> Counter[str]:
    """Return how many facts and tables of ``book`` there are of each confidence."""
    return Counter(entry.confidence for entry in entries(book))


def entries(book: Rulebook) -> list[Fact | TierTable]:
    """Return every fact and every schedule of ``book``."""
    return [*book.facts.values(), *book.tiers.values()]


def show(book: Rulebook, chapters: Sequence[str] = ()) -> str:
    """Return a rulebook, or some chapters of it, as text.

    Parameters
    ----------
    book : Rulebook
        What to show.
    chapters : sequence of str
        Names of chapters, or ``tiers``; all when empty.

    Raises
    ------
    UnknownKind
        No such chapter.
    """
    own = [name for name in terms.CHAPTERS if book.chapter(name)] + ["tiers"] * bool(book.tiers)
    for chapter in chapters:
        if chapter not in own:
            raise UnknownKind.of(f"chapter of {book.id}:", chapter, own)
    lines = []
    for chapter in chapters or own:
        if chapter == "tiers":
            for table in book.tiers.values():
                lines += ["", *_table(table)]
        else:
            lines += ["", chapter.upper().replace("_", " "), *_chapter(book, chapter)]
    cited = [key for key in book.sources if re.search(rf"\b{key}\b", "\n".join(lines))]
    if cited:
        lines += ["", "SOURCES"]
        lines += [line for key in cited for line in _wrapped(key, book.sources[key])]
    return "\n".join(line.rstrip() for line in (*_head(book), *lines)) + "\n"


def _head(book: Rulebook) -> Iterator[str]:
    number = counts(book)
    known = ", ".join(f"{number[word]} {word}" for word in terms.CONFIDENCES if number[word])
    yield f"{book.id} · {book.title}"
    if book.note:
        yield from textwrap.wrap(book.note, WIDTH)
    days = {entry.read for entry in entries(book)}
    yield f"{sum(number.values())} values: {known}; sources read {', '.join(sorted(days))}"


def _chapter(book: Rulebook, chapter: str) -> Iterator[str]:
    order = list(terms.CHAPTERS[chapter])
    facts = book.chapter(chapter)
    for name in sorted(facts, key=lambda n: order.index(n) if n in order else len(order)):
        yield from _fact(name, facts[name])
        if (chapter, name) == ("liquidation", "steps"):
            for n, step in enumerate(steps_of(book), 1):
                yield f"    {n} {step.name.lower():<{NAME + 6}}{STEPS[step].words}"


def _fact(name: str, fact: Fact) -> Iterator[str]:
    label = f"{name} (as {fact.reading})" if fact.reading else name
    yield from _value(label, fact)
    if fact.note:
        yield from _wrapped("", f"note: {fact.note}")
    for reading, other in fact.alternatives.items():
        if reading != fact.reading:
            yield from _value(f'  or "{reading}"', other)
            if other.note:
                yield from _wrapped("", f"note: {other.note}")


def _value(label: str, fact: Fact) -> Iterator[str]:
    value = written(fact.value)
    if value in SAFE:
        value = f"{value:<4}{SAFE[value]}"
    known = f"{fact.confidence:<{CONFIDENCE}}{fact.source}"
    if len(value) < VALUE and len(label) < NAME and len(known) <= WIDTH - NAME - VALUE - 2:
        yield f"  {label:<{NAME - 1}} {value:<{VALUE}}{known}"
        return
    yield from _wrapped(label, value)
    yield from _wrapped("", known)


def _wrapped(label: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, WIDTH - NAME - 2, break_on_hyphens=False) or [""]
    if len(label) >= NAME:
        yield f"  {label}"
        label = ""
    yield f"  {label:<{NAME - 1}} {lines[0]}"
    for line in lines[1:]:
        yield f"  {'':<{NAME}}{line}"


def _table(table: TierTable) -> Iterator[str]:
    yield from textwrap.wrap(
        f"TIERS {table.name}   {table.confidence}, {table.source}", WIDTH, subsequent_indent="  "
    )
    if table.names:
        yield f"  {'answers to':<{NAME}}{', '.join(table.names)}"
    if table.assumed_for:
        yield f"  {'assumed for':<{NAME}}{', '.join(table.assumed_for)}"
    for key, text in {**table.terms, **table.also}.items():
        yield f"  {key.replace('_', ' '):<{NAME - 1}} {text}"
    if table.brackets:
        yield f"{'from ' + table.unit:>18}{'maintenance':>14}{'initial':>10}{'leverage':>10}{'deduction':>16}"
    for b in table.brackets:
        initial = b.initial or f"{100 / b.leverage:.3g}%"
        leverage = f"{b.leverage:.4g}×" if b.leverage >= 1 else f"{PPB / b.initial_ppb:.4g}×"
        yield f"{b.floor:>18,.0f}{b.maintenance:>14}{initial:>10}{leverage:>10}{b.deduct:>16,.1f}"
    if table.largest is not None:
        yield f"{table.largest:>18,.0f}  is the most the venue allows"
