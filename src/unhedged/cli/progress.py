"""Progress on stderr: a bar where somebody looks, nothing where nobody does."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from unhedged.engine.running import Step


def notice(*, quiet: bool) -> "Callable[[str], None]":
    """Return what prints a line on stderr before something that takes long, unless ``quiet``."""

    def say(line: str) -> None:
        if not quiet:
            typer.echo(line, err=True)

    return say


@contextlib.contextmanager
def bar(*, quiet: bool) -> "Iterator[Callable[[Step], None] | None]":
    """Yield a progress callback, or ``None`` when quiet or when stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=40), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        task = progress.add_task("starting", total=1.0)

        def tick(step: "Step") -> None:
            finished = (step.done + step.share) / max(1, step.total)
            progress.update(task, completed=finished, description=f"{step.done}/{step.total}")

        yield tick
