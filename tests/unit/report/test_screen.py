"""The closing screen: findings carry evidence, and what did not happen is called never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.report.screen import finding, interval_of_share, keeping, quantile, summary
from unhedged.results import headline


def test_wilson_interval_of_a_published_example() -> None:
    # 38 of 200: 14 to 25 %.
    low, high = interval_of_share(38, 200)
    assert (round(low, 3), round(high, 3)) == (0.142, 0.25)


@given(st.integers(0, 500), st.integers(1, 500))
def test_interval_holds_the_share(hits, trials) -> None:
    hits = min(hits, trials)
    low, high = interval_of_share(hits, trials)
    assert 0 <= low <= hits / trials + 1e-12
    assert hits / trials - 1e-12 <= high <= 1


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_quantile_lies_between_least_and_largest(values, share) -> None:
    assert min(values) - 1e-6 <= quantile(values, share) <= max(values) + 1e-6


def test_median_of_mostly_absent_events_is_never() -> None:
    rows = [{"replicate": n, "first_adl_ns": 5 if n == 0 else None} for n in range(5)]
    assert "never" in summary(rows)


def test_no_rows_is_said() -> None:
    assert finding([]) == "No replicate has finished."


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("deficit_usd", 12_400_000, "$12.4M"),
        ("fall_share.BTC", -0.124, "−12.4%"),
        ("first_adl_ns", 4_440 * 10**9, "1 h 14 m"),
        ("trades", 1_234_567, "1,234,567"),
        ("trades", 1_234_567.0, "1,234,567"),
        ("first_adl_ns", None, "never"),
        ("first_adl_ns", float("nan"), "never"),
        ("forced_long_share", None, "–"),
        ("adl_usd", float("nan"), "–"),
        ("rise_share.BTC", 1000.0, "100000%"),
        ("ratio", 0.12345, "0.123"),
    ],
)
def test_measure_is_printed_in_its_unit(measure, value, text) -> None:
    assert headline.show(measure, value) == text


def test_measures_are_labelled_in_words() -> None:
    assert headline.label("fall_share.BTC") == "Deepest fall (mark over 20 s), BTC"
    assert headline.label("my_own_usd") == "my own"


def test_the_finding_says_who_is_left_unhedged_and_for_how_long() -> None:
    row = {
        "replicate": 0,
        "adl_usd": 7.6e9,
        "first_adl_ns": 53 * 60 * 10**9,
        "desks_deleveraged": 74,
        "desks_spot_kept": 74,
        "desk_unhedged_usd": 488e6,
        "desk_unhedged_ns": 65 * 60 * 10**9,
    }
    said = finding([row])
    assert (
        "74 desks lost shorts while their spot stayed; the largest gap of one desk was $488M, the longest lasted 1 h 5 m."
        in said
    )
    assert "(medians)" in finding([row, row])
    calm = {"replicate": 1, "adl_usd": 0.0, "desks_deleveraged": 0, "desk_unhedged_ns": 0}
    assert "In 1 of 2 replicates 74 desks lost shorts" in finding([row, calm])


def test_desks_that_kept_their_shorts_are_not_spoken_of() -> None:
    assert "desk" not in finding([{"replicate": 0, "adl_usd": 1e6, "desks_deleveraged": 0}])


@pytest.mark.parametrize(
    ("desks", "kept", "said"),
    [
        (1, 1, "1 desk lost its short while its spot stayed."),
        (1, 0, "1 desk lost its short and no longer held its spot."),
        (5, 3, "5 desks lost shorts, 3 of them while their spot stayed."),
    ],
)
def test_spot_that_was_gone_is_not_said_to_have_stayed(desks, kept, said) -> None:
    row = {"replicate": 0, "adl_usd": 1e6, "desks_deleveraged": desks, "desks_spot_kept": kept}
    assert said in finding([row])


def test_the_larger_of_fall_and_rise_is_said() -> None:
    up = {"replicate": 0, "fall_share.A": 0.003, "rise_share.A": 1000.0}
    down = {"replicate": 0, "fall_share.A": 0.2, "rise_share.A": 0.1}
    assert finding([up]) == "A rose 100000%."
    assert finding([down]) == "A fell 20%."


def test_many_books_are_a_table_and_the_finding_names_those_that_moved_most() -> None:
    books = {f"v/A{n}-PERP": 0.01 * (n + 1) for n in range(6)}
    row = {"replicate": 0, "trades": 3, **{f"fall_share.{b}": fall for b, fall in books.items()}}
    said = finding([row])
    assert said == (
        "v/A5-PERP fell 6%, v/A4-PERP fell 5%, v/A3-PERP fell 4%, v/A2-PERP fell 3%; 2 other books moved less."
    )
    lines = summary([row]).splitlines()
    table = [line.split() for line in lines if line.startswith("v/A0-PERP")]
    assert table == [["v/A0-PERP", "1%"]]
    assert not any("Deepest fall" in line for line in lines)


def test_each_short_head_stands_for_a_grouped_measure() -> None:
    assert set(headline.HEADS) == {
        *headline.PER_VENUE,
        *headline.PER_CASCADE,
        *headline.PER_INSTRUMENT,
    }


def venue(name: str, **other: object) -> dict[str, object]:
    given = {"liquidation_on": True, "vault_on": False, "unwind_interval_ns": 10, "unwind_ppb": 1}
    return {"id": name, **given, **other}


@pytest.mark.parametrize(
    ("venues", "words"),
    [
        ([venue("a")], ""),
        ([venue("a", unwind_ppb=0, vault_on=True)], ""),
        ([venue("a", unwind_ppb=0, liquidation_on=False)], ""),
        ([venue("a"), venue("b", unwind_ppb=0)], "The fund of b keeps positions taken over: "),
        (
            [venue("a", unwind_interval_ns=0), venue("b", unwind_ppb=0)],
            "The funds of a, b keep positions taken over: ",
        ),
    ],
)
def test_a_fund_that_keeps_what_it_takes_over_is_named_beside_the_deficit(venues, words) -> None:
    plan = {"venues": venues}
    assert keeping(plan, [{"liquidations": 3}]).startswith(words)
    assert bool(keeping(plan, [{"liquidations": 3}])) == bool(words)
    assert not keeping(plan, [{"liquidations": 0}])
