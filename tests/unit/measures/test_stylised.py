"""Stylised facts on samples whose answer is known."""

import numpy as np
import pytest

from unhedged.measures import stylised

RNG = np.random.default_rng(3)


def pareto(index: float, n: int) -> np.ndarray:
    return RNG.choice((-1, 1), n) * RNG.random(n) ** (-1 / index)


@pytest.mark.parametrize("index", [2.0, 3.0, 5.0])
def test_hill_finds_the_index_of_a_pareto_tail(index: float) -> None:
    assert stylised.hill_index([pareto(index, 200_000)]) == pytest.approx(index, rel=0.05)


def test_a_loud_day_is_not_the_tail_of_all() -> None:
    days = [pareto(4.0, 20_000) for _ in range(4)]
    loud = [days[0] * 50, *days[1:]]
    assert stylised.hill_index(loud) == pytest.approx(stylised.hill_index(days))


def test_too_few_or_equal_returns_have_no_tail() -> None:
    assert stylised.hill_index([pareto(3.0, 199)]) is None
    assert stylised.hill_index([np.tile([1.0, -1.0], 500)]) is None
    assert stylised.hill_index([np.zeros(500)]) is None


def test_independent_returns_have_no_memory_and_days_are_not_joined() -> None:
    days = [RNG.normal(size=5_000) for _ in range(4)]
    assert np.abs(stylised.autocorrelation(days, 60)).max() < 0.04
    # Two days of different loudness: joined, their sizes would seem to persist.
    days = [RNG.normal(size=5_000), 10 * RNG.normal(size=5_000)]
    assert np.abs(stylised.autocorrelation(days, 60)).max() < 0.06


def test_sizes_that_persist_are_seen() -> None:
    logs = np.zeros(20_000)
    for n in range(1, len(logs)):
        logs[n] = 0.98 * logs[n - 1] + 0.2 * RNG.normal()
    found = stylised.autocorrelation([np.exp(logs) * RNG.normal(size=len(logs))], 20)
    assert found[0] > found[-1] > 0.1


@pytest.mark.parametrize("exponent", [0.2, 0.3, 1.0])
def test_decay_finds_the_exponent_of_a_power(exponent: float) -> None:
    lags = np.arange(1, 61)
    assert stylised.decay_exponent(0.3 * lags**-exponent) == pytest.approx(exponent, abs=0.006)


def test_without_memory_nothing_decays() -> None:
    assert stylised.decay_exponent(-0.1 * np.ones(60)) is None


def test_funding_stamps() -> None:
    rates = np.array([1e-4, 1e-4, 1.00001e-4, -2e-5, 0.0])
    assert stylised.positive_share(rates) == 0.6
    assert stylised.anchor_share(rates, 1e-4) == 0.4


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = RNG.normal(size=12)
    without = [float(np.delete(values, n).mean()) for n in range(12)]
    low, high = stylised.jackknife(without, float(values.mean()))
    assert high - low == pytest.approx(2 * 1.96 * values.std(ddof=1) / np.sqrt(12))


def test_log_returns() -> None:
    assert stylised.log_returns(np.array([1.0, np.e, 1.0])) == pytest.approx([1.0, -1.0])


def test_an_interval_of_all_stamps_has_a_width() -> None:
    assert stylised.wilson(1.0, 18) == pytest.approx((18 / (18 + 1.96**2), 1.0))
    assert stylised.wilson(0.0, 18) == pytest.approx((0.0, 1.96**2 / (18 + 1.96**2)), abs=1e-12)
    low, high = stylised.wilson(0.5, 10_000)
    assert high - low == pytest.approx(2 * 1.96 * 0.005, rel=1e-3)
