"""Rulebooks: every value has a source, a date and a confidence, and schedules are continuous."""

import datetime
import itertools

import pytest

from unhedged.venues import rulebook
from unhedged.vocab.errors import DataError, UnknownKind
from unhedged.vocab.units import ATOMS_PER_USD, PPB, parse_rate

BOOKS = rulebook.available()


@pytest.mark.parametrize("name", BOOKS)
def test_every_value_has_source_date_and_confidence(name: str) -> None:
    book = rulebook.load(name)
    assert book.id == name
    for entry in (*book.facts.values(), *book.tiers.values()):
        assert entry.source
        assert datetime.date.fromisoformat(entry.read) <= datetime.date(2026, 12, 31)
        assert entry.confidence in rulebook.CONFIDENCES


@pytest.mark.parametrize(
    ("name", "table"), [(name, table) for name in BOOKS for table in rulebook.load(name).tiers]
)
def test_maintenance_is_continuous_across_brackets(name: str, table: str) -> None:
    brackets = rulebook.load(name).tiers[table].brackets
    assert brackets[0].floor == brackets[0].deduct == 0
    for low, high in itertools.pairwise(brackets):
        step = parse_rate(high.maintenance) - parse_rate(low.maintenance)
        assert step > 0
        assert high.floor > low.floor
        assert high.leverage < low.leverage
        expected = (
            round(low.deduct * ATOMS_PER_USD) + round(high.floor) * step * ATOMS_PER_USD // PPB
        )
        assert abs(round(high.deduct * ATOMS_PER_USD) - expected) <= 1


@pytest.mark.parametrize("name", BOOKS)
def test_maintenance_lies_below_initial_margin(name: str) -> None:
    for table in rulebook.load(name).tiers.values():
        for bracket in table.brackets:
            assert parse_rate(bracket.maintenance) * bracket.leverage <= PPB


def test_hyperliquid_maintenance_is_half_of_initial() -> None:
    for table in rulebook.load("hyperliquid@2025-10-10").tiers.values():
        for bracket in table.brackets:
            assert parse_rate(bracket.maintenance) == PPB // (2 * bracket.leverage)


def test_unknown_rulebook_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownKind) as caught:
        rulebook.load("binance-usdm@2025-10-11")
    assert caught.value.suggestions[0] == "binance-usdm@2025-10-10"


def test_value_without_a_source_is_refused() -> None:
    with pytest.raises(DataError, match=r"fees\.maker"):
        rulebook.parse({"id": "x", "title": "x", "fees": {"maker": {"value": "1bps"}}})


def test_absent_value_is_the_default() -> None:
    assert rulebook.load("spot@generic").value("funding.interval", "none") == "none"
