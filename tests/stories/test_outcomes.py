"""Each story covers something no other does: a change of a rule under which its outcome is another one, and no other story's is.

The changes stand in ``outcomes/changes.toml``. They are made in the plain twin, in memory; every story that calls the changed
function is told again. The story named must no longer say what it states; every other one must end as before to the atom.
"""

import copy
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support import changes
from tests.support.plain_story import PlainStory
from tests.support.story import Story

HERE = Path(__file__).parent
STORIES = sorted(HERE.glob("*.toml"))
CHANGES = tomllib.loads((HERE / "outcomes" / "changes.toml").read_text())["change"]
LEAST_OUTCOMES = 94


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story, its end under the rules as they are, and the functions it calls."""

    story: Story
    end: list[Any]
    called: set[tuple[str, str]]


def tell(story: Story) -> PlainStory:
    plain = PlainStory(story)
    for when in story.text["when"]:
        plain.act(when)
    return plain


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    found = {}
    for path in STORIES:
        story = Story(tomllib.loads(path.read_text()))
        called = changes.called(lambda story=story: tell(story))
        plain = tell(story)
        assert plain.says() == plain.stated(), path
        found[path.stem] = Told(story=story, end=copy.deepcopy(plain.end()), called=called)
    return found


@pytest.mark.parametrize("change", CHANGES, ids=[change["story"] for change in CHANGES])
def test_change_of_a_rule_alters_the_outcome_of_one_story_alone(change, told):
    module, _, name = change["in"].partition(":")
    with changes.changed(module, name, change["old"], change["new"]):
        again = {n: tell(one.story) for n, one in told.items() if (module, name) in one.called}
        altered = [n for n, plain in again.items() if plain.end() != told[n].end]
        assert altered == [change["story"]], change["what"]
        plain = again[change["story"]]
        assert plain.says() != plain.stated(), change["what"]


def test_a_change_is_gone_when_it_is_over(told):
    story = told[CHANGES[0]["story"]]
    assert tell(story.story).end() == story.end


def test_a_change_that_alters_nothing_is_seen(told):
    change = CHANGES[0]
    module, _, name = change["in"].partition(":")
    with changes.changed(module, name, change["old"], change["old"]):
        assert all(tell(one.story).end() == one.end for one in told.values())


def test_text_that_does_not_stand_in_a_function_once_is_no_change():
    with (
        pytest.raises(AssertionError, match="times in slice_qty"),
        changes.changed("rules.liquidation_size", "slice_qty", "nowhere", "anywhere"),
    ):
        pass


def test_there_are_as_many_outcomes_of_one_story_alone_as_there_were(record_property):
    alone = {change["story"] for change in CHANGES}
    record_property(
        "outcomes",
        f"{len(alone)} of {len(STORIES)} stories have a change of a rule that alters their outcome and no other's",
    )
    assert len(CHANGES) == len(alone) >= LEAST_OUTCOMES
