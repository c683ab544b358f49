"""Ladders: every step has words and its parameters, and the first step at which two venues part is named."""

import pytest

from unhedged.venues import rulebook
from unhedged.venues.ladder import STEPS, first_difference, missing_parameters, steps_of
from unhedged.vocab.enums import LiquidationStep

BOOKS = rulebook.available()
FACT = {"source": "here", "read": "2026-11-22", "confidence": "verified"}


def book(*steps: str) -> rulebook.Rulebook:
    facts = {"steps": {**FACT, "value": list(steps)}} if steps else {}
    return rulebook.parse({"id": "mine", "title": "Mine", "liquidation": facts})


def test_every_step_has_words() -> None:
    assert set(STEPS) == set(LiquidationStep)


@pytest.mark.parametrize("name", BOOKS)
def test_rulebook_states_the_parameters_of_its_steps(name: str) -> None:
    assert list(missing_parameters(rulebook.load(name))) == []


def test_parameters_a_rulebook_lacks_are_named() -> None:
    assert list(missing_parameters(book("cancel_orders", "orders_on_all_legs"))) == [
        "liquidation.order",
        "liquidation.leg_pause",
    ]


def test_steps_are_in_the_order_of_the_venue() -> None:
    assert steps_of(rulebook.load("okx-swap@2025-10-10")) == [
        LiquidationStep.CANCEL_ORDERS,
        LiquidationStep.NET_HEDGED_LEGS,
        LiquidationStep.DROP_TIERS,
        LiquidationStep.TAKEOVER_AT_BANKRUPTCY,
    ]


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (["cancel_orders"], ["cancel_orders"], ""),
        ([], [], ""),
        (["cancel_orders"], ["drop_tiers"], "step 1: cancel_orders against drop_tiers"),
        (["cancel_orders", "drop_tiers"], ["cancel_orders"], "step 2: drop_tiers against none"),
        ([], ["cancel_orders"], "step 1: none against cancel_orders"),
    ],
)
def test_first_step_that_differs_is_named(left: list[str], right: list[str], words: str) -> None:
    assert first_difference(steps_of(book(*left)), steps_of(book(*right))) == words


def test_the_eighth_venue_needed_two_new_steps() -> None:
    others = {
        step for name in BOOKS if "lighter" not in name for step in steps_of(rulebook.load(name))
    }
    assert set(steps_of(rulebook.load("lighter@2025-10-10"))) - others == {
        LiquidationStep.IOC_AT_ZERO_PRICE,
        LiquidationStep.TAKEOVER_AT_CLOSE_OUT,
    }
