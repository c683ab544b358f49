"""Headline measures, each on tables made by hand."""

from types import SimpleNamespace

import polars as pl
import pytest

from unhedged.measures.desks import desk_measures
from unhedged.measures.headline import SECOND, _forced, _market
from unhedged.results import schema
from unhedged.vocab.enums import InstrumentKind

PERP = SimpleNamespace(id="hub/X", start_px=1000, tick_usd=0.1, kind=InstrumentKind.LINEAR)


NO_ADL = schema.empty("adl")


def desk(name: str, coins: list[float], shorts: list[float], adl: list[float]) -> pl.DataFrame:
    """Two legs of one desk at marks of one dollar, an instant a second."""
    legs = [("spot/X", coins, [0.0] * len(adl)), ("hub/X", shorts, adl)]
    frames = [
        pl.DataFrame({"t_ns": range(len(pos)), "pos": pos, "adl": taken}).with_columns(
            t_ns=pl.col("t_ns") * SECOND,
            agent=pl.lit(name),
            kind=pl.lit("basis_desk"),
            instrument=pl.lit(leg),
            exposure="pos",
            forced=pl.lit(0.0),
            mark=pl.lit(1.0),
        )
        for leg, pos, taken in legs
    ]
    return pl.concat(frames)


def test_longest_gap_is_an_unbroken_one():
    """Three seconds, then hedged for two, then two more: not the seven from the first to the last."""
    gap = [0, 100, 100, 100, 0, 0, 100, 100, 0, 0]
    coins = [100.0] * 10
    shorts = [float(g - 100) for g in gap]
    found = desk_measures(desk("d.0", coins, shorts, [0.0] + [100.0] * 9), NO_ADL, ["spot/X"])
    assert found["desk_unhedged_ns"] == 3 * SECOND
    assert found["desk_unhedged_usd"] == 100


def test_a_gap_open_at_the_end_lasts_to_the_end():
    found = desk_measures(
        desk("d.0", [100.0] * 4, [-100.0, 0.0, 0.0, 0.0], [0.0, 100.0, 100.0, 100.0]),
        NO_ADL,
        ["spot/X"],
    )
    assert found["desk_unhedged_ns"] == 2 * SECOND


def test_small_gaps_do_not_count():
    found = desk_measures(
        desk("d.0", [100.0] * 4, [-100.0, 0.0, -91.0, -91.0], [0.0, 100.0, 100.0, 100.0]),
        NO_ADL,
        ["spot/X"],
    )
    assert found["desk_unhedged_ns"] == SECOND


def test_spot_has_stayed_only_where_the_coins_were_there_after_the_strike():
    kept = desk("d.0", [100.0, 95.0, 0.0], [-100.0, 0.0, 0.0], [0.0, 100.0, 100.0])
    sold = desk("d.1", [100.0, 50.0, 0.0], [-100.0, 0.0, 0.0], [0.0, 100.0, 100.0])
    none = desk("d.2", [0.0, 0.0, 0.0], [-100.0, 0.0, 0.0], [0.0, 100.0, 100.0])
    calm = desk("d.3", [100.0, 100.0, 0.0], [-100.0] * 3, [0.0] * 3)
    found = desk_measures(pl.concat([kept, sold, none, calm]), NO_ADL, ["spot/X"])
    assert (found["desks_deleveraged"], found["desks_spot_kept"]) == (3, 1)


def test_a_run_without_strikes_has_no_gap():
    found = desk_measures(desk("d.0", [100.0] * 2, [-100.0] * 2, [0.0] * 2), NO_ADL, ["spot/X"])
    assert found == {
        "desks_deleveraged": 0,
        "desks_spot_kept": 0,
        "desks_unhedged_end": 0,
        "desk_unhedged_usd": 0.0,
        "desk_unhedged_ns": 0,
        "desk_wait_ns": None,
        "desk_open_ns": None,
        "desk_break_loss_usd": 0.0,
    }


