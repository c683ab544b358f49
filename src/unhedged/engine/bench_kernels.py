"""Speed of single parts: the book, the clock, the margin of a venue, the queue of auto-deleveraging."""

import heapq
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.engine.bench_measure import Measure
from unhedged.kernels.adl_event import adl_event
from unhedged.kernels.clock_hold import DELAY_BITS, hold
from unhedged.kernels.margin_check import margin_check
from unhedged.kernels.stream import CANCEL, LIMIT, replay_stream
from unhedged.vocab.errors import DataError
from unhedged.vocab.registry import pick

MESSAGES = 1_000_000
COLUMNS = 5
PENDING = (10_000, 100_000, 400_000)
WINNERS = (20_000, 100_000, 400_000)
SHARES = (0.001, 0.05, 0.4)
"""Parts of the winning lots that an event closes."""
REPEATS = 5


def common_stream(n: int = MESSAGES, seed: int = 7) -> NDArray[np.int32]:
    """Return a stream of messages for one book, by a recipe other books can be fed with too.

    Columns kind (0 limit, 1 market, 2 cancel), side, price, size, ref. Half limit orders, 10 % market orders, 40 % cancels
    of one of the last 2,000 limit orders, dead or alive; sizes 1 to 100; limits geometric(0.15) - 2 ticks from a mid of
    10,000 that walks. numpy's PCG64; the generator of `tests/checks/test_stream.py`.
    """
    random = np.random.default_rng(seed)
    kind = random.choice(3, size=n, p=[0.5, 0.1, 0.4])
    side = random.integers(0, 2, n)
    qty = random.integers(1, 101, n)
    distance = random.geometric(0.15, n) - 2
    mid = 10_000 + np.cumsum(random.choice([-1, 0, 1], size=n, p=[0.005, 0.99, 0.005]))
    px = np.where(side == 0, mid - distance, mid + distance)
    ref = np.maximum(np.cumsum(kind == 0) - random.integers(1, 2001, n), 0)
    kind[0] = 0
    px[kind != 0] = 0
    ref[kind != 2] = 0
    return np.stack([kind, side, px, qty, ref], axis=1).astype(np.int32)


def read_stream(path: Path) -> NDArray[np.int32]:
    """Return the stream in a ``.npy`` file.

    Raises
    ------
    DataError
        No such file, not an array of five integer columns, or a message with a value outside its range: the first is named.
    """
    try:
        messages = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as an array: {error}.") from error
    if messages.ndim != 2 or messages.shape[1] != COLUMNS or messages.dtype.kind not in "iu":
        raise DataError(
            f"{path} holds {messages.dtype} of shape {messages.shape}, not a stream of messages.",
            hint="Expected int32, n x 5: kind, side, price, size, ref.",
        )
    _check_messages(path, messages)
    return messages.astype(np.int32)


