"""Lines of an LZ4 file, a chunk at a time; a file that ends too early gives what is whole and is named."""

from collections.abc import Iterator
from pathlib import Path

import lz4.frame

from unhedged.replay.figures import Problem

CHUNK = 1 << 22
"""Bytes read at a time. Decompressed, some ten times as much is held."""


def lines(path: Path, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the number of the first line, from 1, and whole lines of an LZ4 file.

    Parameters
    ----------
    path : Path
        One LZ4 frame or several after another.
    file : str
        What it is called in a problem.
    problems : list
        Gets a problem when the file ends inside a frame or a line, or is damaged; whole lines before it are yielded.
    """
    number, rest = 1, b""
    try:
        for data in _unpacked(path):
            parts = (rest + data).split(b"\n")
            rest = parts.pop()
            if parts:
                yield number, parts
                number += len(parts)
    except (EOFError, RuntimeError, OSError) as error:
        problems.append(_cut(file, number, error))
        return
    if rest:
        # A last line without its end is a block of which nobody knows whether it is whole.
        problems.append(_cut(file, number, EOFError()))


def _unpacked(path: Path) -> Iterator[bytes]:
    frame = lz4.frame.LZ4FrameDecompressor()
    with path.open("rb") as source:
        while data := source.read(CHUNK):
            while data:
                if frame.eof:
                    frame = lz4.frame.LZ4FrameDecompressor()
                yield frame.decompress(data)
                data = frame.unused_data or b""
    if not frame.eof:
        raise EOFError


def _cut(file: str, number: int, error: Exception) -> Problem:
    what = (
        "the file ends before its end: it is cut short."
        if isinstance(error, EOFError)
        else f"the file cannot be unpacked: {error}."
    )
    then = (
        f"The {number - 1:,} whole lines before it were read." if number > 1 else "It was left out."
    )
    return Problem(file=file, row=number, what=what, then=then)
