"""Run the console sessions of the README and the docs again and write what they print now.

    python docs/sessions.py [PAGE.md …]        all pages that have sessions, when none is given

Sessions of one page share a folder, as a reader's would. What they print is compared by the test suite; numbers that hang on a
machine's arithmetic are marked so in the page and are not.
"""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SESSION = re.compile(
    r"(<!-- run(?:: numbers of one machine)? -->\n```console\n)(.*?)(```)", re.DOTALL
)


def printed(command: str, folder: str) -> str:
    """Return what a command prints: what it says on the side first, without the line about compiling."""
    program, *arguments = shlex.split(command)
    if program != "unhedged":
        raise SystemExit(f"{command!r} is not ours to run.")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "unhedged", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )  # fmt: skip
    return re.sub(r"^Compiling .*\n", "", done.stderr, flags=re.MULTILINE) + done.stdout


def again(page: Path) -> None:
    """Rewrite the sessions of ``page``."""
    with tempfile.TemporaryDirectory() as folder:

        def session(match: re.Match[str]) -> str:
            commands = re.findall(r"^\$ (.*)$", match[2], flags=re.MULTILINE)
            steps = [f"$ {command}\n{printed(command, folder).strip()}\n" for command in commands]
            return match[1] + "\n".join(steps) + match[3]

        text = page.read_text("utf-8")
        page.write_text(SESSION.sub(session, text), "utf-8")


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:]]
    for found in given or [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if SESSION.search(found.read_text("utf-8")):
            sys.stdout.write(f"{found}\n")
            again(found)
