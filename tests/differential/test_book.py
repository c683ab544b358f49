"""The compiled book and the plain one must agree on every refusal, fill, balance and best price of long command streams.

Prices fall by 99 % and rise tenfold, sizes reach 10^10 lots, books empty and fill again, and a window of 64 levels makes most
prices far ones. Which stops one mark releases is compared; among them the order is the trigger table's and is taken over.
"""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from tests.support.one_book import (
    ACCOUNTS,
    BATCH,
    MARK,
    ROW,
    STATUS,
    TAGS,
    TRADERS,
    build,
    check_state,
    handle,
    resting,
)

from unhedged.kernels.layout.agents import MESSAGE
from unhedged.reference.book import Account, Order
from unhedged.reference.orders import Market
from unhedged.vocab.enums import (
    AccountStatus,
    Command,
    FillCause,
    InstrumentKind,
    Reject,
    Side,
    TimeInForce,
    TriggerSource,
)

START = 100_000
COMMANDS = {
    Command.LIMIT: 0.60, Command.MARKET: 0.03, Command.CANCEL: 0.15, Command.CANCEL_ALL: 0.0005, Command.MODIFY: 0.1,
    Command.STOP: 0.04, MARK: 0.0785, STATUS: 0.001,
}  # fmt: skip
NAMES = 40
"""Tags each trader uses, so that most cancels find an order."""
PER_WORLD = 50_000

Messages = np.ndarray[Any, Any]


def path(random: np.random.Generator, n: int) -> Messages:
    """Return a price path that rests, loses 99 %, rests, and rises to ten times where it began, ticks."""
    at = [0.0, 0.3, 0.35, 0.6, 0.65, 0.95, 1.0]
    knots = np.log([START, START, START / 100, START / 100, START * 10, START * 10, START])
    trend = np.interp(np.linspace(0, 1, n), at, knots)
    return np.exp(trend + np.cumsum(random.normal(0, 0.00005, n)))


def draw(random: np.random.Generator, n: int, largest: float) -> Messages:
    centre = path(random, n)
    m = np.zeros(n, MESSAGE)
    codes = [int(command) for command in COMMANDS]
    m["command"] = random.choice(codes, n, p=list(COMMANDS.values()))
    m["position"] = m["agent"] = random.integers(1, ACCOUNTS, n)
    m["tag"] = m["position"] * TAGS + random.integers(0, NAMES, n)
    m["side"] = random.integers(0, 2, n)
    away = (
        random.geometric(0.15, n)
        - 3
        + (random.random(n) < 0.2) * centre * random.exponential(0.05, n)
    )
    px = np.rint(centre + np.where(m["side"] == 0, -away, away))
    wild = random.random(n)
    px = np.where(wild < 0.01, px * random.choice([0.3, 2.5], n), px)
    px = np.where(wild > 0.998, random.choice([0, -5, 2**31, 2**40], n), px)
    m["px"] = np.where(random.random(n) < 0.1, np.rint(px / 100) * 100, px)
    m["px"] = np.where(
        random.random(n) < 0.2, np.rint(px / 1000) * 1000 + 1, m["px"]
    )  # equal prices,
    m["qty"] = largest ** (0.7 + 0.3 * random.random(n))
    m["qty"] = np.where(
        random.random(n) < 0.3, random.integers(1, 4, n), m["qty"]
    )  # equal and small sizes
    m["qty"] = np.where(random.random(n) < 0.003, random.choice([0, -1, 10**12], n), m["qty"])
    m["force"] = random.choice(4, n, p=[0.7, 0.1, 0.1, 0.1])
    m["reduce_only"] = random.random(n) < 0.15
    m["trigger"] = random.integers(0, 2, n)
    m["cause"] = np.where(random.random(n) < 0.05, random.integers(0, 4, n), 0)
    stop, mark, status = (m["command"] == c for c in (Command.STOP, MARK, STATUS))
    m["px"][stop] = (centre * 1000 * np.exp(random.normal(0, 0.02, n)))[stop]
    m["px"][mark] = np.maximum(1, centre * 1000 * np.exp(random.normal(0, 0.002, n)))[mark]
    m["qty"][status] = random.choice([0] * 8 + [1, 2], n)[status]
    untagged = (m["command"] == Command.LIMIT) & (random.random(n) < 0.1)
    m["tag"][untagged] = -1
    for k in range(1000, n - TRADERS, 5000):  # all leave: the book is empty
        m["command"][k : k + TRADERS] = Command.CANCEL_ALL
        m["position"][k : k + TRADERS] = m["agent"][k : k + TRADERS] = np.arange(1, ACCOUNTS)
    return m


