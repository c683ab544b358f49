"""Falls with and without the liquidation engine."""

import math

import pytest

from unhedged.lab.amplification import amplified, base_is_on
from unhedged.report.twins import amplification

ON = [
    {"replicate": 0, "fall_share.hub/BTC-PERP": 0.2, "forced_usd": 5.0},
    {"replicate": 1, "fall_share.hub/BTC-PERP": 0.4, "fall_share.hub/ETH-PERP": 0.1},
    {"replicate": 7, "fall_share.hub/BTC-PERP": 0.9},
]
OFF = [
    {"replicate": 0, "fall_share.hub/BTC-PERP": 0.1},
    {"replicate": 1, "fall_share.hub/BTC-PERP": 0.1, "fall_share.hub/ETH-PERP": 0.0},
]


def test_the_factor_is_of_mean_falls_over_pairs_alone():
    btc, eth = amplified(ON, OFF)
    assert btc.instrument == "hub/BTC-PERP"
    assert (btc.on, btc.off, btc.pairs) == (pytest.approx(0.3), pytest.approx(0.1), 2)
    assert btc.factor == pytest.approx(3.0)
    assert (btc.low, btc.high) == (pytest.approx(2.0), pytest.approx(4.0))
    assert math.isinf(eth.factor)


def test_which_run_has_the_engine_follows_from_the_plans():
    off = ("venues.hub.liquidation_on", True, False)
    assert base_is_on([off, ("venues.b.liquidation_on", True, False), ("x", 1, 2)]) is True
    assert base_is_on([("venues.hub.liquidation_on", False, True)]) is False
    assert base_is_on([("venues.hub.adl_on", True, False)]) is None
    assert base_is_on([off, ("venues.b.liquidation_on", False, True)]) is None


def test_it_is_printed_only_where_there_is_one():
    lines = amplification(amplified(ON, OFF))
    assert "engine off" in lines[2]
    assert "3×" in lines[3]
    assert "all of it" in lines[4]
    assert amplification([]) == []
