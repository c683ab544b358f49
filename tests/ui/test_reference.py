"""Reference pages that recompute numbers: their Python runs, block after block, against one small run."""

import importlib
import inspect
import json
import re
from pathlib import Path

import pytest

from unhedged.results.headline import LABELS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGES = [page for page in sorted(FOLDER.glob("*.md")) if "```python" in page.read_text("utf-8")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reference")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_of_the_page_holds(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    # Text becomes empty lines, so that an error names the line of the page.
    parts = re.split(r"```python\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)
    code = "\n".join(part if n % 2 else "\n" * part.count("\n") for n, part in enumerate(parts))
    exec(compile(code, str(page), "exec"), {})
    assert capsys.readouterr().out


def test_there_are_such_pages() -> None:
    assert {page.stem for page in PAGES} >= {"books", "measures"}


def test_every_measure_is_defined_once_and_under_its_name_on_screen() -> None:
    text = (FOLDER / "measures.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text, re.MULTILINE)
    assert dict(rows) == dict(LABELS)
    assert len(rows) == len(LABELS)


def test_a_run_has_no_measure_without_a_definition() -> None:
    golden = json.loads((FOLDER.parents[1] / "tests" / "golden" / "cascade.json").read_text())
    assert {name.partition(".")[0] for name in golden["headline"]} <= set(LABELS)


def test_every_measure_of_an_allocation_has_its_line() -> None:
    text = (FOLDER / "allocations.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", text, re.MULTILINE)
    modules = list(dict.fromkeys(module for module, _ in told))
    found = []
    for name in modules:
        module = importlib.import_module(f"unhedged.measures.{name}")
        found += [
            (name, function)
            for function, what in inspect.getmembers(module, inspect.isfunction)
            if what.__module__ == module.__name__ and not function.startswith("_")
        ]
    assert len(told) == len(set(told)) > 40
    assert set(told) == set(found)
