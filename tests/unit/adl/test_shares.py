"""Whole shares: exact, within limits, by largest remainder, whatever the size of the numbers and the order of the rows."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from unhedged.adl.shares import divided, first_rows, share_out, whole_weights
from unhedged.reference import allocation as plain


@njit
def ask(factor, number, divisor):
    return divided(factor, number, divisor)


SIZES = st.integers(0, 10**12)
WEIGHTS = st.one_of(st.integers(0, 3), st.integers(0, 10**16))


def shared(total, weights, limits):
    rows = np.arange(len(limits))
    return share_out(
        total, np.array(weights, np.int64), np.array(limits, np.int64), (rows,)
    ).tolist()


@st.composite
def questions(draw):
    count = draw(st.integers(1, 12))
    limits = draw(st.lists(SIZES, min_size=count, max_size=count))
    weights = draw(st.lists(WEIGHTS, min_size=count, max_size=count))
    return draw(st.integers(0, sum(limits) + 1)), weights, limits


@given(questions())
@example((10, [1, 1, 1], [4, 4, 4]))
@example((5, [0, 0], [3, 3]))
@example((10**12, [1, 10**16], [10**12, 1]))
def test_shares_are_those_of_fractions(question):
    total, weights, limits = question
    expected = plain.share_out(
        total, [Fraction(w) for w in weights], limits, [(n,) for n in range(len(limits))]
    )
    found = shared(total, weights, limits)
    assert found == expected
    assert sum(found) == min(total, sum(limits))


def test_limits_that_are_reached_raise_the_level_of_the_others():
    assert shared(10, [1, 1, 8], [9, 9, 2]) == [4, 4, 2]
    assert shared(12, [6, 3, 3], [4, 9, 9]) == [4, 4, 4]


def test_those_without_a_weight_come_last():
    assert shared(9, [1, 0, 1], [3, 8, 3]) == [3, 3, 3]


@given(
    st.integers(0, 2**62 - 1),
    st.lists(st.integers(1, 2**59 - 1), min_size=1, max_size=2),
)
def test_a_product_beyond_64_bits_is_divided_exactly(factor, parts):
    total = sum(parts)
    assert ask(factor, parts[0], total) == divmod(factor * parts[0], total)


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=300))
def test_weights_are_cut_to_sixty_bits_together(weights):
    found = whole_weights(np.array(weights, np.int64))
    assert sum(found.tolist()) < 2**60
    lost = max(0, sum(weights).bit_length() - 60)
    assert found.tolist() == [weight >> lost for weight in weights]


@given(st.lists(st.floats(0.0, 1e300), min_size=1, max_size=40), st.randoms())
def test_whole_weights_do_not_depend_on_the_order_of_rows(weights, random):
    order = list(range(len(weights)))
    random.shuffle(order)
    found = whole_weights(np.array(weights))
    assert whole_weights(np.array(weights)[order]).tolist() == found[order].tolist()
    assert sum(found.tolist()) < 2**60
    top = max(weights)
    for weight, whole in zip(weights, found.tolist(), strict=True):
        share = Fraction(weight) / Fraction(top) if top else 0
        assert abs(share - Fraction(whole, max(1, *found.tolist()))) < Fraction(1, 2**40)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30), st.integers(-1, 31))
def test_first_rows_are_those_of_a_sort(pairs, count):
    key, tie = (np.array([pair[n] for pair in pairs], np.int64) for n in (0, 1))
    rows = np.arange(len(pairs))
    chosen = first_rows(key, count, (tie, rows), rows)
    expected = sorted(range(len(pairs)), key=lambda n: (pairs[n], n))[: max(0, count)]
    assert np.flatnonzero(chosen).tolist() == sorted(expected)
