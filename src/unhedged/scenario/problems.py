"""From what a validator says to what a user can act on: file, line, value, what is allowed, nearest key."""

import datetime
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from unhedged.scenario.layers import Keys, Stack
from unhedged.vocab.errors import ScenarioError, ScenarioErrors, UnknownKind

_QUOTED = re.compile(r"'([^']*)'")
_WORDS = {
    "int_type": "Expected a whole number.",
    "int_parsing": "Expected a whole number.",
    "int_from_float": "Expected a whole number.",
    "float_type": "Expected a plain number.",
    "float_parsing": "Expected a plain number.",
    "bool_type": "Expected true or false.",
    "bool_parsing": "Expected true or false.",
    "string_type": "Expected text in quotes.",
    "tuple_type": "Expected a list.",
    "list_type": "Expected a list.",
    "model_type": "Expected a table of keys.",
    "dict_type": "Expected a table of keys.",
}


GRAMMAR = "This version reads schema 1: write schema = 1 at the top of the file."
_SAID_OF_IT = re.compile(r"(is|are|must|has|names|takes|would|cannot|needs|lacks|ends|can)\b")
"""How a text begins that lacks its subject."""
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_LENGTHS = {"too_short": ("min_length", "at least"), "too_long": ("max_length", "at most")}


def explain(error: ValidationError, stacked: Stack, model: type[BaseModel]) -> list[ScenarioError]:
    """Return one error a user can act on for each that pydantic found."""
    return [
        _explain(dict(item), stacked, model)
        for item in error.errors()
        # A list whose blocks are all wrong is called too short as well; the blocks say why.
        if not (item["type"] == "too_short" and value_at(stacked.data, item["loc"]))
    ]


def ordered(errors: list[ScenarioError]) -> ScenarioError:
    """Return one error, or all of them in the order of the file."""
    if len(errors) == 1:
        return errors[0]
    return ScenarioErrors(sorted(errors, key=lambda e: (e.file, e.line or 0, e.column or 0)))


def place(stacked: Stack, path: Keys) -> dict[str, Any]:
    """Return the fields of an error that say where ``path`` is."""
    return {**stacked.where(path), "path": path, "where": in_words(stacked.data, path)}


