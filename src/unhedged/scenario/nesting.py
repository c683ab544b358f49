"""How deep lists and tables stand in each other: TOML that is too deep breaks readers, and no scenario is."""

from collections.abc import Mapping
from typing import Any

MOST_NESTED = 16
"""Deepest value; no key of a scenario needs half of it."""


def nested(value: Any) -> int:
    """Return how deep lists and tables stand in each other in ``value``; one more than `MOST_NESTED` is as far as it counts."""
    # How deep lists and tables stand in each other; without recursion, for that is what too deep a value breaks.
    depth, level = 0, [value]
    while level and depth <= MOST_NESTED:
        inner = [
            v.values() if isinstance(v, Mapping) else v
            for v in level
            if isinstance(v, Mapping | list)
        ]
        level = [part for parts in inner for part in parts]
        depth += bool(inner)
        if not inner:
            break
    return depth
