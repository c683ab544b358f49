"""Units: what a user writes is read exactly, and what is printed is read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.vocab import units
from unhedged.vocab.errors import UnitError


@pytest.mark.parametrize(
    ("text", "ppb"),
    [
        ("4.5bps", 450_000),
        ("0.5%", 5_000_000),
        ("-1bps", -100_000),
        ("−0.3 bps", -30_000),
        ("100%", 10**9),
        ("1_000 bps", 10**8),
        ("3ppm", 3_000),
        (".4%", 4_000_000),
    ],
)
def test_rate_is_read_exactly(text: str, ppb: int) -> None:
    assert units.parse_rate(text) == ppb


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("8h", 28_800 * 10**9),
        ("150ms", 150_000_000),
        ("1h20m", 4_800 * 10**9),
        ("3.1s", 3_100_000_000),
        ("2d 6h", 194_400 * 10**9),
        ("0s", 0),
        ("5us", 5_000),
        ("7µs", 7_000),
        ("1m30s", 90 * 10**9),
    ],
)
def test_duration_is_read_exactly(text: str, ns: int) -> None:
    assert units.parse_duration(text) == ns


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("$25M", 25 * 10**12),
        ("$2_000", 2_000 * 10**6),
        ("$1.23bn", 1_230_000_000 * 10**6),
        ("-$3.5k", -3_500 * 10**6),
        ("500 USDC", 500 * 10**6),
        ("$0.000001", 1),
        ("$1,250.50", 1_250_500_000),
    ],
)
def test_money_is_read_exactly(text: str, atoms: int) -> None:
    assert units.parse_money(text) == atoms


@pytest.mark.parametrize("parse", [units.parse_rate, units.parse_duration, units.parse_money])
@pytest.mark.parametrize("value", [5, 0.5, 0, -1])
def test_bare_number_is_refused_with_a_hint(parse, value) -> None:
    with pytest.raises(UnitError) as caught:
        parse(value)
    assert caught.value.value == value
    assert "without a unit" in caught.value.what
    assert "Perhaps you meant" in caught.value.hint


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (units.parse_rate, "5"),
        (units.parse_rate, "5 percent"),
        (units.parse_rate, "0.00000001%"),
        (units.parse_rate, ""),
        (units.parse_rate, "1%%"),
        (units.parse_duration, "5"),
        (units.parse_duration, "20m1h"),
        (units.parse_duration, "1h1h"),
        (units.parse_duration, "0.1ns"),
        (units.parse_duration, "-5s"),
        (units.parse_duration, "5 fortnights"),
        (units.parse_duration, "300_000d"),
        (units.parse_money, "25M"),
        (units.parse_money, "$0.0000001"),
        (units.parse_money, "$25 USD"),
        (units.parse_money, "$99tn"),
        (units.parse_money, "$"),
        (units.parse_money, True),
        (units.parse_rate, None),
    ],
)
def test_wrong_text_is_refused_with_its_value(parse, text) -> None:
    with pytest.raises(UnitError) as caught:
        parse(text)
    assert caught.value.value == text


def test_price_keeps_the_decimal_the_user_wrote() -> None:
    assert units.parse_price(0.1) == Decimal("0.1")
    assert units.parse_price("$100_000") == 100_000
    assert units.parse_price("0.00001") == Decimal("0.00001")
    assert units.parse_price(3) == 3


@pytest.mark.parametrize("value", [0, -1, "abc", "nan", True, None, "$-5", float("inf")])
def test_price_must_be_a_number_above_zero(value) -> None:
    with pytest.raises(UnitError):
        units.parse_price(value)


@given(st.integers(-(10**12), 10**12))
def test_printed_rate_reads_back(ppb: int) -> None:
    assert units.parse_rate(units.rate_text(ppb)) == ppb


@given(st.integers(0, 2**63 - 1))
def test_printed_duration_reads_back(ns: int) -> None:
    assert units.parse_duration(units.duration_text(ns)) == ns


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_printed_money_reads_back(atoms: int) -> None:
    assert units.parse_money(units.money_text(atoms)) == atoms


@given(st.decimals("0.00000001", "1e9", allow_nan=False, places=8))
def test_printed_price_reads_back(price: Decimal) -> None:
    if price > 0:
        assert units.parse_price(str(price)) == price


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (12_400_000, "$12.4M"),
        (12_449_999, "$12.4M"),
        (999_600, "$1M"),
        (-1_850_000_000, "−$1.85bn"),
        (0, "$0"),
        (-0.0, "$0"),
        (950, "$950"),
        (0.1234, "$0.123"),
        (2_000, "$2k"),
    ],
)
def test_money_is_shown_with_three_digits(usd: float, text: str) -> None:
    assert units.show_money(usd) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0045, "45 bps"),
        (-0.032, "−3.2%"),
        (0.01, "1%"),
        (0.00999999, "1%"),
        (0.000001, "0.01 bps"),
        (0, "0%"),
        (1, "100%"),
        (-0.1234, "−12.3%"),
    ],
)
def test_rate_is_shown_in_bps_below_one_percent(fraction: float, text: str) -> None:
    assert units.show_rate(fraction) == text


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (4_440 * 10**9, "1 h 14 m"),
        (150 * 10**6, "150 ms"),
        (0, "0 s"),
        (90_061 * 10**9, "1 d 1 h"),
        (3_600 * 10**9 + 5, "1 h"),
        (-60 * 10**9, "−1 m"),
    ],
)
def test_duration_is_shown_in_its_two_largest_units(ns: int, text: str) -> None:
    assert units.show_duration(ns) == text


def test_clock_shows_seconds_only_off_the_minute() -> None:
    assert units.show_clock(4_800 * 10**9) == "1:20"
    assert units.show_clock(4_805 * 10**9) == "1:20:05"


def test_numbers_carry_a_real_minus_sign() -> None:
    assert units.show_number(-12_345.0) == "−12,300"
    assert units.show_number(0.5) == "0.5"
    assert units.show_number(-0.0) == "0"
