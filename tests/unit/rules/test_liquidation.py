from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from unhedged.rules import (
    bankruptcy_price,
    fees,
    liquidation,
    liquidation_price,
    liquidation_size,
    margin,
    pnl,
)

USD = 10**6
SIDE = st.sampled_from([-1, 1])
LOTS = st.integers(1, 10**10)
MILLI = st.integers(1, 2 * 10**9)
NUM = st.integers(1, 10**5)
DEN = st.sampled_from([1, 3, 10, 1000, 10**6])
MONEY = st.integers(-(10**16), 10**16)
RATE = st.integers(0, 5 * 10**8)


def test_account_with_equity_equal_to_maintenance_is_not_liquidated():
    assert not liquidation.is_liquidatable(100, 100)
    assert liquidation.is_liquidatable(99, 100)


def test_where_the_ratio_counts_the_fee_equality_liquidates():
    assert liquidation.is_liquidatable_at_ratio(11, 1_000, 10_000_000, 1_000_000)
    assert not liquidation.is_liquidatable_at_ratio(12, 1_000, 10_000_000, 1_000_000)


@given(MONEY, st.integers(0, 10**16), RATE, st.integers(0, 10**7))
def test_ratio_test_equals_the_exact_fraction(checked, equity, notional, rate, fee):
    exact = Fraction(notional) * (rate + fee) / 10**9
    result = checked(liquidation.is_liquidatable_at_ratio, equity, notional, rate, fee)
    assert result == (Fraction(equity) <= exact)


@given(MONEY, st.integers(0, 10**16), st.integers(0, 10**9))
def test_backstop_takes_accounts_strictly_below_the_share(checked, equity, maintenance, share):
    result = checked(liquidation.is_backstop, equity, maintenance, share)
    assert result == (equity * 10**9 < share * maintenance)


@given(
    SIDE, LOTS, MILLI, NUM, DEN, st.integers(-(10**8), 10**9), RATE, MONEY, st.integers(0, 10**14)
)
def test_liquidation_mark_is_where_bisection_finds_the_last_safe_mark(
    checked, side, lots, entry, num, den, collateral_ppb, rate, unrealised, other
):
    pos = side * lots
    cost = pnl.value(pos, entry, num, den)
    assume(0 < abs(cost) <= 10**16)
    wallet = abs(cost) * collateral_ppb // 10**9
    result = checked(
        liquidation.liquidation_px_milli,
        wallet, other, unrealised, 0, pos, cost, rate, num, den,
    )  # fmt: skip

    def safe(mark: int) -> bool:
        value = pnl.value(pos, mark, num, den)
        equity = wallet + unrealised + value - cost
        mm = other + margin.maintenance_margin(abs(value), rate, 0)
        return not liquidation.is_liquidatable(equity, mm)

    low, high = 0, 10**17  # bisection: safe is monotone in the mark
    if side > 0:
        if not safe(high):
            assert result > high
            return
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if safe(middle) else (middle + 1, high)
        assert result == low
    else:
        if not safe(0):
            assert result == -1
            return
        if safe(high):
            assert result >= high
            return
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (middle, high) if safe(middle) else (low, middle)
        assert result == low


def test_deduction_lowers_the_liquidation_mark_of_a_long_as_published():
    # 109.488 BTC in lots of 0.001 and ticks of 0.01: one lot at one tick is 10 atoms.
    pos, entry = 109_488, 3_248_198
    cost = pnl.amount(entry, pos, 10, 1)
    milli = liquidation.liquidation_px_milli(
        1_535_443_010_000, 356_512_508_000, -448_192_890_000, 16_300 * USD, pos, cost,
        25_000_000, 10, 1,
    )  # fmt: skip
    assert abs(milli / 100_000 - 26_316.89) < 0.01


@given(SIDE, LOTS, MILLI, NUM, DEN, st.integers(-(10**8), 2 * 10**9))
def test_closing_at_the_bankruptcy_mark_uses_up_equity_and_leaves_no_deficit(
    checked, side, lots, mark, num, den, equity_ppb
):
    pos = side * lots
    value = pnl.value(pos, mark, num, den)
    assume(0 < abs(value) <= 10**16)
    equity = abs(value) * equity_ppb // 10**9
    bankrupt = checked(liquidation.bankruptcy_milli, pos, equity, mark, num, den)
    assume(bankrupt < 10**17)

    def left(milli: int) -> int:
        return equity - value + pnl.value(pos, milli, num, den)

    if bankrupt >= 0:
        assert left(bankrupt) >= 0
    if side > 0:
        assert bankrupt == 0 or left(bankrupt - 1) < 0
    else:
        assert left(bankrupt + 1) < 0
    px = checked(liquidation.bankruptcy_px, pos, bankrupt)
    if px > 0:
        cash = equity - value + side * pnl.amount(px, lots, num, den)
        assert cash >= 0


