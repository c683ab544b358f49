"""A stream of messages made by a documented recipe must leave the same book as in matching engines written by others.

The recipe, with numpy's Generator(PCG64): kind 0 limit, 1 market, 2 cancel drawn with 50, 10 and 40 %; side; size 1 to 100;
distance from the mid geometric(0.15) - 2 ticks, so some limits cross; mid 10,000 plus a walk that steps up or down with
0.5 % each; a cancel names one of the last 2,000 limit orders, dead or alive. The expected numbers were obtained from bourse
0.4.0, FLOX, liquibook and order-matching 0.12.0 (numpy 2.2.6), not from this project.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from unhedged.kernels.stream import replay_stream

FIELDS = ("trades", "volume", "notional", "best_bid", "best_ask")


def generate(n: int, seed: int) -> NDArray[np.int32]:
    random = np.random.default_rng(seed)
    kind = random.choice(3, size=n, p=[0.5, 0.1, 0.4])
    side = random.integers(0, 2, n)
    qty = random.integers(1, 101, n)
    distance = random.geometric(0.15, n) - 2
    mid = 10_000 + np.cumsum(random.choice([-1, 0, 1], size=n, p=[0.005, 0.99, 0.005]))
    px = np.where(side == 0, mid - distance, mid + distance)
    limits = np.cumsum(kind == 0)
    ref = np.maximum(limits - random.integers(1, 2001, n), 0)
    kind[0] = 0
    px[kind != 0] = 0
    ref[kind != 2] = 0
    return np.stack([kind, side, px, qty, ref], axis=1).astype(np.int32)


@pytest.mark.parametrize(
    ("n", "seed", "first", "expected"),
    [
        (1_000_000, 7, 1_000, (321, 8_062, 80_628_206, 9_998, 9_999)),
        (1_000_000, 7, 5_000, (1_676, 43_485, 434_692_042, 9_993, 9_994)),
        (1_000_000, 7, 20_000, (7_217, 183_460, 1_832_829_442, 9_980, 9_982)),
        (1_000_000, 7, 1_000_000, (416_819, 10_641_890, 104_956_699_828, 9_876, 9_879)),
        (20_000, 7, 1_000, (360, 8_841, 88_369_545, 9_993, 9_994)),
        (20_000, 7, 5_000, (1_717, 43_867, 438_346_926, 9_989, 9_992)),
        (100_000, 2, 100_000, (39_873, 1_016_313, 10_159_184_508, 9_974, 9_975)),
        (100_000, 4, 100_000, (38_476, 981_189, 9_830_675_848, 10_034, 10_037)),
    ],
)
def test_the_book_ends_as_in_engines_written_by_others(
    n: int, seed: int, first: int, expected: tuple[int, ...]
) -> None:
    found = replay_stream(generate(n, seed)[:first])
    assert tuple(found[field] for field in FIELDS) == expected


@pytest.mark.parametrize("window", [64, 128, 4096, 65_536])
def test_the_size_of_the_window_changes_nothing_but_speed(window: int) -> None:
    found = replay_stream(generate(100_000, 2), window=window)
    assert tuple(found[field] for field in FIELDS) == (
        39_873,
        1_016_313,
        10_159_184_508,
        9_974,
        9_975,
    )


def test_a_stream_of_nothing_leaves_an_empty_book() -> None:
    found = replay_stream(np.zeros((0, 5), np.int32))
    assert tuple(found[field] for field in FIELDS) == (0, 0, 0, -1, -1)


def test_a_stream_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="five columns"):
        replay_stream(np.zeros((3, 4), np.int32))
