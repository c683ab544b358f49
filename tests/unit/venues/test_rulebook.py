"""Rulebooks: every value has a source, a date and a confidence, is read, and schedules are continuous."""

import datetime
import itertools
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.venues import rulebook, terms
from unhedged.venues.rulebook import Fact
from unhedged.vocab.errors import DataError, UnknownKind
from unhedged.vocab.units import ATOMS_PER_USD, PPB, parse_rate

BOOKS = rulebook.available()
PERPETUALS = [name for name in BOOKS if rulebook.load(name).value("margin.mode") != "none"]
TABLES = [(name, table) for name in BOOKS for table in rulebook.load(name).tiers]
FACT = {"value": "1bps", "source": "here", "read": "2026-11-22", "confidence": "verified"}


def every_fact(book: rulebook.Rulebook) -> list[tuple[str, Fact]]:
    own = list(book.facts.items())
    others = [
        (f"{path} ({name})", other)
        for path, fact in own
        for name, other in fact.alternatives.items()
    ]
    return own + others


def test_the_venues_that_matter_are_shipped() -> None:
    venues = {name.partition("@")[0] for name in PERPETUALS}
    assert venues == {
        "binance-usdm",
        "bybit-linear",
        "okx-swap",
        "bitmex",
        "deribit-linear",
        "hyperliquid",
        "dydx-v4",
        "lighter",
    }


@pytest.mark.parametrize("name", BOOKS)
def test_every_value_has_source_date_and_confidence(name: str) -> None:
    book = rulebook.load(name)
    assert book.id == name
    for entry in (*(fact for _, fact in every_fact(book)), *book.tiers.values()):
        assert entry.source
        assert datetime.date.fromisoformat(entry.read) <= datetime.date(2026, 12, 31)
        assert entry.confidence in rulebook.CONFIDENCES


@pytest.mark.parametrize("name", BOOKS)
def test_every_key_of_a_source_is_listed_and_every_listed_source_is_used(name: str) -> None:
    book = rulebook.load(name)
    entries = [*(fact for _, fact in every_fact(book)), *book.tiers.values()]
    for entry in entries:
        keys = re.findall(r"\b[A-Z]{2}\d{1,2}\b|^[A-Z0-9]{2,4}(?=[:,]|$)", entry.source)
        assert set(keys) <= set(book.sources), entry.source
    words = " ".join(f"{entry.source} {getattr(entry, 'note', '')}" for entry in entries)
    assert [key for key in book.sources if not re.search(rf"\b{key}\b", words)] == []


@pytest.mark.parametrize("name", BOOKS)
def test_what_is_assumed_is_unverified(name: str) -> None:
    for path, fact in every_fact(rulebook.load(name)):
        if re.match(r"(not \w+, )?assumed", fact.source):
            assert fact.confidence == "unverified", path
        if fact.confidence == "unverified" and not re.match(r"[A-Z]{2,3}\d*\b", fact.source):
            assert re.search("assumed|no (ADL|light)|exact rule", fact.source), path


@pytest.mark.parametrize("name", PERPETUALS)
def test_every_perpetual_venue_states_what_decides_who_loses(name: str) -> None:
    book = rulebook.load(name)
    for path in (
        "liquidation.trigger",
        "liquidation.boundary",
        "liquidation.steps",
        "fund.scope",
        "adl.trigger",
        "adl.policy",
        "adl.price",
        "waterfall.order",
        "mark.form",
        "funding.form",
        "funding.price",
        "margin.schedule",
    ):
        assert path in book.facts, path
    assert book.tiers


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_marginal_maintenance_is_continuous_across_brackets(name: str, table: str) -> None:
    tiers = rulebook.load(name).tiers[table]
    if tiers.form != "marginal":
        return
    assert tiers.brackets[0].floor == tiers.brackets[0].deduct == 0
    for low, high in itertools.pairwise(tiers.brackets):
        step = parse_rate(high.maintenance) - parse_rate(low.maintenance)
        expected = (
            round(low.deduct * ATOMS_PER_USD) + round(high.floor) * step * ATOMS_PER_USD // PPB
        )
        assert abs(round(high.deduct * ATOMS_PER_USD) - expected) <= 1


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_brackets_rise(name: str, table: str) -> None:
    for low, high in itertools.pairwise(rulebook.load(name).tiers[table].brackets):
        assert parse_rate(high.maintenance) > parse_rate(low.maintenance)
        assert high.floor > low.floor
        assert high.leverage < low.leverage


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_maintenance_lies_below_initial_margin(name: str, table: str) -> None:
    tiers = rulebook.load(name).tiers[table]
    for bracket in tiers.brackets:
        assert parse_rate(bracket.maintenance) <= bracket.initial_ppb
    if not tiers.brackets:
        assert parse_rate(tiers.terms["maintenance"]) < parse_rate(tiers.terms["initial"])


