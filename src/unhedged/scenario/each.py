"""Blocks written once for many books: ``each = "binance/*-PERP"`` makes one block of agents per instrument that matches.

::

    [[agent]]
    id       = "longs"
    kind     = "leveraged"
    each     = "*-PERP"                          # longs-binance-BTC-PERP, longs-hyper-BTC-PERP, …
    instruments = "{instrument}"
    capital  = "3% of scale"                     # of the instrument's `scale`
    leverage = { by = "asset", BTC = 3, other = 2 }

Text may hold ``{instrument}``, ``{venue}`` and ``{asset}``; money may be a share of the instrument's ``scale``; and a value may
differ by venue, by asset or by instrument. With ``each_asset`` there is one block per asset that matches instead. This happens
before anything is validated: what is behind it knows plain blocks only, and so does the plan. A ``--set`` or a child that names
the block as written reaches all that are made from it; one that names a made block reaches that one alone.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from unhedged.vocab.errors import ScenarioError, UnitError
from unhedged.vocab.units import money_text, parse_money, parse_rate

EACH, EACH_ASSET, BY, OTHER = "each", "each_asset", "by", "other"
WAYS = ("venue", "asset", "instrument")
"""What a value may differ by."""
_PLACE = re.compile(r"\{(\w+)\}")
_SHARE = re.compile(r"\s*([\d._]+ ?(?:%|bps))\s+of\s+scale\s*")
PPB = 10**9

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a made block comes from: the id of the block as written, and what its names stood for."""

    template: str
    names: Names


Origins = dict[str, Origin]
"""By the id of the made block."""


def expand(data: dict[str, Any], gone: Set[str] = frozenset()) -> Origins:
    """Put a block for each match in place of every block of agents with ``each``, in place; return where they came from.

    A pattern may match nothing when it matches one of the instruments that are ``gone``.

    Raises
    ------
    ScenarioError
        A pattern nothing matches, a name in braces that is none, a value that misses a case, a share of a scale that is not
        there. Its path is that of the block.
    """
    blocks = data.get("agent")
    if not isinstance(blocks, list) or not any(_is_template(block) for block in blocks):
        return {}
    made: list[Any] = []
    origins: Origins = {}
    for number, block in enumerate(blocks):
        if not _is_template(block):
            made.append(block)
            continue
        for names in _matches(data, block, gone, ("agent", number)):
            own = _fill(_without(block), names, _scale(data, names), ("agent", number))
            own["id"] = f"{block.get('id')}-{names['tail']}"
            origins[own["id"]] = Origin(template=str(block.get("id")), names=names)
            made.append(own)
    data["agent"] = made
    return origins


def _is_template(block: Any) -> bool:
    return isinstance(block, Mapping) and (EACH in block or EACH_ASSET in block)


def _without(block: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in (EACH, EACH_ASSET, "id")}


def _matches(
    data: Mapping[str, Any],
    block: Mapping[str, Any],
    gone: Set[str],
    path: tuple[str | int, ...],
) -> Iterator[Names]:
    # One mapping of names per match, in the order of the file; all of the first pattern before those of the second.
    key = EACH if EACH in block else EACH_ASSET
    written = block[key]
    patterns = [written] if isinstance(written, str) else written
    if (
        not isinstance(patterns, list)
        or not all(isinstance(p, str) for p in patterns)
        or not patterns
    ):
        raise ScenarioError(
            f"{key} is not a pattern or a list of patterns.", path=(*path, key), value=written
        )
    if EACH in block and EACH_ASSET in block:
        raise ScenarioError(
            f"{EACH} and {EACH_ASSET} exclude each other.", path=(*path, EACH_ASSET), value=written
        )
    things = [dict(one) for one in (_instruments(data) if key == EACH else _assets(data))]
    seen: set[str] = set()
    for pattern in patterns:
        found = [one for one in things if fnmatchcase(one["name"], pattern)]
        if not found and not any(fnmatchcase(name, pattern) for name in gone):
            allowed = ", ".join(one["name"] for one in things) or "none"
            raise ScenarioError(
                f'{key} "{pattern}" matches nothing.',
                path=(*path, key),
                value=pattern,
                allowed=f"There are: {allowed}.",
            )
        for one in found:
            if one["name"] not in seen:
                seen.add(one["name"])
                yield one


def _instruments(data: Mapping[str, Any]) -> Iterator[Names]:
    for block in data.get("instrument", ()):
        if isinstance(block, Mapping) and isinstance(block.get("id"), str):
            name = block["id"]
            names = {
                "instrument": name,
                "venue": name.partition("/")[0],
                "asset": str(block.get("asset")),
            }
            yield {**names, "name": name, "tail": name.replace("/", "-")}


def _assets(data: Mapping[str, Any]) -> Iterator[Names]:
    for block in data.get("asset", ()):
        if isinstance(block, Mapping) and isinstance(block.get("id"), str):
            yield {"asset": block["id"], "name": block["id"], "tail": block["id"]}


def _scale(data: Mapping[str, Any], names: Names) -> Any:
    # What the instrument says; None where there is none, or no instrument.
    for block in data.get("instrument", ()):
        if isinstance(block, Mapping) and block.get("id") == names.get("instrument", ""):
            return block.get("scale")
    return None


def _fill(value: Any, names: Names, scale: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(value, str):
        return _text(value, names, scale, path)
    if isinstance(value, Mapping):
        if BY in value:
            return _fill(_case(value, names, path), names, scale, path)
        return {key: _fill(part, names, scale, (*path, key)) for key, part in value.items()}
    if isinstance(value, list):
        return [_fill(part, names, scale, (*path, n)) for n, part in enumerate(value)]
    return value


def _case(value: Mapping[str, Any], names: Names, path: tuple[str | int, ...]) -> Any:
    way = value[BY]
    if way not in WAYS or way not in names:
        allowed = ", ".join(name for name in WAYS if name in names)
        raise ScenarioError(
            f"by is {way!r}.", path=(*path, BY), value=way, allowed=f"Allowed here: {allowed}."
        )
    for pattern, case in value.items():
        if pattern not in (BY, OTHER) and fnmatchcase(names[way], pattern):
            return case
    if OTHER not in value:
        raise ScenarioError(
            f"There is no case for {way} {names[way]}.",
            path=path,
            value=names[way],
            hint=f"Add {names[way]} = … or {OTHER} = ….",
        )
    return value[OTHER]


def _text(text: str, names: Names, scale: Any, path: tuple[str | int, ...]) -> str:
    for name in _PLACE.findall(text):
        if name not in WAYS or name not in names:
            known = ", ".join(f"{{{way}}}" for way in WAYS if way in names)
            raise ScenarioError(
                f"{{{name}}} stands for nothing here.",
                path=path,
                value=text,
                allowed=f"Known: {known}.",
            )
    filled = _PLACE.sub(lambda match: names[match[1]], text)
    share = _SHARE.fullmatch(filled)
    return filled if share is None else _money(share[1], names, scale, path, text)


def _money(share: str, names: Names, scale: Any, path: tuple[str | int, ...], text: str) -> str:
    try:
        atoms = parse_money(scale)
    except UnitError:
        raise ScenarioError(
            f"{text!r} needs a scale, and {names.get('instrument', 'an asset')} has none.",
            path=path,
            value=text,
            hint='Write scale = "$…" in its [[instrument]].',
        ) from None
    return money_text(round(Decimal(atoms) * parse_rate(share) / PPB))
