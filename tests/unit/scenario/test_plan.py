"""Plans: their hash, their JSON, and what differs between two."""

import json

from unhedged.scenario.load import load
from unhedged.scenario.plan import diff


def test_hash_follows_the_contents(data) -> None:
    scenario = load(data)
    assert scenario.plan().hash() == load(data).plan().hash()
    assert scenario.vary({"run.seed": 2}).plan().hash() != scenario.plan().hash()
    assert len(scenario.plan().hash()) == 64


def test_number_of_replicates_and_words_are_not_part_of_the_hash(data) -> None:
    scenario = load(data)
    other = scenario.vary({"run.replicates": 500, "title": "Other words"})
    assert other.plan().hash() == scenario.plan().hash()


def test_default_written_out_changes_nothing(data) -> None:
    other = load(data).vary({"venue.hub.maker_fee": "2bps", "venue.hub.liquidation.enabled": True})
    assert other.plan().hash() == load(data).plan().hash()


def test_plan_is_plain_json(data) -> None:
    plan = load(data).plan()
    again = json.loads(json.dumps(plan.to_json()))
    assert again == plan.to_json()
    assert again["venues"][0]["steps"][1] == "IOC_AT_BANKRUPTCY"


def test_diff_names_the_path_and_both_values(data) -> None:
    scenario = load(data)
    other = scenario.vary({"venue.hub.fund.start": "$50M"})
    assert diff(scenario.plan(), other.plan()) == [("venues.hub.fund_start_usd", 25e6, 50e6)]


def test_added_agent_shifts_no_other_in_a_diff(data) -> None:
    scenario = load(data)
    data["agent"].insert(0, data["agent"][0] | {"id": "more"})
    found = diff(scenario.plan(), load(data).plan())
    assert {path.split(".")[1] for path, _, _ in found} == {"more"}


def test_twins_differ_in_one_path(data) -> None:
    scenario = load(data)
    other = scenario.vary({"venue.hub.adl.enabled": False})
    assert [path for path, _, _ in diff(scenario.plan(), other.plan())] == ["venues.hub.adl_on"]
