from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from unhedged.rules import index_price

MILLI = st.integers(1, 2 * 10**9)
WEIGHT = st.integers(0, 100)
LIMIT = 50_000_000  # 5 %


def weighted_mean(pairs: list[tuple[int, int]]) -> int:
    total = sum(w for _, w in pairs)
    return floor(Fraction(sum(p * w for p, w in pairs), total)) if total else 0


def test_a_source_silent_for_exactly_the_limit_is_stale():
    assert index_price.is_stale(10 * 10**9, 10 * 10**9)
    assert not index_price.is_stale(10 * 10**9 - 1, 10 * 10**9)


def test_a_source_exactly_five_percent_off_keeps_its_weight():
    assert not index_price.is_deviant(105_000, 100_000, LIMIT)
    assert index_price.is_deviant(105_001, 100_000, LIMIT)
    assert not index_price.is_deviant(95_000, 100_000, LIMIT)
    assert index_price.is_deviant(94_999, 100_000, LIMIT)


@given(MILLI, MILLI)
def test_deviation_equals_the_exact_fraction(checked, px, median):
    exact = Fraction(abs(px - median)) > Fraction(median) / 20
    assert checked(index_price.is_deviant, px, median, LIMIT) == exact


@given(MILLI, MILLI, WEIGHT, WEIGHT)
def test_two_sources_give_their_weighted_mean(checked, p0, p1, w0, w1):
    expected = weighted_mean([(p0, w0), (p1, w1)])
    assert checked(index_price.index_two_sources, p0, p1, w0, w1) == expected


PERCENT = st.integers(80_000, 120_000)


@given(PERCENT, PERCENT, PERCENT, WEIGHT, WEIGHT, WEIGHT)
def test_three_sources_drop_one_that_deviates_and_fall_back_to_the_median(
    checked, p0, p1, p2, w0, w1, w2
):
    live = [(p, w) for p, w in ((p0, w0), (p1, w1), (p2, w2)) if w > 0]
    expected = weighted_mean(live)
    if len(live) == 3:
        middle = sorted((p0, p1, p2))[1]
        kept = [(p, w) for p, w in live if Fraction(abs(p - middle), middle) <= Fraction(1, 20)]
        expected = middle if len(kept) < 2 else weighted_mean(kept)
    result = checked(index_price.index_three_sources, p0, p1, p2, w0, w1, w2, LIMIT)
    assert result == expected


@given(MILLI, MILLI, MILLI, WEIGHT, WEIGHT, WEIGHT)
def test_weighted_median_is_the_lower_median_of_the_repeated_prices(
    checked, p0, p1, p2, w0, w1, w2
):
    repeated = sorted([p0] * w0 + [p1] * w1 + [p2] * w2)
    expected = repeated[(len(repeated) - 1) // 2] if repeated else 0
    assert checked(index_price.weighted_median3, p0, p1, p2, w0, w1, w2) == expected


TICKS = st.integers(1, 2**29)


@given(TICKS, st.integers(0, 1000), TICKS)
def test_a_book_with_two_sides_is_priced_at_its_mid(checked, bid, spread, last):
    px = checked(index_price.source_price, bid, bid + spread, last)
    assert px == Fraction(2 * bid + spread, 2) * 1000


def test_an_empty_or_crossed_book_is_priced_at_its_last_trade():
    sides = [(-1, 101), (99, -1), (-1, -1), (0, 101), (102, 101)]
    assert [index_price.source_price(*pair, 100) for pair in sides] == [100_000] * len(sides)
    assert index_price.source_price(101, 101, 100) == 101_000  # locked, not crossed
    assert index_price.source_price(102, 101, 0) == 0  # and no trade yet


def test_a_price_is_held_at_the_bound_it_passed():
    limit = 5_000_000  # 0.5 %
    prices = [994_999, 995_000, 995_001, 1_004_999, 1_005_000, 1_005_001]
    held = [index_price.clip_around(px, 1_000_000, limit) for px in prices]
    assert held == [995_000, 995_000, 995_001, 1_004_999, 1_005_000, 1_005_000]


@given(MILLI, MILLI, st.integers(0, 10**9))
def test_a_held_price_is_never_farther_than_the_limit_and_moves_only_then(
    checked, px, center, limit
):
    held = checked(index_price.clip_around, px, center, limit)
    assert Fraction(abs(held - center), center) <= Fraction(limit, 10**9)
    assert (held != px) == index_price.is_deviant(px, center, limit)
