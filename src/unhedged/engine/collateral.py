"""Assets posted as collateral as tables: what venues take, and what a crowd brings."""

from typing import Any

import numpy as np

from unhedged.engine.draw import Stream
from unhedged.engine.market import Rows, fill_source, instrument_sources
from unhedged.engine.roster import blank_positions
from unhedged.kernels.buckets import BUCKETS
from unhedged.kernels.memory import Memory
from unhedged.rules.collateral import tiered_collateral_value
from unhedged.rules.pnl import value
from unhedged.scenario.plan import (
    AgentGroupPlan,
    RunPlan,
    VenuePlan,
)
from unhedged.scenario.plan_security import CollateralAssetPlan, PortfolioPlan
from unhedged.vocab.units import ATOMS_PER_USD, PPB

Array = np.ndarray[Any, Any]
MILLI = 1000


def fill_collateral(memory: Memory, plan: RunPlan, rows: Rows) -> None:
    """Fill the tables of what venues take; the market's must be filled. A price begins where its asset's book does."""
    at = haircut = 0
    source = instrument_sources(plan)
    for n, venue in enumerate(plan.venues):
        _fill_venue(memory["venue"][n], venue, at)
        for asset in venue.collateral.assets:
            book = rows.instruments[asset.book]
            x = memory["collateral"][at]
            x["book"], x["price_form"] = book, asset.price
            x["price_milli"] = x["start_milli"] = memory["instrument"]["start_milli"][book]
            x["first_bucket"] = 2 * BUCKETS * (len(plan.instruments) + at)
            x["first_source"], x["sources"] = source, len(asset.index)
            for s in asset.index:
                fill_source(memory, plan, rows, source, plan.instruments[book], s, venue)
                source += 1
            x["first_haircut"], x["haircuts"] = haircut, len(asset.haircuts)
            for tier in asset.haircuts:
                memory["haircut"][haircut] = (tier.floor_atoms, tier.ratio_ppb, tier.credit_atoms)
                haircut += 1
            at += 1


def _fill_venue(row: Any, venue: VenuePlan, first: int) -> None:
    own = venue.collateral
    row["first_collateral"], row["collaterals"] = first, len(own.assets)
    row["collateral_sale"], row["collateral_order"] = own.sale, own.sale_order
    row["collateral_slip_ppb"] = own.slippage_ppb
    row["collateral_discount_ppb"] = own.discount_ppb
    row["collateral_rest"] = own.rest_to_fund
    _fill_portfolio(row, venue.portfolio)


def _fill_portfolio(row: Any, own: PortfolioPlan | None) -> None:
    if own is not None:
        row["portfolio_times"], row["portfolio_per"] = own.times_ppb, own.per_ppb
        row["portfolio_base"] = round(own.base_usd * ATOMS_PER_USD)
        row["portfolio_range_ppb"] = own.range_ppb


def secured_by(group: AgentGroupPlan) -> str:
    """Return the instrument whose venue gets what a block brings: a crowd's first, a basis desk's short."""
    params = group.params
    return str(params["short"] if "short" in params else params["instruments"][0])


def blank_balances(rows: Rows, venue: VenuePlan, count: int) -> Array:
    """Return ``count`` accounts' empty balances of everything ``venue`` takes, one row an account."""
    books = [rows.instruments[asset.book] for asset in venue.collateral.assets]
    balances = blank_positions(count * len(books)).reshape(count, len(books))
    balances["instrument"] = books
    return balances


def bring(
    plan: RunPlan,
    rows: Rows,
    venue: VenuePlan,
    group: AgentGroupPlan,
    stream: Stream,
    capital: Array,
) -> tuple[Array, Array]:
    """Return the balances a block brings in place of dollars, and what they count for in its accounts, atoms.

    ``capital`` is each account's margin at the start, atoms; a part of it is brought in whole lots, rounded down, at the start
    price. What they count for less than that is made up in dollars: equity at the start is as drawn.
    """
    count = len(capital)
    balances = blank_balances(rows, venue, count)
    counts, left = np.zeros(count, np.int64), np.ones(count)
    for k, asset in enumerate(venue.collateral.assets):
        posted = (group.params["collateral"] or {}).get(asset.asset)
        if posted is None:
            continue
        who = stream.uniform(f"collateral.{asset.asset}.who", count) < posted["share"] / PPB
        part = stream.draw(posted["part"], f"collateral.{asset.asset}.part", count) / PPB
        part = np.minimum(part, left) * who
        left -= part
        lots, counted, cost = _lots(plan, rows, asset, (capital * part).astype(np.int64))
        balances["pos"][:, k], balances["cost"][:, k] = lots, cost
        counts += counted
    return balances, counts


def _lots(
    plan: RunPlan, rows: Rows, asset: CollateralAssetPlan, worth: Array
) -> tuple[Array, Array, Array]:
    # Lots worth at most so much, what they count for, and their value.
    book = plan.instruments[rows.instruments[asset.book]]
    milli = book.start_px * MILLI
    lots = [int(w) * book.den // (book.start_px * book.num) for w in worth]
    values = [value(n, milli, book.num, book.den) for n in lots]
    counted = [_counted(asset, v) for v in values]
    return np.array(lots, np.int64), np.array(counted, np.int64), np.array(values, np.int64)


def _counted(asset: CollateralAssetPlan, worth: int) -> int:
    tier = [t for t in asset.haircuts if t.floor_atoms <= worth][-1]
    return tiered_collateral_value(worth, tier.ratio_ppb, tier.credit_atoms)
