"""The commands, put together, and the one place where an error becomes a text and an exit code."""

import contextlib
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from unhedged.cli import (
    ablate,
    bench,
    calibrate,
    check,
    compare,
    doctor,
    new,
    position,
    replay,
    report,
    rules,
    run,
    score,
    show,
)
from unhedged.vocab.errors import InvariantError, UnhedgedError

INTERRUPTED = 130
WRONG_INPUT = 2

app = typer.Typer(
    name="unhedged",
    help="Rebuild a perpetual-futures market from its parts, crash it, and see who is left unhedged.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("new")(new.new)
app.command("check")(check.check)
app.command("show")(show.show)
app.command("run")(run.run)
app.command("score")(score.score)
app.command("compare")(compare.compare)
app.command("ablate")(ablate.ablate)
app.command("calibrate")(calibrate.calibrate)
app.command("report")(report.report)
app.command("position")(position.position)
app.command("replay")(replay.replay)
app.add_typer(rules.app, name="rules")
app.command("bench")(bench.bench)
app.command("doctor")(doctor.doctor)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        from unhedged import __version__

        typer.echo(__version__)
        raise typer.Exit


def invoke(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        What was typed after ``unhedged``.
    """
    try:
        with _folder_on_path():
            result = app(list(arguments), standalone_mode=False)
    except InvariantError as error:
        traceback.print_exc()
        return _say(str(error), error.exit_code)
    except UnhedgedError as error:
        return _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _interrupted()
    except Exception as error:  # noqa: BLE001 - Typer's own errors have no public base class
        return _typed_wrong(error)
    if result == INTERRUPTED:
        return _interrupted()
    return result if isinstance(result, int) else 0


@contextlib.contextmanager
def _folder_on_path() -> Iterator[None]:
    # A module beside where the command is typed is found by every command, as by python -m; last, so that it hides no other.
    folder = str(Path.cwd())
    added = folder not in sys.path
    if added:
        sys.path.append(folder)
    try:
        yield
    finally:
        if added and folder in sys.path:
            sys.path.remove(folder)


def _typed_wrong(error: Exception) -> int:
    # Usage errors of the option parser know how to show themselves; anything else is a bug and keeps its trace.
    show_usage = getattr(error, "show", None)
    if callable(show_usage):
        show_usage(file=sys.stderr)
        return int(getattr(error, "exit_code", WRONG_INPUT))
    if type(error).__name__ == "Abort":
        return _interrupted()
    traceback.print_exception(error)
    return 1


def _interrupted() -> int:
    text = "Interrupted. Finished replicates are kept; the same command resumes."
    return _say(text, INTERRUPTED)


def _say(text: str, code: int) -> int:
    typer.echo(text, err=True)
    return code
