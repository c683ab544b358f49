"""Orders on the legs of an account in hedge mode: what opens, what only closes, and what margin is asked."""

import pytest
from tests.support.market import FIRST_TRADER, Market

from unhedged.kernels import accounts as kernel_accounts
from unhedged.kernels import legs, orders
from unhedged.kernels.compiled import entry
from unhedged.kernels.tables import world
from unhedged.vocab.enums import Command, Leg, Reject, Side, TimeInForce

BUY, SELL = int(Side.BUY), int(Side.SELL)
WHO, OTHER = FIRST_TRADER, FIRST_TRADER + 1
PX = 100


@entry("int64(int64)")
def submit(address):
    return orders.submit(world(address), 0)


@entry("int64(int64, int64)")
def initial(address, a):
    return kernel_accounts.initial(world(address), a)


@entry("int64(int64, int64)")
def other_leg(address, p):
    return legs.other_leg(world(address), p)


@entry("int64(int64, int64)")
def hedged_leg(address, a):
    return legs.hedged_leg(world(address), a)


@pytest.fixture
def market() -> Market:
    """Two contracts at 100, one lot worth 1,000 atoms; 10 lots long and 4 short on the first; initial margin 2 %."""
    contract = {"mark": PX * 1_000, "num": 10, "den": 1, "tiers": [(0, 10_000_000, 20_000_000, 0)]}
    return Market(
        venue={"steps": [0, 1, 11]},
        instruments=[contract, dict(contract)],
        accounts=[
            {"cash": -5_700, "positions": {0: [(10, 10_000), (-4, -4_000)]}},
            {"cash": 10**9, "positions": {0: [(0, 0), (-6, -6_000)]}},
        ],
        hedge=True,
    )


def send(
    market: Market, leg: int, side: int, qty: int, *, who: int = WHO, px: int = PX, force: int = 0
) -> int:
    m = market.memory["message"][0]
    m["agent"] = m["tag"] = -1
    m["position"] = market.slot(who, 0, leg)
    m["qty"], m["px"], m["side"], m["command"] = qty, px, side, Command.LIMIT
    m["force"], m["reduce_only"] = force, 0
    code: int = submit(market.address)
    market.check()
    return code


def resting(market: Market) -> list[tuple[int, ...]]:
    live = market.memory["order"][market.memory["order"]["live"] == 1]
    return [
        tuple(int(o[name]) for name in ("position", "side", "qty", "reduce_only")) for o in live
    ]


def test_legs_know_each_other(market):
    long, short = market.slot(WHO, 0), market.slot(WHO, 0, 1)
    assert [market.memory["position"][p]["leg"] for p in (long, short)] == [Leg.LONG, Leg.SHORT]
    assert (other_leg(market.address, long), other_leg(market.address, short)) == (short, long)
    assert other_leg(market.address, market.slot(0, 0)) == -1
    assert hedged_leg(market.address, WHO) == long
    assert hedged_leg(market.address, OTHER) == -1


@pytest.mark.parametrize(("leg", "side", "held"), [(0, SELL, 10), (1, BUY, 4)])
def test_an_order_against_its_leg_closes_no_more_than_the_leg(market, leg, side, held):
    assert send(market, leg, side, held + 5) == Reject.NONE
    assert resting(market) == [(market.slot(WHO, 0, leg), side, held, 1)]


@pytest.mark.parametrize(("leg", "side"), [(0, SELL), (1, BUY)])
def test_an_order_against_an_empty_leg_is_refused(market, leg, side):
    market.memory["position"][market.slot(WHO, 1, leg)]["pos"] = 0
    m = market.memory["message"][0]
    send(market, leg, side, 1)
    m["position"] = market.slot(WHO, 1, leg)
    assert submit(market.address) == Reject.REDUCE_ONLY


def test_a_closing_order_never_turns_its_leg(market):
    assert send(market, 0, SELL, 10) == Reject.NONE
    market.memory["position"][market.slot(WHO, 0)]["pos"] = 3  # the rest went meanwhile
    market.memory["position"][market.slot(OTHER, 0)]["pos"] = 7
    assert send(market, 0, BUY, 10, who=OTHER) == Reject.NONE
    assert market.position(WHO, 0)["pos"] == 0
    assert market.position(OTHER, 0)["pos"] == 10


def test_margin_is_asked_of_each_leg_and_closing_orders_ask_none(market):
    asked = (10 + 4) * 1_000 * 2 // 100
    assert initial(market.address, WHO) == asked == 280
    send(market, 0, SELL, 10)
    send(market, 1, BUY, 4, px=90)
    assert initial(market.address, WHO) == asked
    # Equity is 300: one lot more asks 20, two ask an atom's worth too much.
    assert send(market, 1, SELL, 1, px=110) == Reject.NONE
    assert initial(market.address, WHO) == 300
    assert send(market, 1, SELL, 1, px=110) == Reject.MARGIN


def test_cancelling_all_of_a_contract_takes_the_orders_of_both_legs(market):
    send(market, 0, SELL, 10)
    send(market, 1, BUY, 4, px=90)
    market.memory["message"][0]["command"] = Command.CANCEL_ALL
    assert submit(market.address) == Reject.NONE
    assert resting(market) == []


def test_fill_or_kill_counts_what_a_closing_order_may_fill(market):
    assert send(market, 0, SELL, 3) == Reject.NONE
    assert send(market, 0, BUY, 3, who=OTHER, force=TimeInForce.FOK) == Reject.NONE
    assert market.position(WHO, 0)["pos"] == 7
