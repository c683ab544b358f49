from fractions import Fraction
from math import trunc
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import dydx

PPB = 10**9
USD = 10**6
NOTIONAL = st.integers(USD, 10**16)


@given(
    st.integers(10**7, PPB), st.integers(0, 10**15), st.integers(0, 10**14), st.integers(1, 10**14)
)
def test_initial_fraction_rises_linearly_between_the_open_interest_bounds(
    checked, base, open_notional, lower, width
):
    rate = checked(dydx.initial_rate_dydx, base, open_notional, lower, lower + width)
    share = max(Fraction(0), min(Fraction(1), Fraction(open_notional - lower, width)))
    exact = base + share * (PPB - base)
    assert 0 <= rate - exact < 1


def test_bounds_of_zero_switch_the_rise_off():
    assert dydx.initial_rate_dydx(20_000_000, 10**15, 0, 0) == 20_000_000


@given(st.sampled_from([-1, 1]), NOTIONAL, st.integers(-PPB, PPB), st.integers(1, PPB))
def test_closing_everything_in_parts_at_bankruptcy_uses_up_the_equity(
    checked, side, notional, equity_ppb, part
):
    equity = notional * equity_ppb // PPB
    maintenance = notional // 10
    first = notional * part // PPB
    margin = maintenance * part // PPB
    one = checked(dydx.bankruptcy_quote_dydx, -side * first, equity, -margin, maintenance)
    two = checked(
        dydx.bankruptcy_quote_dydx,
        -side * (notional - first), equity, -(maintenance - margin), maintenance,
    )  # fmt: skip
    whole = dydx.bankruptcy_quote_dydx(-side * notional, equity, -maintenance, maintenance)
    assert whole == side * notional - equity
    assert 0 <= one + two - whole <= 1


@given(st.sampled_from([-1, 1]), NOTIONAL, st.integers(-3 * PPB, PPB), st.integers(0, 2 * PPB))
def test_fillable_quote_lies_between_oracle_and_the_widest_spread(
    checked, side, notional, health_ppb, spread
):
    value = side * notional
    maintenance = max(1, notional // 10)
    equity = maintenance * health_ppb // PPB
    quote = checked(dydx.fillable_quote_dydx, value, equity, maintenance, maintenance, PPB, spread)
    abr = min(Fraction(1), 1 - Fraction(equity, maintenance))
    exact = value - abr * spread * maintenance / PPB
    slack = 2 + Fraction(maintenance * 4, PPB)
    assert abs(quote - exact) <= slack
    assert quote <= value


def test_deleverage_price_leaves_the_bankrupt_account_with_nothing():
    price = dydx.deleverage_price_dydx(-1_000, -400, -500)
    assert -500 * price == -1_000 + 400


def test_eight_hour_cap_is_six_times_the_gap_of_the_fractions():
    assert dydx.funding_cap_dydx(50_000_000, 30_000_000, 6) == 120_000_000


@given(st.integers(-(5 * 10**8), 5 * 10**8))
def test_eight_hour_rate_is_the_premium_with_interest_inside_its_bound(checked, premium):
    cap = dydx.funding_cap_dydx(50_000_000, 30_000_000, 6)
    rate = checked(dydx.funding_rate_dydx, premium, 100_000, cap)
    assert rate == sorted([-cap, premium + 100_000, cap])[1]


def test_bound_of_the_eight_hour_rate_at_equality_and_one_to_each_side():
    rates = [dydx.funding_rate_dydx(premium, 0, 1_000) for premium in (-1_001, -1_000, 999, 1_001)]
    assert rates == [-1_000, -1_000, 999, 1_000]


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60))
def test_median_of_votes_is_that_of_their_sorted_list(checked, votes):
    ranked = sorted(votes)
    middle = ranked[(len(votes) - 1) // 2], ranked[len(votes) // 2]
    assert checked(dydx.vote_median, *middle) == trunc(Fraction(median(map(Fraction, votes))))
