"""Policies in whole lots held against the measures: each finds its answer by its own way."""

import numpy as np
import pytest

from unhedged.adl.checking import draw_winners
from unhedged.adl.contract import Winners
from unhedged.adl.min_max import min_max
from unhedged.adl.pro_rata import contract_pro_rata, equity_pro_rata
from unhedged.adl.queue import largest_first
from unhedged.measures import axioms, fairness
from unhedged.measures.haircuts import haircuts, is_weakly_majorised

SEEDS = range(40)


def asked(seed: int) -> tuple[Winners, int]:
    """A list of winners, all of whom own something, and part of their lots."""
    random = np.random.default_rng(seed)
    winners = draw_winners(random)
    winners["equity"] = np.maximum(1, winners["equity"])
    return winners, max(1, int(winners["qty"].sum() * random.uniform(0.0, 1.0)))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_whole_lots_beat_the_linear_programme_and_min_max_misses_it_by_a_lot(seed: int) -> None:
    winners, lots = asked(seed)
    level = fairness.min_max_haircut(winners["qty"], winners["equity"], float(lots))
    largest = {
        policy: haircuts(policy(winners, lots), winners["equity"]).max()
        for policy in (min_max, equity_pro_rata, contract_pro_rata, largest_first)
    }
    assert min(largest.values()) >= level * (1 - 1e-9)
    assert largest[min_max] == min(largest.values())
    assert largest[min_max] <= level * (1 + 1e-9) + 1 / winners["equity"].min()


@pytest.mark.parametrize("seed", SEEDS)
def test_regret_of_min_max_is_a_lot_and_that_of_the_queue_is_not(seed: int) -> None:
    winners, lots = asked(seed)
    held, owned = winners["qty"], winners["equity"]
    lot = lots / owned.min()
    found = [
        fairness.fairness_regret(policy(winners, lots), held, owned, needed=float(lots))
        for policy in (min_max, largest_first)
    ]
    assert found[0] <= lot * (1 + 1e-6)
    assert found[0] <= found[1] * (1 + 1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_contract_pro_rata_is_the_most_even_there_is_lot_by_lot(seed: int) -> None:
    """Of haircuts counted once for every lot held, up to the lot that rounding moves; sizes of 1 to 99 lots."""
    random = np.random.default_rng(seed)
    winners, _ = asked(seed)
    winners["qty"] = held = random.integers(1, 100, len(winners))
    lots = int(random.integers(1, held.sum() + 1))
    even = haircuts(np.maximum(0, contract_pro_rata(winners, lots) - 1), held)
    queue = haircuts(largest_first(winners, lots), held)
    assert is_weakly_majorised(np.repeat(even, held), by=np.repeat(queue, held))


def test_it_is_not_account_by_account() -> None:
    """Of 8 and 4 lots six are closed: half of each, or six of the eight. The two halves sum to more than three quarters."""
    winners = draw_winners(np.random.default_rng(2))
    winners = np.repeat(winners[:1], 2)
    winners["qty"], winners["account"], winners["position"] = [8, 4], [0, 1], [0, 1]
    even, queue = (
        haircuts(policy(winners, 6), winners["qty"])
        for policy in (contract_pro_rata, largest_first)
    )
    assert (even.tolist(), queue.tolist()) == ([0.5, 0.5], [0.75, 0.0])
    assert not is_weakly_majorised(even, by=queue)


def test_a_queue_by_size_is_left_by_splitting_and_pro_rata_is_not() -> None:
    """In whole lots a split moves a lot a part at most; in the queue an account of half the market gets away."""
    blank = draw_winners(np.random.default_rng(1))[:1]

    def of(policy):
        def allocate(claims, lots):
            winners = np.repeat(blank, len(claims))
            winners["qty"] = np.asarray(claims, np.int64)
            winners["account"] = winners["position"] = np.arange(len(claims))
            return policy(winners, int(lots))

        return allocate

    claims = [1_000.0, 600.0, 400.0]
    assert axioms.sybil_gain(of(largest_first), claims, 500.0, who=0, parts=10) == 500.0
    for parts in (2, 10, 100):
        gain = axioms.sybil_gain(of(contract_pro_rata), claims, 500.0, who=0, parts=parts)
        assert abs(gain) <= parts
    assert axioms.scale_gap(of(contract_pro_rata), claims, 500.0, factor=10.0) <= 1
