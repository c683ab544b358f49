"""Index, mark and funding as stories: given a rulebook and quotes, when time passes, then prices and payments.

One TOML file each in ``prices``. Money is dollars, a tick one cent, a lot one coin; quotes are bid, ask and latest trade, 0 for an
empty side. Each step may say what holds after it. Compiled and plain world must both say so.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.support.price_market import PriceMarket

SECOND = 1_000_000_000
STORIES = sorted((Path(__file__).parent / "prices").glob("*.toml"))


def act(market: PriceMarket, when: dict[str, Any]) -> None:
    t = round(when["at"] * SECOND)
    for source, (bid, ask, last) in when.get("quotes", {}).items():
        market.quote(source, round(when.get("quoted", when["at"]) * SECOND), bid, ask, last)
    for side, px, qty in when.get("book", []):
        market.order(side, px, qty)
    if "last" in when:
        market.trade(when["last"])
    if when.get("update", True):
        market.update(t)
    if when.get("settle", False):
        market.settle(t)


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_price_story(path: Path) -> None:
    text = tomllib.loads(path.read_text())
    market = PriceMarket(text["given"])
    for n, when in enumerate(text["when"]):
        act(market, when)
        for world, found in zip(("compiled", "plain"), market.prices(), strict=True):
            wanted = {key: when[key] for key in found if key in when}
            assert {key: found[key] for key in wanted} == wanted, (world, n)
        for wanted in when.get("accounts", []):
            for found in market.accounts(wanted["id"]):
                assert {key: found[key] for key in wanted} == wanted, n
    assert market.paid_in_all() == 0


def test_every_price_story_names_its_rule_and_says_what_it_shows() -> None:
    for path in STORIES:
        text = tomllib.loads(path.read_text())
        assert text["rule"], path
        assert len(text["shows"]) > 20, path
