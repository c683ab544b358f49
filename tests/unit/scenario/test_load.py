"""Every error of a file at once, each with file, line, value, what is allowed and what to do."""

from pathlib import Path
from typing import Any

import pytest

from unhedged.scenario.load import load
from unhedged.vocab.errors import (
    InconsistentRules,
    ScenarioError,
    ScenarioErrors,
    UnitError,
    UnknownKind,
)


def errors_of(source: Any) -> list[ScenarioError]:
    with pytest.raises(ScenarioError) as caught:
        load(source)
    return list(caught.value.errors) if isinstance(caught.value, ScenarioErrors) else [caught.value]


def broken(market: str, *changes: tuple[str, str], folder: Path) -> list[ScenarioError]:
    for old, new in changes:
        assert old in market
        market = market.replace(old, new, 1)
    file = folder / "scenario.toml"
    file.write_text(market, "utf-8")
    return errors_of(str(file))


def test_good_file_has_no_errors(data) -> None:
    assert load(data).name == "try"


def test_all_errors_come_at_once_in_the_order_of_the_file(market, tmp_path) -> None:
    found = broken(
        market,
        ('"40%"', "0.4"),
        ('start = "$25M"', 'strat = "$25M"'),
        ('kind = "spot"', 'kind = "spott"'),
        ('"-3%"', '"-3 percent"'),
        folder=tmp_path,
    )
    assert [type(e) for e in found] == [UnitError, UnknownKind, UnknownKind, UnitError]
    assert [e.line for e in found] == sorted(e.line for e in found)
    assert found[0].column == 14
    assert found[1].suggestions == ("start",)
    assert found[1].where == 'venue "hub" › fund › strat'


def test_missing_key_says_what_it_is(market, tmp_path) -> None:
    (error,) = broken(market, ('duration = "1h"', ""), folder=tmp_path)
    assert error.what == "duration is missing."
    assert error.allowed == "It is the simulated time."
    assert error.line == 4


def test_unknown_kind_of_agent_lists_the_kinds(market, tmp_path) -> None:
    (error,) = broken(market, ('"leveraged"', '"leverage"'), folder=tmp_path)
    assert error.suggestions == ("leveraged",)
    assert "market_maker" in error.available
    assert error.where == 'agent "crowd" › kind'


def test_unknown_key_of_an_agent_is_found_behind_its_kind(market, tmp_path) -> None:
    (error,) = broken(market, ("count = 100", "counts = 100"), folder=tmp_path)
    assert error.suggestions == ("count",)
    assert error.path == ("agent", 0, "counts")


def test_law_with_a_weight_too_few_says_so(market, tmp_path) -> None:
    (error,) = broken(market, ("[1, 3]", "[1]"), folder=tmp_path)
    assert isinstance(error, InconsistentRules)
    assert error.what == "2 values but 1 weights."
    assert error.line == 44


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ('{ law = "lognrmal", median = 2, sigma = 1 }', 'Did you mean "lognormal"?'),
        ('{ law = "lognormal", sigma = 1 }', "lacks median"),
        ('{ law = "lognormal", median = 2 }', "one of sigma, p90, p95, p99"),
        ('{ law = "lognormal", median = 2, p99 = 1 }', "below the median"),
        ('{ law = "lognormal", median = 2, sigma = 1, low = 5, high = 4 }', "low is above high"),
        ('{ law = "uniform", low = 1, hihg = 2 }', 'Did you mean "high"?'),
        ('{ law = "discrete", values = 3 }', "Expected a list"),
        ('{ law = "discrete", values = [1, 2], weights = [0, 0] }', "not all zero"),
        ('{ law = "pareto", minimum = 1, alpha = -1 }', "alpha is not above zero"),
        ('"three"', "not a number"),
        ("true", "not a number"),
        ("inf", "not finite"),
    ],
)
def test_wrong_law_is_explained(market, tmp_path, law, words) -> None:
    (error,) = broken(
        market, ('{ law = "discrete", values = [3, 10], weights = [1, 3] }', law), folder=tmp_path
    )
    assert words in str(error)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "hub"', 'id = "hub"\nkind = "dealer"', 'Unknown kind "dealer"'),
        (
            '"hub/BTC-PERP"\nasset',
            '"hubb/BTC-PERP"\nasset',
            'Unknown venue "hubb". Did you mean "hub"?',
        ),
        ('asset = "BTC"\nkind = "linear"', 'asset = "BTX"\nkind = "linear"', 'Unknown asset "BTX"'),
        ('"BTCUSDT"', '"BTCUSD"', 'Did you mean "BTCUSDT"?'),
        ('tiers = "BTCUSDT"\n', "", "tiers is missing"),
        ('"binance-usdm@2025-10-10"', '"binance"', "Unknown rulebook"),
        ('instruments = "hub/BTC-PERP"', 'instruments = "hub/BTC"', "Unknown instrument"),
        ('at = "10m"', 'at = "10h"', "after the end of the run"),
        ('at = "10m"', 'at = "10m"\nasset = "ETH"', 'Unknown asset "ETH"'),
        ('fundamental = "-3%"', 'fundamental = "-100%"', "takes away the whole value"),
        ("tick_size = 0.1", "tick_size = 200_000", "above the start price"),
        ("tick_size = 0.1", 'tick_size = "0.00001"', "books hold up to"),
        ('duration = "1h"', 'duration = "1h"\nrecord_every = "2h"', "nothing would be recorded"),
        ('duration = "1h"', 'duration = "0s"', "longer than nothing"),
        ('id = "spot/BTC"\nasset', 'id = "hub/BTC"\nasset', "cannot trade under"),
        (
            '"spot@generic"',
            '"spot@generic"\n[venue.adl]\npolicy = "binance_v1"',
            'Did you mean "binance-v1"?',
        ),
        ('name = "try"', 'name = "try me"', "cannot be a name"),
        ("schema = 1", "schema = 2", "schema"),
        ('name = "try"', 'name = "try"\nstart_utc = 2025-10-10T20:00:00', "no time zone"),
        ("lot_size = 0.001", "lot_size = 0", "is not a price"),
        ('start = "$25M"', 'start = "-$25M"', "negative"),
        ("[venue.fund]", '[venue.gateway]\nrate = "fast"\n[venue.fund]', "not a message rate"),
        ("[venue.fund]", '[venue.liquidation]\nslice = "120%"\n[venue.fund]', "0% ≤ share ≤ 100%"),
        ("[venue.fund]", '[venue.liquidation]\nslice = "0%"\n[venue.fund]', "0% < slice ≤ 100%"),
        ("[venue.fund]", '[venue.liquidation]\nenabled = "maybe"\n[venue.fund]', "true or false"),
    ],
)
def test_inconsistent_file_is_explained(market, tmp_path, old, new, words) -> None:
    found = broken(market, (old, new), folder=tmp_path)
    assert any(words in str(error) for error in found), "\n".join(map(str, found))
    assert all(error.file for error in found)


