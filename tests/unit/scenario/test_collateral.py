"""Keys of collateral: defaults from rulebooks, and what is wrong said with the place and the fix."""

import pytest

from unhedged.scenario.load import load
from unhedged.vocab.enums import CollateralOrder, CollateralPrice, CollateralSale
from unhedged.vocab.errors import ScenarioError
from unhedged.vocab.units import PPB


@pytest.fixture
def taking(data):
    data["asset"].append({"id": "USDE", "start": "$1"})
    for venue in ("spot", "other"):
        book = {"id": f"{venue}/USDE", "asset": "USDE", "kind": "spot"}
        data["instrument"].append(book | {"tick_size": 0.0001, "lot_size": 1})
    data["venue"].append({"id": "other", "rulebook": "spot@generic"})
    assets = {"USDE": {"book": "spot/USDE", "haircut": "2%, 10% above $1M"}}
    data["venue"][0]["collateral"] = {"assets": assets}
    data["agent"][0]["collateral"] = {"USDE": {"part": "50%"}}
    return data


def refusals(data) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(data)
    return "\n".join(str(error) for error in (caught.value, *getattr(caught.value, "others", ())))


def test_what_is_left_out_is_the_rulebooks(taking):
    plan = load(taking).plan().venues[0].collateral
    (asset,) = plan.assets
    assert asset.price == CollateralPrice.LOCAL_BOOK
    assert (plan.sale, plan.sale_order) == (CollateralSale.BOOK, CollateralOrder.LISTED)
    assert (plan.slippage_ppb, plan.discount_ppb, plan.rest_to_fund) == (
        50_000_000,
        50_000_000,
        False,
    )
    assert [source.instrument for source in asset.index] == ["spot/USDE", "other/USDE"]
    tiers = [(t.floor_atoms, t.ratio_ppb, t.credit_atoms) for t in asset.haircuts]
    assert tiers == [(0, 980_000_000, 0), (10**12, 900_000_000, 80_000 * 10**6)]


def test_the_scenario_comes_before_the_rulebook_and_an_asset_before_its_venue(taking):
    own = {"price": "index", "sale": "fund", "sale_order": "largest", "rest": "fund"}
    taking["venue"][0]["collateral"] |= own | {"slippage": "9%", "discount": "8%"}
    taking["venue"][0]["collateral"]["assets"]["BTC"] = {"book": "spot/BTC", "price": "redemption"}
    plan = load(taking).plan().venues[0].collateral
    assert [a.price.name for a in plan.assets] == ["INDEX", "REDEMPTION"]
    assert plan.assets[1].haircuts[0].ratio_ppb == 950_000_000  # the rulebook's 95 %
    assert (plan.sale.name, plan.sale_order.name, plan.rest_to_fund) == ("FUND", "LARGEST", True)
    assert (plan.slippage_ppb, plan.discount_ppb) == (90_000_000, 80_000_000)


def test_a_reading_of_the_rest_is_taken(taking):
    taking["venue"][0]["readings"] = {"collateral": {"rest": "whole"}}
    assert load(taking).plan().venues[0].collateral.rest_to_fund


def test_a_choice_of_price_is_one_assignment(taking):
    chosen = load(taking, overrides=["venue.hub.collateral.price=redemption"])
    assert chosen.plan().venues[0].collateral.assets[0].price == CollateralPrice.REDEMPTION
    assert "collateral USDE at redemption, counts 98%, 90%; sold in spot/USDE" in chosen.show()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"book": "hub/BTC-PERP"}, 'Unknown spot instrument of USDE "hub/BTC-PERP"'),
        ({"book": "spot/BTC"}, 'Unknown spot instrument of USDE "spot/BTC"'),
        ({"index": ["spot/BTC"]}, 'Unknown spot instrument of USDE "spot/BTC"'),
        ({"haircut": "10%, 2% above $1M"}, "Haircuts that rise"),
        ({"haircut": "110%"}, "no haircut schedule"),
        ({"price": "oracle"}, "local_book"),
        ({"haircut": None}, "does not say what USDE counts for"),
    ],
)
def test_an_asset_that_cannot_be_is_refused(taking, change, words):
    asset = taking["venue"][0]["collateral"]["assets"]["USDE"]
    asset |= change
    taking["venue"][0]["collateral"]["assets"]["USDE"] = {
        k: v for k, v in asset.items() if v is not None
    }
    text = refusals(taking)
    assert words in text
    assert "collateral" in text