def known(
    noun: str, name: str, names: Iterable[str], stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    """Yield an error with the nearest names unless ``name`` is among ``names``."""
    names = list(names)
    if name not in names:
        yield UnknownKind.of(noun, name, names, **place(stacked, path))


def in_words(data: Any, path: Keys) -> str:
    """Return a path for people: ``venue "hub" › margin › tiers[1]``."""
    words: list[str] = []
    for key in path:
        if isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
            name = data.get("id") if isinstance(data, Mapping) else None
            words[-1] += f' "{name}"' if name else f"[{key}]"
        elif not isinstance(key, int):  # a single value where a list may stand has no index
            words.append(str(key))
            data = data.get(key) if isinstance(data, Mapping) else None
    return " › ".join(words)


def value_at(data: Any, path: Keys) -> Any:
    """Return what stands at ``path``; ``None`` when nothing does."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def real_path(data: Any, loc: Keys, *, missing: bool) -> Keys:
    """Return ``loc`` without the tags that pydantic puts in for unions."""
    path: list[str | int] = []
    for position, key in enumerate(loc):
        last = position == len(loc) - 1
        present = (isinstance(data, Mapping) and key in data) or (
            isinstance(data, list) and isinstance(key, int) and key < len(data)
        )
        if not present and not (missing and last):
            continue
        path.append(key)
        data = data[key] if present else None
    return tuple(path)


def _explain(item: dict[str, Any], stacked: Stack, model: type[BaseModel]) -> ScenarioError:
    kind, loc = item["type"], item["loc"]
    path = real_path(stacked.data, loc, missing=kind == "missing")
    where = place(stacked, path)
    key, value = str(path[-1]) if path else "", value_at(stacked.data, path)
    inner = item.get("ctx", {}).get("error")
    if isinstance(inner, ScenarioError):
        return _relocated(inner, key, value, where)
    if kind == "extra_forbidden":
        return UnknownKind.of("key", key, _keys_at(model, loc[:-1]), **where)
    if kind == "missing":
        hint = GRAMMAR if key == "schema" else ""
        return ScenarioError(
            f"{key} is missing.", allowed=_described(model, loc), hint=hint, **where
        )
    if kind.startswith("union_tag"):
        return _kind_error(item, stacked, path)
    if kind == "literal_error" and key != "schema":
        return UnknownKind.of(key, str(value), _QUOTED.findall(item["ctx"]["expected"]), **where)
    return _wrong_type(item, key, value, where)


def _kind_error(item: dict[str, Any], stacked: Stack, path: Keys) -> ScenarioError:
    if item["type"] == "union_tag_not_found":
        return ScenarioError(
            "kind is missing.", allowed="Every agent has one.", **place(stacked, path)
        )
    where = place(stacked, (*path, "kind"))
    tags = _QUOTED.findall(item["ctx"]["expected_tags"])
    return UnknownKind.of("kind", item["ctx"]["tag"], tags, **where)


def _wrong_type(item: dict[str, Any], key: str, value: Any, where: dict[str, Any]) -> ScenarioError:
    shown = (
        f"{value!r}" if isinstance(value, str | int | float | bool) else f"a {type(value).__name__}"
    )
    allowed = GRAMMAR if key == "schema" else _allowed(item)
    return ScenarioError(f"{key} is {shown}.", value=value, allowed=allowed, **where)


def _allowed(item: Mapping[str, Any]) -> str:
    kind, limits = item["type"], item.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"Expected {words} {limits[name]:,}."
    if kind in _LENGTHS:
        name, words = _LENGTHS[kind]
        return f"Expected {words} {limits[name]} entries."
    if kind.startswith(("datetime", "timezone")):
        return "Expected a date with time of day and zone, such as 2025-10-10T20:00:00Z."
    if kind == "string_pattern_mismatch":
        return "Expected a registered name, or module:function."
    return _WORDS.get(kind, f"{item['msg']}.")


def _relocated(inner: ScenarioError, key: str, value: Any, where: dict[str, Any]) -> ScenarioError:
    error = type(inner).__new__(type(inner))
    error.__dict__.update(inner.__dict__)
    said_of_it = _SAID_OF_IT.match(inner.what) is not None
    what = f"{key} is {value!r}: it {inner.what}" if said_of_it else inner.what
    if isinstance(value, datetime.date | datetime.time):  # TOML knows dates; nobody writes Python's
        what = what.replace(repr(value), value.isoformat())
    Exception.__init__(error, what)
    error.__dict__.update(where, what=what, value=value)
    return error


def _keys_at(model: type[BaseModel], loc: Keys) -> list[str]:
    keys: list[str] = []
    for found in _models_at(model, loc):
        keys += [field.alias or name for name, field in found.model_fields.items()]
    return keys


def _described(model: type[BaseModel], loc: Keys) -> str:
    for found in _models_at(model, loc[:-1]):
        for name, field in found.model_fields.items():
            if loc[-1] in (name, field.alias) and field.description:
                return f"It is the {field.description}."
    return ""


def _models_at(model: type[BaseModel], loc: Keys) -> list[type[BaseModel]]:
    models = [model]
    for key in loc:
        if isinstance(key, int):
            continue
        fields = [m.model_fields[str(key)] for m in models if str(key) in m.model_fields]
        if fields:
            models = [m for field in fields for m in models_in(field.annotation)]
        else:
            tagged = [m for m in models if key in get_args(_kind(m))]
            models = tagged or models
    return models


def _kind(model: type[BaseModel]) -> Any:
    field = model.model_fields.get("kind")
    return field.annotation if field is not None else None


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield every model an annotation mentions, through unions, tuples and ``Annotated``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, Annotated, tuple, list, dict):
        for part in get_args(annotation):
            yield from models_in(part)
