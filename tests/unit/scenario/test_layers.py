"""Inheritance and overrides, before anything is validated."""

from pathlib import Path

import pytest

from unhedged.scenario import layers, overrides
from unhedged.scenario.load import load
from unhedged.vocab.errors import ScenarioError, UnknownKind


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    return file


def test_child_overrides_blocks_by_id_and_adds_new_ones() -> None:
    base = {"venue": [{"id": "a", "fund": {"start": "$1", "capacity": "1%"}}, {"id": "b"}]}
    child = {"venue": [{"id": "a", "fund": {"start": "$2"}}, {"id": "c"}]}
    assert layers.merge(base, child)["venue"] == [
        {"id": "a", "fund": {"start": "$2", "capacity": "1%"}},
        {"id": "b"},
        {"id": "c"},
    ]


def test_childs_news_replace_the_bases() -> None:
    assert layers.merge({"news": [{"at": "1h"}]}, {"news": []})["news"] == []


def test_law_replaces_a_law_whole() -> None:
    base = {"x": {"law": "uniform", "low": 1, "high": 2}}
    assert layers.merge(base, {"x": {"law": "normal", "mean": 1, "sd": 2}})["x"] == {
        "law": "normal",
        "mean": 1,
        "sd": 2,
    }


def test_base_is_looked_for_beside_the_child(tmp_path: Path, market: str) -> None:
    write(tmp_path, "parent", market)
    child = write(
        tmp_path, "child", 'base = "parent.toml"\nname = "child"\n[run]\nduration = "2h"\n'
    )
    loaded = load(child)
    assert loaded.name == "child"
    assert loaded.plan().duration_ns == 7_200 * 10**9
    assert loaded.plan().venues[0].fund_start_usd == 25e6


def test_error_in_an_inherited_value_points_into_the_file_that_wrote_it(
    tmp_path: Path, market: str
) -> None:
    write(tmp_path, "parent", market.replace('"$25M"', '"25M"'))
    child = write(
        tmp_path,
        "child",
        'base = "parent.toml"\nname = "child"\n[[venue]]\nid = "spot"\nmaker_fee = 5\n',
    )
    with pytest.raises(ScenarioError) as caught:
        load(child)
    first, second = caught.value.errors
    assert first.file.endswith("child.toml")
    assert first.line == 5
    assert second.file.endswith("parent.toml")
    assert market.splitlines()[second.line - 1] == "[venue.fund]" or '"25M"' in second.excerpt


def test_scenario_that_inherits_from_itself_is_refused(tmp_path: Path) -> None:
    loop = write(tmp_path, "loop", 'base = "loop.toml"\nname = "loop"\n')
    with pytest.raises(ScenarioError, match="inherit"):
        load(loop)


def test_broken_toml_names_line_and_column(tmp_path: Path) -> None:
    file = write(tmp_path, "broken", "schema = 1\nname = = 2\n")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert (caught.value.line, caught.value.column) == (2, 8)
    assert caught.value.excerpt == "name = = 2"


def test_missing_file_and_unknown_name_are_told_apart() -> None:
    with pytest.raises(ScenarioError, match="no file"):
        load("gone.toml")
    with pytest.raises(UnknownKind) as caught:
        load("btc-cascad")
    assert caught.value.suggestions[0] == "btc-cascade"


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="UTF-8"):
        load(file)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("venue.hub.fund.start", ("venue", 0, "fund", "start")),
        ("venue.1.maker_fee", ("venue", 1, "maker_fee")),
        ("asset.volatility", ("asset", 0, "volatility")),
        ("run.duration", ("run", "duration")),
        ("news.0.fundamental", ("news", 0, "fundamental")),
        ("news.fundamental", ("news", 0, "fundamental")),
        ("agent.crowd.count", ("agent", 0, "count")),
        ("instrument.hub/BTC-PERP.open_interest", ("instrument", 0, "open_interest")),
        ("title", ("title",)),
    ],
)
def test_override_path_finds_its_value(data, path, keys) -> None:
    assert overrides.find(data, path) == keys


@pytest.mark.parametrize(
    "path", ["venue.hubb.fund.start", "venue.fund.start", "venu.hub.x", "venue", "news.7.at", "run"]
)
def test_override_path_that_leads_nowhere_is_an_error(data, path) -> None:
    with pytest.raises(ScenarioError):
        overrides.find(data, path)


def test_override_may_leave_out_the_id_where_there_is_one_block(data) -> None:
    assert load(data, overrides=["agent.count=7"]).plan().agents[0].count == 7


def test_override_is_validated_like_a_file_and_shown_as_what_was_typed(data) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(data, overrides=["venue.hub.fund.start=10"])
    assert caught.value.file == "--set venue.hub.fund.start=10"
    assert "without a unit" in caught.value.what


def test_override_of_an_unknown_key_suggests_the_right_one(data) -> None:
    with pytest.raises(UnknownKind) as caught:
        load(data, overrides=["venue.hub.fnd.start=$10M"])
    assert caught.value.suggestions[0] == "fund"
    assert caught.value.file.startswith("--set")


def test_override_that_is_no_assignment_is_refused(data) -> None:
    with pytest.raises(ScenarioError, match="path=value"):
        load(data, overrides=["venue.hub.fund.start"])


def test_value_of_an_override_needs_no_quotes() -> None:
    assert overrides.read_value("$10M") == "$10M"
    assert overrides.read_value("8") == 8
    assert overrides.read_value("true") is True
    assert overrides.read_value("0.5%") == "0.5%"
    assert overrides.read_value('{ law = "uniform", low = 1, high = 2 }') == {
        "law": "uniform",
        "low": 1,
        "high": 2,
    }


def test_variation_leaves_the_original_as_it_is(data) -> None:
    scenario = load(data)
    other = scenario.vary({"venue.hub.fund.start": "$50M"})
    assert scenario.plan().venues[0].fund_start_usd == 25e6
    assert other.plan().venues[0].fund_start_usd == 50e6


@pytest.mark.parametrize("name", ["hyperliquid", "Hyperliquid", "hyperliquid@2025"])
def test_an_exchange_is_found_by_the_rules_a_venue_runs(name: str) -> None:
    blocks = [{"id": "a", "rulebook": "binance-usdm@2025-10-10"}, {"id": "b", "rulebook": "hyperliquid@2025-10-10"}]  # fmt: skip
    with pytest.raises(UnknownKind) as caught:
        overrides.find({"venue": blocks}, f"venue.{name}.fund.start")
    assert caught.value.hint == "b runs hyperliquid@2025-10-10."


def test_a_name_of_no_rules_gets_no_such_hint() -> None:
    with pytest.raises(UnknownKind) as caught:
        overrides.find(
            {"venue": [{"id": "a", "rulebook": "spot@generic"}, {"id": "b"}]}, "venue.okx.fund"
        )
    assert caught.value.hint == ""
