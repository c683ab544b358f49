"""A market cut down to some of its books: ``[keep] instrument = ["binance/*", "spot/BTC"]`` in a child of a larger scenario.

What stays is one truth with the whole: instruments that match, the assets and venues they need, and the agents whose books are all
there. A block that names several books keeps those that are left, and goes when fewer than two are; one that needs a book that is
gone goes, as do an outage of a venue without books and news about assets that are gone. An index has the sources that are left, or
when none is, those a scenario without the key has. Nothing is scaled: who stays is as he was, unless the child says otherwise.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from unhedged.vocab.errors import ScenarioError

KEEP = "keep"
_FEWEST = 2
"""Books a block that named several must be left with."""


def cut_books(data: dict[str, Any]) -> set[str]:
    """Take ``keep`` out of ``data``, and what it does not keep of instruments, assets, venues and outages.

    Return the ids of instruments and assets that are gone.

    Raises
    ------
    ScenarioError
        ``keep`` is no table of patterns, or a pattern matches no instrument.
    """
    if KEEP not in data:
        return set()
    patterns = _patterns(data.pop(KEEP))
    blocks = [block for block in data.get("instrument", ()) if isinstance(block, Mapping)]
    names = [str(block.get("id")) for block in blocks]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ScenarioError(
                f'keep "{pattern}" matches nothing.',
                path=(KEEP, "instrument"),
                value=pattern,
                allowed=f"There are: {', '.join(names) or 'none'}.",
            )
    gone = {name for name in names if not any(fnmatchcase(name, p) for p in patterns)}
    left = [block for block in blocks if str(block.get("id")) not in gone]
    assets = {str(block.get("asset")) for block in left}
    venues = {str(block.get("id")).partition("/")[0] for block in left}
    gone |= {str(block.get("asset")) for block in blocks} - assets
    data["instrument"] = [_shrunk(block, ("index", "mark_sources"), gone) for block in left]
    data["asset"] = _those(data, "asset", "id", assets)
    data["venue"] = [_without_assets(block, gone) for block in _those(data, "venue", "id", venues)]
    if "outage" in data:
        data["outage"] = _those(data, "outage", "venue", venues)
    if "news" in data:
        data["news"] = [_shrunk(n, ("asset",), gone) for n in data["news"] if not _about(n, gone)]
    return gone


def cut_agents(data: dict[str, Any], gone: set[str]) -> None:
    """Take out of ``data``, in place, the agents that cannot be without the instruments that are ``gone``."""
    if gone:
        data["agent"] = [
            one
            for one in (_left(block, gone) for block in data.get("agent", ()))
            if one is not None
        ]


def _patterns(table: Any) -> list[str]:
    patterns = table.get("instrument") if isinstance(table, Mapping) else None
    if (
        not isinstance(patterns, list)
        or not patterns
        or not all(isinstance(p, str) for p in patterns)
        or len(table) > 1
    ):
        raise ScenarioError(
            "keep is not a table with a list of patterns.",
            path=(KEEP,),
            value=table,
            allowed='Expected [keep] with instrument = ["binance/*", "spot/BTC"].',
        )
    return patterns


def _those(data: Mapping[str, Any], room: str, key: str, wanted: set[str]) -> list[Any]:
    return [
        block
        for block in data.get(room, ())
        if not isinstance(block, Mapping) or str(block.get(key)) in wanted
    ]


def _shrunk(block: Any, keys: tuple[str, ...], gone: set[str]) -> Any:
    # The block without what is gone in its lists; a list with nothing left goes.
    if not isinstance(block, Mapping):
        return block
    own = dict(block)
    for key in keys:
        if isinstance(block.get(key), list):
            own[key] = [one for one in block[key] if _name(one) not in gone]
            if block[key] and not own[key]:
                del own[key]
    return own


def _name(source: Any) -> str:
    return str(source.get("id") if isinstance(source, Mapping) else source)


def _about(news: Any, gone: set[str]) -> bool:
    # Whether news are about nothing but assets that are gone.
    asset = news.get("asset") if isinstance(news, Mapping) else None
    named = asset if isinstance(asset, list) else [asset]
    return bool(named) and all(str(one) in gone for one in named)


def _without_assets(venue: Any, gone: set[str]) -> Any:
    # The venue without what it took as collateral and is gone.
    collateral = venue.get("collateral") if isinstance(venue, Mapping) else None
    taken = collateral.get("assets") if isinstance(collateral, Mapping) else None
    if not isinstance(collateral, Mapping) or not isinstance(taken, Mapping):
        return venue
    assets = {
        asset: _shrunk(how, ("index",), gone) for asset, how in taken.items() if asset not in gone
    }
    rest = {key: value for key, value in venue.items() if key != "collateral"}
    return {**rest, "collateral": {**collateral, "assets": assets}} if assets else rest


def _left(block: Any, gone: set[str]) -> Any:
    # The block without the books that are gone; None when it cannot be without them.
    if not isinstance(block, Mapping):
        return block
    own = dict(block)
    if isinstance(block.get("collateral"), Mapping):
        own["collateral"] = {
            asset: how for asset, how in block["collateral"].items() if asset not in gone
        } or None
    for key, value in block.items():
        if isinstance(value, str) and value in gone:
            return None
        if isinstance(value, list) and any(
            isinstance(name, str) and name in gone for name in value
        ):
            places = [n for n, name in enumerate(value) if name not in gone]
            if len(places) < min(_FEWEST, len(value)):
                return None
            own[key] = [value[n] for n in places]
            weights = block.get("weights")
            if isinstance(weights, list) and len(weights) == len(value):
                own["weights"] = [weights[n] for n in places]
    return own
