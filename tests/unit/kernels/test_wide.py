"""The compiled 128-bit multiply-divide against Python's integers, at every sign and at the edges of 64 bits."""

import random

import pytest

from unhedged.kernels import wide
from unhedged.kernels.compiled import entry
from unhedged.rules import integer

MOST = 2**63 - 1
EDGES = (0, 1, 2, 3, 999_999_999, 10**9, 2**31 - 1, 2**32, 2**32 + 1, 2**62, MOST)


@entry("int64(int64, int64, int64)")
def floor(a: int, b: int, c: int) -> int:
    return wide.mul_div_floor(a, b, c)


@entry("int64(int64, int64, int64)")
def ceil(a: int, b: int, c: int) -> int:
    return wide.mul_div_ceil(a, b, c)


def triples():
    draws = random.Random(1)

    def drawn():
        size = draws.getrandbits(draws.randint(1, 63))
        return draws.choice((size, draws.choice(EDGES)))

    for _ in range(20_000):
        a, b, c = drawn(), drawn(), max(1, drawn())
        if a * b // c < MOST:
            yield draws.choice((a, -a)), draws.choice((b, -b)), c


@pytest.mark.parametrize(
    ("compiled", "plain"), [(floor, integer.mul_div_floor), (ceil, integer.mul_div_ceil)]
)
def test_compiled_multiply_divide_rounds_as_the_plain_one(compiled, plain):
    for a, b, c in triples():
        assert compiled(a, b, c) == plain(a, b, c), (a, b, c)


def test_a_remainder_moves_a_negative_quotient_down_and_a_positive_one_not():
    assert [floor(7, 1, 2), floor(-7, 1, 2), floor(7, -1, 2), floor(-7, -1, 2)] == [3, -4, -4, 3]
    assert [ceil(7, 1, 2), ceil(-7, 1, 2), ceil(7, -1, 2), ceil(-7, -1, 2)] == [4, -3, -3, 4]
