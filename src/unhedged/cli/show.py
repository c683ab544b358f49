"""``unhedged show``: print what a scenario will do, before doing it."""

from typing import Annotated

import typer

from unhedged.cli.options import Json, Scenario, Set


def show(
    scenario: Scenario,
    set_: Set = None,
    all_: Annotated[
        bool, typer.Option("--all", help="List every default that was not set.")
    ] = False,
    json: Json = False,
) -> None:
    """Print what a scenario will do, before doing it."""
    from unhedged.api import load

    loaded = load(scenario, overrides=set_ or ())
    if json:
        import json as json_module

        typer.echo(json_module.dumps(loaded.plan().to_json(), ensure_ascii=False))
        return
    typer.echo(loaded.show(all=all_), nl=False)
