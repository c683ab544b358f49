"""``unhedged new``: write a scenario to start from."""

from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import again
from unhedged.cli.options import Force


def new(
    file: Annotated[Path, typer.Argument(help="The .toml file to write.")],
    base: Annotated[str, typer.Option(help="Shipped scenario to inherit from.")] = "btc-cascade",
    force: Force = False,
) -> None:
    """Write a scenario to start from."""
    from unhedged.scenario.layers import read
    from unhedged.vocab.errors import ScenarioError
    from unhedged.vocab.ids import is_name

    if file.suffix != ".toml":
        file = file.with_suffix(".toml")
    if not is_name(file.stem):
        raise ScenarioError(
            f"{file.stem!r} cannot name a scenario.",
            allowed="Letters, digits, dashes and underscores.",
        )
    if file.exists() and not force:
        raise ScenarioError(
            f"{file} exists. Nothing was written.", hint="Another name, or --force."
        )
    layer = read(base)
    text = TEMPLATE.format(name=file.stem, base=base, title=layer.data.get("title", ""))
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise ScenarioError(
            f"{file} cannot be written: {error.strerror}.", hint="Make its folder first."
        ) from error
    typer.echo(f"{file}\nNext     {again.command('show', str(file), options={})}")


TEMPLATE = """\
schema = 1
base   = "{base}"          # everything not written here comes from there: unhedged show {base} --all
name   = "{name}"
title  = "{title}, varied"

[run]
replicates = 20
"""
