"""Code of others is part of the plan, and what cannot be found is said where it is written."""

import pytest

from unhedged.scenario.load import load
from unhedged.vocab import registry
from unhedged.vocab.errors import PluginError, ScenarioError, UnknownKind

AGENT = {
    "id": "mine",
    "kind": "custom",
    "instruments": "hub/BTC-PERP",
}


def scenario(behaviour: str) -> dict:
    return {"schema": 1, "name": "x", "base": "calm", "agent": [AGENT | {"behaviour": behaviour}]}


@pytest.fixture
def names(monkeypatch):
    monkeypatch.setattr(registry, "_added", {kind: {} for kind in registry.KINDS})
    return registry._added


def test_an_edited_function_of_the_same_name_is_another_plan(names) -> None:
    plans = []
    for messages in (0, 1):
        names["agents"]["mine-v1"] = lambda seen, me, out, messages=messages: messages
        plans.append(load(scenario("mine-v1")).plan())
    assert plans[0].plugins.keys() == {"mine-v1"}
    assert plans[0].hash() != plans[1].hash()


def test_what_comes_with_the_package_is_in_the_source_hash() -> None:
    assert load("calm").plan().plugins == {}


def test_an_unknown_behaviour_is_refused_by_check() -> None:
    with pytest.raises(UnknownKind, match='Unknown behaviour "nobody"') as caught:
        load(scenario("nobody"))
    assert "agent" in caught.value.where
    with pytest.raises(ScenarioError, match='no module "nomod"'):
        load(scenario("nomod:fn"))


def test_a_policy_in_no_module_is_refused_by_check() -> None:
    with pytest.raises(ScenarioError, match='no module "nomod"') as caught:
        load("calm", overrides=["venue.hub.adl.policy=nomod:x"])
    assert "--set" in caught.value.file


@pytest.mark.parametrize("target", [3, None, "no colon", ["x"]])
def test_only_what_can_be_called_is_registered(names, target) -> None:
    with pytest.raises(PluginError, match="cannot be called"):
        registry.register("agents", "x", target)
