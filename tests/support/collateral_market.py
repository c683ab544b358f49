"""One perpetual, a dollar posted as collateral with three books, and accounts by hand: compiled and plain, moved together.

The same story is told under each choice of price. Quotes of the books are written to their feeds as they are; that of the first
is the venue's own and makes the local price. A lot is one dollar, a tick of the books a hundredth of a cent.
"""

from typing import Any

from tests.support.plain_world import twin_of
from tests.support.price_market import ATOMS, COIN, LOT, STEPS, TICK, place, update

from unhedged.engine.build import build
from unhedged.reference import loop as plain_loop
from unhedged.reference.feed import Quote
from unhedged.scenario.load import load
from unhedged.vocab.enums import AccountStatus

CHOICES = ("local_book", "index", "redemption")
DOLLAR, PERP, START = "USDE", "hub/PERP", 100
BOOKS = ("a", "b", "c")
TICKS = 10_000
"""Ticks of a dollar's book in a dollar."""


def scenario(given: dict[str, Any], price: str) -> dict[str, Any]:
    """Return the scenario of a story under one choice of price; each account is a crowd of one."""
    book = {"asset": DOLLAR, "kind": "spot", "tick_size": "0.0001", "lot_size": "1"}
    coin = {"asset": COIN, "tick_size": str(TICK), "lot_size": str(LOT)}
    tiers = [{"above": "$0", "initial": "2%", "maintenance": "1%"}]
    taken = {DOLLAR: {"book": f"a/{DOLLAR}", "haircut": given.get("haircut", "10%")}}
    crowd = {"kind": "leveraged", "count": 1, "instruments": PERP, "collateral": {DOLLAR: {}}}
    return {
        "schema": 1,
        "name": "story",
        "run": {"duration": "24h"},
        "asset": [{"id": COIN, "start": f"${START}"}, {"id": DOLLAR, "start": "$1"}],
        "venue": [
            {
                "id": "hub",
                "rulebook": given["rulebook"],
                "liquidation": {"steps": STEPS},
                "adl": {"trigger": "fund_cannot_hold", "policy": "binance-v1", "price": "mark"},
                "mark": {"form": "mid"},
                "collateral": {"price": price, "assets": taken},
            },
            *({"id": name, "rulebook": "spot@generic"} for name in BOOKS),
        ],
        "instrument": [
            {"id": PERP, "kind": "linear", "tiers": tiers, **coin},
            {"id": f"a/{COIN}", "kind": "spot", **coin},
            *({"id": f"{name}/{DOLLAR}", **book} for name in BOOKS),
        ],
        "agent": [
            {"id": "idle", "kind": "cross_venue", "instruments": [PERP, f"a/{COIN}"]},
            *({"id": a["id"], "long": "100%", **crowd} for a in given["accounts"]),
            {"id": "crowd", "long": "0%", **crowd},
        ],
    }


class CollateralMarket:
    """Both worlds of a story under one choice of price."""

    def __init__(self, given: dict[str, Any], price: str) -> None:
        plan = load(scenario(given, price)).plan()
        self.memory = build(plan, 0).memory
        self.rows = {i.id: n for n, i in enumerate(plan.instruments)}
        traders = len(self.memory["account"]) - len(given["accounts"]) - 1
        self.names = {a["id"]: traders + n for n, a in enumerate(given["accounts"])}
        self._fill(given, traders + len(given["accounts"]))
        place(self.memory.address)
        self.plain = twin_of(self.memory, [None] * len(plan.venues), [lambda *_: 0])

    def _fill(self, given: dict[str, Any], crowd: int) -> None:
        for a in given["accounts"]:
            self._give(self.names[a["id"]], a["pos"], a["wallet"], a["posted"])
        self._give(crowd, -sum(a["pos"] for a in given["accounts"]), 1e6, 0)

    def _give(self, a: int, pos: int, wallet: float, posted: int) -> None:
        account = self.memory["account"][a]
        held = self.memory["position"][account["first_position"]]
        held["pos"], held["cost"] = pos, pos * START * ATOMS
        account["cash"] = round(wallet * ATOMS) - held["cost"]
        self.memory["position"]["pos"][account["first_position"] + 1] = posted

    def quote(self, book: str, t: int, bid: float, ask: float, last: float) -> None:
        """Write a quote of a book to its feed, dollars; the own book's mark is its mid."""
        i = self.rows[f"{book}/{DOLLAR}"]
        quote = Quote(t, round(bid * TICKS), round(ask * TICKS), 1, 1, round(last * TICKS))
        feed = self.memory["feed"][i]
        row = self.memory["quote"][feed["first"] + feed["written"]]
        for name in ("t", "bid", "ask", "bid_qty", "ask_qty", "last"):
            row[name] = getattr(quote, name)
        feed["written"] += 1
        plain = self.plain.exchanges[i]
        plain.feed.quotes.append(quote)
        mark = (quote.bid + quote.ask) * 500
        self.memory["instrument"]["mark_milli"][i] = plain.contract.mark = mark

    def worth(self, dollars: float) -> None:
        """Let the issuer pay so much for one."""
        n = [a["id"] for a in ({"id": COIN}, {"id": DOLLAR})].index(DOLLAR)
        self.memory["asset"]["value"][n] = self.plain.assets[n].value = dollars

    def update(self, t: int) -> None:
        """Update the venue's prices and act on the risk."""
        update(self.memory.address, t)
        self.plain.clock.now = t
        plain_loop.update(self.plain, self.plain.venues[0])

    def found(self, name: str) -> list[dict[str, Any]]:
        """Return the price of the collateral and an account's status, in both worlds."""
        a = self.names[name]
        ours = AccountStatus(self.memory["account"]["status"][a]).name
        price = int(self.memory["collateral"]["price_milli"][0])
        coin = self.plain.venues[0].ledger.coins[0]
        theirs = self.plain.accounts[a].status.name
        unit = 1000 * TICKS
        return [
            {"price": price / unit, "status": ours},
            {"price": coin.price / unit, "status": theirs},
        ]
