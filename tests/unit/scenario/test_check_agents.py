"""Legs that exist but cannot do their work are refused where they are named."""

from typing import Any

import pytest

from unhedged.scenario.load import load
from unhedged.vocab.errors import InconsistentRules

OCTOBER = "october-2025-small"


def refused(**changed: Any) -> InconsistentRules:
    overrides = {path.replace("__", "."): value for path, value in changed.items()}
    with pytest.raises(InconsistentRules) as caught:
        load(OCTOBER, overrides=overrides)
    return caught.value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("agent.desk-binance-BTC-PERP.short", "hyper/SUI-PERP"),
        ("agent.desk-binance-BTC-PERP.reshort", "hyper/SUI-PERP"),
        ("agent.maker-binance-BTC-PERP.hedge", "spot/SUI"),
        ("agent.arb-onchain-BTC.instruments", ["binance/BTC-PERP", "spot/SUI"]),
    ],
)
def test_a_hedge_in_another_coin_is_no_hedge(path: str, value: Any) -> None:
    error = refused(**{path: value})
    assert "neither hedges the other" in str(error)
    assert path.split(".")[1] in error.where


def test_a_desk_holds_spot_and_is_short_a_perpetual() -> None:
    swapped = {
        "agent.desk-binance-BTC-PERP.spot": "binance/BTC-PERP",
        "agent.desk-binance-BTC-PERP.short": "hyper/BTC-PERP",
        "agent.desk-binance-BTC-PERP.reshort": "spot/BTC",
    }
    with pytest.raises(Exception, match="is no spot instrument") as caught:
        load(OCTOBER, overrides=swapped)
    assert "is no perpetual instrument" in str(caught.value)


def test_coins_are_not_held_on_margin() -> None:
    error = refused(**{"agent.longs-binance-BTC-PERP.instruments": "spot/BTC"})
    assert '"spot/BTC" is no perpetual instrument' in str(error)
    assert error.where.endswith("instruments")


def test_one_account_has_one_venue() -> None:
    both = ["binance/BTC-PERP", "hyper/BTC-PERP"]
    error = refused(**{"agent.longs-binance-BTC-PERP.instruments": both})
    assert "one account has one venue" in str(error)
