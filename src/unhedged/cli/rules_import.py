"""``unhedged rules import``: a venue's own answer becomes tiers that a scenario can name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unhedged.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from unhedged.venues.importing.importer import Imported

SHOWN = 5
"""Symbols left out, or not traded, that are shown one by one."""


def import_(
    venue: Annotated[str, typer.Argument(help="binance, bybit, hyperliquid or okx.")],
    file: Annotated[Path, typer.Argument(help="The venue's answer: JSON, plain or gzip.")],
    out: Annotated[Path, typer.Option(help="The .toml file to write.")],
    symbols: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Names or patterns such as 'BTC*'. Repeatable."),
    ] = None,
    instruments: Annotated[
        Path | None,
        typer.Option(help="The venue's answer about instruments: tick, lot, contract size."),
    ] = None,
    read: Annotated[
        str | None, typer.Option(metavar="DAY", help="When the venue gave the answer; today.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    json: Json = False,
) -> None:
    """Turn a venue's own answer about margin tiers into a file that scenarios can name."""
    from unhedged.venues.importing.importer import import_rules

    done = import_rules(
        venue, file, out=out, symbols=symbols or (), instruments=instruments, read=read, force=force
    )
    if json:
        import json as json_module
        from dataclasses import asdict

        typer.echo(json_module.dumps({**asdict(done), "path": str(done.path)}))
        return
    typer.echo("\n".join(_screen(done)))


def _screen(done: "Imported") -> list[str]:
    tables = _count(len(done.tables), "table")
    tiers = _count(sum(done.tables.values()), "tier")
    lines = [
        f"{done.path}: {tables}, {tiers}",
        f"  From     {done.title}, sha256 {done.sha256[:8]}",
    ]
    lines += _named("Left out", done.left_out)
    lines += _named("Untraded", done.untraded)
    lines.append(f'  Next     tiers = "{done.path}#{next(iter(done.tables))}" in an [[instrument]]')
    return lines


def _named(word: str, symbols: "Mapping[str, str]") -> list[str]:
    lines = [f"  {word} {name}: {why}" for name, why in list(symbols.items())[:SHOWN]]
    if len(symbols) > SHOWN:
        lines.append(f"  {word} {len(symbols) - SHOWN:,} more (--json lists them)")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
