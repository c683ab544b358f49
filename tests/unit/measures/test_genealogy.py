"""Families of liquidations on a hand-made chain."""

import polars as pl
import pytest

from unhedged.measures.genealogy import (
    branching,
    cases,
    forced_dollars,
    genealogy,
    generations,
    largest,
)

PERP, OTHER = "hub/BTC-PERP", "hub/ETH-PERP"


def steps(*rows: tuple[int, int | None, int, str, float, str]) -> pl.DataFrame:
    names = ("case", "parent", "t_ns", "instrument", "notional", "step")
    types = (pl.Int64, pl.Int64, pl.Int64, pl.String, pl.Float64, pl.String)
    schema = dict(zip(names, types, strict=True))
    return pl.DataFrame(rows, schema=schema, orient="row")


#   0 ─▶ 2 ─▶ 5          4 ─▶ 7          9 alone
#   └──▶ 3
CHAIN = steps(
    (0, None, 10, PERP, 100.0, "reduce"),
    (2, 0, 20, PERP, 30.0, "reduce"),
    (3, 0, 20, PERP, 10.0, "reduce"),
    (2, 0, 25, PERP, 20.0, "takeover"),
    (5, 2, 30, PERP, 40.0, "reduce"),
    (4, None, 12, OTHER, 50.0, "reduce"),
    (4, None, 12, OTHER, 999.0, "collateral"),
    (7, 4, 50, OTHER, 50.0, "reduce"),
    (9, None, 60, OTHER, 0.0, "net"),
)


def test_a_chain_has_its_generations_families_and_children():
    found = cases(CHAIN)
    rows = {row["case"]: row for row in found.iter_rows(named=True)}
    assert list(rows) == [0, 2, 3, 4, 5, 7, 9]
    assert [rows[c]["generation"] for c in rows] == [0, 1, 1, 0, 2, 1, 0]
    assert [rows[c]["family"] for c in rows] == [0, 0, 0, 4, 0, 4, 9]
    assert [rows[c]["children"] for c in rows] == [2, 1, 0, 1, 0, 0, 0]
    assert rows[2]["usd"] == 50.0
    assert rows[4]["usd"] == 50.0  # collateral is no position
    assert found["children"].sum() == found["parent"].is_not_null().sum()


def test_measures_of_the_chain():
    found = cases(CHAIN)
    assert branching(found) == pytest.approx(4 / 7)
    assert forced_dollars(found) == pytest.approx(150 / 300)
    assert largest(found) == 4
    assert generations(found) == 3
    told = genealogy(CHAIN)
    assert told["family_largest"] == 4
    assert told[f"branching_of.{PERP}"] == pytest.approx(3 / 4)
    assert told[f"branching_of.{OTHER}"] == pytest.approx(1 / 3)


def test_a_parent_that_never_closed_anything_begins_no_family_of_its_own():
    found = cases(steps((8, 3, 10, PERP, 1.0, "reduce")))
    assert found.row(0, named=True)["generation"] == 1
    assert found.row(0, named=True)["family"] == 3


def test_without_liquidations_there_are_no_families():
    assert genealogy(steps()) == {}
    assert branching(cases(steps())) is None
    assert largest(cases(steps())) == generations(cases(steps())) == 0
