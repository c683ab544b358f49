"""A policy in Python decides through the compiled loop: asked once, checked, obeyed, and refused when it is wrong."""

import numpy as np
import pytest
from tests.support.market import BREACH, FIRST_TRADER, IDLE, POLICY, Market

from unhedged.adl.contract import allocation_of, serve, winners_of
from unhedged.adl.pro_rata import contract_pro_rata
from unhedged.adl.queue import queue_policy
from unhedged.adl.scores import SCORES
from unhedged.rules import adl_score
from unhedged.vocab.enums import AdlDecision, AdlPrice, Breach, CasePhase, LiquidationStep
from unhedged.vocab.errors import PluginError

USD = 1_000_000
LOSER = FIRST_TRADER

BINANCE = (
    LiquidationStep.CANCEL_ORDERS,
    LiquidationStep.IOC_AT_BANKRUPTCY,
    LiquidationStep.TAKEOVER_AT_BANKRUPTCY,
)


def crash(decision, shorts=(10, 30, 60), lots=50):
    """Return a market in which one long is bankrupt and the fund carries nothing, stopped where winners are needed."""
    rest = sum(shorts) - lots
    accounts = [
        {"cash": 5 * lots * USD - 100 * lots * USD, "positions": {0: (lots, 100 * lots * USD)}}
    ]
    accounts += [
        {"cash": (200 + n) * q * USD, "positions": {0: (-q, -(100 + n) * q * USD)}}
        for n, q in enumerate(shorts)
    ]
    accounts.append({"cash": 10**12, "positions": {0: (rest, rest)}, "kind": 3})
    market = Market(
        venue={
            "steps": BINANCE, "adl_price": AdlPrice.BANKRUPTCY, "fund_capacity_ppb": 0,
            "adl_decision": decision, "adl_score": SCORES["hyperliquid-observed-v1"].address,
        },
        instruments=[{"mark": 10_000_000, "num": 10_000, "den": 1, "tiers": [(0, 10**7, 2 * 10**7, 0)]}],
        accounts=accounts,
    )  # fmt: skip
    market.mark({0: 9_550_000})
    return market


def closed(market, count=3):
    return [int(market.position(FIRST_TRADER + 1 + n)["adl_qty"]) for n in range(count)]


def test_a_python_policy_allocates_and_the_loop_goes_on():
    market = crash(AdlDecision.PYTHON)
    assert market.run(0) == POLICY
    serve(market.memory, contract_pro_rata)
    assert market.run(0) == IDLE
    assert closed(market) == [5, 15, 30]
    assert market.position(LOSER)["pos"] == 0
    assert market.account(LOSER)["cash"] == 0


def raises(winners, lots):
    return winners["nope"]


def leaves(winners, lots):
    raise SystemExit(0)


@pytest.mark.parametrize(
    ("policy", "says"),
    [(raises, "raises ValueError: no field of name nope."), (leaves, "raises SystemExit: 0.")],
)
def test_a_policy_that_raises_is_named_with_its_line(policy, says):
    market = crash(AdlDecision.PYTHON)
    market.run(0)
    with pytest.raises(PluginError) as caught:
        serve(market.memory, policy, name="mine")
    text = str(caught.value)
    assert text.startswith(f'Plug-in "mine": {says}')
    assert (
        f"test_python_route.py:{policy.__code__.co_firstlineno + 1}, in {policy.__name__}" in text
    )
    assert closed(market) == [0, 0, 0]


def test_an_answer_that_is_no_array_is_refused():
    market = crash(AdlDecision.PYTHON)
    market.run(0)
    with pytest.raises(PluginError, match="returned no array"):
        serve(market.memory, lambda winners, lots: [[1], [1, 2]])


def test_winners_are_shown_as_they_are_before_anything_is_closed():
    market = crash(AdlDecision.PYTHON)
    market.run(0)
    winners = winners_of(market.memory, int(market.memory.world["waiting"]))
    assert list(winners["qty"]) == [10, 30, 60]
    assert list(winners["cost"]) == [1000 * USD, 3030 * USD, 6120 * USD]
    assert list(winners["notional"]) == [955 * USD, 2865 * USD, 5730 * USD]
    assert list(winners["unrealised"]) == [45 * USD, 165 * USD, 390 * USD]
    assert list(winners["long"]) == [0, 0, 0]
    assert list(winners["px_milli"]) == [9_500_000] * 3
    assert list(winners["mark_milli"]) == [9_550_000] * 3
    assert list(winners["hedge"]) == [0, 0, 0]
    assert not winners.flags.owndata


@pytest.mark.parametrize("name", ["hedge-aware-v1", "min-max-v1", "contract-pro-rata-v1"])
def test_thousands_of_winners_are_closed_to_the_lot(name):
    shorts = [1 + n % 97 for n in range(3_000)]
    market = crash(AdlDecision.PYTHON, shorts=shorts, lots=40_000)
    assert market.run(0) == POLICY
    winners = winners_of(market.memory, int(market.memory.world["waiting"])).copy()
    assert len(winners) == 3_000
    wanted = allocation_of(name)(winners, 40_000).tolist()
    serve(market.memory, allocation_of(name), name=name)
    assert market.run(0) == IDLE
    assert closed(market, 3_000) == wanted
    assert sum(wanted) == 40_000
    assert market.position(LOSER)["pos"] == 0


def test_the_queue_in_python_closes_what_the_compiled_queue_closes():
    def observed(one):
        return adl_score.score_hyperliquid_observed(
            int(one["notional"]), int(one["equity"]), int(one["unrealised"]), int(one["cost"])
        )

    compiled, plain = crash(AdlDecision.SCORE), crash(AdlDecision.PYTHON)
    assert compiled.run(0) == IDLE
    assert plain.run(0) == POLICY
    serve(plain.memory, queue_policy(observed))
    assert plain.run(0) == IDLE
    assert np.array_equal(compiled.forced(), plain.forced())


def test_more_lots_than_winners_hold_are_all_closed_and_the_policy_is_not_asked_again():
    market = crash(AdlDecision.PYTHON, shorts=(10, 20), lots=50)
    assert market.run(0) == POLICY
    serve(market.memory, contract_pro_rata)
    assert market.run(0) == IDLE
    assert closed(market, 2) == [10, 20]
    assert market.position(0)["pos"] == 20  # the fund


def test_serve_refuses_an_answer_that_breaks_the_contract_and_writes_nothing():
    market = crash(AdlDecision.PYTHON)
    market.run(0)
    with pytest.raises(PluginError, match="are due"):
        serve(market.memory, lambda winners, lots: np.zeros(len(winners), np.int64), name="mine")
    assert not winners_of(market.memory, int(market.memory.world["waiting"]))["close"].any()


@pytest.mark.parametrize("wrong", [[0, 0, 0], [10, 30, 11], [-1, 30, 21], [11, 9, 30]])
def test_the_loop_stops_at_an_allocation_that_makes_or_loses_lots(wrong):
    market = crash(AdlDecision.PYTHON)
    assert market.run(0) == POLICY
    case = int(market.memory.world["waiting"])
    winners_of(market.memory, case)["close"] = wrong
    assert market.run(0) == BREACH
    assert market.memory.world["breach"] == Breach.ALLOCATION
    assert market.memory["case"][case]["phase"] == CasePhase.ADL_ALLOCATE
    assert closed(market) == [0, 0, 0]
