"""Cash that moved outside fills: funding, deposits and withdrawals, transfers; what is not understood is counted by name.

The field names of these events come from secondary sources; where neither of the names tried is there, the event is named.
That a block without events has its line too is taken from the fills; if it has none, it is named as missing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import polars as pl

from unhedged.replay.archive.lines import lines
from unhedged.replay.archive.named import Named
from unhedged.replay.archive.numbers import MOST_DOLLARS, is_money
from unhedged.replay.archive.order import Order
from unhedged.replay.figures import Problem
from unhedged.replay.folder import Listing

AMOUNTS = ("fundingAmount", "funding_amount", "usdc", "amount")
OWNERS = ("user", "account")
SIGNS: Mapping[str, int] = {"deposit": 1, "withdraw": -1}
"""Ledger updates that move cash of one account, by sign."""
LONGEST_SHOWN = 60
"""Characters of a wrong value that a problem shows."""
BETWEEN = ("internalTransfer", "subAccountTransfer")
"""Ledger updates that move cash from one account to another."""


Move = tuple[str, str]
"""Account, and dollars as text, received above zero."""


class NotUnderstood(ValueError):
    """An event of a known kind whose parts are not what they should be."""


def read_moves(listing: Listing, problems: list[Problem]) -> tuple[pl.DataFrame, Counter[str]]:
    """Return cash moves, and how many events of each kind were not understood.

    Parameters
    ----------
    listing : Listing
        Its ``events`` by day and hour.
    problems : list
        Gets torn lines, events whose parts are no amounts or accounts, blocks that come twice and gaps in their numbers, by file
        and line.

    Returns
    -------
    polars.DataFrame
        ``account`` text, ``amount`` dollars as text (received above zero), ``block`` int64.
    Counter
        Kinds left alone, by name.
    """
    reader = _Reader(problems)
    for file in listing.events:
        for first, chunk in lines(listing.path(file), file, problems):
            for row, line in enumerate(chunk, first):
                reader.read(file, row, line)
        reader.close(file)
    schema = {"account": pl.String, "amount": pl.String, "block": pl.Int64}
    return pl.DataFrame(reader.rows, schema=schema, orient="row"), reader.others


class _Reader:
    def __init__(self, problems: list[Problem]) -> None:
        self.rows: list[tuple[str, str, int]] = []
        self.others: Counter[str] = Counter()
        self.decode = msgspec.json.Decoder().decode
        self.torn = Named(problems, "The line was left out.")
        self.wrong = Named(problems, "It was left out; its cash was not counted.")
        self.order = Order(problems, "Cash that moved between, if any, was not counted.")

    def read(self, file: str, row: int, line: bytes) -> None:
        """Add the moves of one line."""
        try:
            block = self.decode(line)
            number, events = int(block["block_number"]), list(block["events"])
        except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
            self.torn.add("lines", file, row, f"is no block of events: {error}.")
            return
        if not self.order.follows(file, row, number):
            return
        for event in events:
            for move in _moves(event, self.others):
                if isinstance(move, NotUnderstood):
                    self.wrong.add("cash moves", file, row, f"{move}.")
                else:
                    self.rows.append((*move, number))

    def close(self, file: str) -> None:
        """Say what was wrong in a file."""
        self.torn.close(file)
        self.wrong.close(file)
        self.order.close(file)


def _moves(event: Any, others: Counter[str]) -> Iterator[Move | NotUnderstood]:
    try:
        inner = _object(_object(event, "an event").get("inner", {}), "inner")
    except NotUnderstood as error:
        yield error
        return
    for kind, body in (inner or {"event without inner": None}).items():
        found = list(_of_kind(kind, body))
        if found:
            yield from found
        else:
            delta = body.get("delta") if isinstance(body, dict) else None
            more = f" {delta.get('type')}" if isinstance(delta, dict) else ""
            others[f"{kind}{more}"] += 1


def _of_kind(kind: str, body: Any) -> Iterator[Move | NotUnderstood]:
    try:
        if kind == "Funding":
            for delta in _list(_object(body, kind).get("deltas", []), "deltas"):
                yield from _of_funding(delta)
        elif kind == "LedgerUpdate":
            body = _object(body, kind)
            users = _list(body.get("users", []), "users")
            yield from _of_ledger(users, _object(body.get("delta", {}), "delta"))
    except NotUnderstood as error:
        yield error


def _of_funding(delta: Any) -> Iterator[Move | NotUnderstood]:
    # Each by itself: one that is wrong takes no other with it.
    try:
        owner, amount = _first(_object(delta, "a delta"), OWNERS), _first(delta, AMOUNTS)
        if owner is not None and amount is not None:
            yield _account(*owner), _amount(*amount)
    except NotUnderstood as error:
        yield error


def _of_ledger(users: list[Any], delta: Mapping[str, Any]) -> Iterator[Move]:
    kind, amount = str(delta.get("type")), _first(delta, AMOUNTS)
    if not users or amount is None:
        return
    if kind in SIGNS:
        account, text = _account("a user", users[0]), _amount(*amount)
        yield account, text if SIGNS[kind] > 0 else _negative(text)
    elif kind in BETWEEN and len(users) > 1:
        giver, taker = (_account("a user", user) for user in users[:2])
        text = _amount(*amount)
        yield giver, _negative(text)
        yield taker, text


def _first(body: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, Any] | None:
    # The first of the names that is there, with its value.
    return next(((name, body[name]) for name in names if name in body), None)


def _account(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise NotUnderstood(f"{name} is {_shown(value)}; an account is expected")
    return value


def _amount(name: str, value: Any) -> str:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not is_money(text):
        expected = f"a number below {MOST_DOLLARS:,} dollars is expected"
        raise NotUnderstood(f"{name} is {_shown(value)}; {expected}")
    return str(text)


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{name} is {_shown(value)}; an object is expected")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotUnderstood(f"{name} is {_shown(value)}; a list is expected")
    return value


def _shown(value: Any) -> str:
    # As the file has it, not too long.
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _negative(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}"
