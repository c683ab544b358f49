"""A venue that settles in coin: dollars become coin once, the ledger is coin, results say both."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from tests.support.inverse_world import BRACKETS, inverse_scenario
from tests.support.small_world import plan_of

from unhedged.engine.build import build
from unhedged.engine.crowd import draw_crowd
from unhedged.engine.dollars import Dollars, paid
from unhedged.engine.market import Rows
from unhedged.engine.money import DOLLARS, money_of, worth_of
from unhedged.engine.run import run_replicate
from unhedged.measures.headline import headline
from unhedged.rules.pnl import inverse_amount
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import InstrumentKind

COIN = 10**8
SEED = 3  # a fall of 12 % with a fund of two million


@pytest.fixture(scope="module")
def plan(tmp_path_factory) -> RunPlan:
    return plan_of(inverse_scenario(SEED, 70), tmp_path_factory.mktemp("coin"))


@pytest.fixture(scope="module")
def output(plan):
    return run_replicate(plan, 0, keep="all")


@pytest.fixture(scope="module")
def tables(output):
    return output.tables


def of_mex(frame: pl.DataFrame, column: str = "account") -> pl.DataFrame:
    return frame.filter(pl.col(column).str.ends_with("@mex"))


def test_money_is_the_coin_where_contracts_are_inverse(plan):
    coin = money_of(plan, "mex")
    assert (coin.asset, coin.atoms_per_unit) == ("BTC", COIN)
    assert coin.unit_usd == Fraction(plan.instruments[0].start_px) * Fraction(
        plan.instruments[0].tick_size
    )
    assert coin.atoms(float(3 * coin.unit_usd)) == 3 * COIN
    assert money_of(plan, "hyper") == money_of(plan, "spot") == DOLLARS
    assert DOLLARS.atoms(1.5) == 1_500_000


def test_floors_written_in_coin_are_whole_coins_again_and_a_limit_belongs_to_the_tier_below(plan):
    contract = plan.instruments[1]  # base 100 XBT, step 50 XBT
    floors = [money_of(plan, "mex").atoms(tier.floor_usd) for tier in contract.tiers]
    assert floors[:4] == [0, 100 * COIN + 1, 150 * COIN + 1, 200 * COIN + 1]


def test_deductions_of_dollar_brackets_join_the_tiers_in_coin(tmp_path):
    text = inverse_scenario(SEED).replace('tiers = "XBTUSD"\n', f"tiers = {BRACKETS}\n")
    memory = build(plan_of(text, tmp_path), 0).memory
    first, count = memory["instrument"][["first_tier", "tiers"]][0]
    tiers = memory["tier"][first : first + count].tolist()
    assert count == 3
    for (_, low, _, before), (floor, high, _, deduct) in pairwise(tiers):
        assert deduct == before + floor * (high - low) // 10**9 > before


def test_capital_of_the_crowd_is_its_value_over_leverage_in_whole_atoms_of_coin(plan):
    built = build(plan, 0)
    memory = built.memory
    group = next(group for group in plan.agents if group.id == "shorts")
    leverage = draw_crowd(plan, Rows.of(plan), group, 0).leverage
    rows = np.arange(len(memory["account"]))
    names, _ = built.names.account_columns(rows, memory["account"]["venue"])
    seen = 0
    for a, name in zip(rows, names, strict=True):
        if not name.startswith("shorts."):
            continue
        own, n = memory["account"][a], int(name.partition("@")[0].split(".")[1].split("/")[0])
        held = memory["position"][own["first_position"] :][: own["positions"]]
        values = [
            worth_of(i := plan.instruments[p["instrument"]], int(p["pos"]), i.start_px * 1_000)
            for p in held
        ]
        assert int(own["cash"]) + sum(values) == sum(int(abs(v) / leverage[n]) for v in values)
        assert all(v >= 0 for v in values)  # a short is owed coin
        seen += 1
    assert seen >= 12


def test_the_ledger_of_each_asset_balances_to_the_atom(tables):
    sums = tables["accounts"].group_by("asset").agg(pl.col("^.*cash_atoms$").sum()).sort("asset")
    assert sums.rows() == [("BTC", 0, 0), ("USD", 0, 0)]
    assert of_mex(tables["accounts"])["asset"].unique().to_list() == ["BTC"]
    lots = tables["positions"].filter(~pl.col("instrument").str.starts_with("spot"))
    totals = lots.group_by("instrument").agg(pl.col("start_lots", "end_lots").sum())
    assert (totals["start_lots"] == 0).all()
    assert (totals["end_lots"] == 0).all()


def test_accounts_are_liquidated_and_every_amount_of_coin_is_that_of_its_price(plan, tables):
    steps = of_mex(tables["liquidations"])
    assert steps.height > 5
    contracts = {i.id: i for i in plan.instruments}
    for row in (
        tables["fills"].filter(pl.col("instrument").str.starts_with("mex")).iter_rows(named=True)
    ):
        i = contracts[row["instrument"]]
        px, qty = round(row["price"] / i.tick_usd), round(row["qty"] / i.lot_shown)
        assert row["amount_atoms"] == -inverse_amount(px, qty, i.num, i.den)
    assert (steps["notional"] - steps["qty"].abs()).abs().max() == 0.0


def test_equity_in_dollars_is_coin_at_mark_less_the_dollars_owed(tables):
    end = tables["positions"].filter(pl.col("instrument").str.starts_with("mex"))
    mark = end.filter(instrument="mex/XBTUSD")["end_mark"][0]
    owed = end.group_by("account").agg((pl.col("end_lots") * pl.col("lot")).sum().alias("owed"))
    found = of_mex(tables["accounts"]).join(owed, on="account")
    right = found["end_cash_atoms"] / COIN * mark - found["owed"]
    assert found.height > 10
    assert (found["end_equity"] - right).abs().max() < 1e-3


def test_transfers_of_coin_are_dollars_at_the_mark_of_their_instant(tables):
    moved = tables["transfers"].filter(asset="BTC")
    marks = tables["series"].filter(instrument="mex/XBTUSD")["mark"]
    price = moved["usd"] / (moved["amount_atoms"] / COIN)
    assert moved.height > 10
    assert price.is_between(marks.min() * 0.97, marks.max() * 1.03).all()
    dollars = tables["transfers"].filter(asset="USD")
    assert (dollars["usd"] - dollars["amount_atoms"] / 1e6).abs().max() < 1e-9


def test_a_fund_in_coin_is_not_drawn_by_the_fall_of_its_coin(plan, tables):
    series = tables["series"]
    mex = pl.col("instrument").str.starts_with("mex")
    start = float(plan.instruments[0].start_mark)
    still = series.with_columns(
        fund=pl.when(mex).then(pl.col("mark") / start * 2e6).otherwise("fund")
    )
    told = headline(plan, {**tables, "series": still}, trades=0)
    assert told["fund_draw_share"] == pytest.approx(0.0, abs=1e-4)


def test_the_deficit_adds_dollars_and_coin_at_mark(plan, tables):
    row = {"t_ns": 0, "source": "fund@mex", "target": "a@mex", "reason": "fund_draw"}
    drawn = pl.DataFrame(
        [
            {**row, "asset": "BTC", "amount_atoms": COIN, "usd": 110_000.0},
            {**row, "asset": "USD", "amount_atoms": 5_000_000, "usd": 5.0},
        ]
    )
    told = headline(plan, {**tables, "transfers": drawn}, trades=0)
    assert told["deficit_usd"] == 110_005.0


def test_buyers_of_linear_lots_pay_and_sellers_of_inverse_ones():
    n = np.zeros(2, [("num", "i8"), ("den", "i8"), ("kind", "i1")])
    n["num"], n["den"] = [7, 10**9], 1
    n["kind"] = [InstrumentKind.LINEAR, InstrumentKind.INVERSE]
    px, qty = np.array([1_000, 1_000_000]), np.array([3, 250])
    assert paid(px, qty, n).tolist() == [21_000, -250_000]
    assert paid(px * 1_000, qty, n, scale=1_000).tolist() == [21_000, -250_000]
    far = np.array([1_000_000, 10**18])  # a price without end: nothing is owed there
    assert paid(far, qty, n, scale=1_000).tolist() == [21_000, 0]


def test_sizes_of_inverse_contracts_are_dollars_already(plan):
    dollars = Dollars(plan)
    units, i, price = np.array([5.0, 5.0]), np.array([0, 2]), np.array([100.0, 100.0])
    assert dollars.size(units, i, price).tolist() == [5.0, 500.0]
