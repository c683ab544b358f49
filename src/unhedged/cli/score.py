"""``unhedged score``: a run held against what was measured on the day."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import machine
from unhedged.cli.options import Json

GATE_FAILED = 4


def score(
    results: Annotated[Path, typer.Argument(help="A results folder.")],
    gates: Annotated[
        bool, typer.Option("--gates", help="Exit 4 when a gate does not hold.")
    ] = False,
    json: Json = False,
) -> None:
    """Hold a run against the measured facts, row by row, with intervals and sources."""
    from unhedged import api
    from unhedged.report.scorecard import summary

    card = api.open_results(results).score()
    if json:
        machine.echo(card.to_json())
    else:
        typer.echo(summary(card))
    if gates and not card.gates_hold:
        raise typer.Exit(GATE_FAILED)
