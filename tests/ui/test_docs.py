"""Pages made from rulebooks and docstrings are up to date, and sessions in docs print what they say."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from unhedged.cli.app import invoke

ROOT = Path(__file__).parents[2]
SESSIONS = [
    pytest.param(session, id=f"{page.stem}{n}")
    for page in sorted((ROOT / "docs").rglob("*.md"))
    for n, session in enumerate(
        re.findall(r"<!-- run -->\n```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    )
]


def test_generated_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "rulebook" / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    wrong = [path.relative_to(ROOT).as_posix() for path in build.stale()]
    assert wrong == [], "run: python docs/rulebook/build.py"


@pytest.mark.parametrize("session", SESSIONS)
def test_session_prints_what_it_says(session: str, capfd: pytest.CaptureFixture[str]) -> None:
    for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, expected = step.partition("\n")
        program, *arguments = shlex.split(command)
        assert program == "unhedged"
        invoke(arguments)
        out, err = capfd.readouterr()
        assert (err + out).strip() == expected.strip()


def test_docs_hold_sessions() -> None:
    assert SESSIONS
