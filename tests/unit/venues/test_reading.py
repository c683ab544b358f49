"""Rulebooks as text: nothing is left out, lines fit, and what differs is shown side by side."""

import itertools

import pytest

from unhedged.venues import comparing, reading, rulebook, terms
from unhedged.vocab.errors import UnknownKind

BOOKS = rulebook.available()
BINANCE = rulebook.load("binance-usdm@2025-10-10")
HYPERLIQUID = rulebook.load("hyperliquid@2025-10-10")


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", BOOKS)
def test_every_value_is_shown_with_confidence_and_source(name: str) -> None:
    book = rulebook.load(name)
    text = squeezed(reading.show(book))
    for fact in book.facts.values():
        assert squeezed(reading.written(fact.value)) in text
        for shown in (fact, *fact.alternatives.values()):
            assert squeezed(f"{shown.confidence} {shown.source}") in text
            assert squeezed(shown.note) in text
        for reading_name in fact.alternatives:
            assert f'or "{reading_name}"' in text
    for table in book.tiers.values():
        assert squeezed(f"TIERS {table.name} {table.confidence}, {table.source}") in text
    for citation in book.sources.values():
        assert squeezed(citation) in text


@pytest.mark.parametrize("name", BOOKS)
def test_lines_fit(name: str) -> None:
    lines = reading.show(rulebook.load(name)).splitlines()
    assert [line for line in lines if len(line) > 120] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_boundary_says_what_happens_at_equality() -> None:
    assert "<   equality is safe" in reading.show(BINANCE, ["liquidation"])
    assert "<=  equality counts" in reading.show(
        rulebook.load("bybit-linear@2025-10-10"), ["liquidation"]
    )


def test_chapters_can_be_picked_and_sources_follow() -> None:
    text = reading.show(BINANCE, ["adl", "waterfall"])
    assert "ADL\n" in text
    assert "FUNDING\n" not in text
    assert "  BN8 " in text
    assert "  BN14 " not in text
    with pytest.raises(UnknownKind) as caught:
        reading.show(BINANCE, ["vault"])
    assert "adl" in caught.value.available


def test_a_reading_that_was_asked_for_is_named() -> None:
    book = rulebook.load("hyperliquid@2025-10-10", {"adl": {"policy": "documented"}})
    text = reading.show(book, ["adl"])
    assert "policy (as documented)" in text
    assert 'or "documented-literal"' in text
    assert 'or "documented"' not in text


# ------------------------------------------------------------------------------------------ compare


@pytest.mark.parametrize(("left", "right"), list(itertools.combinations(BOOKS, 2)))
def test_only_what_differs_is_shown_and_nothing_that_differs_is_left_out(
    left: str, right: str
) -> None:
    ours, theirs = rulebook.load(left), rulebook.load(right)
    chapters = (*comparing.FIRST, *comparing.REST)
    found = {d.path: d for d in comparing.differences(ours, theirs, chapters)}
    for path in ours.facts.keys() | theirs.facts.keys():
        if path.partition(".")[0] in chapters:
            assert (path in found) == (ours.value(path) != theirs.value(path)), path


def test_comparison_is_the_same_from_the_other_side() -> None:
    there = list(comparing.differences(BINANCE, HYPERLIQUID))
    back = list(comparing.differences(HYPERLIQUID, BINANCE))
    assert [(d.path, d.left, d.right) for d in there] == [(d.path, d.right, d.left) for d in back]


def test_comparison_names_the_step_at_which_ladders_part() -> None:
    text = comparing.compare(BINANCE, HYPERLIQUID)
    assert "The ladders part at step 2: ioc_at_bankruptcy against slice_with_cooldown." in text
    for words in ("bankruptcy ", "previous_mark", "fund_cannot_hold", "negative_equity", "2 vault"):
        assert words in text
    assert max(map(len, text.splitlines())) <= comparing.WIDTH


def test_where_nothing_that_decides_who_loses_differs_the_rest_is_shown() -> None:
    spots = map(rulebook.load, ("binance-spot@2025-10-10", "okx-spot@2025-10-10"))
    text = comparing.compare(*spots)
    assert "differ in 1 rule." in text
    assert "maker               10bps ? " in text
    assert "--all" not in text


def test_what_else_differs_is_counted() -> None:
    text = comparing.compare(rulebook.load("binance-usdm@2025-09-17"), BINANCE)
    assert "4 more differ in mark, funding: --all" in text


def test_a_rulebook_does_not_differ_from_itself() -> None:
    text = comparing.compare(BINANCE, BINANCE)
    assert text == f"{BINANCE.id} and {BINANCE.id} do not differ.\n"


def test_same_order_and_price_of_adl_are_said() -> None:
    old, new = map(rulebook.load, ("bybit-linear@2024-10-23", "bybit-linear@2025-10-10"))
    text = comparing.compare(old, new, ["adl"])
    assert "Their ladders take the same steps." in text
    assert "Same ADL price: bankruptcy." in text


def test_what_is_the_same_is_judged_by_values_whatever_chapters_are_shown() -> None:
    assert "Same ADL" not in comparing.compare(BINANCE, HYPERLIQUID, ["waterfall"])


def test_unknown_chapter_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownKind) as caught:
        list(comparing.differences(BINANCE, HYPERLIQUID, ["liquidations"]))
    assert caught.value.suggestions[0] == "liquidation"


def test_every_chapter_is_either_compared_or_per_instrument() -> None:
    assert {*comparing.FIRST, *comparing.REST, *comparing.OPEN} == set(terms.CHAPTERS)
