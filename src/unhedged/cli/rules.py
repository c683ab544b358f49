"""``unhedged rules``: list and show rulebooks and policies."""

from typing import Annotated

import typer

from unhedged.cli.options import Json

app = typer.Typer(help="List and show rulebooks and policies.", no_args_is_help=True)


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(help="rulebooks or adl.")] = "rulebooks",
    json: Json = False,
) -> None:
    """List rulebooks, or the ADL policies of this installation."""
    from unhedged.venues import rulebook
    from unhedged.vocab import registry
    from unhedged.vocab.errors import UnknownKind

    if what == "rulebooks":
        found = {name: rulebook.load(name).title for name in rulebook.available()}
    elif what == "adl":
        found = {name: str(target) for name, target in sorted(registry.known("adl").items())}
    else:
        raise UnknownKind.of("list", what, ["rulebooks", "adl"])
    if json:
        import json as json_module

        typer.echo(json_module.dumps(found))
        return
    width = max(map(len, found), default=0) + 2
    for name, words in found.items():
        typer.echo(f"{name:<{width}}{words}")


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A rulebook, such as binance-usdm@2025-10-10.")],
) -> None:
    """Print a rulebook: every value with its source, the day it was read and its confidence."""
    from unhedged.venues import rulebook

    book = rulebook.load(name)
    typer.echo(f"{book.id}\n{book.title}\n{book.note}\n")
    for path, fact in book.facts.items():
        typer.echo(f"{path:<26}{fact.value!s:<26}{fact.confidence:<12}{fact.source} ({fact.read})")
    for table in book.tiers.values():
        typer.echo(f"\ntiers {table.name}   {table.confidence}, {table.source} ({table.read})")
        typer.echo(f"{'notional from':>18}{'maintenance':>14}{'leverage':>10}{'deduction':>16}")
        for b in table.brackets:
            typer.echo(f"{b.floor:>18,.0f}{b.maintenance:>14}{b.leverage:>9}×{b.deduct:>16,.1f}")
