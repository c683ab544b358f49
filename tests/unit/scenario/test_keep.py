"""A market cut down to some of its books: what stays, what goes, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from unhedged.scenario.keep import cut_agents, cut_books
from unhedged.scenario.layers import spread, stack
from unhedged.scenario.load import load
from unhedged.scenario.toml import to_toml
from unhedged.vocab.errors import ScenarioError


def perp(venue: str, asset: str, **given: Any) -> dict[str, Any]:
    sizes = {"tick_size": 0.1, "lot_size": 0.001, "open_interest": "$1M", "scale": "$1M"}
    return {
        "id": f"{venue}/{asset}-PERP",
        "asset": asset,
        "kind": "linear",
        "tiers": "BTCUSDT",
        **sizes,
        **given,
    }


def spot(venue: str, asset: str) -> dict[str, Any]:
    sizes = {"tick_size": 0.1, "lot_size": 0.001}
    return {"id": f"{venue}/{asset}", "asset": asset, "kind": "spot", **sizes}


def whole(*agents: dict[str, Any], **more: Any) -> dict[str, Any]:
    rules = "binance-usdm@2025-10-10"
    return {
        "schema": 1,
        "name": "whole",
        "run": {"duration": "10m", "replicates": 1},
        "asset": [
            {"id": "BTC", "start": "$100_000"},
            {"id": "ETH", "start": "$4_000"},
            {"id": "USDE", "start": "$1", "beta": 0},
        ],
        "venue": [
            {"id": "a", "rulebook": rules},
            {"id": "b", "rulebook": rules},
            {"id": "spot", "rulebook": "spot@generic"},
            {"id": "elsewhere", "rulebook": "spot@generic"},
        ],
        "instrument": [
            perp("a", "BTC"),
            perp("a", "ETH"),
            perp("b", "BTC"),
            perp("b", "ETH"),
            spot("spot", "BTC"),
            spot("spot", "ETH"),
            spot("elsewhere", "USDE"),
        ],
        "agent": list(agents),
        **more,
    }


def kept(*patterns: str) -> dict[str, Any]:
    return {"keep": {"instrument": list(patterns)}}


def holders(name: str, instruments: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "leveraged",
        "count": 3,
        "instruments": instruments,
        "capital": "$10k",
        "leverage": 2.0,
        **more,
    }


def ids(blocks: Any) -> list[str]:
    return [block["id"] if isinstance(block, dict) else block.id for block in blocks]


def cut(data: dict[str, Any]) -> dict[str, Any]:
    cut_agents(data, cut_books(data))
    return data


def test_books_that_match_stay_in_their_order_with_their_assets_and_venues() -> None:
    spec = load(whole(**kept("spot/BTC", "a/BTC-*"))).spec
    assert ids(spec.instrument) == ["a/BTC-PERP", "spot/BTC"]
    assert ids(spec.asset) == ["BTC"]
    assert ids(spec.venue) == ["a", "spot"]


def test_without_the_key_nothing_goes() -> None:
    data = whole(holders("one", "a/BTC-PERP"))
    before = whole(holders("one", "a/BTC-PERP"))
    assert cut_books(data) == set()
    assert cut(data) == before


def test_a_pattern_for_every_book_takes_nothing() -> None:
    data = whole(holders("one", "a/BTC-PERP"))
    assert cut({**whole(holders("one", "a/BTC-PERP")), **kept("*")}) == data


def test_what_is_gone_is_said_by_the_ids_of_books_and_of_assets_without_one() -> None:
    gone = cut_books(whole(**kept("*/BTC*")))
    assert gone == {"a/ETH-PERP", "b/ETH-PERP", "spot/ETH", "elsewhere/USDE", "ETH", "USDE"}


@pytest.mark.parametrize(
    "block",
    [
        {"kind": "market_maker", "quotes": "a/BTC-PERP", "hedge": "spot/ETH"},
        {"kind": "basis_desk", "spot": "spot/BTC", "short": "b/BTC-PERP"},
        {"kind": "dip_buyer", "instrument": "b/BTC-PERP"},
        {"kind": "leveraged", "instruments": ["b/BTC-PERP"]},
    ],
)
def test_an_agent_that_needs_a_book_that_is_gone_goes(block: dict[str, Any]) -> None:
    stays = {"id": "stays", "kind": "dip_buyer", "instrument": "a/BTC-PERP"}
    data = cut(whole(stays, {"id": "goes", **block}, **kept("a/BTC-PERP", "spot/BTC")))
    assert data["agent"] == [stays]


def test_a_list_keeps_the_books_that_are_left_with_their_weights() -> None:
    one = holders(
        "one", ["a/BTC-PERP", "b/BTC-PERP", "a/ETH-PERP", "b/ETH-PERP"], weights=[4, 3, 2, 1]
    )
    (left,) = cut(whole(one, **kept("b/*")))["agent"]
    assert left["instruments"] == ["b/BTC-PERP", "b/ETH-PERP"]
    assert left["weights"] == [3, 1]
    assert (left["capital"], left["count"]) == ("$10k", 3)


def test_weights_of_another_length_are_left_to_be_refused() -> None:
    one = holders("one", ["a/BTC-PERP", "a/ETH-PERP", "b/BTC-PERP"], weights=[1, 1])
    (left,) = cut(whole(one, **kept("a/*")))["agent"]
    assert left["weights"] == [1, 1]


def test_a_list_that_is_left_with_fewer_than_two_goes() -> None:
    pair = {"id": "arb", "kind": "cross_venue", "instruments": ["a/BTC-PERP", "b/BTC-PERP"]}
    assert cut(whole(pair, **kept("a/*")))["agent"] == []


def test_a_list_of_one_that_is_there_stays() -> None:
    alone = holders("one", ["a/BTC-PERP"])
    assert cut(whole(alone, **kept("a/*")))["agent"] == [alone]


def test_a_shortened_list_is_the_scenario_with_it_written_out() -> None:
    agents = [
        {"id": "arb", "kind": "cross_venue", "instruments": ["a/{}-PERP", "spot/{}", "b/{}-PERP"]}
    ]
    long = [{**a, "instruments": [one.format("BTC") for one in a["instruments"]]} for a in agents]
    short = [{**a, "instruments": a["instruments"][:2]} for a in long]
    books = kept("a/BTC-PERP", "spot/BTC")
    assert load(whole(*long, **books)).plan().hash() == load(whole(*short, **books)).plan().hash()


def test_collateral_of_an_asset_that_is_gone_is_neither_taken_nor_posted() -> None:
    data = whole(holders("one", "a/BTC-PERP", collateral={"USDE": {"part": "20%"}}))
    data["venue"][0]["collateral"] = {
        "assets": {"USDE": {"book": "elsewhere/USDE", "haircut": "5%"}}
    }
    assert load(data).spec.venue[0].collateral is not None
    spec = load({**data, **kept("a/BTC-PERP", "spot/BTC")}).spec
    assert spec.venue[0].collateral is None
    assert spec.agent[0].collateral is None


def test_collateral_of_an_asset_that_stays_is_taken_and_posted() -> None:
    posted = {"USDE": {"part": "20%"}, "BTC": {"part": "10%"}}
    data = whole(holders("one", "a/BTC-PERP", collateral=posted))
    taken = {
        "USDE": {"book": "elsewhere/USDE", "haircut": "5%"},
        "BTC": {"book": "spot/BTC", "haircut": "5%"},
    }
    data["venue"][0]["collateral"] = {"slippage": "20%", "assets": taken}
    spec = load({**data, **kept("a/BTC-PERP", "spot/BTC")}).spec
    assert list(spec.venue[0].collateral.assets) == ["BTC"]
    assert spec.venue[0].collateral.slippage == 2 * 10**8
    assert list(spec.agent[0].collateral) == ["BTC"]


def test_an_outage_goes_with_the_last_book_of_its_venue() -> None:
    both = [{"at": "1m", "venue": v, "what": "gateway", "over": "1m"} for v in ("a", "b")]
    assert cut(whole(outage=both, **kept("a/*")))["outage"] == both[:1]


def test_news_about_what_is_gone_go_and_news_about_all_stay() -> None:
    about = ["ETH", ["ETH", "BTC"], ["ETH", "USDE"], "*", "BTC"]
    news = [{"at": "1m", "fundamental": "-1%", "asset": asset} for asset in about]
    news.append({"at": "1m", "fundamental": "-1%"})
    left = cut(whole(news=news, **kept("*/BTC*")))["news"]
    assert [one.get("asset") for one in left] == [["BTC"], "*", "BTC", None]


def test_sources_of_an_index_or_a_mark_are_those_that_are_left() -> None:
    data = whole(**kept("a/BTC-PERP", "spot/BTC"))
    data["instrument"].append(spot("elsewhere", "BTC"))
    data["instrument"][0] = perp(
        "a",
        "BTC",
        index=["elsewhere/BTC", {"id": "spot/BTC", "weight": 2}],
        mark_sources=["b/BTC-PERP"],
    )
    first = cut(data)["instrument"][0]
    assert first["index"] == [{"id": "spot/BTC", "weight": 2}]
    assert "mark_sources" not in first


def test_a_block_for_many_books_makes_those_that_are_left_or_none() -> None:
    crowd = {**holders("crowd", "{instrument}"), "each": ["a/*-PERP", "b/*-PERP"]}
    gone = {**holders("gone", "{instrument}"), "each": "b/*-PERP"}
    coins = {
        "id": "arb",
        "kind": "cross_venue",
        "each_asset": ["BTC", "ETH"],
        "instruments": ["a/{asset}-PERP", "spot/{asset}"],
    }
    spec = load(whole(crowd, gone, coins, **kept("a/*", "spot/*"))).spec
    assert ids(spec.agent) == ["crowd-a-BTC-PERP", "crowd-a-ETH-PERP", "arb-BTC", "arb-ETH"]
    spec = load(whole(crowd, gone, coins, **kept("*/BTC*"))).spec
    assert ids(spec.agent) == ["crowd-a-BTC-PERP", "crowd-b-BTC-PERP", "gone-b-BTC-PERP", "arb-BTC"]


def test_a_child_keeps_and_changes_and_an_override_reaches_what_is_left(tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text(to_toml(whole(holders("one", "b/BTC-PERP"), holders("two", "a/BTC-PERP"))))
    child = {"schema": 1, "name": "child", "base": str(base), **kept("a/*", "spot/*")}
    child["agent"] = [{"id": "two", "count": 7}]
    loaded = load(child, overrides={"agent.two.leverage": 3.0})
    (left,) = loaded.spec.agent
    assert (left.id, left.count, left.leverage) == ("two", 7, 3.0)
    assert load(child, overrides={"agent.one.count": 9}).plan().hash() == load(child).plan().hash()


def test_what_is_written_back_keeps_the_same() -> None:
    import tomllib

    loaded = load(whole(holders("one", "a/BTC-PERP"), **kept("a/*", "spot/*")))
    again = load(tomllib.loads(loaded.to_toml()))
    assert again.plan().hash() == loaded.plan().hash()


def test_the_stack_stays_as_it_is() -> None:
    stacked = stack(whole(holders("one", "b/BTC-PERP"), **kept("a/*")))
    spread(stacked)
    assert ids(stacked.data["instrument"]) == ids(whole()["instrument"])
    assert ids(stacked.data["agent"]) == ["one"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"instrument": ["a/*", "c/*"]}, 'keep "c/*" matches nothing'),
        ({"instrument": "a/*"}, "keep is not a table with a list of patterns"),
        ({"instrument": []}, "keep is not a table with a list of patterns"),
        ({"instrument": [1]}, "keep is not a table with a list of patterns"),
        ({}, "keep is not a table with a list of patterns"),
        ({"instrument": ["a/*"], "venue": ["a"]}, "keep is not a table with a list of patterns"),
        ("a/*", "keep is not a table with a list of patterns"),
    ],
)
def test_refused_with_the_place_in_the_file(tmp_path: Path, table: Any, said: str) -> None:
    file = tmp_path / "cut.toml"
    file.write_text(to_toml({"keep": table, **whole(holders("one", "a/BTC-PERP"))}), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{file}:")


def test_a_pattern_that_matches_nothing_is_told_what_there_is() -> None:
    with pytest.raises(ScenarioError) as caught:
        load(whole(**kept("a/SOL-*")))
    assert "a/BTC-PERP" in str(caught.value)
    assert caught.value.path == ("keep", "instrument")


def test_a_pattern_of_overrides_matches_what_is_left_alone() -> None:
    data = whole(
        holders("one", "b/BTC-PERP"), holders("two", "a/BTC-PERP"), **kept("a/*", "spot/*")
    )
    assert load(data, overrides={"agent.t*.count": 1}).spec.agent[0].count == 1
    with pytest.raises(ScenarioError, match="o\\*") as caught:
        load(data, overrides={"agent.o*.count": 1})
    assert "two" in str(caught.value)


def test_the_reduced_day_is_the_whole_one_with_fewer_books() -> None:
    whole_day, reduced = load("october-2025").plan(), load("october-2025-small").plan()
    all_books = {one.id: one for one in whole_day.instruments}
    books = {one.id for one in reduced.instruments}
    assert books < set(all_books)
    for one in reduced.instruments:
        assert one.tick_size == all_books[one.id].tick_size
    assets = {one.asset for one in reduced.instruments}
    assert reduced.news == tuple(n for n in whole_day.news if n.asset in assets)
    assert reduced.outages == whole_day.outages
