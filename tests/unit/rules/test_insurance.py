from fractions import Fraction
from math import ceil, floor, trunc

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import collateral, insurance

ATOMS = st.integers(0, 10**16)
MONEY = st.integers(-(10**16), 10**16)
PPB = 10**9


@given(MONEY, st.integers(0, 2 * PPB), ATOMS)
def test_a_fund_can_take_exactly_its_capacity(checked, fund, cap, held):
    capacity = checked(insurance.fund_capacity, fund, cap, held)
    exact = max(Fraction(0), Fraction(max(0, fund)) * cap / PPB - held)
    assert capacity == floor(exact)
    if capacity > 0:
        assert checked(insurance.fund_can_hold, held + capacity, fund, cap)
    assert not checked(insurance.fund_can_hold, held + capacity + 1, fund, cap)


def test_a_fund_may_hold_a_notional_equal_to_itself():
    assert insurance.fund_can_hold(100, 100, PPB)
    assert not insurance.fund_can_hold(101, 100, PPB)


@given(MONEY, ATOMS, st.integers(10**10, 10**16), st.integers(-PPB, -1))
def test_adl_of_the_drawdown_amount_brings_the_ratio_back_to_the_limit(
    checked, pnl, above, peak_balance, limit
):
    peak = pnl + min(above, 9 * peak_balance)
    ratio = checked(insurance.drawdown_ratio, pnl, peak, peak_balance)
    assert ratio == trunc(Fraction(pnl - peak, peak_balance) * PPB)
    amount = checked(insurance.drawdown_adl_amount, pnl, peak, peak_balance, limit)
    after = Fraction(pnl + amount - peak, peak_balance)
    assert after >= Fraction(limit, PPB)
    if amount > 0:
        assert checked(insurance.is_drawdown_trigger, ratio, limit)
        assert Fraction(pnl + amount - 1 - peak, peak_balance) < Fraction(limit, PPB)


@given(MONEY, ATOMS, st.integers(0, PPB), ATOMS)
def test_rapid_drop_is_met_at_the_line(checked, balance, reference, drop, least):
    line = max(Fraction(reference) * (PPB - drop) / PPB, least)
    assert checked(insurance.is_rapid_drop, balance, reference, drop, least) == (balance <= line)


@given(MONEY, MONEY, ATOMS, st.integers(0, PPB))
def test_dydx_fund_pays_every_loss_and_receives_at_most_the_fee(
    checked, received, bankruptcy, notional, fee
):
    delta = checked(insurance.fund_delta_dydx, received, bankruptcy, notional, fee)
    gain = received - bankruptcy
    if gain <= 0:
        assert delta == gain
    else:
        assert delta == min(gain, floor(Fraction(notional) * fee / PPB))


def test_deficit_is_the_size_of_negative_equity():
    assert insurance.deficit(-5) == 5
    assert insurance.deficit(5) == 0


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=9), st.integers(0, PPB))
def test_haircut_of_gains_covers_the_shortfall_and_takes_no_more_than_a_gain(checked, gains, part):
    total = sum(gains)
    if total == 0:
        return
    shortfall = total * part // PPB
    paid = [checked(insurance.gains_haircut, gain, shortfall, total) for gain in gains]
    assert all(0 <= p <= gain for p, gain in zip(paid, gains, strict=True))
    assert shortfall <= sum(paid) < shortfall + len(gains)


@given(ATOMS, st.integers(5 * 10**8, PPB))
def test_collateral_is_rounded_down_and_the_need_is_the_smallest_that_covers(checked, debit, ratio):
    assert checked(collateral.collateral_value, debit, ratio) == floor(
        Fraction(debit) * ratio / PPB
    )
    need = checked(collateral.collateral_needed, debit, ratio)
    assert need == ceil(Fraction(debit) * PPB / ratio)
    assert collateral.collateral_value(need, ratio) >= debit
    if need > 0:
        assert collateral.collateral_value(need - 1, ratio) < debit


def test_drawdown_at_its_limit_counts_in_one_reading_only():
    limit = -300_000_000
    assert insurance.is_below_limit(limit, limit, 1)
    assert not insurance.is_below_limit(limit, limit, 0)
    assert insurance.is_below_limit(limit - 1, limit, 0)
    assert not insurance.is_below_limit(limit + 1, limit, 1)
