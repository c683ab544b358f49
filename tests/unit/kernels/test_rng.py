"""Philox against its published vectors; streams that nobody else can move."""

import statistics

import pytest
from numba import njit

from unhedged.kernels import rng
from unhedged.kernels.compiled import u8
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import agent, world
from unhedged.reference import rng as plain
from unhedged.vocab.keys import Purpose, stream_key

ONES = 2**64 - 1
# Random123 1.14, tests/kat_vectors: counter (low, high), key, words.
KNOWN = (
    (0, 0, 0, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (ONES, ONES, ONES, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        0x85A308D3_243F6A88,
        0x03707344_13198A2E,
        0x299F31D0_A4093822,
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
)


@njit("UniTuple(uint64, 4)(uint64, uint64, uint64)")
def _block(key, counter, lane):
    return rng.block(key, counter, lane)


@njit("UniTuple(float64, 4)(int64, int64)")
def _uniforms(address, a):
    return rng.uniforms(agent(world(address), a))


@njit("UniTuple(float64, 2)(int64, int64)")
def _normals(address, a):
    return rng.normals(agent(world(address), a))


@njit("UniTuple(float64, 2)(uint64, uint64)")
def _normals_of(key, draw):
    return rng.normals_of(key, draw)


@njit("UniTuple(float64, 4)(uint64, uint64)")
def _uniforms_of(key, draw):
    return rng.uniforms_of(key, draw)


@njit("float64(float64)")
def _exponential(u):
    return rng.exponential(u)


@njit("UniTuple(float64, 2)(uint64, int64)")
def _moments(key, count):
    first = second = 0.0
    for n in range(count):
        a, b = rng.normals_of(key, u8(n))
        first += a + b
        second += a * a + b * b
    return first / (2 * count), second / (2 * count)


@pytest.mark.parametrize(("counter", "lane", "key", "words"), KNOWN)
def test_known_answers(counter, lane, key, words):
    expected = tuple(int(word, 16) for word in words.split())
    assert _block(key, counter, lane) == expected
    assert plain.block(key, counter, lane) == expected


def test_compiled_and_plain_draws_have_the_same_bits():
    for draw in range(20_000):
        key = stream_key(7, draw % 5, "bits")
        assert _uniforms_of(key, draw) == plain.uniforms_of(key, draw)
        assert _normals_of(key, draw) == plain.normals_of(key, draw)
        u = plain.uniforms_of(key, draw)[0]
        assert _exponential(u) == plain.exponential(u)


def test_uniforms_stay_below_one_and_exponentials_finite():
    assert plain.LOW / 2**32 < 1.0
    assert _exponential(plain.LOW / 2**32) == pytest.approx(22.18, abs=0.01)
    assert _exponential(0.0) == 0.0


def test_an_agent_draws_from_its_own_stream_and_counts():
    memory = Memory({"agent": 2})
    key = stream_key(1, 0, "maker.0")
    memory["agent"]["key"] = (key, stream_key(1, 0, "maker.1"))
    first = _uniforms(memory.address, 0)
    assert _uniforms(memory.address, 1) != first
    assert _normals(memory.address, 0) == plain.normals_of(key, 1)
    assert _uniforms(memory.address, 0) == plain.uniforms_of(key, 2)
    assert list(memory["agent"]["draws"]) == [3, 1]
    assert first == plain.uniforms_of(key, 0)


def test_adding_an_agent_moves_nobody_elses_draws():
    def draws(names):
        memory = Memory({"agent": len(names)})
        memory["agent"]["key"] = [stream_key(3, 1, name) for name in names]
        # Interleaved turns, as in a run.
        turns = [
            (name, _uniforms(memory.address, a)) for _ in range(50) for a, name in enumerate(names)
        ]
        return {name: [u for who, u in turns if who == name] for name in names}

    before = draws(("maker.0", "desk.0", "retail.0"))
    after = draws(("whale.0", "maker.0", "maker.1", "desk.0", "retail.0"))
    for name, own in before.items():
        assert after[name] == own


def test_normals_have_mean_zero_and_variance_one():
    count = 500_000
    mean, square = _moments(stream_key(1, 0, "moments"), count)
    # Five standard errors of the mean and of the variance.
    assert abs(mean) < 5 / (2 * count) ** 0.5
    assert abs(square - 1) < 5 * (2 / (2 * count)) ** 0.5


def test_normals_are_monotone_in_the_words_they_are_made_of():
    quantile = statistics.NormalDist().inv_cdf
    for draw in range(1000):
        a, b, _, _ = plain.block(5, draw, rng.NORMAL)
        u = ((((a << 32) | b) >> 12) + 0.5) / 2**52
        assert _normals_of(5, draw)[0] == pytest.approx(quantile(u), rel=1e-13, abs=1e-15)


def test_each_argument_of_a_stream_key_matters():
    keys = {
        stream_key(1, 0, "a"),
        stream_key(2, 0, "a"),
        stream_key(1, 1, "a"),
        stream_key(1, 0, "b"),
        stream_key(1, 0, "a", purpose=Purpose.START),
        stream_key(11, 0, "a"),
        stream_key(1, 10, "a"),
        stream_key(1, 0, "0/a"),
    }
    assert len(keys) == 8


def test_stream_keys_do_not_change_between_versions():
    assert stream_key(1, 0, "maker.0") == 7761780823275267239
