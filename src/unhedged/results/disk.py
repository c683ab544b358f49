"""Files written whole or not at all, and a full disk told from a broken one."""

import contextlib
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import polars as pl

from unhedged.vocab.errors import ResultsError


@contextlib.contextmanager
def whole_or_absent(aside: Path) -> Iterator[None]:
    """Remove ``aside`` when the block fails; an operating-system error becomes a :class:`ResultsError`."""
    try:
        yield
    except OSError as error:
        _remove(aside)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResultsError(
                f"The disk is full: {aside.parent} cannot be written. Finished replicates are safe.",
                hint="Make room and run the same command again, or keep less: --keep summary.",
            ) from error
        if error.errno == errno.EFBIG:
            raise ResultsError(
                f"{aside.parent} cannot be written: a file would be larger than is allowed here.",
                hint="Raise the limit (ulimit -f unlimited), or keep less: --keep summary.",
            ) from error
        raise ResultsError(f"{aside.parent} cannot be written: {error.strerror}.") from error
    except BaseException:
        _remove(aside)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_frame(path: Path, frame: pl.DataFrame, metadata: dict[str, str]) -> None:
    """Write a frame as Parquet, on the disk when this returns."""
    # Through memory, so that a full disk is an OSError with its number and not a message to be read.
    buffer = io.BytesIO()
    frame.write_parquet(buffer, metadata=metadata)
    with path.open("wb") as file:
        file.write(buffer.getbuffer())
        file.flush()
        os.fsync(file.fileno())


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal; of a file that has not changed since, without reading it again."""
    return _digest(path, *state_of(path))


def state_of(path: Path) -> tuple[int, int, int]:
    """Return what changes with a file's bytes, where nobody hides it: its place on the disk, its size, when it was written."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=4096)
def _digest(path: Path, *_state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_frame(
    path: Path, columns: list[str] | None = None, where: pl.Expr | None = None
) -> pl.DataFrame:
    """Return a Parquet file as a frame, of ``columns`` and of the rows for which ``where`` holds, where those are given."""
    if where is None:
        return pl.read_parquet(path, columns=columns)
    # Lazily: what the condition leaves out is not decoded. One chunk, so that sums of floats are taken as over a file.
    found = pl.scan_parquet(path).filter(where)
    return (found if columns is None else found.select(columns)).collect().rechunk()


def write_text(path: Path, text: str) -> None:
    """Write text, on the disk when this returns."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace_text(path: Path, text: str) -> None:
    """Put text in place of a file in one step: readers see the old or the new, never half."""
    aside = path.with_name(f".{path.name}")
    with whole_or_absent(aside):
        write_text(aside, text)
        aside.rename(path)
