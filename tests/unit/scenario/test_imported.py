"""A scenario names tiers in a file; the plan and what is kept with the results hold the values."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support import answers

from unhedged.scenario.load import load
from unhedged.venues.importing.importer import import_rules
from unhedged.vocab.errors import InconsistentRules, ScenarioError, ScenarioErrors, UnknownKind


@pytest.fixture
def tiers(tmp_path: Path) -> Path:
    file = answers.save(tmp_path, answers.binance_raw())
    also = answers.save(tmp_path, answers.exchange_info(), "also.json")
    return import_rules(
        "binance", file, out=tmp_path / "my.toml", instruments=also, read="2025-10-07"
    ).path


def named(market: str, folder: Path, reference: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(market.replace('tiers = "BTCUSDT"', f'tiers = "{reference}"'), "utf-8")
    return path


def refused(source: Any, **options: Any) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load(source, **options)
    return caught.value


def test_plan_holds_the_values_of_the_file(market: str, tmp_path: Path, tiers: Path) -> None:
    perp = load(named(market, tmp_path, "my.toml#AAAUSDT")).plan().instruments[0]
    assert [(t.floor_usd, t.mm_ppb, t.im_ppb, t.deduct_usd) for t in perp.tiers] == [
        (0.0, 10_000_000, 13_333_334, 0.0),
        (20_000.0, 15_000_000, 20_000_000, 100.0),
        (200_000.0, 20_000_000, 40_000_000, 1_100.0),
    ]


def test_file_lies_beside_the_scenario_or_where_the_command_is_given(
    market: str, tmp_path: Path, tiers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = named(market, tmp_path, "my.toml#AAAUSDT")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    beside = load(scenario).plan()
    monkeypatch.chdir(tmp_path)
    data = tomllib.loads(scenario.read_text("utf-8"))
    assert load(data).plan().hash() == beside.hash()
    base = tomllib.loads(market)
    over = {"instrument.hub/BTC-PERP.tiers": "my.toml#AAAUSDT"}
    assert load(base, overrides=over).plan().hash() == beside.hash()


def test_child_finds_the_file_beside_the_base_that_names_it(
    market: str, tmp_path: Path, tiers: Path
) -> None:
    named(market, tmp_path, "my.toml#AAAUSDT")
    folder = tmp_path / "children"
    folder.mkdir()
    child = folder / "child.toml"
    child.write_text('schema = 1\nname = "child"\nbase = "../scenario.toml"\n', "utf-8")
    assert len(load(child).plan().instruments[0].tiers) == 3


def test_hash_follows_values_and_not_the_name_of_the_file(
    market: str, tmp_path: Path, tiers: Path
) -> None:
    first = load(named(market, tmp_path, "my.toml#AAAUSDT")).plan()
    other = tmp_path / "other.toml"
    other.write_text(tiers.read_text("utf-8"), "utf-8")
    assert load(named(market, tmp_path, "other.toml#AAAUSDT")).plan().hash() == first.hash()
    other.write_text(tiers.read_text("utf-8").replace('0, "1%", 75', '0, "0.9%", 75'), "utf-8")
    changed = refused(named(market, tmp_path, "other.toml#AAAUSDT"))
    assert "keeps maintenance continuous" in changed.what
    other.write_text(tiers.read_text("utf-8").replace('0, "1%", 75', '0, "1%", 60'), "utf-8")
    assert load(named(market, tmp_path, "other.toml#AAAUSDT")).plan().hash() != first.hash()


def test_scenario_written_whole_needs_the_file_no_more(
    market: str, tmp_path: Path, tiers: Path
) -> None:
    scenario = load(named(market, tmp_path, "my.toml#AAAUSDT"))
    tiers.unlink()
    kept = tomllib.loads(scenario.to_toml())
    assert load(kept).plan().hash() == scenario.plan().hash()
    source = kept["instrument"][0]["tiers"]["source"]
    assert source.startswith("my.toml#AAAUSDT: Binance USD-M leverageBracket: answer.json, sha256 ")
    assert source.endswith("(read 2025-10-07, mirrored)")


def test_varied_scenario_reads_the_new_reference(market: str, tmp_path: Path, tiers: Path) -> None:
    scenario = load(named(market, tmp_path, "my.toml#AAAUSDT"))
    path = "instrument.hub/BTC-PERP.tiers"
    back = scenario.vary({path: "BTCUSDT"})
    assert len(back.plan().instruments[0].tiers) == 12
    again = back.vary({path: f"{tiers}#AAAUSDT"})
    assert again.plan().hash() == scenario.plan().hash()


def test_tick_and_lot_come_from_the_file_where_the_scenario_has_none(
    market: str, tmp_path: Path, tiers: Path
) -> None:
    short = market.replace("tick_size = 0.1\nlot_size = 0.001\n", "")
    perp = load(named(short, tmp_path, "my.toml#AAAUSDT")).plan().instruments[0]
    assert (perp.tick_size, perp.lot_size) == ("0.1", "0.001")
    own = market.replace("tick_size = 0.1\n", "tick_size = 0.5\n")
    perp = load(named(own, tmp_path, "my.toml#AAAUSDT")).plan().instruments[0]
    assert perp.tick_size == "0.5"
    error = refused(named(short, tmp_path, "my.toml#BBBUSDC"))
    assert isinstance(error, ScenarioErrors)
    assert [e.what for e in error.errors] == ["tick_size is missing.", "lot_size is missing."]


def test_floors_in_coins_become_dollars_at_the_start_price(market: str, tmp_path: Path) -> None:
    file = answers.save(tmp_path, answers.okx_tiers())
    also = answers.save(tmp_path, answers.okx_instruments(), "also.json")
    import_rules("okx", file, out=tmp_path / "okx.toml", instruments=also)
    scenario = load(named(market, tmp_path, "okx.toml#AAA-USDT-SWAP"))
    perp = scenario.plan().instruments[0]
    assert [(t.floor_usd, t.mm_ppb, t.im_ppb, t.deduct_usd) for t in perp.tiers] == [
        (0.0, 4_000_000, 8_000_000, 0.0),
        (300 * 100_000.0, 5_000_000, 10_000_000, 0.0),
        (600 * 100_000.0, 10_000_000, 15_000_000, 0.0),
    ]
    assert load(tomllib.loads(scenario.to_toml())).plan().hash() == scenario.plan().hash()


def test_missing_file_table_or_asset_points_at_the_line(
    market: str, tmp_path: Path, tiers: Path
) -> None:
    error = refused(named(market, tmp_path, "none.toml#AAAUSDT"))
    assert (error.what, error.line) == ("There is no file none.toml.", 29)
    assert error.where == 'instrument "hub/BTC-PERP" › tiers'
    error = refused(named(market, tmp_path, "my.toml#AAAUSDC"))
    assert isinstance(error, UnknownKind)
    assert error.suggestions[0] == "AAAUSDT"
    assert error.file == str(tiers)
    assert error.hint.startswith(f"Named by {tmp_path / 'scenario.toml'}:29")
    error = refused(
        named(market.replace('asset = "BTC"', 'asset = "XYZ"', 1), tmp_path, "my.toml#AAAUSDT")
    )
    assert 'Unknown asset "XYZ"' in str(error)


def test_all_errors_come_at_once(market: str, tmp_path: Path) -> None:
    broken = market.replace('duration = "1h"', 'duration = "1"')
    error = refused(named(broken, tmp_path, "none.toml#AAAUSDT"))
    assert isinstance(error, ScenarioErrors)
    assert len(error.errors) == 2


def test_rulebook_table_with_the_same_values_gives_the_same_plan(
    market: str, tmp_path: Path
) -> None:
    from unhedged.venues import rulebook

    table = rulebook.load("binance-usdm@2025-10-10").tiers["BTCUSDT"]
    caps = [*(b.floor for b in table.brackets[1:]), table.largest]
    data = [
        {
            "symbol": "BTCUSDT",
            "brackets": [
                {
                    "initialLeverage": b.leverage,
                    "notionalFloor": b.floor,
                    "notionalCap": cap,
                    "maintMarginRatio": str(Decimal(b.maintenance.rstrip("%")) / 100),
                    "cum": b.deduct,
                }
                for b, cap in zip(table.brackets, caps, strict=True)
            ],
        }
    ]
    import_rules("binance", answers.save(tmp_path, data), out=tmp_path / "same.toml")
    imported = load(named(market, tmp_path, "same.toml#BTCUSDT")).plan()
    assert imported == load(tomllib.loads(market)).plan()


# ------------------------------------------------------------------------------------------------ deductions


def own_tiers(*deducts: str | None) -> list[dict[str, str]]:
    rows = (("$0", "1%", "2%"), ("$1_000", "2%", "4%"), ("$10_000", "5%", "10%"))
    found = []
    for (above, maintenance, initial), deduct in zip(rows, deducts, strict=True):
        row = {"above": above, "maintenance": maintenance, "initial": initial}
        found.append(row if deduct is None else row | {"deduct": deduct})
    return found


@pytest.mark.parametrize(
    ("deducts", "expected"),
    [
        ((None, None, None), (0, 10, 310)),
        (("$0", "$10", "$310"), (0, 10, 310)),
        (("$0", "$0", "$0"), (0, 0, 0)),
    ],
)
def test_deduction_is_continuous_or_none(data, deducts, expected) -> None:
    data["instrument"][0]["tiers"] = own_tiers(*deducts)
    tiers = load(data).plan().instruments[0].tiers
    assert tuple(t.deduct_usd for t in tiers) == expected


@pytest.mark.parametrize(
    "deducts", [("$0", "$10", "$300"), ("$0", "$10", None), ("$5", "$15", "$315")]
)
def test_any_other_deduction_is_refused(data, deducts) -> None:
    data["instrument"][0]["tiers"] = own_tiers(*deducts)
    error = refused(data)
    assert isinstance(error, InconsistentRules)
    assert "keeps maintenance continuous" in error.what
