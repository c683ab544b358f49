"""``unhedged bench``: speed of the kernels on this machine, with conditions."""

from typing import Annotated

import typer

from unhedged.cli.options import Json


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all when left out.")] = None,
    json: Json = False,
) -> None:
    """Measure the speed of the kernels on this machine and say under which conditions."""
    from unhedged.engine.bench import run_bench

    typer.echo(run_bench(names or [], json=json))
