"""``unhedged replay``: a real event from its data; what happened, what was published, what each policy would have done."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli.options import Json


def replay(
    event: Annotated[str, typer.Argument(help="Such as hyperliquid-2025-10-10.")],
    data: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of the event's tables or the venue's archive."),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one HTML page that needs no network.")
    ] = None,
    json: Json = False,
) -> None:
    """Replay a real event from its data: published numbers, corrected ones, and what policies would have done."""
    from unhedged.api import replay_event

    found = replay_event(event, data=data)
    if out is not None:
        page = found.report(out)
        typer.echo(f"{page}  {page.stat().st_size / 1e6:.1f} MB, one file, no network", err=True)
    if json:
        import json as json_module

        typer.echo(json_module.dumps(found.to_json(), ensure_ascii=False, allow_nan=False))
        return
    typer.echo(found.summary())