def plain(m: Any, **terms: Any) -> Market:
    accounts = [
        Account(a, int(row["owner"]), int(row["cash"]), bool(row["self_trade"]))
        for a, row in enumerate(m["account"])
    ]
    for account in accounts:
        account.pos = int(m["position"]["pos"][account.number])
    i, v = m["instrument"][0], m["venue"][0]
    return Market(
        kind=InstrumentKind(i["kind"]),
        num=int(i["num"]),
        den=int(i["den"]),
        mark_milli=int(i["mark_milli"]),
        accounts=accounts,
        fees=accounts[0],
        maker_fee_ppb=int(v["maker_fee_ppb"]),
        taker_fee_ppb=int(v["taker_fee_ppb"]),
        last_px=int(i["last_px"]),
        tiers=[(int(t["floor"]), int(t["im_ppb"])) for t in m["tier"]],
        band_ppb=int(i["band_ppb"]),
        max_qty=int(i["max_qty"]),
        significant=int(i["significant"]),
        **terms,
    )


SIDES, FORCES, CAUSES, SOURCES = list(Side), list(TimeInForce), list(FillCause), list(TriggerSource)


def send(market: Market, message: tuple[int, ...], released: list[int]) -> Reject:
    """Handle one message in plain Python; `released` gives the order in which a mark's stops fire."""
    qty, px, sender, _, t, _, command, side, force, reduce_only, _, source, cause = message
    account = market.accounts[sender]
    tag = t - sender * TAGS if t >= 0 else -1
    terms = {"reduce_only": bool(reduce_only), "cause": CAUSES[cause]}
    if command == MARK:
        market.mark_milli = px
        touched = {s.account.number * TAGS + s.tag: s for s in market.touched_by_mark()}
        order = [released.pop(0) for _ in touched]
        assert set(order) == set(touched)
        for at in order:
            market.release(touched[at])
            market.release_touched()
        return Reject.NONE
    if command == STATUS:
        account.status = AccountStatus(qty)
        market.cancel_all(account)
        return Reject.NONE
    if command == Command.LIMIT:
        code = market.limit(account, SIDES[side], px, qty, FORCES[force], tag, **terms)
    elif command == Command.MARKET:
        code = market.market(account, SIDES[side], qty, FORCES[force], **terms)
    elif command == Command.CANCEL:
        code = market.cancel(account, tag)
    elif command == Command.CANCEL_ALL:
        code = market.cancel_all(account)
    elif command == Command.MODIFY:
        code = market.modify(account, tag, px, qty, FORCES[force])
    else:
        code = market.stop(account, SIDES[side], px, qty, tag, source=SOURCES[source], **terms)
    market.report(account, code)
    market.release_touched()
    return code


def visible(market: Market, code: Reject) -> list[int]:
    """Return the plain market's row, columns as in HEAD and EACH."""
    row = [code]
    best = [market.sides[side].best() for side in SIDES]
    row += [-1 if px is None else px for px in best]
    for side, px in zip(SIDES, best, strict=True):
        row.append(0 if px is None else sum(o.qty for o in market.sides[side].at[px].values()))
    row += [market.trades, market.volume, market.turnover, market.last_px, market.fees.cash]
    for a in market.accounts[1:]:
        row += [a.cash, a.pos, a.cost, a.held, a.open[Side.BUY], a.open[Side.SELL]]
        row += [a.fills, a.rejects, a.last_reject]
    return row


