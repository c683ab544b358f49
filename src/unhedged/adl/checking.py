"""The contract of ADL policies as a test anybody can run: hard questions, and the smallest one that a policy gets wrong.

random lists of winners ─▶ policy, asked twice ─▶ first fault ─▶ fewer winners, fewer lots, plainer numbers ─▶ PluginError
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from unhedged.adl.claims import Winners
from unhedged.adl.contract import HINT, Allocation, allocation_of, fault_in, fresh
from unhedged.adl.random_start import RandomStart
from unhedged.kernels.compiled import ByAddress
from unhedged.kernels.layout.cases import WINNER
from unhedged.vocab.errors import PluginError

MOST_TRIALS = 4_000
"""Questions asked while an example is made smaller."""
_SHOWN = 3
_PLAIN = ("position", "account", "qty", "close")  # columns that are not set to nothing

Question = tuple[Winners, int]


def check_policy(policy: Any, *, seed: int = 0, rounds: int = 200, name: str = "") -> int:
    """Put ``policy`` through random lists of winners; return how many questions it answered.

    Parameters
    ----------
    policy : callable, object with ``fresh``, compiled score or random start
        As in `contract.Allocation` and `contract.WithMemory`, or what `contract.allocation_of` turns into one.
    seed, rounds : int
        Of the random lists, and how many of them.
    name : str
        What the policy is called in errors.

    Raises
    ------
    PluginError
        It broke the contract, raised, changed the list, or answered one question in two ways; the smallest example found is in
        the text.

    Notes
    -----
    Lists have 1 to 60 winners with sizes over twelve orders of magnitude, equal sizes and equal scores among them; the lots
    to close range from one to more than all winners hold. A policy with memory is asked anew each time, and once in a row.
    """
    if isinstance(policy, ByAddress | RandomStart):
        policy = allocation_of(policy)
    random = np.random.default_rng(seed)
    asked = 0
    remembering = fresh(policy, name=name)
    for _ in range(rounds):
        winners = draw_winners(random)
        held = int(winners["qty"].sum())
        for lots in {1, max(1, held // 3), held, held + 1, int(random.integers(1, held + 1))}:
            asked += 1
            if fault := fault_of(policy, winners, lots):
                raise _explained(policy, winners, lots, fault, name)
            if fault := _fault(lambda: remembering, winners, lots, times=1):
                raise PluginError(f"after earlier events it {fault}", entry_point=name, hint=HINT)
    return asked


def fault_of(policy: Any, winners: Winners, lots: int) -> str:
    """Return what is wrong with the answers of ``policy`` to one question, nothing when they are right."""
    return _fault(lambda: fresh(policy), winners, lots, times=2)


def _fault(asked: Callable[[], Allocation], winners: Winners, lots: int, *, times: int) -> str:
    answers: list[Any] = []
    for _ in range(times):
        shown = winners.copy()
        shown.flags.writeable = False
        try:
            answer = asked()(shown, lots)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the policy is not ours: whatever it raises is its fault
            if "read-only" in str(error):
                return "changes the list of winners it was given."
            return f"raises {type(error).__name__}: {error}."
        if fault := fault_in(winners, lots, answer):
            return fault
        if not np.array_equal(shown, winners):
            return "changes the list of winners it was given."
        answers.append(np.array(answer))
    if any(not np.array_equal(answers[0], other) for other in answers[1:]):
        return "answers the same question in two ways."
    return ""


def _explained(policy: Any, winners: Winners, lots: int, fault: str, name: str) -> PluginError:
    kind = _kind(fault)
    winners, lots = smallest(lambda q: _kind(fault_of(policy, *q)) == kind, (winners, lots))
    fault = fault_of(policy, winners, lots) or fault
    rows = [f"winner {n}: {_facts(one)}" for n, one in enumerate(winners[:_SHOWN])]
    if len(winners) > _SHOWN:
        rows.append(f"and {len(winners) - _SHOWN} more")
    example = f"Smallest example found, {lots} {'lot' if lots == 1 else 'lots'} to close: "
    return PluginError(
        fault, entry_point=name, hint="\n    ".join([example + rows[0], *rows[1:], HINT])
    )


def _facts(winner: Any) -> str:
    names = ["qty", *(n for n in WINNER.names or () if n not in _PLAIN and winner[n] != 0)]
    return ", ".join(
        f"{name} {winner[name]:.6g}" if name == "score" else f"{name} {winner[name]}"
        for name in names
    )


def _kind(fault: str) -> str:
    # Faults are of one kind when only their numbers differ.
    return re.sub(r"-?\d+", "#", fault)


def smallest(fails: Callable[[Question], bool], question: Question) -> Question:
    """Return a question that still ``fails`` and of which no smaller neighbour does, as far as trials allow.

    Smaller is: fewer winners, fewer lots to close, smaller positions, columns set to nothing.
    """
    trials = MOST_TRIALS
    going = True
    while going:
        going = False
        for smaller in _smaller(question):
            trials -= 1
            if trials < 0:
                return question
            if fails(smaller):
                question, going = smaller, True
                break
    return question


def _smaller(question: Question) -> Iterator[Question]:
    winners, lots = question
    count = len(winners)
    size = count // 2
    while size > 0:
        for first in range(0, count, size):
            rest = np.delete(winners, slice(first, first + size))
            if len(rest):
                yield _numbered(rest), lots
        size //= 2
    if winners["qty"].max() > 1:
        halved = winners.copy()
        halved["qty"] = np.maximum(1, winners["qty"] // 2)
        yield halved, max(1, lots // 2)
        yield halved, lots
    for fewer in _below(lots):
        yield winners, fewer
    for n in range(count):
        for qty in _below(int(winners["qty"][n])):
            yield _changed(winners, "qty", qty, n), lots
    for column in WINNER.names or ():
        if column not in _PLAIN and winners[column].any():
            yield _changed(winners, column, 0), lots
            if (np.abs(winners[column]) > 1).any():
                yield _changed(winners, column, np.sign(winners[column])), lots


def _below(number: int) -> Iterator[int]:
    # 1, then closer and closer to `number` from below.
    step = number - 1
    while step > 0:
        yield number - step
        step //= 2


def _changed(winners: Winners, column: str, value: Any, row: Any = slice(None)) -> Winners:
    changed = winners.copy()
    changed[column][row] = value
    return changed


def _numbered(winners: Winners) -> Winners:
    winners["position"] = winners["account"] = np.arange(len(winners))
    return winners


def draw_winners(random: np.random.Generator) -> Winners:
    """Return a random list of winners, consistent enough for any score: one mark, one side, sizes from 1 to 10^12 lots."""
    count = int(random.integers(1, 61))
    winners = np.zeros(count, WINNER)
    winners["position"] = np.arange(count)
    winners["account"] = np.arange(count)
    winners["qty"] = np.exp(random.uniform(0.0, np.log(1e12), count)).astype(np.int64)
    if random.random() < 0.3:
        winners["qty"] = winners["qty"][0]
    winners["mark_milli"] = random.integers(1_000, 10**8)
    winners["px_milli"] = winners["mark_milli"] * random.uniform(0.8, 1.2)
    winners["long"] = random.integers(0, 2)
    side = 2 * int(winners["long"][0]) - 1
    winners["notional"] = np.maximum(1, winners["qty"] * random.uniform(0.5, 2.0))
    winners["cost"] = np.maximum(1, winners["notional"] * random.uniform(0.5, 2.0, count))
    winners["unrealised"] = side * (winners["notional"] - winners["cost"])
    winners["equity"] = winners["notional"] * random.uniform(-0.1, 2.0, count)
    winners["wallet"] = winners["equity"] - winners["unrealised"]
    winners["maintenance"] = winners["notional"] // 100
    winners["account_notional"] = winners["notional"]
    winners["hedge"] = winners["notional"] * random.uniform(0.0, 1.0, count)
    winners["score"] = random.integers(0, 5, count)
    return winners
