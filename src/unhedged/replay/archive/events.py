"""Cash that moved outside fills: funding, deposits and withdrawals, transfers; what is not understood is counted by name.

The field names of these events come from secondary sources; where neither of the names tried is there, the event is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import polars as pl

from unhedged.replay.archive.blocks import Named
from unhedged.replay.archive.lines import lines
from unhedged.replay.figures import Problem
from unhedged.replay.folder import Listing

AMOUNTS = ("fundingAmount", "funding_amount", "usdc", "amount")
OWNERS = ("user", "account")
SIGNS: Mapping[str, int] = {"deposit": 1, "withdraw": -1}
"""Ledger updates that move cash of one account, by sign."""
BETWEEN = ("internalTransfer", "subAccountTransfer")
"""Ledger updates that move cash from one account to another."""


def read_moves(listing: Listing, problems: list[Problem]) -> tuple[pl.DataFrame, Counter[str]]:
    """Return cash moves, and how many events of each kind were not understood.

    Returns
    -------
    polars.DataFrame
        ``account`` text, ``amount`` dollars as text (received above zero), ``block`` int64.
    Counter
        Kinds left alone, by name.
    """
    rows: list[tuple[str, str, int]] = []
    others: Counter[str] = Counter()
    named = Named(problems, "The line was left out.")
    decode = msgspec.json.Decoder().decode
    for file in listing.events:
        for first, chunk in lines(listing.path(file), file, problems):
            for row, line in enumerate(chunk, first):
                try:
                    block = decode(line)
                    number = int(block["block_number"])
                    events = list(block["events"])
                except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
                    named.add("lines", file, row, f"is no block of events: {error}.")
                    continue
                rows += [(*move, number) for event in events for move in _moves(event, others)]
        named.close(file)
    schema = {"account": pl.String, "amount": pl.String, "block": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row"), others


def _moves(event: Any, others: Counter[str]) -> Iterator[tuple[str, str]]:
    inner = event.get("inner") if isinstance(event, dict) else None
    for kind, body in (inner or {"event without inner": None}).items():
        found = list(_of_kind(kind, body))
        if found:
            yield from found
        else:
            delta = body.get("delta") if isinstance(body, dict) else None
            more = f" {delta.get('type')}" if isinstance(delta, dict) else ""
            others[f"{kind}{more}"] += 1


def _of_kind(kind: str, body: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(body, dict):
        return
    if kind == "Funding":
        for delta in body.get("deltas", ()):
            owner, amount = _first(delta, OWNERS), _first(delta, AMOUNTS)
            if owner and amount:
                yield owner, amount
    elif kind == "LedgerUpdate":
        yield from _of_ledger(body.get("users") or [], body.get("delta") or {})


def _of_ledger(users: list[str], delta: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind, amount = str(delta.get("type")), _first(delta, AMOUNTS)
    if not users or not amount:
        return
    if kind in SIGNS:
        yield users[0], amount if SIGNS[kind] > 0 else _negative(amount)
    elif kind in BETWEEN and len(users) > 1:
        yield users[0], _negative(amount)
        yield users[1], amount


def _first(body: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(body[name]) for name in names if name in body), "")


def _negative(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}"
