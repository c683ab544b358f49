"""Scenario data back to TOML text, so that a results folder holds one file that repeats the run."""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def to_toml(data: Mapping[str, Any]) -> str:
    """Return ``data`` as TOML: scalars first, then tables, then arrays of tables; reading it back gives the same data.

    Parameters
    ----------
    data : mapping
        Strings, numbers, booleans, dates, lists and mappings, as ``tomllib`` gives them.
    """
    return "\n".join(_table(data, ())).lstrip("\n") + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = {k: v for k, v in data.items() if not _is_block(v, path)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in data.items():
        if key in plain:
            continue
        name = ".".join(_key(part) for part in (*path, key))
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", *_table(value, (*path, key))]
        else:
            for block in value:
                lines += ["", f"[[{name}]]", *_table(block, (*path, key))]
    return lines


def _is_block(value: Any, path: tuple[str, ...]) -> bool:
    # Tables of blocks are written as [block.table]; deeper ones stay inline. Arrays of tables open blocks at the top only.
    if isinstance(value, Mapping):
        return len(path) < 2 and "law" not in value
    blocks = isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)
    return not path and blocks


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _text(value: str) -> str:
    # JSON escapes all that TOML asks for but the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
