"""States of accounts before the first fill, where the user has them: cash, and positions with size and entry.

One JSON object a line in ``clearinghouse_snapshot*.jsonl``: ``{"account": "0x…", "cash": "12.5", "positions": [{"coin": "BTC",
"size": "-0.75", "entry": "109727.5"}]}``. ``cash`` is the balance without unrealised profit. The form is ours: the venue's own
snapshot is a binary of its node, from which such lines are made.
"""

from dataclasses import dataclass, field
from math import isfinite

import msgspec

from unhedged.replay.archive.blocks import Named
from unhedged.replay.figures import Problem
from unhedged.replay.folder import Listing


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

    An account that stands twice, that has two positions in one coin or a number that is none, is named and left out: its state is
    unknown.
    """
    found, seen = Snapshot(), set[str]()
    decode = msgspec.json.Decoder(State).decode
    named = Named(problems, "The account was left out of the snapshot; its state is unknown.")
    for file in listing.snapshots:
        with listing.path(file).open("rb") as source:
            for row, line in enumerate(source, 1):
                wrong, state = _read(decode, line, seen)
                if state is None:
                    named.add("accounts", file, row, wrong)
                else:
                    seen.add(state.account)
                    found.add(state)
        named.close(file)
    return found


def _read(decode: object, line: bytes, seen: set[str]) -> tuple[str, State | None]:
    try:
        state: State = decode(line)  # type: ignore[operator]
    except msgspec.MsgspecError as error:
        return f"is no account: {error}.", None
    if state.account in seen:
        return f"{state.account} stands a second time.", None
    entries: dict[str, str] = {}
    if not _number(state.cash):
        return f'{state.account} has cash "{state.cash}", which is no number.', None
    for held in state.positions:
        if not (_number(held.size) and _number(held.entry)):
            shown = f'"{held.size}" at "{held.entry}"'
            return f"{state.account} holds {shown} in {held.coin}, which are no numbers.", None
        if held.coin in entries:
            return (
                f"{state.account} has two entry prices in {held.coin}: {entries[held.coin]} and {held.entry}.",
                None,
            )
        entries[held.coin] = held.entry
    return "", state


def _number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
