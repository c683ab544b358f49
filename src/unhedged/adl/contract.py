"""What every ADL policy must satisfy, and the doors through which a Python policy sees winners and answers.

A policy receives the winners on the opposite side and the lots to close, and returns lots per winner. Whatever it is: the
sum equals the smaller of the lots to close and the winners' lots, nobody closes less than nothing or more than it holds (so
nobody is flipped), and a loser's owner is never its own counterparty. The price is a rule of the venue, not of the policy.
"""

from typing import Any, Protocol, runtime_checkable

import numpy as np

from unhedged.adl.claims import Lots, Winners
from unhedged.adl.queue import queue_policy
from unhedged.adl.random_start import RandomStart, random_start
from unhedged.kernels.casework import FIRST_WINNER
from unhedged.kernels.compiled import ByAddress
from unhedged.kernels.memory import Memory
from unhedged.vocab.enums import CasePhase
from unhedged.vocab.errors import PluginError
from unhedged.vocab.registry import pick


class Allocation(Protocol):
    """A policy as a plain function."""

    def __call__(self, winners: Winners, lots: int, /) -> Lots:
        """Return lots to close per winner.

        Parameters
        ----------
        winners : structured array
            Live traders on the opposite side of another owner; read only.
        lots : int
            Lots to close, > 0; may exceed what the winners hold.

        Returns
        -------
        array of int64
            One number per winner, as `check_allocation` demands.
        """
        ...


@runtime_checkable
class WithMemory(Protocol):
    """A policy that remembers earlier events: an object from which each venue of each replicate gets an allocation of its own."""

    def fresh(self) -> Allocation:
        """Return an allocation that has seen nothing yet."""
        ...


def fresh(policy: Any) -> Allocation:
    """Return ``policy`` as an allocation that has seen nothing: of a policy without memory, itself."""
    return policy.fresh() if isinstance(policy, WithMemory) else policy


def allocation_of(choice: Any = None, *, key: int = 0, draw: int = 0) -> Allocation:
    """Return any policy as an allocation ``f(winners, lots) -> lots per winner`` that has seen nothing.

    Parameters
    ----------
    choice : None, str or object
        As in ``vocab.registry.pick``: a registered id, ``"module:name"``, a function, a compiled score.
    key, draw : int
        Stream and number of the draw of a random start; other policies do not use them.

    Raises
    ------
    UnknownKind, PluginError
        As ``vocab.registry.pick``.
    """
    policy = pick("adl", choice)
    if isinstance(policy, ByAddress):
        return queue_policy(policy)
    if isinstance(policy, RandomStart):
        return random_start(key, draw)
    return fresh(policy)


def check_allocation(winners: Winners, lots: int, closes: Any, *, policy: str = "") -> Lots:
    """Return ``closes`` as int64 when it is an allocation of ``lots`` over ``winners``.

    Raises
    ------
    PluginError
        Wrong length or type, a negative number, more than a winner holds, or a sum that is neither the lots to close nor,
        when those are more, all that the winners hold.
    """
    found = np.asarray(closes)
    if found.shape != (len(winners),):
        raise _refused(policy, f"returned shape {found.shape} for {len(winners)} winners.")
    if found.dtype.kind not in "iu":
        raise _refused(policy, f"returned {found.dtype}; lots are whole numbers.")
    allocation: Lots = found.astype(np.int64)
    for row in np.flatnonzero((allocation < 0) | (allocation > winners["qty"])):
        raise _refused(
            policy, f"closes {allocation[row]} of {winners['qty'][row]} lots of winner {row}."
        )
    due = min(lots, int(winners["qty"].sum()))
    if int(allocation.sum()) != due:
        raise _refused(policy, f"closes {int(allocation.sum())} lots in all; {due} are due.")
    return allocation


def check_policy(policy: Allocation, *, seed: int = 0, rounds: int = 200, name: str = "") -> None:
    """Put ``policy`` through random lists of winners and raise PluginError at the first answer that breaks the contract.

    Lists have 1 to 60 winners with sizes over twelve orders of magnitude, equal sizes and equal scores among them; the lots
    to close range from one to more than all winners hold. The policy must answer the same when asked twice, and must leave
    the list as it was.
    """
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        winners = draw_winners(random)
        held = int(winners["qty"].sum())
        for lots in {1, max(1, held // 3), held, held + 1, int(random.integers(1, held + 1))}:
            shown = winners.copy()
            shown.flags.writeable = False
            answer = check_allocation(winners, lots, policy(shown, lots), policy=name)
            if not np.array_equal(answer, policy(shown, lots)):
                raise _refused(name, "answers the same question in two ways.")


def draw_winners(random: np.random.Generator) -> Winners:
    """Return a random list of winners, consistent enough for any score: one mark, one side, sizes from 1 to 10^12 lots."""
    from unhedged.kernels.layout.cases import WINNER  # noqa: PLC0415 - tables are needed by the checker alone

    count = int(random.integers(1, 61))
    winners = np.zeros(count, WINNER)
    winners["position"] = np.arange(count)
    winners["account"] = np.arange(count)
    winners["qty"] = np.exp(random.uniform(0.0, np.log(1e12), count)).astype(np.int64)
    if random.random() < 0.3:
        winners["qty"] = winners["qty"][0]
    winners["mark_milli"] = random.integers(1_000, 10**8)
    winners["long"] = random.integers(0, 2)
    side = 2 * int(winners["long"][0]) - 1
    winners["notional"] = np.maximum(1, winners["qty"] * random.uniform(0.5, 2.0))
    winners["cost"] = np.maximum(1, winners["notional"] * random.uniform(0.5, 2.0, count))
    winners["unrealised"] = side * (winners["notional"] - winners["cost"])
    winners["equity"] = winners["notional"] * random.uniform(-0.1, 2.0, count)
    winners["wallet"] = winners["equity"] - winners["unrealised"]
    winners["maintenance"] = winners["notional"] // 100
    winners["account_notional"] = winners["notional"]
    winners["px_milli"] = winners["mark_milli"] * random.uniform(0.8, 1.2)
    winners["hedge"] = winners["notional"] * random.uniform(0.0, 1.0, count)
    winners["score"] = random.integers(0, 5, count)
    return winners


def winners_of(memory: Memory, case: int) -> Winners:
    """Return the winners of a case that waits for a policy: a view of the `winner` table."""
    row = memory["case"][case]
    if row["phase"] != CasePhase.ADL_ALLOCATE:
        raise ValueError(f"case {case} does not wait for an allocation")
    return memory["winner"][FIRST_WINNER : FIRST_WINNER + int(row["winners"])]


def serve(memory: Memory, policy: Allocation, *, name: str = "") -> None:
    """Let ``policy`` answer the case the loop came back for; run on afterwards.

    Raises
    ------
    PluginError
        The answer breaks the contract; nothing is written.
    """
    case = int(memory.world["waiting"])
    winners = winners_of(memory, case)
    lots = int(memory["case"][case]["left"])
    shown = winners.copy()
    shown.flags.writeable = False
    winners["close"] = check_allocation(winners, lots, policy(shown, lots), policy=name)
    memory.world["adl_waiting"] = 0


def _refused(policy: str, what: str) -> PluginError:
    return PluginError(
        what,
        entry_point=policy,
        hint="The sum must be the smaller of the lots to close and the winners' lots, each within 0 and what it holds.",
    )