def compare(m: Any, market: Market, messages: Messages) -> set[int]:
    """Compare every message of a stream; return the refusals seen."""
    seen: set[int] = set()
    for first in range(0, len(messages), BATCH):
        batch = messages[first : first + BATCH]
        rows, fills, released = handle(m, batch)
        market.fills.clear()
        expected = np.zeros_like(rows)
        for k, message in enumerate(batch.tolist()):
            expected[k] = visible(market, send(market, message, released))
        differ = np.flatnonzero((rows != expected).any(axis=1))
        if len(differ):
            k = int(differ[0])
            at = np.flatnonzero(rows[k] != expected[k])
            pytest.fail(
                f"message {first + k} {batch[k]}: columns {at} of {ROW}, compiled {rows[k][at]}, plain {expected[k][at]}"
            )
        names = ["px", "qty", "maker", "taker", "side", "maker_cause", "taker_cause"]
        assert fills[names].tolist() == market.fills
        assert released == []
        check_state(m)
        seen |= set(rows[:, 0].tolist())
    return seen


def order_of(m: Any, row: int) -> tuple[int, ...]:
    o = m["order"][row]
    sender = int(o["position"])
    tag = int(o["tag"]) - sender * TAGS if o["tag"] >= 0 else -1
    return sender, int(o["px"]), int(o["qty"]), tag, int(o["reduce_only"]), int(o["cause"])


def plain_order(o: Order) -> tuple[int, ...]:
    return o.account.number, o.px, o.qty, o.tag, int(o.reduce_only), int(o.cause)


def check_end(m: Any, market: Market) -> None:
    """Compare the books order by order, and the waiting stops."""
    for s, side in enumerate(SIDES):
        found = [order_of(m, row) for _, rows in resting(m, s) for row in rows]
        assert found == [plain_order(o) for o in market.sides[side].in_order()]
    waiting = m["order"][m["order"]["live"] > 1]
    found = sorted(zip(waiting["position"].tolist(), waiting["qty"].tolist(), strict=True))
    assert found == sorted((s.account.number, s.qty) for s in market.stops.values())


WORLDS = {
    "linear": {
        "kind": InstrumentKind.LINEAR, "num": 7, "den": 3, "window": 256, "cash": 2 * 10**16,
        "venue": {"maker_fee_ppb": -10_000, "taker_fee_ppb": 500_000},
        "instrument": {"band_ppb": 100_000_000, "max_qty": 10**11},
    },
    "linear, far prices": {"kind": InstrumentKind.LINEAR, "window": 64, "instrument": {"significant": 6, "tick": 0.1}},
    "inverse": {"kind": InstrumentKind.INVERSE, "num": 10**7, "cash": 10**12, "window": 1024, "instrument": {"max_qty": 10**11}},
    "spot": {
        "kind": InstrumentKind.SPOT, "pos": 10**11, "num": 3, "den": 2, "window": 64, "cash": 2 * 10**16,
        "venue": {"maker_fee_ppb": 100_000, "taker_fee_ppb": 400_000},
    },
}  # fmt: skip
LARGEST = {"linear": 1e10, "linear, far prices": 1e9, "inverse": 1e8, "spot": 1e9}
TICKS = {"linear, far prices": {"tick": Fraction(1, 10)}}


def run(name: str, seed: int, n: int) -> set[int]:
    m = build(**WORLDS[name])
    market = plain(m, **TICKS.get(name, {}))
    seen = compare(m, market, draw(np.random.default_rng(seed), n, LARGEST[name]))
    check_end(m, market)
    return seen


ALWAYS = {
    Reject.NONE, Reject.TICK, Reject.LOT, Reject.REDUCE_ONLY, Reject.POST_ONLY, Reject.FILL_OR_KILL, Reject.UNKNOWN_ORDER,
    Reject.SELF_TRADE, Reject.IN_LIQUIDATION, Reject.NEGATIVE_PRICE, Reject.NO_LIQUIDITY, Reject.CLOSED,
}  # fmt: skip
ALSO = {
    "linear": {Reject.MARGIN, Reject.BAND},
    "linear, far prices": {Reject.MARGIN, Reject.SIGNIFICANT_FIGURES},
    "inverse": {Reject.MARGIN},
    "spot": {Reject.BALANCE},
}


@pytest.mark.parametrize("name", WORLDS)
def test_compiled_and_plain_agree_message_by_message(name: str) -> None:
    assert run(name, 1, PER_WORLD) >= ALWAYS | ALSO[name]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 7))
@pytest.mark.parametrize("name", WORLDS)
def test_compiled_and_plain_agree_over_a_million_messages(name: str, seed: int) -> None:
    run(name, seed, PER_WORLD)
