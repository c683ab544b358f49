"""``unhedged report``: one page from a run, or from two that differ in one thing."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli.options import Quiet


def report(
    results: Annotated[Path, typer.Argument(help="A results folder.")],
    other: Annotated[
        Path | None, typer.Argument(help="Its twin: the page compares the two.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file; report.html in the folder when left out.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write one HTML page that needs no network: the finding, figures, numbers, limits."""
    from unhedged import api

    run = api.open_results(results)
    if other is None:
        page = run.report(out)
    else:
        page = api.compare(run, api.open_results(other)).report(out)
    if not quiet:
        size = page.stat().st_size / 1e6
        typer.echo(f"{page}  {size:.1f} MB, one file, no network", err=False)
