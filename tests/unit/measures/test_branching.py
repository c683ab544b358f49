"""How explosive a market stands, on numbers one can add up."""

import math

import numpy as np
import polars as pl
import pytest

from unhedged.measures.branching import (
    MINUTE,
    by_number,
    critical_at,
    in_cascade,
    statistical,
    structural,
    two_types,
)

PERP, SPOT = "hub/BTC-PERP", "spot/BTC"
SECOND = 10**9


def series(**columns: list[float]) -> pl.DataFrame:
    n = len(next(iter(columns.values())))
    blank = dict.fromkeys(
        ("down_liquidates", "down_stops", "up_liquidates", "up_stops", "bid_depth_100", "ask_depth_100"), 0.0
    )  # fmt: skip
    frame = pl.DataFrame(
        {"t_ns": [30 * SECOND * i for i in range(n)], "mark": [100.0] * n} | columns
    )
    return frame.with_columns(
        pl.lit(value).alias(name) for name, value in blank.items() if name not in columns
    )


def test_the_structural_ratio_is_of_sums_over_a_minute_and_of_the_worse_side():
    found = structural(
        series(
            down_liquidates=[1.0, 3.0, 1.0, 1.0],
            down_stops=[0.0, 0.0, 1.0, 1.0],
            up_liquidates=[0.0, 0.0, 9.0, 9.0],
            bid_depth_100=[300.0, 500.0, 100.0, 100.0],
            ask_depth_100=[1000.0] * 4,
        )
    )
    assert found["t_ns"].to_list() == [0, MINUTE]
    assert found["ratio"].to_list() == [200 / 400, 200 / 100]
    assert found["up_usd"].to_list() == [0.0, 900.0]
    assert critical_at(found) == MINUTE
    assert critical_at(found.head(1)) is None


def test_sizes_of_inverse_contracts_are_dollars_already():
    found = structural(series(down_stops=[50.0], bid_depth_100=[100.0]), in_dollars=True)
    assert found["ratio"].to_list() == [0.5]


def test_an_empty_side_is_infinitely_explosive_and_counts_as_critical():
    found = structural(series(down_stops=[50.0], ask_depth_100=[1.0]))
    assert math.isinf(found["ratio"][0])
    assert critical_at(found) == 0
    assert in_cascade(found, pl.DataFrame({"t_ns": [5]})) is None


def test_only_minutes_with_liquidations_count_in_the_cascade():
    found = structural(series(down_stops=[1.0, 1.0, 4.0, 4.0, 8.0, 8.0], bid_depth_100=[100.0] * 6))
    steps = pl.DataFrame({"t_ns": [MINUTE + 1, MINUTE + 2, 2 * MINUTE]})
    assert in_cascade(found, steps) == pytest.approx(6.0)


def test_counts_that_scatter_like_chance_have_no_branching_and_those_that_cluster_have():
    rng = np.random.default_rng(5)
    calm = pl.Series(np.sort(rng.integers(0, 500 * MINUTE, 5000)))
    assert statistical(calm, 500 * MINUTE) == pytest.approx(0.0, abs=0.1)
    # Every event brings three more at once: counts have four times the variance of chance, n = 1 - sqrt(1/4).
    parents = rng.integers(0, 2000 * MINUTE, 5000)
    assert statistical(pl.Series(np.repeat(parents, 4)), 2000 * MINUTE) == pytest.approx(
        0.5, abs=0.05
    )
    assert statistical(pl.Series([], dtype=pl.Int64), 100 * MINUTE) is None
    assert statistical(pl.Series([1]), MINUTE) is None


def test_the_two_type_condition_is_the_sum_of_its_parts():
    # The mark takes half of what spot does; in minute 1 ADL takes 300 of 400 dollars, two thirds of it from a desk that sells half.
    n = 6
    spot_mark = [100.0, 110.0, 99.0, 100.0, 90.0, 95.0]
    logs = np.log(spot_mark)
    mark = np.exp(np.concatenate([[math.log(100)], math.log(100) + np.cumsum(np.diff(logs)) / 2]))
    perp = series(
        mark=mark.tolist(),
        down_liquidates=[5.0] * n,
        bid_depth_100=[250.0] * n,
        ask_depth_100=[9.0] * n,
    ).with_columns(instrument=pl.lit(PERP))
    spot = series(mark=spot_mark, bid_depth_100=[2000.0] * n).with_columns(instrument=pl.lit(SPOT))
    steps = pl.DataFrame(
        {"t_ns": [MINUTE, 2 * MINUTE], "instrument": [PERP] * 2, "step": ["reduce", "takeover"], "notional": [100.0, 50.0]}
    )  # fmt: skip
    adl = pl.DataFrame(
        {
            "t_ns": [MINUTE, MINUTE],
            "instrument": [PERP] * 2,
            "account": ["desk.0@hub", "shorts.9@hub"],
            "qty": [2.0, 1.0],
            "notional": [200.0, 100.0],
        }
    )
    desks = pl.DataFrame(
        {"t_ns": [0, MINUTE, 2 * MINUTE], "agent": ["desk.0"] * 3, "instrument": [SPOT] * 3, "pos": [4.0, 4.0, 3.0]}
    )  # fmt: skip
    books = pl.concat([perp, spot], how="diagonal")
    found = two_types(PERP, [SPOT], series=books, steps=steps, adl=adl, desks=desks)
    owners, legs = by_number(adl, desks)
    assert two_types(PERP, [SPOT], series=books, steps=steps, adl=owners, desks=legs) == found
    assert found is not None
    assert found.t_ns == MINUTE
    assert (found.closed, found.hedged, found.unwound) == (0.75, pytest.approx(2 / 3), 0.5)
    assert found.passed == pytest.approx(0.5)
    assert (found.perp_usd, found.spot_usd) == (250.0, 2000.0)
    rho = 5.0 * float(np.mean(mark[2:4]))
    assert found.rho_usd == pytest.approx(rho)
    assert found.direct == pytest.approx(0.25 * rho / 250)
    assert found.by_hedges == pytest.approx(0.75 * (2 / 3) * 0.5 * 0.5 * rho / 2000)
    assert found.value == pytest.approx(found.direct + found.by_hedges)


def test_without_spot_or_liquidations_there_is_no_two_type_condition():
    frame = series(down_stops=[1.0]).with_columns(instrument=pl.lit(PERP))
    empty = pl.DataFrame(schema={"t_ns": pl.Int64, "instrument": pl.String, "step": pl.String, "notional": pl.Float64})  # fmt: skip
    tables = {"series": frame, "steps": empty, "adl": empty, "desks": empty}
    assert two_types(PERP, [SPOT], **tables) is None
    assert two_types(PERP, [], **tables) is None
