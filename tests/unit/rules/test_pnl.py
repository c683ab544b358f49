from fractions import Fraction
from math import ceil, floor

from hypothesis import assume, given
from hypothesis import strategies as st

from unhedged.rules import pnl

# True scale: 10^10 lots, marks to 2 million ticks, $10bn notionals in 10^-6 atoms.
LOTS = st.integers(1, 10**10)
SIDE = st.sampled_from([-1, 1])
PX = st.integers(1, 2 * 10**6)
MILLI = st.integers(0, 2 * 10**9)
NUM = st.integers(1, 10**5)
DEN = st.sampled_from([1, 3, 7, 10, 1000, 10**6])


def fits(*numbers: int) -> bool:
    return all(abs(x) < 2**62 for x in numbers)


@given(PX, LOTS, NUM, DEN)
def test_a_fill_moves_the_rounded_down_money(checked, px, qty, num, den):
    exact = Fraction(px) * qty * num / den
    assume(exact < 2**62)
    assert checked(pnl.amount, px, qty, num, den) == floor(exact)


@given(SIDE, LOTS, MILLI, NUM, DEN)
def test_value_is_the_signed_rounded_down_product(checked, side, lots, mark, num, den):
    exact = Fraction(lots) * mark * num / (den * 1000)
    assume(exact < 2**62)
    assert checked(pnl.value, side * lots, mark, num, den) == side * floor(exact)


@given(SIDE, LOTS, PX, NUM, DEN)
def test_closing_at_a_mark_of_whole_ticks_changes_equity_by_nothing(side, lots, px, num, den):
    value = pnl.value(side * lots, px * 1000, num, den)
    assert value == side * pnl.amount(px, lots, num, den)


@given(SIDE, LOTS, st.integers(-10, 2**61), NUM, DEN)
def test_the_last_mark_for_a_value_is_exactly_the_last(checked, side, lots, bound, num, den):
    mark = checked(pnl.last_mark_for_value, side * lots, bound, num, den)
    assume(mark < 10**18 - 1000 * den - 1)

    def holds(m: int) -> bool:
        size = lots * m * num // (den * 1000)
        return size >= bound if side > 0 else size <= bound

    if mark >= 0:
        assert holds(mark)
    if side > 0:
        assert mark == 0 or not holds(mark - 1)
    else:
        assert not holds(mark + 1)


@given(SIDE, LOTS, st.integers(10**15, 2**61))
def test_a_mark_beyond_every_price_is_cut_off_on_the_safe_side(side, lots, bound):
    mark = pnl.last_mark_for_value(side, bound, 1, 10**6)
    assert mark >= 10**18 - 10**9 - 1
    if side < 0:
        assert mark // (10**6 * 1000) <= bound


@given(
    st.lists(st.tuples(SIDE, st.integers(1, 10**9), PX), min_size=1, max_size=12),
    st.integers(1, 100),
    DEN,
)
def test_wallet_moves_only_by_realised_profit_and_costs_vanish_when_flat(checked, fills, num, den):
    pos = cost = cash = 0
    realised = 0
    for side, qty, px in fills:
        money = pnl.amount(px, qty, num, den)
        if pos * side < 0:
            closed = min(qty, abs(pos))
            if closed == qty:
                realised += checked(pnl.realised_on_close, pos, cost, qty, money)
            else:
                realised += checked(pnl.realised_on_close, pos, cost, closed, money * closed // qty)
        cost = checked(pnl.cost_after, pos, cost, side * qty, money)
        cash -= side * money
        pos += side * qty
        assert pnl.wallet(cash, cost) == realised
        assert cost * pos >= 0
        if pos == 0:
            assert cost == 0
    mark = 10**6
    value = pnl.value(pos, mark, num, den)
    assert pnl.wallet(cash, cost) + pnl.unrealised(value, cost) == cash + value


@given(SIDE, LOTS, st.integers(0, 10**16), LOTS)
def test_released_cost_rounds_towards_zero_and_leaves_the_rest_with_the_position(
    checked, side, lots, size, qty
):
    qty = min(qty, lots)
    released = checked(pnl.released_cost, side * lots, side * size, qty)
    exact = Fraction(size) * qty / lots
    assert released == side * floor(exact)
    rest = pnl.cost_after(side * lots, side * size, -side * qty, 0)
    assert rest == side * ceil(Fraction(size) - exact)


def test_a_fill_through_zero_restarts_the_entry_cost():
    assert pnl.cost_after(10, 1000, -25, 3000) == -1800
    assert pnl.cost_after(-10, -1000, 25, 3000) == 1800


def test_a_fill_of_nothing_changes_no_cost():
    assert pnl.cost_after(5, 123, 0, 0) == 123


@given(SIDE, LOTS, PX, NUM, DEN)
def test_entry_price_of_one_fill_is_its_price_up_to_the_rounded_amount(
    checked, side, lots, px, num, den
):
    assume(px * lots * num // den < 2**63)
    money = pnl.amount(px, lots, num, den)
    entry = checked(pnl.entry_milli, side * lots, side * money, num, den)
    assert entry <= px * 1000
    assert Fraction(px * 1000 - entry - 1) <= Fraction(1000 * den, lots * num)


# Inverse: one lot is $1, one tick $0.1, atoms 10^-8 BTC: num = 10^9, den = 1.
@given(SIDE, st.integers(1, 5 * 10**9), PX, PX)
def test_inverse_profit_is_within_an_atom_of_the_reciprocal_difference(
    checked, side, lots, entry, exit_
):
    num, den = 10**9, 1
    exact = side * lots * num * (Fraction(1, entry) - Fraction(1, exit_))
    assert abs(checked(pnl.inverse_pnl, side * lots, entry, exit_, num, den) - exact) < 1


@given(SIDE, st.integers(1, 5 * 10**9), PX, PX)
def test_inverse_equity_from_cash_and_value_equals_the_profit(checked, side, lots, entry, mark):
    num, den = 10**9, 1
    cash = side * checked(pnl.inverse_amount, entry, lots, num, den)
    value = checked(pnl.inverse_value, side * lots, mark * 1000, num, den)
    assert cash + value == pnl.inverse_pnl(side * lots, entry, mark, num, den)
    cost = pnl.cost_after(0, 0, side * lots, -pnl.inverse_amount(entry, lots, num, den))
    assert pnl.wallet(cash, cost) == 0
    assert pnl.unrealised(value, cost) == cash + value
