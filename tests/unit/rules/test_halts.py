from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import halts

PPB = 10**9
MILLI = st.integers(1, 10**12)
ATOMS = st.integers(1, 10**16)


@given(MILLI, MILLI, MILLI, st.integers(1, PPB))
def test_a_book_halts_beyond_its_limit_only(checked, a, b, c, limit):
    low, mark, high = sorted((a, b, c))
    share = Fraction(limit, PPB)
    beyond = Fraction(high - mark, high) > share or Fraction(mark - low, low) > share
    assert checked(halts.is_beyond, mark, low, high, limit) == beyond


def test_a_move_equal_to_the_limit_does_not_halt_a_book():
    assert not halts.is_beyond(90_000, 90_000, 100_000, PPB // 10)
    assert halts.is_beyond(89_999, 89_999, 100_000, PPB // 10)
    assert not halts.is_beyond(110_000, 100_000, 110_000, PPB // 10)
    assert halts.is_beyond(110_001, 100_000, 110_001, PPB // 10)


@given(st.integers(1, 10**10), ATOMS, st.integers(1, 10**10), ATOMS, st.integers(0, 2 * 10**16))
def test_a_limited_order_fits_what_is_left_or_is_one_lot(checked, pos, notional, qty, most, used):
    qty = min(qty, pos)
    lots = checked(halts.throttled_qty, pos, notional, qty, most, used)
    if used >= most:
        assert lots == 0
    elif lots > 1:
        assert Fraction(notional * lots, pos) <= most - used
    assert 0 <= lots <= qty
    if 0 < lots < qty:
        assert Fraction(notional * (lots + 1), pos) > most - used
    assert lots == checked(halts.throttled_qty, -pos, notional, qty, most, used)
