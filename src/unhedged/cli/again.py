"""Commands to type next: they work as they stand, from the same folder, on the same run."""

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

NAME = "unhedged"


def program() -> str:
    """Return what starts this program again: its name where the shell finds it, else the path of what runs."""
    typed = Path(sys.argv[0])
    as_module = typed.parts[-2:] == (NAME, "__main__.py")
    if typed.name != NAME and not as_module:
        return NAME
    found = shutil.which(NAME)
    beside = Path(sys.executable).with_name(NAME) if as_module else typed
    if found is not None and Path(found).resolve() == beside.resolve():
        return NAME
    if as_module:
        return f"{shlex.quote(sys.executable)} -m {NAME}"
    return shlex.quote(str(typed))


def command(verb: str, *words: str, options: Mapping[str, object]) -> str:
    """Return a command line: ``verb`` with arguments and the options that were given.

    Parameters
    ----------
    verb : str
        A command of this program.
    *words : str
        Its arguments, as they were typed.
    options : mapping
        By name; ``None`` was not given, a list is an option given several times.
    """
    parts = [verb, *words]
    for name, value in options.items():
        for one in value if isinstance(value, Sequence) and not isinstance(value, str) else [value]:
            if one is not None:
                parts += [name, str(one)]
    return f"{program()} {shlex.join(parts)}"
