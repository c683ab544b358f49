"""Who would have paid: every policy asked the venue's own question, and its answer measured.

A question is a list of winners of one contract at one moment and the lots to close. Every policy closes the same lots at the same
price, so all take the same sum; they differ in from whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.adl import REGISTRY
from unhedged.adl.contract import Allocation, allocation_of, check_allocation
from unhedged.measures.fairness import fairness_regret, min_max_haircut
from unhedged.measures.haircuts import gini, haircuts, hhi, quantile, top_share
from unhedged.measures.severity import severity
from unhedged.measures.survivor import pmr, pmr_unpaid, ptsr, ptsr_unpaid, rd_nse, top_survivor
from unhedged.replay.deficits import Shortfall
from unhedged.replay.winners import short

ATOM = 1e-6
ALIASES = ("profit-leverage-v1",)
"""Names under which a policy stands a second time."""
WITHOUT_EQUITY = (
    "largest-first-v1",
    "random-start-v1",
    "contract-pro-rata-v1",
    "profit-pro-rata-v1",
)
"""Policies that ask for positions and profits alone."""
RATIOS = ("ptsr", "ptsr_unpaid", "pmr", "pmr_unpaid", "rd_nse")
OF_HEDGES = ("hedge-aware-v1",)
"""Policies that are profit pro-rata where no hedge is in sight; they answer only where one is."""
SHOWN = 3
"""Accounts shown per policy, largest close first."""
TOP = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Winners of one contract at one moment, and what is to be closed."""

    name: str
    kind: str  # "complete group", "synthetic population" or "your archive"
    accounts: Sequence[str]  # one a winner
    winners: NDArray[Any]  # rows of the `winner` table
    lots: int
    happened: (
        NDArray[np.int64] | None
    )  # lots the venue closed of each; None of a synthetic population
    gap: (
        float | None
    )  # dollars between mark and execution, one lot, without sign; None where no table says it
    equity: bool  # whether the winners' equity is known
    deficit: Shortfall | None = None  # of the bankrupt accounts, a repeated loss once
    deficit_published: Shortfall | None = None

    @property
    def needed(self) -> float | None:
        """Dollars the price of the ADL costs against the mark, all lots together."""
        return None if self.gap is None else self.gap * self.lots


def policies(question: Question) -> list[str]:
    """Return the policies that can answer a question, by id."""
    blind = not question.winners["hedge"].any()
    return [
        name
        for name in REGISTRY
        if name not in ALIASES
        and (question.equity or name in WITHOUT_EQUITY)
        and not (blind and name in OF_HEDGES)
    ]


def answers(
    question: Question, allocations: Mapping[str, Allocation] | None = None
) -> list[dict[str, Any]]:
    """Return a row for what happened, where that is known, and one for each policy.

    Parameters
    ----------
    question : Question
        Its winners are not changed.
    allocations : mapping, optional
        Policies by id, as of `allocations_for`; fresh ones that can answer when left out. A policy that remembers is asked in the
        order of events, so the same mapping goes to question after question.
    """
    asked = allocations_for() if allocations is None else allocations
    lots = {name: closes(question, asked[name], name) for name in policies(question)}
    if question.happened is not None:
        lots = {"happened": question.happened, **lots}
    return [measured(question, name, closed) for name, closed in lots.items()]


def allocations_for() -> dict[str, Allocation]:
    """Return every policy by id, none of which has seen anything yet."""
    return {name: allocation_of(name) for name in REGISTRY if name not in ALIASES}


def closes(question: Question, policy: Allocation, name: str) -> NDArray[np.int64]:
    """Return a policy's answer, checked: the sum is right, nobody closes more than it holds.

    Raises
    ------
    PluginError
        The answer breaks the contract of policies.
    """
    shown = question.winners.copy()
    shown.flags.writeable = False
    return check_allocation(shown, question.lots, policy(shown, question.lots), policy=name)


