"""The grammar has no key that sets a traded price, a depth, a liquidation or an ADL.

Every leaf of the JSON Schema stands in ``grammar.txt`` with what kind of thing it sets; a new key needs a new, reviewed line. A
second net looks for words that would name a forbidden effect; the few that look like one say why they are none.
"""

from pathlib import Path
from typing import Any

from unhedged.scenario.spec import Scenario, json_schema

ALLOWED = Path(__file__).with_name("grammar.txt")
ROLES = {"run", "rule", "who", "means", "behaviour", "world", "name"}
"""run: how long and how often; rule: what a venue or contract does to whoever comes; who: who is there; means: with what money;
behaviour: how they act; world: news and outages; name: what something is called."""

FORBIDDEN = (
    "price",
    "depth",
    "liquidat",
    "adl",
    "deleverag",
    "crash",
    "drop",
    "fill",
    "trade",
    "volume",
    "spread",
)
EXPLAINED = {
    "venue.liquidation": "switches and steps of the venue's rule; who is liquidated follows from margin",
    "venue.adl": "switch, policy and price rule; who is closed follows from the policy",
    "venue.collateral.price": "which of three prices values assets posted as margin",
    "venue.collateral.assets.*.price": "the same for one asset",
    "venue.funding.price": "which of the venue's prices values the notional that pays funding",
    "agent.market_maker.refill": "time a maker takes to put size back",
    "agent.market_maker.depth": "share of a maker's own capital it is willing to quote; the book's depth follows",
}


def leaves(schema: dict[str, Any], path: str, defs: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return leaves(defs[schema["$ref"].rsplit("/", 1)[1]], path, defs)
    found: set[str] = set()
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        kind = _kind(part, defs)
        found |= leaves(part, f"{path}.{kind}" if kind else path, defs)
    for item in (schema.get("items"), *schema.get("prefixItems", ())):
        if isinstance(item, dict):
            found |= leaves(item, path, defs)
    named = schema.get("additionalProperties")  # blocks by a name the user chooses
    if isinstance(named, dict) and "$ref" in named:
        found |= leaves(named, f"{path}.*", defs)
    for key, part in schema.get("properties", {}).items():
        if key != "law":
            found |= leaves(part, f"{path}.{key}" if path else key, defs)
    return found or {path}


def _kind(part: dict[str, Any], defs: dict[str, Any]) -> str:
    target = defs.get(part.get("$ref", "").rsplit("/", 1)[-1], part)
    return str(target.get("properties", {}).get("kind", {}).get("const", ""))


def grammar() -> set[str]:
    schema = json_schema()
    return leaves(schema, "", schema["$defs"])


def reviewed() -> dict[str, str]:
    lines = [line.split("#")[0].split() for line in ALLOWED.read_text("utf-8").splitlines()]
    return {line[1]: line[0] for line in lines if line}


def test_every_key_is_in_the_reviewed_list_and_no_other() -> None:
    found, listed = grammar(), reviewed()
    assert sorted(found - set(listed)) == [], "new keys: review them and add a line to grammar.txt"
    assert sorted(set(listed) - found) == [], "keys that are gone: remove their lines"


def test_every_key_has_one_of_the_reviewed_roles() -> None:
    assert set(reviewed().values()) <= ROLES


def test_no_key_names_a_forbidden_effect() -> None:
    for path in sorted(grammar()):
        if any(path == known or path.startswith(f"{known}.") for known in EXPLAINED):
            continue
        assert not any(word in path for word in FORBIDDEN), path


def test_unknown_keys_are_refused_everywhere() -> None:
    schema = json_schema()
    open_blocks = [
        name
        for name, part in schema["$defs"].items()
        if part.get("type") == "object" and part.get("additionalProperties") is not False
    ]
    assert open_blocks == []
    assert Scenario.model_config["extra"] == "forbid"
