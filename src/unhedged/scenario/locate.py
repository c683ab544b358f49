"""Where in a TOML file a value stands.

``tomllib`` gives no positions. This finder reads the file line by line, well enough to point a user at the line of a key, and
to be replaced the day a parser offers positions. It promises the line of the opening key; a column only where the value
itself starts on that line.
"""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY_PART = r"(?:[\w\-]+|\"[^\"]*\"|'[^']*')"
_KEYS = rf"{_KEY_PART}(?:\s*\.\s*{_KEY_PART})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(rf"\s*({_KEYS})\s*=\s*")
_PART = re.compile(_KEY_PART)
_QUIET = re.compile(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*$|[\[\]{}]")


def locate(text: str, path: Path) -> tuple[int, int | None] | None:
    """Return line and column, from 1, of the value at ``path``; of its nearest table when it has no line; or ``None``.

    Parameters
    ----------
    text : str
        A TOML document.
    path : tuple of str and int
        Keys and indices from the top, such as ``("venue", 0, "fund", "start")``.

    Returns
    -------
    tuple or None
        The column is ``None`` when the value lies inside another one, such as an inline table.
    """
    best: tuple[int, int | None] | None = None
    depth = 0
    for number, where, column in _lines(text):
        shared = len(where)
        if where != path[:shared]:
            continue
        if shared == len(path):
            return number, column
        if shared > depth:
            best, depth = (number, None), shared
    return best


def line_of(text: str, number: int) -> str:
    """Return line ``number`` (from 1) of ``text``, or nothing beyond its end."""
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _lines(text: str) -> Iterator[tuple[int, Path, int | None]]:
    # Yields (line, path, column) of every header and every key.
    counts: dict[Path, int] = {}
    current: Path = ()
    nesting, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if nesting == 0 and not quote:
            if header := _HEADER.match(line):
                current = _resolve(_keys(header[2]), counts, appended=header[1] == "[[")
                yield number, current, 1
                continue
            if entry := _ENTRY.match(line):
                yield number, (*current, *_keys(entry[1])), entry.end() + 1
        nesting, quote = _scan(line, nesting, quote)


def _resolve(keys: list[str], counts: dict[Path, int], *, appended: bool) -> Path:
    # [venue.fund] under [[venue]] belongs to the last venue: put the index of each array on the way in.
    path: Path = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        if appended and position == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _keys(text: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(text)]


def _scan(line: str, nesting: int, quote: str) -> tuple[int, str]:
    # Follows brackets and multi-line strings, so that a line inside a value is not taken for a header or key.
    position = 0
    while position < len(line):
        if quote:
            end = line.find(quote, position)
            if end < 0:
                return nesting, quote
            quote, position = "", end + 3
            continue
        match = _QUIET.search(line, position)
        if match is None:
            break
        position = match.end()
        if match[0] in ('"""', "'''"):
            quote = match[0]
        elif match[0] in "[{":
            nesting += 1
        elif match[0] in "]}":
            nesting -= 1
    return nesting, quote
