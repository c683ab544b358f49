"""Small changes of the plain twin and its rules, made in memory: the text of a function is replaced and compiled again."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import unhedged

PACKAGE = Path(unhedged.__file__).parent


def source(module: str) -> str:
    """Return the text of a module such as ``rules.margin``."""
    return (PACKAGE / f"{module.replace('.', '/')}.py").read_text("utf-8")


def function_lines(text: str, name: str) -> tuple[int, int]:
    """Return the first and last line of a function or method, by its qualified name."""
    parts = name.split(".")
    body: Any = ast.parse(text)
    for part in parts:
        body = next(
            node
            for node in body.body
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == part
        )
    return body.lineno, body.end_lineno


def replaced(text: str, name: str, old: str, new: str) -> str:
    """Return a module's text with ``old`` in the function ``name`` replaced; it must stand there once."""
    first, last = function_lines(text, name)
    lines = text.splitlines(keepends=True)
    inside = "".join(lines[first - 1 : last])
    assert inside.count(old) == 1, f"{inside.count(old)} times in {name}: {old!r}"
    return "".join([*lines[: first - 1], inside.replace(old, new), *lines[last:]])


def function_of(module: str, name: str) -> FunctionType:
    """Return a function or method, that of a property as well."""
    found: Any = import_module(f"unhedged.{module}")
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    assert isinstance(found, FunctionType), name
    return found


def code_of(text: str, name: str, file: str) -> CodeType:
    """Return the compiled code of a function in a module's text."""
    code = compile(text, file, "exec")
    for part in name.split("."):
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == part)
    return code


@contextmanager
def changed(module: str, name: str, old: str, new: str) -> Iterator[None]:
    """Let a function read ``new`` where it reads ``old``, for everybody who calls it."""
    function = function_of(module, name)
    text = replaced(source(module), name, old, new)
    before = function.__code__
    function.__code__ = code_of(text, name, before.co_filename)
    try:
        yield
    finally:
        function.__code__ = before


def called(act: Callable[[], Any]) -> set[tuple[str, str]]:
    """Return the modules and names of the package's functions that ``act`` calls."""
    found: set[CodeType] = set()

    def note(frame: Any, event: str, _argument: Any) -> None:
        if event == "call":
            found.add(frame.f_code)

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    own = [code for code in found if code.co_filename.startswith(str(PACKAGE))]
    return {(_module(code), code.co_qualname.partition(".<locals>")[0]) for code in own}


def _module(code: CodeType) -> str:
    file = Path(code.co_filename).relative_to(PACKAGE)
    return ".".join(file.with_suffix("").parts)
