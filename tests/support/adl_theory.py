"""Policies in money as the papers state them, and the populations their laws speak of: plain, for checking the laws.

Notation: profits ``w`` of winners, amounts taken ``x``, deficits ``d`` of losers, severity ``theta``, budget ``H = theta D``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.lab.student import critical
from unhedged.measures.survivor import pmr, ptsr, top_survivor

Array = np.ndarray[Any, Any]
BLOCKS = 20
REPEATS = 40
SIZES = tuple(2**k for k in range(6, 15, 2))
PARETO = 3.0
"""Tail index of heavy profits: between 2 and 4, as measured returns have; its largest of n has a mean and a variance."""


def pro_rata(w: Sequence[float], budget: float) -> Array:
    """Every winner gives the same part of its profit."""
    owned = np.asarray(w, float)
    return owned * (budget / owned.sum())


def queue(w: Sequence[float], budget: float, order: Sequence[int] | None = None) -> Array:
    """Whole profits in the given order, largest first when left out, until the budget is met; the last in part."""
    owned = np.asarray(w, float)
    rows = np.argsort(-owned, kind="stable") if order is None else np.asarray(order)
    before = np.cumsum(owned[rows]) - owned[rows]
    taken = np.zeros(len(owned))
    taken[rows] = np.clip(budget - before, 0.0, owned[rows])
    return taken


@dataclass(frozen=True)
class Tail:
    """Profits of one shape: how to draw them, how their largest of n grows, and their mean."""

    draw: Callable[[np.random.Generator, tuple[int, int]], Array]
    largest: Callable[[int], float]
    mean: float


LIGHT = Tail(
    lambda rng, shape: np.abs(rng.standard_normal(shape)),
    lambda n: float(np.sqrt(2 * np.log(n))),
    float(np.sqrt(2 / np.pi)),
)
HEAVY = Tail(
    lambda rng, shape: 1 + rng.pareto(PARETO, shape),
    lambda n: n ** (1 / PARETO),
    PARETO / (PARETO - 1),
)


@dataclass(frozen=True)
class Estimate:
    """A mean over independent blocks and its 95 % t-interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, blocks: Sequence[float]) -> "Estimate":
        values = np.array(blocks)
        half = critical(len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
        return cls(float(values.mean()), float(values.mean() - half), float(values.mean() + half))


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Least squares slope of log y on log x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def ptsr_exponent(
    tail: Tail, theta: Callable[[int], float], *, haircut: float, policy: Callable[..., Array]
) -> Estimate:
    """Exponent of mean PTSR against ``b_n / (theta_n n)``: 1 where the law holds.

    ``haircut`` is the mean deficit over the mean profit: a severity of 1 would take that part of all profits.
    """
    laws = [tail.largest(n) / (theta(n) * n) for n in SIZES]
    found = []
    for block in range(BLOCKS):
        means = []
        for n in SIZES:
            rng = np.random.default_rng([20260216, block, n])
            w = tail.draw(rng, (REPEATS, n))
            d = rng.exponential(haircut * tail.mean, (REPEATS, n)).sum(axis=1)
            means.append(
                np.mean(
                    [
                        ptsr(
                            top_survivor(one, policy(one, min(theta(n) * debt, one.sum()))),
                            theta(n),
                            debt,
                        )
                        for one, debt in zip(w, d, strict=True)
                    ]
                )
            )
        found.append(slope(laws, means))
    return Estimate.of(found)


IMBALANCES = (1.0, 2.0, 4.0, 8.0)
PEOPLE = 500


def imbalance_exponent(haircut: float, theta: float = 0.5) -> Estimate:
    """Exponent of mean PMR against winners' over losers' leverage, 1 by the law, pro-rata.

    Profits and deficits are leverage times a half-normal move; at equal leverage the whole deficit is ``haircut`` of all profits.
    """
    found = []
    for block in range(BLOCKS):
        rng = np.random.default_rng([512, block])
        w = np.abs(rng.standard_normal((REPEATS, PEOPLE)))
        d = haircut * np.abs(rng.standard_normal((REPEATS, PEOPLE)))
        means = [
            np.mean([_pmr(k * one, debt, theta) for one, debt in zip(w, d, strict=True)])
            for k in IMBALANCES
        ]
        found.append(slope(IMBALANCES, means))
    return Estimate.of(found)


def _pmr(w: Array, d: Array, theta: float) -> float:
    left = top_survivor(w, pro_rata(w, min(theta * d.sum(), w.sum())))
    return pmr(left, theta, float(d.max()))


def tail_exponent(side: str) -> Estimate:
    """Exponent of mean PMR against the largest profit (``side`` winners) or deficit (losers) of n, 1 and -1 by the law.

    Heavy tails on both sides; the other side has 1,024 members. Deficits are small, so that haircuts hardly matter.
    """
    found = []
    for block in range(BLOCKS):
        means = []
        for n in SIZES:
            rng = np.random.default_rng([77, block, n])
            winners, losers = (n, 1024) if side == "winners" else (1024, n)
            w, d = HEAVY.draw(rng, (REPEATS, winners)), HEAVY.draw(rng, (REPEATS, losers))
            means.append(
                np.mean([_pmr(one, 1e-4 * debt, 0.5) for one, debt in zip(w, d, strict=True)])
            )
        found.append(slope([HEAVY.largest(n) for n in SIZES], means))
    return Estimate.of(found)


def doubling(leverage: float, move: float = 0.1) -> Estimate:
    """Factor by which the mean largest deficit of 500 margin accounts grows when their leverage doubles; 2 by the law.

    Equity of one each, a half-normal adverse move of scale ``move``: a deficit is what the loss exceeds equity by.
    """
    found = []
    for block in range(BLOCKS):
        worst = move * np.abs(np.random.default_rng([9, block]).standard_normal((REPEATS, PEOPLE))).max(axis=1)  # fmt: skip
        low, high = (np.maximum(0.0, k * worst - 1).mean() for k in (leverage, 2 * leverage))
        found.append(high / low)
    return Estimate.of(found)
