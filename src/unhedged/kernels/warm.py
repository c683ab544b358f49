"""Compiling ahead: what a run needs, compiled once per version, and a line that says so.

A marker file in the cache folder names what was compiled there. It only decides whether to announce a wait: the entries
themselves are looked up by the cache.
"""

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unhedged.kernels.cache import full_name
from unhedged.kernels.compiled import FOLDER, KEPT, ByAddress

MARKER = "compiled.txt"


def notice() -> str:
    """Return the line to show before the first compilation."""
    return "Compiling kernels; this happens once per version and takes under a minute."


def is_warm(kernels: Iterable[Any] | None = None) -> bool:
    """Return whether ``kernels`` were compiled by this version before, here or in another process.

    Parameters
    ----------
    kernels : iterable, optional
        Entries and functions called by address; when left out, all of the modules imported so far.
    """
    return {_name(kernel) for kernel in _or_all(kernels)} <= _compiled_before()


def warm(kernels: Iterable[Any] | None = None) -> float:
    """Compile ``kernels``, or load them from disk, and return the seconds it took; see `is_warm`."""
    start = time.perf_counter()
    wanted = _or_all(kernels)
    with _no_collector():
        for kernel in wanted:
            _compile(kernel)
    _remember({_name(kernel) for kernel in wanted})
    return time.perf_counter() - start


def prepare(say: Callable[[str], None], kernels: Iterable[Any] | None = None) -> None:
    """Before a run: when ``kernels`` were never compiled, ``say`` so and compile them; otherwise do nothing."""
    wanted = _or_all(kernels)
    if not is_warm(wanted):
        say(notice())
        warm(wanted)


def _or_all(kernels: Iterable[Any] | None) -> list[Any]:
    return list(KEPT.values() if kernels is None else kernels)


@contextmanager
def _no_collector() -> Iterator[None]:
    # A compiler makes millions of objects that live until it is done, and the collector walks them again and again: without it
    # the loop compiles in 60 s of CPU time in place of 70 s, side by side, for 190 MB more at its peak (measured).
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _name(kernel: Any) -> str:
    return full_name(kernel.python if isinstance(kernel, ByAddress) else kernel.py_func)


def _compile(kernel: Any) -> None:
    if isinstance(kernel, ByAddress):
        _ = kernel.address
    elif not kernel.signatures:
        kernel.compile(None)


def _compiled_before() -> set[str]:
    try:
        return set((FOLDER / MARKER).read_text(encoding="utf-8").split())
    except OSError:
        return set()


def _remember(names: set[str]) -> None:
    # A lost marker costs one needless line, so a full disk or a race with another process is let pass.
    together = _compiled_before() | names
    draft = Path(f"{FOLDER / MARKER}.{os.getpid()}")
    try:
        draft.write_text("\n".join(sorted(together)) + "\n", encoding="utf-8")
        draft.replace(FOLDER / MARKER)
    except OSError:
        draft.unlink(missing_ok=True)
