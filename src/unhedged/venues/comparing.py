"""Two rulebooks side by side: only what differs."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unhedged.venues import terms
from unhedged.venues.ladder import first_difference, steps_of
from unhedged.venues.reading import written
from unhedged.venues.rulebook import Fact, Rulebook
from unhedged.vocab.errors import UnknownKind

NAME = 20
COLUMN = 44
WIDTH = NAME + 2 * COLUMN
OPEN = tuple(name for name, room in terms.CHAPTERS.items() if "*" in room)
"""Chapters whose names are instruments: two venues name them differently."""
FIRST = ("margin", "liquidation", "fund", "vault", "adl", "waterfall")
"""Chapters that decide who loses."""
REST = tuple(name for name in terms.CHAPTERS if name not in (*FIRST, *OPEN))
DOUBTED = ("secondary", "unverified")


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule on which two rulebooks differ; ``None`` where one is silent."""

    path: str
    left: Fact | None
    right: Fact | None


def differences(
    left: Rulebook, right: Rulebook, chapters: Sequence[str] = ()
) -> Iterator[Difference]:
    """Yield the rules on which two rulebooks differ, in the order of chapters.

    Parameters
    ----------
    left, right : Rulebook
        What to compare.
    chapters : sequence of str
        Chapters to look at; those that decide who loses when empty.

    Raises
    ------
    UnknownKind
        No such chapter.
    """
    for chapter in chapters:
        if chapter not in terms.CHAPTERS:
            raise UnknownKind.of("chapter", chapter, terms.CHAPTERS)
    for chapter in chapters or FIRST:
        ours, theirs = left.chapter(chapter), right.chapter(chapter)
        known = list(terms.CHAPTERS[chapter])
        names = [name for name in known if name in ours or name in theirs]
        names += sorted((ours.keys() | theirs.keys()) - set(names))
        for name in names:
            pair = ours.get(name), theirs.get(name)
            values = [None if fact is None else fact.value for fact in pair]
            if values[0] != values[1]:
                yield Difference(f"{chapter}.{name}", *pair)


def compare(left: Rulebook, right: Rulebook, chapters: Sequence[str] = ()) -> str:
    """Return two rulebooks side by side as text; see :func:`differences`."""
    found = list(differences(left, right, chapters))
    more = [] if chapters else list(differences(left, right, REST))
    if not found:
        found, more = more, []
    lines = [*_summary(left, right, found)]
    if found:
        lines += ["", f"{'':<{NAME}}{left.id:<{COLUMN}}{right.id}"]
    chapter = ""
    for difference in found:
        own, _, name = difference.path.partition(".")
        if own != chapter:
            chapter = own
            lines += ["", chapter.upper().replace("_", " ")]
        lines += _row(name, difference)
    if found:
        lines += ["", "? told by others, or assumed"]
    if more:
        rooms = dict.fromkeys(difference.path.partition(".")[0] for difference in more)
        lines += textwrap.wrap(f"{len(more)} more differ in {', '.join(rooms)}: --all", WIDTH)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _summary(left: Rulebook, right: Rulebook, found: Sequence[Difference]) -> Iterator[str]:
    if not found:
        yield f"{left.id} and {right.id} do not differ."
        return
    rules = "1 rule" if len(found) == 1 else f"{len(found)} rules"
    yield f"{left.id} and {right.id} differ in {rules}."
    step = first_difference(steps_of(left), steps_of(right))
    yield f"The ladders part at {step}." if step else "Their ladders take the same steps."
    for path, words in (("adl.price", "ADL price"), ("adl.score", "ADL order")):
        if path in left.facts and left.value(path) == right.value(path):
            yield f"Same {words}: {written(left.value(path))}."


def _row(name: str, difference: Difference) -> Iterator[str]:
    cells = [list(_cell(fact)) for fact in (difference.left, difference.right)]
    for n in range(max(map(len, cells))):
        label = name if n == 0 else ""
        ours, theirs = (cell[n] if n < len(cell) else "" for cell in cells)
        yield f"{label:<{NAME - 1}} {ours:<{COLUMN - 1}} {theirs}"


def _cell(fact: Fact | None) -> Iterator[str]:
    if fact is None:
        yield "–"
        return
    if isinstance(fact.value, list):
        yield from (f"{n} {word}" for n, word in enumerate(fact.value, 1))
        return
    doubt = " ?" if fact.confidence in DOUBTED else ""
    yield from textwrap.wrap(f"{written(fact.value)}{doubt}", COLUMN - 2)
