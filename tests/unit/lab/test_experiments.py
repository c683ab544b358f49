"""Experiments behind rows of the scorecard: each against its formula, and against a second way to the same number."""

import numpy as np
import polars as pl
import pytest

from unhedged.engine.run import run_replicate
from unhedged.lab import (
    calm_days,
    experiments,
    frictionless_peg,
    maker_quotes,
    metaorder,
    mixed_cascade,
    quiet_weeks,
    scorecard,
    targets,
)
from unhedged.lab.scorecard import MISS, NOT_COMPUTABLE, PASS, Found
from unhedged.scenario.load import load

BP = 1e-4
TARGETS = targets.load("october-2025")


# ------------------------------------------------------------------------------------------------ the peg


@pytest.mark.parametrize("carry", [-0.1, 0.05, 0.2])
def test_arbitrage_under_the_venues_rule_finds_the_published_premium(carry: float) -> None:
    published = frictionless_peg.closed_form(carry)
    assert frictionless_peg.by_integral(carry, steps=4_000) == pytest.approx(published, abs=1e-9)
    assert frictionless_peg.peg(carry, samples=24) == pytest.approx(published, abs=0.01 * BP)


def test_with_its_dead_band_the_price_goes_to_the_edge_of_the_band() -> None:
    # The rate must be what the index grows; within 5 bps of the interest it stands still, so the premium is that below.
    grown = 0.05 / frictionless_peg.KAPPA
    found = frictionless_peg.peg(0.05, 100_000, 500_000, samples=24)
    assert found == pytest.approx(grown - 5 * BP, abs=0.01 * BP)


def test_more_samples_do_not_move_the_average() -> None:
    few, many = (frictionless_peg.average_premium(1e-4, 0.05, n) for n in (96, 5_760))
    assert abs(few - many) < 500  # ppb, so 0.005 bps


# ----------------------------------------------------------------------------------------------- the maker


def test_the_closed_form_of_skew_is_near_the_equation_it_approximates() -> None:
    exact = maker_quotes.skew_by_equation()
    assert maker_quotes.stationary_skew() == pytest.approx(exact, rel=0.02)


def test_the_maker_quotes_the_closed_forms() -> None:
    flat = maker_quotes.quotes()
    s = maker_quotes.stationary_skew()
    assert flat.spread == pytest.approx(maker_quotes.stationary_spread(), rel=1e-5)
    assert flat.centre == pytest.approx(maker_quotes.S)
    assert maker_quotes.finite_spread(flat.spread) == pytest.approx(1.49, abs=0.005)
    assert flat.centre - maker_quotes.quotes(elsewhere=2).centre == pytest.approx(2 * s, rel=1e-4)
    assert flat.centre - maker_quotes.quotes(own=2).centre == pytest.approx(2 * s, rel=1e-4)


# -------------------------------------------------------------------------------------------- both loops


@pytest.mark.parametrize("mix", mixed_cascade.MIXES[:2])
def test_below_the_surface_a_mixed_cascade_is_the_geometric_series(mix: mixed_cascade.Mix) -> None:
    branching, sale = 0.8, mixed_cascade.SALE / mixed_cascade.PER_LEVEL
    plan = load(mixed_cascade.scenario(mix, branching / mix.branching(1.0))).plan()
    series = run_replicate(plan, 0).tables["series"]

    def fell(name: str) -> float:
        last = series.filter(pl.col("instrument") == name)["mark"][-1]
        return (mixed_cascade.START - last) / mixed_cascade.TICK

    expected = (sale - branching * mixed_cascade.FIRST) / (1 - branching)
    assert fell("hub/BTC-PERP") == pytest.approx(expected, abs=mixed_cascade.STEP)
    assert fell("bare/BTC-PERP") == fell("hub/BTC-PERP")
    per_tick = mix.adl * mix.hedged * branching / mix.branching(1.0) / mixed_cascade.PER_LEVEL
    assert fell("spot/BTC") == pytest.approx(per_tick * (expected - mixed_cascade.FIRST), abs=2)


def test_the_surface_lies_between_09_and_11() -> None:
    mix = mixed_cascade.MIXES[2]
    assert not mixed_cascade.everybody_goes(mix, 0.9 / mix.branching(1.0))
    assert mixed_cascade.everybody_goes(mix, 1.1 / mix.branching(1.0))


def test_a_range_without_the_boundary_returns_its_end() -> None:
    mix = mixed_cascade.MIXES[0]
    assert mixed_cascade.boundary(mix, 0, bounds=(0.3, 0.5)) == 0.5


# ------------------------------------------------------------------------------------------ metaorders


def test_the_exponent_of_a_known_impact() -> None:
    sizes = np.array([1.0, 2.0, 4.0, 8.0])
    noise = np.random.default_rng(1).normal(0, 1e-5, (40, 4))
    exponent, low, high = metaorder.fitted(sizes, 1e-4 * sizes**0.5 + noise)
    assert low < exponent < high
    assert exponent == pytest.approx(0.5, abs=0.05)
    assert high - low < 0.1


def test_without_impact_at_every_size_there_is_no_exponent() -> None:
    sizes, moves = np.array([1.0, 2.0]), np.array([[-1e-4, 2e-4], [1e-5, 3e-4]])
    assert metaorder.fitted(sizes, moves) == (None, None, None)
    one = np.array([[1e-4, 2e-4]])
    assert metaorder.fitted(sizes, one) == pytest.approx((1.0, 1.0, 1.0))


