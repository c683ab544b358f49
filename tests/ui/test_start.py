"""Starting costs nothing: what is imported when, and how long it takes."""

import os
import resource
import subprocess
import sys

import pytest


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


HEAVY = ("numba", "llvmlite", "polars", "pydantic", "numpy", "typer", "rich")


def test_import_alone_imports_nothing_heavy() -> None:
    loaded = python(f"import sys, unhedged; print([m for m in {HEAVY} if m in sys.modules])")
    assert loaded.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "calm"],
        ["show", "october-2025-small"],
        ["rules", "list"],
        ["rules", "list", "adl"],
        ["rules", "show", "binance-v1"],
    ],
)
def test_looking_never_imports_numba(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom unhedged.cli.app import invoke\n"
        f"assert invoke({arguments!r}) == 0\n"
        "print([m for m in ('numba', 'llvmlite') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "budget"),
    [
        (["-m", "unhedged", "--help"], 0.5),
        (["-m", "unhedged", "check", "calm"], 0.7),
        (["-c", "import unhedged"], 0.2),
    ],
)
def test_command_answers_within_its_budget(arguments: list[str], budget: float, tmp_path) -> None:
    # Processor time, the best of up to twenty, with compiled modules kept as an installation keeps them: neither other work on the
    # machine nor a missing cache is ours to measure.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path)

    def spent() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments], capture_output=True, check=True, env=environment
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert any(spent() < budget for _ in range(20))


def test_public_names_are_all_there() -> None:
    import unhedged

    for name in unhedged.__all__:
        assert getattr(unhedged, name) is not None
    assert set(unhedged.__all__) <= set(dir(unhedged))
    with pytest.raises(AttributeError):
        _ = unhedged.nothing
