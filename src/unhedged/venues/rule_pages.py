"""Rules of :mod:`unhedged.rules` as pages: formula, boundary, rounding, source, where they are and the tests that pin them.

All but the tests comes from docstrings, so a page cannot disagree with the code. Tests are not shipped; the names of those that
call a rule are kept in ``pinned.json``, written by ``docs/rulebook/build.py`` and checked by a test.
"""

import ast
import importlib
import importlib.util
import inspect
import json
import pkgutil
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import FunctionType

from unhedged import rules
from unhedged.vocab.errors import UnknownKind

LETTERS = {"V": "verified", "M": "mirrored", "2": "secondary", "U": "unverified"}
PLAIN = ("integer",)
"""Modules of arithmetic, which no venue prints."""
BOUNDARY = re.compile(
    r"\b(equal|equals|equality|strict|strictly|boundary|at the price itself|is safe|is enough|attainable"
    r"|belongs|not below|at least|at most|below|above)\b|[<>]=?",
    re.IGNORECASE,
)
ROUNDING = re.compile(r"\b(round|rounded|exact|rounding)\b", re.IGNORECASE)
WIDTH = 112
LABEL = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule as its docstring states it."""

    name: str  # "liquidation.is_liquidatable"
    signature: str
    summary: str
    inputs: tuple[tuple[str, str], ...]  # name and meaning
    result: str
    notes: str  # formula, boundary and remarks, as written
    source: str
    where: str  # "unhedged/rules/liquidation.py:10"
    tests: tuple[str, ...]

    @property
    def formula(self) -> str:
        """The first formula of the notes; nothing where the rule is a definition in words."""
        found = re.search(r"``(.+?)``", self.notes, re.DOTALL)
        return " ".join(found[1].split()) if found else ""

    @property
    def boundary(self) -> str:
        """The sentences that say what happens at equality, or inside which bounds the rule holds."""
        return " ".join(s for s in _sentences(self.notes) if BOUNDARY.search(_without_code(s)))

    @property
    def rounding(self) -> str:
        """The sentences that say how a result is rounded."""
        sentences = [*_sentences(self.result), *_sentences(self.notes)]
        return " ".join(s for s in sentences if ROUNDING.search(s))

    @property
    def confidences(self) -> tuple[str, ...]:
        """How well its sources are known, in their order."""
        letters = re.findall(r"\(([VM2U])\b[^)]*\)", self.source)
        return tuple(dict.fromkeys(LETTERS[letter] for letter in letters))


@cache
def known() -> Mapping[str, Rule]:
    """Return every rule by ``module.name``, in the order of the files."""
    tests = pinned()
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(rules.__path__):
        module = importlib.import_module(f"{rules.__name__}.{info.name}")
        for name, rule in vars(module).items():
            own = inspect.isfunction(rule) and rule.__module__ == module.__name__
            if own and not name.startswith("_") and info.name not in PLAIN:
                full = f"{info.name}.{name}"
                found[full] = _rule(full, rule, tests.get(full, ()))
    return found


def find(name: str) -> Rule:
    """Return the rule called ``name``, with or without its module.

    Raises
    ------
    UnknownKind
        No such rule, with the nearest ones.
    """
    every = known()
    for full, rule in every.items():
        if name in (full, full.partition(".")[2]):
            return rule
    raise UnknownKind.of("rule", name, [full.partition(".")[2] for full in every])


@cache
def pinned() -> Mapping[str, tuple[str, ...]]:
    """Return the tests that call each rule, by rule."""
    text = resources.files("unhedged.venues").joinpath("pinned.json").read_text("utf-8")
    return {name: tuple(tests) for name, tests in json.loads(text).items()}


def docstring(target: str) -> str:
    """Return the docstring of ``"module:name"`` from its source, nothing imported; empty where it cannot be read.

    Of a function, or the text that follows where the name is assigned.
    """
    module, _, name = target.partition(":")
    try:
        spec = importlib.util.find_spec(module)
        tree = ast.parse(Path(spec.origin).read_text("utf-8")) if spec and spec.origin else None
    except (ImportError, ValueError, OSError, SyntaxError):
        return ""
    body = tree.body if tree is not None else []
    for n, node in enumerate(body):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and name in [ast.unparse(one) for one in node.targets]:
            return ast.get_docstring(ast.Module(body[n + 1 : n + 2], [])) or ""
    return ""


def show(rule: Rule) -> str:
    """Return the page of a rule as text."""
    rows = [
        ("Formula", rule.formula),
        ("Boundary", rule.boundary),
        ("Rounding", rule.rounding),
        *(("Input" if n == 0 else "", ": ".join(pair)) for n, pair in enumerate(rule.inputs)),
        ("Result", rule.result),
        ("Source", rule.source),
        ("Confidence", ", ".join(rule.confidences) or "a definition"),
        ("Code", rule.where),
        *(("Tests" if n == 0 else "", test) for n, test in enumerate(rule.tests)),
    ]
    if not rule.tests:
        rows.append(("Tests", "none by name"))
    lines = [f"{rule.name}{rule.signature}", rule.summary, ""]
    for label, text in rows:
        if text:
            wrapped = textwrap.wrap(text, WIDTH - LABEL, break_on_hyphens=False)
            lines += [f"{label if n == 0 else '':<{LABEL}}{part}" for n, part in enumerate(wrapped)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _rule(full: str, rule: FunctionType, tests: tuple[str, ...]) -> Rule:
    parts = _sections(inspect.getdoc(rule) or "")
    notes, _, source = parts.get("Notes", "").partition("Source:")
    signature = inspect.signature(rule)
    plain = signature.replace(
        parameters=[p.replace(annotation=p.empty) for p in signature.parameters.values()],
        return_annotation=signature.empty,
    )
    return Rule(
        name=full,
        signature=str(plain),
        summary=parts[""].strip(),
        inputs=tuple(_inputs(parts.get("Parameters", ""))),
        result=_flat(parts.get("Returns", "").partition("\n")[2]),
        notes=_flat(notes),
        source=_flat(source),
        where=f"{rule.__module__.replace('.', '/')}.py:{rule.__code__.co_firstlineno}",
        tests=tests,
    )


def _sections(doc: str) -> dict[str, str]:
    # numpydoc: a heading is a line above a rule of dashes of its own length.
    found: dict[str, list[str]] = {"": []}
    heading = ""
    lines = doc.splitlines()
    for n, line in enumerate(lines):
        below = lines[n + 1] if n + 1 < len(lines) else ""
        if line and below == "-" * len(line):
            heading = line
            found[heading] = []
        elif not (line and set(line) == {"-"}):
            found[heading].append(line)
    return {name: "\n".join(part).strip("\n") for name, part in found.items()}


def _inputs(text: str) -> Iterator[tuple[str, str]]:
    name, words = "", []
    for line in text.splitlines():
        if line.startswith(" "):
            words.append(line.strip())
        elif line.strip():
            if name:
                yield name, " ".join(words)
            name, words = line.partition(":")[0].strip(), []
    if name:
        yield name, " ".join(words)


def _sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=\.)\s+(?=[A-Z`])", text) if s]


def _without_code(sentence: str) -> str:
    # A comparison inside a formula is no statement about equality, unless the formula is all there is.
    return re.sub(r"``.+?``", "", sentence)


def _flat(text: str) -> str:
    return " ".join(text.split())
