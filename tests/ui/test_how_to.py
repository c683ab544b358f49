"""How-to pages whose steps build on each other: files are written, commands run in order, output compared; … is anything."""

import re
import shlex
from pathlib import Path

import pytest

from unhedged.cli.app import invoke

FOLDER = Path(__file__).parents[2] / "docs" / "how-to"
PAGES = [page for page in sorted(FOLDER.glob("*.md")) if "<!-- step -->" in page.read_text("utf-8")]
STEP = re.compile(
    r"<!-- file: (?P<file>[\w.-]+) -->\n```\w+\n(?P<text>.*?)```|<!-- step -->\n```console\n(?P<session>.*?)```",
    re.DOTALL,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_does_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = list(STEP.finditer(page.read_text("utf-8")))
    for step in steps:
        if step["file"]:
            (tmp_path / step["file"]).write_text(step["text"], "utf-8")
            continue
        for typed in re.split(r"^\$ ", step["session"], flags=re.MULTILINE)[1:]:
            command, _, expected = typed.partition("\n")
            program, *arguments = shlex.split(command)
            assert program == "unhedged"
            invoke(arguments)
            out, err = capfd.readouterr()
            pattern = re.escape(expected.strip()).replace("…", "[^\n]*")
            assert re.fullmatch(pattern, (err + out).strip()), err + out


def test_table_shown_is_the_one_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from unhedged import import_rules

    monkeypatch.chdir(tmp_path)
    page = (FOLDER / "import-venue-rules.md").read_text("utf-8")
    step = next(step for step in STEP.finditer(page) if step["file"] == "brackets.json")
    (tmp_path / "brackets.json").write_text(step["text"], "utf-8")
    done = import_rules("binance", "brackets.json", out="my.toml", read="2025-10-07")
    table = re.search(r"```toml\n(\[tiers.*?)```", page, re.DOTALL)
    assert table is not None
    assert table[1] in done.path.read_text("utf-8")