def test_an_asset_of_nobody_is_refused(taking):
    taking["venue"][0]["collateral"]["assets"]["USDX"] = {"book": "spot/USDE", "haircut": "5%"}
    assert 'Unknown asset "USDX"' in refusals(taking)


def test_a_spot_venue_takes_none(taking):
    taking["venue"][1]["collateral"] = taking["venue"][0]["collateral"]
    assert "lends nothing" in refusals(taking)


def test_what_a_crowd_brings_its_venue_must_take(taking):
    taking["agent"][0]["collateral"] = {"BTC": {}}
    assert 'Unknown collateral of its venue "BTC"' in refusals(taking)


def test_isolated_margin_is_dollars(taking):
    taking["agent"][0]["margin"] = "isolated"
    assert "Isolated margin is dollars" in refusals(taking)


def portfolio(data, rulebook: str, **venue):
    data["agent"][0]["margin"] = "portfolio"
    data["venue"][0] |= {"rulebook": rulebook, **venue}
    data["instrument"][0]["tiers"] = "BTC" if "usdm" not in rulebook else "BTCUSDT"
    return data


def test_portfolio_margin_is_what_the_venue_says(taking, data):
    unified = load(portfolio(taking, "binance-usdm@2025-10-10")).plan().venues[0].portfolio
    assert (unified.times_ppb, unified.per_ppb, unified.base_usd) == (1_050_000_001, PPB, 0.0)
    data["agent"][0].pop("collateral")
    data["venue"][0].pop("collateral")
    grid = load(portfolio(data, "deribit-linear@2025-10-10")).plan().venues[0].portfolio
    assert (grid.times_ppb, grid.per_ppb, grid.range_ppb) == (PPB, PPB, 160_000_000)
    data["venue"][0]["readings"] = {"portfolio": {"range": "old"}}
    assert load(data).plan().venues[0].portfolio.range_ppb == 100_000_000
    data["venue"][0].pop("readings")
    borrow = load(portfolio(data, "hyperliquid@2025-10-10", vault={})).plan().venues[0].portfolio
    assert (borrow.times_ppb, borrow.per_ppb, borrow.base_usd) == (PPB, 950_000_000, 20.0)
    assert (unified.range_ppb, borrow.range_ppb) == (0, 0)


def test_portfolio_margin_without_a_form_is_refused(data):
    text = refusals(portfolio(data, "bitmex@2025-10-10"))
    assert "no portfolio margin that the engine takes" in text
    for name in ("binance-usdm", "deribit-linear", "hyperliquid"):
        assert f"{name}@2025-10-10" in text


def test_nothing_is_borrowed_in_portfolio_margin(taking):
    text = refusals(portfolio(taking, "hyperliquid@2025-10-10", vault={}))
    assert "no loans exist here" in text


def test_a_step_that_shares_margin_out_is_refused_where_positions_offset(data):
    steps = ["cancel_orders", "ioc_at_bankruptcy", "takeover_at_bankruptcy"]
    data = portfolio(data, "deribit-linear@2025-10-10", liquidation={"steps": steps})
    assert "ioc_at_bankruptcy shares margin out among positions" in refusals(data)


def test_an_inverse_contract_is_refused_where_positions_offset(data):
    data["instrument"][0] |= {"kind": "inverse", "lot_size": 1}
    assert "is inverse" in refusals(portfolio(data, "deribit-linear@2025-10-10"))


def test_parts_sum_to_the_margin_at_most(taking):
    taking["venue"][0]["collateral"]["assets"]["BTC"] = {"book": "spot/BTC"}
    taking["agent"][0]["collateral"]["BTC"] = {"part": "50%"}
    load(taking)
    taking["agent"][0]["collateral"]["BTC"] = {"part": "60%"}
    assert "sum to 110%" in refusals(taking)


def test_a_desk_brings_what_the_venue_of_its_short_takes(taking):
    desk = {"id": "desk", "kind": "basis_desk", "spot": "spot/BTC", "short": "hub/BTC-PERP"}
    taking["agent"].append(desk | {"collateral": {"USDE": {"part": "30%"}}})
    plan = load(taking).plan()
    assert plan.agents[-1].params["collateral"]["USDE"]["part"] == 300_000_000
    taking["agent"][-1]["collateral"] = {"BTC": {}}
    assert 'Unknown collateral of its venue "BTC"' in refusals(taking)
