"""The walk of fundamental value: an even pace, and one that clusters, against the plain form and against what it must be."""

import math

import numpy as np
import pytest

from unhedged.engine.build import build
from unhedged.kernels.compiled import entry, record_at
from unhedged.kernels.news import move_values
from unhedged.kernels.tables import asset, world
from unhedged.reference import news
from unhedged.reference.rng import normals_of
from unhedged.reference.world import Asset
from unhedged.scenario.load import load

_cell = record_at(np.dtype([("x", "f8")]))
PACE = {"strength": "40%", "layers": 5, "fastest": "20s", "factor": 3}


@entry("void(int64, int64, int64)")
def _walk(address: int, seconds: int, out: int) -> None:
    w = world(address)
    for n in range(seconds):
        move_values(w)
        _cell(out + 8 * n).x = asset(w, 0).walk


def market(**pace):
    return build(load("calm", overrides={"asset.BTC.pace": pace}).plan(), 0).memory


def steps(memory, seconds):
    """Return the log changes of value, one a second."""
    out = np.zeros(seconds)
    _walk(memory.address, seconds, out.ctypes.data)
    return np.diff(out, prepend=0.0)


def plain(memory):
    row = memory["asset"][0]
    real = ("value", "start", "walk", "volatility", "strength", "fastest", "factor")
    whole = ("key", "draws", "layers")
    return Asset(**{n: float(row[n]) for n in real}, **{n: int(row[n]) for n in whole})


def paces(memory, seconds):
    """Return the variance of each step over the mean one, from the same normal draws at an even pace."""
    row = memory["asset"][0].copy()
    even = [normals_of(int(row["key"]), n)[0] * float(row["volatility"]) for n in range(seconds)]
    return (steps(memory, seconds) / even) ** 2


def test_the_pace_is_that_of_the_plain_form_and_draws_of_the_walk_are_untouched():
    memory = market(**PACE)
    x, expected = plain(memory), []
    for _ in range(2_000):
        expected.append(news.pace(x))
        x.draws += 1
    assert paces(memory, 2_000) == pytest.approx(expected, rel=1e-6)


def test_no_strength_is_an_even_pace_to_the_last_bit():
    memory = market(**PACE | {"strength": "0%"})
    row = memory["asset"][0].copy()
    walk = 0.0
    out = np.zeros(200)
    _walk(memory.address, 200, out.ctypes.data)
    for n in range(200):
        walk += float(row["volatility"]) * normals_of(int(row["key"]), n)[0]
        assert out[n] == walk


def test_layers_are_products_of_two_values_and_the_mean_variance_is_that_of_volatility():
    found = paces(market(**PACE | {"fastest": "1s", "factor": 1, "layers": 3}), 20_000)
    allowed = [1.4**high * 0.6 ** (3 - high) for high in range(4)]
    nearest = np.abs(found[:, None] - allowed).min(axis=1)
    assert nearest.max() < 1e-6
    spread = math.sqrt(1.16**3 - 1)
    assert found.mean() == pytest.approx(1.0, abs=4 * spread / math.sqrt(20_000))


def test_a_layer_lasts_as_long_as_it_says():
    seconds = 40_000
    high = paces(market(**PACE | {"layers": 1, "fastest": "10s"}), seconds) > 1
    # Drawn anew every ten seconds, half of the draws change it.
    changes = int((high[1:] != high[:-1]).sum())
    assert changes == pytest.approx(seconds / 20, abs=4 * math.sqrt(seconds / 20))


def test_slower_layers_make_memory_longer():
    def memory_of(**pace):
        size = np.log(paces(market(**PACE | pace), 20_000))
        return float(np.corrcoef(size[:-300], size[300:])[0, 1])

    assert memory_of(layers=1) == pytest.approx(0.0, abs=0.1)
    assert memory_of(layers=5) > 0.2
