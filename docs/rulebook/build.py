"""Write the pages of the rulebook from its TOML files and docstrings: ``python docs/rulebook/build.py``.

With ``--check`` nothing is written; pages that are not up to date are named and the exit code is 1. The table of tests that
pin each rule is written into the package, since tests are not shipped.
"""

import ast
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from unhedged.venues import rule_pages, rulebook, terms
from unhedged.venues.ladder import STEPS, steps_of
from unhedged.venues.reading import counts, entries, written
from unhedged.venues.rule_pages import Rule
from unhedged.venues.rulebook import Fact, Rulebook, TierTable
from unhedged.vocab.enums import LiquidationStep

ROOT = Path(__file__).parents[2]
HERE = ROOT / "docs" / "rulebook"
PINNED = ROOT / "src" / "unhedged" / "venues" / "pinned.json"
MADE = "<!-- Made by docs/rulebook/build.py from rulebooks and docstrings; edit those. -->"
AGAIN = "python docs/rulebook/build.py"
LETTER = {"verified": "V", "mirrored": "M", "secondary": "2", "unverified": "U"}
LEGEND = "V verified: read at the venue · M mirrored: read in a copy · 2 secondary: told by others · U unverified: assumed, a parameter."
KEY_RULES = (
    "margin.mode",
    "margin.schedule",
    "margin.price",
    "collateral.price",
    "liquidation.trigger",
    "liquidation.boundary",
    "liquidation.steps",
    "liquidation.sizing",
    "liquidation.fee",
    "fund.scope",
    "fund.capacity",
    "adl.trigger",
    "adl.boundary",
    "adl.score",
    "adl.price",
    "adl.ties",
    "adl.lights",
    "waterfall.order",
    "index.combine",
    "mark.form",
    "mark.basis_window",
    "funding.form",
    "funding.cap",
    "funding.price",
    "fees.taker",
    "gateway.rate",
)