def test_bankruptcy_prices_in_whole_ticks_round_in_favour_of_solvency():
    assert liquidation.bankruptcy_px(1, 100_001) == 101
    assert liquidation.bankruptcy_px(1, 100_000) == 100
    assert liquidation.bankruptcy_px(-1, 100_999) == 100


@given(LOTS, MILLI, st.integers(0, 10**16), NUM, DEN)
def test_reducing_to_a_tier_closes_the_fewest_lots_that_leave_less_than_its_floor(
    checked, lots, mark, lower, num, den
):
    assume(pnl.value(lots, mark, num, den) <= 10**16)
    close = checked(liquidation_size.reduce_to_tier_qty, -lots, mark, lower, num, den)
    assert 0 <= close <= lots
    if lower == 0:
        assert close == lots
        return
    assert pnl.value(lots - close, mark, num, den) < lower
    if close > 0:
        assert pnl.value(lots - close + 1, mark, num, den) >= lower


def test_a_size_equal_to_the_tier_limit_fits():
    assert liquidation_size.reduce_to_size_qty(-2_000, 2_000) == 0
    assert liquidation_size.reduce_to_size_qty(2_001, 2_000) == 1


@given(SIDE, LOTS, st.integers(0, 10**9))
def test_a_slice_is_rounded_up_and_never_exceeds_the_position(checked, side, lots, share):
    qty = checked(liquidation_size.slice_qty, side * lots, share)
    assert 0 <= qty * 10**9 - lots * share < 10**9
    assert qty <= lots


def test_large_positions_are_sliced_only_outside_the_cooldown():
    limit = 100_000 * USD
    share = 200_000_000
    assert liquidation_size.slice_or_all_qty(101, limit + 1, limit, share, 0) == 21
    assert liquidation_size.slice_or_all_qty(101, limit, limit, share, 0) == 101
    assert liquidation_size.slice_or_all_qty(-101, limit + 1, limit, share, 1) == 101


