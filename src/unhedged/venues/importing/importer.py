"""A venue's answer in, a file of tiers out; everything is checked before anything is written."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from unhedged.venues.importing import answer, binance, bybit, hyperliquid, okx, writing
from unhedged.venues.importing.answer import Answer
from unhedged.venues.importing.parts import Part, plain
from unhedged.venues.importing.reading import Origin
from unhedged.venues.importing.schedule import Found, Schedule
from unhedged.vocab.errors import ScenarioError, UnknownKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """How one venue's answer is read."""

    title: str
    read: Callable[[Part, Part | None], Found]


VENUES: Mapping[str, Importer] = {
    "binance": Importer(title=binance.TITLE, read=binance.read),
    "bybit": Importer(title=bybit.TITLE, read=bybit.read),
    "hyperliquid": Importer(title=hyperliquid.TITLE, read=hyperliquid.read),
    "okx": Importer(title=okx.TITLE, read=okx.read),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was written, and what was not."""

    path: Path
    venue: str
    title: str
    file: str
    sha256: str
    read: str  # ISO date
    tables: Mapping[str, int]  # name: number of brackets
    left_out: Mapping[str, str]  # name: why
    untraded: Mapping[str, str]  # name of a table: why nobody trades it


def import_rules(
    venue: str,
    file: str | Path,
    *,
    out: str | Path,
    symbols: Sequence[str] = (),
    instruments: str | Path | None = None,
    read: str | None = None,
    force: bool = False,
) -> Imported:
    """Write the tiers in a venue's answer as a file that scenarios can name.

    Parameters
    ----------
    venue : str
        One of :data:`VENUES`.
    file : path
        The venue's answer, JSON, plain or packed with gzip.
    out : path
        The .toml file to write.
    symbols : sequence of str
        Names or patterns such as ``BTC*``; all when empty. The whole answer is checked in any case.
    instruments : path
        The venue's answer about instruments: tick, lot and contract sizes.
    read : str
        ISO date on which the venue gave the answer, not one to come; today when left out.
    force : bool
        Write over a file that exists.

    Raises
    ------
    ScenarioError
        Nothing was written: the answer cannot be used, a pattern selects nothing, or ``out`` exists.
    """
    if venue not in VENUES:
        raise UnknownKind.of("venue", venue, VENUES)
    day = _day(read)
    target = _target(Path(out), [file, *([instruments] if instruments else [])])
    found, origin, source = _found(venue, Path(file), instruments, day)
    chosen = select(found, symbols, source)
    writing.write(target, writing.to_toml(chosen, origin), force=force)
    return Imported(
        path=target,
        venue=venue,
        title=VENUES[venue].title,
        file=source.file,
        sha256=source.sha256,
        read=day,
        tables={schedule.name: len(schedule.tiers) for schedule in chosen},
        left_out=found.left_out,
        untraded={schedule.name: schedule.untraded for schedule in chosen if schedule.untraded},
    )


def select(found: Found, symbols: Sequence[str], source: Answer) -> list[Schedule]:
    """Return the schedules that ``symbols`` select, in the order of the answer."""
    chosen: set[str] = set()
    for pattern in symbols:
        names = [name for name in found.schedules if name == pattern or fnmatchcase(name, pattern)]
        if not names and pattern in found.left_out:
            raise ScenarioError(
                f"{pattern} cannot be imported: {found.left_out[pattern]}.",
                file=source.top.file,
                value=pattern,
            )
        if not names:
            raise UnknownKind.of("symbol", pattern, found.schedules, file=source.top.file)
        chosen.update(names)
    if not found.schedules:
        name, why = next(iter(found.left_out.items()))
        raise ScenarioError(
            f"Nothing in it is of use to a scenario: {name}, {why}.", file=source.top.file
        )
    return [s for name, s in found.schedules.items() if not symbols or name in chosen]


def _found(
    venue: str, file: Path, instruments: str | Path | None, day: str
) -> tuple[Found, Origin, Answer]:
    source = answer.read(file)
    also = answer.read(Path(instruments)) if instruments is not None else None
    found = VENUES[venue].read(source.top, also.top if also is not None else None)
    words = f"{VENUES[venue].title}: {plain(source.file)}, sha256 {source.sha256}"
    if also is not None:
        words += f"; instruments: {plain(also.file)}, sha256 {also.sha256}"
    return found, Origin(source=words, read=day, confidence="mirrored"), source


def _day(read: str | None) -> str:
    if read is None:
        return datetime.datetime.now(datetime.UTC).date().isoformat()
    try:
        day = datetime.date.fromisoformat(read)
    except ValueError:
        raise ScenarioError(
            f"{read!r} is not a date.", value=read, allowed="Expected a day such as 2025-10-07."
        ) from None
    # A day later than here it is still that day somewhere.
    if day > datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1):
        raise ScenarioError(
            f"{read} lies ahead: no answer of that day can have been read.",
            value=read,
            allowed="Expected the day of the answer, today at the latest.",
        )
    return day.isoformat()


def _target(out: Path, sources: Sequence[str | Path]) -> Path:
    if not out.name or out.name == ".." or out.is_dir():
        raise ScenarioError(
            f"{str(out)!r} is a folder.", value=str(out), hint="Name a file: --out my-binance.toml"
        )
    target = out if out.suffix == ".toml" else out.with_name(f"{out.name}.toml")
    for source in sources:
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise ScenarioError(
                f"{out} is the file to be read.", value=str(out), hint="Another name."
            )
    return target
