"""Inverse contracts: the calculator's liquidation price is the engine's, to the milli-tick."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.inverse_world import inverse_scenario
from tests.support.market import FIRST_TRADER, Market
from tests.support.small_world import plan_of

from unhedged.engine.build import build
from unhedged.venues.position import position
from unhedged.vocab.enums import InstrumentKind, LiquidationStep

COIN = 10**8
STEPS = [LiquidationStep.CANCEL_ORDERS, LiquidationStep.TAKEOVER_AT_BANKRUPTCY]
CONTRACT = 1  # base 100 XBT, step 50 XBT, ticks of half a dollar, lots of ten dollars
NUM = 20 * COIN


@pytest.fixture(scope="module")
def tiers(tmp_path_factory) -> list[tuple[int, ...]]:
    """The tiers of a scenario's contract as the engine holds them."""
    memory = build(plan_of(inverse_scenario(1, 60), tmp_path_factory.mktemp("coin")), 0).memory
    row = memory["instrument"][CONTRACT]
    assert (row["num"], row["den"]) == (NUM, 1)
    return [tuple(t.tolist()) for t in memory["tier"][row["first_tier"] :][: row["tiers"]]]


@settings(max_examples=150)
@given(
    side=st.sampled_from([1, -1]),
    lots=st.integers(1, 4_000_000),
    entry=st.integers(40_000, 400_000),
    move=st.floats(0.8, 1.25),
    spare=st.floats(0.0001, 1.5),
)
def test_calculator_and_engine_agree_on_the_last_safe_mark(tiers, side, lots, entry, move, spare):
    mark = round(entry * move)
    size = lots * 10
    coin = Decimal(size) / (Decimal(entry) / 2)
    wallet = (coin * Decimal(spare)).quantize(Decimal(1) / COIN)
    assume(wallet > 0)
    told = position(
        "bitmex",
        [f"XBTUSD {'long' if side > 0 else 'short'} {size} @ {Decimal(entry) / 2}"],
        collateral=f"{wallet:f} XBT",
        marks={"XBTUSD": str(Decimal(mark) / 2)},
        tiers={"XBTUSD": "XBTUSD-older"},
        ticks={"XBTUSD": "0.5"},
        lots={"XBTUSD": "10"},
        faces={"XBTUSD": "$1"},
    )
    leg = told.legs[0]
    assume(leg.account.surplus() >= 0)
    cost = leg.leg.cost
    market = Market(
        venue={"steps": STEPS},
        instruments=[
            {
                "mark": mark * 1_000,
                "num": NUM,
                "den": 1,
                "tiers": tiers,
                "kind": InstrumentKind.INVERSE,
            }
        ],
        accounts=[
            {"cash": int(wallet * COIN) - cost, "positions": {0: (side * lots, cost)}},
            {"cash": 10**16, "positions": {0: (-side * lots, -cost)}},
        ],
    )
    assert market.equity(FIRST_TRADER) == leg.account.equity()
    assert market.maintenance(FIRST_TRADER) == leg.account.maintenance()
    last = leg.safe.low if side > 0 else leg.safe.high
    if last is None:
        assert market.mark({0: mark * 1_000 * (100 if side < 0 else 1)}) == 0
        return
    assert market.mark({0: last}) == 0
    assert market.mark({0: last - side}) == 1
