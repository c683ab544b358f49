"""Momentum traders and frightened holders in a market: a rebound closes shorts by force, calm closes nobody, nothing is lost."""

from typing import Any

import polars as pl
import pytest
from tests.support.inverse_world import inverse_scenario
from tests.support.small_world import plan_of
from tests.support.tiny import TINY

from unhedged.agents import cells
from unhedged.engine.desks import draw_desk
from unhedged.engine.market import Rows
from unhedged.engine.run import run_replicate
from unhedged.scenario.load import load
from unhedged.vocab.errors import ScenarioError

MOMENTUM = {
    "id": "chasers",
    "kind": "momentum",
    "count": 100,
    "instrument": "hub/BTC-PERP",
    "most": "8%",
    "gain": "0.01/s",
    "leverage": 15.0,
    "leaves": "0%",
}
PANIC = {
    "id": "holders",
    "kind": "panic",
    "count": 4,
    "instrument": "spot/BTC",
    "capital": "$20M",
    "lag": "3m",
}
FALL = {"at": "12m", "fundamental": "-8%", "over": "4m", "shape": "exponential"}
REBOUND = {"at": "22m", "fundamental": "14%", "over": "4m", "shape": "exponential"}


def market(*agents: dict[str, Any], news: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """Return the tiny market with more people, and with other news than its own."""
    return {**TINY, "agent": [*TINY["agent"], *agents], "news": list(news)}


@pytest.fixture(scope="module")
def rebound() -> Any:
    return run_replicate(load(market(MOMENTUM, PANIC, news=(FALL, REBOUND))).plan(), 0)


@pytest.fixture(scope="module")
def calm() -> Any:
    return run_replicate(load(market(MOMENTUM, PANIC)).plan(), 0)


def of(output: Any, kind: str) -> pl.DataFrame:
    return output.tables["accounts"].filter(kind=kind)


def traded(output: Any, kind: str) -> int:
    return int((of(output, kind)["fees_atoms"] != 0).sum())


def test_a_rebound_closes_the_shorts_that_followed_the_fall(rebound: Any) -> None:
    forced = rebound.tables["liquidations"].filter(kind="momentum")
    assert traded(rebound, "momentum") > 50
    assert forced["account"].n_unique() > 5
    assert (forced["qty"] > 0).all()
    assert (forced["t_ns"] > 22 * 60 * 10**9).all()
    assert 0.0 < rebound.headline["forced_long_share"] < 1.0


def test_who_held_no_coins_on_margin_is_never_closed(rebound: Any) -> None:
    assert rebound.tables["liquidations"].filter(kind="panic").is_empty()
    assert traded(rebound, "panic") > 0


def test_money_and_lots_balance_with_them(rebound: Any) -> None:
    assert rebound.checks["ledger"] == "balanced"
    positions = rebound.tables["positions"].filter(instrument="hub/BTC-PERP")
    assert positions["start_lots"].sum() == positions["end_lots"].sum() == 0
    assert rebound.tables["accounts"]["end_cash_atoms"].sum() == 0


def test_what_they_gain_is_what_their_cash_and_positions_say(rebound: Any) -> None:
    mine = of(rebound, "momentum")
    held = rebound.tables["positions"].filter(pl.col("account").is_in(mine["account"].to_list()))
    worth = (held["end_lots"] * held["lot"] * held["end_mark"]).sum()
    cash = mine["end_cash_atoms"].sum() / 1e6
    assert mine["end_equity"].sum() == pytest.approx(cash + worth, abs=1.0)


def test_they_start_with_nothing(rebound: Any) -> None:
    lots = rebound.tables["positions"].filter(pl.col("account").str.starts_with("chasers"))
    assert (lots["start_lots"] == 0).all()
    start = of(rebound, "momentum")
    assert (start["start_equity"] * 1e6 - start["start_cash_atoms"]).abs().max() < 1.0


def test_calm_moves_nobody(calm: Any) -> None:
    assert traded(calm, "momentum") == 0
    assert traded(calm, "panic") == 0
    assert calm.tables["liquidations"].is_empty()


def test_the_block_opens_at_most_its_share_of_open_interest() -> None:
    plan = load(market(MOMENTUM | {"leverage": 500.0})).plan()
    group = next(g for g in plan.agents if g.id == "chasers")
    desk = draw_desk(plan, Rows.of(plan), group, 0)
    opened = desk.parameters[:, cells.CAPITAL] * desk.parameters[:, cells.MOM_LEVERAGE]
    interest = next(i for i in plan.instruments if i.id == "hub/BTC-PERP").open_interest_usd
    assert opened.sum() == pytest.approx(0.08 * interest)
    assert desk.parameters[:, cells.MOM_LEVERAGE].max() < 130.0


def test_holders_of_a_perpetual_are_its_longs_without_leverage() -> None:
    perp = PANIC | {"instrument": "hub/BTC-PERP", "holds": "5%"}
    text = market(perp)
    text["agent"][0] = {**text["agent"][0], "holds": "95%"}
    output = run_replicate(load({**text, "run": {**text["run"], "duration": "1m"}}).plan(), 0)
    mine = output.tables["positions"].filter(pl.col("account").str.starts_with("holders"))
    worth = mine["start_lots"] * mine["lot"] * mine["start_mark"]
    assert worth.sum() == pytest.approx(0.05 * 8e9, rel=1e-3)
    assert of(output, "panic")["start_equity"].to_numpy() == pytest.approx(
        worth.to_numpy(), rel=1e-3
    )


def test_a_contract_settled_in_coin_is_followed_too(tmp_path: Any) -> None:
    block = """
[[agent]]
id = "chasers"
kind = "momentum"
count = 20
instrument = "mex/XBTUSD"
most = "5%"
gain = "1/s"
window = "2s"
period = "200ms"
"""
    output = run_replicate(plan_of(inverse_scenario(3, 70) + block, tmp_path), 0)
    held = output.tables["positions"].filter(pl.col("account").str.starts_with("chasers"))
    forced = output.tables["liquidations"].filter(kind="momentum")
    assert output.checks["ledger"] == "balanced"
    assert (held["end_lots"] <= 0).all()
    assert -(held["end_lots"] * held["lot"]).sum() <= 0.06 * 2e9
    assert int((of(output, "momentum")["fees_atoms"] != 0).sum()) > 10
    assert (forced["qty"] > 0).all()


def test_who_holds_without_debt_holds_nothing_settled_in_coin(tmp_path: Any) -> None:
    block = '[[agent]]\nid = "holders"\nkind = "panic"\ninstrument = "mex/XBTUSD"\n'
    with pytest.raises(ScenarioError, match="not without debt"):
        plan_of(inverse_scenario(3, 70) + block, tmp_path)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (MOMENTUM | {"instrument": "spot/BTC"}, "no perpetual"),
        (PANIC | {"holds": "5%"}, "no open interest"),
    ],
)
def test_blocks_that_cannot_be_are_refused(block: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load(market(block))
