"""What buyers pay, exactly, for whole columns."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from unhedged.engine.dollars import paid
from unhedged.vocab.enums import InstrumentKind

LINEAR, INVERSE = int(InstrumentKind.LINEAR), int(InstrumentKind.INVERSE)
fills = st.tuples(
    st.integers(1, 10**11),  # milli-ticks
    st.integers(0, 10**9),  # lots
    st.integers(1, 10**6),  # num
    st.sampled_from([1, 3, 10**4, 10**8]),  # den
    st.sampled_from([LINEAR, INVERSE]),
).filter(lambda f: f[0] * f[1] * f[2] // f[3] < 2**63 and f[1] * f[2] * 1000 < 2**62)


def columns(rows):
    instrument = np.zeros(len(rows), [("num", "i8"), ("den", "i8"), ("kind", "i1")])
    for name, values in zip(("num", "den", "kind"), list(zip(*rows, strict=True))[2:], strict=True):
        instrument[name] = values
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), instrument


def exact(px, qty, num, den, kind):
    if kind == INVERSE:
        return -(qty * num * 1000 // (den * px))
    return px * qty * num // (den * 1000)


@settings(max_examples=200, deadline=None)
@given(st.lists(fills, min_size=1, max_size=20))
def test_amounts_of_a_column_are_those_of_plain_integers_whatever_their_size(rows):
    px, qty, instrument = columns(rows)
    assert paid(px, qty, instrument, scale=1000).tolist() == [exact(*row) for row in rows]


def test_a_product_beyond_64_bits_beside_small_ones():
    rows = [
        (10**11, 10**9, 1, 10**4, LINEAR),
        (1_000, 7, 10, 3, LINEAR),
        (10**10, 10**9, 10, 10**4, LINEAR),
    ]
    assert 10**11 * 10**9 > 2**63
    px, qty, instrument = columns(rows)
    assert paid(px, qty, instrument, scale=1000).tolist() == [exact(*row) for row in rows]


def test_no_fills_pay_nothing():
    px, qty, instrument = columns([(1, 1, 1, 1, LINEAR)])
    assert paid(px[:0], qty[:0], instrument[:0]).tolist() == []
