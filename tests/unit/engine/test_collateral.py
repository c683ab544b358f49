"""A crowd that brings assets in place of dollars: the same equity, lots that are conserved, and a choice of price that tells."""

import tomllib

import numpy as np
import polars as pl
import pytest
from tests.support import coin_world

import unhedged
from unhedged.engine.build import build
from unhedged.kernels import accounts
from unhedged.kernels.compiled import entry
from unhedged.kernels.tables import world
from unhedged.scenario.load import load

SCENARIO, PRICE = "collateral-depeg", "venue.hub.collateral.price"
REPLICATES = 3


@entry("int64(int64, int64)")
def equity(address, a):
    return accounts.equity(world(address), a)


def test_equity_at_the_start_is_as_drawn_whatever_is_brought() -> None:
    brought, dollars = load(SCENARIO), load(SCENARIO)
    dollars.stack.data["agent"] = [
        {k: v for k, v in agent.items() if k != "collateral"}
        for agent in dollars.stack.data["agent"]
    ]
    with_coins = build(brought.plan(), 0).memory
    without = build(load(dollars.stack.data).plan(), 0).memory
    assert np.array_equal(with_coins["account"]["owner"], without["account"]["owner"])
    mine = np.flatnonzero(with_coins["account"]["balances"] > 0)
    posted = 0
    for a in mine[2:]:  # after fund and vault
        row = with_coins["account"][a]
        lots = int(with_coins["position"]["pos"][row["first_position"] + row["positions"]])
        posted += lots
        assert equity(with_coins.address, a) == equity(without.address, a)
        assert (lots > 0) == (int(row["cash"]) != int(without["account"]["cash"][a]))
    share = sum(lots > 0 for lots in _lots(with_coins, mine[2:])) / len(mine)
    assert share == pytest.approx(0.5, abs=0.03)
    book = int(with_coins["collateral"]["book"][0])
    background = without["position"]["pos"][without["position"]["instrument"] == book].sum()
    assert int(with_coins["instrument"]["open_interest"][book]) == posted + background


def test_a_desk_posts_behind_its_short_and_owns_as_much_as_before() -> None:
    data = tomllib.loads(coin_world.scenario(0))
    with_coins = build(load(data).plan(), 0).memory
    (desk,) = (agent for agent in data["agent"] if agent["id"] == "desk")
    del desk["collateral"]
    without = build(load(data).plan(), 0).memory
    posted = 0
    for ours, theirs in zip(with_coins["agent"], without["agent"], strict=True):
        for leg in range(ours["legs"]):
            p, q = int(ours["position"][leg]), int(theirs["position"][leg])
            for name in ("instrument", "pos", "cost", "account"):
                assert with_coins["position"][name][p] == without["position"][name][q]
            a = int(with_coins["position"]["account"][p])
            if with_coins["account"]["balances"][a]:
                posted += int(_lots(with_coins, [a])[0])
                assert with_coins["account"]["cash"][a] < without["account"]["cash"][a]
            assert equity(with_coins.address, a) == equity(without.address, a)
    assert posted > 0


def _lots(memory, rows) -> list[int]:
    account = memory["account"][rows]
    at = account["first_position"] + account["positions"]
    return [int(x) for x in memory["position"]["pos"][at]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return {
        price: unhedged.run(
            SCENARIO,
            replicates=REPLICATES,
            overrides={PRICE: price},
            out=tmp_path_factory.mktemp(price),
        )
        for price in ("local_book", "index", "redemption")
    }


def test_the_own_book_as_price_liquidates_more_than_an_index_or_redemption(runs) -> None:
    rows = {price: results.rows() for price, results in runs.items()}
    count = {price: sum(row["liquidations"] for row in rows[price]) for price in rows}
    print(count)
    assert count["local_book"] > 1.2 * max(count["index"], count["redemption"])
    for row in (row for of_price in rows.values() for row in of_price):
        assert row["low_share.home/USDE"] > 0.05 > row["low_share.away/USDE"]


def test_rows_of_sales_are_those_of_the_books_and_of_the_fund(runs) -> None:
    for price, results in runs.items():
        steps = results.table("liquidations", replicate=0)
        sold = steps.filter(pl.col("step") == "collateral")
        assert sold["instrument"].unique().to_list() == ["home/USDE"]
        assert (sold["qty"] < 0).all()
        assert sold["notional"].sum() == pytest.approx(results.rows()[0]["collateral_sold_usd"])
        bought = sold["counterparty"] == "fund@hub"
        assert sold.filter(bought)["amount_atoms"].null_count() == 0, price
        assert sold.filter(~bought)["amount_atoms"].null_count() == (~bought).sum()
        closed = steps.filter(pl.col("step") != "collateral")["notional"].sum()
        assert closed == pytest.approx(results.rows()[0]["forced_usd"])


def test_lots_of_the_dollar_are_neither_made_nor_lost(runs) -> None:
    held = runs["local_book"].table("positions", replicate=0).filter(instrument="home/USDE")
    assert held["start_lots"].sum() == held["end_lots"].sum() > 0
    accounts_ = runs["local_book"].table("accounts", replicate=0)
    assert accounts_["end_cash_atoms"].sum() == 0
