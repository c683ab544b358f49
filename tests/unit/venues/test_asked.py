"""What is asked about a position counts or is refused: nothing typed is passed over."""

from typing import Any

import pytest

from unhedged.venues import rulebook
from unhedged.venues.position import position
from unhedged.vocab.errors import ScenarioError

BINANCE = "binance-usdm@2025-10-10"
LEG = "BTCUSDT long 2 @ 121_000"
ETH: dict[str, Any] = {"collateral": ["$40k", "5 ETH"], "haircuts": {"ETH": "5%"}}


@pytest.mark.parametrize(
    ("legs", "options", "words"),
    [
        ([f"{LEG} 10x"], {"collateral": "$40k", "mode": "isolated"}, "$40k secures nothing"),
        ([f"{LEG} with $9k"], {"collateral": "$1", "mode": "isolated"}, "$1 secures nothing"),
        ([f"{LEG} with $9k"], {"collateral": "$40k"}, "in cross margin one account"),
        ([f"{LEG} with $9k"], {"mode": "portfolio"}, "in portfolio margin one account"),
        ([LEG], {"collateral": "$40k", "haircuts": {"ETH": "5%"}}, "ETH is not posted"),
        ([LEG], {"collateral": "$40k", "prices": ["ETH.index=4_000"]}, "ETH is not posted"),
        ([LEG], {**ETH, "prices": {"ETH": 4_000, "BTC": 1}}, "Posted at a price: ETH"),
        ([LEG], {**ETH, "prices": {"ETH": 4_000, "eth": 1}}, "eth is not posted"),
        ([LEG], {**ETH, "prices": {"ETH.index": 1, "ETH.local_book": 1, "ETH.spot": 1}}, "spot"),
        ([LEG], {**ETH, "prices": {"ETH": 1, "ETH.local_book": 1}}, "one of them would not count"),
        ([LEG], {"collateral": "$40k", "valued_at": "index"}, "Nothing is posted at a price"),
        (["BTCUSDT long 1 @ 1 with 5 ETH"], {"mode": "isolated", "prices": {"ETH": 1, "BNB": 1}, "haircuts": {"ETH": "0%"}}, "BNB is not posted"),
    ],
)  # fmt: skip
def test_what_would_change_nothing_is_refused(legs, options, words) -> None:
    with pytest.raises(ScenarioError) as caught:
        position(BINANCE, legs, **options)
    assert words in str(caught.value)


def test_what_counts_is_taken() -> None:
    assert position(BINANCE, [LEG], collateral="$40k", mode="isolated").equity == 40_000 * 10**6
    posted = position(BINANCE, [LEG], **ETH, prices={"ETH.index": 4_000}, valued_at="index")
    assert posted.equity == 59_000 * 10**6
    pocket = position(
        BINANCE,
        ["BTCUSDT long 1 @ 100_000 with 5 ETH"],
        mode="isolated",
        prices={"ETH": 4_000},
        haircuts={"ETH": "0%"},
    )
    assert pocket.equity == 20_000 * 10**6


def test_a_leg_beyond_the_last_tier_is_said_to_be_so_and_one_at_its_end_is_not() -> None:
    most = rulebook.load(BINANCE).tiers["BTCUSDT"].largest
    assert most == 1_800_000_000
    options: dict[str, Any] = {"collateral": "$900M", "lots": {"BTCUSDT": "0.001"}}
    at = position(BINANCE, ["BTCUSDT long 18_000 @ 100_000"], **options)
    above = position(BINANCE, ["BTCUSDT long 18_000.001 @ 100_000"], **options)
    words = "BTCUSDT is beyond the $1,800,000,000 the venue allows"
    assert not [line for line in at.assumed if words in line]
    assert [line for line in above.assumed if words in line]


@pytest.mark.parametrize(
    ("name", "legs", "options"),
    [
        (5, [LEG], {}),
        (None, [LEG], {}),
        (BINANCE, 5, {}),
        (BINANCE, None, {}),
        (BINANCE, [5], {}),
        (BINANCE, {LEG: 1}, {}),
        (BINANCE, LEG.encode(), {}),
        *(
            (BINANCE, [LEG], {option: value})
            for option, value in [
                ("collateral", 40_000),
                ("collateral", None),
                ("collateral", {"$": 40_000}),
                ("collateral", [40_000]),
                ("mode", None),
                ("mode", ["cross"]),
                ("marks", 118_000),
                ("marks", None),
                ("marks", {1: 118_000}),
                ("marks", {"BTCUSDT": None}),
                ("marks", {"BTCUSDT": [118_000]}),
                ("marks", {"BTCUSDT": True}),
                ("marks", {"BTCUSDT": float("nan")}),
                ("marks", [("BTCUSDT", 118_000)]),
                ("tiers", {"BTCUSDT": 3}),
                ("ticks", {"BTCUSDT": object()}),
                ("valued_at", 3),
            ]
        ),
    ],
)
def test_odd_types_are_refused_by_name(name, legs, options) -> None:
    with pytest.raises(ScenarioError) as caught:
        position(name, legs, **options)
    assert len(str(caught.value).splitlines()) <= 4


def test_one_text_stands_for_a_list_of_one() -> None:
    one = position(BINANCE, LEG, collateral="$40k", marks="BTCUSDT=118_000")
    assert one.equity == position(BINANCE, [LEG], collateral=["$40k"], marks={"BTCUSDT": 118_000}).equity  # fmt: skip
