"""Policies keep the contract; scores are the rules; the queue breaks ties by the stated key."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.winners import as_plain, winners_with

from unhedged.adl import DEFAULT, REGISTRY
from unhedged.adl.checking import check_policy, draw_winners
from unhedged.adl.contract import allocation_of, check_allocation, fresh
from unhedged.adl.pro_rata import contract_pro_rata
from unhedged.adl.queue import allocate_queue, queue_order, queue_policy
from unhedged.adl.random_start import random_start
from unhedged.adl.scores import SCORES
from unhedged.kernels.compiled import call_score, entry
from unhedged.kernels.layout.cases import WINNER
from unhedged.reference import allocation as plain
from unhedged.reference.rng import uniforms_of
from unhedged.rules import adl_score
from unhedged.vocab import registry
from unhedged.vocab.errors import PluginError


@entry("float64(int64, int64)")
def score_at(address, winner):
    return call_score(address, winner)


def row_address(winners, n):
    return winners.ctypes.data + n * WINNER.itemsize


def test_registry_finds_every_built_in_policy():
    assert DEFAULT in REGISTRY
    assert {name: registry.pick("adl", name) for name in SCORES} == SCORES
    assert registry.pick("adl", "contract-pro-rata-v1") is contract_pro_rata


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_policy_is_an_allocation_that_keeps_the_contract(name):
    check_policy(registry.pick("adl", name), name=name)


@pytest.mark.parametrize("name", sorted(SCORES))
def test_a_score_as_an_allocation_queues_by_the_rule(name):
    random = np.random.default_rng(5)
    for _ in range(20):
        winners = draw_winners(random)
        lots = int(random.integers(1, winners["qty"].sum() + 1))
        scores = [
            score_at(SCORES[name].address, row_address(winners, n)) for n in range(len(winners))
        ]
        expected = plain.queue(as_plain(winners), lots, scores)
        assert allocation_of(name)(winners, lots).tolist() == expected


def test_a_long_queue_is_closed_as_a_sorted_one():
    random = np.random.default_rng(6)
    for equal in (1, 3, 1_000, 5_000):
        winners = winners_with(random.integers(1, 4, 5_000))
        scores = np.repeat(random.normal(size=5_000 // equal), equal)
        scores = np.concatenate([scores, np.full(5_000 - len(scores), np.nan)])
        lots = int(random.integers(1, winners["qty"].sum()))
        found = allocate_queue(winners, lots, scores)
        order = queue_order(winners, scores)
        before = np.cumsum(winners["qty"][order]) - winners["qty"][order]
        assert found[order].tolist() == np.clip(lots - before, 0, winners["qty"][order]).tolist()


def test_a_score_reads_rows_of_winners_only():
    with pytest.raises(ValueError, match="rows of `winner` are needed"):
        allocation_of("binance-v1")(np.zeros(2, [("qty", "i8")]), 1)


def test_random_start_goes_round_from_a_stated_draw():
    winners = winners_with([1, 2, 3, 4])
    winners["notional"] = winners["equity"] = winners["mark_milli"] = winners["px_milli"] = 1
    starts = {tuple(random_start(7, draw)(winners, 5).tolist()) for draw in range(40)}
    assert starts == {(1, 2, 2, 0), (0, 2, 3, 0), (0, 0, 3, 2), (1, 0, 0, 4)}
    first = uniforms_of(7, 0)[0]
    assert int(np.flatnonzero(random_start(7)(winners, 1))[0]) == int(first * 4)


def test_random_start_closes_last_whom_the_close_would_ruin():
    winners = winners_with([1, 1, 1])
    winners["notional"], winners["mark_milli"], winners["px_milli"] = 100, 1000, 1300
    winners["equity"] = [30, 29, -5]
    for draw in range(9):
        assert random_start(1, draw)(winners, 1).tolist() == [1, 0, 0]
    assert random_start(1)(winners, 3).tolist() == [1, 1, 1]


def test_a_policy_with_memory_begins_anew():
    class Counting:
        def fresh(self):
            return Counting()

        def __init__(self):
            self.asked = 0

        def __call__(self, winners, lots):
            self.asked += 1
            return np.zeros(len(winners), np.int64)

    policy = Counting()
    policy.asked = 3
    assert fresh(policy).asked == 0
    assert fresh(contract_pro_rata) is contract_pro_rata


def test_queue_closes_whole_positions_from_the_highest_score_and_the_last_one_partly():
    winners = winners_with([5, 7, 9], score=[1.0, 3.0, 2.0])
    assert list(allocate_queue(winners, 12, winners["score"])) == [0, 7, 5]


def test_equal_scores_close_the_larger_position_then_the_lower_account():
    winners = winners_with([5, 9, 9], score=1.0)
    assert list(queue_order(winners, winners["score"])) == [1, 2, 0]


def test_pro_rata_gives_rounding_to_the_largest_remainders():
    assert list(contract_pro_rata(winners_with([1, 1, 1]), 2)) == [1, 1, 0]
    assert list(contract_pro_rata(winners_with([10, 30, 60]), 10)) == [1, 3, 6]
    assert list(contract_pro_rata(winners_with([10, 30, 60]), 11)) == [1, 3, 7]


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=30), st.integers(1, 10**16))
def test_pro_rata_is_exact_at_any_size(sizes, lots):
    winners = winners_with(sizes)
    closes = check_allocation(winners, lots, contract_pro_rata(winners, lots))
    held = sum(sizes)
    if lots < held:
        assert all(abs(int(c) * held - lots * q) < held for c, q in zip(closes, sizes, strict=True))


WORTH = {
    "unrealised": 2**61,
    "equity": 2**61,
    "notional": 2**61,
    "account_notional": 2**61,
    "hedge": 2**60,
}
EDGES = {
    "nobody": winners_with([]),
    "nothing held": winners_with([0, 0], unrealised=5, mark_milli=1000),
    "nothing known but sizes": winners_with([3, 4]),
    "some hold nothing": winners_with(
        [0, 5, 0], unrealised=10, equity=[10, 0, -5], notional=[0, 50, 0], mark_milli=1000, px_milli=1100
    ),
    "as large as they come": winners_with([10**15] * 3, mark_milli=10**8, px_milli=10**8 + 5, **WORTH),
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", sorted(REGISTRY))
@pytest.mark.filterwarnings("error")
def test_lists_at_the_edge_are_answered_without_a_warning(name, edge):
    for lots in (1, 6, 10**15 + 7):
        check_allocation(EDGES[edge], lots, allocation_of(name)(EDGES[edge], lots), policy=name)


def test_a_plain_score_makes_a_queue_that_keeps_the_contract():
    check_policy(queue_policy(lambda one: float(one["score"])))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda w, n: np.zeros(len(w), np.int64), "are due"),
        (lambda w, n: contract_pro_rata(w, n) * 1.0, "whole numbers"),
        (lambda w, n: contract_pro_rata(w, n)[:-1], "shape"),
        (lambda w, n: w["qty"] + 1, "winner 0"),
    ],
)
def test_a_policy_that_breaks_the_contract_is_refused(answer, words):
    with pytest.raises(PluginError, match=words):
        check_policy(answer, name="mine")


PLAIN = {
    "binance-v1": lambda s, x: adl_score.score_binance(
        x["unrealised"], x["wallet"], x["equity"], x["maintenance"]
    ),
    "bitmex-v1": lambda s, x: adl_score.score_bitmex(
        s * x["notional"], s * x["cost"], s * x["notional"] - x["equity"]
    ),
    "hyperliquid-observed-v1": lambda s, x: adl_score.score_hyperliquid_observed(
        x["notional"], x["equity"], x["unrealised"], x["cost"]
    ),
    "hyperliquid-documented-v1": lambda s, x: adl_score.score_hyperliquid_documented(
        s, x["notional"], x["cost"], x["equity"]
    ),
    "hyperliquid-documented-literal-v1": lambda s, x: (
        adl_score.score_hyperliquid_documented_literal(x["notional"], x["cost"], x["equity"])
    ),
}


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_a_compiled_score_returns_the_bits_of_its_rule(name):
    random = np.random.default_rng(3)
    for _ in range(30):
        winners = draw_winners(random)
        for n, one in enumerate(winners):
            fields = {key: int(one[key]) for key in WINNER.names if key != "score"}
            side = 1 if fields["long"] else -1
            address = winners.ctypes.data + n * WINNER.itemsize
            assert score_at(SCORES[name].address, address) == PLAIN[name](side, fields)
