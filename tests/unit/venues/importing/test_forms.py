"""Each venue's answer becomes the tiers it states, exactly."""

import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support import answers

from unhedged.venues.importing import reading
from unhedged.venues.importing.importer import Imported, import_rules
from unhedged.venues.importing.schedule import Schedule
from unhedged.vocab.errors import InconsistentRules, ScenarioError, UnknownKind


def take(folder: Path, venue: str, data: Any, also: Any = None, **options: Any) -> Imported:
    instruments = answers.save(folder, also, "instruments.json") if also is not None else None
    file = answers.save(folder, data)
    return import_rules(venue, file, out=folder / "out.toml", instruments=instruments, **options)


def tables(done: Imported) -> dict[str, Schedule]:
    data = reading.load(done.path)
    return {name: reading.table(data, name, done.path).schedule for name in done.tables}


def rows(schedule: Schedule) -> list[tuple[float, int, float, float]]:
    return [(float(t.floor), t.mm_ppb, float(t.leverage), float(t.deduct)) for t in schedule.tiers]


BINANCE = [(0, 10_000_000, 75, 0), (20_000, 15_000_000, 50, 100), (200_000, 20_000_000, 25, 1_100)]


@pytest.mark.parametrize(
    "data",
    [
        answers.binance_raw("AAAUSDT"),
        answers.binance_raw("AAAUSDT")[0],
        answers.binance_ccxt("AAA/USDT:USDT"),
    ],
    ids=["all symbols", "one symbol", "ccxt"],
)
def test_binance_brackets_are_taken_as_printed(tmp_path: Path, data: Any) -> None:
    found = tables(take(tmp_path, "binance", data))
    assert list(found) == ["AAAUSDT"]
    assert rows(found["AAAUSDT"]) == BINANCE
    assert found["AAAUSDT"].largest == 500_000
    assert found["AAAUSDT"].tick_size is None


def test_binance_exchange_info_adds_tick_and_lot(tmp_path: Path) -> None:
    found = tables(take(tmp_path, "binance", answers.binance_raw(), answers.exchange_info()))
    assert found["AAAUSDT"].tick_size == Decimal("0.1")
    assert found["AAAUSDT"].lot_size == Decimal("0.001")
    assert found["BBBUSDC"].tick_size is None


def test_ccxt_symbol_is_called_as_the_venue_calls_it(tmp_path: Path) -> None:
    data = answers.binance_ccxt("BTC/USDT:USDT", "BTC/USDT:USDT-260925", "ETH/BTC:BTC")
    done = take(tmp_path, "binance", data)
    assert list(done.tables) == ["BTCUSDT", "BTCUSDT_260925"]
    assert done.left_out == {"ETHBTC": "its notional is in BTC, not in dollars"}


def test_last_bracket_without_an_end_has_no_largest(tmp_path: Path) -> None:
    data = answers.binance_ccxt("AAA/USDT:USDT")
    last = data["AAA/USDT:USDT"][-1]
    last["maxNotional"], last["info"]["notionalCap"] = 9223372036854775807.0, "9223372036854775807"
    assert tables(take(tmp_path, "binance", data))["AAAUSDT"].largest is None


def test_brackets_of_one_account_say_so_in_their_source(tmp_path: Path) -> None:
    data = answers.binance_raw("AAAUSDT")
    data[0]["notionalCoef"] = 1.5
    done = take(tmp_path, "binance", data)
    table = reading.table(reading.load(done.path), "AAAUSDT", done.path)
    assert table.origin.source.endswith("of an account with notionalCoef 1.5")


@pytest.mark.parametrize("data", [answers.hyperliquid_meta(), [answers.hyperliquid_meta(), []]])
def test_hyperliquid_maintenance_is_half_of_initial_and_continuous(
    tmp_path: Path, data: Any
) -> None:
    found = tables(take(tmp_path, "hyperliquid", data))
    assert rows(found["AAA"]) == [(0, 20_000_000, 25, 0), (1e8, 33_333_333, 15, 1_333_333.3)]
    assert rows(found["kBBB"]) == [(0, 166_666_666, 3, 0)]
    assert (found["AAA"].tick_size, found["AAA"].lot_size) == (Decimal("0.1"), Decimal("0.00001"))
    assert (found["kBBB"].tick_size, found["kBBB"].lot_size) == (Decimal("0.000001"), 1)


def test_hyperliquid_market_in_another_token_is_left_out(tmp_path: Path) -> None:
    data = answers.hyperliquid_meta() | {"collateralToken": 235}
    with pytest.raises(ScenarioError, match="its margin is in token 235, not in USDC"):
        take(tmp_path, "hyperliquid", data)


