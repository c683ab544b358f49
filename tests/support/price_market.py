"""One perpetual, the spot books its index looks at, and accounts by hand: compiled and plain, moved together, no agents.

Quotes of the spot books are written to their feeds as they are; the perpetual's own book holds the orders of a crowd. A step
is a mark update or a settlement at a stated time; both worlds take it.
"""

from typing import Any

from tests.support.plain_world import twin_of

from unhedged.engine.build import build
from unhedged.kernels.book import rest
from unhedged.kernels.compiled import entry
from unhedged.kernels.funding import settle_venue
from unhedged.kernels.loop import update_venue
from unhedged.kernels.tables import world
from unhedged.kernels.triggers import place_all
from unhedged.reference import funding as plain_funding
from unhedged.reference import loop as plain_loop
from unhedged.reference.feed import Quote
from unhedged.scenario.load import load
from unhedged.vocab.enums import AccountStatus, EntryReason, FillCause, Side

ATOMS = 1_000_000
PERP, CROWD = "hub/PERP", "crowd"
TICK, LOT = 0.01, 1
MILLI = 100_000
"""Milli-ticks per dollar."""
COIN = "COIN"
SECOND = 1_000_000_000
STEPS = ["cancel_orders", "ioc_at_bankruptcy", "takeover_at_bankruptcy"]
"""Of every venue: these stories are of prices and payments."""


@entry("void(int64, int64)")
def update(address: int, t: int) -> None:
    w = world(address)
    w.now = t
    update_venue(w, 0)


@entry("void(int64, int64)")
def settle(address: int, t: int) -> None:
    w = world(address)
    w.now = t
    settle_venue(w, 0)


@entry("void(int64, int64, int64, int64, int64)")
def add(address: int, side: int, px: int, qty: int, p: int) -> None:
    rest(world(address), 0, side, px, qty, p, -1, 0, 0)


@entry("void(int64)")
def place(address: int) -> None:
    place_all(world(address), 0)


