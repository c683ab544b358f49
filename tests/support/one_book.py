"""A venue with one instrument and a few traders: messages in batches, one row of everything visible after each message.

Account and position 0 belong to the venue (fees); traders are 1 to TRADERS. Trader a's tag t is row a * TAGS + t of `tag`.
"""

from typing import Any

import numpy as np

from unhedged.kernels.accounts import NOT_LISTED
from unhedged.kernels.book import NO_ASK, NO_BID, best, best_qty, words_per_side
from unhedged.kernels.buckets import BUCKETS, IN_FIRED, mark_moved, remove_trigger
from unhedged.kernels.compiled import entry, record_at
from unhedged.kernels.layout.agents import MESSAGE
from unhedged.kernels.memory import Memory
from unhedged.kernels.orders import cancel_all, release_stop, submit
from unhedged.kernels.tables import (
    account,
    agent,
    fired,
    instrument,
    message,
    order,
    position,
    trigger,
    world,
)
from unhedged.vocab.enums import AccountKind, Command, InstrumentKind, Reject

TRADERS = 6
ACCOUNTS = TRADERS + 1
TAGS = 64
BATCH = 4096
MARK, STATUS = 100, 101
"""Commands of the test itself: move the mark to ``px``; set the sender's account status to ``qty``."""
HEAD = (
    "reject",
    "bid",
    "ask",
    "bid_qty",
    "ask_qty",
    "trades",
    "volume",
    "turnover",
    "last_px",
    "fees",
)
EACH = ("cash", "pos", "cost", "held", "open_buy", "open_sell", "fills", "rejects", "last_reject")
ROW = len(HEAD) + len(EACH) * TRADERS

_cell = record_at(np.dtype([("x", "i8")]))


@entry("int64(int64, int64, int64, int64)")
def _move_mark(address: int, milli: int, out: int, count: int) -> int:
    w = world(address)
    old = instrument(w, 0).mark_milli
    instrument(w, 0).mark_milli = milli
    mark_moved(w, 0, old, milli)
    n = 0
    while n < w.fired_kept:
        row = np.int64(fired(w, n).trigger)
        n += 1
        if trigger(w, row).bucket == IN_FIRED:
            stop = np.int64(trigger(w, row).order)
            remove_trigger(w, row)
            _cell(out + 8 * count).x = order(w, stop).tag
            count += 1
            release_stop(w, stop)
    w.fired_kept = 0
    w.reject = 0
    return count


@entry("void(int64, int64)")
def _write(address: int, out: int) -> None:
    w = world(address)
    n = instrument(w, 0)
    ask = best(w, 1)
    k = 0
    for x in (
        w.reject,
        best(w, 0),
        ask if ask < NO_ASK else -1,
        best_qty(w, 0),
        best_qty(w, 1),
        w.trades,
        n.volume,
        n.turnover,
        n.last_px,
        account(w, 0).cash,
    ):
        _cell(out + 8 * k).x = x
        k += 1
    for a in range(1, ACCOUNTS):
        own, p, me = account(w, a), position(w, a), agent(w, a)
        for x in (
            own.cash,
            p.pos,
            p.cost,
            own.held,
            p.open_buy,
            p.open_sell,
            np.int64(me.fills),
            np.int64(me.rejects),
            np.int64(me.last_reject),
        ):
            _cell(out + 8 * k).x = x
            k += 1


@entry("int64(int64, int64, int64, int64)")
def _handle(address: int, count: int, out: int, fired_out: int) -> int:
    w = world(address)
    fired_count = 0
    for k in range(count):
        m = message(w, k)
        if m.command == MARK:
            fired_count = _move_mark(address, m.px, fired_out, fired_count)
        elif m.command == STATUS:
            account(w, m.position).status = m.qty
            cancel_all(w, m.position, -1)
            w.reject = 0
        else:
            submit(w, k)
        _write(address, out + 8 * ROW * k)
    return fired_count


