"""Worlds whose accounts post assets as collateral: compiled and plain, event by event; triggers against a scan all the while."""

import numpy as np
import pytest
from tests.differential.test_loop import Seen, follow
from tests.support.coin_world import scenario
from tests.support.small_world import Small, plan_of

from unhedged.engine.buffers import Rows, make_room
from unhedged.kernels import loop as compiled_loop
from unhedged.kernels import triggers
from unhedged.kernels.compiled import entry
from unhedged.kernels.tables import touched, world
from unhedged.vocab.enums import CasePhase, CollateralPrice, Reason


def test_compiled_and_plain_worlds_agree_event_by_event(tmp_path) -> None:
    seen, total, liquidated, prices, delivered = Seen(), 0, 0, set(), 0
    for seed in range(6):
        small, _, events = follow(seed, tmp_path, seen, 75, drawn=scenario)
        total += events
        liquidated += int(small.memory.world["liquidations"])
        prices |= {int(row["price_form"]) for row in small.memory["collateral"]}
        fund = small.memory["account"][small.memory["venue"]["fund"][0]]
        first = int(fund["first_position"] + fund["positions"])
        delivered += int(small.memory["position"]["pos"][first : first + 2].sum())
    print(f"{total} events, {liquidated} liquidations")
    assert total > 50_000
    assert liquidated > 50
    assert CasePhase.COLLATERAL in seen.phases
    assert prices == set(CollateralPrice)
    assert delivered > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(300, 330))
def test_compiled_and_plain_worlds_agree_over_many_worlds(seed, tmp_path) -> None:
    follow(seed, tmp_path, Seen(), drawn=scenario)


@entry("int64(int64, int64)")
def missed(address, v):
    # Accounts the scan finds that no touched trigger put on the list.
    w = world(address)
    listed = np.zeros(w.n_account, np.int64)
    a = w.first_dirty
    while a >= 0:
        listed[a] = 1
        a = triggers.account(w, a).next_dirty
    count = 0
    for n in range(triggers.scan_all(w, v)):
        count += 1 - listed[touched(w, n).account]
    return count


def test_no_account_a_scan_finds_is_missed_by_triggers(tmp_path) -> None:
    for seed in range(3):
        memory = Small(plan_of(scenario(seed, 70), tmp_path), seed).memory
        rows, events = Rows(), 0
        while (reason := compiled_loop.run(memory.address, 20)) != Reason.END:
            if reason == Reason.GROW:
                make_room(memory, rows)
            events += 20
            if memory.world["now"] > 31 * 10**9:
                assert missed(memory.address, 0) == 0
                assert missed(memory.address, 1) == 0
        assert memory.world["liquidations"] > 0
