"""Who is closed, decided for a whole list of winners, integer lots included: every policy, beside numpy on the same list."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from benchmarks.side_by_side import Row, alternate, seconds_of, show
from unhedged.adl import REGISTRY
from unhedged.adl.claims import Lots, Winners
from unhedged.adl.contract import allocation_of, check_allocation
from unhedged.adl.queue import queue_order
from unhedged.adl.scores import SCORES, score_column
from unhedged.kernels.layout.cases import WINNER

EVENT = 17_771
"""Winners in the headline file of the papers: the size of the day."""
MANY = 100_000
CROWD = 400_000
SHARE = 0.05
"""Part of the winners' lots that is closed."""
GOALS = {EVENT: "1 ms", MANY: "15 ms", CROWD: "15 ms"}
QUEUE = "binance-v1"
MARK = 100_000
"""Ticks, and atoms that a lot is worth."""
QUOTED = {
    QUEUE: {EVENT: "oss_adl queue 0.6 ms", MANY: "oss_adl queue 4 to 6 ms"},
    "contract-pro-rata-v1": {
        EVENT: "oss_adl rounded whole-contract pro-rata 600 to 690 ms",
        MANY: "oss_adl rounded whole-contract pro-rata was not tried, it is quadratic",
    },
    "profit-pro-rata-v1": {
        EVENT: "oss_adl capped pro-rata 13 to 18 ms",
        MANY: "oss_adl capped pro-rata 142 to 211 ms",
    },
    "equity-pro-rata-v1": {
        EVENT: "oss_adl equity pro-rata 29 to 31 ms",
        MANY: "oss_adl equity pro-rata 216 to 352 ms",
    },
    "vector-mirror-descent-v1": {
        EVENT: "oss_adl projection 3 to 13 ms",
        MANY: "oss_adl projection 48 to 630 ms",
    },
    "min-max-v1": {
        EVENT: "oss_adl min-max integer programme 29.9 s for 1,000 winners, its limit; its fallback 1.3 to 1.6 s for 5,000",
        MANY: "",
    },
}
"""What peers took on another machine, from our survey of them; read, not measured here."""


def crowd(count: int, *, seed: int = 7) -> Winners:
    """Return shorts in profit: sizes lognormal, leverage 0.5 to 50, half of the money hedged on average."""
    random = np.random.default_rng(seed)
    winners = np.zeros(count, WINNER)
    winners["position"] = winners["account"] = np.arange(count)
    winners["qty"] = np.maximum(1, np.rint(random.lognormal(5.0, 1.5, count)))
    winners["mark_milli"], winners["px_milli"] = MARK * 1000, MARK * 1030
    winners["notional"] = winners["account_notional"] = winners["qty"] * MARK
    winners["cost"] = winners["notional"] * random.uniform(1.0, 1.4, count)
    winners["unrealised"] = winners["cost"] - winners["notional"]
    winners["equity"] = winners["notional"] / random.uniform(0.5, 50.0, count)
    winners["wallet"] = winners["equity"] - winners["unrealised"]
    winners["maintenance"] = winners["notional"] // 200
    winners["hedge"] = winners["notional"] * random.uniform(0.0, 1.0, count)
    return winners


def sorted_queue(winners: Winners, lots: int) -> Lots:
    """Close in the order of a full sort by the same score."""
    order = queue_order(winners, score_column(winners, SCORES[QUEUE]))
    held = winners["qty"][order]
    closes = np.zeros(len(held), np.int64)
    closes[order] = np.clip(lots - (np.cumsum(held) - held), 0, held)
    return closes


def floored(winners: Winners, lots: int) -> Lots:
    """Share in proportion to size in float64, rounded down: a few operations of numpy, and the lots do not sum."""
    held = winners["qty"]
    return (held * (lots / held.sum())).astype(np.int64)


def row(name: str, count: int) -> Row:
    """Measure one policy.

    Raises
    ------
    ArithmeticError
        The queue is another one than that of a sort.
    PluginError
        An answer is no allocation.
    """
    winners = crowd(count)
    lots = int(winners["qty"].sum() * SHARE)
    policy = allocation_of(name)
    found = check_allocation(winners, lots, policy(winners, lots), policy=name)
    ranked = name in SCORES
    if ranked and not np.array_equal(found, sorted_queue(winners, lots)):
        raise ArithmeticError("the queue closes others than a sort by the same score")
    beside: Callable[[Winners, int], Lots] = sorted_queue if ranked else floored
    sides = [partial(seconds_of, partial(side, winners, lots)) for side in (policy, beside)]
    ours, theirs = alternate(*sides)
    quoted = QUOTED.get(name, {}).get(count, "")
    return Row(
        what=f"{name}, {count:,}",
        goal="5 ms" if (name, count) == ("min-max-v1", EVENT) else GOALS.get(count, ""),
        unit="ms",
        ours=[1e3 * value for value in ours],
        beside="numpy, full sort" if ranked else "numpy, not rounded to the sum",
        theirs=[1e3 * value for value in theirs],
        note=f"{quoted}, elsewhere" if quoted else "",
    )


def compare() -> Iterator[Row]:
    """Measure every policy at the size of the day and at 100,000 winners, and a queue of 400,000."""
    names = [QUEUE, *(name for name in REGISTRY if name not in SCORES)]
    for count in (EVENT, MANY):
        for name in names:
            yield row(name, count)
    yield row(QUEUE, CROWD)


if __name__ == "__main__":
    show(compare)
