"""``unhedged run``: run a scenario, or what is still missing of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unhedged.cli import options, progress

if TYPE_CHECKING:
    from unhedged.api import Results
    from unhedged.scenario.load import LoadedScenario


def run(
    scenario: options.Scenario,
    set_: options.Set = None,
    seed: options.Seed = None,
    replicates: options.Replicates = None,
    replicate: Annotated[int | None, typer.Option(min=0, help="Run this one replicate.")] = None,
    out: options.Out = Path("results"),
    keep: options.Keep = "tables",
    workers: options.Workers = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-if",
            metavar="LIMIT",
            help='Exit 4 when true, such as "deficit_usd > $0". Repeatable.',
        ),
    ] = None,
    force: options.Force = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Run a scenario, or what is still missing of it; writes a results folder."""
    from unhedged import api
    from unhedged.report.limits import parse_limit, refuse_if_breached

    limits = [parse_limit(text) for text in fail_if or ()]
    loaded = api.load(scenario, overrides=set_ or ())
    if seed is not None:
        loaded = loaded.vary({"run.seed": seed})
    if not quiet:
        typer.echo(_head(loaded, replicates, replicate), err=True)

    def notice(line: str) -> None:
        if not quiet:
            typer.echo(line, err=True)

    with progress.bar(quiet=quiet) as tick:
        results = api.run(
            loaded,
            replicates=replicates,
            only=replicate,
            out=out,
            keep=keep,
            workers=workers,
            force=force,
            progress=tick,
            notice=notice,
        )
    if json:
        import json as json_module

        typer.echo(json_module.dumps({"path": str(results.path), "replicates": results.rows()}))
    else:
        typer.echo(_screen(results, scenario, loaded))
    if verbose:
        typer.echo(f"Manifest {results.path / 'manifest.json'}", err=True)
    refuse_if_breached(limits, results.rows())


def _head(loaded: "LoadedScenario", replicates: int | None, only: int | None) -> str:
    from unhedged.engine.running import wanted
    from unhedged.vocab.units import show_duration

    spec = loaded.spec
    agents = sum(agent.count for agent in spec.agent)
    asked = len(wanted(replicates, only, spec.run.replicates))
    count = "1 replicate" if asked == 1 else f"{asked:,} replicates"
    return (
        f"{spec.name} · {show_duration(spec.run.duration)} simulated · {agents:,} agents · "
        f"{count} · seed {spec.run.seed}"
    )


def _screen(results: "Results", scenario: str, loaded: "LoadedScenario") -> str:
    lines = ["", *(f"  {line}" if line else "" for line in results.summary().splitlines()), ""]
    ledger = results.manifest()["checks"].get("ledger")
    if ledger == "balanced":
        lines.append("  Ledger: balanced to the atom in every replicate.")
    elif ledger:
        lines.append(f"  Ledger: {ledger}.")
    more = results.beyond
    also = (
        f"  ({more} more replicate{'s' if more > 1 else ''} there, not asked for)" if more else ""
    )
    lines += [
        f"  Results  {results.path}/{also}",
        f"  Next     unhedged compare {scenario} --vary venue.{_venue(loaded)}.adl.enabled=true,false",
    ]
    return "\n".join(lines)


def _venue(loaded: "LoadedScenario") -> str:
    # The venue with the most open interest is the one worth a question.
    sizes: dict[str, float] = {}
    for instrument in loaded.spec.instrument:
        sizes[instrument.venue] = sizes.get(instrument.venue, 0.0) + instrument.open_interest
    return max(sizes, key=lambda venue: sizes[venue])
