"""How a policy treats like cases: a larger winner, a larger market, an owner of several accounts; for information, no contract.

Winners here are alike lot by lot and differ in size alone, so that whatever a policy goes by (size, profit, equity) is the same
claim. Source: arXiv 2512.01112 v3, the axioms of monotonicity, scale invariance and Sybil resistance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.adl.checking import draw_winners
from unhedged.adl.claims import Lots, Winners
from unhedged.adl.contract import allocation_of, ask
from unhedged.measures.axioms import monotonicity_violations, scale_gap, sybil_gain
from unhedged.measures.columns import Column

FACTOR = 10
"""Times everything for scale. Ours."""
PARTS = 10
"""Accounts a position is split into; the source tries 2, 10 and 100."""
_BY_LOT = (
    "notional", "cost", "unrealised", "equity", "wallet", "maintenance", "account_notional", "hedge",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What was found over all questions."""

    questions: int
    pairs: int  # of winners of different size
    larger_closes_less: int  # of these
    scale_gap: float  # largest change of a close, lots before scaling
    split_keeps: (
        float  # largest share of a position, the largest one, that splitting saves from closing
    )


def treatment(choice: Any, *, seed: int = 0, rounds: int = 50, name: str = "") -> Treatment:
    """Return how a policy treats like cases over random lists of alike winners.

    Parameters
    ----------
    choice : None, str or object
        As in ``adl.contract.allocation_of``; a policy with memory is asked anew each time.
    seed, rounds : int
        Of the random lists, and how many.
    name : str
        What it is called in errors.

    Raises
    ------
    PluginError
        It raises or breaks the contract of policies.

    Notes
    -----
    Whole lots: a policy that shares exactly is off by less than a lot in scale, and by a lot an account in splitting.
    """
    random = np.random.default_rng(seed)
    pairs = less = 0
    gap = keeps = 0.0
    for _ in range(rounds):
        lot, count = _one_lot(random), int(random.integers(2, 31))
        sizes = PARTS * random.integers(1, 10**5, count).astype(np.float64)
        lots = float(random.integers(1, int(sizes.sum())))
        policy = _of_claims(choice, lot, name)
        pairs += _different(sizes)
        less += monotonicity_violations(sizes, policy(sizes, lots))
        gap = max(gap, scale_gap(policy, sizes, lots, factor=FACTOR))
        who = int(sizes.argmax())
        saved = sybil_gain(policy, sizes, lots, who=who, parts=PARTS)
        keeps = max(keeps, saved / float(sizes[who]))
    return Treatment(
        questions=rounds, pairs=pairs, larger_closes_less=less, scale_gap=gap, split_keeps=keeps
    )


def _one_lot(random: np.random.Generator) -> Winners:
    # A winner of one lot that owns something; what it has is a whole number of atoms, so that many lots are exact.
    lot = draw_winners(random)[:1].copy()
    lot["qty"], lot["score"] = 1, 0
    lot["notional"] = value = 10**6
    lot["cost"], lot["unrealised"] = value // 2, value - value // 2
    if not lot["long"][0]:
        lot["cost"] = value + value // 2
    lot["equity"] = random.integers(value // 20, 2 * value)
    lot["wallet"] = lot["equity"] - lot["unrealised"]
    lot["maintenance"], lot["account_notional"] = value // 100, value
    lot["hedge"] = random.integers(0, value)
    return lot


def _of_claims(choice: Any, lot: Winners, name: str) -> Callable[[Column, float], Lots]:
    def allocate(claims: Column, lots: float) -> Lots:
        sizes = np.rint(claims).astype(np.int64)
        winners = np.repeat(lot, len(sizes))
        winners["qty"] = sizes
        for column in _BY_LOT:
            winners[column] *= sizes
        winners["account"] = winners["position"] = np.arange(len(sizes))
        winners.flags.writeable = False
        return ask(allocation_of(choice), winners, int(lots), name=name)

    return allocate


def _different(sizes: Column) -> int:
    # Pairs of which one is larger.
    _, equal = np.unique(sizes, return_counts=True)
    total = len(sizes) * (len(sizes) - 1) - (equal * (equal - 1)).sum()
    return int(total) // 2
