"""Policies keep the contract; scores are the rules; the queue breaks ties by the stated key."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.adl import DEFAULT, REGISTRY
from unhedged.adl.contract import check_allocation, check_policy, draw_winners
from unhedged.adl.pro_rata import contract_pro_rata
from unhedged.adl.queue import allocate_queue, queue_order, queue_policy
from unhedged.adl.scores import SCORES
from unhedged.kernels.compiled import call_score
from unhedged.kernels.layout.cases import WINNER
from unhedged.rules import adl_score
from unhedged.vocab import registry
from unhedged.vocab.errors import PluginError


def winners_with(sizes, scores=None):
    winners = np.zeros(len(sizes), WINNER)
    winners["qty"] = sizes
    winners["account"] = winners["position"] = np.arange(len(sizes))
    if scores is not None:
        winners["score"] = scores
    return winners


def test_registry_finds_every_built_in_policy():
    assert DEFAULT in REGISTRY
    assert {name: registry.pick("adl", name) for name in SCORES} == SCORES
    assert registry.pick("adl", "contract-pro-rata-v1") is contract_pro_rata


def test_queue_closes_whole_positions_from_the_highest_score_and_the_last_one_partly():
    winners = winners_with([5, 7, 9], [1.0, 3.0, 2.0])
    assert list(allocate_queue(winners, 12, winners["score"])) == [0, 7, 5]


def test_equal_scores_close_the_larger_position_then_the_lower_account():
    winners = winners_with([5, 9, 9], [1.0, 1.0, 1.0])
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


@pytest.mark.parametrize(
    "policy", [contract_pro_rata, queue_policy(lambda one: float(one["score"]))]
)
def test_policies_keep_the_contract(policy):
    check_policy(policy)


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
    from numba import njit

    @njit("float64(int64, int64)")
    def ask(address, winner):
        return call_score(address, winner)

    random = np.random.default_rng(3)
    for _ in range(30):
        winners = draw_winners(random)
        for n, one in enumerate(winners):
            fields = {key: int(one[key]) for key in WINNER.names if key != "score"}
            side = 1 if fields["long"] else -1
            address = winners.ctypes.data + n * WINNER.itemsize
            assert ask(SCORES[name].address, address) == PLAIN[name](side, fields)
