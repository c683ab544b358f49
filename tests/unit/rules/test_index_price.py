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