def test_a_desk_that_hedged_again_did_not_end_unhedged():
    still = desk("d.0", [100.0] * 4, [-100.0, 0.0, -50.0, -85.0], [0.0, 100.0, 100.0, 100.0])
    almost = desk("d.1", [100.0] * 4, [-100.0, 0.0, -50.0, -90.0], [0.0, 100.0, 100.0, 100.0])
    calm = desk("d.2", [100.0] * 4, [-50.0] * 4, [0.0] * 4)
    found = desk_measures(pl.concat([still, almost, calm]), NO_ADL, ["spot/X"])
    assert (found["desks_deleveraged"], found["desks_unhedged_end"]) == (2, 1)


def test_what_stood_open_and_what_it_lost():
    """Sixty coins too many for two seconds, then none: 60 at 1.0, 60 at 0.9 and a fall of a tenth, twice. 60 were closed."""
    legs = desk("d.0", [100.0] * 4, [-100.0, -40.0, -40.0, -100.0], [0.0, 60.0, 60.0, 60.0])
    fall = {0: 1.0, SECOND: 1.0, 2 * SECOND: 0.9, 3 * SECOND: 0.8}
    legs = legs.with_columns(mark=pl.col("t_ns").replace_strict(fall)).with_columns(
        exposure=pl.col("pos") * pl.col("mark")
    )
    adl = pl.DataFrame({"kind": ["basis_desk", "leveraged"], "notional": [60.0, 1e6]})
    found = desk_measures(legs, adl, ["spot/X"])
    assert found["desk_open_ns"] == round((60 * 1.0 + 60 * 0.9) / 60 * SECOND)
    assert found["desk_break_loss_usd"] == pytest.approx(60 * 0.1 + 60 * 0.1)


def test_the_loss_is_counted_at_the_contract_that_was_closed_first():
    """The second venue's leg is closed a second later; its own price is not mixed in."""
    legs = desk("d.0", [100.0] * 3, [-50.0, 0.0, 0.0], [0.0, 50.0, 50.0])
    second = (
        desk("d.0", [0.0] * 3, [-50.0, -50.0, 0.0], [0.0, 0.0, 50.0])
        .filter(pl.col("instrument") == "hub/X")
        .with_columns(instrument=pl.lit("also/X"), mark=pl.lit(77.0))
    )
    both = pl.concat([second, legs]).with_columns(
        mark=pl.when(pl.col("instrument") == "hub/X")
        .then(1.0 - 0.25 * pl.col("t_ns") / SECOND)
        .otherwise("mark")
    )
    found = desk_measures(both, NO_ADL, ["spot/X"])
    assert found["desk_break_loss_usd"] == pytest.approx(50 * 0.25)


def series(mark: list[float], **columns: list[float]) -> pl.DataFrame:
    rows = len(mark)
    default = {"low": mark, "bid_depth_50": [1.0] * rows, "ask_depth_50": [1.0] * rows}
    return pl.DataFrame(
        {
            "t_ns": [n * 20 * SECOND for n in range(rows)],
            "mark": mark,
            "open_interest": [10.0] * rows,
            **default,
            **columns,
        }
    )


def test_a_rise_is_measured_like_a_fall():
    found = _market(PERP, series([100.0, 100.0, 150.0, 90.0]), 1)
    assert found["rise_share.hub/X"] == pytest.approx(0.5)
    assert found["fall_share.hub/X"] == pytest.approx(0.1)


def test_the_lowest_trade_counts_even_between_instants_but_not_before_the_opening():
    found = _market(PERP, series([100.0] * 4, low=[1.0, 100.0, 70.0, 100.0]), 1)
    assert found["fall_share.hub/X"] == 0
    assert found["low_share.hub/X"] == pytest.approx(0.3)


def test_thin_is_a_share_of_time_below_a_tenth_of_the_first_minute():
    """First minute: 20, 20, 400 on both sides together, so a book below 2 is thin."""
    side = [10.0, 10.0, 200.0, 0.9, 0.0, 1.0, 10.0, 10.0]
    found = _market(PERP, series([100.0] * 8, bid_depth_50=side, ask_depth_50=side), 1)
    assert found["thin_share.hub/X"] == pytest.approx(2 / 8)


def test_no_liquidation_has_no_long_share():
    empty = {name: schema.empty(name) for name in ("liquidations", "adl")}
    assert _forced(empty)["forced_long_share"] is None