def test_okx_contracts_become_coins_and_nothing_is_deducted(tmp_path: Path) -> None:
    done = take(tmp_path, "okx", answers.okx_tiers(), answers.okx_instruments())
    found = tables(done)["AAA-USDT-SWAP"]
    assert rows(found) == [
        (0, 4_000_000, 125, 0),
        (300, 5_000_000, 100, 0),
        (600, 10_000_000, 66.66, 0),
    ]
    assert [t.im_ppb for t in found.tiers] == [8_000_000, 10_000_000, 15_000_000]
    assert found.in_coins
    assert found.whole
    assert found.lot_size == Decimal("0.01")


def test_okx_without_instruments_says_which_answer_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        take(tmp_path, "okx", answers.okx_tiers())
    assert "--instruments FILE" in caught.value.hint


def test_okx_inverse_swap_is_left_out(tmp_path: Path) -> None:
    data = answers.okx_tiers()
    data["data"] += [row | {"instFamily": "AAA-USD"} for row in data["data"]]
    done = take(tmp_path, "okx", data, answers.okx_instruments())
    assert list(done.tables) == ["AAA-USDT-SWAP"]
    assert done.left_out == {"AAA-USD-SWAP": "it is no linear contract"}


def test_okx_older_answer_names_the_family_in_uly_and_spot_margin_has_none(tmp_path: Path) -> None:
    data = answers.okx_tiers()
    for row in data["data"]:
        del row["instFamily"]
    done = take(tmp_path, "okx", data, answers.okx_instruments())
    assert list(done.tables) == ["AAA-USDT-SWAP"]
    data["data"] = [
        row | {"uly": "", "instId": "AAA-USDT", "instFamily": ""} for row in data["data"]
    ]
    with pytest.raises(ScenarioError, match="it is no tier of a swap"):
        take(tmp_path, "okx", data, answers.okx_instruments(), force=True)


def test_hyperliquid_list_of_several_markets_is_not_taken_for_the_first(tmp_path: Path) -> None:
    for several in ([answers.hyperliquid_meta()] * 2, [answers.hyperliquid_meta()] * 3):
        with pytest.raises(ScenarioError, match="a list of several answers"):
            take(tmp_path, "hyperliquid", several)


def test_bybit_tier_begins_where_the_one_before_ends(tmp_path: Path) -> None:
    found = tables(take(tmp_path, "bybit", answers.bybit_limits(), answers.bybit_instruments()))
    assert rows(found["AAAUSDT"]) == [
        (0, 5_000_000, 100, 0),
        (2e6, 5_600_000, 90, 1_200),
        (2.6e6, 6_300_000, 80, 3_020),
    ]
    assert found["AAAUSDT"].largest == 3_200_000
    assert found["AAAUSDT"].tick_size == Decimal("0.5")
    assert found["BBBPERP"].tick_size is None


PUBLISHED = """
2.0 100 0.50 0 | 2.6 90 0.56 1200 | 3.2 80 0.63 3020 | 3.8 75 0.67 4300 | 4.4 70 0.71 5820 | 5.0 65 0.77 8460
5.6 55 0.91 15460 | 8.5 50 1.00 20500 | 10 45 1.30 46000 | 14 40 1.50 66000 | 20 35 1.60 80000 | 28 30 2.00 160000
38 25 2.50 300000 | 50 20 2.90 452000 | 55 19 3.00 502000 | 60 18 3.50 777000 | 65 17 3.60 837000 | 70 16 3.80 967000
75 15 4.00 1107000 | 80 14 4.50 1482000
"""
"""Bybit's BTCUSDT risk table (margin parameters, copy of about 2024-25): limit in millions, leverage, rate in %, deduction."""


@pytest.mark.parametrize("given", [True, False])
def test_bybit_published_table_has_the_deductions_that_follow_from_its_rates(
    tmp_path: Path, given: bool
) -> None:
    table = [row.split() for row in PUBLISHED.replace("\n", " | ").strip(" |").split(" | ")]
    template = answers.bybit_limits("AAAUSDT")
    template["result"]["list"] = [
        {
            "symbol": "BTCUSDT",
            "riskLimitValue": str(Decimal(limit) * 10**6),
            "maintenanceMargin": str(Decimal(rate) / 100),
            "initialMargin": str(round(1 / Decimal(leverage), 4)),
            "maxLeverage": leverage,
            "mmDeduction": deduct if given else "",
        }
        for limit, leverage, rate, deduct in table
    ]
    found = tables(take(tmp_path, "bybit", template))["BTCUSDT"]
    assert [t.deduct for t in found.tiers] == [Decimal(row[3]) for row in table]
    assert len(found.tiers) == 20