def test_hyperliquid_maintenance_is_half_of_initial() -> None:
    for table in rulebook.load("hyperliquid@2025-10-10").tiers.values():
        for bracket in table.brackets:
            assert parse_rate(bracket.maintenance) == PPB // (2 * int(bracket.leverage))


@pytest.mark.parametrize("name", BOOKS)
def test_loading_and_validating_takes_no_time(name: str) -> None:
    took = []
    for _ in range(3):
        start = time.perf_counter()
        rulebook.parse(rulebook._read(name))
        took.append(time.perf_counter() - start)
    assert min(took) < 0.050


# ------------------------------------------------------------------------------------------ readings


@pytest.mark.parametrize("name", BOOKS)
def test_every_alternative_can_be_asked_for_by_name(name: str) -> None:
    book = rulebook.load(name)
    for path, fact in book.facts.items():
        chapter, _, key = path.partition(".")
        for reading, other in fact.alternatives.items():
            read = rulebook.load(name, {chapter: {key: reading}})
            assert read.value(path) == other.value != fact.value
            assert read.facts[path].reading == reading
            assert read.facts[path].source == other.source


def test_reading_nobody_published_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownKind) as caught:
        rulebook.load("hyperliquid@2025-10-10", {"adl": {"policy": "documentd"}})
    assert caught.value.suggestions[0] == "documented"
    with pytest.raises(UnknownKind) as caught:
        rulebook.load("hyperliquid@2025-10-10", {"adl": {"side": "other"}})
    assert "adl.policy" in caught.value.available


def test_marginal_reading_of_whole_position_tiers_brings_deductions() -> None:
    whole = rulebook.load("okx-swap@2025-10-10").tiers["ETHUSDT-2021"]
    marginal = rulebook.load("okx-swap@2025-10-10", {"margin": {"schedule": "marginal"}})
    assert {bracket.deduct for bracket in whole.brackets} == {0.0}
    assert [b.deduct for b in marginal.tiers["ETHUSDT-2021"].brackets][:3] == [0.0, 3.0, 33.0]


def test_both_sides_of_a_change_are_rulebooks() -> None:
    before, after = map(rulebook.load, ("binance-usdm@2025-09-17", "binance-usdm@2025-10-10"))
    changed = {
        path
        for path in before.facts.keys() | after.facts.keys()
        if before.value(path) != after.value(path)
    }
    assert changed == {
        "fund.size",
        "mark.basis_window",
        "mark.dated",
        "funding.form",
        "funding.formula",
    }
    assert after.tiers["BTCUSDT"].brackets[0].leverage == 150
    assert rulebook.load("binance-usdm@2024-10-24").tiers["BTCUSDT"].brackets[0].leverage == 125
    old, new = map(rulebook.load, ("bybit-linear@2024-10-23", "bybit-linear@2025-10-10"))
    assert (old.value("adl.trigger"), new.value("adl.trigger")) == ("fund_empty", "drawdown")
    assert "adl.drawdown_limit" in new.facts
    assert "adl.drawdown_limit" not in old.facts


# ------------------------------------------------------------------------------------------ errors


def test_unknown_rulebook_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownKind) as caught:
        rulebook.load("binance-usdm@2025-10-11")
    assert caught.value.suggestions[0] == "binance-usdm@2025-10-10"


def test_short_name_is_the_newest_rulebook() -> None:
    assert rulebook.newest("binance-usdm") == "binance-usdm@2025-10-10"
    assert rulebook.newest("binance-usdm@2025-09-17") == "binance-usdm@2025-09-17"
    with pytest.raises(UnknownKind) as caught:
        rulebook.newest("bybit-liner")
    assert caught.value.suggestions[0] == "bybit-linear"


def document(chapter: str, **facts: Any) -> dict[str, Any]:
    return {"id": "mine", "title": "Mine", chapter: facts}


def test_value_without_a_source_is_refused() -> None:
    with pytest.raises(DataError, match=r"fees\.maker lacks source, read and confidence"):
        rulebook.parse(document("fees", maker={"value": "1bps"}))


def test_day_of_reading_may_be_said_once() -> None:
    fact = {key: text for key, text in FACT.items() if key != "read"}
    book = rulebook.parse({**document("fees", maker=fact), "read": "2026-11-22"})
    assert book.facts["fees.maker"].read == "2026-11-22"


