"""Books that can be fed with the common stream: our batch call, our plain twin in Python, and bourse.

bourse is driven by the fewest Python calls that leave the same book: one a message, and one more to move its clock before
each limit order. Its queues are ordered by price and time: two orders of one price and one time would share a place.
"""

import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unhedged.engine.bench_kernels import book
from unhedged.kernels.stream import ACCOUNTS, CANCEL, LIMIT
from unhedged.reference.book import Account, Book
from unhedged.vocab.enums import FillCause, InstrumentKind, Side

HIGHEST = 1 << 40
"""Ticks; the limit of a market order to buy."""
NO_ASK = 2**32 - 1
"""What bourse says of an empty side to sell; of an empty side to buy it says 0."""
Messages = Sequence[Sequence[int]]


class End(NamedTuple):
    """What a stream leaves; prices in ticks, volume in lots, -1 for an empty side."""

    trades: int
    volume: int
    notional: int
    best_bid: int
    best_ask: int


def compiled_book(stream: NDArray[np.int32]) -> tuple[float, End]:
    """Return messages a second of one batch call, and what it leaves."""
    found = book(stream, repeats=1)
    return found.median, End(*(found.facts[field] for field in End._fields))


def plain_book(messages: Messages) -> tuple[float, End]:
    """Return messages a second of the plain twin in Python, fills and positions kept as by the compiled one."""
    accounts = [Account(n, n, self_trade=True) for n in range(ACCOUNTS)]
    fees = Account(ACCOUNTS, ACCOUNTS)
    plain = Book(InstrumentKind.LINEAR, num=1, den=1, mark_milli=1000, accounts=accounts, fees=fees)
    sides, cause, limits = tuple(Side), FillCause.CHOICE, 0
    started = time.thread_time()
    for kind, way, px, qty, ref in messages:
        account, side = accounts[limits % ACCOUNTS], sides[way]
        if kind == LIMIT:
            if left := plain.take(account, side, px, qty, cause):
                plain.rest(account, side, px, left, limits, False, cause)
            limits += 1
        elif kind == CANCEL:
            if (order := accounts[ref % ACCOUNTS].tags.get(ref)) is not None:
                plain.cancel_order(order)
        else:
            plain.take(account, side, HIGHEST if side == Side.BUY else 0, qty, cause)
    seconds = time.thread_time() - started
    bid, ask = (plain.sides[side].best() for side in (Side.BUY, Side.SELL))
    best = (-1 if bid is None else bid, -1 if ask is None else ask)
    return len(messages) / seconds, End(plain.trades, plain.volume, plain.turnover, *best)


def drive(
    messages: Messages,
    place: Callable[..., int],
    cancel: Callable[[int], Any],
    set_time: Callable[[int], Any],
) -> float:
    """Send every message to a book by its Python calls; return messages a second."""
    orders: list[int] = []
    started = time.thread_time()
    for n, (kind, side, px, qty, ref) in enumerate(messages):
        if kind == LIMIT:
            set_time(n)
            orders.append(place(side == 0, qty, 0, px))
        elif kind == CANCEL:
            cancel(orders[ref])
        else:
            place(side == 0, qty, 0)
    return len(messages) / (time.thread_time() - started)


def bourse_book(messages: Messages) -> tuple[float, End]:
    """Return messages a second of bourse, and what it leaves.

    Raises
    ------
    ModuleNotFoundError
        bourse is not installed.
    """
    peer = import_module("bourse.core").OrderBook(0, 1, True)
    rate = drive(messages, peer.place_order, peer.cancel_order, peer.set_time)
    trades = peer.get_trades()
    lots = sum(trade[3] for trade in trades)
    notional = sum(trade[2] * trade[3] for trade in trades)
    bid, ask = peer.bid_ask()
    return rate, End(len(trades), lots, notional, bid or -1, -1 if ask == NO_ASK else ask)


def bare_calls(messages: Messages) -> float:
    """Return messages a second of the same Python calls to nothing: the part of a peer's time that Python takes."""
    return drive(messages, lambda *_: 0, lambda _: None, lambda _: None)