@given(
    SIDE, st.integers(1, 10**9), MILLI, st.integers(1, 100), st.sampled_from([1, 10]),
    st.integers(0, 10**9), st.integers(4_000_000, 5 * 10**8), st.integers(0, 3 * 10**7),
)  # fmt: skip
def test_a_partial_close_that_restores_margin_does_restore_it(
    checked, side, lots, mark, num, den, health_ppb, rate, fee_rate
):
    pos = side * lots
    notional = pnl.value(lots, mark, num, den)
    assume(1000 < notional <= 10**16)
    mm = margin.maintenance_margin(notional, rate, 0)
    equity = mm * health_ppb // 10**9
    close = checked(liquidation_size.restoring_qty, pos, equity, mark, rate, 0, fee_rate, num, den)
    assert 0 <= close <= lots
    if equity >= mm:
        assert close == 0
        return
    assert close > 0
    if close < lots and mark % 1000 == 0:
        money = pnl.amount(mark // 1000, close, num, den)
        rest = pnl.value(side * (lots - close), mark, num, den)
        cash = equity - pnl.value(pos, mark, num, den) + side * money - fees.fee(money, fee_rate)
        after = margin.maintenance_margin(abs(rest), rate, 0)
        assert not liquidation.is_liquidatable(cash + rest, after)


@given(
    SIDE, st.floats(0.01, 1e5), st.floats(1, 1e5), st.floats(0.01, 0.9), st.floats(0.0, 0.5),
    st.floats(0.0, 1e6),
)  # fmt: skip
def test_printed_liquidation_price_is_where_equity_equals_maintenance(
    side, size, entry, collateral, rate, deduct
):
    assume(not (side > 0 and rate > 0.9))
    wallet = collateral * size * entry
    price = liquidation_price.liquidation_price(wallet, 0.0, 0.0, deduct, side, size, entry, rate)
    equity = wallet + side * size * (price - entry)
    scale = wallet + size * (abs(price) + entry) + deduct
    assert abs(equity - (size * price * rate - deduct)) <= 1e-9 * scale


@given(SIDE, st.floats(0.01, 1e4), st.floats(1, 1e5), st.floats(0.001, 0.5), st.floats(0.01, 0.9))
def test_four_printed_forms_of_the_liquidation_price_agree(side, size, mark, rate, equity_rate):
    equity = equity_rate * size * mark
    expected = liquidation_price.liquidation_price(equity, 0, 0, 0, side, size, mark, rate)
    forms = (
        liquidation_price.liquidation_price_from_equity(equity, 0, side * size, mark, rate),
        liquidation_price.liquidation_price_from_margin(
            mark, side, equity - rate * size * mark, size, rate
        ),
        liquidation_price.liquidation_price_with_fee(side, mark, size, equity, rate, 0.0),
    )
    for price in forms:
        assert abs(price - expected) <= 1e-9 * mark


def test_isolated_liquidation_price_moves_by_added_margin():
    price = liquidation_price.liquidation_price_isolated(1, 10_000, 2, 400, 100, 0)
    assert price == 9_850
    assert liquidation_price.liquidation_price_isolated(1, 10_000, 2, 400, 100, 50) == 9_825
    assert liquidation_price.liquidation_price_isolated(-1, 10_000, 2, 400, 100, 50) == 10_175


@given(SIDE, st.floats(100, 1e5), st.floats(1.5, 100))
def test_bankruptcy_prices_from_margin_and_from_leverage_agree(side, entry, leverage):
    linear = bankruptcy_price.bankruptcy_price_linear(side, entry, 3.0, 3.0 * entry / leverage)
    at_leverage = bankruptcy_price.bankruptcy_price_linear_at_leverage(side, entry, leverage)
    assert abs(linear - at_leverage) < 1e-9 * entry
    inverse = bankruptcy_price.bankruptcy_price_inverse(side, entry, 500, 500 / entry / leverage)
    at_leverage = bankruptcy_price.bankruptcy_price_inverse_at_leverage(side, entry, leverage)
    assert abs(inverse - at_leverage) < 1e-9 * entry * leverage
    loss = 500 * (1 / entry - 1 / inverse) * side
    assert abs(loss + 500 / entry / leverage) < 1e-9 * 500 / entry * leverage


def test_bar_is_an_atom_higher_where_equality_liquidates_and_nothing_without_positions():
    assert liquidation.bar(100, 0) == 100
    assert liquidation.bar(100, 1) == 101
    assert liquidation.bar(0, 1) == 0
    assert not liquidation.is_liquidatable(101, liquidation.bar(100, 1))
    assert liquidation.is_liquidatable(100, liquidation.bar(100, 1))
    assert not liquidation.is_liquidatable(0, liquidation.bar(0, 1))


@given(SIDE, LOTS, st.integers(1, 10**16), st.integers(0, 10**16))
def test_part_of_a_position_fits_the_amount_or_is_one_lot(checked, side, lots, notional, atoms):
    qty = checked(liquidation_size.part_qty, side * lots, notional, atoms)
    assert 1 <= qty <= lots
    assert (qty == lots) or notional > atoms
    assert qty in (1, lots) or Fraction(qty) * notional / lots <= atoms


def test_part_of_a_position_at_the_largest_amount_is_all_of_it():
    assert liquidation_size.part_qty(-10, 1_000, 1_000) == 10
    assert liquidation_size.part_qty(-10, 1_001, 1_000) == 9


def test_order_of_a_block_is_bounded_by_portion_least_amount_and_what_is_left():
    assert liquidation_size.block_notional(50_000, 1_000, 10**8, 100_000, 0) == 5_000
    assert liquidation_size.block_notional(5_000, 1_000, 10**8, 100_000, 0) == 1_000
    assert liquidation_size.block_notional(50_000, 1_000, 10**8, 100_000, 98_000) == 2_000
    assert liquidation_size.block_notional(50_000, 1_000, 10**8, 100_000, 100_000) == 0
    assert liquidation_size.block_notional(50_000, 1_000, 10**8, 100_000, 100_001) == 0


@given(st.integers(0, 10**15), MONEY, st.integers(1, 10**15))
def test_zero_price_takes_the_same_share_of_equity_as_of_maintenance(checked, held, equity, more):
    maintenance = held + more
    loss = checked(liquidation.zero_price_loss, held, equity, maintenance)
    exact = Fraction(max(0, equity)) * held / maintenance
    assert loss == exact.numerator // exact.denominator
