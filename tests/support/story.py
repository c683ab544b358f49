"""Stories of the rulebook: given accounts and a book, when marks move, then steps, balances and orders.

Money is dollars, prices have ticks of one cent, a lot is one unit of the underlying. With ``face`` contracts are inverse: a lot is so
many dollars, money is coin. ``wallet`` is what a venue shows: cash plus the entry cost of open positions. A step reads
``PHASE account change @ price counterparty``.
"""

from fractions import Fraction
from typing import Any

from tests.support.market import BREACH, FIRST_TRADER, HOUSE, IDLE, SESSION, VAULT, Market
from tests.support.plain_story import PlainStory

from unhedged.adl.scores import SCORES
from unhedged.reference.ledger import SHORT_LEG, contract_number
from unhedged.vocab.enums import (
    AccountStatus,
    AdlDecision,
    AdlPrice,
    AdlTrigger,
    CasePhase,
    CollateralOrder,
    CollateralSale,
    DrawdownBase,
    EntryReason,
    FundPool,
    InstrumentKind,
    LiquidationStep,
    Reduction,
    Side,
    TierForm,
)
from unhedged.vocab.units import ATOMS_PER_COIN, ATOMS_PER_USD

CENT = 10_000  # atoms of one lot at one tick
SECOND = 1_000_000_000
ZERO_SUM = "crowd"
"""Account that holds the other side of everything, so that positions sum to zero."""

RATES = (
    "liquidation_fee", "slice", "backstop", "fund_capacity", "maker_fee", "taker_fee", "unwind", "fee_cap", "portion", "spread",
    "shortfall", "drawdown_limit", "drawdown_stop", "collateral_slip", "collateral_discount", "grid",
)  # fmt: skip
NAMED = {"grid": "portfolio_range_ppb"}
TIMES = (
    "cooldown", "takeover_interval", "throttle_interval", "mark_interval", "vault_interval", "leg_pause", "round_interval", "drawdown_window", "session",
)  # fmt: skip
MONEY = (
    "slice_above", "round_size", "throttle", "least_notional", "block_notional", "block_lost", "drawdown_least",
)  # fmt: skip
PLAIN_KEYS = (
    "adl_on", "liquidation_on", "inclusive", "partial_above", "socialised", "adl_at_limit", "tiers_at_once", "partial_from",
    "adl_walk", "block_orders", "block_adl", "collateral_rest", "halts_on", "cooldown_waits", "limit_below",
)  # fmt: skip
CHOICES = {
    "adl_price": AdlPrice, "adl_trigger": AdlTrigger, "reduction": Reduction, "fund_pool": FundPool, "tier_form": TierForm,
    "collateral_sale": CollateralSale, "collateral_order": CollateralOrder,
    "drawdown_base": DrawdownBase,
}  # fmt: skip


def milli(price: float) -> int:
    return round(price * 100_000)


