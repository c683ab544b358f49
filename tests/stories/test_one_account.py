"""A real account whose opening wallet is unknown: the page about it says what the rules and the data say."""

import csv
import gzip
import itertools
import re
import time
from pathlib import Path

import pytest
from tests.support import one_account, one_account_tables

from unhedged.replay.account import ORDERS, account_at

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "one-account.md"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not one_account.present(), reason="the collected data are absent"),
]


@pytest.fixture(scope="module")
def found():
    return one_account.replays()


@pytest.mark.parametrize("name", list(one_account_tables.TABLES))
def test_page_shows_the_path_and_the_intervals(found, name):
    block = re.search(rf"<!-- data: {name} -->\n(.*?)<!-- end -->", PAGE.read_text(), re.DOTALL)
    computed = one_account_tables.TABLES[name](found)
    print(f"\n{computed}")
    assert block is not None
    assert block[1].strip() == computed


def test_facts_in_words_are_those_of_the_data():
    legs, moved = one_account.legs(), one_account.movements()
    assert len(legs) == 13
    assert sum(leg.cost for leg in legs if leg.pos > 0) // 10**6 == 68_780
    assert [leg.contract.id for leg in legs if leg.pos < 0] == ["BTCUSDT"]
    assert moved(one_account.utc("21:16:59")) == 22_905_952_030
    for clock, dollars in (("21:05:01", -2_000), ("21:15:15", 2_000), ("21:16:31", 6_856.818967)):
        t = one_account.utc(clock)
        assert abs(moved(t) - moved(t - 1) - dollars * 10**6) <= 1


def test_prices_of_contracts_without_a_path_are_in_the_data():
    with gzip.open(one_account.CASE / "trades.csv.gz", "rt") as file:
        fills = {
            (row["Time(UTC)"], row["Symbol"], float(row["Price"])) for row in csv.DictReader(file)
        }
    with one_account.WAVES.open(newline="") as file:
        waves = {
            (row["coin"], round(float(row["exec_vwap_usd"]), 5))
            for row in csv.DictReader(file)
            if row["wave"] == "1"
        }
    for name, (t, price) in one_account.ANCHORS.items():
        if t == one_account.FIRST_WAVE:
            assert (one_account.HYPERLIQUID[name], price) in waves
        else:
            clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(t))
            symbol = "WIFUSDT" if name == "WIFUSDC" else name
            assert (clock, symbol, price) in fills


def test_wallet_at_an_end_is_safe_and_one_atom_less_is_touched(found):
    for replay in found.values():
        low, high = replay.first_touched(*one_account_tables.minute("21:18"))
        worst = max(zip(replay.needs, replay.path, strict=True), key=lambda at: at[0])[1]
        before = [m for m in replay.path if m.t < one_account.utc("21:18:00")]
        assert all(low + account_at(replay.legs, m).surplus() >= 0 for m in before)
        assert any(low - 1 + account_at(replay.legs, m).surplus() < 0 for m in before)
        assert high <= -account_at(replay.legs, worst).surplus()


def test_intervals_of_minutes_follow_each_other_without_gap(found):
    for replay in found.values():
        spans = [
            replay.first_touched(*one_account_tables.minute(c)) for c in one_account_tables.MINUTES
        ]
        spans = [one for one in spans if one is not None]
        assert all(one[1] == other[0] for one, other in itertools.pairwise(spans))


def test_in_the_spot_reading_no_opening_wallet_meets_the_second_round_short(found):
    replay = found["spot elsewhere"]
    for clock in one_account_tables.MINUTES:
        for choice in ORDERS.values():
            result = replay.outcomes(
                *one_account_tables.minute(clock),
                choice,
                fee_ppb=one_account_tables.clearance_fee(),
                pause=one_account_tables.PAUSE,
            )
            assert result.taken_over == ()


def test_in_the_readings_of_perpetuals_whoever_is_taken_over_is_bankrupt(found):
    for name in ("perpetuals elsewhere", "perpetuals of the venue"):
        for clock in one_account_tables.MINUTES[1:]:
            for choice in ORDERS.values():
                result = found[name].outcomes(
                    *one_account_tables.minute(clock),
                    choice,
                    fee_ppb=one_account_tables.clearance_fee(),
                    pause=one_account_tables.PAUSE,
                )
                assert result.taken_over
                assert result.bankrupt == result.taken_over
