"""Rules as pages: read from docstrings, found by name, with the tests that pin them."""

import pytest

from unhedged.venues import rule_pages
from unhedged.vocab.errors import UnknownKind

RULES = rule_pages.known()


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_what_a_page_needs(name: str) -> None:
    rule = RULES[name]
    assert rule.summary.startswith(("Return", "Add"))
    assert rule.summary.endswith(".")
    assert rule.inputs
    assert rule.result
    assert rule.source
    assert rule.confidences or "definition" in rule.source or "ours" in rule.source
    module, line = rule.where.split(":")
    assert module == f"unhedged/rules/{name.partition('.')[0]}.py"
    assert int(line) > 1


@pytest.mark.parametrize("name", RULES)
def test_page_of_a_rule_fits_and_shows_source_and_code(name: str) -> None:
    text = rule_pages.show(RULES[name])
    assert RULES[name].where in text
    assert "Source " in text
    assert max(map(len, text.splitlines()[1:])) <= 120


def test_nearly_every_rule_is_pinned_by_a_test_of_its_name() -> None:
    bare = [name for name, rule in RULES.items() if not rule.tests]
    assert len(bare) <= 2, bare


def test_formula_boundary_and_confidence_are_read_from_the_docstring() -> None:
    rule = rule_pages.find("is_liquidatable")
    assert rule.name == "liquidation.is_liquidatable"
    assert rule.formula == "equity < maintenance"
    assert "An account whose equity equals its maintenance margin is still safe." in rule.boundary
    assert rule.confidences == ("mirrored",)
    assert "tests/stories/equity_equal_to_maintenance.toml" in rule.tests


def test_rounding_is_said_where_there_is_any() -> None:
    assert "rounded up" in rule_pages.find("maintenance_margin").rounding


def test_rule_is_found_with_or_without_its_module() -> None:
    assert rule_pages.find("fees.fee") is rule_pages.find("fee")
    with pytest.raises(UnknownKind) as caught:
        rule_pages.find("is_liquidable")
    assert "is_liquidatable" in caught.value.suggestions
