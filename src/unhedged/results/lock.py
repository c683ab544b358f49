"""One process at a time writes into a results folder."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from unhedged.results.whole import LOCK
from unhedged.vocab.errors import ResultsError


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder for this process; the lock ends with the process, however it ends.

    Raises
    ------
    ResultsError
        Another process is writing there.
    """
    with _lock_file(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise ResultsError(
                f"{path} is being written by {holder}.",
                hint="Wait for it, or choose another folder with --out.",
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()} since {time.strftime('%H:%M:%S UTC', time.gmtime())}")
        file.flush()
        yield


def _lock_file(path: Path) -> TextIO:
    try:
        path.mkdir(parents=True, exist_ok=True)
        return (path / LOCK).open("a+")
    except OSError as error:
        raise ResultsError(
            f"{path} cannot be made: {error.strerror}.",
            hint="--out names a folder of results folders, new or writable.",
        ) from error
