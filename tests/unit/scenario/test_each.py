"""Blocks written once for many books: what they become, how they are reached, what is refused."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from unhedged.scenario.load import load
from unhedged.scenario.toml import to_toml
from unhedged.vocab.errors import ScenarioError

CROWD: dict[str, Any] = {
    "id": "crowd",
    "kind": "leveraged",
    "each": "*-PERP",
    "instruments": "{instrument}",
    "count": 3,
    "holds": "50%",
    "capital": "2.5% of scale",
    "leverage": {"by": "asset", "BTC": 3.0, "other": {"law": "uniform", "low": 1.5, "high": 2.0}},
    "stop": {"share": {"by": "venue", "b": "20%", "other": "10%"}},
}


def scenario(*agents: dict[str, Any], **more: Any) -> dict[str, Any]:
    def perp(venue: str, asset: str, **given: Any) -> dict[str, Any]:
        sizes = {"tick_size": 0.1, "lot_size": 0.001, "open_interest": "$1M"}
        return {
            "id": f"{venue}/{asset}-PERP",
            "asset": asset,
            "kind": "linear",
            "tiers": "BTCUSDT",
            **sizes,
            **given,
        }

    def spot(asset: str) -> dict[str, Any]:
        return {
            "id": f"spot/{asset}",
            "asset": asset,
            "kind": "spot",
            "tick_size": 0.1,
            "lot_size": 0.001,
        }

    rules = "binance-usdm@2025-10-10"
    return {
        "schema": 1,
        "name": "many",
        "run": {"duration": "10m", "replicates": 1},
        "asset": [{"id": "BTC", "start": "$100_000"}, {"id": "ETH", "start": "$4_000"}],
        "venue": [
            {"id": "a", "rulebook": rules},
            {"id": "b", "rulebook": rules},
            {"id": "spot", "rulebook": "spot@generic"},
        ],
        "instrument": [
            perp("a", "BTC", scale="$40M"),
            perp("a", "ETH", scale="$10M"),
            perp("b", "BTC", scale="$8M"),
            spot("BTC"),
            spot("ETH"),
        ],
        "agent": list(agents),
        **more,
    }


def blocks(loaded: Any) -> dict[str, Any]:
    return {block.id: block for block in loaded.spec.agent}


def test_one_block_per_book_with_its_names_its_share_and_its_case() -> None:
    made = blocks(load(scenario(CROWD)))
    assert list(made) == ["crowd-a-BTC-PERP", "crowd-a-ETH-PERP", "crowd-b-BTC-PERP"]
    assert made["crowd-b-BTC-PERP"].instruments == ("b/BTC-PERP",)
    assert [block.capital for block in made.values()] == [1_000_000, 250_000, 200_000]
    assert made["crowd-a-BTC-PERP"].leverage == 3.0
    assert made["crowd-a-ETH-PERP"].leverage.kind == "uniform"
    shares = [block.stop.share for block in made.values()]
    assert shares == [10**8, 10**8, 2 * 10**8]


def test_the_plan_is_that_of_blocks_written_out() -> None:
    out = [
        {
            **{key: value for key, value in CROWD.items() if key != "each"},
            "id": f"crowd-{venue}-{asset}-PERP",
            "instruments": f"{venue}/{asset}-PERP",
            "capital": capital,
            "leverage": 3.0 if asset == "BTC" else CROWD["leverage"]["other"],
            "stop": {"share": "20%" if venue == "b" else "10%"},
        }
        for venue, asset, capital in (
            ("a", "BTC", "$1M"),
            ("a", "ETH", "$250k"),
            ("b", "BTC", "$200k"),
        )
    ]
    assert load(scenario(CROWD)).plan().hash() == load(scenario(*out)).plan().hash()


def test_patterns_add_up_and_a_book_is_taken_once() -> None:
    made = blocks(load(scenario({**CROWD, "each": ["b/*", "*/BTC-PERP"]})))
    assert list(made) == ["crowd-b-BTC-PERP", "crowd-a-BTC-PERP"]


def test_one_block_per_asset() -> None:
    arb = {
        "id": "arb",
        "kind": "cross_venue",
        "each_asset": "BTC",
        "instruments": ["a/{asset}-PERP", "b/{asset}-PERP", "spot/{asset}"],
    }
    made = blocks(load(scenario(arb)))
    assert made["arb-BTC"].instruments == ("a/BTC-PERP", "b/BTC-PERP", "spot/BTC")


def test_set_reaches_all_that_were_made_or_one() -> None:
    plain = load(scenario(CROWD))
    every = blocks(plain.vary({"agent.crowd.count": 7}))
    assert [block.count for block in every.values()] == [7, 7, 7]
    one = blocks(plain.vary({"agent.crowd-a-ETH-PERP.count": 7}))
    assert [block.count for block in one.values()] == [3, 7, 3]
    assert [block.count for block in blocks(plain).values()] == [3, 3, 3]


def test_set_speaks_the_same_language() -> None:
    made = blocks(
        load(
            scenario(CROWD),
            overrides=["agent.crowd.capital=10% of scale", "instrument.b/BTC-PERP.scale=$1M"],
        )
    )
    assert [block.capital for block in made.values()] == [4_000_000, 1_000_000, 100_000]


def test_a_child_changes_the_block_as_written(tmp_path: Path) -> None:
    file = tmp_path / "base.toml"
    file.write_text(to_toml(scenario(CROWD)), "utf-8")
    child = {"schema": 1, "name": "child", "base": str(file)}
    every = load({**child, "agent": [{"id": "crowd", "count": 7}]})
    assert [block.count for block in blocks(every).values()] == [7, 7, 7]
    one = load({**child, "agent": [{"id": "crowd-b-BTC-PERP", "count": 9}]})
    assert [block.count for block in blocks(one).values()] == [3, 3, 9]


def test_what_is_kept_is_the_block_as_written_and_reads_back() -> None:
    first = load(scenario(CROWD)).vary({"agent.crowd-b-BTC-PERP.count": 9})
    assert "each" in first.to_toml()
    assert load(tomllib.loads(first.to_toml())).plan().hash() == first.plan().hash()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"each": "c/*"}, 'each "c/*" matches nothing'),
        ({"each": []}, "not a pattern or a list of patterns"),
        ({"each_asset": "BTC"}, "exclude each other"),
        ({"instruments": "{book}"}, "{book} stands for nothing here"),
        ({"leverage": {"by": "asset", "BTC": 3.0}}, "There is no case for asset ETH"),
        ({"leverage": {"by": "colour", "other": 3.0}}, "by is 'colour'"),
    ],
)
def test_refused_with_the_place_in_the_file(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = tmp_path / "many.toml"
    file.write_text(to_toml(scenario({**CROWD, **change})), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{file}:")


def test_a_share_of_a_scale_that_is_not_there() -> None:
    block = {
        "id": "dip",
        "kind": "dip_buyer",
        "each": "spot/*",
        "instrument": "{instrument}",
        "capital": "5% of scale",
    }
    with pytest.raises(ScenarioError, match="spot/BTC has none"):
        load(scenario(block))


def test_an_error_in_a_made_block_points_at_the_line_written(tmp_path: Path) -> None:
    file = tmp_path / "many.toml"
    text = to_toml(scenario({**CROWD, "holds": "500%"}))
    file.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "500%" in row)
    assert f"{file}:{line}" in str(caught.value)


def test_show_says_blocks_that_were_made_from_one_together() -> None:
    loaded = load(scenario(CROWD))
    lines = [line for line in loaded.show().splitlines() if "leveraged" in line]
    assert len(lines) == 1
    assert lines[0].split()[:4] == ["crowd", "9", "×", "leveraged,"]
    assert lines[0].endswith("in crowd-a-BTC-PERP, and 2 blocks like it")
    assert sum("× leveraged" in line for line in loaded.show(all=True).splitlines()) == 3


def test_set_takes_a_pattern_over_blocks_made_or_written() -> None:
    made = blocks(load(scenario(CROWD)).vary({"agent.*-BTC-PERP.count": 7}))
    assert [block.count for block in made.values()] == [7, 3, 7]
    venues = load(scenario(CROWD), overrides=["venue.?*.fund.start=$5M"]).spec.venue
    assert [venue.fund.start for venue in venues] == [5_000_000] * 3
    with pytest.raises(ScenarioError, match="nobody-"):
        load(scenario(CROWD), overrides=["agent.nobody-*.count=1"])
