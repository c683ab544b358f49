"""Measures of a scored day, on tables small enough to reckon by hand: one sample every 20 s, the news at 100 s."""

import polars as pl
import pytest

from unhedged.measures import bursts, closed, levels, withdrawal
from unhedged.measures.day import Day, Roles

SECOND = 10**9
ROLES = Roles(cex="c", onchain="h", spot="s", btc="BTC", eth="ETH", thin=("ALT",))
SHOCK = 100 * SECOND


def series(instrument: str, **columns: list[float]) -> pl.DataFrame:
    length = len(next(iter(columns.values())))
    rows = {"t_ns": [20 * SECOND * n for n in range(length)], **columns}
    return pl.DataFrame(rows).with_columns(instrument=pl.lit(instrument))


def day(*frames: pl.DataFrame, **tables: pl.DataFrame) -> Day:
    found = {"series": pl.concat(frames, how="diagonal"), **tables} if frames else tables
    return Day(found.__getitem__, SHOCK, ROLES)


CONTRACT = "c/BTC-PERP"


def test_the_deepest_fall_is_from_the_minute_before_the_news() -> None:
    # Samples at -100, -80, … s; those at -40, -20 and 0 s are the minute before.
    one = day(series(CONTRACT, mark=[50.0, 50.0, 50.0, 99.0, 100.0, 101.0, 95.0, 80.0, 90.0]))
    assert levels.deepest(one, CONTRACT) == pytest.approx(-0.20)
    assert levels.deepest_at(one, CONTRACT) == pytest.approx(40.0)
    assert levels.level_at(one, CONTRACT, 60.0) == pytest.approx(-0.10)
    assert levels.level_at(one, CONTRACT, 61.0) is None
    assert levels.first_leg(one, CONTRACT, 20.0) == pytest.approx(-0.05)
    assert levels.deepest(one, "c/NONE-PERP") is None


def test_a_recovery_is_read_late_and_needs_a_fall() -> None:
    marks = [100.0] * 6 + [80.0] + [95.0] * 240
    assert levels.recovered(day(series(CONTRACT, mark=marks)), CONTRACT) == pytest.approx(0.75)
    assert levels.recovered(day(series(CONTRACT, mark=[100.0] * 300)), CONTRACT) is None
    assert levels.recovered(day(series(CONTRACT, mark=marks[:20])), CONTRACT) is None


def test_the_gap_counts_instants_beyond_fifteen_points() -> None:
    contract = series(CONTRACT, mark=[100.0] * 6 + [84.0, 86.0, 80.0])
    spot = series("s/BTC", mark=[10.0] * 6 + [10.0, 10.0, 9.5])
    assert levels.gap_length(day(contract, spot), CONTRACT, "s/BTC") == pytest.approx(20.0)


def test_open_interest_in_coins_and_in_dollars() -> None:
    one = day(
        series(CONTRACT, mark=[100.0, 50.0], open_interest=[10.0, 8.0]),
        series("h/BTC-PERP", mark=[100.0, 50.0], open_interest=[10.0, 4.0]),
    )
    both = [CONTRACT, "h/BTC-PERP"]
    assert levels.open_interest_change(one, both, in_dollars=False) == pytest.approx(-0.4)
    assert levels.open_interest_change(one, both, in_dollars=True) == pytest.approx(-0.7)
    assert levels.open_interest_change(one, [], in_dollars=True) is None


def test_depth_its_least_and_the_way_back() -> None:
    bids = [50.0] * 6 + [30.0, 0.0, 20.0, 30.0] + [40.0] * 40
    one = day(series(CONTRACT, bid_depth_100=bids, ask_depth_100=[50.0] * 50))
    assert withdrawal.least_at(one, CONTRACT) == pytest.approx(40.0)
    # Settles at 90 % of usual, least 50 %: half way is 70 %, reached with the 20 of bids at 60 s.
    assert withdrawal.back_at(one, CONTRACT) == pytest.approx(60.0)
    assert withdrawal.bids_at(one, CONTRACT, 20.0) == pytest.approx(-0.4)
    flat = day(series(CONTRACT, bid_depth_100=[50.0] * 50, ask_depth_100=[50.0] * 50))
    assert withdrawal.back_at(flat, CONTRACT) is None


