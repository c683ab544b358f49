"""From a plan's parameters to rows, legs, tags and what an agent owns at the start."""

import pytest

from unhedged.agents import REGISTRY, cells, rows
from unhedged.kernels.layout.columns import LEGS, PARAMETERS, STATE
from unhedged.scenario.agents import (
    Background,
    BasisDesk,
    CrossVenue,
    DipBuyer,
    Leveraged,
    MarketMaker,
    Momentum,
    Panic,
)
from unhedged.scenario.plan import Law
from unhedged.scenario.resolve import parameter
from unhedged.scenario.speculators import Speculator

SPECS = {
    "background": Background(id="f", kind="background", instrument="a/B"),
    "market_maker": MarketMaker(id="m", kind="market_maker", quotes="a/B", hedge="s/B"),
    "basis_desk": BasisDesk(id="d", kind="basis_desk", spot="s/B", short="a/B", reshort="b/B"),
    "leveraged": Leveraged(id="l", kind="leveraged", instruments="a/B"),
    "cross_venue": CrossVenue(id="x", kind="cross_venue", instruments=["a/B", "s/B"]),
    "dip_buyer": DipBuyer(id="p", kind="dip_buyer", instrument="s/B"),
    "momentum": Momentum(id="t", kind="momentum", instrument="a/B"),
    "panic": Panic(id="h", kind="panic", instrument="s/B"),
    "speculator": Speculator(id="a", kind="speculator", instrument="a/B"),
}


def params(kind):
    spec = SPECS[kind]
    return {name: parameter(getattr(spec, name)) for name in type(spec).model_fields}


def row(kind):
    return rows.fill(kind, params(kind), lambda _, v: 31.6e9 if isinstance(v, Law) else float(v))


def numbers(prefix):
    return [n for name, n in vars(cells).items() if name.startswith(prefix + "_")]


@pytest.mark.parametrize("kind", SPECS)
def test_every_parameter_named_exists_in_the_spec(kind):
    for path in rows.PARAMETERS[kind]:
        block = SPECS[kind]
        for name in path.split("."):
            assert name in type(block).model_fields, path
            block = getattr(block, name)


@pytest.mark.parametrize("kind", SPECS)
def test_no_two_parameters_share_a_cell(kind):
    at = [cell.at for cell in rows.PARAMETERS[kind].values()]
    assert len(set(at)) == len(at)
    assert all(cells.CAPITAL <= n < cells.ROW for n in at)


@pytest.mark.parametrize("kind", sorted(set(SPECS) - {"leveraged"}))
def test_every_key_that_shapes_behaviour_reaches_the_row(kind):
    known = {path.split(".")[0] for path in rows.PARAMETERS[kind]}
    seen_elsewhere = {*rows.LEGS[kind], "id", "kind", "count", "order_latency", "order_jitter"}
    seen_elsewhere |= {"data_latency", "period", "weights", "holds", "most", "side", "collateral"}
    assert set(type(SPECS[kind]).model_fields) - seen_elsewhere == known


def test_rows_and_state_fit_their_tables():
    assert cells.ROW == PARAMETERS
    assert cells.NEUTRAL + LEGS <= cells.ACCOUNTS
    assert cells.MOST_QUOTES * cells.MAKER_BLOCK <= cells.MAKER_LAST
    assert max(cells.MAKER_VALUE, cells.MAKER_SLOW + cells.MOST_QUOTES - 1) < STATE
    for name in ("DIP", "PANIC"):
        assert max(n for n in numbers(name) if n < 10) < STATE
    assert cells.MOM_REJECTS < STATE


def test_units_become_natural():
    filled = row("market_maker")
    assert filled[cells.CAPITAL] == 90e6
    assert filled[cells.MAKER_DEPTH] == pytest.approx(0.10)
    assert filled[cells.MAKER_REFILL] == pytest.approx(10.0)
    assert filled[cells.MAKER_QUOTES] == 1
    assert filled[cells.MAKER_WEIGHT] == 1.0
    assert row("basis_desk")[cells.BASIS_REACTION] == pytest.approx(31.6)


