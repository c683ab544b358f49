"""Who is there at the start: paired to the lot, deposits that sum, draws that nothing shifts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.tiny import TINY

from unhedged.engine.balance import Stake, most_leverage, pair, whole_lots
from unhedged.engine.build import Built, build
from unhedged.engine.draw import Stream
from unhedged.engine.market import first_stamp
from unhedged.scenario.load import load
from unhedged.scenario.plan import Law, RunPlan
from unhedged.vocab.errors import InconsistentRules


@pytest.fixture(scope="module")
def october() -> tuple[RunPlan, Built]:
    plan = load("october-2025-small").plan()
    return plan, build(plan, 0)


def test_cash_sums_to_zero_over_all_accounts(october: tuple[RunPlan, Built]) -> None:
    _, built = october
    assert int(built.memory["account"]["cash"].sum()) == 0


def test_every_perpetual_pairs_to_the_lot_and_opens_with_the_plans_interest(
    october: tuple[RunPlan, Built],
) -> None:
    plan, built = october
    positions = built.memory["position"]
    for n, instrument in enumerate(plan.instruments):
        held = positions["pos"][positions["instrument"] == n]
        if instrument.tiers:
            assert int(held.sum()) == 0
            longs = int(held[held > 0].sum()) * instrument.start_usd * instrument.lot_units
            assert longs == pytest.approx(instrument.open_interest_usd, rel=1e-6)


def test_funds_open_with_the_plans_money(october: tuple[RunPlan, Built]) -> None:
    plan, built = october
    for n, venue in enumerate(plan.venues):
        fund = int(built.memory["venue"]["fund"][n])
        assert int(built.memory["account"]["cash"][fund]) == round(venue.fund_start_usd * 1e6)


def test_holders_list_every_position_once(october: tuple[RunPlan, Built]) -> None:
    _, built = october
    rows = np.sort(built.memory["holder"]["position"])
    assert np.array_equal(rows, np.arange(len(built.memory["position"])))


@pytest.mark.parametrize("seed", [9, 13])
def test_nobody_opens_with_less_than_initial_margin(seed: int) -> None:
    plan = load("october-2025-small", overrides={"run.seed": seed}).plan()
    memory = build(plan, 0).memory
    equity = memory["account"]["cash"].astype(float)
    needed = np.zeros(len(equity))
    for n, instrument in enumerate(plan.instruments):
        rows = memory["position"][memory["position"]["instrument"] == n]
        usd = rows["pos"] * instrument.start_usd * instrument.lot_units
        np.add.at(equity, rows["account"], usd * 1e6)
        if instrument.tiers:
            margin = np.abs(usd) / most_leverage(instrument, np.abs(usd))
            np.add.at(needed, rows["account"], margin * 1e6)
    assert needed.sum() > 0
    assert np.all(equity[needed > 0] >= 0.999 * needed[needed > 0])


def test_longs_that_do_not_meet_their_shorts_are_refused() -> None:
    plan = load(TINY, overrides={"agent.shorts.holds": "5%"}).plan()
    with pytest.raises(InconsistentRules, match="short"):
        build(plan, 0)


def test_stakes_of_a_side_keep_their_proportions() -> None:
    plan = load(TINY).plan()
    lots = plan.instruments[0].open_interest_usd / (
        plan.instruments[0].start_usd * plan.instruments[0].lot_units
    )
    stakes = [
        Stake(instrument=0, wanted=np.array([lots * 0.25, lots * 0.75])),
        Stake(instrument=0, wanted=np.array([-lots])),
    ]
    pair(stakes, plan.instruments[:1])
    first, second = stakes[0].paired()
    assert second == pytest.approx(3 * first, rel=1e-4)
    assert int(stakes[1].paired()[0]) == -int(first + second)


@example([5e-324, 5e-324, 0.0], 7)
@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=50).filter(lambda sizes: sum(sizes) > 0),
    st.integers(0, 10**10),
)
def test_whole_lots_sum_exactly_and_stay_within_one_of_the_share(
    sizes: list[float], total: int
) -> None:
    lots = whole_lots(np.array(sizes), total)
    assert int(lots.sum()) == total
    exact = np.array(sizes) / max(sizes) * (total / (np.array(sizes) / max(sizes)).sum())
    assert np.all(np.abs(lots - exact) <= 1 + 1e-6 * exact)


def test_a_larger_crowd_leaves_the_first_draws_as_they_were() -> None:
    law = Law(kind="lognormal", parameters={"median": 100.0, "sigma": 1.0})
    few = Stream(1, 0, "longs").draw(law, "capital", 10)
    many = Stream(1, 0, "longs").draw(law, "capital", 1000)
    assert np.array_equal(few, many[:10])


def test_a_bound_cuts_the_tail_off_and_piles_nothing_up_at_it() -> None:
    law = Law(kind="lognormal", parameters={"median": 3.0, "sigma": 0.67, "low": 1.5, "high": 6.0})
    drawn = Stream(1, 0, "longs").draw(law, "leverage", 20_000)
    assert drawn.min() > 1.5
    assert drawn.max() < 6.0
    # Of 20,000 draws between two bounds the last hundredth of the range holds its share of the density, not the tail.
    assert np.mean(drawn > 5.95) < 0.005
    free = Law(kind="lognormal", parameters={"median": 3.0, "sigma": 0.67})
    whole = Stream(1, 0, "longs").draw(free, "leverage", 20_000)
    inside = (whole >= 1.5) & (whole <= 6.0)
    assert np.array_equal(drawn[inside], whole[inside])


def test_a_bound_that_nothing_meets_is_the_value() -> None:
    law = Law(kind="lognormal", parameters={"median": 1.0, "sigma": 0.01, "low": 50.0})
    assert set(Stream(1, 0, "x").draw(law, "y", 50)) == {50.0}


def test_another_group_has_other_draws() -> None:
    assert not np.array_equal(
        Stream(1, 0, "longs").uniform("side", 5), Stream(1, 0, "shorts").uniform("side", 5)
    )


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2025-10-10T20:20:00+00:00", 8, 3 * 3600 + 40 * 60),
        ("2025-10-10T20:20:00+00:00", 1, 40 * 60),
        ("2025-10-10T16:00:00+00:00", 8, 8 * 3600),
    ],
)
def test_funding_falls_on_the_clock(start: str, hours: int, expected: int) -> None:
    plan = replace(load(TINY).plan(), start_utc=start)
    assert first_stamp(plan, hours * 3600 * 10**9) == expected * 10**9
