"""Scenario data back to TOML text, so that a results folder holds one file that repeats the run."""

import datetime
from collections.abc import Mapping
from typing import Any

from unhedged.vocab.quoting import toml_key, toml_text


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
    lines = [f"{toml_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in data.items():
        if key in plain:
            continue
        name = ".".join(toml_key(part) for part in (*path, key))
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


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(_value(item) for item in value) + "]"
