"""The file of tiers that an import writes and a scenario names, read back with the checks of an import.

::

    kind = "venue tiers"

    [tiers.BTCUSDT]
    source     = "Binance USD-M leverageBracket: brackets.json, sha256 1d29…"
    read       = "2026-11-29"
    confidence = "mirrored"
    brackets   = [[0, "0.4%", 150, 0], [300_000, "0.5%", 100, 300]]

    [instruments.BTCUSDT]
    tick_size = "0.1"
    lot_size  = "0.001"

A table has the form it has in a rulebook. Three keys are added where they are needed: ``initial`` where initial rates are not
one over leverage, ``floors = "coins"`` where floors count coins, ``deduction = "none"`` where a rate holds for the whole position.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from unhedged.venues.importing.answer import LARGEST_FILE
from unhedged.venues.importing.parts import Part, plain_path
from unhedged.venues.importing.schedule import LARGEST_AMOUNT, Schedule, Tier, check, initial_ppb
from unhedged.vocab.errors import ScenarioError, UnitError, UnknownKind
from unhedged.vocab.units import parse_rate

KIND = "venue tiers"
AGAIN = "Import it again: unhedged rules import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where tables come from."""

    source: str
    read: str  # ISO date
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of such a file."""

    schedule: Schedule
    origin: Origin


def load(path: Path) -> Mapping[str, Any]:
    """Return the parsed file of imported tiers at ``path``.

    Raises
    ------
    ScenarioError
        Missing, too large, not TOML, or another kind of file.
    """
    name = plain_path(path)
    if path.is_file() and path.stat().st_size > LARGEST_FILE:
        size = path.stat().st_size / 2**20
        raise ScenarioError(f"The file has {size:,.0f} MB.", file=name, hint=AGAIN)
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise ScenarioError(
            f"There is no file {name}.",
            value=name,
            hint="unhedged rules import VENUE FILE --out … writes one from a venue's answer.",
        ) from None
    except OSError as error:
        raise ScenarioError(f"It cannot be read: {error.strerror}.", file=name) from None
    except (RecursionError, ArithmeticError, ValueError) as error:
        why = str(error).splitlines()[0][:120]
        raise ScenarioError(f"Not TOML: {why}.", file=name, hint=AGAIN) from None
    if data.get("kind") != KIND:
        raise ScenarioError(
            "It holds no imported tiers.",
            file=name,
            allowed=f'It needs kind = "{KIND}".',
            hint=AGAIN,
        )
    return data


def table(data: Mapping[str, Any], name: str, path: Path) -> Table:
    """Return table ``name`` of a loaded file, checked like an import.

    Raises
    ------
    UnknownKind
        No such table, with the nearest.
    ScenarioError
        The table is damaged.
    """
    file = plain_path(path)
    tables = data.get("tiers")
    if not isinstance(tables, dict):
        raise ScenarioError("It has no [tiers.…].", file=file, hint=AGAIN)
    if name not in tables:
        raise UnknownKind.of("table", name, tables, file=file)
    instruments = data.get("instruments")
    grid = instruments.get(name) if isinstance(instruments, dict) else None
    return _Reader(Part(tables[name], file, ("tiers", name)), grid).table(name)


class _Reader:
    """Reads one table; every complaint is an error about that table."""

    def __init__(self, top: Part, grid: Any) -> None:
        self.top, self.grid = top, grid

    def table(self, name: str) -> Table:
        top = self.top
        rows = list(top.at("brackets").items())
        tiers = [self._tier(row) for row in rows]
        initial = top.maybe("initial")
        if initial is not None:
            rates = [_rate(part) for part in initial.items()]
            if len(rates) != len(tiers):
                raise initial.refuse(f"{len(rates)} initial rates for {len(tiers)} brackets.")
            tiers = [replace(t, im_ppb=r) for t, r in zip(tiers, rates, strict=True)]
        largest = top.maybe("largest")
        schedule = Schedule(
            name=name,
            tiers=tuple(tiers),
            largest=None if largest is None else _amount(largest),
            in_coins=self._flag("floors", "coins"),
            whole=self._flag("deduction", "none"),
            tick_size=self._size("tick_size"),
            lot_size=self._size("lot_size"),
        )

        def refuse(n: int, _key: str, text: str, kind: type[ScenarioError]) -> ScenarioError:
            return rows[n].refuse(text, kind=kind, hint=AGAIN)

        origin = Origin(
            source=top.at("source").text(),
            read=top.at("read").text(),
            confidence=top.at("confidence").text(),
        )
        return Table(schedule=check(schedule, refuse), origin=origin)

    def _tier(self, row: Part) -> Tier:
        parts = list(row.items())
        if len(parts) != 4:
            raise row.refuse(
                f"A bracket has {len(parts)} values.",
                allowed="Expected [notional from, maintenance rate, leverage, deduction].",
            )
        leverage = _amount(parts[2])
        return Tier(
            floor=_amount(parts[0]),
            mm_ppb=_rate(parts[1]),
            leverage=leverage,
            im_ppb=initial_ppb(leverage),
            deduct=_amount(parts[3]),
        )

    def _flag(self, key: str, word: str) -> bool:
        part = self.top.maybe(key)
        if part is not None and part.value != word:
            raise part.refuse(f"{key} is {part.value!r}.", allowed=f'Expected "{word}".')
        return part is not None

    def _size(self, key: str) -> Decimal | None:
        part = Part(self.grid, self.top.file, ("instruments", self.top.steps[-1]))
        found = None if self.grid is None else part.maybe(key)
        return None if found is None else found.size()


def _amount(part: Part) -> Decimal:
    value = part.value
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole or (isinstance(value, Decimal) and value.is_finite())):
        raise part.refuse(f"{str(value)[:64]!r} is not a number.", hint=AGAIN)
    if abs(value) > LARGEST_AMOUNT:
        raise part.refuse("The number is too large.", allowed=f"At most {LARGEST_AMOUNT:,}.")
    return Decimal(value)


def _rate(part: Part) -> int:
    try:
        return parse_rate(part.value)
    except UnitError as error:
        raise part.refuse(error.what, allowed=error.allowed, hint=AGAIN) from None
