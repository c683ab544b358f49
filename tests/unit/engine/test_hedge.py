"""Crowds and agents in hedge mode: legs side by side, paired to the lot, netted in a liquidation, told in the results."""

import numpy as np
import polars as pl
import pytest
from tests.support.hedge_world import HEDGED, hedge_scenario
from tests.support.small_world import plan_of

from unhedged.engine.build import build
from unhedged.engine.run import run_replicate
from unhedged.measures.headline import headline
from unhedged.vocab.enums import Leg

SEED = 7  # a fall of 12 %, one account for all legs


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_of(hedge_scenario(SEED, 60), tmp_path_factory.mktemp("hedge"))


@pytest.fixture(scope="module")
def tables(plan):
    return run_replicate(plan, 0, keep="all").tables


def test_legs_lie_side_by_side_and_every_contract_pairs_to_the_lot(plan):
    memory = build(plan, 0).memory
    positions = memory["position"]
    long = np.flatnonzero(positions["leg"] == Leg.LONG)
    assert len(long) == 2 * 60 + 2 * 3
    short = long + 1
    assert (positions["leg"][short] == Leg.SHORT).all()
    for name in ("account", "instrument"):
        assert (positions[name][short] == positions[name][long]).all()
    assert (positions["pos"][long] >= 0).all()
    assert (positions["pos"][short] <= 0).all()
    for n in range(3):
        assert positions["pos"][positions["instrument"] == n].sum() == 0


def test_the_other_leg_is_the_share_of_the_larger_and_stands_at_the_starting_mark(plan):
    memory = build(plan, 0).memory
    positions = memory["position"]
    long = np.flatnonzero((positions["leg"] == Leg.LONG) & (positions["pos"] > 10_000))
    share = -positions["pos"][long + 1] / positions["pos"][long]
    assert len(long) > 20
    assert share == pytest.approx(HEDGED[SEED % 3] / 100, abs=1e-3)
    for p in long + 1:
        contract = plan.instruments[positions["instrument"][p]]
        value = int(positions["pos"][p]) * contract.start_px * contract.num // contract.den
        assert abs(int(positions["cost"][p]) - value) <= 1


def test_a_hedgers_equity_is_the_value_of_both_legs_over_leverage(plan):
    memory = build(plan, 0).memory
    positions, accounts = memory["position"], memory["account"]
    whose = np.unique(positions["account"][(positions["leg"] != 0) & (positions["pos"] != 0)])
    for a in whose:
        held = positions[accounts["first_position"][a] :][: accounts["positions"][a]]
        contracts = [plan.instruments[i] for i in held["instrument"]]
        values = [
            int(n) * i.start_px * i.num // i.den
            for n, i in zip(held["pos"].tolist(), contracts, strict=True)
        ]
        gross = sum(abs(v) for v in values)
        equity = int(accounts["cash"][a]) + sum(values)
        assert 1 / 101 < equity / gross < 1  # leverage 40 to 100, less where a bracket allows less


def test_netted_legs_are_two_rows_of_one_step_and_no_forced_notional(plan, tables):
    steps = tables["liquidations"].filter(pl.col("step") == "net")
    assert steps.height > 20
    assert (steps["account"] == steps["counterparty"]).all()
    assert (steps["price"] == steps["mark"]).all()
    pairs = steps.group_by("t_ns", "case", "instrument").agg(
        pl.col("qty").sum(), pl.col("amount_atoms").n_unique(), pl.len().alias("rows")
    )
    assert pairs["qty"].abs().max() < 1e-9
    assert pairs["amount_atoms"].max() == 1
    assert set(pairs["rows"]) == {2}
    others = tables["liquidations"].filter(~pl.col("step").is_in(["net", "collateral"]))
    assert headline(plan, tables, trades=0)["forced_usd"] == pytest.approx(others["notional"].sum())


def test_legs_never_change_sides_and_cash_and_lots_balance(tables):
    assert tables["accounts"]["end_cash_atoms"].sum() == 0
    held = tables["positions"].filter(~pl.col("instrument").str.starts_with("spot"))
    sums = held.group_by("instrument").agg(pl.col("start_lots", "end_lots").sum())
    assert sums["start_lots"].to_list() == [0] * sums.height
    assert sums["end_lots"].to_list() == [0] * sums.height
    legs = held.filter(pl.col("account").str.starts_with("hedgers."))
    assert legs.height > 100
    assert (legs["start_lots"] * legs["end_lots"] >= 0).all()
