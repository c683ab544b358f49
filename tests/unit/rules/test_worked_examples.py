"""Numbers the venues published, typed in by hand, against the rules."""

import json
import re
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from unhedged.rules import (
    adl_score,
    bankruptcy_price,
    collateral,
    dydx,
    funding,
    insurance,
    liquidation,
    liquidation_price,
    liquidation_size,
    margin,
    marking,
    pnl,
    pool,
    premiums,
)

USD = 10**6  # atoms
COIN = 10**8  # atoms
PPB = 10**9
HOUR = 3600 * 10**9


class Example(NamedTuple):
    """One published result: ``rule(*inputs) / unit`` is ``expected`` within ``tolerance``."""

    id: str
    rule: Callable[..., Any]
    inputs: tuple[Any, ...]
    unit: float
    expected: float
    tolerance: float
    source: str


BINANCE_LP = "Binance, How to calculate the liquidation price of USD-M futures"
BYBIT_ADL = "Bybit API docs, ADL alert, 2026-07-24"
DYDX_TESTS = "dYdX v4-chain, liquidations_test.go, 84d4664"
DYDX_DOCS = "dYdX docs, 3e475b7"
DERIBIT = "Deribit support, Linear perpetual"
BITMEX = "BitMEX, Perpetual contracts guide, examples"
GMX = "GMX synthetics, README, a5c0c88"
HYPERLIQUID = "Hyperliquid docs"
JUPITER = "Jupiter docs, a copy"

