"""``unhedged rules compare``: two rulebooks side by side, only what differs."""

from dataclasses import asdict
from typing import Annotated

import typer

from unhedged.cli.options import Json


def compare(
    left: Annotated[str, typer.Argument(help="A rulebook; without a date the newest.")],
    right: Annotated[str, typer.Argument(help="Another one.")],
    chapters: Annotated[
        list[str] | None, typer.Argument(help="Chapters, such as adl; those that decide who loses.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All chapters.")] = False,
    json: Json = False,
) -> None:
    """Print what differs between two rulebooks: trigger, ladder, fund, ADL order and price, waterfall."""
    from unhedged.venues import comparing, rulebook

    ours, theirs = (rulebook.load(rulebook.newest(name)) for name in (left, right))
    wanted = chapters or ((*comparing.FIRST, *comparing.REST) if everything else ())
    if not json:
        typer.echo(comparing.compare(ours, theirs, wanted), nl=False)
        return
    import json as json_module

    found = [asdict(difference) for difference in comparing.differences(ours, theirs, wanted)]
    typer.echo(json_module.dumps({"left": ours.id, "right": theirs.id, "differences": found}))