def scenario(given: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario of a story: a rulebook with what the story sets, spot books, one agent per account."""
    sources = given.get("sources", {"a": 1})
    coin = {"asset": COIN, "tick_size": str(TICK), "lot_size": str(LOT)}
    spot = [{"id": f"{name}/{COIN}", "kind": "spot", **coin} for name in sources]
    weights = [{"id": f"{name}/{COIN}", "weight": weight} for name, weight in sources.items()]
    terms = {"funding_cap": given["cap"]} if "cap" in given else {}
    perp = {
        "id": PERP, "kind": "linear", **coin, **terms,
        "tiers": [{"above": "$0", "initial": "2%", "maintenance": given.get("maintenance", "1%")}],
        "index": weights, "impact_notional": given.get("impact_notional", "$1_000"),
    }  # fmt: skip
    names = [account["id"] for account in given.get("accounts", [])]
    return {
        "schema": 1,
        "name": "story",
        "run": {"duration": "24h"},
        "asset": [{"id": COIN, "start": f"${given.get('start', 100)}"}],
        "venue": [
            {
                "liquidation": {"steps": STEPS},
                "adl": {"trigger": "fund_cannot_hold", "policy": "binance-v1", "price": "mark"},
                **given.get("set", {}),
                "id": "hub",
                "rulebook": given["rulebook"],
            },
            *({"id": name, "rulebook": "spot@generic"} for name in sources),
        ],
        "instrument": [perp, *spot],
        "agent": [
            {"id": name, "kind": "cross_venue", "count": 1, "instruments": [PERP, spot[0]["id"]]}
            for name in (*names, CROWD)
        ],
    }


class PriceMarket:
    """Both worlds of a story."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.sources = list(given.get("sources", {"a": 1}))
        self.names = [*(a["id"] for a in given.get("accounts", [])), CROWD]
        plan = load(scenario(given)).plan()
        self.memory = build(plan, 0, keep_all=True).memory
        self._fill_accounts(given)
        place(self.memory.address)
        agents = len(self.memory["agent"])
        self.plain = twin_of(self.memory, [None] * len(plan.venues), [lambda *_: 0] * agents)
        self.perp = self.plain.exchanges[0]

    def slot(self, name: str) -> int:
        return int(self.memory["agent"][self.names.index(name)]["position"][0])

    def account(self, name: str) -> int:
        return int(self.memory["position"][self.slot(name)]["account"])

    def _fill_accounts(self, given: dict[str, Any]) -> None:
        start = given.get("start", 100)
        cash = self.memory["account"]["cash"]
        external = int(self.memory["venue"][0]["external"])
        net = 0
        for a in given.get("accounts", []):
            net += a["pos"]
            self._give(a["id"], a["pos"], round(a["wallet"] * ATOMS), start)
        self._give(CROWD, -net, 10**13, start)
        rows = self.memory["account"]["venue"] == 0
        cash[external] -= cash[rows].sum()
        held = self.memory["position"]["pos"][self.memory["position"]["instrument"] == 0]
        self.memory["instrument"]["open_interest"][0] = held[held > 0].sum()

    def _give(self, name: str, pos: int, wallet: int, entry: float) -> None:
        row = self.memory["position"][self.slot(name)]
        row["pos"], row["cost"] = pos, round(pos * entry * ATOMS)
        self.memory["account"]["cash"][self.account(name)] = wallet - row["cost"]

    # ---- acting

    def quote(self, source: str, t: int, bid: float, ask: float, last: float) -> None:
        """Write a quote of a spot book to its feed, dollars; a side of 0 is empty."""
        i = 1 + self.sources.index(source)
        sides = [round(px * 100) if px else -1 for px in (bid, ask)]
        quote = Quote(t, *sides, 1, 1, round(last * 100))
        feed = self.memory["feed"][i]
        row = self.memory["quote"][feed["first"] + feed["written"]]
        for name in ("t", "bid", "ask", "bid_qty", "ask_qty", "last"):
            row[name] = getattr(quote, name)
        feed["written"] += 1
        self.plain.exchanges[i].feed.quotes.append(quote)

    def order(self, side: str, px: float, qty: int) -> None:
        p, way = self.slot(CROWD), Side[side.upper()]
        add(self.memory.address, way, round(px * 100), qty, p)
        seat = next(s for s in self.perp.seats if s.number == p)
        self.perp.rest(seat, way, round(px * 100), qty, -1, False, FillCause.CHOICE)

    def trade(self, px: float) -> None:
        """Let the latest trade have been at ``px``."""
        self.memory["instrument"]["last_px"][0] = self.perp.last_px = round(px * 100)

    def update(self, t: int) -> None:
        update(self.memory.address, t)
        self.plain.clock.now = t
        plain_loop.update(self.plain, self.plain.venues[0])

    def settle(self, t: int) -> None:
        settle(self.memory.address, t)
        self.plain.clock.now = t
        plain_funding.settle(self.plain.venues[0])

    # ---- looking

    def prices(self) -> list[dict[str, Any]]:
        """Return index, mark and rate of both worlds, and when the book is open again, seconds, as long as it is halted."""
        row, contract = self.memory["instrument"][0], self.perp.contract
        return [
            {
                "index": int(row["index_milli"]) / MILLI,
                "mark": int(row["mark_milli"]) / MILLI,
                "rate_ppb": int(row["funding_ppb"]),
                "samples": int(row["premium_samples"]),
                "open_at": self.until(int(row["halted_until"])),
            },
            {
                "index": contract.index / MILLI,
                "mark": contract.mark / MILLI,
                "rate_ppb": self.perp.funding_ppb,
                "samples": self.perp.premium_samples,
                "open_at": self.until(contract.halted_until),
            },
        ]

    def until(self, t: int) -> float:
        return t / SECOND if t > self.plain.clock.now else 0.0

    def accounts(self, name: str) -> list[dict[str, Any]]:
        """Return what an account paid in funding, dollars, and its status, in both worlds."""
        a = self.rounding() if name == "rounding" else self.account(name)
        theirs = self.plain.accounts[a]
        ours = int(self.memory["total"]["atoms"][a][EntryReason.FUNDING])
        return [
            {
                "id": name,
                "paid": -ours / ATOMS,
                "status": AccountStatus(self.memory["account"]["status"][a]).name,
            },
            {
                "id": name,
                "paid": -theirs.totals[EntryReason.FUNDING] / ATOMS,
                "status": theirs.status.name,
            },
        ]

    def rounding(self) -> int:
        return int(self.memory["venue"][0]["rounding"])

    def paid_in_all(self) -> int:
        """Return the sum of all funding over the venue's accounts, atoms."""
        rows = self.memory["account"]["venue"] == 0
        return int(self.memory["total"]["atoms"][: len(rows)][rows, EntryReason.FUNDING].sum())
