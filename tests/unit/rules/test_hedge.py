"""Two legs on one contract: sums of parts, the published formula, and where equality stands."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from unhedged.rules import hedge, liquidation_price, margin, pnl

USD = 10**6
LOTS = st.integers(0, 10**9)
MILLI = st.integers(1, 2 * 10**9)
RATE = st.integers(0, 5 * 10**8)
NUM, DEN = 10, 1


def test_legs_of_a_hedge_do_not_net():
    # 2 BTC each way at 100,000: two maintenance margins of 0.4 %, not none.
    assert (
        hedge.hedged_maintenance(200_000 * USD, 200_000 * USD, 4_000_000, 0, 4_000_000, 0)
        == 1_600 * USD
    )


@given(st.integers(0, 10**16), st.integers(0, 10**16), RATE, RATE)
def test_hedged_maintenance_is_the_sum_of_its_legs(checked, bought, sold, long_rate, short_rate):
    whole = checked(hedge.hedged_maintenance, bought, sold, long_rate, 7, short_rate, 11)
    apart = margin.maintenance_margin(bought, long_rate, 7)
    assert whole == apart + margin.maintenance_margin(sold, short_rate, 11)


@given(st.integers(-(10**15), 10**15), LOTS, LOTS, MILLI, RATE, RATE)
def test_surplus_is_a_straight_line_in_the_mark_within_its_rounding(
    checked, credit, bought, sold, mark, long_rate, short_rate
):
    result = checked(
        hedge.hedged_surplus, credit, bought, sold, mark, long_rate, 0, short_rate, 0, NUM, DEN
    )
    slope = bought * (1 - Fraction(long_rate, 10**9)) - sold * (1 + Fraction(short_rate, 10**9))
    assert abs(result - (credit + slope * Fraction(mark * NUM, DEN * 1_000))) <= 4


def test_equal_legs_are_liquidated_by_a_rise():
    def surplus(mark: int) -> int:
        return hedge.hedged_surplus(
            1_000 * USD, 1_000, 1_000, mark, 4_000_000, 0, 4_000_000, 0, NUM, DEN
        )

    # 1,000 lots at m milli-ticks are worth 10 m atoms a leg; both need 0.008 x 10 m = 1,000 dollars.
    touched = 12_500_000_000
    assert surplus(touched) == 0
    assert surplus(touched - 1_000) > 0
    assert surplus(touched + 1_000) < 0


@given(
    st.integers(1, 10**8), st.integers(0, 10**8), MILLI, st.integers(1, 10**8), RATE, RATE
)  # fmt: skip
def test_surplus_vanishes_at_the_published_price(bought, sold, entry, share_ppb, long_rate, short):
    wallet = pnl.value(bought, entry, NUM, DEN) * share_ppb // 10**9
    cost = pnl.value(bought - sold, entry, NUM, DEN)
    unit = NUM / DEN / 1_000  # atoms of one lot at one milli-tick
    slope = bought * (1 - long_rate / 1e9) - sold * (1 + short / 1e9)
    assume(abs(slope) > 0.001 * bought)
    price = liquidation_price.liquidation_price_hedged(
        wallet, 0, 0, bought * unit, entry, long_rate / 1e9, 0, sold * unit, entry, short / 1e9, 0
    )
    assume(0 < price < 1e12)
    left = hedge.hedged_surplus(
        wallet - cost, bought, sold, round(price), long_rate, 0, short, 0, NUM, DEN
    )
    assert abs(left) <= 6 + (bought + sold) * unit + 1e-9 * (abs(wallet) + abs(cost))


def test_one_leg_alone_gives_the_one_way_price():
    alone = liquidation_price.liquidation_price(10.72, 0.19, -0.06, 0, 1, 1, 199.53, 0.0065)
    assert (
        liquidation_price.liquidation_price_hedged(
            10.72, 0.19, -0.06, 1, 199.53, 0.0065, 0, 0, 0, 0.0065, 0
        )
        == alone
    )


@given(LOTS, LOTS)
def test_netting_leaves_at_most_one_leg(checked, bought, sold):
    closed = checked(hedge.netting_qty, bought, sold)
    assert min(bought - closed, sold - closed) == 0
