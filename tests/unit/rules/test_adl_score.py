from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import adl_score

USD = 10**6
MONEY = st.integers(-(10**16), 10**16)
SIZE = st.integers(1, 10**16)


def near(x: float, exact: Fraction) -> bool:
    return abs(Fraction(x) - exact) <= abs(exact) / 10**12


@given(SIZE, MONEY, SIZE)
def test_binance_score_is_profit_on_the_wallet_times_margin_ratio(unrealised, wallet, maintenance):
    equity = wallet + unrealised
    score = adl_score.score_binance(unrealised, wallet, equity, maintenance)
    if equity <= 0:
        assert score == 0.0
    else:
        exact = Fraction(unrealised, max(USD, wallet)) * Fraction(maintenance, equity)
        assert near(score, exact)


def test_binance_losers_score_zero_and_a_tiny_wallet_counts_as_one_unit():
    assert adl_score.score_binance(-1, 10 * USD, 9 * USD, USD) == 0.0
    assert adl_score.score_binance(USD, 1, USD + 1, 0) == 0.0
    assert adl_score.score_binance(USD, 0, USD, USD) == 1.0


@given(st.sampled_from([-1, 1]), SIZE, SIZE, SIZE)
def test_bitmex_score_multiplies_profit_and_divides_loss_by_leverage(side, mark, entry, equity):
    score = adl_score.score_bitmex(side * mark, side * entry, side * mark - equity)
    profit = Fraction(side * (mark - entry), entry)
    leverage = Fraction(mark, equity)
    assert near(score, profit * leverage if profit > 0 else profit / leverage)


def test_a_position_bankrupt_at_mark_is_not_ranked():
    assert adl_score.score_bitmex(100, 50, 100) == 0.0
    assert adl_score.score_hyperliquid_documented(1, 100, 50, 0) == 0.0
    assert adl_score.score_hyperliquid_documented(-1, 100, 50, 0) == 0.0


def test_okx_score_divides_profit_and_multiplies_loss_by_the_margin_ratio():
    assert adl_score.score_okx(10, 100, 2.0) == 0.05
    assert adl_score.score_okx(-10, 100, 2.0) == -0.2


@given(SIZE, SIZE, MONEY, SIZE)
def test_observed_hyperliquid_score_is_leverage_times_return_with_floors(
    notional, account_value, unrealised, entry_notional
):
    floor = Fraction(1e-8)
    leverage = max(Fraction(notional, account_value), floor)
    profit = max(Fraction(max(0, unrealised), entry_notional), floor)
    score = adl_score.score_hyperliquid_observed(
        notional, account_value, unrealised, entry_notional
    )
    assert near(score, leverage * profit)


def test_observed_score_of_a_negative_account_is_the_floor():
    assert adl_score.score_hyperliquid_observed(100, -5, 0, 0) == 1e-8 * 1e-8


@given(SIZE, SIZE, SIZE)
def test_documented_index_turns_the_price_ratio_round_for_shorts(mark, entry, account_value):
    long = adl_score.score_hyperliquid_documented(5, mark, entry, account_value)
    short = adl_score.score_hyperliquid_documented(-5, mark, entry, account_value)
    literal = adl_score.score_hyperliquid_documented_literal(mark, entry, account_value)
    assert long == literal
    assert near(literal, Fraction(mark, entry) * Fraction(mark, account_value))
    assert near(short, Fraction(entry, mark) * Fraction(mark, account_value))


def test_observed_and_documented_scores_rank_two_winners_in_opposite_order():
    # A: return 1 %, leverage 10. B: return 50 %, leverage 1.
    a_observed = adl_score.score_hyperliquid_observed(10_100, 1_010, 100, 10_000)
    b_observed = adl_score.score_hyperliquid_observed(15_000, 15_000, 5_000, 10_000)
    assert abs(a_observed - 0.1) < 1e-12
    assert abs(b_observed - 0.5) < 1e-12
    a_documented = adl_score.score_hyperliquid_documented(1, 10_100, 10_000, 1_010)
    b_documented = adl_score.score_hyperliquid_documented(1, 15_000, 10_000, 15_000)
    assert abs(a_documented - 10.1) < 1e-12
    assert abs(b_documented - 1.5) < 1e-12


@given(st.integers(1, 10**10), st.integers(0, 10**10))
def test_queue_is_cut_into_fifths_from_the_front(checked, up_to, behind):
    fifth = checked(adl_score.queue_fifth, up_to, up_to + behind)
    assert 1 <= fifth <= 5
    assert (fifth - 1) * (up_to + behind) < 5 * up_to <= fifth * (up_to + behind)