def test_what_is_left_is_of_all_books_together_and_of_a_minute() -> None:
    usual, bare = [50.0] * 7, [0.0] * 2
    one = series(CONTRACT, bid_depth_100=usual + bare + [50.0] * 20, ask_depth_100=[50.0] * 29)
    # Bare bids for two of three samples in a row: the mean of that minute has 50 of asks and 50 / 3 of bids.
    assert withdrawal.left(day(one), [CONTRACT]) == pytest.approx(-1 / 3)
    other = series("s/BTC", bid_depth_100=[150.0] * 29, ask_depth_100=[150.0] * 29)
    assert withdrawal.left(day(one, other), [CONTRACT, "s/BTC"]) == pytest.approx(-1 / 12)
    assert withdrawal.left(day(one), ["s/BTC"]) is None
    assert withdrawal.left(day(one), []) is None


def steps(times: list[float], usd: list[float], step: str = "reduce") -> pl.DataFrame:
    return pl.DataFrame(
        {"t_ns": [int(t * SECOND) for t in times], "notional": usd, "step": [step] * len(usd)}
    )


def test_the_worst_minutes_and_the_hours_outside() -> None:
    # $10 before the news in 100 s; then $600 within 40 minutes and $100 an hour later.
    one = day(liquidations=steps([50.0, 200.0, 2_500.0, 6_000.0], [10.0, 300.0, 300.0, 100.0]))
    inside, outside = bursts.worst_window(one, 7_200.0) or (0.0, 0.0)
    assert inside == pytest.approx(600.0)
    assert outside == pytest.approx(110.0 + 0.1 * (14 * 3600 - 7_200))
    assert bursts.worst_share(one, 7_200.0) == pytest.approx(inside / (inside + outside))
    quiet = day(liquidations=steps([200.0], [5.0]))
    assert bursts.worst_share(quiet, 7_200.0) == 1.0
    assert bursts.rate_ratio(quiet, 7_200.0) is None
    assert bursts.worst_window(day(liquidations=steps([], [])), 7_200.0) is None


def test_bursts_part_at_gaps_of_more_than_five_seconds() -> None:
    closes = steps([0.0, 5.0, 10.0, 15.1, 16.0], [1.0] * 5)
    assert bursts.first_burst_share(closes) == pytest.approx(0.6)
    assert bursts.reached_after(closes, -SECOND, 0.5) == pytest.approx(11.0)
    assert bursts.reached_after(closes, -SECOND, 0.0) == pytest.approx(1.0)
    assert bursts.reached_after(closes.head(0), 0, 0.5) is None


def test_winners_at_their_first_close() -> None:
    closes = pl.DataFrame(
        {
            "t_ns": [1, 2, 3],
            "account": ["a@h", "a@h", "b@h"],
            "qty": [1.0, 1.0, -1.0],
            "leverage": [0.2, 9.0, 0.4],
            "profit": [0.5, -9.0, 0.5],
            "notional": [30.0, 10.0, 60.0],
            "left": [1.0, 0.0, 0.0],
            "unrealised": [60.0, -1.0, 20.0],
            "equity_before": [300.0, 0.0, 150.0],
            "counterparty": ["vault@h", "vault@h", "loser@h"],
        }
    )
    first = closed.first_closes(closes)
    assert closed.median_leverage(first) == pytest.approx(0.3)
    assert closed.in_profit(first) == 1.0
    # Half of the first was closed: $60 of profit on $60 of position; $20 on $60 of the second.
    assert closed.median_profit(first) == pytest.approx((1.0 + 1 / 3) / 2)
    assert closed.median_equity_over_profit(first) == pytest.approx((5.0 + 7.5) / 2)
    assert closed.vault_share(closes) == pytest.approx(0.4)
    assert closed.adl_share(closes, steps([0.0], [300.0], "takeover")) == pytest.approx(0.25)
    assert closed.vault_share(closes.head(0)) is None


