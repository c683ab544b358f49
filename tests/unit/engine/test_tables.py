"""What the tables of one run say together: cases, legs, money."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unhedged.engine.dollars import paid
from unhedged.engine.frames import _has_fund
from unhedged.engine.run import ReplicateOutput, run_replicate
from unhedged.scenario.load import load

CASCADE = Path(__file__).parents[2] / "golden" / "cascade.toml"


@pytest.fixture(scope="module")
def output() -> ReplicateOutput:
    return run_replicate(load(str(CASCADE)).plan(), 0, keep="all")


@pytest.fixture(scope="module")
def tables(output: ReplicateOutput) -> dict[str, pl.DataFrame]:
    return output.tables


def test_a_case_is_one_liquidation_of_one_account(tables: dict[str, pl.DataFrame]) -> None:
    """A row of the table of cases is used again; its number is not."""
    steps = tables["liquidations"]
    owners = steps.group_by("case").agg(pl.col("account").n_unique())
    assert owners["account"].max() == 1
    first = steps.group_by("case").agg(pl.col("t_ns").min()).sort("case")
    assert first["t_ns"].is_sorted()


def test_every_close_of_a_winner_names_the_liquidation_that_led_to_it(
    tables: dict[str, pl.DataFrame],
) -> None:
    closes = tables["adl"]
    assert closes.height > 0
    assert closes.group_by("case").agg(pl.col("counterparty").n_unique())["counterparty"].max() == 1
    owners = tables["liquidations"].select("case", owner="account").unique()
    known = closes.join(owners, on="case")
    assert known.height > 0
    assert (known["owner"] == known["counterparty"]).all()


def test_a_close_against_a_winner_is_in_one_table_only(tables: dict[str, pl.DataFrame]) -> None:
    assert set(tables["liquidations"]["step"]) <= {"reduce", "takeover"}
    series = tables["series"].filter(instrument="hub/BTC-PERP").sort("t_ns")
    assert tables["adl"]["qty"].abs().sum() == pytest.approx(series["adl"][-1])


def test_what_is_left_has_the_sign_of_the_position(tables: dict[str, pl.DataFrame]) -> None:
    for name in ("liquidations", "adl"):
        rows = tables[name]
        assert (rows["left"] * rows["qty"] <= 0).all()
    assert (tables["adl"]["left"] < 0).any()


def test_every_account_is_in_the_statement(tables: dict[str, pl.DataFrame]) -> None:
    known = set(tables["accounts"]["account"])
    transfers = tables["transfers"]
    assert {*transfers["source"], *transfers["target"]} <= known
    assert {"fees@hub", "rounding@hub", "external@hub"} <= known


def test_cash_is_constant_and_lots_balance_to_the_unit(tables: dict[str, pl.DataFrame]) -> None:
    accounts, positions = tables["accounts"], tables["positions"]
    assert accounts["start_cash_atoms"].sum() == accounts["end_cash_atoms"].sum() == 0
    perps = positions.filter(pl.col("instrument") == "hub/BTC-PERP")
    assert perps["start_lots"].sum() == perps["end_lots"].sum() == 0
    assert perps.height > 0


def test_closed_notional_of_accounts_is_that_of_their_rows(tables: dict[str, pl.DataFrame]) -> None:
    accounts, adl, steps = (tables[name] for name in ("accounts", "adl", "liquidations"))
    assert accounts["adl"].sum() == pytest.approx(adl["notional"].sum())
    assert accounts["forced"].sum() == pytest.approx(
        steps["notional"].sum() + adl["notional"].sum()
    )


def test_a_vault_stands_in_for_a_fund_that_starts_empty() -> None:
    plan = load("october-2025-small").plan()
    venues = {venue.id: _has_fund(venue) for venue in plan.venues if venue.vault_on}
    assert venues
    assert not any(venues.values())


def test_amounts_are_exact_where_a_product_leaves_64_bits() -> None:
    px, qty, num, den = (np.array([x]) for x in (10**9 + 1, 10**8 + 3, 10**4, 7 * 10**6))
    n = np.zeros(1, [("num", "i8"), ("den", "i8"), ("kind", "i1")])
    n["num"], n["den"] = num, den
    assert paid(px, qty, n).tolist() == [(10**9 + 1) * (10**8 + 3) * 10**4 // (7 * 10**6)]
    assert paid(px[:0], qty[:0], n[:0]).tolist() == []
