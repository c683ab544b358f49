"""``unhedged calibrate``: fit the free parameters of a scenario to its fitted rows; killable at any moment, resumed by itself."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import machine
from unhedged.cli.options import Json, Quiet, Workers


def calibrate(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario that has a calibration.")],
    evaluations: Annotated[
        int,
        typer.Option(
            min=1, max=100_000, help="Candidates in all, those of earlier calls included."
        ),
    ] = 100,
    out: Annotated[Path, typer.Option(help="Folder of searches.")] = Path("calibration"),
    workers: Workers = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit the free parameters of a scenario; the same command goes on where a killed one stopped."""
    from unhedged import api
    from unhedged.vocab.units import show_duration

    def tick(stage: str, done: int, total: int, loss: float, left_ns: int) -> None:
        if not quiet:
            left = f", {show_duration(left_ns)} left" if left_ns > 0 else ""
            typer.echo(f"{stage} {done} of {total}: loss {loss:.3f}{left}", err=True)

    found = api.calibrate(
        scenario, evaluations=evaluations, out=out, workers=workers, progress=tick
    )
    if json:
        machine.echo(found.to_json())
        return
    typer.echo(found.summary())
    typer.echo(f"\nScenario  {found.scenario_file}\nTrace     {found.path}/")
    typer.echo(f"Next      unhedged run {found.scenario_file}")
