"""A stream of messages through one book, for its speed and for comparison with other books.

`replay_stream` is the whole book with the whole settlement, and nothing of a venue around it: no checks of ticks, bands,
margin or balances, no latency, no gateway.
"""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.kernels.accounts import NOT_LISTED
from unhedged.kernels.book import (
    NO_ASK,
    NO_BID,
    best,
    remove,
    rest,
    take,
    words_per_side,
)
from unhedged.kernels.compiled import entry, record_at
from unhedged.kernels.layout.columns import columns
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import order, tag, world

STREAM = columns(
    kind=("i4", "0 limit, 1 market, 2 cancel"),
    side=("i4", "Side"),
    px=("i4", "ticks, of a limit order"),
    qty=("i4", "lots"),
    ref=("i4", "of a cancel: which limit order of the stream, counted from 0"),
)
LIMIT, MARKET, CANCEL = 0, 1, 2
ACCOUNTS = 16
WINDOW = 4096

_as_row = record_at(STREAM)
_BYTES = STREAM.itemsize


@entry("void(int64, int64, int64)")
def replay(address: int, messages: int, count: int) -> None:
    """Send ``count`` rows of STREAM at address ``messages`` through the book of instrument 0.

    The n-th limit order uses row n of `tag` and position n mod ACCOUNTS; a market order uses the position of the next one.
    """
    w = world(address)
    limits = 0
    for k in range(count):
        m = _as_row(messages + k * _BYTES)
        side = int(m.side)
        p = limits & (ACCOUNTS - 1)
        if m.kind == LIMIT:
            left = take(w, 0, side, m.px, m.qty, p, 0)
            t = tag(w, limits)
            if left > 0:
                row = rest(w, 0, side, m.px, left, p, limits, 0, 0)
                t.order = row
                t.generation = order(w, row).generation
            limits += 1
        elif m.kind == CANCEL:
            t = tag(w, m.ref)
            if t.order >= 0 and order(w, t.order).generation == t.generation:
                remove(w, t.order)
        else:
            take(w, 0, side, NO_ASK if side == 0 else 0, m.qty, p, 0)


@entry("int64(int64, int64)")
def best_of(address: int, s: int) -> int:
    """Return the best price of book side ``s``."""
    return best(world(address), s)


def _memory(messages: NDArray[np.int32], window: int) -> Memory:
    limits = messages[:, 0] == LIMIT
    count = int(limits.sum())
    m = Memory(
        {
            "venue": 1, "instrument": 1, "account": ACCOUNTS, "total": ACCOUNTS, "position": ACCOUNTS,
            "order": count + 1, "far": count + 1, "far_hash": 1 << 12, "tag": count + 1,
            "book": 2, "level": 2 * window, "word": 2 * words_per_side(window),
        }
    )  # fmt: skip
    m["instrument"]["num"] = m["instrument"]["den"] = 1
    accounts = m["account"]
    accounts["owner"] = accounts["first_position"] = np.arange(ACCOUNTS)
    accounts["positions"] = 1
    accounts["agent"] = accounts["first_order"] = accounts["case"] = -1
    accounts["next_dirty"] = NOT_LISTED
    accounts["self_trade"] = 1
    m["position"]["account"] = np.arange(ACCOUNTS)
    centre = int(messages[limits, 2][0]) if count else window
    for s, empty in enumerate((NO_BID, NO_ASK)):
        b = m["book"][s]
        b["window"], b["best"], b["far_head"] = window, empty, -1
        b["base"] = max(1, centre - (window * 3 // 4 if s == 0 else window // 4))
        b["first_level"], b["first_word"] = s * window, s * words_per_side(window)
    return m


def replay_stream(messages: NDArray[np.int32], *, window: int = WINDOW) -> dict[str, Any]:
    """Return what a stream of messages does to an empty book, and how fast.

    Parameters
    ----------
    messages : int32 array, n x 5
        Columns kind (0 limit, 1 market, 2 cancel), side (0 buy, 1 sell), price (ticks, 0 for market and cancel), size
        (lots), ref (which limit order to cancel, counted from 0). What a market order cannot fill is dropped; a cancel of
        an order that is gone does nothing.
    window : int
        Levels in the dense window of each side.

    Returns
    -------
    dict
        ``trades``, ``volume`` (lots), ``notional`` (ticks x lots), ``best_bid``, ``best_ask`` (ticks, -1 when empty),
        ``messages_per_s`` (thread CPU time of one call over all messages, tables allocated and code compiled before).

    Notes
    -----
    Settled in full, in int64: each fill moves cash and lots between two of 16 accounts, keeps entry costs, open lots, open
    interest, volume, turnover and the rolling hash, and lists both accounts for a margin check. No fees (their rate is 0)
    and no margin: accounts may trade with themselves, which moves neither cash nor lots.
    """
    messages = np.ascontiguousarray(messages, dtype=np.int32)
    if messages.ndim != 2 or messages.shape[1] != 5:
        raise ValueError("messages must have five columns: kind, side, price, size, ref")
    warm = _memory(messages[:0], window)
    replay(warm.address, messages.ctypes.data, 0)
    m = _memory(messages, window)
    m["tag"]["order"] = -1
    started = time.thread_time()
    replay(m.address, messages.ctypes.data, len(messages))
    seconds = time.thread_time() - started
    imbalance = int(m["account"]["cash"].sum()), int(m["position"]["pos"].sum())
    if imbalance != (0, 0):
        raise ArithmeticError(f"cash and lots do not sum to zero: {imbalance}")
    ask = best_of(m.address, 1)
    return {
        "trades": int(m.world["trades"]),
        "volume": int(m["instrument"]["volume"][0]),
        "notional": int(m["instrument"]["turnover"][0]),
        "best_bid": best_of(m.address, 0),
        "best_ask": ask if ask < NO_ASK else -1,
        "messages_per_s": len(messages) / seconds if seconds > 0 else float("inf"),
    }
