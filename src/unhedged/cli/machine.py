"""Machine output: JSON that every reader accepts."""

import json
import math
from collections.abc import Mapping
from typing import Any

import typer


def echo(value: Any) -> None:
    """Print ``value`` as one line of JSON; a number that is none becomes null."""
    typer.echo(json.dumps(_finite(value), ensure_ascii=False, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value
