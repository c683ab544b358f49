"""Shipped scenarios: valid, consistent, and every number says where it comes from."""

import re

import pytest

from unhedged.scenario.layers import read, shipped
from unhedged.scenario.load import load
from unhedged.vocab.enums import InstrumentKind

TAG = re.compile(r"# (sourced: \S|derived: \S|calibrated|assumed)")
NUMBER = re.compile(r'(?<![\w@/-])[\d.$"-]*\d')
FREE = (
    "schema",
    "seed",
    "rulebook",
    "name",
    "title",
    "description",
    "tiers",
    "id",
    "instrument",
    "instruments",
)


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario_is_valid_and_named_like_its_file(name: str) -> None:
    assert load(name).name == name


@pytest.mark.parametrize("name", shipped())
def test_every_number_says_where_it_comes_from(name: str) -> None:
    for line in read(name).text.splitlines():
        key, equals, value = line.partition("=")
        if equals and key.strip() not in FREE and NUMBER.search(value.split("#")[0]):
            assert TAG.search(value), line


@pytest.mark.parametrize("name", shipped())
def test_open_interest_has_holders_on_both_sides(name: str) -> None:
    plan = load(name).plan()
    for instrument in plan.instruments:
        if instrument.kind == InstrumentKind.SPOT:
            continue
        long, short = 0.0, 0.0
        for group in plan.agents:
            held = (group.params.get("holds") or 0) / 1e9
            if group.kind == "leveraged" and instrument.id in group.params["instruments"]:
                long += held * group.params["long"] / 1e9
                short += held * (1 - group.params["long"] / 1e9)
            if group.kind == "basis_desk" and group.params["short"] == instrument.id:
                short += held
            if group.kind == "panic" and group.params["instrument"] == instrument.id:
                long += held
        assert long == pytest.approx(1), instrument.id
        assert short == pytest.approx(1), instrument.id


def test_october_starts_half_an_hour_before_the_announcement() -> None:
    plan = load("october-2025-small").plan()
    assert plan.start_utc == "2025-10-10T20:20:00+00:00"
    assert {news.t_ns for news in plan.news} == {1_800 * 10**9}


def test_calm_has_no_news() -> None:
    plan = load("calm").plan()
    assert plan.news == plan.outages == ()
