"""Prices of collateral as stories: given accounts that posted a dollar, when its books and its worth part, then who is liquidated.

One TOML file each in ``collateral``, told under every choice of price. Quotes are bid, ask and latest trade in dollars; ``worth`` is
what the issuer pays. Compiled and plain world must both say what a step says: price, and who is below maintenance.
"""

import tomllib
from pathlib import Path

import pytest
from tests.support.collateral_market import CHOICES, CollateralMarket

SECOND = 1_000_000_000
STORIES = sorted((Path(__file__).parent / "collateral").glob("*.toml"))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_collateral_story(path: Path, choice: str) -> None:
    text = tomllib.loads(path.read_text())
    market = CollateralMarket(text["given"], choice)
    for n, when in enumerate(text["when"]):
        t = round(when["at"] * SECOND)
        for book, quote in when.get("quotes", {}).items():
            market.quote(book, t, *quote)
        if "worth" in when:
            market.worth(when["worth"])
        market.update(t)
        short = when.get("liquidated", {}).get(choice, [])
        for name in market.names:
            status = "IN_LIQUIDATION" if name in short else "LIVE"
            for found in market.found(name):
                assert found == {"price": when["price"][choice], "status": status}, (n, name)


def test_every_collateral_story_names_its_rule_and_parts_the_choices() -> None:
    for path in STORIES:
        text = tomllib.loads(path.read_text())
        assert text["rule"], path
        assert len(text["shows"]) > 20, path
        last = text["when"][-1]["liquidated"]
        assert len({tuple(last.get(choice, [])) for choice in CHOICES}) > 1, path
