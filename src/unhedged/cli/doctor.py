"""``unhedged doctor``: versions, cache folder, cores, and a short self-test; ``--warm`` compiles the kernels."""

import time
from typing import Annotated

import typer

from unhedged.cli.options import Json

SECOND_WORD = 10
"""Width of the first column."""


def doctor(
    warm: Annotated[
        bool, typer.Option("--warm", help="Compile every kernel now, once per version.")
    ] = False,
    json: Json = False,
) -> None:
    """Print versions, cache folder and cores, check the shipped scenarios; --warm compiles the kernels."""
    from unhedged.results.manifest import machine, source_hash, versions

    facts: dict[str, str] = {
        name: str(value) for name, value in {**versions(), **machine()}.items()
    }
    facts["source"] = source_hash()[:16]
    facts["cache"] = _cache()
    facts["scenarios"] = _scenarios()
    if warm:
        facts["kernels"] = _warm()
    if json:
        import json as json_module

        typer.echo(json_module.dumps(facts))
        return
    for name, value in facts.items():
        typer.echo(f"{name:<{SECOND_WORD}} {value}")


def _cache() -> str:
    from unhedged.kernels.cache import cache_folder, source_stamp

    return f"{cache_folder(source_stamp())}"


def _scenarios() -> str:
    from unhedged.api import load, scenarios

    names = scenarios()
    for name in names:
        load(name).plan()
    return f"{', '.join(names)}: all valid"


def _warm() -> str:
    from unhedged.api import load, scenarios
    from unhedged.engine.ready import ready

    began = time.perf_counter()
    for name in scenarios():
        ready(load(name).plan(), lambda line: typer.echo(line, err=True))
    return f"ready after {time.perf_counter() - began:.1f} s"
