"""Writing a file of tiers: whole or not at all. Its form is described in ``reading``."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from unhedged.venues.importing.parts import plain_path
from unhedged.venues.importing.reading import KIND, Origin
from unhedged.venues.importing.schedule import Schedule, initial_ppb
from unhedged.vocab.errors import ScenarioError
from unhedged.vocab.quoting import toml_key, toml_text
from unhedged.vocab.units import rate_text


def to_toml(schedules: Iterable[Schedule], origin: Origin) -> str:
    """Return the text of the file."""
    lines = [
        "# Written by unhedged rules import. Brackets: notional from, maintenance rate, highest leverage, deduction.",
        f"kind = {toml_text(KIND)}",
    ]
    for schedule in schedules:
        lines += ["", *_table(schedule, origin)]
    return "\n".join(lines) + "\n"


def _table(schedule: Schedule, origin: Origin) -> list[str]:
    key = toml_key(schedule.name)
    source = f"{origin.source}; {schedule.remarks}" if schedule.remarks else origin.source
    lines = [
        f"[tiers.{key}]",
        f"source     = {toml_text(source)}",
        f"read       = {toml_text(origin.read)}",
        f"confidence = {toml_text(origin.confidence)}",
        "brackets   = [",
        *(
            f"    [{number(t.floor)}, {toml_text(rate_text(t.mm_ppb))}, {number(t.leverage)}, {number(t.deduct)}],"
            for t in schedule.tiers
        ),
        "]",
    ]
    if any(t.im_ppb != initial_ppb(t.leverage) for t in schedule.tiers):
        rates = ", ".join(toml_text(rate_text(t.im_ppb)) for t in schedule.tiers)
        lines.append(f"initial    = [{rates}]")
    if schedule.largest is not None:
        lines.append(f"largest    = {number(schedule.largest)}")
    if schedule.in_coins:
        lines.append('floors     = "coins"')
    if schedule.whole:
        lines.append('deduction  = "none"')
    if schedule.tick_size is not None and schedule.lot_size is not None:
        lines += [
            f"[instruments.{key}]",
            f'tick_size = "{_plain(schedule.tick_size)}"',
            f'lot_size  = "{_plain(schedule.lot_size)}"',
        ]
    return lines


def number(value: Decimal) -> str:
    """Return an amount as a TOML number that reads back exactly."""
    text = _plain(value)
    return text if "." in text else f"{int(text):_}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write(path: Path, text: str, *, force: bool) -> None:
    """Put ``text`` in a file in one step: whoever looks sees the old one, the new one or none, never half.

    Raises
    ------
    ScenarioError
        It exists and ``force`` is off, or the folder cannot be written.
    """
    name = plain_path(path)
    if path.is_dir():
        raise ScenarioError(f"{name} is a folder.", value=name, hint="Name a .toml file.")
    if path.exists() and not force:
        raise ScenarioError(
            f"{name} exists. Nothing was written.", value=name, hint="Another name, or --force."
        )
    aside = ""
    try:
        handle, aside = tempfile.mkstemp(prefix=".", suffix=".toml", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(aside).unlink()
        raise ScenarioError(
            f"{name} cannot be written: {error.strerror}. Nothing was written.", value=name
        ) from None