def test_latency_is_to_the_first_trade_that_adl_does_not_explain() -> None:
    legs = {
        # Short closed at 20 s by ADL, spot sold at 60 s: 40 s.
        ("d", "s/BTC"): ([5.0, 5.0, 5.0, 3.0], [0.0] * 4),
        ("d", "h/BTC-PERP"): ([-5.0, -2.0, -2.0, -2.0], [0.0, 3.0, 3.0, 3.0]),
        # Closed and never moved again.
        ("e", "h/BTC-PERP"): ([-5.0, 0.0, 0.0, 0.0], [0.0, 5.0, 5.0, 5.0]),
    }
    frames = [
        pl.DataFrame(
            {"t_ns": [20 * SECOND * n for n in range(4)], "pos": pos, "adl": adl}
        ).with_columns(
            agent=pl.lit(agent),
            instrument=pl.lit(leg),
            kind=pl.lit("basis_desk"),
            forced=pl.lit(0.0),
        )
        for (agent, leg), (pos, adl) in legs.items()
    ]
    one = day(desks=pl.concat(frames))
    assert closed.latencies(one.desks).tolist() == [40.0]
    assert closed.prompt_latency(one) == 40.0
    assert closed.late_latency(one) is None


def test_two_scores_order_the_same_closes_differently() -> None:
    # Shorts at a profit of 1 % with leverage 10, and of 50 % with leverage 1: observed 0.1 < 0.5, documented 10.1 > 2.
    closes = pl.DataFrame(
        {
            "account": ["a", "b"],
            "qty": [1.0, 1.0],
            "left": [0.0, 0.0],
            "notional": [1.0, 1.0],
            "unrealised": [0.01, 0.5],
            "leverage": [10.0, 1.0],
            "profit": [0.01, 0.5],
        }
    )
    first = closed.first_closes(closes)
    assert closed.ordered_otherwise(first) == 1.0
    assert closed.ordered_otherwise(first.with_columns(profit=pl.lit(0.5))) == 0.0
    assert closed.ordered_otherwise(first.head(1)) is None


def test_desks_that_adl_closed_are_told_by_their_accounts() -> None:
    closes = pl.DataFrame({"account": ["basis.1@h", "maker.0@c", "basis.1@h"]})
    desks = pl.DataFrame({"agent": ["basis.0", "basis.1", "basis.11", "maker.0", "basis.1"]})
    found = desks.filter(closed.lost_to_adl(closes))
    assert found["agent"].to_list() == ["basis.1", "maker.0", "basis.1"]
    assert desks.filter(closed.lost_to_adl(closes.head(0))).is_empty()


def test_latencies_do_not_depend_on_the_order_of_rows_and_begin_with_each_leg() -> None:
    rows = [
        # A desk whose legs end and begin at different sizes: no trade of its own between them.
        (0, "d", "h/BTC-PERP", -5.0, 0.0),
        (1, "d", "h/BTC-PERP", -2.0, 3.0),
        (0, "d", "s/BTC", 5.0, 0.0),
        (1, "d", "s/BTC", 5.0, 0.0),
        (9, "d", "s/BTC", 4.0, 0.0),
        # One that ADL never closed.
        (0, "e", "s/BTC", 7.0, 0.0),
        (9, "e", "s/BTC", 1.0, 0.0),
    ]
    names = ("t_ns", "agent", "instrument", "pos", "adl")
    desks = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("t_ns") * SECOND, kind=pl.lit("basis_desk"), forced=pl.lit(0.0)
    )
    assert closed.latencies(desks).tolist() == [8.0]
    assert closed.latencies(desks.reverse()).tolist() == [8.0]
    assert closed.latencies(desks.head(0)).tolist() == []
