"""``unhedged bench``: speed of the kernels on this machine, with conditions."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli.options import Json


def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="book, clock, loop, loop-40, adl, margin, start, scenarios or all; the quick ones when left out."
        ),
    ] = None,
    stream: Annotated[
        Path | None, typer.Option(help="Messages for the book: a .npy file, int32, n x 5.")
    ] = None,
    json: Json = False,
) -> None:
    """Measure the speed of the kernels on this machine and say under which conditions."""
    from unhedged.engine.bench import run_bench

    typer.echo(run_bench(names or [], json=json, stream=stream))