def build(
    *,
    kind: InstrumentKind,
    window: int = 256,
    px: int = 100_000,
    num: int = 1,
    den: int = 1,
    cash: int = 2 * 10**15,
    pos: int = 0,
    owners: tuple[int, ...] = (1, 1, 3, 4, 5, 6),
    self_trade: tuple[int, ...] = (6,),
    orders: int = 4096,
    tiers: tuple[tuple[int, int], ...] = ((0, 50_000_000), (10**14, 200_000_000)),
    instrument: dict[str, Any] | None = None,
    venue: dict[str, Any] | None = None,
) -> Memory:
    m = Memory(
        {
            "venue": 1, "instrument": 1, "tier": len(tiers), "account": ACCOUNTS, "total": ACCOUNTS,
            "position": ACCOUNTS, "trigger": ACCOUNTS + 2048, "bucket": 2 * BUCKETS, "order": orders,
            "far": orders, "far_hash": 64, "book": 2, "level": 2 * window,
            "word": 2 * words_per_side(window), "message": BATCH, "tag": ACCOUNTS * TAGS,
            "agent": ACCOUNTS, "fill": 1 << 16, "fired": 2048, "transfer": 1,
        }
    )  # fmt: skip
    row = m["venue"][0]
    row["instruments"], row["margin_on"] = 1, kind != InstrumentKind.SPOT
    for name, value in (venue or {}).items():
        row[name] = value
    row = m["instrument"][0]
    row["kind"], row["num"], row["den"], row["tiers"] = kind, num, den, len(tiers)
    row["mark_milli"] = row["start_milli"] = px * 1000
    row["last_px"] = px
    for name, value in (instrument or {}).items():
        row[name] = value
    m["tier"]["floor"], m["tier"]["im_ppb"] = zip(*tiers, strict=True)
    accounts = m["account"]
    accounts["first_order"] = accounts["case"] = -1
    accounts["agent"] = accounts["first_position"] = np.arange(ACCOUNTS)
    accounts["positions"], accounts["next_dirty"] = 1, NOT_LISTED
    accounts["owner"] = (0, *owners)
    accounts["cash"][1:] = cash
    accounts["kind"][0] = AccountKind.FEES
    accounts["self_trade"][list(self_trade)] = 1
    m["position"]["account"] = np.arange(ACCOUNTS)
    m["position"]["pos"][1:] = pos
    for s, empty in enumerate((NO_BID, NO_ASK)):
        b = m["book"][s]
        b["window"], b["best"], b["far_head"] = window, empty, -1
        b["base"] = max(1, px - window // 2)
        b["first_level"], b["first_word"] = s * window, s * words_per_side(window)
    m.world["keep_fills"] = 1
    m.world["triggers_used"] = ACCOUNTS
    return m


Batch = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[int]]


def handle(m: Memory, messages: np.ndarray[Any, Any]) -> Batch:
    """Send at most BATCH messages; return rows (see HEAD, EACH), fills, and the tags of stops a mark released, in order."""
    m["message"][: len(messages)] = messages
    m.world["fills_kept"] = 0
    rows = np.zeros((len(messages), ROW), np.int64)
    released = np.zeros(1 << 16, np.int64)
    count = _handle(m.address, len(messages), rows.ctypes.data, released.ctypes.data)
    return rows, m["fill"][: int(m.world["fills_kept"])], released[:count].tolist()


def resting(m: Memory, s: int) -> list[tuple[int, list[int]]]:
    """Return (price, order rows oldest first) of every level of side ``s``, best first; the links are checked on the way."""
    b = m["book"][s]
    first = int(b["first_level"])
    dense = m["level"][first : first + int(b["window"])]
    occupied = np.flatnonzero(dense["head"] >= 0)
    levels = [(int(b["base"] + at), dense[at]) for at in occupied]
    assert len(levels) == b["dense_count"]
    row = int(b["far_head"])
    while row >= 0:
        far = m["far"][row]
        assert not b["base"] <= far["px"] < b["base"] + b["window"]
        levels.append((int(far["px"]), far))
        row = int(far["next"])
    assert len(levels) == b["dense_count"] + b["far_count"]
    levels.sort(key=lambda level: level[0], reverse=s == 0)
    found = [(px, _queue(m, s, px, level)) for px, level in levels]
    assert sum(len(rows) for _, rows in found) == b["orders"]
    return found


