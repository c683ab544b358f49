"""Portfolio margin: ratios against fractions, bands at their ends, grids against a brute search."""

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import collateral, portfolio

USD, PPB = 10**6, 10**9
MONEY = st.integers(0, 10**16)
BINANCE_BANDS = (1_500_000_000, 1_200_000_000, 1_050_000_000, 1_000_000_000)


@given(st.integers(-(10**16), 10**16), st.integers(1, 10**16))
def test_unified_ratio_is_the_fraction_rounded_down(checked, equity, maintenance):
    result = checked(portfolio.unified_margin_ratio, equity, maintenance)
    exact = max(0, floor(Fraction(equity, maintenance) * PPB))
    assert result == min(portfolio.NO_NEED_PPB, exact)


def test_account_without_positions_is_above_every_band():
    assert portfolio.unified_margin_ratio(-5, 0) == portfolio.NO_NEED_PPB


@pytest.mark.parametrize(("band", "end"), list(enumerate(BINANCE_BANDS)))
def test_ratio_equal_to_the_end_of_a_band_belongs_to_the_worse_one(band, end):
    assert portfolio.margin_band(end + 1, *BINANCE_BANDS) == band
    assert portfolio.margin_band(end, *BINANCE_BANDS) == band + 1
    assert portfolio.margin_band(end - 1, *BINANCE_BANDS) == band + 1


def test_binance_account_by_hand():
    # 2 BTC at 100,000 count 95 %, a debt of 50,000 USDT in full, open orders would lose 1,000.
    equity = collateral.asset_margin(200_000 * USD, 950_000_000)
    equity += collateral.asset_margin(-50_000 * USD, 999_900_000)
    adjusted = portfolio.adjusted_equity(equity, 1_000 * USD)
    assert adjusted == 139_000 * USD
    ratio = portfolio.unified_margin_ratio(adjusted, 115_000 * USD)
    assert ratio == 1_208_695_652
    assert portfolio.margin_band(ratio, *BINANCE_BANDS) == 1


