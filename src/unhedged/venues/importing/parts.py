"""One value of a file that is not trusted, with the way to it, so that every complaint says where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from unhedged.vocab.errors import ScenarioError

LONGEST_NAME = 64
"""Characters of a symbol."""
LONGEST_NUMBER = 40
"""Characters of a number."""
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
"""What a number looks like, in JSON or in quotes."""
AGAIN = "Ask the venue again and save the whole answer."

_PART_PER_BILLION = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Part:
    """One value of an answer, with the way to it."""

    value: Any
    file: str
    steps: tuple[str | int, ...] = ()

    @property
    def where(self) -> str:
        """The way in words, such as ``BTCUSDT › brackets[3] › cum``."""
        words: list[str] = []
        for step in self.steps:
            if isinstance(step, int) and words:
                words[-1] += f"[{step}]"
            else:
                words.append(f"[{step}]" if isinstance(step, int) else plain(step))
        return " › ".join(words)

    def refuse(
        self,
        what: str,
        *,
        allowed: str = "",
        hint: str = "",
        kind: type[ScenarioError] | None = None,
    ) -> ScenarioError:
        """Return the error that says what is wrong here."""
        return (kind or ScenarioError)(
            what, file=self.file, where=self.where, value=self.value, allowed=allowed, hint=hint
        )

    def at(self, key: str) -> "Part":
        """Return the value of ``key``, which must be there."""
        found = self.maybe(key)
        if found is None:
            if key in self.value:
                raise self.refuse(f"{key} is null.", allowed="Expected a value.", hint=AGAIN)
            has = ", ".join(plain(name) for name in list(self.value)[:8]) or "nothing"
            raise self.refuse(f"{key} is missing.", allowed=f"There is: {has}.", hint=AGAIN)
        return found

    def maybe(self, key: str) -> "Part | None":
        """Return the value of ``key``; ``None`` when it is absent or null."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"{shown(self.value)} is not an object.", allowed="Expected {…}.")
        value = self.value.get(key)
        return None if value is None else Part(value, self.file, (*self.steps, key))

    def items(self) -> "Iterator[Part]":
        """Yield the values of a list, which must not be empty."""
        if not isinstance(self.value, list):
            raise self.refuse(f"{shown(self.value)} is not a list.", allowed="Expected […].")
        if not self.value:
            raise self.refuse("The list is empty.", hint=AGAIN)
        for position, value in enumerate(self.value):
            yield Part(value, self.file, (*self.steps, position))

    def pairs(self) -> "Iterator[tuple[str, Part]]":
        """Yield keys and values of an object, which must not be empty."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"{shown(self.value)} is not an object.", allowed="Expected {…}.")
        if not self.value:
            raise self.refuse("The object is empty.", hint=AGAIN)
        for key, value in self.value.items():
            yield key, Part(value, self.file, (*self.steps, key))

    def named(self, name: str) -> "Part":
        """Return this value with ``name`` as the only step to it: symbols say more than positions."""
        return Part(self.value, self.file, (name,))

    def number(self) -> Decimal:
        """Return a number, exact; text that is one counts."""
        value = self.value
        if isinstance(value, str) and len(value) <= LONGEST_NUMBER and NUMBER.fullmatch(value):
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise self.refuse(f"{shown(self.value)} is not a number.", allowed="Expected a number.")
        return value

    def size(self) -> Decimal:
        """Return a number above zero that a tick, a lot or a contract may have."""
        value = self.number()
        if not Decimal("1e-12") <= value <= 10**12:
            raise self.refuse(
                f"{shown(value)} is not a size.", allowed="Expected a number above 0."
            )
        return value

    def ppb(self) -> int:
        """Return a share of the whole, such as ``0.004``, in 10⁻⁹."""
        value = self.number()
        if not 0 <= value <= 1:
            raise self.refuse(
                f"{shown(value)} is not a rate.", allowed="Expected a fraction from 0 to 1."
            )
        held = value.quantize(_PART_PER_BILLION)
        if held != value:
            raise self.refuse(
                f"{shown(value)} is finer than 0.0000001%, the smallest that can be held."
            )
        return int(held.scaleb(9))

    def text(self) -> str:
        """Return text."""
        if not isinstance(self.value, str):
            raise self.refuse(f"{shown(self.value)} is not text.", allowed='Expected "…".')
        return self.value

    def other_than(self, key: str, usual: str) -> str:
        """Return ``key`` and its text where that is not ``usual``; nothing where it is, or where there is no such key."""
        part = self.maybe(key)
        text = usual if part is None else part.text()
        return "" if text == usual else f"{key} {shown(text)}"

    def name(self) -> str:
        """Return text that can name a symbol: printable, not empty, not long."""
        return checked_name(self, self.text())


def checked_name(part: Part, name: str) -> str:
    """Return ``name`` when it can name a symbol; the error points at ``part`` otherwise."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise part.refuse(
            f"{shown(name)} cannot name a symbol.",
            allowed=f"1 to {LONGEST_NAME} printable characters, no blank at either end.",
        )
    return name


def shown(value: Any) -> str:
    """Return ``value`` as it may be printed: short, on one line, nothing that moves a cursor."""
    if isinstance(value, Decimal):
        text = str(value)
    elif isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    else:
        text = repr(value)
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def plain(name: str) -> str:
    """Return a key as it may be printed."""
    return name if name.isprintable() and len(name) <= LONGEST_NAME else shown(name)


def plain_path(path: Path) -> str:
    """Return a path as it may be printed, whole."""
    text = str(path)
    return text if text.isprintable() else repr(text)
