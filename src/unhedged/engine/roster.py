"""Accounts and positions in the making, before they become tables.

Blocks are added in the order of the plan; an account's positions are contiguous, and the rows of the finished tables follow
from the order of the blocks alone.
"""

from typing import Any

import numpy as np

from unhedged.kernels.layout.accounts import ACCOUNT, POSITION
from unhedged.kernels.memory import Memory
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.enums import AccountKind, Leg

Array = np.ndarray[Any, Any]
NOT_LISTED = -2
"""`account.next_dirty` of an account that nobody has to look at."""


def blank_accounts(count: int) -> Array:
    """Return ``count`` account rows that belong to nobody yet."""
    rows = np.zeros(count, ACCOUNT)
    rows["agent"] = rows["first_order"] = rows["case"] = -1
    rows["next_dirty"] = NOT_LISTED
    return rows


def exempt_at(plan: RunPlan, block: str) -> Array:
    """Return for each venue whether it leaves a block of agents out where it ranks winners."""
    return np.array([block in venue.adl_exempt for venue in plan.venues])


def blank_positions(count: int) -> Array:
    """Return ``count`` flat position rows."""
    return np.zeros(count, POSITION)


def leg_codes(count: int, *, hedge: bool) -> Array:
    """Return the `Leg` of ``count`` positions: one way, or long and short in turn."""
    return np.tile([Leg.LONG, Leg.SHORT], count // 2) if hedge else np.full(count, Leg.ONE_WAY)


class Roster:
    """Blocks of accounts with their positions."""

    def __init__(self) -> None:
        self._accounts: list[Array] = []
        self._positions: list[Array] = []
        self.accounts = 0
        self.positions = 0
        self.owners = 0

    def new_owners(self, count: int) -> Array:
        """Return ``count`` fresh owner numbers."""
        numbers = np.arange(self.owners, self.owners + count)
        self.owners += count
        return numbers

    def add(self, accounts: Array, positions: Array) -> tuple[int, int]:
        """Add accounts and their positions, in order; ``accounts['positions']`` and ``['balances']`` say how many each has.

        Return the rows of the first account and of the first position.
        """
        first = self.accounts, self.positions
        counts = accounts["positions"] + accounts["balances"]
        if int(counts.sum()) != len(positions):
            raise ValueError("positions do not match the accounts' counts")
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        accounts["first_position"] = self.positions + starts
        positions["account"] = self.accounts + np.repeat(np.arange(len(accounts)), counts)
        self._accounts.append(accounts)
        self._positions.append(positions)
        self.accounts += len(accounts)
        self.positions += len(positions)
        return first

    def finish(self, memory: Memory, instruments: int) -> None:
        """Write accounts, positions and holders to their tables, and let deposits come from the external accounts."""
        accounts = np.concatenate(self._accounts)
        positions = np.concatenate(self._positions)
        external = accounts["kind"] == AccountKind.EXTERNAL
        for venue in np.unique(accounts["venue"]):
            here = accounts["venue"] == venue
            accounts["cash"][here & external] = -int(accounts["cash"][here & ~external].sum())
        memory.replace("account", accounts)
        memory.replace("position", positions)
        order = np.argsort(positions["instrument"], kind="stable")
        holders = memory["holder"]
        holders["position"] = order
        counts = np.bincount(positions["instrument"], minlength=instruments)
        rows = memory["instrument"]
        rows["holders"] = counts[: len(rows)]
        rows["first_holder"] = np.concatenate([[0], np.cumsum(counts)[:-1]])[: len(rows)]
        longs = np.where(positions["pos"] > 0, positions["pos"], 0)
        for n in range(len(rows)):
            rows["open_interest"][n] = longs[positions["instrument"] == n].sum()
