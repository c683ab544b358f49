"""Recorded rows as the tables of the results contract: dollars, units of assets and names."""

from typing import Any

import numpy as np
import polars as pl
from numpy.lib.recfunctions import repack_fields

from unhedged.engine.buffers import Rows
from unhedged.engine.dollars import Dollars, paid
from unhedged.engine.names import Names
from unhedged.engine.statement import Statement
from unhedged.kernels.memory import Memory
from unhedged.kernels.nearby import NEAR
from unhedged.results.schema import DEPTH_BPS, conform
from unhedged.scenario.plan import RunPlan, VenuePlan
from unhedged.vocab.enums import (
    CasePhase,
    EntryReason,
    FillCause,
    InstrumentKind,
    LiquidationStep,
    Side,
)
from unhedged.vocab.units import USD

Array = np.ndarray[Any, Any]
MILLI = 1000


class Frames:
    """Turns raw rows into tables."""

    def __init__(self, plan: RunPlan, memory: Memory, names: Names) -> None:
        self._names = names
        self._dollars = Dollars(plan)
        self._tick, self._lot = self._dollars.tick, self._dollars.lot
        self._ids = pl.Series([i.id for i in plan.instruments], dtype=pl.String)
        self._settled = int(memory.world["settlements"])
        settled = [USD, *(asset.id for asset in plan.assets)][: self._settled]
        self._assets = pl.Series(
            [*settled, *self._ids], dtype=pl.String
        )  # books whose lots were delivered come last
        self._spot = np.array([i.kind == InstrumentKind.SPOT for i in plan.instruments])
        venues = {v.id: v for v in plan.venues}
        self._has_vault = np.array([venues[i.venue].vault_on for i in plan.instruments])
        self._has_fund = ~self._spot & [_has_fund(venues[i.venue]) for i in plan.instruments]
        self._venue_of = memory["account"]["venue"]
        # Of each instrument what an amount needs, packed: a whole row of the table is hundreds of bytes, and is copied per fill.
        self._priced = repack_fields(memory["instrument"][["num", "den", "kind"]])
        self._memory = memory
        self._statement = Statement(plan, memory, names)

    def all(self, rows: Rows, *, with_fills: bool) -> dict[str, pl.DataFrame]:
        """Return every table of one replicate."""
        raw = {
            name: rows.table(name, self._memory[name])
            for name in ("series", "forced", "desk", "transfer", "fill", "risk")
        }
        forced = raw["forced"]
        winner, closed = forced["winner"] == 1, forced["phase"] == CasePhase.ADL_CLOSE
        tables = {
            "series": self.series(raw["series"]),
            "liquidations": self.liquidations(forced[~closed]),
            "adl": self.adl(forced[winner]),
            "desks": self.desks(raw["desk"]),
            "transfers": self.transfers(raw["transfer"]),
            "risk": self.risk(raw["risk"]),
            "positions": self._statement.positions(),
        }
        tables["accounts"] = self._statement.accounts(tables["liquidations"], tables["adl"])
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
            "low": r["low"] * tick,
            "high": r["high"] * tick,
            "mark": r["mark_milli"] * milli,
            "index": _null(r["index_milli"] * milli, spot),
            "value": r["value"],
            "down_liquidates": r["at_risk"][:, 0] * lot,
            "down_stops": r["stops"][:, 0] * lot,
            "up_liquidates": r["at_risk"][:, 1] * lot,
            "up_stops": r["stops"][:, 1] * lot,
            "makers": _null(r["quoting"] / np.maximum(r["makers"], 1), r["makers"] == 0),
            "open_interest": _null(r["open_interest"] * lot, spot),
            "volume": r["volume"] * lot,
            "forced": r["forced_qty"] * lot,
            "adl": r["adl_qty"] * lot,
            "funding_rate": _null(r["funding_ppb"] * 1e-9, spot),
            "fund": _null(self._money(r, "fund"), ~self._has_fund[i]),
            "vault": _null(self._money(r, "vault"), ~self._has_vault[i]),
        }
        mid = np.where((r["bid"] > 0) & (r["ask"] > 0), (r["bid"] + r["ask"]) / 2, r["last"]) * tick
        for n, bps in enumerate(DEPTH_BPS):
            for side in ("bid", "ask"):
                units = r[f"{side}_depth"][:, n] * lot
                columns[f"{side}_depth_{bps}"] = self._dollars.size(units, i, mid)
        return pl.DataFrame(columns)

    def _money(self, r: Array, column: str) -> Array:
        return self._dollars.money(r[column], r["instrument"], r["mark_milli"])

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
            "notional": self._dollars.size(np.abs(r["qty"]) * self._lot[i], i, price),
            "left": -np.sign(r["qty"]) * r["left"] * self._lot[i] + 0.0,
            "equity": self._money(r, "equity"),
            "fund": self._money(r, "fund"),
        }

    def liquidations(self, r: Array) -> pl.DataFrame:
        """Return the `liquidations` table."""
        netted, sold = (r["phase"] == phase for phase in (CasePhase.NET, CasePhase.COLLATERAL))
        taken = r["phase"] == CasePhase.TAKEOVER
        priced = taken | netted | (sold & (r["counterparty"] >= 0))
        moved = pl.Series(self._moved(r)).set(pl.Series(~priced), None)
        kinds = (taken, netted, sold)
        return pl.DataFrame(
            {
                **self._forced(r),
                "parent": pl.Series(r["parent"]).set(pl.Series(r["parent"] < 0), None),
                "step": np.select(kinds, ("takeover", "net", "collateral"), "reduce"),
                "amount_atoms": moved,
                "maintenance": self._money(r, "maintenance"),
            }
        )

    def _moved(self, r: Array) -> Array:
        # What the buyer of a takeover or of a close against a winner pays: as for a fill, at a price in milli-ticks.
        return paid(r["px_milli"], np.abs(r["qty"]), self._priced[r["instrument"]], scale=MILLI)

    def adl(self, r: Array) -> pl.DataFrame:
        """Return the `adl` table."""
        return pl.DataFrame(
            {
                **self._forced(r),
                "amount_atoms": self._moved(r),
                "score": r["score"],
                "leverage": r["leverage"],
                "profit": r["profit"],
                "equity_before": self._money(r, "before"),
                "unrealised": self._money(r, "gain"),
                "loser_equity": self._money(r, "loser_before"),
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
                "exposure": self._dollars.size(pos, i, mark),
                "equity": self._money(r, "equity"),
                "forced": r["forced_qty"] * self._lot[i],
                "adl": r["adl_qty"] * self._lot[i],
            }
        )

    def risk(self, r: Array) -> pl.DataFrame:
        """Return the `risk` table: steps in which something waits."""
        row, step = np.nonzero((r["long"] > 0) | (r["short"] > 0))
        i = r["instrument"][row]
        start = self._memory["instrument"]["start_milli"][i] * self._tick[i] / MILLI
        return pl.DataFrame(
            {
                "t_ns": r["t"][row],
                "instrument": self._ids.gather(i),
                "price": start * step / NEAR,
                "long": r["long"][row, step] * self._lot[i],
                "short": r["short"][row, step] * self._lot[i],
            }
        )

    def transfers(self, r: Array) -> pl.DataFrame:
        """Return the `transfers` table."""
        first = self._memory["venue"]["first_instrument"][self._venue_of[r["source"]]]
        book = r["asset"] - self._settled  # below 0: money
        reasons = pl.Series([reason.name.lower() for reason in EntryReason], dtype=pl.String)
        return pl.DataFrame(
            {
                "t_ns": r["t"],
                "source": self._names.account_columns(r["source"], self._venue_of)[0],
                "target": self._names.account_columns(r["target"], self._venue_of)[0],
                "asset": self._assets.gather(r["asset"]),
                "amount_atoms": r["atoms"],
                "usd": np.where(
                    book < 0,
                    self._dollars.money(r["atoms"], first, r["mark_milli"]),
                    r["atoms"] * self._lot[book] * r["mark_milli"] * self._tick[book] / MILLI,
                ),
                "reason": reasons.gather(r["reason"]),
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
                "amount_atoms": paid(r["px"], r["qty"], self._priced[i]),
                "side": sides.gather(r["side"]),
                "maker": self._names.account_columns(account[r["maker"]], self._venue_of)[0],
                "taker": self._names.account_columns(account[r["taker"]], self._venue_of)[0],
                "maker_cause": causes.gather(r["maker_cause"]),
                "taker_cause": causes.gather(r["taker_cause"]),
            }
        )


def _has_fund(venue: VenuePlan) -> bool:
    # Where a vault takes positions over, a fund that starts empty is there in name only.
    return (
        venue.fund_start_usd > 0
        or not venue.vault_on
        or LiquidationStep.BACKSTOP_TAKEOVER not in venue.steps
    )


def _null(values: Array, where: Array) -> pl.Series:
    return pl.Series(values=np.asarray(values, float)).set(pl.Series(where), None)
