"""``unhedged check``: validate a scenario, a results folder or a plug-in."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from unhedged.cli import machine
from unhedged.cli.options import Json, Set
from unhedged.vocab.errors import ScenarioError


def check(
    what: Annotated[
        str, typer.Argument(help="A scenario (name or path), a results folder, or plugin.")
    ],
    plugin: Annotated[
        list[str] | None,
        typer.Argument(
            help="After plugin: its kind, adl, and a registered id or my_module:function."
        ),
    ] = None,
    set_: Set = None,
    json: Json = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the questions put to a plug-in.")] = 0,
) -> None:
    """Validate a scenario, a results folder, or, as in: check plugin adl my_module:policy, a plug-in."""
    if what == "plugin":
        _plugin(plugin or [], seed=seed, json=json)
        return
    if plugin:
        raise ScenarioError(
            f"{' '.join(plugin)} is one argument too many.",
            allowed="one scenario or results folder, or: plugin adl my_module:policy",
        )
    if Path(what).is_dir():
        _results(what, json=json)
    else:
        _scenario(what, set_, json=json)


def _scenario(what: str, set_: list[str] | None, *, json: bool) -> None:
    from unhedged.api import load
    from unhedged.scenario.doubts import doubts

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
    for doubt in doubts(plan):
        typer.echo(doubt, err=True)


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


def _plugin(words: list[str], *, seed: int, json: bool) -> None:
    from unhedged.vocab.registry import pick

    if len(words) != 2 or words[0] != "adl":
        raise ScenarioError(
            f"check plugin {' '.join(words)} says neither what to check nor which.",
            allowed="check plugin adl POLICY",
            hint="POLICY is a registered id (unhedged rules list adl) or my_module:function.",
        )
    name = words[1]
    from unhedged.adl.checking import check_policy
    from unhedged.lab.policy_axioms import FACTOR, PARTS, treatment

    policy = pick("adl", name)
    asked = check_policy(policy, seed=seed, name=name)
    found = treatment(policy, seed=seed, name=name)
    if json:
        said = {"plugin": name, "kind": "adl", "questions": asked, "seed": seed}
        machine.echo({**said, "treatment": asdict(found)})
        return
    typer.echo(f"{name} keeps the contract of ADL policies: {asked} questions, seed {seed}.")
    typer.echo(
        f"For information, winners alike but for size, {found.questions} questions:\n"
        f"    larger closes less  in {found.larger_closes_less:,} of {found.pairs:,} pairs\n"
        f"    everything times {FACTOR}  changes a close by at most {found.scale_gap:.1f} lots\n"
        f"    split into {PARTS}       keeps at most {found.split_keeps:.1%} of a position from being closed"
    )
