"""What may be said about agents, and what is refused."""

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from unhedged.scenario.agent_keys import parse_per_second
from unhedged.scenario.agents import AgentSpec
from unhedged.scenario.plan import Law
from unhedged.vocab.errors import UnitError

READ = TypeAdapter(AgentSpec).validate_python
LEAST = {
    "background": {"instrument": "a/B"},
    "market_maker": {"quotes": "a/B"},
    "basis_desk": {"spot": "s/B", "short": "a/B"},
    "leveraged": {"instruments": "a/B"},
    "cross_venue": {"instruments": ["a/B", "s/B"]},
    "dip_buyer": {"instrument": "a/B"},
    "momentum": {"instrument": "a/B"},
    "panic": {"instrument": "a/B"},
    "speculator": {"instrument": "a/B"},
}


def read(kind, **keys):
    return READ({"id": "x", "kind": kind, **LEAST[kind], **keys})


@pytest.mark.parametrize("kind", LEAST)
def test_only_the_instruments_must_be_named(kind):
    assert read(kind).kind == kind


@pytest.mark.parametrize("kind", LEAST)
def test_every_key_is_described(kind):
    for name, field in type(read(kind)).model_fields.items():
        assert field.description or name in {"kind", "instrument"}, name


@pytest.mark.parametrize("kind", LEAST)
def test_no_key_sets_a_price_or_what_must_happen_by_itself(kind):
    words = re.compile(r"(^|_)(price|px|adl|liquidat\w*|liquidity)($|_)")
    assert not [name for name in type(read(kind)).model_fields if words.search(name)]


@pytest.mark.parametrize(("text", "rate"), [("0.94/s", 0.94), ("30/m", 0.5), ("1_800 / h", 0.5)])
def test_events_per_time(text, rate):
    assert parse_per_second(text) == rate


@pytest.mark.parametrize("text", [2, "2", "2/d", "/s", "-1/s"])
def test_events_need_a_time(text):
    with pytest.raises(UnitError):
        parse_per_second(text)


@pytest.mark.parametrize(
    ("kind", "keys", "where"),
    [
        ("background", {"size": "$0"}, ("size",)),
        ("background", {"step": "2%"}, ()),
        ("background", {"patient_nearest": "50%"}, ()),
        ("background", {"instrument": "B"}, ("instrument",)),
        ("market_maker", {"hedge": "a/B"}, ()),
        ("market_maker", {"quotes": ["a/B", "b/B", "c/B"]}, ("quotes",)),
        ("market_maker", {"weights": [1, 2]}, ()),
        ("market_maker", {"inventory": {"limit": "0%"}}, ("inventory", "limit")),
        ("market_maker", {"depth": {"law": "normal", "mean": "1%", "sd": "1%"}}, ("depth",)),
        ("basis_desk", {"sell": "70%", "resell": "40%"}, ()),
        ("basis_desk", {"open_above": "5bps", "close_below": "9bps"}, ()),
        ("cross_venue", {"instruments": ["a/B"]}, ("instruments",)),
        ("cross_venue", {"instruments": ["a/B", "a/B"]}, ()),
        ("dip_buyer", {"ladder": {"farthest": "100%"}}, ("ladder",)),
        ("dip_buyer", {"capitol": "$1"}, ("capitol",)),
        ("momentum", {"side": "down"}, ("side",)),
        ("momentum", {"trigger": 0}, ("trigger",)),
        ("momentum", {"most": "120%"}, ("most",)),
        ("panic", {"threshold": "5%", "full": "5%"}, ()),
        ("panic", {"hazard": "0.1%"}, ("hazard",)),
        ("leveraged", {"margin": "pooled"}, ("margin",)),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(kind, keys, where):
    with pytest.raises(ValidationError) as caught:
        read(kind, **keys)
    assert caught.value.errors()[0]["loc"][1 : 1 + len(where)] == where


def test_numbers_may_be_laws():
    spec = read(
        "market_maker",
        depth={"law": "lognormal", "median": "10%", "p99": "40%"},
        withdraw={"loss": {"law": "uniform", "low": "5%", "high": "20%"}},
    )
    assert isinstance(spec.depth, Law)
    assert isinstance(spec.withdraw.loss, Law)


def test_a_single_quote_needs_no_list():
    assert read("market_maker").quotes == ("a/B",)
