"""``unhedged score``: a run held against what was measured on the day, and experiments against what they must show."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import machine, progress
from unhedged.cli.options import Json, Quiet

GATE_FAILED = 4


def score(
    results: Annotated[
        Path | None, typer.Argument(help="A results folder; none with --experiments.")
    ] = None,
    experiments: Annotated[
        bool,
        typer.Option(
            "--experiments",
            help="Run the experiments, calm days and quiet weeks of their rows too.",
        ),
    ] = False,
    short: Annotated[
        bool, typer.Option("--short", help="With --experiments: samples too small for a verdict.")
    ] = False,
    gates: Annotated[
        bool, typer.Option("--gates", help="Exit 4 when a gate does not hold.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Hold a run against the measured facts, row by row, with intervals and sources."""
    from unhedged import api
    from unhedged.report.scorecard import summary

    if results is None and not experiments:
        raise typer.BadParameter("Give a results folder, or --experiments, or both.")
    if short and not experiments:
        raise typer.BadParameter("--short goes with --experiments.")
    card = api.open_results(results).score() if results is not None else None
    if experiments:
        with progress.bar(quiet=quiet) as tick:
            card = api.experiments(card=card, short=short, progress=tick)
    assert card is not None  # noqa: S101 - one of the two was asked for
    if json:
        machine.echo(card.to_json())
    else:
        typer.echo(summary(card))
    if gates and not card.gates_hold:
        raise typer.Exit(GATE_FAILED)
