"""A small scenario to bend."""

from typing import Any

import pytest

MARKET = """\
schema = 1
name = "try"

[run]
duration = "1h"

[[asset]]
id = "BTC"
start = "$100_000"
volatility = "40%"

[[venue]]
id = "hub"
rulebook = "binance-usdm@2025-10-10"

[venue.fund]
start = "$25M"

[[venue]]
id = "spot"
rulebook = "spot@generic"

[[instrument]]
id = "hub/BTC-PERP"
asset = "BTC"
kind = "linear"
tick_size = 0.1
lot_size = 0.001
tiers = "BTCUSDT"
open_interest = "$1bn"

[[instrument]]
id = "spot/BTC"
asset = "BTC"
kind = "spot"
tick_size = 0.01
lot_size = 0.00001

[[agent]]
id = "crowd"
kind = "leveraged"
count = 100
instruments = "hub/BTC-PERP"
leverage = { law = "discrete", values = [3, 10], weights = [1, 3] }

[[news]]
at = "10m"
fundamental = "-3%"
"""


@pytest.fixture
def market() -> str:
    return MARKET


@pytest.fixture
def data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(MARKET)
