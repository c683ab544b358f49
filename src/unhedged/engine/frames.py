"""Recorded rows as the tables of the results contract: dollars, units of assets and names."""

from typing import Any

import numpy as np
import polars as pl

from unhedged.engine.buffers import Rows
from unhedged.engine.names import Names
from unhedged.kernels.memory import Memory
from unhedged.results.schema import DEPTH_BPS, conform
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import (
    AccountKind,
    CasePhase,
    EntryReason,
    FillCause,
    InstrumentKind,
    Side,
)
from unhedged.vocab.units import ATOMS_PER_USD

Array = np.ndarray[Any, Any]
MILLI = 1000


class Frames:
    """Turns raw rows into tables."""

    def __init__(self, plan: RunPlan, memory: Memory, names: Names) -> None:
        self._names = names
        self._tick = np.array([i.tick_usd for i in plan.instruments])
        self._lot = np.array([i.lot_units for i in plan.instruments])
        self._ids = pl.Series([i.id for i in plan.instruments], dtype=pl.String)
        self._spot = np.array([i.kind == InstrumentKind.SPOT for i in plan.instruments])
        self._has_vault = np.array(
            [next(v.vault_on for v in plan.venues if v.id == i.venue) for i in plan.instruments]
        )
        self._venue_of = memory["account"]["venue"]
        self._memory = memory
        self._start = equities(memory, self._tick, self._lot)

    def all(self, rows: Rows, *, with_fills: bool) -> dict[str, pl.DataFrame]:
        """Return every table of one replicate."""
        raw = {
            name: rows.table(name, self._memory[name])
            for name in ("series", "forced", "desk", "transfer", "fill")
        }
        adl = raw["forced"]["winner"] == 1
        tables = {
            "series": self.series(raw["series"]),
            "liquidations": self.liquidations(raw["forced"][~adl]),
            "adl": self.adl(raw["forced"][adl]),
            "desks": self.desks(raw["desk"]),
            "transfers": self.transfers(raw["transfer"]),
            "accounts": self.accounts(self._start),
        }
        if with_fills:
            tables["fills"] = self.fills(raw["fill"])
        return {name: conform(name, frame) for name, frame in tables.items()}

    def series(self, r: Array) -> pl.DataFrame:
        """Return the `series` table."""
        i = r["instrument"]
        tick, lot, spot = self._tick[i], self._lot[i], self._spot[i]
        milli = tick / MILLI
        columns = {
            "t_ns": r["t"],
            "instrument": self._ids.gather(i),
            "bid": _null(r["bid"] * tick, r["bid"] < 0),
            "ask": _null(r["ask"] * tick, r["ask"] < 0),
            "last": r["last"] * tick,
            "mark": r["mark_milli"] * milli,
            "index": _null(r["index_milli"] * milli, spot),
            "value": r["value"],
            "open_interest": _null(r["open_interest"] * lot, spot),
            "volume": r["volume"] * lot,
            "forced": r["forced_qty"] * lot,
            "adl": r["adl_qty"] * lot,
            "funding_rate": _null(r["funding_ppb"] * 1e-9, spot),
            "fund": _null(r["fund"] / ATOMS_PER_USD, spot),
            "vault": _null(r["vault"] / ATOMS_PER_USD, ~self._has_vault[i]),
        }
        mid = np.where((r["bid"] > 0) & (r["ask"] > 0), (r["bid"] + r["ask"]) / 2, r["last"]) * tick
        for n, bps in enumerate(DEPTH_BPS):
            columns[f"bid_depth_{bps}"] = r["bid_depth"][:, n] * lot * mid
            columns[f"ask_depth_{bps}"] = r["ask_depth"][:, n] * lot * mid
        return pl.DataFrame(columns)

    def _forced(self, r: Array) -> dict[str, Any]:
        i = r["instrument"]
        price = r["px_milli"] * self._tick[i] / MILLI
        names, kinds = self._names.account_columns(r["account"], self._venue_of)
        counterparties, _ = self._names.account_columns(r["counterparty"], self._venue_of)
        return {
            "t_ns": r["t"],
            "case": r["cause"],
            "account": names,
            "kind": kinds,
            "instrument": self._ids.gather(i),
            "counterparty": counterparties,
            "qty": r["qty"] * self._lot[i],
            "price": price,
            "mark": r["mark_milli"] * self._tick[i] / MILLI,
            "notional": np.abs(r["qty"]) * self._lot[i] * price,
            "left": r["left"] * self._lot[i],
            "equity": r["equity"] / ATOMS_PER_USD,
            "fund": r["fund"] / ATOMS_PER_USD,
        }

    def liquidations(self, r: Array) -> pl.DataFrame:
        """Return the `liquidations` table."""
        steps = pl.Series([_STEPS.get(int(phase), "adl") for phase in r["phase"]], dtype=pl.String)
        return pl.DataFrame(
            {**self._forced(r), "step": steps, "maintenance": r["maintenance"] / ATOMS_PER_USD}
        )

    def adl(self, r: Array) -> pl.DataFrame:
        """Return the `adl` table."""
        return pl.DataFrame(
            {
                **self._forced(r),
                "score": r["score"],
                "leverage": r["leverage"],
                "profit": r["profit"],
            }
        )

    def desks(self, r: Array) -> pl.DataFrame:
        """Return the `desks` table."""
        i = r["instrument"]
        names = pl.Series([name for name, _ in self._names.agents], dtype=pl.String)
        kinds = pl.Series([kind for _, kind in self._names.agents], dtype=pl.String)
        mark = r["mark_milli"] * self._tick[i] / MILLI
        pos = r["pos"] * self._lot[i]
        return pl.DataFrame(
            {
                "t_ns": r["t"],
                "agent": names.gather(r["agent"]),
                "kind": kinds.gather(r["agent"]),
                "instrument": self._ids.gather(i),
                "pos": pos,
                "mark": mark,
                "exposure": pos * mark,
                "equity": r["equity"] / ATOMS_PER_USD,
                "forced": r["forced_qty"] * self._lot[i],
                "adl": r["adl_qty"] * self._lot[i],
            }
        )

    def transfers(self, r: Array) -> pl.DataFrame:
        """Return the `transfers` table."""
        reasons = pl.Series([reason.name.lower() for reason in EntryReason], dtype=pl.String)
        return pl.DataFrame(
            {
                "t_ns": r["t"],
                "source": self._names.account_columns(r["source"], self._venue_of)[0],
                "target": self._names.account_columns(r["target"], self._venue_of)[0],
                "asset": pl.Series(["USD"] * len(r), dtype=pl.String),
                "amount_atoms": r["atoms"],
                "reason": reasons.gather(r["reason"]),
            }
        )

    def accounts(self, start_equity: Array) -> pl.DataFrame:
        """Return the `accounts` table from the final state; accounts of the outside world and roundings are left out."""
        accounts = self._memory["account"]
        rows = np.flatnonzero(accounts["kind"] <= AccountKind.VAULT)
        names, kinds = self._names.account_columns(rows, self._venue_of)
        totals = self._memory["total"]["atoms"]
        positions = self._memory["position"]
        i = positions["instrument"]
        mark = self._memory["instrument"]["mark_milli"][i] * self._tick[i] / MILLI * self._lot[i]

        def notional(column: str) -> Array:
            usd = np.zeros(len(accounts))
            np.add.at(usd, positions["account"], positions[column] * mark)
            return np.asarray(usd[rows])

        return pl.DataFrame(
            {
                "account": names,
                "kind": kinds,
                "start_equity": start_equity[rows],
                "end_equity": equities(self._memory, self._tick, self._lot)[rows],
                "deposits_atoms": totals[rows][:, [EntryReason.DEPOSIT, EntryReason.TOP_UP]].sum(
                    axis=1
                ),
                "fees_atoms": totals[rows][
                    :, [EntryReason.TRADING_FEE, EntryReason.LIQUIDATION_FEE]
                ].sum(axis=1),
                "funding_atoms": totals[rows][:, EntryReason.FUNDING],
                "forced": notional("forced_qty"),
                "adl": notional("adl_qty"),
            }
        )

    def fills(self, r: Array) -> pl.DataFrame:
        """Return the `fills` table."""
        i = r["instrument"]
        account = self._memory["position"]["account"]
        sides = pl.Series([side.name.lower() for side in Side], dtype=pl.String)
        causes = pl.Series([cause.name.lower() for cause in FillCause], dtype=pl.String)
        return pl.DataFrame(
            {
                "t_ns": r["t"],
                "instrument": self._ids.gather(i),
                "price": r["px"] * self._tick[i],
                "qty": r["qty"] * self._lot[i],
                "side": sides.gather(r["side"]),
                "maker": self._names.account_columns(account[r["maker"]], self._venue_of)[0],
                "taker": self._names.account_columns(account[r["taker"]], self._venue_of)[0],
                "maker_cause": causes.gather(r["maker_cause"]),
                "taker_cause": causes.gather(r["taker_cause"]),
            }
        )


_STEPS = {
    int(CasePhase.REDUCE): "reduce",
    int(CasePhase.COOLDOWN): "reduce",
    int(CasePhase.TAKEOVER): "takeover",
}


def equities(memory: Memory, tick: Array, lot: Array) -> Array:
    """Return the equity of every account at mark, dollars."""
    positions = memory["position"]
    i = positions["instrument"]
    worth = positions["pos"] * lot[i] * memory["instrument"]["mark_milli"][i] * tick[i] / MILLI
    usd = memory["account"]["cash"] / ATOMS_PER_USD
    np.add.at(usd, positions["account"], worth)
    return np.asarray(usd)


def _null(values: Array, where: Array) -> pl.Series:
    return pl.Series(values=np.asarray(values, float)).set(pl.Series(where), None)
