"""The rulebook as stories: given accounts and a book, when marks move, then steps, balances and orders.

Each runs in the kernels and in their plain twin, which must agree. One TOML file each. Money is dollars, prices have ticks of one
cent, a lot is one unit of the underlying. With ``face`` contracts are inverse: a lot is so many dollars, money is coin. ``wallet`` is
what a venue shows: cash plus the entry cost of open positions. A step reads ``PHASE account change @ price counterparty``.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.support.story import RATES, Story

from unhedged.vocab.units import ATOMS_PER_USD

STORIES = sorted(Path(__file__).parent.glob("*.toml"))
CONSEQUENCES = sorted((Path(__file__).parent / "consequences").glob("*.toml"))
"""What follows where several rules meet: told like the others, but no rule of their own is behind them."""


@pytest.mark.parametrize("path", STORIES + CONSEQUENCES, ids=lambda path: path.stem)
def test_story(path):
    story = Story(tomllib.loads(path.read_text()))
    for when in story.text["when"]:
        story.act(when)
    then = story.text["then"]
    story.compare()
    assert story.steps() == then["steps"]
    for wanted in then.get("accounts", []):
        assert story.state(wanted) == wanted
    for name in ("fund", "vault"):
        if name in then:
            assert story.show(story.market.equity(story.row(name))) == then[name]
    if "transfers" in then:
        assert story.transfers() == then["transfers"]
    if "orders" in then:
        assert story.orders() == sorted(then["orders"])


def test_every_story_names_its_rule_and_says_what_it_shows():
    for path in STORIES + CONSEQUENCES:
        text = tomllib.loads(path.read_text())
        assert text["rule"], path
        assert len(text["shows"]) > 20, path


BOUNDARIES = [path for path in STORIES if "boundary" in tomllib.loads(path.read_text())]
LEAST_STORIES, LEAST_BOUNDARIES = 150, 27


def shifted(path: Path, direction: str) -> dict[str, Any]:
    """Return a story whose amount at the boundary is one atom, or of a rate one billionth, more or less."""
    text: dict[str, Any] = tomllib.loads(path.read_text())
    name, _, part = text["boundary"]["of"].partition(".")
    place: Any = text["given"]
    key: Any = name
    if part == "wallet":
        place, key = next(a for a in place["accounts"] if a["id"] == name), part
    elif part:
        place, key = place[name][int(part)], 0
    unit = 1e-9 if name in RATES else 1 / ATOMS_PER_USD
    place[key] += unit if direction == "up" else -unit
    return text


def outcome(text: dict[str, Any]) -> list[str]:
    """Return who was liquidated how and for how many lots: steps without their prices, which move with every atom."""
    story = Story(text)
    for when in text["when"]:
        story.act(when)
    story.compare()
    return [re.sub(r" @ \S+", "", step) for step in story.steps()]


@pytest.mark.parametrize("path", BOUNDARIES, ids=[path.stem for path in BOUNDARIES])
def test_boundary_holds_at_equality_and_an_atom_to_one_side_only(path):
    text = tomllib.loads(path.read_text())
    at = outcome(tomllib.loads(path.read_text()))
    changed = [side for side in ("down", "up") if outcome(shifted(path, side)) != at]
    assert changed == [text["boundary"]["flips"]]


def test_there_are_as_many_stories_and_boundaries_as_there_were(record_property):
    rules = {tomllib.loads(path.read_text())["rule"] for path in STORIES}
    words = f"{len(STORIES)} stories of {len(rules)} rules, {len(BOUNDARIES)} boundaries at equality and an atom to each side"
    record_property("stories", words)
    assert len(STORIES) >= LEAST_STORIES
    assert len(BOUNDARIES) >= LEAST_BOUNDARIES