@pytest.mark.parametrize(
    ("chapter", "name", "value", "words"),
    [
        ("fees", "makr", "1bps", "not a rule of a rulebook"),
        ("fee", "maker", "1bps", "not a rule of a rulebook"),
        ("fees", "maker", 0.0001, "1bps|unit"),
        ("fees", "maker", "1", "unit"),
        ("mark", "interval", "soon", "soon"),
        ("fund", "size", 5, "5"),
        ("tick", "BTCUSDT", "-1", "-1"),
        ("margin", "schedule", "steep", "not one of marginal"),
        ("liquidation", "steps", ["cancel_orders", "pray"], "take|one_|cancel_orders"),
        ("liquidation", "steps", ["cancel_orders", "cancel_orders"], "at most once"),
        ("liquidation", "boundary", "=<", "not one of <"),
        ("adl", "partial_last", "yes", "true or false"),
        ("adl", "walk", 2.5, "whole number"),
        ("liquidation", "spread_factor", "1.5", "a number"),
        ("waterfall", "order", "fund", "list"),
        ("gateway", "rate", "5000", "messages a second"),
        ("adl", "ties", " ", "ties"),
    ],
)
def test_value_that_cannot_be_read_is_refused(
    chapter: str, name: str, value: Any, words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        rulebook.parse(document(chapter, **{name: {**FACT, "value": value}}))
    assert f"{chapter}.{name}" in str(caught.value)


def test_unknown_key_and_unknown_confidence_of_a_fact_are_refused() -> None:
    with pytest.raises(DataError, match="unknown key sorce"):
        rulebook.parse(document("fees", maker={**FACT, "sorce": "there"}))
    with pytest.raises(DataError, match="confidence 'sure'"):
        rulebook.parse(document("fees", maker={**FACT, "confidence": "sure"}))


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        ({"source": "x", "confidence": "verified"}, "lacks read and brackets"),
        ({**FACT, "brackets": [[0, "half", 10]]}, "cannot be read"),
        ({**FACT, "brackets": [[0, "1%"]]}, "cannot be read"),
        ({**FACT, "form": "slope", "terms": {"initial": "1%"}}, "maintenance and per_unit"),
    ],
)
def test_damaged_schedule_is_refused(tiers: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words):
        rulebook.parse({"id": "mine", "title": "Mine", "tiers": {"BTC": tiers}})


def test_absent_value_is_the_default() -> None:
    assert rulebook.load("spot@generic").value("funding.interval", "none") == "none"


# ------------------------------------------------------------------------------------------ any input

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
PATHS = st.sampled_from(
    [(chapter, name) for chapter, room in terms.CHAPTERS.items() for name in room]
)


@given(path=PATHS, value=VALUES)
def test_any_value_is_read_or_refused_with_its_path(path: tuple[str, str], value: Any) -> None:
    chapter, name = path
    refused = terms.fault(f"{chapter}.{name}", value)
    entry = {**FACT, "value": value}
    if refused or value in (None, [], {}):
        with pytest.raises(DataError, match=re.escape(f"{chapter}.{name}")):
            rulebook.parse(document(chapter, **{name: entry}))
    else:
        book = rulebook.parse(document(chapter, **{name: entry}))
        assert repr(book.value(f"{chapter}.{name}")) == repr(value)


@given(
    floors=st.lists(st.integers(1, 10**9), min_size=1, max_size=6, unique=True).map(sorted),
    start=st.integers(1, 100),
)
def test_deductions_left_out_keep_a_marginal_schedule_continuous(
    floors: list[int], start: int
) -> None:
    rows = [
        [floor, f"{start + n}bps", f"{2 * (start + n)}bps"] for n, floor in enumerate([0, *floors])
    ]
    tiers = {"BTC": {**FACT, "brackets": rows}}
    brackets = rulebook.parse({"id": "m", "title": "M", "tiers": tiers}).tiers["BTC"].brackets
    for low, high in itertools.pairwise(brackets):
        below = high.floor * parse_rate(low.maintenance) / PPB - low.deduct
        above = high.floor * parse_rate(high.maintenance) / PPB - high.deduct
        assert below == pytest.approx(above, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("name", BOOKS)
def test_a_name_answers_to_one_schedule(name: str) -> None:
    tiers = rulebook.load(name).tiers
    names = [*tiers, *(other for table in tiers.values() for other in table.names)]
    assert len(names) == len(set(names))


def test_a_table_may_be_assumed_for_contracts_without_one() -> None:
    book = rulebook.load("bybit-linear@2025-10-10")
    assert book.table("ETHUSDT") is book.tiers["BTCUSDT"]
    assert book.table("ENAUSDT") is book.table("SUI") is book.tiers["SUIUSDT"]
    assert book.table("AAVEUSDT") is None


@pytest.mark.parametrize("name", [b for b in BOOKS if "spot" not in b])
def test_every_perpetual_of_the_day_finds_a_table(name: str) -> None:
    coins = ("BTC", "ETH", "SOL", "XRP", "DOGE", "SUI", "ENA")
    assert all(rulebook.load(name).table(f"{coin}USDT") for coin in coins)
