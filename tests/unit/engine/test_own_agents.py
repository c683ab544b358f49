"""Agents of the user's own: compiled ones by address, plain Python ones by returning to it, bad ones refused by name."""

from typing import Any

import pytest
from tests.support.tiny import TINY, with_agent

from unhedged.engine.build import build
from unhedged.engine.run import run_replicate
from unhedged.results.headline import known
from unhedged.scenario.load import load
from unhedged.vocab.errors import PluginError

OWN = "tests.support.own_agents"


def own(function: str) -> dict[str, Any]:
    return with_agent(
        id="mine",
        kind="custom",
        behaviour=f"{OWN}:{function}",
        instruments="hub/BTC-PERP",
        capital="$1M",
        period="30s",
    )


@pytest.fixture(scope="module")
def plain() -> Any:
    return run_replicate(load(TINY).plan(), 0)


def test_every_measure_of_a_run_can_stand_in_a_limit(plain: Any) -> None:
    instruments = [instrument.id for instrument in load(TINY).plan().instruments]
    assert set(plain.headline) <= set(known(instruments))


def test_a_function_and_its_file_are_part_of_the_plan() -> None:
    plugins = load(own("buys_one_lot")).plan().plugins
    assert plugins.keys() == {f"{OWN}:buys_one_lot"}
    assert plugins != load(own("returns_nonsense")).plan().plugins


def test_a_compiled_agent_acts_at_its_turns() -> None:
    output = run_replicate(load(own("quotes_one_bid")).plan(), 0)
    assert output.checks["ledger"] == "balanced"
    mine = output.tables["desks"].filter(agent="mine.0")
    assert mine.height > 0


def test_a_plain_python_agent_acts_at_its_turns() -> None:
    output = run_replicate(load(own("buys_one_lot")).plan(), 0)
    held = output.tables["desks"].filter(agent="mine.0").sort("t_ns")["pos"].to_list()
    assert held[-1] > 0
    assert held == sorted(held)


@pytest.mark.parametrize(
    ("function", "words"),
    [("sends_too_many", "10000 messages"), ("divides_by_an_empty_book", "fails when it is called")],
)
def test_a_compiled_agent_that_breaks_the_protocol_is_refused_before_the_run(
    function: str, words: str
) -> None:
    with pytest.raises(PluginError, match=words):
        build(load(own(function)).plan(), 0)


def test_a_python_agent_that_returns_nonsense_ends_the_run_with_its_name() -> None:
    with pytest.raises(PluginError, match=r"mine\.0"):
        run_replicate(load(own("returns_nonsense")).plan(), 0)


def test_a_python_agent_or_policy_that_raises_ends_the_run_with_its_name() -> None:
    with pytest.raises(PluginError, match=r'"mine\.0": raises SystemExit: 0\.'):
        run_replicate(load(own("leaves_the_process")).plan(), 0)
    policy = "tests.support.bad_policies:leaves"
    with pytest.raises(PluginError, match=f'"{policy}": raises SystemExit: 0'):
        run_replicate(load(TINY, overrides={"venue.hub.adl.policy": policy}).plan(), 0)


def test_a_python_adl_policy_decides_who_is_closed(plain: Any) -> None:
    pro_rata = load(TINY, overrides={"venue.hub.adl.policy": "contract-pro-rata-v1"})
    output = run_replicate(pro_rata.plan(), 0)
    assert plain.tables["adl"].height > 0
    assert output.tables["adl"].height > 0
    assert output.checks["ledger"] == "balanced"
    # In proportion to size everybody is closed a little; a queue closes few completely.
    share = output.tables["adl"]["account"].n_unique() / plain.tables["adl"]["account"].n_unique()
    assert share > 1.0
