"""Severity chosen round by round: losses, the policies of the papers, and the sequences that try them."""

from collections.abc import Callable

import numpy as np

Sequences = Callable[[int], list[float]]


def fixed(theta: float, wanted: list[float]) -> float:
    """Sum of |theta - wanted| over rounds: deficits of one, budgets wanted from 0 to 1."""
    return float(np.abs(theta - np.array(wanted)).sum())


def descend(wanted: Callable[[int, float], float], rounds: int) -> tuple[list[float], list[float]]:
    """Return severities and wanted budgets when severity follows the gradient by 1/sqrt(t), kept within 0 to 1.

    ``wanted`` is asked for the budget of round t after seeing the severity of that round: an adversary may answer.
    """
    theta, chosen, asked = 0.5, [], []
    for t in range(1, rounds + 1):
        budget = wanted(t, theta)
        chosen.append(theta)
        asked.append(budget)
        theta = min(1.0, max(0.0, theta - np.sign(theta - budget) / np.sqrt(t)))
    return chosen, asked


def best_fixed(wanted: list[float]) -> float:
    """Smallest loss of one severity known in advance: that of the median."""
    return fixed(float(np.median(wanted)), wanted)


def regret(wanted: Callable[[int, float], float], rounds: int) -> float:
    """Loss of gradient descent above that of the best fixed severity."""
    chosen, asked = descend(wanted, rounds)
    return float(np.abs(np.array(chosen) - asked).sum()) - best_fixed(asked)


def bound(rounds: int) -> float:
    """Zinkevich's bound on it: ``(F^2 / 2 + G^2) sqrt(T) - G^2 / 2`` with range F and gradient G of one.

    Source: M. Zinkevich, Online convex programming and generalized infinitesimal gradient ascent, ICML 2003, theorem 1.
    """
    return 1.5 * float(np.sqrt(rounds)) - 0.5


def _drawn(seed: int, low: float, high: float) -> Callable[[int, float], float]:
    def wanted(t: int, _: float) -> float:
        return float(np.random.default_rng([seed, t]).uniform(low, high))

    return wanted


SEQUENCES: dict[str, Callable[[int, float], float]] = {
    "always nothing": lambda t, theta: 0.0,
    "always everything": lambda t, theta: 1.0,
    "in turn": lambda t, theta: float(t % 2),
    "drawn from 0 to 1": _drawn(5, 0.0, 1.0),
    "drawn from 0.6 to 1": _drawn(6, 0.6, 1.0),
    "whichever is farther": lambda t, theta: float(theta < 0.5),
}
"""Budgets wanted in round t, the severity chosen known."""


def printed_loss(
    theta: float, deficit: float, most: float, *, lam: float, mu: float, nu: float
) -> float:
    """Return ``-lam theta D + mu (M - theta D)+ + nu (theta D - D)+^2``, the loss as printed."""
    taken = theta * deficit
    return -lam * taken + mu * max(0.0, most - taken) + nu * max(0.0, taken - deficit) ** 2


def turned_loss(theta: float, deficit: float, most: float, *, lam: float, mu: float) -> float:
    """Return an example with something to learn, ours: the middle term turned round, so that taking more than M costs."""
    taken = theta * deficit
    return -lam * taken + mu * max(0.0, taken - most)
