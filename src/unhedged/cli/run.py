"""``unhedged run``: run a scenario, or what is still missing of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unhedged.cli import again, machine, options, progress

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    profile: Annotated[
        bool,
        typer.Option("--profile", help="Say what the events were and where the time went."),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Run a scenario, or what is still missing of it; writes a results folder."""
    from unhedged import api
    from unhedged.report.limits import parse_limit, refuse_if_breached, refuse_if_unknown
    from unhedged.results.headline import known

    limits = [parse_limit(text) for text in fail_if or ()]
    loaded = api.load(scenario, overrides=set_ or ())
    if seed is not None:
        loaded = loaded.vary({"run.seed": seed})
    refuse_if_unknown(limits, known(instrument.id for instrument in loaded.spec.instrument))
    if not quiet:
        typer.echo(_head(loaded, replicates, replicate), err=True)

    with progress.bar(quiet=quiet) as tick:
        results = api.run(
            loaded,
            replicates=replicates,
            only=replicate,
            out=out,
            keep=keep,
            workers=workers,
            force=force,
            profile=profile,
            progress=tick,
            notice=progress.notice(quiet=quiet),
        )
    if json:
        budget = {"checks": results.manifest()["checks"]} if profile else {}
        machine.echo({"path": str(results.path), "replicates": results.rows()} | budget)
    else:
        given = {
            "--set": set_,
            "--seed": seed,
            "--out": None if out == Path("results") else out,
            "--keep": None if keep == "tables" else keep,
            "--workers": workers,
        }
        typer.echo(_screen(results, _next(loaded, scenario, given, replicates, replicate)))
        if profile:
            typer.echo("\n" + results.profile())
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


def _screen(results: "Results", next_: str) -> str:
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
        f"  Page     {again.command('report', str(results.path), options={})}",
        f"  Next     {next_}",
    ]
    return "\n".join(lines)


def _next(
    loaded: "LoadedScenario",
    scenario: str,
    given: "Mapping[str, object]",
    replicates: int | None,
    only: int | None,
) -> str:
    # Twins of this very run: its own replicates are there, and only the other variant is run. One replicate has its run.
    if only is not None:
        return again.command("run", scenario, options=given)
    venue = _venue(loaded)
    on = next(v.adl.enabled for v in loaded.spec.venue if v.id == venue)
    vary = f"venue.{venue}.adl.enabled={'true,false' if on else 'false,true'}"
    return again.command(
        "compare", scenario, options={"--vary": vary, **given, "--replicates": replicates}
    )


def _venue(loaded: "LoadedScenario") -> str:
    # The venue with the most open interest is the one worth a question.
    sizes: dict[str, float] = {}
    for instrument in loaded.spec.instrument:
        sizes[instrument.venue] = sizes.get(instrument.venue, 0.0) + instrument.open_interest
    return max(sizes, key=lambda venue: sizes[venue])
