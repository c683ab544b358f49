"""Two legs on one contract: the calculator's liquidation prices are the engine's, to the milli-tick, on both sides."""

from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.market import FIRST_TRADER, Market

from unhedged.venues import rulebook
from unhedged.venues.position import position
from unhedged.vocab.enums import LiquidationStep

STEPS = [LiquidationStep.CANCEL_ORDERS, LiquidationStep.TAKEOVER_AT_BANKRUPTCY]
NUM = 100  # atoms of a lot of 0.001 at a tick of 0.1
MILLION = 10**6


def tiers(mark: int) -> list[tuple[int, ...]]:
    """Binance's brackets as a leg of the calculator holds them."""
    told = told_of(1, 1, mark, mark, Decimal(10))
    schedule = told.legs[0].leg.contract.schedule
    return [(t.floor, t.mm_ppb, t.im_ppb, t.deduct) for t in schedule.tiers]


def told_of(long: int, short: int, entry: int, mark: int, wallet: Decimal):
    """Ask the calculator about two legs, sizes in thousandths, prices in tenths."""
    legs = [
        f"BTCUSDT {side} {Decimal(lots) / 1_000} @ {Decimal(entry) / 10}"
        for side, lots in (("long", long), ("short", short))
        if lots
    ]
    return position(
        rulebook.load("binance-usdm@2025-10-10"),
        legs,
        collateral=f"${wallet:f}",
        marks={"BTCUSDT": str(Decimal(mark) / 10)},
        ticks={"BTCUSDT": "0.1"},
        lots={"BTCUSDT": "0.001"},
    )


@settings(max_examples=100)
@given(
    long=st.integers(1, 400_000),
    share=st.sampled_from([0.0, 0.3, 0.999, 1.0, 1.0, 1.5]),
    entry=st.integers(300_000, 2_000_000),
    move=st.floats(0.8, 1.25),
    spare=st.floats(0.001, 0.5),
)
def test_calculator_and_engine_agree_on_the_last_safe_marks_of_a_hedge(
    long, share, entry, move, spare
):
    mark, short = round(entry * move), int(long * share)
    gross = Decimal(long + short) * entry / 10_000
    wallet = (gross * Decimal(spare)).quantize(Decimal("0.000001"))
    assume(wallet > 0)
    told = told_of(long, short, entry, mark, wallet)
    account = told.legs[0].account
    assume(account.surplus() >= 0)
    costs = {leg.leg.pos: leg.leg.cost for leg in told.legs}
    legs = [(long, costs[long]), (-short, costs.get(-short, 0))]
    safe = told.legs[0].safe
    for last, beyond in ((safe.low, -1), (safe.high, 1)):
        market = Market(
            venue={"steps": STEPS},
            instruments=[{"mark": mark * 1_000, "num": NUM, "den": 1, "tiers": tiers(mark)}],
            accounts=[
                {"cash": int(wallet * MILLION) - sum(c for _, c in legs), "positions": {0: legs}},
                {"cash": 10**17, "positions": {0: [(short, 0), (-long, 0)]}},
            ],
            hedge=True,
        )
        assert market.equity(FIRST_TRADER) == account.equity()
        assert market.maintenance(FIRST_TRADER) == account.maintenance()
        if last is None or last + beyond < 1:
            continue
        assert market.mark({0: last}) == 0
        assert market.mark({0: last + beyond}) == 1


def test_equal_legs_end_by_a_rise_alone():
    told = told_of(1_000, 1_000, 1_000_000, 1_000_000, Decimal(2_000))
    assert told.legs[0].safe.low is None or told.legs[0].safe.low == 0
    assert told.legs[0].safe.high is not None
