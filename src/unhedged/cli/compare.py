"""``unhedged compare``: twins, the same randomness with one thing changed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unhedged.cli import machine, options, progress

if TYPE_CHECKING:
    from unhedged.api import Comparison
    from unhedged.scenario.load import LoadedScenario


def compare(
    scenario: options.Scenario,
    vary: Annotated[
        str,
        typer.Option(
            "--vary", metavar="PATH=V1,V2,…", help="What to change; the first value is the base."
        ),
    ],
    set_: options.Set = None,
    seed: options.Seed = None,
    replicates: options.Replicates = None,
    out: options.Out = Path("results"),
    keep: options.Keep = "tables",
    workers: options.Workers = None,
    force: options.Force = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Run twins that differ in one thing; print what was changed and what it did, with intervals."""
    from unhedged import api

    path, values = _parse(vary)
    base = api.load(scenario, overrides=set_ or ())
    if seed is not None:
        base = base.vary({"run.seed": seed})
    # Every variant is validated before the first one runs.
    variants = [base.vary([f"{path}={value}"]) for value in values]
    _refuse_same(variants, values)
    results = []
    for value, variant in zip(values, variants, strict=True):
        if not quiet:
            typer.echo(f"{base.name} · {path} = {value}", err=True)
        with progress.bar(quiet=quiet) as tick:
            results.append(
                api.run(
                    variant,
                    replicates=replicates,
                    out=out,
                    keep=keep,
                    workers=workers,
                    force=force,
                    progress=tick,
                    notice=progress.notice(quiet=quiet),
                )
            )
    twins = [api.compare(results[0], other) for other in results[1:]]
    if json:
        _print_json(values, twins)
        return
    for value, twin in zip(values[1:], twins, strict=True):
        typer.echo(f"\n{path}: {values[0]} → {value}\n\n{twin.summary()}")
    typer.echo("\nResults  " + "\n         ".join(f"{r.path}/" for r in results))


def _refuse_same(variants: "list[LoadedScenario]", values: list[str]) -> None:
    from unhedged.vocab.errors import ScenarioError

    seen: dict[str, str] = {}
    for variant, value in zip(variants, values, strict=True):
        twin = seen.setdefault(variant.plan().hash(), value)
        if twin != value:
            raise ScenarioError(
                f"{twin} and {value} make the same plan: there would be nothing to compare.",
                value=value,
            )


def _parse(vary: str) -> tuple[str, list[str]]:
    from unhedged.vocab.errors import ScenarioError

    path, equals, rest = vary.partition("=")
    values = [value.strip() for value in rest.split(",") if value.strip()]
    hint = "--vary venue.hub.fund.start=$25M,$50M"
    if not equals or len(values) < 2:
        raise ScenarioError(f"{vary!r} is not path=value,value.", value=vary, hint=hint)
    twice = [value for value in values if values.count(value) > 1]
    if twice:
        raise ScenarioError(
            f"--vary names {twice[0]} twice: there would be nothing to compare.",
            value=vary,
            hint=hint,
        )
    return path.strip(), values


def _print_json(values: list[str], twins: "list[Comparison]") -> None:
    from dataclasses import asdict

    machine.echo(
        [
            {
                "value": value,
                "changes": twin.changes,
                "ladders": dict(twin.ladders()),
                "amplification": [{**asdict(a), "factor": a.factor} for a in twin.amplification()],
                "differences": [{**asdict(d), "clear": d.clear} for d in twin.differences()],
            }
            for value, twin in zip(values[1:], twins, strict=True)
        ]
    )