def pinned_tests() -> dict[str, list[str]]:
    """Return the tests that call each rule: in tests/unit/rules, in the worked examples and in stories."""
    known = rule_pages.known()
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "tests" / "unit" / "rules").glob("test_*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        imported = dict(_imported(tree))
        name = file.relative_to(ROOT).as_posix()
        for node in ast.walk(tree):
            label = _label(node)
            for full in _called(node, imported) if label else ():
                if full in known:
                    found[full].add(f"{name}::{label}")
    for file in sorted((ROOT / "tests" / "stories").rglob("*.toml")):
        full = tomllib.loads(file.read_text("utf-8")).get("rule", "")
        if full in known:
            found[full].add(file.relative_to(ROOT).as_posix())
    return {name: sorted(found[name]) for name in known if found[name]}


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    # Local name to "module." for a module of rules, to "module.name" for a rule.
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unhedged.rules"):
            inside = (node.module or "").removeprefix("unhedged.rules").lstrip(".")
            for name in node.names:
                full = f"{inside}.{name.name}" if inside else f"{name.name}."
                yield name.asname or name.name, full


def _label(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
        return node.name
    example = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Example"
    first = node.args[0] if example and isinstance(node, ast.Call) and node.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _called(node: ast.AST, imported: Mapping[str, str]) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            yield imported.get(part.value.id, "") + part.attr
        elif isinstance(part, ast.Name):
            yield imported.get(part.id, "")


# ------------------------------------------------------------------------------------------------ pages


def pages() -> dict[Path, str]:
    """Return every page by its path."""
    books = [rulebook.load(name) for name in rulebook.available()]
    made = {
        HERE / "venues.md": _index(books),
        HERE / "confidence.md": _confidence(books),
        HERE / "steps.md": _steps(books),
    }
    made |= {HERE / "venues" / f"{book.id}.md": _venue(book) for book in books}
    by_module: dict[str, list[Rule]] = defaultdict(list)
    for rule in rule_pages.known().values():
        by_module[rule.name.partition(".")[0]].append(rule)
    made[HERE / "rules.md"] = _rules(by_module)
    made |= {HERE / "rules" / f"{name}.md": _module(name, own) for name, own in by_module.items()}
    return {path: f"{MADE}\n\n{text.rstrip()}\n" for path, text in made.items()}


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _table(*heads: str) -> str:
    return f"{_row(*heads)}\n{_row(*('---' for _ in heads))}"


def _index(books: list[Rulebook]) -> str:
    lines = ["# Rulebooks", "", LEGEND, "", _table("rulebook", "what", *LETTER.values())]
    for book in books:
        number = counts(book)
        cells = (number[word] for word in LETTER)
        lines.append(_row(f"[{book.id}](venues/{book.id}.md)", book.title, *cells))
    total = sum((counts(book) for book in books), start=counts(books[0]) - counts(books[0]))
    lines.append(_row("all", "", *(total[word] for word in LETTER)))
    return "\n".join(lines)


ASSUMED = "no table stored; the nearest that is, assumed"


def _confidence(books: list[Rulebook]) -> str:
    venues = [book for book in books if book.value("margin.mode") != "none"]
    lines = ["# How well each rule of each venue is known", "", LEGEND, ""]
    lines.append(_table("rule", *(book.id.replace("@", " ") for book in venues)))
    for path in KEY_RULES:
        facts = (book.facts.get(path) for book in venues)
        lines.append(_row(path, *("–" if f is None else LETTER[f.confidence] for f in facts)))
    lines += ["", "## What stories show", "", _shown()]
    for book in books:
        lines += ["", f"## {book.id}", "", _table("rule", "known", "source")]
        lines += [
            _row(f"{path}{reading}", fact.confidence, fact.source)
            for path, reading, fact in _readings(book)
        ]
        for table in book.tiers.values():
            lines.append(_row(f"tiers.{table.name}", table.confidence, table.source))
            if table.assumed_for:
                others = ", ".join(table.assumed_for)
                lines.append(_row(f"tiers.{table.name} for {others}", "unverified", ASSUMED))
    return "\n".join(lines)


def _shown() -> str:
    # Of the stories of ladders, triggers and ADL; those of prices and collateral stand in folders of their own.
    folder = ROOT / "tests" / "stories"
    stories = [tomllib.loads(file.read_text("utf-8")) for file in folder.glob("*.toml")]
    rules = {story["rule"] for story in stories}
    edges = sum("boundary" in story for story in stories)
    changes = tomllib.loads((folder / "outcomes" / "changes.toml").read_text("utf-8"))["change"]
    return (
        f"{len(stories)} stories in `tests/stories` show {len(rules)} rules of ladders, triggers and ADL, each told in the kernels and "
        f"in their plain twin; {edges} of their boundaries are tested at equality and one atom to each side. For {len(changes)} stories "
        "`tests/stories/outcomes/changes.toml` holds a change of a rule under which the outcome of that story is another one and no "
        "other story's is; the tests make each change in the plain twin and tell every story again."
    )


def _readings(book: Rulebook) -> Iterator[tuple[str, str, Fact]]:
    for path, fact in book.facts.items():
        yield path, "", fact
        for name, other in fact.alternatives.items():
            yield path, f' as "{name}"', other


def _steps(books: list[Rulebook]) -> str:
    lines = ["# Steps of a liquidation", ""]
    lines += [
        "Margin is checked again after each step; an account that is safe again trades on.",
        "",
    ]
    lines.append(_table("venue", "steps, in order"))
    for book in books:
        fact = book.facts.get("liquidation.steps")
        if fact is not None:
            lines.append(_row(book.id, written(fact.value)))
            for name, other in fact.alternatives.items():
                lines.append(_row(f'{book.id} as "{name}"', written(other.value)))
    lines += ["", _table("step", "what", "parameters", "venues")]
    for step in LiquidationStep:
        users = dict.fromkeys(b.id.partition("@")[0] for b in books if step in steps_of(b))
        needs = ", ".join(STEPS[step].needs)
        lines.append(_row(step.name.lower(), STEPS[step].words, needs, ", ".join(users)))
    return "\n".join(lines)


def _venue(book: Rulebook) -> str:
    number = counts(book)
    known = ", ".join(f"{number[word]} {word}" for word in LETTER if number[word])
    lines = [f"# {book.title}", "", f"`{book.id}` · {len(entries(book))} values: {known}.", ""]
    lines += [book.note] if book.note else []
    for chapter in terms.CHAPTERS:
        facts = book.chapter(chapter)
        if facts:
            title = "ADL" if chapter == "adl" else chapter.replace("_", " ").capitalize()
            lines += ["", f"## {title}", ""]
            lines.append(_table("rule", "value", "known", "source"))
            lines += [row for name, fact in facts.items() for row in _fact(chapter, name, fact)]
    for table in book.tiers.values():
        lines += ["", f"## Tiers {table.name}", "", f"{table.confidence}: {table.source}.", ""]
        lines += _tiers(table)
    if book.sources:
        lines += ["", "## Sources", "", _table("key", "source")]
        lines += [_row(key, text) for key, text in book.sources.items()]
    return "\n".join(lines)


def _fact(chapter: str, name: str, fact: Fact) -> Iterator[str]:
    term = terms.term(f"{chapter}.{name}")
    words = f"{name}: {term.words}" if term is not None else name
    source = f"{fact.source}. {fact.note}" if fact.note else fact.source
    yield _row(words, f"`{written(fact.value)}`", fact.confidence, source)
    for reading, other in fact.alternatives.items():
        source = f"{other.source}. {other.note}" if other.note else other.source
        yield _row(f'or "{reading}"', f"`{written(other.value)}`", other.confidence, source)


def _tiers(table: TierTable) -> Iterator[str]:
    if table.assumed_for:
        yield f"Assumed for {', '.join(table.assumed_for)}: no table of theirs is stored (unverified).\n"
    if table.terms or table.also:
        yield _table("term", "value")
        yield from (
            _row(key.replace("_", " "), text) for key, text in {**table.terms, **table.also}.items()
        )
        yield ""
    if table.brackets:
        yield _table(f"from {table.unit}", "maintenance", "leverage", "deduction")
    for b in table.brackets:
        yield _row(f"{b.floor:,.0f}", b.maintenance, f"{b.leverage:.4g}×", f"{b.deduct:,.1f}")


def _rules(by_module: Mapping[str, list[Rule]]) -> str:
    lines = ["# Rules", "", "Every rule is a plain function of numbers in `unhedged.rules`.", ""]
    lines += [
        "Each is also called plain and compiled by `tests/unit/rules/test_compiled_rules.py`."
    ]
    for name, own in by_module.items():
        lines += ["", f"## [{name}](rules/{name}.md)", "", _table("rule", "what", "known")]
        for rule in own:
            letters = "".join(LETTER[word] for word in rule.confidences) or "definition"
            lines.append(_row(f"`{rule.name.partition('.')[2]}`", rule.summary, letters))
    return "\n".join(lines)


def _module(name: str, own: list[Rule]) -> str:
    lines = [f"# {name.replace('_', ' ').capitalize().replace('Adl', 'ADL')}"]
    for rule in own:
        lines += ["", f"## {rule.name.partition('.')[2]}", "", rule.summary, ""]
        lines += [rule.notes, ""] if rule.notes else []
        lines += [_table("input", "meaning"), *(_row(*pair) for pair in rule.inputs), ""]
        lines += [f"Result: {rule.result}", "", f"Source: {rule.source}", ""]
        code = rule.where.rpartition(":")[0]
        lines += [f"Code: [`{code}`](../../../src/{code})", "", "Tests:", ""]
        lines += [f"- `{test}`" for test in rule.tests] or ["- none by name"]
    return "\n".join(lines)


def written_tests() -> str:
    """Return the table of tests as it is kept in the package."""
    return json.dumps(pinned_tests(), indent=1) + "\n"


def stale() -> list[Path]:
    """Return the files that are not as they would be written now."""
    wanted = {PINNED: written_tests(), **pages()}
    wrong = {p for p, text in wanted.items() if not p.exists() or p.read_text("utf-8") != text}
    return sorted(wrong | (made() - wanted.keys()))


def made() -> set[Path]:
    """Return the pages that an earlier run wrote."""
    return {page for page in HERE.rglob("*.md") if page.read_text("utf-8").startswith(MADE)}


def main() -> int:
    """Write every page, or only name those that are not up to date."""
    if "--check" in sys.argv[1:]:
        names = [path.relative_to(ROOT).as_posix() for path in stale()]
        sys.stdout.writelines(f"{name} is not up to date: {AGAIN}\n" for name in names)
        return 1 if names else 0
    PINNED.write_text(written_tests(), "utf-8")
    rule_pages.pinned.cache_clear()
    rule_pages.known.cache_clear()
    wanted = pages()
    for path in made() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
