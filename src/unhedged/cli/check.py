"""``unhedged check``: validate a scenario or a results folder."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import machine
from unhedged.cli.options import Json, Set


def check(
    what: Annotated[str, typer.Argument(help="A scenario (name or path) or a results folder.")],
    set_: Set = None,
    json: Json = False,
) -> None:
    """Validate a scenario or a results folder."""
    if Path(what).is_dir():
        _results(what, json=json)
        return
    from unhedged.api import load

    scenario = load(what, overrides=set_ or ())
    plan = scenario.plan()
    if json:
        import json as json_module

        typer.echo(
            json_module.dumps({"name": plan.name, "hash": plan.hash(), "plan": plan.to_json()})
        )
        return
    agents = sum(group.count for group in plan.agents)
    typer.echo(
        f"{scenario.name} is fine: {len(plan.venues)} venues, {len(plan.instruments)} instruments, "
        f"{agents:,} agents. Plan {plan.hash()[:8]}."
    )


def _results(path: str, *, json: bool) -> None:
    from unhedged.api import open_results
    from unhedged.vocab.errors import ResultsError

    results = open_results(path)
    wrong = results.verify()
    manifest = results.manifest()
    if json:
        machine.echo(
            {
                "path": path,
                "whole": not wrong,
                "wrong": wrong,
                "replicates": results.replicates,
                "asked": manifest["replicates"],
            }
        )
        if wrong:
            raise typer.Exit(1)
        return
    if wrong:
        raise ResultsError(
            f"{path} does not hold what was written: {wrong[0]}", hint="\n    ".join(wrong[1:5])
        )
    typer.echo(
        f"{path} is whole: {len(results.replicates)} of {manifest['replicates']} replicates, "
        f"digests and schema agree."
    )
