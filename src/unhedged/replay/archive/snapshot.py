"""States of accounts before the first fill, where the user has them: cash, and positions with size and entry.

One JSON object a line in ``clearinghouse_snapshot*.jsonl``: ``{"account": "0x…", "cash": "12.5", "positions": [{"coin": "BTC",
"size": "-0.75", "entry": "109727.5"}]}``. ``cash`` is the balance without unrealised profit. The form is ours: the venue's own
snapshot is a binary of its node, from which such lines are made.
"""

from dataclasses import dataclass, field
from math import isfinite

import msgspec

from unhedged.replay.archive.named import Named
from unhedged.replay.archive.numbers import LONGEST, MOST_DOLLARS, is_money
from unhedged.replay.figures import Problem
from unhedged.replay.folder import Listing

MOST_HELD = 9e12
"""Dollars of one position that fit int64 in atoms."""


class Held(msgspec.Struct, gc=False):
    """A position of the snapshot: signed size in coins, entry in dollars."""

    coin: str
    size: str
    entry: str


class State(msgspec.Struct, gc=False):
    """An account of the snapshot."""

    account: str
    cash: str
    positions: list[Held] = []


@dataclass(slots=True)
class Snapshot:
    """Accounts and positions as texts, column by column."""

    accounts: list[str] = field(default_factory=list)
    cash: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    coins: list[str] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def add(self, state: State) -> None:
        """Add an account."""
        self.accounts.append(state.account)
        self.cash.append(state.cash)
        for held in state.positions:
            self.owners.append(state.account)
            self.coins.append(held.coin)
            self.sizes.append(held.size)
            self.entries.append(held.entry)


def read_snapshot(listing: Listing, problems: list[Problem]) -> Snapshot:
    """Return the snapshot, empty where there is none.

    An account that stands twice with different states, that has two positions in one coin or a number that is none or cannot be
    held exactly, is named and left out: its state is unknown. One that stands twice with one state is named and read once.
    """
    states: dict[str, State | None] = {}
    decode = msgspec.json.Decoder(State).decode
    out = Named(problems, "The account was left out of the snapshot; its state is unknown.")
    again = Named(problems, "The second was not counted.")
    for file in listing.snapshots:
        with listing.path(file).open("rb") as source:
            for row, line in enumerate(source, 1):
                try:
                    state = decode(line)
                except msgspec.MsgspecError as error:
                    out.add("accounts", file, row, f"is no account: {error}.")
                    continue
                account = state.account
                if account in states and states[account] == state:
                    again.add("accounts", file, row, f"{account} stands a second time.")
                    continue
                wrong = _wrong(state)
                if account in states:
                    wrong = f"{account} stands a second time, with another state."
                if wrong:
                    out.add("accounts", file, row, wrong)
                states[account] = None if wrong else state
        out.close(file)
        again.close(file)
    found = Snapshot()
    for one in states.values():
        if one is not None:
            found.add(one)
    return found


def _wrong(state: State) -> str:
    # What is wrong with an account, nothing where all is right.
    if not is_money(state.cash):
        return f'{state.account} has cash "{state.cash}", which is no number of dollars below {MOST_DOLLARS:,}.'
    entries: dict[str, str] = {}
    for held in state.positions:
        if not _held_exactly(held):
            shown = f'"{held.size}" at "{held.entry}"'
            return f"{state.account} holds {shown} in {held.coin}, which are no numbers of at most 15 digits."
        if held.coin in entries:
            return f"{state.account} has two entry prices in {held.coin}: {entries[held.coin]} and {held.entry}."
        entries[held.coin] = held.entry
    return ""


def _held_exactly(held: Held) -> bool:
    # Size and entry, and what they are worth together.
    if max(len(held.size), len(held.entry)) > LONGEST:
        return False
    try:
        size, entry = float(held.size), float(held.entry)
    except ValueError:
        return False
    return isfinite(size) and isfinite(entry) and entry >= 0 and abs(size * entry) < MOST_HELD
