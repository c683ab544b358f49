"""Axioms on policies that keep them and on policies that do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.measures import axioms
from unhedged.vocab.errors import DataError

CLAIMS = st.lists(st.floats(0.1, 1e6), min_size=1, max_size=15)


def pro_rata(claims, budget):
    return claims * (budget / claims.sum())


def equal_split(claims, budget):
    """A head tax: everybody the same, whatever it has."""
    return np.full(len(claims), budget / len(claims))


def largest_first(claims, budget):
    order = np.argsort(-claims, kind="stable")
    before = np.cumsum(claims[order]) - claims[order]
    taken = np.zeros(len(claims))
    taken[order] = np.clip(budget - before, 0, claims[order])
    return taken


@given(CLAIMS, st.floats(0.01, 1.0), st.sampled_from([2, 10, 100]), st.data())
def test_pro_rata_keeps_all_three(claims, part, parts, data) -> None:
    budget = part * sum(claims)
    who = data.draw(st.integers(0, len(claims) - 1))
    slack = 1e-9 * sum(claims)
    assert abs(axioms.sybil_gain(pro_rata, claims, budget, who=who, parts=parts)) <= slack
    assert axioms.scale_gap(pro_rata, claims, budget, factor=7.3) <= slack
    # Rounded, since equal claims may be given a last bit more or less.
    taken = np.round(pro_rata(np.array(claims), budget), 6)
    assert axioms.monotonicity_violations(np.round(claims, 6), taken) == 0


def test_largest_first_rewards_splitting() -> None:
    """Claims 10 and 8, budget 6: the first gives 6; split in two it gives nothing, for the other is now the largest."""
    assert axioms.sybil_gain(largest_first, [10.0, 8.0], 6.0, who=0, parts=2) == 6.0
    assert axioms.sybil_gain(largest_first, [10.0, 8.0], 6.0, who=0, parts=1) == 0.0
    assert axioms.scale_gap(largest_first, [10.0, 8.0], 6.0, factor=0.5) == 0.0


def test_a_head_tax_punishes_it() -> None:
    """A half of 6 as one of two accounts, two thirds as two of three."""
    assert axioms.sybil_gain(equal_split, [10.0, 8.0], 6.0, who=0, parts=2) == pytest.approx(-1.0)


def test_a_policy_with_a_floor_in_dollars_depends_on_the_unit() -> None:
    def floored(claims, budget):
        return pro_rata(np.where(claims > 5, claims, 0.0), budget)

    assert axioms.scale_gap(floored, [10.0, 4.0], 7.0, factor=10.0) == pytest.approx(2.0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_violations_are_pairs(rows) -> None:
    claims, taken = [a for a, _ in rows], [b for _, b in rows]
    pairs = sum(a > c and b < d for a, b in rows for c, d in rows)
    assert axioms.monotonicity_violations(claims, taken) == pairs


def test_nobody_breaks_nothing() -> None:
    assert axioms.monotonicity_violations([], []) == 0
    assert axioms.scale_gap(largest_first, [], 0.0, factor=2.0) == 0.0


def test_a_row_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match="who is 2 and parts 3"):
        axioms.sybil_gain(pro_rata, [1.0, 1.0], 1.0, who=2, parts=3)
