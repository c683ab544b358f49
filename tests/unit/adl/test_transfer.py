"""Haircuts as amounts: they sum to the loss exactly, nobody pays more than its endowment, and the papers' small cases come out."""

import numpy as np
import pytest
from tests.support.winners import seeds, winners_with

from unhedged.adl import REGISTRY
from unhedged.adl.checking import draw_winners
from unhedged.adl.claims import account_profit, equity, profit, spare
from unhedged.adl.transfer import transfer_of
from unhedged.vocab.errors import UnknownKind

NAMES = sorted(set(REGISTRY) - {"min-max-published-v1"})
ENDOWMENT = {
    "equity-pro-rata-v1": equity,
    "min-max-v1": equity,
    "global-haircut-v1": account_profit,
    "capped-pro-rata-v1": spare,
    "risk-aware-v1": spare,
}
LENIENT = ("exponential-back-off-v1", "severity-mirror-descent-v1")
PAPER = {
    "unrealised": [8_000_000, 4_000_000, 500_000],
    "equity": 10**9,
    "notional": 10**9,
    "mark_milli": 1000,
    "px_milli": 1000,
}


@pytest.mark.parametrize("name", NAMES)
def test_amounts_sum_to_the_loss(name):
    for seed in seeds():
        random = np.random.default_rng(seed)
        for _ in range(20):
            winners = draw_winners(random)
            most = ENDOWMENT.get(name, profit)(winners)
            atoms = int(random.integers(1, 2 * int(most.sum()) + 2))
            paid = transfer_of(name)(winners, atoms)
            assert paid.dtype == np.int64
            assert (paid >= 0).all()
            assert (paid <= most).all()
            due = min(atoms, int(most.sum()))
            assert int(paid.sum()) == due or (name in LENIENT and int(paid.sum()) <= due)


def test_worked_micro_cases_of_the_paper():
    # w = (8, 4, 0.5), D = 15, severity one half, order (2, 1, 3): queue (3.5, 4, 0), pro-rata (4.8, 2.4, 0.3).
    winners = winners_with([100] * 3, **PAPER)
    winners["qty"] = [2, 3, 1]  # the order of the queue
    half = 7_500_000
    assert transfer_of("profit-pro-rata-v1")(winners, half).tolist() == [4_800_000, 2_400_000, 300_000]  # fmt: skip

    def in_order(rows, lots):
        closes, left = np.zeros(len(rows), np.int64), lots
        for n in (1, 0, 2):
            closes[n] = min(left, rows["qty"][n])
            left -= closes[n]
        return closes

    assert transfer_of(in_order)(winners, half).tolist() == [3_500_000, 4_000_000, 0]


def test_top_winner_gains_exactly_what_theory_says_from_pro_rata_over_queue():
    # While H <= w1: what the top winner keeps under pro-rata less what it keeps as first of a queue is H (1 - w1 / U).
    winners = winners_with([100] * 3, **PAPER)
    for atoms in (1, 125, 10**6, 7_500_000, 8_000_000):
        shared = transfer_of("profit-pro-rata-v1")(winners, atoms)
        queued = transfer_of("hyperliquid-observed-v1")(winners, atoms)
        assert queued[0] == atoms
        kept = int(queued[0]) - int(shared[0])
        assert abs(kept - atoms * (1 - 8_000_000 / 12_500_000)) <= 1


def test_severity_leaves_the_rest_to_the_fund():
    winners = winners_with([100] * 3, **PAPER)
    pay = transfer_of("severity-mirror-descent-v1")
    # Severity begins at one half; the top winner has 8, so the cap of one half of 8 / 5 is above it.
    assert int(pay(winners, 5_000_000).sum()) == 2_500_000
    assert int(pay(winners, 5_000_000).sum()) > 2_500_000


def test_vector_mirror_descent_takes_in_proportion_to_squares_below_the_bound():
    winners = winners_with([100] * 2, unrealised=[30_000, 10_000])
    assert transfer_of("vector-mirror-descent-v1")(winners, 1000).tolist() == [900, 100]


def test_hedge_aware_takes_profit_on_unhedged_lots_first():
    winners = winners_with([10, 10], unrealised=1000, notional=100, hedge=[50, 0])
    assert transfer_of("hedge-aware-v1")(winners, 300).tolist() == [100, 200]
    assert transfer_of("hedge-aware-v1")(winners, 1600).tolist() == [600, 1000]


def test_the_published_fallback_has_no_haircuts():
    with pytest.raises(UnknownKind, match="settlement by transfer"):
        transfer_of("min-max-published-v1")
