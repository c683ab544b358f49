"""Examples that venues published come out when the numbers are taken from their rulebooks."""

from fractions import Fraction

import pytest

from unhedged.rules import dydx, funding, insurance, liquidation, liquidation_size, margin, marking
from unhedged.venues import rulebook
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.units import ATOMS_PER_USD, PPB, parse_rate, parse_usd

DERIBIT = rulebook.load("deribit-linear@2025-10-10")
DYDX = rulebook.load("dydx-v4@2025-10-10")
BYBIT = rulebook.load("bybit-linear@2025-10-10")
OKX = rulebook.load("okx-swap@2025-10-10")
BITMEX = rulebook.load("bitmex@2025-10-10")
HYPERLIQUID = rulebook.load("hyperliquid@2025-10-10")
BINANCE = rulebook.load("binance-usdm@2025-10-10")


def rate(book: Rulebook, path: str) -> int:
    return parse_rate(book.value(path))


@pytest.mark.parametrize(
    ("example", "table", "size", "price", "kind", "expected"),
    [
        ("DB-1", "BTC_USDC", 25, 100_000, "initial", 53_125),
        ("DB-1", "BTC_USDC", 25, 100_000, "maintenance", 28_125),
        ("DB-2", "BTC_USDC", 350, 100_000, "initial", 1_312_500),
        ("DB-4", "SOL_USDC", 6_000, 200, "initial", 84_000),
    ],
)
def test_deribit_margin_grows_with_size(example, table, size, price, kind, expected) -> None:
    terms = DERIBIT.tiers[table].terms
    found = margin.slope_rate(parse_rate(terms[kind]), parse_rate(terms["per_unit"]), size, 1)
    assert Fraction(found, PPB) * size * price == expected


def test_bitmex_limits_rise_by_steps() -> None:
    terms = BITMEX.tiers["XBTUSD"].terms
    rates = []
    for value in (200, 201, 350, 351):
        steps = margin.risk_limit_steps(value, terms["base"], terms["step"])
        rates.append(
            margin.step_rate(parse_rate(terms["initial"]), parse_rate(terms["increment"]), steps)
        )
    assert rates == [parse_rate(text) for text in ("1%", "1.5%", "1.5%", "2%")]
    older = BITMEX.tiers["XBTUSD-older"].terms
    assert margin.risk_limit_steps(130, older["base"], older["step"]) == 1  # BX-5


def test_bybit_drawdown_closes_what_brings_the_pool_back_to_the_line() -> None:
    limit, loss = rate(BYBIT, "adl.drawdown_limit"), -350_000
    assert insurance.drawdown_ratio(loss, 0, 1_000_000) == -350_000_000
    assert insurance.drawdown_adl_amount(loss, 0, 1_000_000, limit) == 50_000  # BY-5


def test_bybit_deductions_are_those_the_venue_prints() -> None:
    brackets = BYBIT.tiers["BTCUSDT"].brackets
    assert brackets[-1].deduct == 1_482_000
    assert [b.leverage for b in brackets[:3]] == [100, 90, 80]


def test_hyperliquid_second_tier_of_btc_has_the_derived_deduction() -> None:
    low, high = HYPERLIQUID.tiers["BTC"].brackets
    rates = parse_rate(low.maintenance), parse_rate(high.maintenance)
    assert margin.next_deduction(0, int(high.floor), *rates) == high.deduct == 1_875_000  # HL-5
    assert margin.hyperliquid_maintenance_rate(int(low.leverage)) == rates[0]


def test_hyperliquid_hourly_rate_is_an_eighth() -> None:
    numbers = [rate(HYPERLIQUID, f"funding.{name}") for name in ("interest", "clamp", "cap")]
    assert funding.funding_rate_hyperliquid(10_000_000, *numbers) == 1_187_500  # HL-1, hourly


def test_hyperliquid_slices_and_backstop() -> None:
    above = round(parse_usd(HYPERLIQUID.value("liquidation.slice_above")) * ATOMS_PER_USD)
    share = rate(HYPERLIQUID, "liquidation.slice")
    assert liquidation_size.slice_or_all_qty(1_000, above, above, share, 0) == 1_000
    assert liquidation_size.slice_or_all_qty(1_000, above + 1, above, share, 0) == 200
    backstop = rate(HYPERLIQUID, "liquidation.backstop")
    assert liquidation.is_backstop(665, 1_000, backstop)
    assert not liquidation.is_backstop(667, 1_000, backstop)


def test_dydx_cap_and_impact_notional() -> None:
    (mid,) = DYDX.tiers["mid-cap"].brackets
    factor = DYDX.value("funding.cap_factor")
    cap = dydx.funding_cap_dydx(mid.initial_ppb, parse_rate(mid.maintenance), factor)
    assert cap == parse_rate("12%")  # DY-5
    (small,) = DYDX.tiers["small-cap"].brackets
    base = round(parse_usd(DYDX.value("funding.impact_margin")) * ATOMS_PER_USD)
    assert marking.impact_notional(base, small.initial_ppb) == 5_000 * ATOMS_PER_USD  # DY-6
    assert DYDX.tiers["small-cap"].also["impact_notional"] == "5_000 USDC"


@pytest.mark.parametrize(
    ("book", "quote_ppb", "base_ppb"),
    [(BYBIT, 600_000, 300_000), (OKX, 300_000, 0), (BITMEX, 600_000, 300_000)],
    ids=["BY-10", "OK-2", "BX-1 form"],
)
def test_interest_per_eight_hours_is_that_of_a_day_over_three(book, quote_ppb, base_ppb) -> None:
    interest = rate(book, "funding.interest")
    assert interest == funding.interest_component(quote_ppb, base_ppb, 8)
    clamp, cap = rate(book, "funding.clamp"), 10**9
    for hours in (1, 4, 8):
        quiet = funding.funding_rate_scaled_interest(0, interest, clamp, cap, hours)
        assert quiet == funding.interest_component(quote_ppb, base_ppb, hours)


def test_deribit_pays_nothing_on_the_edge_of_its_band() -> None:
    band, cap = rate(DERIBIT, "funding.dead_band"), rate(DERIBIT, "funding.cap")
    assert [funding.funding_rate_deribit(band + n, band, cap) for n in (-1, 0, 1)] == [0, 0, 1]
    assert [funding.funding_rate_deribit(-band + n, band, cap) for n in (-1, 0, 1)] == [-1, 0, 0]
    assert funding.funding_rate_deribit(band + cap + 1, band, cap) == cap


def test_dydx_maintenance_is_a_fraction_of_initial() -> None:
    fractions = {
        name: Fraction(parse_rate(bracket.maintenance), bracket.initial_ppb)
        for name, table in DYDX.tiers.items()
        for bracket in table.brackets
    }
    assert fractions == {
        "large-cap": Fraction(3, 5),
        "small-cap": Fraction(1, 2),
        "long-tail": Fraction(1, 2),
        "safety": Fraction(1, 5),
        "isolated": Fraction(3, 5),
        "mid-cap": Fraction(3, 5),
        "fx": Fraction(1, 2),
    }


def test_binance_impact_notional_follows_from_the_highest_leverage() -> None:
    base = round(parse_usd(BINANCE.value("funding.impact_margin")) * ATOMS_PER_USD)
    first = BINANCE.tiers["BTCUSDT"].brackets[0]
    found = marking.impact_notional(base, first.initial_ppb)
    assert found == pytest.approx(200 * 150 * ATOMS_PER_USD, rel=1e-6)
