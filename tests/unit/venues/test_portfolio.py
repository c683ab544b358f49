"""Portfolio margin of an account: the least safe equity is where the published ratio says, and prices follow from it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.venues import rulebook
from unhedged.venues.portfolio import Base, Grid, Unified, portfolio_trigger
from unhedged.venues.position import position
from unhedged.vocab.errors import ScenarioError

ATOMS = 10**6
UNIFIED = portfolio_trigger(rulebook.load("binance-usdm@2025-10-10"))
BASE = portfolio_trigger(rulebook.load("hyperliquid@2025-10-10"))
MONEY = st.integers(1, 10**15)
HYPE = {"collateral": "5 HYPE", "prices": {"HYPE": 40}, "haircuts": {"HYPE": "50%"}}
HEDGED = ["BTC_USDC long 10 @ 118_000", "BTC_USDC short 4 @ 118_000"]


def test_each_venue_has_the_form_its_source_gives():
    assert (UNIFIED.reminder_ppb, UNIFIED.reduce_ppb, UNIFIED.level_ppb) == (
        1_500_000_000, 1_200_000_000, 1_050_000_000,
    )  # fmt: skip
    assert isinstance(UNIFIED, Unified)
    assert isinstance(BASE, Base)
    assert (BASE.base, BASE.level_ppb) == (20 * ATOMS, 950_000_000)
    grid = portfolio_trigger(rulebook.load("deribit-linear@2025-10-10"))
    assert isinstance(grid, Grid)
    assert (grid.range_ppb, grid.buckets, grid.at_equality) == (160_000_000, 4, True)


@given(MONEY)
def test_an_atom_less_than_the_bar_is_at_or_below_the_level_of_unimmr(needed):
    bar = UNIFIED.bar(needed)
    assert UNIFIED.ratio_ppb(bar, needed) > UNIFIED.level_ppb
    assert UNIFIED.ratio_ppb(bar - 1, needed) <= UNIFIED.level_ppb
    assert Fraction(bar, needed) > Fraction(105, 100)


@given(MONEY)
def test_an_atom_less_than_the_bar_is_above_the_level_of_the_portfolio_ratio(needed):
    bar = BASE.bar(needed)
    assert Fraction(needed + 20 * ATOMS, bar) <= Fraction(95, 100)
    assert Fraction(needed + 20 * ATOMS, bar - 1) > Fraction(95, 100)
    assert BASE.ratio_ppb(bar, needed) <= BASE.level_ppb < BASE.ratio_ppb(bar - 1, needed)


@pytest.mark.parametrize(
    ("venue", "leg", "money", "mark", "tick"),
    [
        ("binance-usdm", "BTCUSDT long 2 @ 121_000", "$8k", "BTCUSDT=118_000", "BTCUSDT=0.1"),
        ("hyperliquid", "BTC short 2 @ 121_000", "$9k", "BTC=122_000", "BTC=1"),
        ("deribit-linear", "BTC_USDC long 10 @ 121_000", "$250k", "BTC_USDC=118_000", "BTC_USDC=0.5"),
    ],
)  # fmt: skip
def test_last_safe_price_is_safe_and_the_next_is_not(venue, leg, money, mark, tick):
    options = {"collateral": money, "mode": "portfolio", "ticks": [tick]}
    found = position(venue, [leg], marks=[mark], **options)
    (report,) = found.legs
    safe = report.safe_low if report.leg.pos > 0 else report.safe_high
    name = mark.partition("=")[0]
    at = position(venue, [leg], marks=[f"{name}={safe}"], **options)
    assert at.accounts[0].surplus() >= 0
    beyond = position(venue, [leg], marks=[f"{name}={found.touch.price}"], **options)
    assert beyond.accounts[0].surplus() < 0
    assert beyond.touch.share == 0.0
    assert found.touch.step is None


def test_legs_of_one_contract_are_netted_in_the_grid():
    found = position(
        "deribit-linear", HEDGED, collateral="$200k", mode="portfolio", ticks=["BTC_USDC=0.5"]
    )
    assert found.maintenance == 6 * 118_000 * 16 * ATOMS // 100


@pytest.mark.parametrize(
    ("venue", "options", "word"),
    [
        ("okx-swap", {}, "no formula of portfolio margin"),
        ("hyperliquid", HYPE, "HYPE as collateral"),
    ],
)
def test_what_no_source_gives_is_refused(venue, options, word):
    name = "BTCUSDT" if venue == "okx-swap" else "BTC"
    with pytest.raises(ScenarioError) as caught:
        position(venue, [f"{name} long 1 @ 121_000"], mode="portfolio", **options)
    assert word in str(caught.value)
