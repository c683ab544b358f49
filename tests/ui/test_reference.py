"""Reference pages that recompute numbers: their Python runs, block after block, against one small run."""

import re
from pathlib import Path

import pytest

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
    blocks = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    exec(compile("\n".join(blocks), str(page), "exec"), {})
    assert capsys.readouterr().out


def test_there_are_such_pages() -> None:
    assert {page.stem for page in PAGES} >= {"books"}
