"""Hedge mode in a scenario: where it is refused, what it changes in a plan."""

import pytest
from tests.support.hedge_world import hedge_scenario
from tests.support.small_world import scenario

from unhedged.kernels.layout.columns import LEGS
from unhedged.scenario import check_hedge
from unhedged.scenario.load import load
from unhedged.vocab.enums import LiquidationStep
from unhedged.vocab.errors import ScenarioError

SEED = 1
TEXT = hedge_scenario(SEED)
BLOCK = 'id = "hedgers"\nkind = "leveraged"'


def written(tmp_path, text: str) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return str(path)


def refused(tmp_path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, text))
    return str(caught.value)


def test_legs_are_netted_first_only_where_somebody_has_two(tmp_path):
    with_legs = load(written(tmp_path, TEXT)).plan()
    without = load(written(tmp_path, scenario(SEED, 80, "okx-swap@2025-10-10"))).plan()
    hub, hyper, _ = with_legs.venues
    assert hub.steps[1] == LiquidationStep.NET_HEDGED_LEGS
    assert LiquidationStep.NET_HEDGED_LEGS not in (*without.venues[0].steps, *hyper.steps)


def test_a_rulebook_without_legs_says_which_have_them(tmp_path):
    said = refused(tmp_path, TEXT.replace("okx-swap@2025-10-10", "bitmex@2025-10-10"))
    assert "bitmex@2025-10-10 knows one net position a contract only." in said
    assert "binance-usdm@2025-10-10" in said
    assert "okx-swap@2025-10-10" in said
    assert 'position_mode = "one_way"' in said


def test_coins_have_no_short_leg(tmp_path):
    text = TEXT.replace(
        'instruments = ["hub/BTC-PERP", "hub/ETH-PERP"]\nposition_mode = "hedge"\ncapital = "$100M"',
        'instruments = ["hub/BTC-PERP", "spot/BTC"]\nposition_mode = "hedge"\ncapital = "$100M"',
    )
    assert text != TEXT
    assert '"spot/BTC" is spot: coins have no short leg.' in refused(tmp_path, text)


def test_an_agent_has_eight_legs_at_most(tmp_path, monkeypatch):
    assert 2 * check_hedge.MOST == LEGS
    monkeypatch.setattr(check_hedge, "MOST", 1)
    said = refused(tmp_path, TEXT)
    assert "Two legs on 2 instruments are 4 legs; an agent has up to 2." in said
    assert "At most 1 instruments in hedge mode." in said


def test_a_mode_that_does_not_exist_is_named(tmp_path):
    assert "position_mode" in refused(tmp_path, TEXT.replace('"hedge"', '"both"', 1))
