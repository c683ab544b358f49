"""A small market for tests of clearing: one venue, its accounts and books, marks moved by hand, no loop and no agents.

`Market.mark` moves marks and opens cases as a mark update does; `Market.run` handles clearing events one at a time and
checks after each that money and lots still balance.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from unhedged.kernels.accounts import NOT_LISTED, equity, maintenance
from unhedged.kernels.book import NO_ASK, NO_BID, rest, take, words_per_side
from unhedged.kernels.buckets import BUCKETS
from unhedged.kernels.clearing import fund_unwind, open_case, step_case, vault_tick, watch_funds
from unhedged.kernels.clock import next_event, release_event, schedule
from unhedged.kernels.collateral_price import set_price
from unhedged.kernels.compiled import entry
from unhedged.kernels.ledger import imbalance, position_imbalance
from unhedged.kernels.memory import Memory
from unhedged.kernels.socialise import begin_sessions, end_session
from unhedged.kernels.tables import account, event, instrument, touched, world
from unhedged.kernels.triggers import drain, mark_moved, place_all
from unhedged.vocab.enums import AccountKind, EventKind, InstrumentKind, Leg

HOUSE = ("FUND", "VAULT", "FEES", "ROUNDING", "EXTERNAL")
FIRST_TRADER = len(HOUSE)
CASE, VAULT, SESSION = int(EventKind.CASE), int(EventKind.VAULT), int(EventKind.SESSION)
FUND_UNWIND, RECORD = int(EventKind.FUND_UNWIND), int(EventKind.RECORD)
IDLE, UNBALANCED, POLICY, BREACH = 0, 1, 2, 3


@entry("boolean(int64)")
def balanced(address: int) -> bool:
    w = world(address)
    worst = abs(imbalance(w, 0))
    for i in range(w.n_instrument):
        worst = max(worst, abs(position_imbalance(w, i)))
    return worst == 0


@entry("void(int64, int64, int64)")
def move_mark(address: int, i: int, milli: int) -> None:
    w = world(address)
    n = instrument(w, i)
    old = n.mark_milli
    n.mark_previous = old
    n.mark_milli = milli
    if milli != old:
        mark_moved(w, i, old, milli)


@entry("void(int64, int64, int64)")
def revalue(address: int, c: int, milli: int) -> None:
    set_price(world(address), c, milli)


@entry("int64(int64)")
def open_cases(address: int) -> int:
    w = world(address)
    watch_funds(w, 0)
    found = drain(w, 0)
    for n in range(found):
        open_case(w, touched(w, n).account)
    return found


@entry("void(int64)")
def place(address: int) -> None:
    place_all(world(address), 0)


@entry("int64(int64, int64)")
def handle_until(address: int, until: int) -> int:
    w = world(address)
    schedule(w, until, RECORD, 0)  # comes after everything else of its instant
    while True:
        row = next_event(w)
        e = event(w, row)
        w.now = e.t
        kind, subject = e.kind, e.subject
        release_event(w, row)
        if kind == CASE:
            step_case(w, subject)
        elif kind == VAULT:
            vault_tick(w, subject)
        elif kind == SESSION:
            end_session(w, subject)
        elif kind == FUND_UNWIND:
            fund_unwind(w, subject)
        else:
            return IDLE
        if w.breach != 0:
            return BREACH
        if not balanced(address):
            return UNBALANCED
        if w.adl_waiting != 0:
            return POLICY


@entry("int64(int64, int64, int64, int64, int64, int64, int64)")
def add_order(address: int, i: int, side: int, px: int, qty: int, p: int, reduce_only: int) -> int:
    return rest(world(address), i, side, px, qty, p, -1, reduce_only, 0)


@entry("int64(int64, int64, int64, int64, int64, int64)")
def trade(address: int, i: int, side: int, px: int, qty: int, p: int) -> int:
    return take(world(address), i, side, px, qty, p, 0)


@entry("void(int64, int64, int64, int64)")
def plan(address: int, t: int, kind: int, subject: int) -> None:
    schedule(world(address), t, kind, subject)


@entry("int64(int64, int64)")
def equity_of(address: int, a: int) -> int:
    return equity(world(address), a)


@entry("int64(int64, int64)")
def maintenance_of(address: int, a: int) -> int:
    return maintenance(world(address), a)


@entry("int64(int64, int64)")
def cooldown_of(address: int, a: int) -> int:
    return account(world(address), a).cooldown_until


class Market:
    """One venue with `instruments` and `accounts`.

    venue : columns of VENUE by name. instruments : dicts with ``mark`` (milli-ticks), ``num``, ``den``, ``tiers`` (floor,
    maintenance ppb, initial ppb, deduction), further columns of INSTRUMENT. accounts : dicts with ``cash`` (atoms),
    ``positions`` {instrument: (lots, signed cost), or in hedge mode a list of both legs, long first}, further columns of ACCOUNT; house accounts by ``house`` = {"FUND": {...}}.
    The last instruments are the books of ``coins``, the assets taken as collateral: each its haircut tiers (floor, ratio, credit);
    not in hedge mode.
    """

    def __init__(
        self,
        *,
        venue: dict[str, Any],
        instruments: list[dict[str, Any]],
        accounts: list[dict[str, Any]],
        house: dict[str, dict[str, Any]] | None = None,
        orders: int = 256,
        window: int = 256,
        hedge: bool = False,
        coins: Sequence[list[tuple[int, int, int]]] = (),
        standing: int = 0,
        changes: int = 1,
    ) -> None:
        assert not (hedge and coins)
        self.count = len(instruments)
        self.hedge = hedge
        self.coins = len(coins)
        house = house or {}
        everyone = [{"kind": AccountKind[name], **house.get(name, {})} for name in HOUSE]
        everyone += [{"kind": AccountKind.TRADER, **given} for given in accounts]
        n, m = len(everyone), self.count
        self.legs = [2 if hedge and a >= FIRST_TRADER else 1 for a in range(n)]
        starts = np.cumsum([0, *(m * legs for legs in self.legs)])
        self.first, held = starts[:-1].tolist(), int(starts[-1])
        self.memory = Memory(
            {
                "venue": 1, "instrument": m, "tier": sum(len(i["tiers"]) for i in instruments),
                "account": n, "total": n, "position": held, "holder": held, "trigger": held,
                "bucket": 2 * BUCKETS * (m + self.coins), "collateral": self.coins,
                "haircut": sum(len(tiers) for tiers in coins), "order": orders, "book": 2 * m, "level": 2 * m * window,
                "word": 2 * m * words_per_side(window), "far": 256, "far_hash": 256,
                "event": 64 + 2 * n, "slot": 1 << 16, "heap": 64 + 2 * n, "case": n + 8,
                "winner": held + 1, "standing": standing * m, "changed": changes, "transfer": 4096, "forced": 65536, "fill": 65536, "touched": n,
                "fired": held, "feed": m, "quote": 4 * m, "message": 16, "agent": 1, "tag": 1,
            }
        )  # fmt: skip
        self._fill_venue(venue)
        self._fill_instruments(instruments)
        self.memory["instrument"]["standing_room"] = standing
        self.memory["instrument"]["first_standing"] = standing * np.arange(m)
        self._fill_coins(coins)
        self._fill_books(window)
        self._fill_accounts(everyone)
        self._fill_holders()
        place(self.address)
        begin_sessions(self.address)
        assert balanced(self.address)

    @property
    def address(self) -> int:
        return self.memory.address

    def slot(self, account: int, instrument: int, short: int = 0) -> int:
        """Return a position's row; in hedge mode that of the long leg, or of the short one."""
        return self.first[account] + self.legs[account] * instrument + short

    def _fill_venue(self, given: dict[str, Any]) -> None:
        row = self.memory["venue"][0]
        for name, column in zip(
            HOUSE, ("fund", "vault", "fees", "rounding", "external"), strict=True
        ):
            row[column] = HOUSE.index(name)
        row["margin_on"] = row["liquidation_on"] = row["adl_on"] = 1
        row["instruments"] = self.count - self.coins
        row["collaterals"] = self.coins
        row["mark_interval"] = 10**9
        row["fund_capacity_ppb"] = 10**9
        row["step"] = -1
        row["drawdown_window"] = 8 * 3600 * 10**9
        for column, value in given.items():
            if column == "steps":
                row["step"][: len(value)], row["steps"] = value, len(value)
            else:
                row[column] = value
        self.memory.world["keep_fills"] = 1
        self.memory.world["settlements"] = 1

    def _fill_instruments(self, instruments: list[dict[str, Any]]) -> None:
        tier = 0
        for i, given in enumerate(instruments):
            row = self.memory["instrument"][i]
            row["num"], row["den"] = given["num"], given["den"]
            for column in ("mark_milli", "mark_previous", "index_milli", "start_milli"):
                row[column] = given["mark"]
            row["last_px"] = given["mark"] // 1000
            row["first_tier"], row["tiers"] = tier, len(given["tiers"])
            row["first_bucket"] = 2 * BUCKETS * i
            for column in set(given) - {"num", "den", "mark", "tiers"}:
                row[column] = given[column]
            for values in given["tiers"]:
                self.memory["tier"][tier] = values
                tier += 1
            self.memory["feed"][i]["first"], self.memory["feed"][i]["size"] = 4 * i, 4

    def _fill_coins(self, coins: Sequence[list[tuple[int, int, int]]]) -> None:
        at = 0
        for k, tiers in enumerate(coins):
            book = self.count - self.coins + k
            self.memory["instrument"]["kind"][book] = InstrumentKind.SPOT
            row = self.memory["collateral"][k]
            row["book"], row["first_bucket"] = book, 2 * BUCKETS * (self.count + k)
            row["price_milli"] = row["start_milli"] = self.memory["instrument"]["mark_milli"][book]
            row["first_haircut"], row["haircuts"] = at, len(tiers)
            for tier in tiers:
                self.memory["haircut"][at] = tier
                at += 1

    def _fill_holders(self) -> None:
        instruments = self.memory["position"]["instrument"]
        self.memory["holder"]["position"] = np.argsort(instruments, kind="stable")
        counts = np.bincount(instruments, minlength=self.count)
        self.memory["instrument"]["holders"] = counts
        self.memory["instrument"]["first_holder"] = np.cumsum([0, *counts[:-1]])

    def _fill_books(self, window: int) -> None:
        words = words_per_side(window)
        for b in range(2 * self.count):
            row = self.memory["book"][b]
            start = int(self.memory["instrument"][b // 2]["last_px"])
            row["window"] = window
            row["best"] = NO_BID if b % 2 == 0 else NO_ASK
            row["base"] = max(1, start - window // 2)
            row["first_level"], row["first_word"], row["far_head"] = b * window, b * words, -1

    def _fill_accounts(self, everyone: list[dict[str, Any]]) -> None:
        table, m = self.memory["account"], self.count
        table["case"] = table["agent"] = table["first_order"] = -1
        table["next_dirty"] = NOT_LISTED
        fund = everyone[HOUSE.index("FUND")].get("cash", 0)
        self.memory["venue"]["fund_start"] = fund
        self.memory["venue"]["peak"] = fund
        for a, given in enumerate(everyone):
            row = table[a]
            legs, start = self.legs[a], self.first[a]
            row["first_position"], row["positions"] = start, m * legs - self.coins
            row["balances"] = self.coins
            row["owner"] = a
            mine = self.memory["position"][start : start + m * legs]
            mine["account"] = a
            mine["instrument"] = np.repeat(np.arange(m), legs)
            mine["leg"] = np.tile([Leg.LONG, Leg.SHORT], m) if legs == 2 else Leg.ONE_WAY
            for i, held in given.get("positions", {}).items():
                for short, (pos, cost) in enumerate([held] if isinstance(held, tuple) else held):
                    leg = mine[legs * i + short]
                    leg["pos"], leg["cost"] = pos, cost
            for column in set(given) - {"positions"}:
                row[column] = given[column]
        external = HOUSE.index("EXTERNAL")
        table["cash"][external] -= table["cash"].sum()
        self.memory.world["triggers_used"] = len(self.memory["position"])
        for i in range(m):
            pos = self.memory["position"]["pos"][self.memory["position"]["instrument"] == i]
            self.memory["instrument"]["open_interest"][i] = pos[pos > 0].sum()

    # ---- acting

    def order(
        self,
        account: int,
        instrument: int,
        side: int,
        px: int,
        qty: int,
        reduce_only: int = 0,
        short: int = 0,
    ) -> int:
        p = self.slot(account, instrument, short)
        return add_order(self.address, instrument, side, px, qty, p, reduce_only)

    def trade(self, account: int, instrument: int, side: int, px: int, qty: int) -> int:
        return trade(self.address, instrument, side, px, qty, self.slot(account, instrument))

    def mark(self, marks: dict[int, int], prices: dict[int, int] | None = None) -> int:
        """Move marks and prices of collateral (milli-ticks), evaluate, open cases; return how many accounts needed action."""
        for c, milli in (prices or {}).items():
            revalue(self.address, c, milli)
        for i, milli in marks.items():
            move_mark(self.address, i, milli)
        found = open_cases(self.address)
        self.check()
        return found

    def run(self, until: int) -> int:
        """Handle clearing events up to ``until``; stop early with POLICY when Python must allocate."""
        outcome = handle_until(self.address, until)
        assert outcome != UNBALANCED, "money or lots do not balance"
        return outcome

    def plan(self, t: int, kind: int) -> None:
        plan(self.address, t, kind, 0)

    def check(self) -> None:
        assert balanced(self.address)

    # ---- looking

    def equity(self, account: int) -> int:
        return equity_of(self.address, account)

    def maintenance(self, account: int) -> int:
        return maintenance_of(self.address, account)

    def position(self, account: int, instrument: int = 0, short: int = 0) -> Any:
        return self.memory["position"][self.slot(account, instrument, short)]

    def account(self, account: int) -> Any:
        return self.memory["account"][account]

    def forced(self) -> Any:
        return self.memory["forced"][: self.memory.world["forced_kept"]]

    def transfers(self) -> Any:
        return self.memory["transfer"][: self.memory.world["transfers_kept"]]
