"""``unhedged rules``: list, show and compare rulebooks, rules and policies."""

import json as json_module
from typing import Annotated, Any

import typer

from unhedged.cli import rules_import
from unhedged.cli.options import Json
from unhedged.cli.rules_compare import compare

app = typer.Typer(
    help="List, show, compare and import rulebooks, rules and policies.", no_args_is_help=True
)
app.command("compare")(compare)
app.command("import")(rules_import.import_)


def _rulebooks() -> dict[str, str]:
    from unhedged.venues import rulebook

    return {name: rulebook.load(name).title for name in rulebook.available()}


def _policies() -> dict[str, str]:
    from unhedged.vocab import registry

    return {name: str(target) for name, target in sorted(registry.known("adl").items())}


def _rules() -> dict[str, str]:
    from unhedged.venues import rule_pages

    return {name: rule.summary for name, rule in rule_pages.known().items()}


def _steps() -> dict[str, str]:
    from unhedged.venues.ladder import STEPS

    return {step.name.lower(): words.words for step, words in STEPS.items()}


LISTS = {"rulebooks": _rulebooks, "adl": _policies, "rules": _rules, "steps": _steps}


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(help="rulebooks, rules, steps or adl.")] = "rulebooks",
    json: Json = False,
) -> None:
    """List rulebooks, rules, steps of a liquidation, or the ADL policies of this installation."""
    from unhedged.vocab.errors import UnknownKind

    if what not in LISTS:
        raise UnknownKind.of("list", what, LISTS)
    found = LISTS[what]()
    if json:
        typer.echo(json_module.dumps(found))
        return
    width = max(map(len, found), default=0) + 2
    for name, words in found.items():
        typer.echo(f"{name:<{width}}{words}")


@app.command("show")
def show(
    name: Annotated[
        str,
        typer.Argument(help="A rulebook, such as binance-usdm; a rule, a step, or an ADL policy."),
    ],
    chapters: Annotated[
        list[str] | None, typer.Argument(help="Chapters of the rulebook, such as adl; or tiers.")
    ] = None,
    json: Json = False,
) -> None:
    """Print a rulebook, every value with source and confidence; a rule, with formula, boundary, code and tests; or a step."""
    from unhedged.venues import reading, rule_pages, rulebook

    rules = {full.partition(".")[2] for full in rule_pages.known()} | rule_pages.known().keys()
    if name in rules:
        rule = rule_pages.find(name)
        _print(_fields(rule) if json else rule_pages.show(rule))
        return
    if name in _policies():
        _print(_policy(name, json=json))
        return
    if name in _steps():
        _print(_step(name, json=json))
        return
    book = rulebook.load(_newest(name, rules | _steps().keys()))
    _print(_fields(book) if json else reading.show(book, chapters or ()))


def _policy(name: str, *, json: bool) -> str | dict[str, Any]:
    # Read, not imported: a policy may need the compiler.
    from unhedged.venues.rule_pages import docstring

    target = _policies()[name]
    words = docstring(target)
    if json:
        return {"name": name, "code": target, "words": words}
    return f"{name} · ADL policy · {target}\n" + (f"\n{words}\n" if words else "")


def _step(name: str, *, json: bool) -> str | dict[str, Any]:
    from unhedged.venues import ladder
    from unhedged.vocab.enums import LiquidationStep

    step = LiquidationStep[name.upper()]
    if not json:
        return ladder.show(step)
    words = ladder.STEPS[step]
    return {
        "name": name,
        "words": words.words,
        "parameters": words.needs,
        "ladders": ladder.users_of(step),
    }


def _newest(name: str, rules: set[str]) -> str:
    # A name of nothing is answered with the nearest rulebook, rule or step.
    from unhedged.venues import rulebook
    from unhedged.vocab.errors import UnknownKind, nearest

    names = rulebook.available()
    short = {book.partition("@")[0] for book in names}
    if "@" in name or name in short:
        return rulebook.newest(name)
    error = UnknownKind.of("rulebook, rule or step", name, short if nearest(name, short) else rules)
    error.allowed = f"Rulebooks: {', '.join(sorted(short))}."
    error.hint = "unhedged rules list   or   unhedged rules list rules, or steps"
    raise error


def _fields(record: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(record)


def _print(content: str | dict[str, Any]) -> None:
    typer.echo(content if isinstance(content, str) else json_module.dumps(content), nl=False)
    if not isinstance(content, str):
        typer.echo()
