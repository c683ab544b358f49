"""``--set`` assignments: where a path leads in a scenario, what its text means, laid over what the files say."""

import copy
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from unhedged.scenario.layers import BY_ID, REPLACED, Keys, Stack, spread
from unhedged.scenario.nesting import MOST_NESTED, nested
from unhedged.vocab.errors import ScenarioError, UnknownKind


def override(stacked: Stack, assignments: Sequence[str] | Mapping[str, Any]) -> None:
    """Lay ``--set`` assignments over ``stacked``.

    Parameters
    ----------
    stacked : Stack
        Changed in place.
    assignments : sequence of str, or mapping
        ``"venue.hub.fund.start=$10M"``; or path to value. The id may be left out where there is one such block, and be a pattern where there are
        several: ``agent.desk-*.sell=0%``.

    Raises
    ------
    ScenarioError
        Not ``path=value``, or a path that leads nowhere.
    """
    if isinstance(assignments, Mapping):
        pairs = [(path, value, f"{path}={value}") for path, value in assignments.items()]
    else:
        pairs = [_split(text) for text in assignments]
    for path, value, text in pairs:
        for one in _meant(stacked, path):
            _lay_over_made(stacked, one)
            keys = find(stacked.data, one)
            _put(stacked.data, keys, value)
            stacked.overrides[keys] = text


def _meant(stacked: Stack, path: str) -> list[str]:
    # The path itself, or one for each block whose id matches: agent.desk-*.sell.
    room, _, rest = path.partition(".")
    pattern, dot, tail = rest.partition(".")
    if room not in BY_ID or "*" not in pattern:
        return [path]
    blocks = spread(stacked).data.get(room, [])
    ids = [str(block["id"]) for block in blocks if isinstance(block, Mapping) and "id" in block]
    found = [f"{room}.{name}{dot}{tail}" for name in ids if fnmatchcase(name, pattern)]
    if not found:
        raise UnknownKind.of(f"{room} in {path}:", pattern, ids, file=f"--set {path}")
    return found


def _lay_over_made(stacked: Stack, path: str) -> None:
    # A block that `each` will make has no place yet: one of its id, written out, is laid over it.
    room, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    blocks = stacked.data.get("agent")
    if (
        room != "agent"
        or not isinstance(blocks, list)
        or any(isinstance(b, Mapping) and b.get("id") == name for b in blocks)
    ):
        return
    if name in spread(stacked).origins:
        blocks.append({"id": name})


def _put(data: dict[str, Any], keys: Keys, value: Any) -> None:
    target: Any = data
    for key in keys[:-1]:
        if isinstance(target, dict) and not isinstance(target.get(key), dict | list):
            target[key] = {}
        target = target[key]
    target[keys[-1]] = copy.deepcopy(value)


def find(data: Mapping[str, Any], path: str) -> Keys:
    """Return the keys that ``venue.hub.fund.start`` stands for in ``data``.

    Raises
    ------
    UnknownKind
        A block or an id that does not exist, with the nearest ones.
    """
    parts = path.split(".")
    where = {"file": f"--set {path}"}
    room = parts[0]
    if room not in ("run", *BY_ID, *REPLACED):
        if len(parts) == 1 and room in ("title", "description", "start_utc", "name"):
            return (room,)
        raise UnknownKind.of("block", room, ("run", *BY_ID, *REPLACED), **where)
    if room == "run":
        return _at_least("run", tuple(parts), where)
    blocks = data.get(room, [])
    ids = [block.get("id", str(n)) for n, block in enumerate(blocks) if isinstance(block, Mapping)]
    if len(parts) > 1 and parts[1] in ids:
        return _at_least(room, (room, ids.index(parts[1]), *parts[2:]), where)
    if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(blocks):
        return _at_least(room, (room, int(parts[1]), *parts[2:]), where)
    if len(blocks) == 1 and len(parts) > 1 and not parts[1].isdigit():
        return _at_least(room, (room, 0, *parts[1:]), where)
    name = parts[1] if len(parts) > 1 else ""
    hint = _of_rulebook(blocks, name)
    raise UnknownKind.of(f"{room} in {path}:", name, ids, hint=hint, **where)


def _of_rulebook(blocks: Sequence[Any], name: str) -> str:
    # Venues go by the id a scenario gives them; whoever types an exchange's name is told which venue runs its rules.
    running = [
        f"{block['id']} runs {book}"
        for block in blocks
        if isinstance(block, Mapping)
        and "id" in block
        and isinstance(book := block.get("rulebook"), str)
        and name
        and book.startswith(name.lower().replace("_", "-"))
    ]
    return f"{'; '.join(running)}." if running else ""


def _at_least(room: str, keys: Keys, where: Mapping[str, Any]) -> Keys:
    if len(keys) < (2 if room == "run" else 3):
        raise ScenarioError(
            "The path names a block, not a value.", hint=f"{room}.….key=value", **where
        )
    return keys


def _split(text: str) -> tuple[str, Any, str]:
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise ScenarioError(
            f"{text!r} is not path=value.", value=text, hint="Such as --set run.duration=1h"
        )
    return path.strip(), read_value(value.strip()), text


def read_value(text: str) -> Any:
    """Return what ``text`` means as a TOML value; plain text where it is none, so that ``$10M`` needs no quotes."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return text if nested(value) > MOST_NESTED else value
