"""Real answers of venues, collected beside the repository in ../shared/data, through the importers."""

import gzip
import json
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.support.answers import SHARED

from unhedged.venues import rulebook
from unhedged.venues.importing import answer, binance, hyperliquid, reading
from unhedged.venues.importing.importer import import_rules
from unhedged.venues.importing.schedule import Schedule
from unhedged.vocab.units import PPB

BRACKETS = SHARED / "binance_leverage_tiers"
CAPTURES = SHARED / "api_captures_20260310"
FILES = {"2023.5": (233, 1_604), "2025.9.1": (588, 5_299), "2026.9": (907, 7_276)}
"""Symbols and tiers of each collected leverageBracket."""
EXCEPTIONS: dict[str, set[str]] = {version: set() for version in FILES}
"""Symbols whose maintenance amounts do not follow the identity: none in any file."""


def collected(path: Path) -> Path:
    if not path.exists():
        pytest.skip(
            f"../shared/data/{path.relative_to(SHARED)} is absent: collected data is not part of the repository"
        )
    return path


def brackets(version: str) -> Path:
    return collected(BRACKETS / f"binance_leverage_tiers.freqtrade-{version}.json.gz")


@pytest.mark.parametrize("version", FILES)
def test_every_binance_tier_satisfies_the_maintenance_amount_identity(
    version: str, record_property: Any
) -> None:
    found = binance.read(answer.read(brackets(version)).top, None)
    text = gzip.decompress(brackets(version).read_bytes())
    in_bitcoin = [key for key in json.loads(text) if key.endswith(":BTC")]
    assert set(found.left_out) == {key.split(":")[0].replace("/", "") for key in in_bitcoin}
    broken = {name for name, schedule in found.schedules.items() if not follows(schedule)}
    assert broken == EXCEPTIONS[version]
    symbols, tiers = FILES[version]
    assert len(found.schedules) + len(found.left_out) == symbols
    left_out = sum(len(json.loads(text)[key]) for key in in_bitcoin)
    taken = sum(len(s.tiers) for s in found.schedules.values())
    assert taken + left_out == tiers
    record_property(f"tiers of {version}", f"{taken:,} satisfy the identity, {left_out} are in BTC")


def follows(schedule: Schedule) -> bool:
    # deduct_k = deduct_{k-1} + floor_k * (mm_k - mm_{k-1}), exactly.
    return schedule.tiers[0].deduct == 0 and all(
        high.deduct == low.deduct + high.floor * (high.mm_ppb - low.mm_ppb) / Decimal(PPB)
        for low, high in pairwise(schedule.tiers)
    )


@pytest.mark.parametrize("version", FILES)
def test_what_is_written_holds_every_number_of_the_answer(version: str, tmp_path: Path) -> None:
    done = import_rules("binance", brackets(version), out=tmp_path / "out.toml")
    data = reading.load(done.path)
    raw: dict[str, Any] = json.loads(gzip.decompress(brackets(version).read_bytes()))
    for key, rows in raw.items():
        pair, _, rest = key.partition(":")
        name = pair.replace("/", "") + (f"_{rest.partition('-')[2]}" if "-" in rest else "")
        if name in done.left_out:
            continue
        schedule = reading.table(data, name, done.path).schedule
        assert [
            (str(t.floor), Decimal(t.mm_ppb) / PPB, t.leverage, t.deduct) for t in schedule.tiers
        ] == [
            (str(r["info"]["notionalFloor"]), *(Decimal(str(r["info"][k])) for k in ("maintMarginRatio", "initialLeverage", "cum")))
            for r in rows
        ]  # fmt: skip


def test_brackets_of_7_october_2025_are_those_of_the_shipped_rulebook() -> None:
    found = binance.read(answer.read(brackets("2025.9.1")).top, None)
    book = rulebook.load("binance-usdm@2025-10-10")
    shared = [name for name in book.tiers if name in found.schedules]
    assert "BTCUSDT" in shared
    for name in shared:
        ours = [(b.floor, b.leverage, b.deduct) for b in book.tiers[name].brackets]
        tiers = found.schedules[name].tiers
        assert ours == [(float(t.floor), int(t.leverage), float(t.deduct)) for t in tiers], name


def test_hyperliquid_meta_imports_fully_with_its_margin_tables(tmp_path: Path) -> None:
    capture = collected(CAPTURES / "hyperliquid_meta.json")
    done = import_rules("hyperliquid", capture, out=tmp_path / "out.toml")
    assert not done.left_out
    assert len(done.tables) == 229
    assert Counter(done.tables.values()) == {1: 188, 2: 41}
    data = reading.load(done.path)
    meta = json.loads(capture.read_bytes())[0]
    tables = {number: part["marginTiers"] for number, part in meta["marginTables"]}
    for coin in meta["universe"]:
        schedule = reading.table(data, coin["name"], done.path).schedule
        assert follows(schedule)
        assert schedule.lot_size == Decimal(10) ** -coin["szDecimals"]
        wanted = tables.get(
            coin["marginTableId"], [{"lowerBound": 0, "maxLeverage": coin["maxLeverage"]}]
        )
        assert [(t.floor, t.leverage) for t in schedule.tiers] == [
            (Decimal(w["lowerBound"]), w["maxLeverage"]) for w in wanted
        ]
        assert all(t.mm_ppb == PPB // (2 * int(t.leverage)) for t in schedule.tiers)


def test_hyperliquid_capture_and_meta_alone_are_the_same() -> None:
    top = answer.read(collected(CAPTURES / "hyperliquid_meta.json")).top
    alone = next(top.items())
    assert hyperliquid.read(top, None).schedules == hyperliquid.read(alone, None).schedules
