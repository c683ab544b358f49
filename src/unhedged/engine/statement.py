"""The statement of every account: cash, positions and equity at the start and at the end.

Made so that a stranger can add it up: house accounts and the outside world are in it, exact money is in atoms and sizes in
lots. Cash of all accounts of a settlement asset sums to zero, lots of a perpetual to zero, and equity is cash plus positions
at mark.
"""

from typing import Any

import numpy as np
import polars as pl

from unhedged.engine.dollars import Dollars
from unhedged.engine.money import money_of
from unhedged.engine.names import Names
from unhedged.kernels.memory import Memory
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import EntryReason

Array = np.ndarray[Any, Any]
MILLI = 1000


class Statement:
    """Remembers how accounts stood when it was made, and says how they stand when it is asked."""

    def __init__(self, plan: RunPlan, memory: Memory, names: Names) -> None:
        self._memory, self._names = memory, names
        self._dollars = Dollars(plan)
        self._tick, self._lot = self._dollars.tick, self._dollars.lot
        self._assets = np.array([money_of(plan, venue.id).asset for venue in plan.venues])
        self._ids = pl.Series([i.id for i in plan.instruments], dtype=pl.String)
        self._start = self._state()

    def _state(self) -> tuple[Array, Array, Array]:
        # Cash of every account, lots of every position, mark of every instrument.
        cash = self._memory["account"]["cash"].copy()
        return cash, self._memory["position"]["pos"].copy(), self._marks()

    def _marks(self) -> Array:
        return np.asarray(self._memory["instrument"]["mark_milli"] * self._tick / MILLI)

    def _equity(self, state: tuple[Array, Array, Array]) -> Array:
        # An inverse long owes its dollars in coin, a short is owed them.
        cash, pos, mark = state
        i = self._memory["position"]["instrument"]
        first = self._memory["venue"]["first_instrument"][self._memory["account"]["venue"]]
        usd = self._dollars.money(cash, first, mark[first] / self._tick[first] * MILLI)
        units = pos * self._lot[i] * np.where(self._dollars.inverse[i], -1, 1)
        np.add.at(usd, self._memory["position"]["account"], self._dollars.size(units, i, mark[i]))
        return np.asarray(usd)

    def _unit(self, mark: Array) -> Array:
        # Dollars a unit of each account's asset.
        first = self._memory["venue"]["first_instrument"][self._memory["account"]["venue"]]
        return np.where(self._dollars.inverse[first], mark[first], 1.0)

    def accounts(self, liquidations: pl.DataFrame, adl: pl.DataFrame) -> pl.DataFrame:
        """Return the `accounts` table: one row an account, those of venues and of the outside world included."""
        end = self._state()
        rows = np.arange(len(end[0]))
        name, kind = self._names.account_columns(rows, self._memory["account"]["venue"])
        totals = self._memory["total"]["atoms"]
        against = self._memory["total"][: len(rows)]

        def total(*reasons: EntryReason) -> Array:
            return np.asarray(totals[: len(rows)][:, list(reasons)].sum(axis=1))

        frame = pl.DataFrame(
            {
                "account": name,
                "kind": kind,
                "asset": self._assets[self._memory["account"]["venue"]],
                "unit_usd": self._unit(end[2]),
                "start_cash_atoms": self._start[0],
                "end_cash_atoms": end[0],
                "start_equity": self._equity(self._start),
                "end_equity": self._equity(end),
                "deposits_atoms": total(EntryReason.DEPOSIT, EntryReason.TOP_UP),
                "fees_atoms": total(EntryReason.TRADING_FEE, EntryReason.LIQUIDATION_FEE),
                "funding_atoms": total(EntryReason.FUNDING),
                "spread_atoms": against["made"].copy(),
                "crossing_atoms": against["crossed"].copy(),
                "rehedge_atoms": against["after"].copy(),
            }
        )
        losers = adl.select(pl.col("counterparty").alias("account"), "notional")
        closed = liquidations.filter(pl.col("step") != "collateral")
        forced = pl.concat([closed.select("account", "notional"), losers])
        return (
            frame.join(_closed(forced, "forced"), on="account", how="left", maintain_order="left")
            .join(_closed(adl, "adl"), on="account", how="left", maintain_order="left")
            .with_columns(pl.col("forced", "adl").fill_null(0.0))
        )

    def positions(self) -> pl.DataFrame:
        """Return the `positions` table: one row a position that was open at the start or is open at the end."""
        positions = self._memory["position"]
        start, end = self._start[1], positions["pos"]
        rows = np.flatnonzero((start != 0) | (end != 0))
        i = positions["instrument"][rows]
        venues = self._memory["account"]["venue"]
        name, _ = self._names.account_columns(positions["account"][rows], venues)
        return pl.DataFrame(
            {
                "account": name,
                "instrument": self._ids.gather(i),
                "start_lots": start[rows],
                "end_lots": end[rows],
                "lot": self._lot[i],
                "start_mark": self._start[2][i],
                "end_mark": self._marks()[i],
                "cost_atoms": positions["cost"][rows],
            }
        )


def _closed(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    # One after another in order of time: a grouped sum of floats depends on where their memory lies and on threads.
    names = rows.select(pl.col("account").unique(maintain_order=True)).with_row_index("row")
    row = rows.select("account").join(names, on="account", how="left", maintain_order="left")["row"]
    weights = rows["notional"].cast(pl.Float64).to_numpy()
    sums = np.bincount(row.to_numpy(), weights=weights, minlength=names.height)
    return names.select("account", pl.Series(column, sums, dtype=pl.Float64))
