"""``unhedged ablate``: a scenario with one change after the other, and what each did."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import machine, options, progress


def ablate(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario that has a study.")],
    replicates: options.Replicates = None,
    out: options.Out = Path("results"),
    workers: options.Workers = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Change one thing at a time, random numbers kept, and print what each change did."""
    from unhedged import api

    def notice(text: str) -> None:
        if not quiet:
            typer.echo(text, err=True)

    with progress.bar(quiet=quiet) as tick:
        found = api.ablate(
            scenario, replicates=replicates, out=out, workers=workers, progress=tick, notice=notice
        )
    if json:
        machine.echo(found.to_json())
        return
    typer.echo(found.summary())
    typer.echo(f"\nResults  {found.base.path}/ and {len(found.runs)} more beside it")
    typer.echo(f"Next     unhedged report {found.base.path} {found.runs[-1].path}")
