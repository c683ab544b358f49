"""A market of one contract under a shipped rulebook: losers of one position each, one deep winner, marks moved by hand, an empty book.

What the rules pass to winners is read off the forced rows, for funds of different sizes over the same marks.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.support.market import FIRST_TRADER, IDLE, SESSION, VAULT, Market

from unhedged.engine.clearing import fill_clearing
from unhedged.engine.money import DOLLARS
from unhedged.scenario.load import load
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import CasePhase, EntryReason, MarginMode

ADL, SECOND, ATOMS = int(CasePhase.ADL_CLOSE), 10**9, 10**6
START_USD = 100_000


def plan_of(rulebook: str, **venue: Any) -> RunPlan:
    """Return the plan of a perpetual on BTC at a venue with the rules of ``rulebook``; ``venue`` are further keys of it."""
    asset = {"id": "BTC", "start": f"${START_USD}", "volatility": "40%"}
    shared = {"asset": "BTC", "tick_size": "0.1"}
    perp = {
        **shared, "id": "hub/BTC-PERP", "kind": "linear", "lot_size": "0.001", "tiers": "BTC",
        "open_interest": "$1bn",
    }  # fmt: skip
    spot = {**shared, "id": "spot/BTC", "kind": "spot", "lot_size": "0.00001"}
    hub = {"id": "hub", "rulebook": rulebook, **venue}
    if "hyperliquid" in rulebook:
        hub["vault"] = {}
    return load(
        {
            "schema": 1, "name": "one-mark", "run": {"duration": "1h"}, "asset": [asset],
            "venue": [hub, {"id": "spot", "rulebook": "spot@generic"}], "instrument": [perp, spot],
            "agent": [{"id": "crowd", "kind": "leveraged", "count": 1, "instruments": "hub/BTC-PERP",
                       "leverage": {"law": "discrete", "values": [3], "weights": [1]}}],
        }
    ).plan()  # fmt: skip


@dataclass(frozen=True)
class Loser:
    """An account with one position, entered at the start price."""

    lots: int  # signed
    margin: int  # atoms
    owner: int | None = None  # of several accounts, which are no winners for each other


@dataclass
class OneMark:
    """The market, once for a size of fund or vault."""

    plan: RunPlan
    losers: list[Loser]
    money: int  # atoms of the fund, and of the vault
    book: list[tuple[int, int, int]] = field(default_factory=list)
    """Side, ticks and lots of orders, there again after each mark."""

    def __post_init__(self) -> None:
        venue, contract = self.plan.venues[0], self.plan.instruments[0]
        assert venue.margin_mode != MarginMode.NONE
        self.start = contract.start_px * 1000
        lots = [loser.lots for loser in self.losers]
        worth = [self.atoms(n, self.start) for n in lots]
        rows = [
            {"cash": loser.margin - w, "positions": {0: (n, w)}}
            for loser, n, w in zip(self.losers, lots, worth, strict=True)
        ]
        for row, loser in zip(rows, self.losers, strict=True):
            row.update({} if loser.owner is None else {"owner": loser.owner})
        # One deep winner on either side, entered so far away that it has a profit wherever the mark goes.
        for sign in (1, -1):
            total = sum(n for n in lots if sign * n < 0)
            if total:
                cost = self.atoms(-total, self.start * (10 - sign * 4) // 10)
                rows.append({"cash": 10**17 - cost, "positions": {0: (-total, cost)}})
        self.market = Market(
            venue={},
            instruments=[self.contract()],
            accounts=rows,
            house={"FUND": {"cash": self.money}, "VAULT": {"cash": self.money}},
        )
        row = self.market.memory["venue"][0]
        fill_clearing(row, venue, DOLLARS)
        row["mark_interval"], row["liquidation_on"] = venue.mark_interval_ns, True
        row["fund_start"] = row["peak"] = self.money
        self.t = 0

    def contract(self) -> dict[str, Any]:
        contract = self.plan.instruments[0]
        return {
            "mark": self.start, "num": contract.num, "den": contract.den,
            "tiers": [
                (t.floor_lots or round(t.floor_usd * ATOMS), t.mm_ppb, t.im_ppb, round(t.deduct_usd * ATOMS))
                for t in contract.tiers
            ],
            "tier_form": contract.tier_form, "slope_ppb": contract.slope_ppb,
            "slope_lots": contract.slope_lots, "close_out_ppb": contract.close_out_ppb,
        }  # fmt: skip

    def atoms(self, lots: int, milli: int) -> int:
        contract = self.plan.instruments[0]
        return lots * milli * contract.num // (1000 * contract.den)

    def move(self, moved_ppb: int) -> None:
        """Move the mark to the start times ``1 + moved``, and let the venue act for a minute and a half; a session ends then."""
        for side, px, lots in self.book:
            self.market.order(self.winner, 0, side, px, lots)
        self.t += SECOND
        self.market.run(self.t)
        self.market.mark({0: self.start + self.start * moved_ppb // 10**9})
        for _ in range(2):
            self.t += 45 * SECOND
            self.market.plan(self.t, VAULT)
            assert self.market.run(self.t) == IDLE
        if self.plan.venues[0].socialised:
            self.market.plan(self.t, SESSION)
            assert self.market.run(self.t) == IDLE

    @property
    def winner(self) -> int:
        return FIRST_TRADER + len(self.losers)

    # ---- what happened

    def lots_passed(self) -> int:
        """Return the lots closed against winners."""
        rows = self.market.forced()
        return sum(abs(int(r["qty"])) for r in rows if r["phase"] == ADL and r["winner"])

    def paid_by_winners(self) -> int:
        """Return what winners paid of a loss that is shared, atoms."""
        rows = self.market.transfers()
        paid = [r for r in rows if r["reason"] == EntryReason.SOCIALISED]
        return sum(int(r["atoms"]) for r in paid if r["source"] >= self.winner)

    def shortfall_passed(self, moved_ppb: int) -> Fraction:
        """Return what the losers whose lots went to winners were short of at the mark, each by the share of its lots that did."""
        total = Fraction(0)
        milli = self.start + self.start * moved_ppb // 10**9
        for n, loser in enumerate(self.losers, start=FIRST_TRADER):
            rows = self.market.forced()
            mine = [r for r in rows if r["phase"] == ADL and r["account"] == n and not r["winner"]]
            change = self.atoms(loser.lots, milli) - self.atoms(loser.lots, self.start)
            short = max(0, -(loser.margin + change))
            closed = sum(abs(int(r["qty"])) for r in mine)
            total += Fraction(short * closed, abs(loser.lots))
        return total

    def given_up(self) -> int:
        """Return what winners gave up against mark in all closes, atoms: what ADL took off fund or vault."""
        total = 0
        for r in self.market.forced():
            if r["phase"] == ADL and r["winner"]:
                lots = int(r["qty"])  # a winner that buys pays more than mark
                total += self.atoms(lots, int(r["px_milli"])) - self.atoms(
                    lots, int(r["mark_milli"])
                )
        return total