def measured(question: Question, name: str, lots: NDArray[np.int64]) -> dict[str, Any]:
    """Return how an allocation falls on the winners.

    ``largest_haircut`` is the most that anybody gives up of its equity, by the gap between mark and execution; ``smallest_possible``
    what it is under the best allocation of the same sum; ``unfairness`` their difference times the sum. None where gap or equity are
    not known, and where a measure is infinite: those are named under ``infinite`` (something was taken of an account without
    equity, or nothing is left unpaid).
    """
    held = question.winners["qty"]
    value = question.winners["notional"] / np.maximum(held, 1) * ATOM
    notional = lots * value
    touched = lots > 0
    row: dict[str, Any] = {
        "question": question.name,
        "kind": question.kind,
        "policy": name,
        "winners": len(held),
        "accounts": int(touched.sum()),
        "whole": int((touched & (lots == held)).sum()),
        "notional": float(notional.sum()),
        "profit_closed": float(
            (question.winners["unrealised"] * (lots / np.maximum(held, 1))).sum() * ATOM
        ),
        "top10_share": top_share(notional, TOP),
        "hhi": hhi(notional),
        "gini": gini(notional),
        "moved_share": _moved(question, lots),
        "largest": [
            {"account": short(question.accounts[n]), "notional": float(notional[n])}
            for n in np.argsort(-notional, kind="stable")[:SHOWN]
            if touched[n]
        ],
    }
    return _plain(row | _haircuts(question, lots) | _survivors(question, lots))


def _moved(question: Question, lots: NDArray[np.int64]) -> float | None:
    # The part of the lots that falls on somebody else than it did.
    if question.happened is None:
        return None
    return int(np.abs(lots - question.happened).sum()) / 2 / max(1, question.lots)


def _haircuts(question: Question, lots: NDArray[np.int64]) -> dict[str, float | None]:
    names = ("needed", "largest_haircut", "p99_haircut", "smallest_possible", "unfairness")
    if question.gap is None or not question.equity:
        return dict.fromkeys(names) | {"needed": question.needed}
    equity = question.winners["equity"] * ATOM
    taken, most = question.gap * lots, question.gap * question.winners["qty"]
    due = question.gap * question.lots
    shares = haircuts(taken, equity)
    best = min_max_haircut(most, equity, min(due, float(most[equity > 0].sum())))
    regret = fairness_regret(taken, most, equity, needed=due)
    values = (due, float(shares.max(initial=0.0)), quantile(shares, 0.99), best, regret)
    return dict(zip(names, values, strict=True))


def _survivors(question: Question, lots: NDArray[np.int64]) -> dict[str, float | None]:
    # How much profit the best-off winner keeps, beside what stays unpaid: all forms of the paper and of its code, against the
    # deficit counted once and, where it differs, against the one published.
    row = dict.fromkeys(("survivor", *RATIOS, *(f"{name}_published" for name in RATIOS)))
    if question.gap is None:
        return row
    profit = np.maximum(question.winners["unrealised"], 0) * ATOM
    left = top_survivor(profit, np.minimum(profit, question.gap * lots))
    row["survivor"] = left
    budget = question.gap * question.lots
    for deficit, mark in ((question.deficit, ""), (question.deficit_published, "_published")):
        if deficit is not None:
            row |= {f"{name}{mark}": x for name, x in _ratios(left, budget, deficit).items()}
    return row


def _ratios(left: float, budget: float, deficit: Shortfall) -> dict[str, float | None]:
    theta, largest = severity(budget, deficit.total), deficit.largest
    values = (
        ptsr(left, theta, deficit.total),
        ptsr_unpaid(left, deficit.total, budget),
        None if largest is None else pmr(left, theta, largest),
        None if largest is None else pmr_unpaid(left, deficit.total, budget, largest),
        rd_nse(left, deficit.total, budget),
    )
    return dict(zip(RATIOS, values, strict=True))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    # JSON has no infinity: a measure that is infinite stands as None and by name.
    floats = {name: float(value) for name, value in row.items() if isinstance(value, float)}
    known = {name: value if np.isfinite(value) else None for name, value in floats.items()}
    return row | known | {"infinite": [name for name, value in floats.items() if np.isinf(value)]}