def test_bybit_deductions_left_out_are_the_continuous_ones(tmp_path: Path) -> None:
    done = take(tmp_path, "bybit", answers.bybit_limits("AAAUSDT", deductions=False))
    assert [t.deduct for t in tables(done)["AAAUSDT"].tiers] == [0, 1_200, 3_020]
    table = reading.table(reading.load(done.path), "AAAUSDT", done.path)
    assert table.origin.source.endswith("deductions derived")


def test_bybit_rates_in_per_cent_are_told_by_leverage(tmp_path: Path) -> None:
    data = answers.bybit_limits("AAAUSDT")
    for row in data["result"]["list"]:
        for key in ("maintenanceMargin", "initialMargin"):
            row[key] = str(Decimal(row[key]) * 100)
    assert tables(take(tmp_path, "bybit", data))["AAAUSDT"].tiers[1].mm_ppb == 5_600_000


def test_bybit_page_of_several_is_refused(tmp_path: Path) -> None:
    data = answers.bybit_limits()
    data["result"]["nextPageCursor"] = "first%3D2"
    with pytest.raises(ScenarioError, match="one page of several"):
        take(tmp_path, "bybit", data)


def test_patterns_select_and_an_unknown_one_is_answered_with_the_nearest(tmp_path: Path) -> None:
    data = answers.binance_raw("AAAUSDT", "AABUSDT", "BBBUSDT", "ETHBTC")
    assert list(take(tmp_path, "binance", data, symbols=["AA*"]).tables) == ["AAAUSDT", "AABUSDT"]
    with pytest.raises(UnknownKind) as caught:
        take(tmp_path, "binance", data, symbols=["BBBUSD"], force=True)
    assert caught.value.suggestions[0] == "BBBUSDT"
    with pytest.raises(
        ScenarioError, match="ETHBTC cannot be imported: its notional is not in dollars"
    ):
        take(tmp_path, "binance", data, symbols=["ETHBTC"], force=True)


def test_damage_outside_the_selection_still_refuses_the_answer(tmp_path: Path) -> None:
    data = answers.binance_raw("AAAUSDT", "BBBUSDT")
    data[1]["brackets"][1]["cum"] = 90
    with pytest.raises(InconsistentRules) as caught:
        take(tmp_path, "binance", data, symbols=["AAAUSDT"])
    assert caught.value.where == "BBBUSDT › brackets[1] › cum"


def test_source_names_file_hash_and_day(tmp_path: Path) -> None:
    done = take(tmp_path, "binance", answers.binance_raw(), read="2025-10-07")
    origin = reading.table(reading.load(done.path), "AAAUSDT", done.path).origin
    assert origin.source == f"Binance USD-M leverageBracket: answer.json, sha256 {done.sha256}"
    assert origin.read == "2025-10-07"
    with pytest.raises(ScenarioError, match="is not a date"):
        take(tmp_path, "binance", answers.binance_raw(), read="7 October", force=True)


def test_gzip_is_read_like_plain_text(tmp_path: Path) -> None:
    import gzip

    plain = answers.save(tmp_path, answers.binance_raw())
    packed = tmp_path / "answer.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first = import_rules("binance", plain, out=tmp_path / "a.toml")
    second = import_rules("binance", packed, out=tmp_path / "b.toml")
    for name, other in itertools.product(first.tables, [tables(second)]):
        assert tables(first)[name] == other[name]


def test_what_an_answer_about_instruments_says_is_not_traded_is_named(tmp_path: Path) -> None:
    info = answers.exchange_info("AAAUSDT", "BBBUSDT")
    info["symbols"][0]["status"] = "TRADING"
    info["symbols"][1]["status"] = "SETTLING"
    raw = answers.binance_raw("AAAUSDT", "BBBUSDT", "CCCUSDT")
    assert take(tmp_path, "binance", raw, info).untraded == {
        "BBBUSDT": "status 'SETTLING'",
        "CCCUSDT": "not among the instruments",
    }
    instruments = answers.bybit_instruments("AAAUSDT")
    instruments["result"]["list"][0]["status"] = "Closed"
    limits = answers.bybit_limits("AAAUSDT")
    done = take(tmp_path, "bybit", limits, instruments, force=True)
    assert done.untraded == {"AAAUSDT": "status 'Closed'"}
    swaps = answers.okx_instruments()
    swaps["data"][0]["state"] = "suspend"
    done = take(tmp_path, "okx", answers.okx_tiers(), swaps, force=True)
    assert done.untraded == {"AAA-USDT-SWAP": "state 'suspend'"}


def test_without_an_answer_about_instruments_nothing_is_said_of_trading(tmp_path: Path) -> None:
    assert not take(tmp_path, "binance", answers.binance_raw("AAAUSDT")).untraded