EXAMPLES = [
    # -- liquidation price and margin -----------------------------------------------------------
    Example(
        # Computed 190.2969: the page cuts the third digit off.
        "BN-2 printed cut, not rounded",
        liquidation_price.liquidation_price,
        (10.72, 0.19, -0.06, 0, 1, 1, 199.53, 0.0065),
        1, 190.29, 0.01, BINANCE_LP + " (2020 copy)",
    ),
    Example(
        "BN-3",
        liquidation_price.liquidation_price,
        (1_535_443.01, 71_200.81144, -56_354.57, 135_365, 1, 3_683.979, 1_456.84, 0.1),
        1, 1_153.26, 0.01, BINANCE_LP,
    ),
    Example(
        "BN-4",
        liquidation_price.liquidation_price,
        (1_535_443.01, 356_512.508, -448_192.89, 16_300, 1, 109.488, 32_481.98, 0.025),
        1, 26_316.89, 0.01, BINANCE_LP,
    ),
    Example(
        "BN-5a",
        liquidation_price.liquidation_price,
        (1_535_443.01, 0, 0, 135_365, 1, 3_683.979, 1_456.84, 0.1),
        1, 1_114.78, 0.01, BINANCE_LP,
    ),
    Example(
        "BN-5b",
        liquidation_price.liquidation_price,
        (1_535_443.01, 0, 0, 16_300, 1, 109.488, 32_481.98, 0.025),
        1, 18_778.73, 0.01, BINANCE_LP,
    ),
    Example(
        # The integer rule on lots of 0.001 ETH and ticks of 0.01: one lot at one tick is 10 atoms.
        "BN-3 in integers",
        liquidation.liquidation_px_milli,
        (
            1_535_443_010_000, 71_200_811_440, -56_354_570_000, 135_365 * USD, 3_683_979,
            3_683_979 * 145_684 * 10, 100_000_000, 10, 1,
        ),
        100_000, 1_153.26, 0.01, BINANCE_LP,
    ),
    Example(
        "BN-4 in integers",
        liquidation.liquidation_px_milli,
        (
            1_535_443_010_000, 356_512_508_000, -448_192_890_000, 16_300 * USD, 109_488,
            109_488 * 3_248_198 * 10, 25_000_000, 10, 1,
        ),
        100_000, 26_316.89, 0.01, BINANCE_LP,
    ),
    Example(
        "BN-5b in integers",
        liquidation.liquidation_px_milli,
        (
            1_535_443_010_000, 0, 0, 16_300 * USD, 109_488, 109_488 * 3_248_198 * 10,
            25_000_000, 10, 1,
        ),
        100_000, 18_778.73, 0.01, BINANCE_LP,
    ),
    Example(
        "BN-6",
        margin.next_deduction,
        (16_300 * USD, 5_000_000 * USD, 25_000_000, 50_000_000),
        USD, 141_300, 0, BINANCE_LP + ", maintenance amount",
    ),
    Example(
        # 0-1,000 2 %, then 2.5 %, 3 %, 3.5 % each 1,000: deductions 0, 5, 15, 30.
        "BY-14",
        margin.maintenance_margin,
        (3_500 * USD, 35_000_000, 30 * USD),
        USD, 92.5, 0, "Bybit, tier illustration",
    ),
    Example(
        "DY-1",
        liquidation_price.liquidation_price_from_equity,
        (1_000, 0, -3, 3_000, 0.05),
        1, 3_174.6032, 0.001, DYDX_DOCS + ", liquidations",
    ),
    Example(
        "BX-5",
        margin.risk_limit_steps,
        (130, 100, 50),
        1, 1, 0, "BitMEX, Risk limits examples (older page)",
    ),
    Example("DB-1 rate", margin.slope_rate, (20_000_000, 50_000, 25, 1), PPB, 0.02125, 0, DERIBIT),
    Example(
        "DB-1",
        margin.whole_position_margin,
        (2_500_000 * USD, margin.slope_rate(20_000_000, 50_000, 25, 1)),
        USD, 53_125, 0, DERIBIT,
    ),
    Example(
        "DB-1 maintenance",
        margin.whole_position_margin,
        (2_500_000 * USD, margin.slope_rate(10_000_000, 50_000, 25, 1)),
        USD, 28_125, 0, DERIBIT,
    ),
    Example("DB-2 rate", margin.slope_rate, (20_000_000, 50_000, 350, 1), PPB, 0.0375, 0, DERIBIT),
    Example(
        "DB-2",
        margin.whole_position_margin,
        (35_000_000 * USD, margin.slope_rate(20_000_000, 50_000, 350, 1)),
        USD, 1_312_500, 0, DERIBIT,
    ),
    Example(
        "DB-4",
        margin.whole_position_margin,
        (1_200_000 * USD, margin.slope_rate(40_000_000, 5_000, 6_000, 1)),
        USD, 84_000, 0, DERIBIT,
    ),
    Example(
        "HL-5",
        margin.next_deduction,
        (
            0, 150_000_000 * USD, margin.hyperliquid_maintenance_rate(40),
            margin.hyperliquid_maintenance_rate(20),
        ),
        USD, 1_875_000, 0, HYPERLIQUID + ", Margin tiers (derived)",
    ),
    Example(
        "CF-2",
        margin.initial_margin_at_leverage,
        (11_500 * USD, 400),
        USD, 28.75, 0, "broker stop-out page: 0.1 lot EURUSD at 1.15, 1:400",
    ),
    Example(
        "OK-1",
        liquidation_size.reduce_to_size_qty,
        (15_000, 2_000),
        1, 13_000, 0, "OKX, Liquidation of futures (legacy)",
    ),
    Example(
        "CF-1 stop-out is a maintenance rate on used margin",
        margin.whole_position_margin,
        (200 * USD, 400_000_000),
        USD, 80, 0, "broker stop-out page: used margin 200, stop-out 40 %",
    ),
    # -- bankruptcy, takeover, fund, collateral ---------------------------------------------------
    Example(
        "BY-2",
        bankruptcy_price.bankruptcy_price_linear_at_leverage,
        (1, 10_000, 50),
        1, 9_800, 1e-9, "third-party copy of Bybit text",
    ),
    Example(
        "BY-4",
        bankruptcy_price.bankruptcy_price_inverse_cross,
        (10_000, 8_000, 0.5, 0.00075),
        1, 5_718.57, 0.01, "Bybit help, inverse cross margin",
    ),
    Example(
        "BY-9",
        bankruptcy_price.bankruptcy_price_linear,
        (1, 500, 100, 1_000 + 100),
        1, 489, 0, "Bybit help, Auto-deleveraging",
    ),
    Example(
        # The same in integers: 100 lots of 1 ABC, tick 0.01, equity 1,100 at a mark of 500.
        "BY-9 in integers",
        liquidation.bankruptcy_milli,
        (100, 1_100 * USD, 50_000_000, 10_000, 1),
        100_000, 489, 0, "Bybit help, Auto-deleveraging",
    ),
    Example(
        "DY-4 bankruptcy quote",
        dydx.bankruptcy_quote_dydx,
        (-400_500_000, 500_000, -12_015_000, 12_015_000),
        USD, 400, 0, DYDX_DOCS + ", contract loss mechanism",
    ),
    Example(
        "DY-4",
        insurance.fund_delta_dydx,
        (385 * USD, 400 * USD, 385 * USD, 15_000_000),
        USD, -15, 0, DYDX_DOCS + ", contract loss mechanism",
    ),
    Example(
        "DY-4 limit price",
        dydx.fillable_quote_dydx,
        (400_500_000, 500_000, 12_015_000, 12_015_000, PPB, 1_500_000_000),
        500 * USD, 0.7665, 0.0001, DYDX_DOCS + ", contract loss mechanism",
    ),
    Example(
        "DY-7",
        dydx.bankruptcy_quote_dydx,
        (-5_000 * USD, 499 * USD, -500 * USD, 500 * USD),
        USD, 4_501, 0, DYDX_TESTS,
    ),
    Example(
        "DY-7 short",
        dydx.bankruptcy_quote_dydx,
        (5_000 * USD, 499 * USD, -500 * USD, 500 * USD),
        USD, -5_499, 0, DYDX_TESTS,
    ),
    Example(
        "DY-8",
        dydx.fillable_quote_dydx,
        (5_000 * USD, 499 * USD, 500 * USD, 500 * USD, PPB, PPB // 10),
        USD / 10, 49_999, 0.001, DYDX_TESTS,
    ),
    Example(
        "DY-8 adjustment 2",
        dydx.fillable_quote_dydx,
        (5_000 * USD, 499 * USD, 500 * USD, 500 * USD, 2 * PPB, PPB // 10),
        USD / 10, 49_998, 0.001, DYDX_TESTS,
    ),
    Example(
        "DY-8 spread 0.2",
        dydx.fillable_quote_dydx,
        (5_000 * USD, 499 * USD, 500 * USD, 500 * USD, PPB, PPB // 5),
        USD / 10, 49_998, 0.001, DYDX_TESTS,
    ),
    Example(
        "DY-8 short",
        dydx.fillable_quote_dydx,
        (-5_000 * USD, 499 * USD, 500 * USD, 500 * USD, PPB, PPB // 10),
        -USD / 10, 50_001, 0.001, DYDX_TESTS,
    ),
    Example(
        "DY-8 short, spread 0.2",
        dydx.fillable_quote_dydx,
        (-5_000 * USD, 499 * USD, 500 * USD, 500 * USD, PPB, PPB // 5),
        -USD / 10, 50_002, 0.001, DYDX_TESTS,
    ),
    Example(
        "DY-9",
        dydx.fillable_quote_dydx,
        (5_000 * USD, 0, 500 * USD, 500 * USD, PPB, PPB // 10),
        USD / 10, 49_500, 0, DYDX_TESTS,
    ),
    Example(
        "DY-10",
        insurance.fund_delta_dydx,
        (5_610 * USD, 5_100 * USD, 5_610 * USD, 5_000_000),
        USD, 28.05, 1e-6, DYDX_TESTS,
    ),
    Example(
        "DY-10 fee 2.5 %",
        insurance.fund_delta_dydx,
        (5_610 * USD, 5_100 * USD, 5_610 * USD, 25_000_000),
        USD, 140.25, 1e-6, DYDX_TESTS,
    ),
    Example(
        "DY-10 fee 100 %",
        insurance.fund_delta_dydx,
        (5_610 * USD, 5_100 * USD, 5_610 * USD, PPB),
        USD, 510, 1e-6, DYDX_TESTS,
    ),
    Example(
        "DY-10 short",
        insurance.fund_delta_dydx,
        (-4_410 * USD, -4_900 * USD, 4_410 * USD, 5_000_000),
        USD, 22.05, 1e-6, DYDX_TESTS,
    ),
    Example(
        "DY-10 short, fee 2.5 %",
        insurance.fund_delta_dydx,
        (-4_410 * USD, -4_900 * USD, 4_410 * USD, 25_000_000),
        USD, 110.25, 1e-6, DYDX_TESTS,
    ),
    Example(
        "DY-11",
        dydx.bankruptcy_quote_dydx,
        (-2_500 * USD, 0, -250 * USD, 500 * USD),
        USD, 2_500, 0, DYDX_TESTS,
    ),
    Example(
        "DY-11 short",
        dydx.bankruptcy_quote_dydx,
        (2_500 * USD, 0, -250 * USD, 500 * USD),
        USD, -2_500, 0, DYDX_TESTS,
    ),
    Example(
        "CB-1",
        collateral.collateral_value,
        (2_000 * USD, 900_000_000),
        USD, 1_800, 0, "Coinbase International Exchange, Collateral",
    ),
    Example(
        "BN-8 5,000",
        collateral.collateral_needed,
        (5_000 * USD, 975_000_000),
        USD, 5_128.20, 0.5, "Binance, Multi-assets mode (mirror)",
    ),
    Example(
        "BN-8 20,000",
        collateral.collateral_needed,
        (20_000 * USD, 975_000_000),
        USD, 20_513, 0.5, "Binance, Multi-assets mode (mirror)",
    ),
    # -- auto-deleveraging ------------------------------------------------------------------------
    Example(
        "BY-5 ratio",
        insurance.drawdown_ratio,
        (-350_000 * USD, 0, 1_000_000 * USD),
        PPB, -0.35, 0, BYBIT_ADL + ", example 1",
    ),
    Example(
        "BY-5",
        insurance.drawdown_adl_amount,
        (-350_000 * USD, 0, 1_000_000 * USD, -300_000_000),
        USD, 50_000, 0, BYBIT_ADL + ", example 1",
    ),
    Example(
        "BY-6 ratio",
        insurance.drawdown_ratio,
        (-600_000 * USD, 0, 2_000_000 * USD),
        PPB, -0.3, 0, BYBIT_ADL + ", example 2",
    ),
    Example(
        "BY-6 equality triggers",
        insurance.is_drawdown_trigger,
        (-300_000_000, -300_000_000),
        1, 1, 0, BYBIT_ADL + ", example 2",
    ),
    Example(
        # B is short 500 at 1 on a deposit of 100; the price is 2.
        "DY-3",
        dydx.deleverage_price_dydx,
        (-1_000, 100 + 500 - 1_000, -500),
        1, 1.2, 0, DYDX_DOCS + ", contract loss mechanism",
    ),
    Example(
        "BN-14 first",
        adl_score.score_binance,
        (200 * USD, 1_000 * USD, 1_200 * USD, 40 * USD),
        1, 0.2 * 40 / 1_200, 1e-12, "Binance, Auto-deleveraging (derived)",
    ),
    Example(
        "BN-14 second",
        adl_score.score_binance,
        (50 * USD, 100 * USD, 150 * USD, 10 * USD),
        1, 0.5 * 10 / 150, 1e-12, "Binance, Auto-deleveraging (derived)",
    ),
    Example(
        "HL-6",
        adl_score.score_hyperliquid_documented,
        (1, 120_000 * USD, 100_000 * USD, 24_000 * USD),
        1, 6, 1e-12, HYPERLIQUID + ", Auto-deleveraging (derived)",
    ),
    # -- funding, mark, profit, pools -------------------------------------------------------------
    Example(
        "BN-7",
        marking.price1_binance,
        (10_000_000, 300_000, 4 * HOUR, 8 * HOUR),
        1_000, 10_001.5, 0, "Binance, Mark price and price index (old rule)",
    ),
    Example(
        "BY-10",
        funding.interest_component,
        (600_000, 300_000, 8),
        PPB, 0.0001, 0, "Bybit help, Funding rate",
    ),
    Example(
        "OK-2",
        funding.interest_component,
        (300_000, 0, 8),
        PPB, 0.0001, 0, "OKX, Funding rate",
    ),
    Example(
        "BY-13",
        pnl.inverse_pnl,
        (800, 10_500, 12_000, COIN, 1),
        COIN, 0.00952381, 1e-6, "Bybit help, inverse profit and loss",
    ),
    Example(
        "BY-13 margin",
        margin.initial_margin_at_leverage,
        (pnl.inverse_amount(10_500, 800, COIN, 1), 25),
        COIN, 0.00304762, 1e-8, "Bybit help, inverse profit and loss",
    ),
    Example("BX-1 value", pnl.inverse_amount, (750, 15_000, COIN, 1), COIN, 20, 0, BITMEX),
    Example(
        "BX-1 rate",
        funding.interest_component,
        (10_000_000, 2_500_000, 8),
        PPB, 0.0025, 0, BITMEX,
    ),
    Example(
        "BX-1 funding",
        funding.inverse_funding_payment,
        (15_000, 750_000, 2_500_000, COIN, 1),
        COIN, 0.05, 0, BITMEX,
    ),
    Example("BX-1", pnl.inverse_pnl, (15_000, 750, 800, COIN, 1), COIN, 1.25, 0, BITMEX),
    Example(
        "HL-1 premium",
        premiums.premium_index,
        (10_100_000, 10_110_000, 10_000_000),
        PPB, 0.01, 0, HYPERLIQUID + ", Funding",
    ),
    Example(
        # An hour pays an eighth of it.
        "HL-1 the page prints the eight-hour rate",
        funding.damped_premium,
        (10_000_000, 100_000, 500_000),
        PPB, 0.0095, 0, HYPERLIQUID + ", Funding",
    ),
    Example(
        "HL-1 hourly",
        funding.funding_rate_hyperliquid,
        (10_000_000, 100_000, 500_000, 40_000_000),
        PPB, 0.0011875, 0, HYPERLIQUID + ", Funding",
    ),
    Example(
        "DY-5",
        dydx.funding_cap_dydx,
        (50_000_000, 30_000_000, 6),
        PPB, 0.12, 0, DYDX_DOCS + ", funding",
    ),
    Example(
        "DY-6",
        marking.impact_notional,
        (500 * USD, 100_000_000),
        USD, 5_000, 0, DYDX_DOCS + ", funding",
    ),
    Example(
        # Settled 16:00, now 16:10: the window of 8 h at one sample a minute starts at 08:11.
        "OK-3",
        premiums.rolling_window_first,
        (16 * 60 + 10, 8 * 60),
        1, 8 * 60 + 11, 0, "OKX, To optimize funding rate calculation",
    ),
    Example("GM-1", pool.funding_gmx, (1 / 50_000, 150_000, 50_000, 1), 1, 1e-5, 1e-12, GMX),
    Example(
        "GM-1 shorts",
        pool.funding_received_gmx,
        (1e-5, 150_000, 50_000),
        1, 3e-5, 1e-12, GMX,
    ),
    Example(
        "GM-3",
        pool.funding_step_gmx,
        (1e-6, 0.04, 1, 0.05, 0.03, 1e-8, 2e-8, 600, 0, 1),
        1, 1e-6, 0, GMX + ", adaptive funding, example 2",
    ),
    Example(
        "GM-4",
        pool.funding_step_gmx,
        (1e-4, 0.02, 1, 0.05, 0.03, 1e-8, 2e-8, 600, 0, 1),
        1, 1e-4 - 0.000012, 1e-12, GMX + ", adaptive funding, example 3 over 600 s",
    ),
    Example("GM-6", pool.impact_gmx, (0, 50_000, 2, 0.01 / 50_000), 1, -500, 1e-6, GMX),
    Example(
        "GM-7 tokens", pool.tokens_gmx, (50_000, 5_000, -0.001), 1, 9.99, 1e-9, GMX + ", price impact",
    ),
    Example(
        # README prints +50, the pool's side.
        "GM-7 the README prints the pool's side",
        pool.pool_profit,
        (1, pool.tokens_gmx(50_000, 5_000, -0.001), 5_000, 50_000),
        1, -50, 1e-9, GMX,
    ),
    Example("JP-1 up", pool.pool_profit, (1, 1.0, 120, 100), 1, 70 - 50, 0, JUPITER),
    Example("JP-1 down", pool.pool_profit, (1, 1.0, 80, 100), 1, 30 - 50, 0, JUPITER),
    Example("GM-6 back", pool.impact_gmx, (50_000, 25_000, 2, 0.01 / 50_000), 1, 375, 1e-6, GMX),
]  # fmt: skip

# Account: lots and rank score of six longs when a short of 20 is deleveraged (BitMEX,
# Auto-deleveraging examples).
BITMEX_QUEUE = {1: (10, 3), 2: (10, 6), 3: (20, 1), 4: (30, 4), 5: (20, 5), 6: (10, 2)}

# Every id of the collected examples; a number stands here once its rule exists or a reason says why none does.
COLLECTED = """
BN-2 BN-3 BN-4 BN-5 BN-6 BY-4 BY-14 DY-1 BX-5 DB-1 DB-2 DB-4 HL-5 CF-1 CF-2
BY-2 BY-9 DY-4 DY-7 DY-11 DY-8 DY-9 DY-10 DR-3 CB-1 BN-8
BX-2 BY-5 BY-6 DY-3 BN-14 HL-6 OK-3 OK-1
BN-7 BY-10 BY-13 OK-2 BX-1 HL-1 DY-5 DY-6 GM-1 GM-3 GM-4 GM-6 GM-7 SX-3 JP-1 JP-2 BT-1
"""
WITHOUT_RULE = {
    "DR-3": "Drift: transfer to a liquidator at a fee that grows by slots; no such venue here",
    "SX-3": "Synthetix: velocity funding; the printed figure needs block times the page does not give",
    "JP-2": "Jupiter: a quotient with labels from a copy; no rule in it",
}
BY_TEST = {"BX-2", "BT-1"}  # a rule applied many times: tests of their own below


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_rule_reproduces_the_published_number(example):
    result = example.rule(*example.inputs) / example.unit
    assert abs(result - example.expected) <= example.tolerance


def allocate(accounts: dict[int, tuple[int, int]], size: int) -> dict[int, int]:
    """Close whole positions from the highest score down, the last one partially."""
    closed: dict[int, int] = {}
    for account in sorted(accounts, key=lambda a: (-accounts[a][1], a)):
        lots = min(size, accounts[account][0])
        if lots > 0:
            closed[account] = lots
        size -= lots
    return closed


def test_bx_2_queue_closes_the_front_of_the_line():
    assert allocate(BITMEX_QUEUE, 20) == {2: 10, 5: 10}


def test_bx_2_lights_count_lots_from_the_front():
    order = sorted(BITMEX_QUEUE, key=lambda a: -BITMEX_QUEUE[a][1])
    assert order == [2, 5, 4, 1, 6, 3]
    total = sum(lots for lots, _ in BITMEX_QUEUE.values())
    percentiles, up_to = [], 0
    for account in order:
        up_to += BITMEX_QUEUE[account][0]
        percentiles.append(20 * adl_score.queue_fifth(up_to, total))
    assert percentiles == [20, 40, 60, 80, 80, 100]


def test_gm_7_entry_and_what_a_close_returns():
    tokens = pool.tokens_gmx(50_000, 5_000, -0.001)
    assert abs(50_000 / tokens - 5_005) < 0.01
    # The close pays two thousandths of the notional more.
    assert abs(pool.pool_profit(1, tokens, 5_000, 50_000) - 0.002 * 50_000 + 150) < 1e-9


def test_jp_1_collateral_of_fifty_pays_seventy_or_thirty():
    # 100 dollars at two times: fifty of collateral.
    assert [50 + pool.pool_profit(1, 1.0, price, 100) for price in (120, 80)] == [70, 30]


def test_by_13_return_on_margin_is_312_percent():
    profit = pnl.inverse_pnl(800, 10_500, 12_000, COIN, 1)
    value = pnl.inverse_amount(10_500, 800, COIN, 1)
    assert abs(profit / margin.initial_margin_at_leverage(value, 25) - 3.125) < 0.001


def test_bn_14_second_account_is_closed_first():
    scores = {e.id: e.rule(*e.inputs) for e in EXAMPLES if e.id.startswith("BN-14")}
    assert scores["BN-14 second"] > scores["BN-14 first"]


def test_by_4_liquidation_price_is_printed_rounded_up_to_the_tick_of_half_a_dollar():
    # 0.5 % of the value 1.25 BTC is the maintenance margin; computed 5,739.07, printed 5,739.50.
    computed = liquidation_price.liquidation_price_inverse_cross(
        10_000, 8_000, 0.5, 0.00625, 0.00075
    )
    assert abs(computed - 5_739.07) < 0.01
    assert ceil(computed / 0.5) * 0.5 == 5_739.5


def test_bx_1_net_of_funding_is_1_2():
    profit = pnl.inverse_pnl(15_000, 750, 800, COIN, 1)
    paid = funding.inverse_funding_payment(15_000, 750_000, 2_500_000, COIN, 1)
    assert (profit - paid) / COIN == 1.2


def test_dy_3_both_sides_at_the_bankruptcy_price():
    # A long 500, B short 500, both at 1 on a deposit of 100: closed at 1.2, A gains what B had.
    price = dydx.deleverage_price_dydx(-1_000, -400, -500)
    assert (price - 1) * 500 == pytest.approx(100)


def test_bt_1_weights_of_1920_samples_sum_to_1844160():
    total = 0
    for i in range(1, 1_921):
        total = premiums.premium_sum(total, 1, i)
    assert total == 1_844_160
    assert premiums.premium_average(total, 1_920) == 1


def covered() -> set[str]:
    found = {example.id.split()[0].rstrip("ab") for example in EXAMPLES}
    return found | BY_TEST


def test_every_collected_example_has_a_rule_or_a_reason(record_property):
    ids = COLLECTED.split()
    assert len(set(ids)) == len(ids) == 51
    assert covered() | set(WITHOUT_RULE) == set(ids)
    assert not covered() & set(WITHOUT_RULE)
    assert len(covered()) >= 48
    words = (
        f"{len(ids)}, {len(covered())} covered by {len(EXAMPLES)} numbers and "
        f"{len(BY_TEST)} tests; without a rule: {', '.join(WITHOUT_RULE)}"
    )
    record_property("worked examples", words)


def test_the_collection_holds_no_other_example():
    shared = Path(__file__).parents[4] / "shared"
    pages = sorted(shared.glob("*/worked_examples.json"))
    if not pages:
        pytest.skip("the collected examples (shared/*/worked_examples.json) are absent")
    for page in pages:
        rows = json.loads(page.read_text())
        assert {row["id"].rstrip("ab") for row in rows} <= covered()
        table = re.findall(r"^\| ([A-Z]{2}-\d+) \|", page.with_suffix(".md").read_text(), re.M)
        assert set(table) == set(COLLECTED.split())