def _check_messages(path: Path, messages: NDArray[Any]) -> None:
    # The book trusts what it is given: in a run the gateway has checked it.
    kind, side, px, qty, ref = messages.T
    limits = int((kind == LIMIT).sum())
    most = int(np.iinfo(np.int32).max)
    for name, values, wrong, allowed in (
        ("kind", kind, (kind < LIMIT) | (kind > CANCEL), "0 limit, 1 market, 2 cancel"),
        ("side", side, (side < 0) | (side > 1), "0 buy, 1 sell"),
        ("price", px, (kind == LIMIT) & ((px < 1) | (px > most)), f"1 to {most:,}"),
        ("size", qty, (kind != CANCEL) & ((qty < 1) | (qty > most)), f"1 to {most:,}"),
        ("ref", ref, (kind == CANCEL) & ((ref < 0) | (ref >= limits)), f"below {limits:,}"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise DataError(
                f"{path}, row {row}: {name} is {values[row]}.",
                hint=f"Expected {allowed}. Nothing was run.",
            )


def book(messages: NDArray[np.int32] | None = None, *, repeats: int = REPEATS) -> Measure:
    """Measure the book on a stream of messages, the common one when left out."""
    stream = common_stream() if messages is None else messages
    found = [replay_stream(stream) for _ in range(repeats)]
    facts = {key: value for key, value in found[0].items() if key != "messages_per_s"}
    return Measure(
        name="book",
        unit="messages/s",
        values=[one["messages_per_s"] for one in found],
        more_is_better=True,
        conditions=f"{len(stream):,} messages through one book, every fill settled in cash and lots; no venue around it",
        facts=facts,
    )


def clock(*, pending: tuple[int, ...] = PENDING, turns: int = 1_000_000) -> Iterator[Measure]:
    """Measure taking the next event and putting one back, at several queue lengths, next to a plain binary heap."""
    for waiting in pending:
        wheel, digest = hold(waiting, turns)
        heap, same = hold(waiting, turns, slots=1)
        plain = _heapq_turn(waiting, min(turns, 200_000))
        yield Measure(
            name=f"clock {waiting // 1000}k",
            unit="ns per event",
            values=[wheel],
            conditions=f"{waiting:,} events pending, delays uniform below {2**DELAY_BITS / 1e9:.2f} s, fastest of 3",
            facts={
                "compiled_heap_ns": heap,
                "python_heapq_ns": plain,
                "same_order_as_heap": digest == same,
            },
        )


def _heapq_turn(pending: int, turns: int) -> float:
    random = np.random.default_rng(7)
    first = random.integers(0, 2**DELAY_BITS, pending).tolist()
    delays = random.integers(1, 2**DELAY_BITS, turns).tolist()
    queue = [(t, n) for n, t in enumerate(first)]
    heapq.heapify(queue)
    started = time.thread_time_ns()
    for n, delay in enumerate(delays):
        heapq.heapreplace(queue, (queue[0][0] + delay, n))
    return (time.thread_time_ns() - started) / turns


def margin() -> Measure:
    """Measure the margin of a whole venue through a crash of twelve minutes, next to a scan of all accounts."""
    found = margin_check()
    return Measure(
        name="margin",
        unit="s for 7,200 mark updates",
        values=[found.seconds],
        conditions="437,723 accounts, 1,200,000 positions, 162 coins; marks are given, nobody trades",
        facts={
            "scan_of_all_accounts_s": found.scan_seconds,
            "accounts_evaluated": found.evaluations,
            "accounts_liquidated": found.liquidated,
            "same_accounts_at_same_updates": found.equal,
            "compared_in_a_world_of": found.equal_accounts,
            "drawing_the_world_s": found.build_seconds,
        },
    )


def adl(*, winners: tuple[int, ...] = WINNERS, repeats: int = REPEATS) -> Iterator[Measure]:
    """Measure one deleveraging, ranking and closing, next to numpy's stable sort of as many scores."""
    policy: Any = pick("adl", "binance-v1")
    for n in winners:
        scores = np.random.default_rng(7).random(n)
        sort = min(_argsort(scores) for _ in range(repeats))
        for share in SHARES:
            adl_event(min(n, 100), share, policy.address, repeats=1)
            found = adl_event(n, share, policy.address, repeats=repeats)
            yield Measure(
                name=f"adl {n // 1000}k {share:.1%}",
                unit="ms per event",
                values=[1000 * one for one in found.seconds],
                conditions=f"{n:,} winners described and scored, {found.closed:,} closed to take {share:.1%} of their lots",
                facts={
                    "of_which_ranking_ms": 1000 * min(found.ranking_seconds),
                    "numpy_stable_argsort_ms": 1000 * sort,
                    "winners_closed": found.closed,
                },
            )


def _argsort(scores: NDArray[np.float64]) -> float:
    started = time.thread_time()
    np.argsort(-scores, kind="stable")
    return time.thread_time() - started
