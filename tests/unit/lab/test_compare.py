"""Twins: paired by replicate, with intervals."""

import math

from hypothesis import given
from hypothesis import strategies as st

from unhedged.lab.compare import paired

numbers = st.floats(-1e9, 1e9)


def rows(values: list[float | None]) -> list[dict]:
    return [{"replicate": n, "x": value} for n, value in enumerate(values)]


def test_constant_effect_has_an_interval_of_no_width() -> None:
    (found,) = paired(rows([1.0, 5.0, 9.0]), rows([3.0, 7.0, 11.0]), ["x"])
    assert (found.mean, found.low, found.high, found.pairs) == (2.0, 2.0, 2.0, 3)
    assert found.clear


def test_single_pair_has_no_interval() -> None:
    (found,) = paired(rows([1.0]), rows([3.0]), ["x"])
    assert math.isinf(found.low)
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
    slack = 1e-6 * (1 + abs(one.mean))
    assert (
        min(c - d for c, d in zip([p[1] for p in pairs], [p[0] for p in pairs], strict=True))
        - slack
        <= one.low
    )
    assert one.low <= one.high + slack
