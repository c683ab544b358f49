"""The screen of a comparison: signs, names and the sentence it ends with."""

from typing import Any

from unhedged.lab.compare import Difference
from unhedged.report.twins import finding, ladders, summary


def difference(measure: str, **given: Any) -> Difference:
    values = {
        "base": 500.0,
        "other": 400.0,
        "mean": -100.0,
        "low": -194.0,
        "high": -34.0,
        "pairs": 4,
        "chance": 0.01,
    }
    return Difference(measure=measure, **{**values, **given})


def test_every_number_has_one_sign() -> None:
    row = summary([], [difference("adl_accounts")]).splitlines()[-1]
    assert row.endswith("−194 to −34")
    assert "+-" not in row
    up = summary([], [difference("adl_accounts", mean=89.5, low=65.5, high=114.0)])
    assert up.endswith("+89.5   +65.5 to +114")


def test_names_keep_their_capitals_inside_the_sentence() -> None:
    said = finding([difference("first_adl_ns"), difference("fall_share.hub/BTC-PERP")])
    claim, method = said.splitlines()
    assert claim.endswith(
        "beyond chance: first ADL after; deepest fall (mark over 20 s), hub/BTC-PERP."
    )
    assert "Paired t-test at 5%, Holm's correction for 2 measures." in method
    assert "Fewer than 10 pairs" in method
    assert "Fewer" not in finding([difference("trades", pairs=10)])


def test_a_difference_that_chance_makes_is_not_claimed() -> None:
    assert finding([difference("trades", chance=0.06)]).startswith("No measure differs beyond")


def test_one_pair_has_no_interval() -> None:
    assert "no interval" in finding([difference("adl_accounts", pairs=1)])


def test_the_step_at_which_ladders_part_is_named() -> None:
    orders, tiers = ["CANCEL_ORDERS", "ORDERS_ON_ALL_LEGS"], ["CANCEL_ORDERS", "DROP_TIERS"]
    changes = [
        ("venues.hub.rulebook", "a", "b"),
        ("venues.hub.steps", orders, tiers),
        ("venues.other.steps", None, tiers),  # a venue that one plan does not have
        ("agents.steps", orders, tiers),
    ]
    step = "step 2: orders_on_all_legs against drop_tiers"
    assert ladders(changes) == [("hub", step)]
    assert f"\n\nLadders of hub part at {step}.\n" in summary(changes, [difference("trades")])
    assert "Ladders" not in summary(changes[:1], [difference("trades")])


def test_columns_stay_apart_however_long_a_number_is() -> None:
    tiny = difference("forced_long_share", base=1.0, other=1.0, mean=-2.94e-9, low=-1e-8, high=1e-9)
    row = summary([], [tiny]).splitlines()[-1]
    assert "100% −" in row
