"""What a scenario is made of before it is validated: files that inherit from each other, and overrides on top.

A child's tables are merged into its base's, blocks with an id are matched by id (then `keep` cuts the market down and `each` makes many
blocks of one), and a child that lists news or outages replaces the base's. A law replaces a law whole. Overrides (``--set``) come last. Layers remember where each came from, so that an
error in an inherited value points into the file that wrote it.
"""

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from unhedged.scenario import each, keep, locate
from unhedged.scenario.each import Origins
from unhedged.scenario.nesting import MOST_NESTED, nested
from unhedged.vocab.errors import ScenarioError, UnknownKind

BY_ID = ("asset", "venue", "instrument", "agent")
"""Blocks that have an id."""
REPLACED = ("news", "outage")
"""Blocks without one: a child's list replaces its base's."""
DEEPEST = 8
"""Longest chain of bases."""

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One file, or one mapping, as read."""

    name: str  # shown in errors
    text: str  # empty for a mapping
    data: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Stack:
    """Merged data with its layers, the child first, and the overrides laid on top."""

    data: dict[str, Any]
    layers: list[Layer]
    overrides: dict[Keys, str] = field(default_factory=dict)  # path: the text the user gave
    origins: Origins = field(
        default_factory=dict
    )  # blocks made by `each`, and the block each is written in

    def where(self, path: Keys) -> dict[str, Any]:
        """Return ``file``, ``line``, ``column`` and ``excerpt`` of the value at ``path``, as far as known."""
        for keys, text in self.overrides.items():
            written = any(_depth(layer.data, path) == len(path) for layer in self.layers)
            if path[: len(keys)] == keys or (keys[: len(path)] == path and not written):
                return {"file": f"--set {text}"}
        best: tuple[int, dict[str, Any]] = (-1, {"file": self.layers[0].name})
        for layer in self.layers:
            own = _own_path(self.data, layer.data, path, self.origins)
            depth = _depth(layer.data, own) if own is not None else -1
            if own is None or depth <= best[0]:
                continue
            if not layer.text:  # a mapping has no lines
                best = (depth, {"file": layer.name})
                continue
            if spot := locate.locate(layer.text, own[: max(depth, 1)]):
                line, column = spot
                column = column if depth == len(own) else None
                excerpt = locate.line_of(layer.text, line)
                best = (
                    depth,
                    {"file": layer.name, "line": line, "column": column, "excerpt": excerpt},
                )
        return best[1]


def shipped() -> list[str]:
    """Return the names of the scenarios that come with the package, sorted."""
    folder = resources.files("unhedged.scenario").joinpath("library")
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def read(source: str | Path | Mapping[str, Any], *, near: Path | None = None) -> Layer:
    """Return the layer a shipped name, a path or a mapping stands for.

    Raises
    ------
    ScenarioError
        No such file or name, or not TOML; with line and column.
    """
    if isinstance(source, Mapping):
        return Layer(name="scenario", text="", data=copy.deepcopy(dict(source)))
    name = str(source)
    if name in shipped():
        text = (
            resources.files("unhedged.scenario")
            .joinpath("library", f"{name}.toml")
            .read_text("utf-8")
        )
        return Layer(name=f"{name}.toml", text=text, data=_parse(text, f"{name}.toml"))
    path = near / name if near is not None and (near / name).is_file() else Path(name)
    if not path.is_file():
        if path.suffix == ".toml" or "/" in name:
            raise ScenarioError(
                f"There is no file {name}.",
                value=name,
                hint="unhedged new writes one to start from.",
            )
        raise UnknownKind.of("scenario", name, shipped(), hint="A path to a .toml file works too.")
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as error:
        raise ScenarioError(
            "The file is not UTF-8 text.", file=name, hint="Save it as UTF-8."
        ) from error
    return Layer(name=str(path), text=text, data=_parse(text, str(path)))


def stack(source: str | Path | Mapping[str, Any]) -> Stack:
    """Return ``source`` with everything it inherits from, merged."""
    layers = [read(source)]
    while "base" in layers[-1].data:
        base = layers[-1].data["base"]
        if not isinstance(base, str):
            raise ScenarioError(
                "base is not a name or a path.", file=layers[-1].name, path=("base",), value=base
            )
        near = Path(layers[-1].name).parent if layers[-1].text else None
        layers.append(read(base, near=near))
        if len(layers) > DEEPEST:
            raise ScenarioError(
                f"More than {DEEPEST} scenarios inherit from each other: {layers[0].name} may inherit from itself.",
                file=layers[0].name,
                path=("base",),
                value=base,
            )
    data: dict[str, Any] = {}
    for layer in reversed(layers):
        data = merge(data, layer.data)
    data.pop("base", None)
    return Stack(data=data, layers=layers)


def spread(stacked: Stack) -> Stack:
    """Return a stack cut down to what ``keep`` says, in which ``each`` has made its blocks; the given one stays as it is.

    Raises
    ------
    ScenarioError
        As `keep.cut_books` and `each.expand`, with the place in the file.
    """
    data = copy.deepcopy(stacked.data)
    made = Stack(data=data, layers=stacked.layers)
    try:
        gone = keep.cut_books(data)
        made.origins = each.expand(data, gone)
    except ScenarioError as error:
        error.__dict__.update(stacked.where(error.path))
        raise
    if made.origins:
        data["agent"] = _once(data["agent"], made.origins)
    keep.cut_agents(data, gone)
    for keys, text in stacked.overrides.items():
        made.overrides.update(dict.fromkeys(_reached(stacked.data, data, keys, made.origins), text))
    return made


def _once(blocks: list[Any], origins: Origins) -> list[Any]:
    # A block written out is laid over the one of the same id that `each` made; any other twice is an error, told later.
    found: list[Any] = []
    places: dict[Any, int] = {}
    for block in blocks:
        name = _id(block)
        if name in places:
            found[places[name]] = merge(found[places[name]], block)
            continue
        if name in origins:
            places[name] = len(found)
        found.append(block)
    return found


def _reached(
    written: Mapping[str, Any], data: Mapping[str, Any], keys: Keys, origins: Origins
) -> list[Keys]:
    # Where in the spread data an override of the written data stands: in every block made from the one it names, where one is left.
    room = str(keys[0])
    if room not in BY_ID or len(keys) < 2 or not isinstance(keys[1], int):
        return [keys]
    name = _id(written[room][keys[1]])
    places = enumerate(_id(block) for block in data[room])
    return [
        (room, n, *keys[2:])
        for n, own in places
        if own == name or (own in origins and origins[own].template == name)
    ]


def _id(block: Any) -> Any:
    return block.get("id") if isinstance(block, Mapping) else None


def merge(base: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``child`` laid over it."""
    merged = copy.deepcopy(dict(base))
    for key, value in child.items():
        old = merged.get(key)
        if key in BY_ID and isinstance(old, list) and isinstance(value, list):
            merged[key] = _merge_blocks(old, value)
        elif (
            isinstance(old, dict)
            and isinstance(value, Mapping)
            and "law" not in value
            and "law" not in old
        ):
            merged[key] = merge(old, value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(text)
        if nested(data) <= MOST_NESTED:
            return data
    except RecursionError:
        pass
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        spot = words[words.rfind("(") + 1 : -1] if words.endswith(")") else ""
        numbers = [int(word) for word in spot.replace(",", " ").split() if word.isdigit()]
        line, column = numbers if len(numbers) == 2 else (len(text.splitlines()), None)
        raise ScenarioError(
            f"Not TOML: {words.split(' (at ', maxsplit=1)[0]}.",
            file=name,
            line=line,
            column=column,
            excerpt=locate.line_of(text, line),
        ) from error
    raise ScenarioError(
        f"Lists and tables stand in each other more than {MOST_NESTED} deep.",
        file=name,
        hint="No key of a scenario is nested like that: unhedged show calm --all",
    )


def _merge_blocks(base: list[Any], child: list[Any]) -> list[Any]:
    merged = list(base)
    places = {block.get("id"): n for n, block in enumerate(base) if isinstance(block, Mapping)}
    for block in child:
        place = places.get(block.get("id")) if isinstance(block, Mapping) else None
        if place is None:
            merged.append(copy.deepcopy(block))
        else:
            merged[place] = merge(merged[place], block)
    return merged


def _own_path(
    merged: Mapping[str, Any], own: Mapping[str, Any], path: Keys, origins: Origins
) -> Keys | None:
    # The same place in one layer's own data: blocks are found by id, or by that of the block they were made from.
    if len(path) < 2 or path[0] not in BY_ID or not isinstance(path[1], int):
        return path
    blocks = merged.get(path[0], [])
    wanted = (
        blocks[path[1]].get("id")
        if path[1] < len(blocks) and isinstance(blocks[path[1]], Mapping)
        else None
    )
    origin = origins.get(str(wanted)) if path[0] == "agent" else None
    for name in [wanted] if origin is None else [wanted, origin.template]:
        for place, block in enumerate(own.get(path[0], [])):
            if isinstance(block, Mapping) and block.get("id") == name:
                return (path[0], place, *path[2:])
    return None


def _depth(data: Any, path: Keys) -> int:
    depth = 0
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            break
        depth += 1
    return depth
