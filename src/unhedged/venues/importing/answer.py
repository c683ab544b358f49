"""A venue's answer as a file: read whole or refused.

Nothing in such a file is trusted: not its size, its nesting, its names or its numbers.
"""

import gzip
import hashlib
import io
import json
import os
import zlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from unhedged.venues.importing.parts import (
    AGAIN,
    LONGEST_NUMBER,
    NUMBER,
    Part,
    plain,
    plain_path,
    shown,
)
from unhedged.vocab.errors import ScenarioError

LARGEST_FILE = 32 * 2**20
"""Bytes; ten times the brackets of a thousand symbols. A larger file is not an answer about tiers."""

_GZIP = b"\x1f\x8b"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed file: its name, the SHA-256 of its bytes, and what it says."""

    file: str  # last part of the path
    sha256: str
    top: Part


def read(path: Path) -> Answer:
    """Return what the file at ``path`` says.

    Raises
    ------
    ScenarioError
        Missing, a folder, too large, not text, not JSON, or with a key twice in one object.
    """
    if "\0" in str(path):
        raise ScenarioError(f"{plain_path(path)} cannot be a file.", value=str(path))
    raw = _bytes(path)
    digest = hashlib.sha256(raw).hexdigest()
    if raw.startswith(_GZIP):
        raw = _unpacked(raw, path)
    name = plain_path(path)
    return Answer(path.name, digest, Part(_json(_decoded(raw, name), name), name))


def _bytes(path: Path) -> bytes:
    name = plain_path(path)
    try:
        if path.exists() and not path.is_file():
            raise ScenarioError(
                "It is a folder." if path.is_dir() else "It is not a plain file.",
                file=name,
                value=name,
                hint="Name the file the venue's answer was saved in.",
            )
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(LARGEST_FILE + 1) if size <= LARGEST_FILE else b""
    except FileNotFoundError:
        raise ScenarioError(
            f"There is no file {name}.",
            value=name,
            hint="Name the file the venue's answer was saved in.",
        ) from None
    except OSError as error:
        raise ScenarioError(f"It cannot be read: {error.strerror}.", file=name) from None
    if max(size, len(raw)) > LARGEST_FILE:
        raise _too_large(name, max(size, len(raw)))
    if not raw.strip():
        raise ScenarioError("The file is empty.", file=name, hint=AGAIN)
    return raw


def _too_large(name: str, size: int) -> ScenarioError:
    return ScenarioError(
        f"The file has {size / 2**20:,.0f} MB.",
        file=name,
        value=size,
        allowed=f"An answer about tiers has at most {LARGEST_FILE // 2**20} MB.",
        hint="Is it the right file?",
    )


def _unpacked(raw: bytes, path: Path) -> bytes:
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            unpacked = file.read(LARGEST_FILE + 1)
    except EOFError:
        text = "The gzip file is cut short."
        raise ScenarioError(text, file=plain_path(path), hint=AGAIN) from None
    except (OSError, zlib.error) as error:
        raise ScenarioError(f"Not gzip: {error}.", file=plain_path(path), hint=AGAIN) from None
    if len(unpacked) > LARGEST_FILE:
        raise _too_large(plain_path(path), len(unpacked))
    return unpacked


def _decoded(raw: bytes, name: str) -> str:
    if raw.startswith(_BOMS):
        raise ScenarioError(
            "The file begins with a byte order mark; a venue's answer has none.",
            file=name,
            hint="Save it as UTF-8 without a byte order mark.",
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"The file is not UTF-8 text: byte {error.start} is 0x{raw[error.start]:02x}.",
            file=name,
            allowed="Expected JSON, plain or packed with gzip.",
            hint=AGAIN,
        ) from None


class _TwiceError(ValueError):
    pass


class _NoNumberError(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for n, key in enumerate(keys) if key in keys[:n]))
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise _NoNumberError(text)
    return Decimal(text)


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_decimal,
            parse_constant=_decimal,
            object_pairs_hook=_object,
        )
    except _TwiceError as error:
        key = str(error)
        raise ScenarioError(
            f"{shown(key)} stands twice in one object.", file=name, value=key, hint=AGAIN
        ) from None
    except _NoNumberError as error:
        raise ScenarioError(
            f"{plain(str(error))} is not a number.",
            file=name,
            value=str(error),
            allowed=f"Numbers are finite, with at most {LONGEST_NUMBER} characters.",
        ) from None
    except json.JSONDecodeError as error:
        raise ScenarioError(
            f"Not JSON: {error.msg}.",
            file=name,
            line=error.lineno,
            column=error.colno,
            hint=f"The file may be cut short. {AGAIN}",
            excerpt=plain(text[max(0, error.pos - 30) : error.pos + 30].strip()),
        ) from None
    except RecursionError:
        raise ScenarioError(
            "Lists and objects are nested too deeply.", file=name, hint="Is it the right file?"
        ) from None