def _queue(m: Memory, s: int, px: int, level: Any) -> list[int]:
    rows, row, before = [], int(level["head"]), -1
    while row >= 0:
        o = m["order"][row]
        assert (o["px"], o["side"], o["live"], o["previous"]) == (px, s, 1, before)
        rows.append(row)
        before, row = row, int(o["next"])
    assert before == level["tail"]
    assert level["qty"] == sum(int(m["order"][r]["qty"]) for r in rows)
    return rows


def check_state(m: Memory) -> None:
    """Assert what must hold between any two messages."""
    sides = [resting(m, s) for s in (0, 1)]
    for s, empty in enumerate((NO_BID, NO_ASK)):
        assert m["book"][s]["best"] == (sides[s][0][0] if sides[s] else empty)
        b = m["book"][s]
        if sides[s]:
            assert b["base"] <= b["best"] < b["base"] + b["window"]
    assert m["book"][0]["best"] < m["book"][1]["best"]
    rows = [[r for _, level in side for r in level] for side in sides]
    for s, column in enumerate(("open_buy", "open_sell")):
        table = m["order"][rows[s]]
        for p in range(ACCOUNTS):
            assert m["position"][p][column] == table["qty"][table["position"] == p].sum()
    listed = []
    for a in range(ACCOUNTS):
        row, before = int(m["account"][a]["first_order"]), -1
        while row >= 0:
            o = m["order"][row]
            assert (o["account_previous"], o["position"]) == (before, a)
            listed.append(row)
            before, row = row, int(o["account_next"])
    waiting = [r for r in listed if m["order"][r]["live"] > 1]
    assert sorted(listed) == sorted(rows[0] + rows[1] + waiting)
    assert len(listed) == m.world["used_orders"]
    assert m["book"]["far_count"].sum() == m.world["used_far"]


class Desk:
    """One message at a time, by name; prices around 100,000 ticks."""

    def __init__(self, **terms: Any) -> None:
        self.m = build(**{"kind": InstrumentKind.LINEAR, **terms})

    def send(self, trader: int, command: int, tag: int = -1, **columns: int) -> Reject:
        """Send a message for a trader; return why it was refused."""
        message = np.zeros(1, MESSAGE)
        message["position"] = message["agent"] = trader
        message["command"] = command
        message["tag"] = trader * TAGS + tag if tag >= 0 else -1
        for name, value in columns.items():
            message[name] = value
        rows, fills, _ = handle(self.m, message)
        self.fills = [(int(f["maker"]), int(f["px"]), int(f["qty"])) for f in fills]
        check_state(self.m)
        return Reject(int(rows[0, 0]))

    def limit(
        self, trader: int, side: int, px: int, qty: int, tag: int = -1, **more: int
    ) -> Reject:
        return self.send(trader, Command.LIMIT, tag, side=side, px=px, qty=qty, **more)

    def market(self, trader: int, side: int, qty: int, **more: int) -> Reject:
        return self.send(trader, Command.MARKET, side=side, qty=qty, **more)

    def stop(
        self, trader: int, side: int, milli: int, qty: int, tag: int = -1, **more: int
    ) -> Reject:
        return self.send(trader, Command.STOP, tag, side=side, px=milli, qty=qty, **more)

    def modify(self, trader: int, tag: int, px: int, qty: int) -> Reject:
        return self.send(trader, Command.MODIFY, tag, px=px, qty=qty)

    def cancel(self, trader: int, tag: int) -> Reject:
        return self.send(trader, Command.CANCEL, tag)

    def mark(self, milli: int) -> None:
        self.send(1, MARK, px=milli)

    def book(self, s: int) -> list[tuple[int, list[tuple[int, int]]]]:
        """Return (price, [(trader, lots)]) of a side, best first."""
        o = self.m["order"]
        return [
            (px, [(int(o[r]["position"]), int(o[r]["qty"])) for r in rows])
            for px, rows in resting(self.m, s)
        ]

    def position(self, trader: int) -> Any:
        return self.m["position"][trader]

    def account(self, trader: int) -> Any:
        return self.m["account"][trader]