@given(MONEY, MONEY, MONEY, MONEY, st.integers(0, PPB), MONEY)
def test_hyperliquid_ratio_is_the_fraction_rounded_up(
    checked, maintenance, borrowed, balance, supplied, ltv, cap
):
    share = checked(portfolio.borrow_share_hyperliquid, ltv)
    assert share == floor((1 + Fraction(ltv, PPB)) / 2 * PPB)
    result = checked(
        portfolio.portfolio_ratio_hyperliquid,
        20 * USD, maintenance, borrowed, balance, supplied, share, cap,
    )  # fmt: skip
    owned = balance + min(cap, supplied * share // PPB)
    needed = 20 * USD + maintenance + borrowed
    exact = ceil(Fraction(needed, owned) * PPB) if owned else portfolio.NO_NEED_PPB
    # The quotient is cut where its whole part alone passes every limit.
    assert result == (exact if owned and needed // owned < PPB else portfolio.NO_NEED_PPB)


def test_hyperliquid_ratio_at_its_limit_is_safe():
    assert not portfolio.is_portfolio_liquidatable(950_000_000, 950_000_000)
    assert portfolio.is_portfolio_liquidatable(950_000_001, 950_000_000)


@given(st.integers(-(10**16), 10**16), st.integers(0, 5 * 10**8), st.integers(1, 12))
def test_grid_margin_is_the_worst_of_the_grid_and_lies_at_an_end(checked, value, width, buckets):
    result = checked(portfolio.grid_margin, value, width, buckets)
    losses = [
        ceil(Fraction(-value) * (k * width // buckets) / PPB) for k in range(-buckets, buckets + 1)
    ]
    assert result == max(0, *losses)
    assert result == ceil(Fraction(abs(value)) * width / PPB)


def test_deribit_grid_of_sixteen_percent_by_hand():
    # 5 BTC net long at 100,000; 20 BTC of longs offset 15 BTC of shorts at 1 %.
    assert portfolio.grid_margin(500_000 * USD, 160_000_000, 4) == 80_000 * USD
    offset = portfolio.offset_margin(2_000_000 * USD, 1_500_000 * USD, 10_000_000)
    assert offset == 15_000 * USD
    assert portfolio.loss_at_shock(-500_000 * USD, -160_000_000) == -80_000 * USD


@given(MONEY, MONEY, st.integers(0, PPB))
def test_offset_margin_is_symmetric_and_rounded_up(checked, bought, sold, rate):
    result = checked(portfolio.offset_margin, bought, sold, rate)
    assert result == portfolio.offset_margin(sold, bought, rate)
    assert result == ceil(Fraction(min(bought, sold)) * rate / PPB)


HAIRCUTS = [(0, 980_000_000), (1_000_000, 900_000_000), (5_000_000, 700_000_000), (20_000_000, 0)]


def credits_of_tiers() -> list[int]:
    result = [0]
    for (_, before), (lower, ratio) in pairwise(HAIRCUTS):
        result.append(collateral.next_credit(result[-1], lower * USD, before, ratio))
    return result


@given(st.integers(0, 10**14))
def test_tiered_haircut_is_the_sum_of_marginal_slices(checked, worth):
    tier = max(n for n, (lower, _) in enumerate(HAIRCUTS) if lower * USD <= worth)
    result = checked(
        collateral.tiered_collateral_value, worth, HAIRCUTS[tier][1], credits_of_tiers()[tier]
    )
    floors = [lower * USD for lower, _ in HAIRCUTS] + [10**18]
    slices = [
        Fraction(max(0, min(worth, above) - low)) * ratio / PPB
        for (low, above), (_, ratio) in zip(pairwise(floors), HAIRCUTS, strict=True)
    ]
    assert result == floor(sum(slices, Fraction(0)))


@pytest.mark.parametrize("tier", range(1, len(HAIRCUTS)))
def test_haircut_is_continuous_at_a_floor(tier):
    at, held = HAIRCUTS[tier][0] * USD, credits_of_tiers()
    lower = collateral.tiered_collateral_value(at, HAIRCUTS[tier - 1][1], held[tier - 1])
    assert lower == collateral.tiered_collateral_value(at, HAIRCUTS[tier][1], held[tier])


@given(st.integers(-(10**16), 10**16), st.integers(0, PPB))
def test_a_debt_counts_in_full_and_an_asset_less_its_haircut(checked, worth, ratio):
    result = checked(collateral.asset_margin, worth, ratio)
    assert result == (worth if worth < 0 else floor(Fraction(worth) * ratio / PPB))


def test_choice_of_price_decides_what_a_depegged_token_is_worth():
    prices = (650, 998, 1_000)
    assert [collateral.collateral_price(which, *prices) for which in range(3)] == list(prices)


@given(maintenance=st.integers(1, 10**16), limit=st.integers(10**9, 2 * 10**9))
def test_least_equity_of_a_portfolio_is_above_the_level_and_an_atom_less_is_not(
    checked, maintenance, limit
):
    bar = checked(portfolio.portfolio_bar, maintenance, 0, limit + 1, PPB)
    assert portfolio.unified_margin_ratio(bar, maintenance) > limit
    assert portfolio.unified_margin_ratio(bar - 1, maintenance) <= limit


@given(MONEY, st.integers(0, 10**12), st.integers(10**8, PPB))
def test_least_equity_under_a_constant_is_at_the_level_and_an_atom_less_is_above(
    checked, maintenance, base, limit
):
    bar = checked(portfolio.portfolio_bar, maintenance, base, PPB, limit)
    assert bar == ceil(Fraction(maintenance + base) * PPB / limit)
    if bar > 0 and (maintenance + base) // bar < PPB:
        ratio = portfolio.portfolio_ratio_hyperliquid(base, maintenance, 0, bar, 0, 0, 0)
        assert not portfolio.is_portfolio_liquidatable(ratio, limit)
    if bar > 1:
        short = portfolio.portfolio_ratio_hyperliquid(base, maintenance, 0, bar - 1, 0, 0, 0)
        assert portfolio.is_portfolio_liquidatable(short, limit)
