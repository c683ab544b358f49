"""A loss shared when a session ends: when it is not, and what counts as earned. The shares themselves are told in stories."""

import tomllib
from pathlib import Path

import pytest
from tests.support.market import HOUSE, SESSION
from tests.support.story import Story

from unhedged.vocab.enums import EntryReason

TOLD = Path(__file__).parents[2] / "stories" / "winners_pay_when_the_session_ends.toml"
FUND, EXTERNAL = HOUSE.index("FUND"), HOUSE.index("EXTERNAL")
FREE = -1


@pytest.fixture
def story() -> Story:
    """The story, before its session ends: the fund is short of 7, the mark at 90."""
    told = Story(tomllib.loads(TOLD.read_text("utf-8")))
    for when in told.text["when"][:-1]:
        told.act(when)
    return told


def end_session(story: Story) -> dict[str, int]:
    """End the session and return what each account paid or got by it, atoms."""
    before = story.market.memory["account"]["cash"].copy()
    story.market.plan(story.t, SESSION)
    story.market.run(story.t)
    paid = story.market.memory["account"]["cash"] - before
    return {name: int(paid[story.row(name)]) for name in ("fund", "winner", "rich", "losing")}


SHARES = {"fund": 7_000_000, "winner": -2_333_334, "rich": -4_666_667, "losing": 0}


def test_a_session_goes_on_while_the_fund_is_being_deleveraged(story: Story) -> None:
    accounts = story.market.memory["account"]
    accounts["case"][FUND] = 7
    began = story.market.memory["total"]["session"].copy()
    assert end_session(story) == dict.fromkeys(SHARES, 0)
    assert (story.market.memory["total"]["session"] == began).all()
    accounts["case"][FUND] = FREE
    assert end_session(story) == SHARES  # with all it has earned since it began


def test_money_brought_in_is_not_earned(story: Story) -> None:
    memory = story.market.memory
    for name, atoms in (("rich", 900_000_000), ("external", -900_000_000)):
        memory["account"]["cash"][story.row(name)] += atoms
        memory["total"]["atoms"][story.row(name), EntryReason.TOP_UP] += atoms
    assert end_session(story) == SHARES


def test_who_paid_begins_the_next_session_with_nothing_earned(story: Story) -> None:
    assert end_session(story) == SHARES
    memory = story.market.memory
    memory["account"]["cash"][FUND] -= 1_000_000
    memory["account"]["cash"][EXTERNAL] += 1_000_000
    assert end_session(story) == dict.fromkeys(
        SHARES, 0
    )  # nobody has a profit: it stays with the fund
