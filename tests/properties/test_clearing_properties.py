"""What holds on every ladder, whatever marks do: money and lots are conserved, the healthy are left alone, nobody is flipped.

The small worlds are those of the comparison with the plain twin; after each event of a world `Market.run` checks that cash and
lots balance to the atom and the lot.
"""

from typing import Any

import pytest
from tests.differential.test_clearing import LADDERS, World

from unhedged.vocab.enums import CasePhase, LiquidationStep

ADL = int(CasePhase.ADL_CLOSE)


def name(ladder: Any) -> str:
    return str(ladder[min(1, len(ladder) - 1)].name.lower())


@pytest.mark.parametrize("ladder", LADDERS, ids=name)
def test_an_account_above_its_bar_is_touched_as_a_winner_alone(ladder):
    touched = 0
    for seed in range(5000, 5012):
        world = World(seed, ladder=ladder)
        for _ in range(12):
            before = len(world.twin.rows)
            world.update()
            fresh = world.market.forced()[before:]
            losers = {int(r["account"]) for r in fresh if r["phase"] != ADL or not r["winner"]}
            found = {a.row for a in world.twin.ledger.accounts if a.row in world.short}
            assert losers <= found | {0, 1}, "somebody was liquidated who was not short of margin"
            touched += len(losers)
    assert touched > 10


@pytest.mark.parametrize("ladder", LADDERS, ids=name)
def test_adl_pairs_lots_and_never_turns_a_position(ladder):
    pairs = 0
    for seed in range(5100, 5112):
        world = World(seed, ladder=ladder)
        for _ in range(12):
            world.update()
        rows = [r for r in world.twin.rows if r["phase"] == ADL]
        for winner, loser in zip(rows[::2], rows[1::2], strict=True):
            assert (winner["qty"], winner["px_milli"]) == (-loser["qty"], loser["px_milli"])
            assert winner["counterparty"] == loser["account"]
            assert min(winner["left"], loser["left"]) >= 0
            pairs += 1
    if LiquidationStep.FUND_ZEROES_ACCOUNT not in ladder:
        assert pairs > 0