def test_an_exponent_that_cannot_be_computed_has_no_verdict(monkeypatch) -> None:
    nothing = metaorder.Impact(
        sizes=(1.0, 2.0), impacts=(-1.0, 1.0), exponent=None, low=None, high=None, volume=1.0
    )
    monkeypatch.setattr(metaorder, "impact", lambda *_: nothing)
    found = experiments.impact(experiments.QUICK, lambda: None)
    assert rows(dict(found))[48] == NOT_COMPUTABLE


def test_the_trader_buys_what_it_is_worth_and_changes_nothing_before() -> None:
    usd = 80e6
    calm, bought = (run_replicate(load(metaorder.scenario(q)).plan(), 0).tables for q in (0.0, usd))
    trader = bought["desks"].filter(pl.col("agent") == "trader.0")
    assert trader["exposure"][-1] == pytest.approx(usd, rel=0.01)
    before = pl.col("t_ns") <= metaorder.START * 10**9
    assert calm["series"].filter(before).equals(bought["series"].filter(before))


# --------------------------------------------------------------------------------------------- calm days


def test_a_calm_day_is_kept_as_minutes() -> None:
    day = calm_days.calm_days(1, hours=2)[0]
    assert len(day.returns) == 2 * 60 - calm_days.SETTLING - 1
    assert calm_days.pooled([day], calm_days.tail)[1:] == (None, None)


def test_bursts_of_news_leave_the_calm_market_calm() -> None:
    changes = {"run.duration": "3h", "run.record_every": "1m"}
    day = run_replicate(load("calm", overrides=changes).plan(), 0)
    assert day.headline["adl_usd"] == 0.0
    for name in ("hub/BTC-PERP", "spot/BTC"):
        book = day.tables["series"].filter(pl.col("instrument") == name)[5:]
        depth = (book["bid_depth_100"] + book["ask_depth_100"]).to_numpy()
        spread = ((book["ask"] - book["bid"]) / book["bid"]).to_numpy()
        for hourly in (depth, spread):
            hours = [float(np.median(hourly[n : n + 55])) for n in (0, 60, 115)]
            assert max(hours) < 2 * min(hours)
    perp = day.tables["series"].filter(pl.col("instrument") == "hub/BTC-PERP")
    assert perp["forced"].max() < 0.01 * perp["open_interest"][0]
    assert (perp["funding_rate"] == 1e-4).mean() > 0.9


# ---------------------------------------------------------------------------------------- quiet weeks


def test_shares_weigh_all_stamps_and_intervals_leave_out_runs() -> None:
    found = [np.array([1e-4, 2e-4, -1e-4]), np.array([1e-4, 1e-4, 1e-4])]
    share, low, high = quiet_weeks.positive(found)
    assert share == pytest.approx(5 / 6)
    assert low < share < high == 1.0
    assert quiet_weeks.at_anchor(found)[0] == pytest.approx(4 / 6)


def test_runs_that_agree_leave_an_interval_of_so_many_runs() -> None:
    share, low, high = quiet_weeks.at_anchor([np.full(30, 1e-4)] * 4)
    assert (share, high) == (1.0, 1.0)
    assert low == pytest.approx(0.51, abs=0.01)


def test_a_stamp_is_what_was_recorded_last_before_it_and_the_first_days_are_left_out() -> None:
    days = quiet_weeks.SETTLING + 1
    hours = np.arange(0, days * 24 + 1)
    series = pl.DataFrame(
        {
            "t_ns": hours * 3_600 * 10**9,
            "instrument": ["hub/BTC-PERP"] * len(hours),
            "funding_rate": hours / 1e6,
        }
    )
    first = quiet_weeks.SETTLING * 24
    found = quiet_weeks.settled(series, "hub/BTC-PERP", days) * 1e6
    assert found == pytest.approx([first + 7, first + 15, first + 23])


def test_every_market_is_a_valid_scenario_of_its_own_coin() -> None:
    for market in quiet_weeks.MARKETS.values():
        plan = load(quiet_weeks.of_coin(market.coin), overrides=dict(market.over)).plan()
        assert [asset.id for asset in plan.assets] == [market.coin]
        assert plan.instruments[0].id == f"hub/{market.coin}-PERP"


# ------------------------------------------------------------------------------------------- the rows


def rows(found: dict[str, Found]) -> dict[int, str]:
    card = scorecard.only_experiments(TARGETS, found)
    return {line.target.id: line.verdict for line in card.lines}


def test_verdicts_at_the_bounds() -> None:
    assert rows({})[48] == NOT_COMPUTABLE
    verdicts = {
        value: rows({"exponent of impact": Found(value=value)})[48]
        for value in (0.39, 0.4, 0.6, 0.61)
    }
    assert list(verdicts.values()) == [MISS, PASS, PASS, MISS]


def test_what_lies_farthest_is_judged() -> None:
    assert experiments.worst([0.99, 1.2, 0.9], 1.0) == Found(
        value=1.2, low=0.9, high=1.2, values=(0.99, 1.2, 0.9)
    )


def test_experiments_join_a_card_of_a_run_and_their_gates_count() -> None:
    lines = tuple(
        scorecard.Line(target=row, scores=()) for row in TARGETS.rows if row.id in (2, 48)
    )
    card = scorecard.Scorecard(scenario="october-2025", replicates=1, cascaded=0, lines=lines)
    assert card.experiments == ()
    joined = scorecard.with_experiments(card, {"exponent of impact": Found(value=0.5)})
    assert [line.verdict for line in joined.experiments] == [PASS]
    assert joined.lines[0] == card.lines[0]
