"""A story in the plain twin alone: told without kernels, as often as wanted, each time from its beginning."""

from typing import TYPE_CHECKING, Any

from tests.support.plain_market import PLAIN, PlainMarket

from unhedged.reference.ledger import SHORT_LEG
from unhedged.vocab.enums import AccountStatus

if TYPE_CHECKING:
    from tests.support.story import Story

SECOND = 1_000_000_000


class PlainStory:
    """The plain market of a story, at its beginning."""

    def __init__(self, story: "Story") -> None:
        self.story, self.t = story, 0
        given = story.text["given"]
        score = PLAIN.get(given.get("score", "binance-v1"), lambda facts: 0.0)
        self.market = PlainMarket(story.market, score)
        for order in given.get("book", []):
            self.place(order)

    def place(self, order: dict[str, Any]) -> None:
        who, i, side, px, qty, reduce_only, short = self.story.placed(order)
        self.market.order(who, i + short * SHORT_LEG, side, px, qty, reduce_only)

    def act(self, when: dict[str, Any]) -> None:
        twin = self.market.clearing
        self.t = round(when.get("at", self.t / SECOND) * SECOND)
        twin.run(self.t)
        for order in when.get("book", []):
            self.place(order)
        for i, until in self.story.halted(when).items():
            self.market.contract(i).halted_until = until
        marks, prices = self.story.moved(when)
        for k, px in prices.items():
            twin.ledger.coins[k].price = px
        for i, px in marks.items():
            contract = twin.ledger.contracts[i]
            contract.previous, contract.mark = contract.mark, px
        if marks or prices:
            twin.evaluate()
        if when.get("vault_tick", False):
            twin.schedule(self.t, twin.tick())
        if when.get("session_ends", False):
            self.market.end_session(self.t)
        twin.run(self.t)

    # ---- how it ended

    def end(self) -> list[Any]:
        """Return all a telling in both worlds compares: every step, all money and positions, all orders."""
        twin = self.market.clearing
        accounts = [
            (a.cash, a.status, [(i, a.holdings[i].pos) for i in a.slot], [c.pos for c in a.coins.values()])
            for a in twin.ledger.accounts
        ]  # fmt: skip
        orders = [(o.account.row, o.i, o.side, o.px, o.qty) for o in self.market.orders]
        return [twin.rows, accounts, orders]

    def says(self) -> dict[str, Any]:
        """Return what the story states about its end, as it is: the entries of ``then``, but for single payments."""
        story, then = self.story, self.story.text["then"]
        found: dict[str, Any] = {
            "steps": [story.step(row) for row in self.market.clearing.rows],
            "accounts": [self.state(wanted) for wanted in then.get("accounts", [])],
            "orders": sorted(self.orders()),
        }
        for name in ("fund", "vault"):
            house = self.market.clearing.ledger.accounts[story.row(name)]
            found[name] = story.show(self.market.clearing.ledger.equity(house))
        return {key: value for key, value in found.items() if key in then}

    def stated(self) -> dict[str, Any]:
        """Return what the story states about its end, as it should be."""
        then = dict(self.story.text["then"])
        then.pop("transfers", None)
        if "orders" in then:
            then["orders"] = sorted(then["orders"])
        return then

    def orders(self) -> list[str]:
        names = self.story.names
        return [
            f"{names[o.account.row]} {o.side.name.lower()} {o.qty} @ {o.px / 100:g}"
            for o in self.market.orders
        ]

    def state(self, wanted: dict[str, Any]) -> dict[str, Any]:
        story, ledger = self.story, self.market.clearing.ledger
        account = ledger.accounts[story.row(wanted["id"])]
        contracts = list(enumerate(story.instruments))[: self.market.books]
        held = [*account.holdings.values(), *account.coins.values()]
        first = account.holdings[0]
        facts = {
            "id": wanted["id"],
            "pos": first.pos,
            "positions": {name: account.holdings[i].pos for i, name in contracts},
            "short": {name: account.holdings[i + SHORT_LEG].pos for i, name in contracts},
            "wallet": story.show(account.cash + sum(h.cost for h in held)),
            "cash": story.show(account.cash),
            "equity": story.show(ledger.equity(account)),
            "coins": {name: account.coins[k].pos for k, name in enumerate(story.coins)},
            "status": AccountStatus(account.status).name,
            "adl": first.adl_qty,
            "forced": first.forced_qty,
        }
        return {key: facts[key] for key in wanted}
