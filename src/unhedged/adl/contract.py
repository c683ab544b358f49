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


HINT = "The sum must be the smaller of the lots to close and the winners' lots, each within 0 and what it holds."
"""What an allocation is, in one line."""


@runtime_checkable
class WithMemory(Protocol):
    """A policy that remembers earlier events: an object from which each venue of each replicate gets an allocation of its own."""

    def fresh(self) -> Allocation:
        """Return an allocation that has seen nothing yet."""
        ...


def fresh(policy: Any, *, name: str = "") -> Allocation:
    """Return ``policy`` as an allocation that has seen nothing: of a policy without memory, itself.

    Raises
    ------
    PluginError
        Its ``fresh`` raises.
    """
    if not isinstance(policy, WithMemory):
        return policy
    try:
        return policy.fresh()
    except (Exception, SystemExit) as error:
        raise PluginError.raised(error, entry_point=name or type(policy).__name__) from error


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


def fault_in(winners: Winners, lots: int, closes: Any) -> str:
    """Return why ``closes`` is no allocation of ``lots`` over ``winners``, nothing when it is one; see `check_allocation`."""
    try:
        found = np.asarray(closes)
    except (TypeError, ValueError) as error:
        return f"returned no array: {error}."
    if found.shape != (len(winners),):
        return f"returned shape {found.shape} for {len(winners)} winners."
    if found.dtype.kind not in "iu":
        return f"returned {found.dtype}; lots are whole numbers."
    for row in np.flatnonzero((found < 0) | (found > winners["qty"])):
        why = "a position would grow" if found[row] < 0 else "a position would be flipped"
        return f"closes {found[row]} of {winners['qty'][row]} lots of winner {row}; {why}."
    due = min(lots, int(winners["qty"].sum()))
    if int(found.sum()) != due:
        return f"closes {int(found.sum())} lots in all; {due} are due."
    return ""


def check_allocation(winners: Winners, lots: int, closes: Any, *, policy: str = "") -> Lots:
    """Return ``closes`` as int64 when it is an allocation of ``lots`` over ``winners``.

    Raises
    ------
    PluginError
        Wrong length or type, a negative number, more than a winner holds, or a sum that is neither the lots to close nor,
        when those are more, all that the winners hold.
    """
    if fault := fault_in(winners, lots, closes):
        raise PluginError(fault, entry_point=policy, hint=HINT)
    allocation: Lots = np.asarray(closes).astype(np.int64)
    return allocation


def ask(policy: Allocation, winners: Winners, lots: int, *, name: str = "") -> Lots:
    """Return the checked answer of a policy that may be anybody's.

    Raises
    ------
    PluginError
        It raises, ends the process, or its answer breaks the contract.
    """
    try:
        closes = policy(winners, lots)
    except (Exception, SystemExit) as error:
        raise PluginError.raised(error, entry_point=name) from error
    return check_allocation(winners, lots, closes, policy=name)


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
        It raises, or its answer breaks the contract; nothing is written.
    """
    case = int(memory.world["waiting"])
    winners = winners_of(memory, case)
    lots = int(memory["case"][case]["left"])
    shown = winners.copy()
    shown.flags.writeable = False
    winners["close"] = ask(policy, shown, lots, name=name)
    memory.world["adl_waiting"] = 0