def test_what_is_left_out_never_happens():
    filled = row("basis_desk")
    assert filled[cells.BASIS_OPEN] > 1e6
    assert filled[cells.BASIS_CLOSE] < -1e6


def test_legs_come_in_the_order_behaviours_count_them():
    assert rows.legs("market_maker", params("market_maker")) == ("a/B", "s/B")
    assert rows.legs("basis_desk", params("basis_desk")) == ("s/B", "a/B", "b/B")
    assert rows.legs("cross_venue", params("cross_venue")) == ("a/B", "s/B")


@pytest.mark.parametrize("kind", SPECS)
def test_spec_and_rows_agree_on_legs(kind):
    assert [n for _, n in SPECS[kind].named_instruments()] == list(rows.legs(kind, params(kind)))


def test_a_basis_desk_starts_hedged_and_over_collateralised():
    (cash, coins), (collateral, short), (second, none) = rows.endowment(
        "basis_desk", row("basis_desk"), [True, False, False]
    )
    assert coins == -short == pytest.approx(4e6)
    assert none == 0
    assert collateral + second == pytest.approx(20e6)
    assert 0 < cash < 0.05 * coins


def test_a_maker_brings_its_capital_once():
    parts = rows.endowment("market_maker", row("market_maker"), [False, True])
    assert sum(money for money, _ in parts) == pytest.approx(90e6)
    assert parts[0] == (67.5e6, 0.0)
    assert parts[1] == (22.5e6, 22.5e6)  # coins to sell come on top


def test_a_desk_with_a_hurdle_brings_the_money_to_grow_to_its_limit():
    numbers = row("basis_desk")
    (waiting, coins), *_ = rows.endowment("basis_desk", numbers, [True, False, False])
    assert waiting == pytest.approx(0.01 * coins)
    numbers[cells.BASIS_HURDLE] = 0.06
    (waiting, coins), *_ = rows.endowment("basis_desk", numbers, [True, False, False])
    assert waiting == pytest.approx((numbers[cells.BASIS_LIMIT] - 1 + 0.01) * coins)


def test_momentum_starts_with_nothing_and_frightened_holders_with_what_they_can_sell():
    ((margin, held),) = rows.endowment("momentum", row("momentum"), [False])
    assert (margin, held) == (row("momentum")[cells.CAPITAL], 0.0)
    ((cash, coins),) = rows.endowment("panic", row("panic"), [True])
    assert coins == pytest.approx(50e6)
    assert 0 < cash < 0.05 * coins
    assert rows.endowment("panic", row("panic"), [False]) == [(50e6, 50e6)]


@pytest.mark.parametrize(("side", "cell"), [("sell", -1.0), ("buy", 1.0), ("both", 0.0)])
def test_the_side_a_trader_follows_reaches_its_row(side, cell):
    spec = Momentum(id="t", kind="momentum", instrument="a/B", side=side)
    told = {name: parameter(getattr(spec, name)) for name in type(spec).model_fields}
    assert rows.fill("momentum", told, lambda _, v: 1.0)[cells.MOM_SIDE] == cell


def test_every_acting_kind_is_registered():
    assert set(REGISTRY) == set(SPECS) - {"leveraged"}


def test_a_maker_told_never_to_leave_has_limits_nothing_reaches() -> None:
    from unhedged.scenario.load import load

    plan = load("btc-cascade", overrides={"agent.maker.withdraw.enabled": False}).plan()
    group = next(g for g in plan.agents if g.id == "maker")
    row = rows.fill(
        group.kind, group.params, lambda _, value: 1.0 if isinstance(value, Law) else float(value)
    )
    assert row[cells.MAKER_LOSS] >= 1e6
    assert row[cells.MAKER_LEAVE] >= 1e6
