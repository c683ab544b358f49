"""The reduced day: gates that hold on it, markets broken on purpose in which each of them fails, and signs of what makes the day.

Two replicates a market, to an hour and five minutes after the news; means. The full scorecard is ``unhedged run october-2025 --replicates 20`` and ``unhedged score``.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from unhedged.engine.run import run_replicate
from unhedged.lab import targets
from unhedged.lab.october import MEASURES
from unhedged.measures.day import Day
from unhedged.scenario.load import load

pytestmark = pytest.mark.slow

REPLICATES = 2
HOURS = "run.duration=95m"
CEX, ONCHAIN = "binance", "hyper"
NO_NEWS = ("news.0.fundamental=0%", "news.1.fundamental=0%")
ENGINE_OFF = (
    f"venue.{CEX}.liquidation.enabled=false",
    f"venue.{ONCHAIN}.liquidation.enabled=false",
)
# The same dollars quoted, whatever happens: a hundred times the capital, of which a hundredth part is shown. With their own capital
# makers that carry everything are liquidated themselves, which is another experiment.
STEADY_MAKERS = tuple(
    f"agent.{block}.{key}"
    for block, capital, depth in (
        ("maker", 42, 35),
        ("maker-abroad", 52, 35),
        ("spot-maker", 83, 20),
    )
    for key in (
        "withdraw.enabled=false",
        "shading.floor=100%",
        f"capital.median={100 * capital}% of scale",
        f"depth={depth / 100}%",
    )
)
NO_CROWD = ("agent.longs.leverage=1", "agent.cross-*.leverage=1", "agent.longs.stop.share=0%")
ENDLESS_FUND = (f"venue.{CEX}.fund.start=$500bn", f"venue.{ONCHAIN}.vault.start=$500bn")
ROLES = targets.load("october-2025").roles


@cache
def one(number: int, *changes: str) -> Day:
    """Return one replicate of the reduced day with changes, run once a session."""
    plan = load("october-2025-small", overrides=[HOURS, *changes]).plan()
    shock = min(news.t_ns for news in load("october-2025-small").plan().news)
    return Day(run_replicate(plan, number).tables.__getitem__, shock, ROLES)


def days(*changes: str, replicates: int = REPLICATES) -> list[Day]:
    return [one(number, *changes) for number in range(replicates)]


def mean(name: str, *changes: str) -> float:
    values = [MEASURES[name](day) for day in days(*changes)]
    return float(np.mean([np.nan if value is None else value for value in values]))


def fall(*changes: str) -> float:
    return -mean("fall of BTC", *changes)


def forced(*changes: str) -> float:
    """Return the mean of dollars closed by liquidation."""
    return float(np.mean([day.liquidations["notional"].sum() for day in days(*changes)]))


def deleveraged(*changes: str) -> float:
    """Return the mean of dollars closed by ADL."""
    return float(np.mean([day.adl["notional"].sum() for day in days(*changes)]))


GATES: dict[str, Callable[..., bool]] = {
    "liquidations": lambda *changes: forced(*changes) > 1e9,
    "the price falls": lambda *changes: fall(*changes) > 0.07,
    # Thin coins' books in every replicate, BTC's in the one that falls farthest: two in three cascade.
    "books empty": lambda *changes: (
        mean("depth of thin coins", *changes) < -0.85
        and min(MEASURES["depth of BTC"](day) for day in days(*changes)) < -0.85
    ),
    "winners are closed": lambda *changes: deleveraged(*changes) > 1e8,
}


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_holds_on_the_day(gate: str) -> None:
    assert GATES[gate]()


@pytest.mark.parametrize(
    ("gate", "broken"),
    [
        ("liquidations", ENGINE_OFF),
        ("liquidations", NO_CROWD),
        ("the price falls", STEADY_MAKERS),
        ("the price falls", NO_CROWD),
        ("books empty", STEADY_MAKERS),
        ("winners are closed", ENDLESS_FUND),
        ("winners are closed", ENGINE_OFF),
    ],
)
def test_a_gate_fails_on_a_market_broken_on_purpose(gate: str, broken: tuple[str, ...]) -> None:
    assert not GATES[gate](*broken)


def test_without_news_the_day_stays_calm() -> None:
    calm = days(*NO_NEWS)
    for day in calm:
        series = day.series
        interest = sum(
            float(frame["open_interest"][0] * frame["mark"][0])
            for frame in series.partition_by("instrument")
            if frame["open_interest"][0] is not None
        )
        hours = float(series["t_ns"].max()) / 3.6e12
        assert len(day.adl) == 0
        assert day.liquidations["notional"].sum() / hours < 0.01 * interest
        for frame in series.partition_by("instrument"):
            depth = (frame["bid_depth_100"] + frame["ask_depth_100"]).to_numpy()
            spread = (frame["ask"] - frame["bid"]).to_numpy() / frame["bid"].to_numpy()
            # The spread of a thin book hangs on a few quotes: half an hour of it, ten minutes of depth.
            for values, windows in ((depth, 10), (spread, 3)):
                means = np.array([np.nanmean(part) for part in np.array_split(values, windows)])
                assert (0.5 * means[0] < means).all()
                assert (means < 2.0 * means[0]).all()


def test_constant_depth_stays_near_the_fall_without_an_engine() -> None:
    assert abs(fall(*STEADY_MAKERS) - fall(*STEADY_MAKERS, *ENGINE_OFF)) < 0.02


def test_half_the_news_does_not_cascade() -> None:
    news = load("october-2025-small").spec.news
    half = tuple(f"news.{n}.fundamental={one.fundamental / 2e7:.3f}%" for n, one in enumerate(news))
    assert fall(*half) < 0.5 * fall()
    assert forced(*half) < 0.25 * forced()


@pytest.mark.parametrize("measure", ["fall of BTC", "fall of ETH", "fall of thin coins"])
def test_half_the_dip_buyers_are_much_worse(measure: str) -> None:
    # Six of twelve a book, over four replicates: those that cascade anyway fall little further, the others cascade too.
    whole, half = (
        np.mean([MEASURES[measure](day) for day in days(*changes, replicates=4)])
        for changes in ((), ("agent.dip.count=6",))
    )
    assert half < 1.1 * whole < 0.0
