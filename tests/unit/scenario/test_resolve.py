"""From a scenario to a plan: units converted once, rulebooks read, defaults filled in."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.scenario.load import load
from unhedged.scenario.plan import Law
from unhedged.vocab.enums import AdlPrice, InstrumentKind, LiquidationStep, MarginMode, MarkForm


def test_units_become_integers(data) -> None:
    plan = load(data).plan()
    hub, spot = plan.venues
    assert plan.duration_ns == 3_600 * 10**9
    assert plan.record_ns == 10**9
    assert hub.maker_fee_ppb == 200_000
    assert hub.gateway_service_ns == 200_000
    assert hub.mark_form == MarkForm.BINANCE
    assert hub.basis_window_ns == 30 * 10**9
    assert hub.steps == (
        LiquidationStep.CANCEL_ORDERS,
        LiquidationStep.IOC_AT_BANKRUPTCY,
        LiquidationStep.TAKEOVER_AT_BANKRUPTCY,
    )
    assert hub.adl_price == AdlPrice.BANKRUPTCY
    assert hub.fund_capacity_ppb == 10**9
    assert not hub.vault_on
    assert spot.margin_mode == MarginMode.NONE
    assert not spot.liquidation_on
    assert not spot.adl_on


def test_hyperliquid_rulebook_gives_vault_slices_and_hourly_funding(data) -> None:
    data["venue"][0] |= {"rulebook": "hyperliquid@2025-10-10", "vault": {"start": "$5M"}}
    data["instrument"][0]["tiers"] = "BTC"
    plan = load(data).plan()
    venue, perp = plan.venues[0], plan.instruments[0]
    assert venue.vault_on
    assert venue.vault_start_usd == 5e6
    assert venue.vault_interval_ns == 3_100_000_000
    assert venue.takeover_interval_ns == 6_200_000_000
    assert venue.slice_ppb == 200_000_000
    assert venue.slice_above_usd == 100_000
    assert venue.cooldown_ns == 30 * 10**9
    assert venue.backstop_ppb == 666_666_667
    assert venue.funding_interval_ns == 3_600 * 10**9
    assert perp.funding_cap_ppb == 40_000_000
    assert perp.impact_notional_usd == 20_000  # the rulebook's for BTC; other assets have 6,000
    assert perp.significant == 5


@pytest.mark.parametrize(
    ("tick", "lot"), [(0.1, 0.001), ("0.00001", 1), (0.5, "0.00000001"), (25, 100)]
)
def test_atoms_of_a_fill_are_exact(data, tick, lot) -> None:
    data["instrument"][1] |= {"tick_size": tick, "lot_size": lot}
    data["asset"][0]["start"] = "$1_000"
    perp = load(data).plan().instruments[1]
    assert Fraction(perp.num, perp.den) == Fraction(str(tick)) * Fraction(str(lot)) * 10**6
    assert math.gcd(perp.num, perp.den) == 1


def test_brackets_of_the_day_are_read(data) -> None:
    perp = load(data).plan().instruments[0]
    assert perp.kind == InstrumentKind.LINEAR
    assert (perp.tiers[0].mm_ppb, perp.tiers[0].im_ppb) == (4_000_000, 6_666_667)
    assert perp.tiers[4].floor_usd == 12e6
    assert perp.tiers[4].deduct_usd == 132_000
    assert perp.funding_cap_ppb == 3_000_000
    assert perp.impact_notional_usd == pytest.approx(30_000, rel=1e-6)


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 10**7)), min_size=1, max_size=6))
def test_deductions_of_written_tiers_keep_maintenance_continuous(steps) -> None:
    import tomllib

    from tests.unit.scenario.conftest import MARKET

    data = tomllib.loads(MARKET)
    floor, rate, tiers = 0, 0, []
    for above, more in steps:
        rate += more
        tiers.append(
            {"above": f"${floor}", "maintenance": f"{rate / 1e5:.5f}bps", "initial": "100%"}
        )
        floor += above
    data["instrument"][0]["tiers"] = tiers
    plans = load(data).plan().instruments[0].tiers
    for low, high in itertools.pairwise(plans):
        at_floor = [
            Fraction(high.floor_usd) * t.mm_ppb / 10**9 - Fraction(t.deduct_usd)
            for t in (low, high)
        ]
        assert abs(at_floor[0] - at_floor[1]) < Fraction(1, 100)


def test_news_about_everything_is_shared_by_beta(data) -> None:
    data["asset"].append({"id": "ALT", "start": "$3", "beta": 2.0})
    data["asset"].append({"id": "USD", "start": "$1", "beta": 0})
    data["instrument"].append(
        {"id": "spot/ALT", "asset": "ALT", "kind": "spot", "tick_size": 0.001, "lot_size": 1}
    )
    news = load(data).plan().news
    assert [n.asset for n in news] == ["BTC", "ALT"]
    assert news[0].log_change == pytest.approx(math.log(0.97))
    assert news[1].log_change == pytest.approx(2 * math.log(0.97))
    assert {n.shape for n in news} == {"step"}


def test_news_and_outages_come_in_order_of_time(data) -> None:
    data["news"] = [
        {"at": "20m", "fundamental": "1%", "over": "1m", "shape": "exponential"},
        {"at": "5m", "fundamental": "-1%", "over": "1m"},
    ]
    data["outage"] = [
        {"at": "9m", "venue": "hub", "what": "gateway", "over": "1m"},
        {"at": "3m", "venue": "hub", "what": "feed", "over": "1m"},
    ]
    plan = load(data).plan()
    assert [(n.t_ns // 10**9, n.shape) for n in plan.news] == [(300, "ramp"), (1200, "exponential")]
    assert [o.what.name for o in plan.outages] == ["FEED", "GATEWAY"]


def test_instruments_are_grouped_by_venue(data) -> None:
    data["instrument"].reverse()
    assert [i.venue for i in load(data).plan().instruments] == ["hub", "spot"]


def test_index_is_every_spot_book_of_the_asset_unless_said(data) -> None:
    assert [s.instrument for s in load(data).plan().instruments[0].index] == ["spot/BTC"]
    data["instrument"][0]["index"] = [{"id": "spot/BTC", "weight": 3}]
    assert load(data).plan().instruments[0].index[0].weight == 3


def test_window_is_a_power_of_two(data) -> None:
    for instrument in load(data).plan().instruments:
        assert instrument.window & (instrument.window - 1) == 0
        assert instrument.window >= 64


def test_window_that_is_no_power_of_two_is_refused(data) -> None:
    from unhedged.vocab.errors import ScenarioError

    data["instrument"][0]["window"] = 1_000
    with pytest.raises(ScenarioError, match="power of two"):
        load(data)


def test_volatility_is_per_root_second(data) -> None:
    asset = load(data).plan().assets[0]
    assert asset.volatility * math.sqrt(365 * 86_400) == pytest.approx(0.4)


def test_parameters_of_agents_are_scalars_laws_and_tables(data) -> None:
    group = load(data).plan().agents[0]
    assert group.kind == "leveraged"
    assert group.params["leverage"] == Law(
        kind="discrete", parameters={"values": (3.0, 10.0), "weights": (0.25, 0.75)}
    )
    assert group.params["instruments"] == ("hub/BTC-PERP",)
    assert "id" not in group.params


def test_p99_of_a_lognormal_law_becomes_sigma(data) -> None:
    data["agent"][0]["leverage"] = {"law": "lognormal", "median": 2, "p99": 20}
    law = load(data).plan().agents[0].params["leverage"]
    assert law.parameters["sigma"] == pytest.approx(math.log(10) / 2.3263478740408408)


def test_dated_scenario_starts_in_utc(data) -> None:
    import datetime

    zone = datetime.timezone(datetime.timedelta(hours=2))
    data["start_utc"] = datetime.datetime(2025, 10, 10, 22, 20, tzinfo=zone)
    assert load(data).plan().start_utc == "2025-10-10T20:20:00+00:00"