def test_maintenance_above_initial_names_both(market, tmp_path) -> None:
    tiers = '[\n  { above = "$0", maintenance = "2%", initial = "1%" },\n]'
    (error,) = broken(market, ('"BTCUSDT"', tiers), folder=tmp_path)
    assert isinstance(error, InconsistentRules)
    assert str(error).splitlines()[1:3] == [
        "    maintenance (2%) is above initial (1%): an account could be liquidated the moment it opens.",
        "    Lower maintenance, or raise initial to at least 2%.",
    ]
    assert error.where == 'instrument "hub/BTC-PERP" › tiers[0]'


@pytest.mark.parametrize(
    "tiers",
    [
        [{"above": "$5", "maintenance": "1%", "initial": "2%"}],
        [
            {"above": "$0", "maintenance": "1%", "initial": "2%"},
            {"above": "$0", "maintenance": "2%", "initial": "3%"},
        ],
        [
            {"above": "$0", "maintenance": "2%", "initial": "3%"},
            {"above": "$9", "maintenance": "1%", "initial": "3%"},
        ],
    ],
)
def test_tiers_must_begin_at_nothing_and_rise(data, tiers) -> None:
    data["instrument"][0]["tiers"] = tiers
    assert all(isinstance(error, InconsistentRules) for error in errors_of(data))


def test_two_blocks_of_one_name_are_refused(data) -> None:
    data["agent"].append(dict(data["agent"][0]))
    (error,) = errors_of(data)
    assert "two agent blocks" in error.what


def test_perpetual_without_spot_has_no_index(data) -> None:
    del data["instrument"][1], data["venue"][1]
    (error,) = errors_of(data)
    assert "index would have no source" in error.what


def test_venue_without_instruments_is_refused(data) -> None:
    del data["instrument"][1]
    data["instrument"][0]["index"] = []
    assert any("has no instrument" in error.what for error in errors_of(data))


def test_source_of_an_index_must_be_spot_of_the_same_asset(data) -> None:
    data["instrument"][0]["index"] = ["spot/BTC", "hub/BTC-PERP"]
    (error,) = errors_of(data)
    assert error.path == ("instrument", 0, "index", 1)


def test_error_text_has_at_most_six_lines(market, tmp_path) -> None:
    for error in broken(market, ('"40%"', "0.4"), ('"-3%"', "3"), folder=tmp_path):
        assert len(str(error).splitlines()) <= 6


def test_empty_file_lists_what_is_missing(tmp_path) -> None:
    file = tmp_path / "empty.toml"
    file.write_text("")
    assert {e.path[0] for e in errors_of(file)} == {
        "schema",
        "name",
        "run",
        "asset",
        "venue",
        "instrument",
    }


@pytest.mark.parametrize("room", ["asset", "venue", "instrument", "agent", "news", "run"])
def test_block_of_the_wrong_shape_is_explained(data, room) -> None:
    data[room] = "nothing"
    assert all(isinstance(error, ScenarioError) for error in errors_of(data))
