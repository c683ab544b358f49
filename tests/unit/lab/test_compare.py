"""Twins: paired by replicate, with intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.lab.compare import paired

numbers = st.floats(-1e9, 1e9)


def rows(values: list[float | None]) -> list[dict]:
    return [{"replicate": n, "x": value} for n, value in enumerate(values)]


def test_constant_effect_has_an_interval_of_no_width() -> None:
    (found,) = paired(rows([1.0, 5.0, 9.0]), rows([3.0, 7.0, 11.0]), ["x"])
    assert (found.mean, found.low, found.high, found.pairs) == (2.0, 2.0, 2.0, 3)
    assert found.chance == 0.25  # three equal signs


def test_constant_effect_is_claimed_when_signs_alone_would_do() -> None:
    (found,) = paired(rows([0.0] * 6), rows([2.0] * 6), ["x"])
    assert found.clear
    (found,) = paired(rows([0.0] * 5), rows([2.0] * 5), ["x"])
    assert not found.clear


def test_single_pair_has_no_interval() -> None:
    (found,) = paired(rows([1.0]), rows([3.0]), ["x"])
    assert found.low is None
    assert found.high is None
    assert not found.clear


def test_replicates_without_a_twin_or_a_value_are_left_out() -> None:
    (found,) = paired(rows([1.0, None, 3.0, 4.0]), rows([2.0, 9.0, None]), ["x"])
    assert found.pairs == 1
    assert paired(rows([None]), rows([1.0]), ["x"]) == []


def test_pairs_go_by_number_not_by_position() -> None:
    (found,) = paired(rows([1.0, 100.0]), list(reversed(rows([2.0, 101.0]))), ["x"])
    assert found.low == found.high == 1.0


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=12))
def test_interval_holds_the_mean_and_repeats(pairs) -> None:
    a, b = rows([p[0] for p in pairs]), rows([p[1] for p in pairs])
    (one,), (two,) = paired(a, b, ["x"]), paired(a, b, ["x"])
    assert one == two
    assert one.low <= one.mean <= one.high


def test_interval_of_a_published_example() -> None:
    # Student's own: hours of sleep gained with two drugs, Biometrika 6 (1908); mean 1.58, t 4.06, p 0.0028.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    (found,) = paired(rows(first), rows(second), ["x"])
    assert (round(found.mean, 2), round(found.low, 2), round(found.high, 2)) == (1.58, 0.70, 2.46)
    assert round(found.chance, 5) == 0.00283


LAWS = {
    "normal": lambda random, shape: random.normal(size=shape),
    "heavy": lambda random, shape: random.standard_t(2, size=shape),
    "counts": lambda random, shape: random.integers(0, 2, size=shape).astype(float),
    "rare": lambda random, shape: np.where(random.random(shape) < 0.2, random.random(shape), 0.0),
}


@pytest.mark.parametrize("pairs", [2, 4, 8, 20])
@pytest.mark.parametrize("law", LAWS)
def test_twins_without_an_effect_claim_one_in_twenty_at_most(law: str, pairs: int) -> None:
    # Whole comparisons of ten measures: one wrong claim anywhere counts.
    random, names, wrong, trials = np.random.default_rng(1), [f"x{m}" for m in range(10)], 0, 600
    for _ in range(trials):
        a, b = LAWS[law](random, (2, pairs, len(names)))
        base = [{"replicate": n, **dict(zip(names, row, strict=True))} for n, row in enumerate(a)]
        other = [{"replicate": n, **dict(zip(names, row, strict=True))} for n, row in enumerate(b)]
        wrong += any(found.clear for found in paired(base, other, names))
    assert wrong / trials <= 0.05 + 3 * (0.05 * 0.95 / trials) ** 0.5


def test_a_real_effect_is_found() -> None:
    random = np.random.default_rng(1)
    noise = random.normal(size=(2, 20))
    (found,) = paired(rows(noise[0]), rows(noise[1] + 2.0), ["x"])
    assert found.clear
    assert found.low < 2.0 < found.high
