"""What may not be meant in a scenario is said, by venue, and nothing else is."""

import pytest

from unhedged.scenario.doubts import doubts
from unhedged.scenario.load import load


@pytest.mark.parametrize("name", ["btc-cascade", "october-2025-small"])
def test_nothing_is_said_of_the_scenarios_that_come_with_it(name):
    assert list(doubts(load(name).plan())) == []


def test_hedge_aware_adl_without_a_view_is_said_and_with_one_is_not():
    plain = load("october-2025-small")
    venues = [venue.id for venue in plain.spec.venue]
    first, second = venues[:2]
    blind = plain.vary({f"venue.{first}.adl.policy": "hedge-aware-v1"})
    (said,) = doubts(blind.plan())
    assert said.startswith(f"{first}: ADL by hedge-aware-v1 sees the balances of no other venue")
    assert list(doubts(blind.vary({f"venue.{first}.adl.sees": [second]}).plan())) == []