class Story:
    """A file, as text, and the market it describes."""

    def __init__(self, text: dict[str, Any]) -> None:
        self.text = text
        given = self.text["given"]
        self.face = given.get("face")
        self.atoms = ATOMS_PER_USD if self.face is None else ATOMS_PER_COIN
        self.marks = given["marks"] if "marks" in given else {"perp": given["mark"]}
        self.coins = {coin["id"]: coin for coin in given.get("coins", [])}
        self.marks |= {name: coin["price"] for name, coin in self.coins.items()}
        self.instruments = list(self.marks)
        self.names = [
            *(name.lower() for name in HOUSE),
            *(a["id"] for a in given["accounts"]),
            ZERO_SUM,
        ]
        self.t = 0
        self.market = Market(
            venue=self.venue(given),
            instruments=[self.instrument(given, name) for name in self.instruments],
            accounts=self.accounts(given),
            coins=[self.haircuts(coin) for coin in self.coins.values()],
            house={
                "FUND": {"cash": round(given.get("fund", 0.0) * self.atoms)},
                "VAULT": {"cash": round(given.get("vault", 0.0) * self.atoms)},
            },
            hedge=given.get("hedge", False),
        )
        for order in given.get("book", []):
            self.place(order)
        self.plain = PlainStory(self)

    def venue(self, given: dict[str, Any]) -> dict[str, Any]:
        score = given.get("score", "binance-v1")
        venue: dict[str, Any] = {
            "steps": [LiquidationStep[name.upper()] for name in given["steps"]],
            "adl_decision": AdlDecision.SCORE,
        }
        if score == "random-start-v1":
            venue |= {"adl_decision": AdlDecision.RANDOM_START, "key": given.get("key", 1)}
        else:
            venue["adl_score"] = SCORES[score].address
        for name in RATES:
            if name in given:
                venue[NAMED.get(name, f"{name}_ppb")] = round(given[name] * 10**9)
        venue |= self.portfolio(given)
        for name in TIMES:
            if name in given:
                venue[name] = round(given[name] * SECOND)
        for name in MONEY:
            if name in given:
                venue[name] = round(given[name] * self.atoms)
        for name in PLAIN_KEYS:
            if name in given:
                venue[name] = given[name]
        for name in (
            "adl_price",
            "adl_trigger",
            "reduction",
            "fund_pool",
            "drawdown_base",
            "collateral_sale",
            "collateral_order",
        ):
            if name in given:
                venue[name] = CHOICES[name][given[name]]
        return venue

    def portfolio(self, given: dict[str, Any]) -> dict[str, int]:
        """Return what portfolio margin asks: above a level of equity, up to one of a need with a constant, or over a grid."""
        times = per = 10**9
        base = 0
        if "portfolio" in given:
            times = round(given["portfolio"] * per) + 1
        if "borrow" in given:
            base, per = (
                round(given["borrow"][0] * self.atoms),
                round(given["borrow"][1] * per),
            )
        return {"portfolio_times": times, "portfolio_per": per, "portfolio_base": base}

    def haircuts(self, coin: dict[str, Any]) -> list[tuple[int, int, int]]:
        tiers: list[tuple[int, int, int]] = []
        for floor, haircut in coin.get("haircut", [[0.0, 0.0]]):
            start, ratio = round(floor * self.atoms), 10**9 - round(haircut * 10**9)
            credit = tiers[-1][2] + start * (tiers[-1][1] - ratio) // 10**9 if tiers else 0
            tiers.append((start, ratio, credit))
        return tiers

    def instrument(self, given: dict[str, Any], name: str) -> dict[str, Any]:
        tiers, deduct, below = [], 0, 0
        form = TierForm[given.get("tier_form", "NOTIONAL")]
        whole = given.get("whole_position", form != TierForm.NOTIONAL)
        for floor, rate in given.get("tiers", [[0.0, 0.01]]):
            ppb = round(rate * 10**9)
            start = int(floor) if form == TierForm.SIZE else round(floor * self.atoms)
            deduct += 0 if whole else start * (ppb - below) // 10**9
            tiers.append((start, ppb, 2 * ppb, deduct))
            below = ppb
        return {
            "mark": milli(self.marks[name]),
            "num": CENT if self.face is None else round(self.face * 100 * self.atoms),
            "den": 1,
            "kind": InstrumentKind.LINEAR if self.face is None else InstrumentKind.INVERSE,
            "tiers": tiers,
            "tier_form": form,
            "slope_ppb": round(given.get("slope", 0.0) * 10**9),
            "slope_lots": 1,
            "close_out_ppb": round(given.get("close_out", 0.0) * 10**9),
            "band_ppb": round(given.get("band", 0.0) * 10**9),
        }

    def accounts(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        owners: dict[str, int] = {}
        rows = []
        net = {name: 0 for name in self.instruments if name not in self.coins}
        for n, account in enumerate(given["accounts"]):
            owner = owners.setdefault(account.get("owner", account["id"]), FIRST_TRADER + n)
            held = account.get("positions", {})
            if "pos" in account:
                held = {self.instruments[0]: [account["pos"], account["entry"]]}
            # In hedge mode an account has both legs of a contract, the long one first.
            both = account.get("legs", {name: [leg] for name, leg in held.items()})
            positions: dict[int, Any] = {}
            for name, legs in both.items():
                costs = [(pos, self.cost(pos, entry)) for pos, entry in legs]
                positions[self.instruments.index(name)] = costs if "legs" in account else costs[0]
                net[name] += sum(pos for pos, _ in costs)
            spent = sum(self.cost(*leg) for legs in both.values() for leg in legs)
            cash = round(account["wallet"] * self.atoms) - spent
            for name, lots in account.get("coins", {}).items():
                positions[self.instruments.index(name)] = (lots, 0)
            mode = {name: int(account.get(name, False)) for name in ("portfolio", "exempt")}
            rows.append({"cash": cash, "positions": positions, "owner": owner, **mode})
        rest = {
            self.instruments.index(name): (-pos, self.cost(-pos, self.marks[name]))
            for name, pos in net.items()
            if pos
        }
        lent = sum(cost for _, cost in rest.values())
        if given.get("hedge", False):
            flat = (0, 0)
            rest = {i: [one, flat] if one[0] > 0 else [flat, one] for i, one in rest.items()}
        # The crowd never wins or loses here: it is the venue's own flow and belongs to no side of the queue.
        rows.append({"cash": 10**15 - lent, "positions": rest, "kind": 3})
        return rows

    def cost(self, pos: int, price: float) -> int:
        """Return the signed cost of lots, atoms; an inverse long owes coin."""
        if self.face is None:
            return round(pos * price * self.atoms)
        size = int(abs(pos) * Fraction(self.face) * self.atoms / Fraction(str(price)))
        return -size if pos > 0 else size

    def show(self, atoms: int) -> float:
        """Return atoms as dollars or coin."""
        return int(atoms) / self.atoms

    def row(self, name: str) -> int:
        return self.names.index(name)

    def placed(self, order: dict[str, Any]) -> tuple[int, int, Side, int, int, bool, int]:
        """Return account, contract, side, ticks, lots, whether it only reduces, and the short leg as 1."""
        side = Side[order["side"].upper()]
        leg = order.get("leg", "long" if side == Side.BUY else "short")
        return (
            self.row(order.get("account", ZERO_SUM)),
            self.instruments.index(order.get("instrument", self.instruments[0])),
            side,
            round(order["px"] * 100),
            order["qty"],
            order.get("reduce_only", False),
            int(self.market.hedge and leg == "short"),
        )

    def place(self, order: dict[str, Any]) -> None:
        who, i, side, px, qty, reduce_only, short = self.placed(order)
        self.market.order(who, i, side, px, qty, int(reduce_only), short)

    # ---- when

    def moved(self, when: dict[str, Any]) -> tuple[dict[int, int], dict[int, int]]:
        """Return the new marks by contract and prices by asset, milli-ticks."""
        marks = when.get("marks", {self.instruments[0]: when["mark"]} if "mark" in when else {})
        assets = when.get("coins", {})
        return (
            {self.instruments.index(name): milli(px) for name, px in marks.items()},
            {list(self.coins).index(name): milli(px) for name, px in assets.items()},
        )

    def halted(self, when: dict[str, Any]) -> dict[int, int]:
        """Return until when books halt, ns by contract or asset, as their circuit breakers do."""
        halts = when.get("halted", {})
        return {self.instruments.index(name): round(t * SECOND) for name, t in halts.items()}

    def act(self, when: dict[str, Any]) -> None:
        self.t = round(when.get("at", self.t / SECOND) * SECOND)
        assert self.market.run(self.t) == IDLE
        for order in when.get("book", []):
            self.place(order)
        for i, until in self.halted(when).items():
            self.market.memory["instrument"]["halted_until"][i] = until
        marks, prices = self.moved(when)
        if marks or prices:
            self.market.mark(marks, prices)
        if when.get("vault_tick", False):
            self.market.plan(self.t, VAULT)
        if when.get("session_ends", False):
            self.market.plan(self.t, SESSION)
        assert self.market.run(self.t) != BREACH
        self.plain.act(when)

    # ---- then

    def steps(self) -> list[str]:
        return [self.step(row) for row in self.market.forced()]

    def step(self, row: Any) -> str:
        """Return a forced step as a story writes it."""
        px = f"{row['px_milli'] / 100_000:.5f}".rstrip("0").rstrip(".")
        words = [CasePhase(row["phase"]).name, self.names[row["account"]], f"{row['qty']:+d}"]
        if len(self.instruments) > 1:
            words.append(self.instruments[row["instrument"]])
        words += ["@", px]
        if row["counterparty"] >= 0:
            words.append(self.names[row["counterparty"]])
        return " ".join(words)

    def compare(self) -> None:
        """Compare with the plain twin: every step, all cash and positions, all orders."""
        twin = self.plain.market.clearing
        rows = self.market.forced()
        assert [{name: row[name].item() for name in twin.rows[0]} for row in rows] == twin.rows
        for account in twin.ledger.accounts:
            row = self.market.account(account.row)
            assert (int(row["cash"]), int(row["status"])) == (account.cash, account.status)
            held = [
                int(
                    self.market.position(account.row, contract_number(i), int(i >= SHORT_LEG))[
                        "pos"
                    ]
                )
                for i in account.slot
            ]
            assert held == [account.holdings[i].pos for i in account.slot]
            books = self.market.count - self.market.coins
            posted = [
                int(self.market.position(account.row, books + k)["pos"]) for k in account.coins
            ]
            assert posted == [coin.pos for coin in account.coins.values()]

    def transfers(self) -> list[str]:
        amounts = [self.amount(t) for t in self.market.transfers()]
        return [
            f"{EntryReason(t['reason']).name} {self.names[t['source']]} {amount} {self.names[t['target']]}"
            for t, amount in zip(self.market.transfers(), amounts, strict=True)
        ]

    def amount(self, row: Any) -> str:
        if row["asset"] != 0:
            return f"{row['atoms']} {self.instruments[row['asset'] - 1]}"
        digits = len(str(self.atoms)) - 1
        return f"{self.show(row['atoms']):.{digits}f}".rstrip("0").rstrip(".")

    def orders(self) -> list[str]:
        found = []
        for order in self.market.memory["order"]:
            if order["live"]:
                position = self.market.memory["position"][order["position"]]
                name = self.names[position["account"]]
                side = Side(order["side"]).name.lower()
                found.append(f"{name} {side} {order['qty']} @ {order['px'] / 100:g}")
        return sorted(found)

    def state(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Return what the story says about an account, as it is now."""
        a = self.row(wanted["id"])
        account = self.market.account(a)
        held = {n: self.market.position(a, i) for i, n in enumerate(self.instruments)}
        first = held[self.instruments[0]]
        short = {}
        if self.market.hedge and a >= FIRST_TRADER:
            short = {n: self.market.position(a, i, 1) for i, n in enumerate(self.instruments)}
        cost = sum(int(p["cost"]) for p in (*held.values(), *short.values()))
        facts = {
            "id": wanted["id"],
            "pos": int(first["pos"]),
            "positions": {name: int(p["pos"]) for name, p in held.items()},
            "short": {name: int(p["pos"]) for name, p in short.items()},
            "wallet": self.show(account["cash"] + cost),
            "cash": self.show(account["cash"]),
            "equity": self.show(self.market.equity(a)),
            "coins": {name: int(held[name]["pos"]) for name in self.coins},
            "status": AccountStatus(account["status"]).name,
            "adl": int(first["adl_qty"]),
            "forced": int(first["forced_qty"]),
        }
        return {key: facts[key] for key in wanted}
