"""One auto-deleveraging of a crowded instrument, for its speed: rank the winners, close as many as the loss needs.

The winners are drawn, not simulated; ranking and closing are the kernels that simulations use.
"""

import time
from dataclasses import dataclass

import numpy as np

from unhedged.kernels.accounts import NOT_LISTED
from unhedged.kernels.casework import take_case
from unhedged.kernels.compiled import entry
from unhedged.kernels.deleveraging import close_winner
from unhedged.kernels.memory import Memory
from unhedged.kernels.ranking import next_in_queue, rank_front
from unhedged.kernels.tables import case, world
from unhedged.vocab.enums import AccountKind

MARK = 100_000_000
"""Milli-ticks."""
LOSER = 0
_FUND, _FEES = 1, 2
_FIRST_WINNER_ACCOUNT = 3


@entry("void(int64, int64)")
def open_event(address: int, left: int) -> None:
    """Open a case for the loser of which ``left`` lots are to be closed at mark."""
    w = world(address)
    c = take_case(w, LOSER)
    row = case(w, c)
    row.position = LOSER
    row.left = left
    row.px_milli = MARK


@entry("int64(int64)")
def rank_event(address: int) -> int:
    """Describe, score and rank the winners of case 0. Return how many stand in the front that holds its lots."""
    return rank_front(world(address), 0)


@entry("int64(int64, int64)")
def close_event(address: int, front: int) -> int:
    """Close a front of winners, best first, until the lots of case 0 are closed. Return how many were closed."""
    w = world(address)
    row = case(w, 0)
    closed = 0
    while front > 0 and row.left > 0:
        at = next_in_queue(w, front)
        front -= 1
        row.left -= close_winner(w, 0, at, row.left)
        closed += 1
    return closed


def _memory(winners: int, score: int, seed: int) -> Memory:
    random = np.random.default_rng(seed)
    accounts = _FIRST_WINNER_ACCOUNT + winners
    memory = Memory(
        {
            "venue": 1, "instrument": 1, "tier": 1, "account": accounts, "total": accounts, "position": accounts,
            "holder": accounts, "case": 2, "winner": 2 * winners + 64, "forced": 2 * winners + 64, "book": 2,
            "level": 2, "word": 8,
        }
    )  # fmt: skip
    venue, instrument = memory["venue"][0], memory["instrument"][0]
    venue["fund"], venue["vault"], venue["fees"] = _FUND, -1, _FEES
    venue["instruments"] = venue["margin_on"] = venue["adl_on"] = 1
    venue["adl_score"] = score
    instrument["num"], instrument["den"], instrument["kind"] = 1, 1, 0
    instrument["mark_milli"] = instrument["mark_previous"] = instrument["start_milli"] = MARK
    instrument["tiers"], instrument["holders"] = 1, accounts
    memory["tier"]["mm_ppb"], memory["tier"]["im_ppb"] = 5_000_000, 10_000_000
    table = memory["account"]
    table["kind"] = AccountKind.TRADER
    table["kind"][_FUND], table["kind"][_FEES] = AccountKind.FUND, AccountKind.FEES
    table["owner"] = table["first_position"] = np.arange(accounts)
    table["positions"] = 1
    table["agent"] = table["first_order"] = table["case"] = -1
    table["next_dirty"] = NOT_LISTED
    memory["position"]["account"] = memory["holder"]["position"] = np.arange(accounts)
    lots = np.maximum(1, np.rint(random.lognormal(5.0, 1.5, winners))).astype(np.int64)
    entry_px = MARK // 1000 * random.uniform(1.0, 1.4, winners)
    pos, cost = memory["position"]["pos"], memory["position"]["cost"]
    pos[_FIRST_WINNER_ACCOUNT:] = -lots
    cost[_FIRST_WINNER_ACCOUNT:] = -(lots * entry_px).astype(np.int64)
    pos[LOSER], cost[LOSER] = lots.sum(), lots.sum() * (MARK // 1000)
    margin = lots * (MARK // 1000) / random.uniform(1.5, 50.0, winners)
    table["cash"][_FIRST_WINNER_ACCOUNT:] = margin.astype(np.int64) - cost[_FIRST_WINNER_ACCOUNT:]
    return memory


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlEvent:
    """What `adl_event` measured."""

    seconds: list[float]
    """Thread CPU time of ranking and closing, one per repetition."""
    ranking_seconds: list[float]
    """Of which ranking."""
    closed: int
    """Winners closed."""


def adl_event(
    winners: int, share: float, score: int, *, repeats: int = 5, seed: int = 7
) -> AdlEvent:
    """Return how long one deleveraging takes; rows of forced events are kept as in a run.

    Parameters
    ----------
    winners : int
        Accounts on the winning side, each with one position.
    share : float
        Part of all winning lots that must be closed, 0 to 1.
    score : int
        Address of the venue's score.
    repeats : int
        Times it is measured, each in a world of its own.

    Raises
    ------
    ArithmeticError
        Lots were made or lost: a bug.
    """
    seconds: list[float] = []
    ranking: list[float] = []
    closed = 0
    for _ in range(repeats):
        memory = _memory(winners, score, seed)
        before = int(memory["position"]["pos"].sum())
        open_event(memory.address, int(memory["position"]["pos"][LOSER] * share))
        started = time.thread_time()
        front = rank_event(memory.address)
        ranked = time.thread_time()
        closed = close_event(memory.address, front)
        seconds.append(time.thread_time() - started)
        ranking.append(ranked - started)
        if int(memory["position"]["pos"].sum()) != before or int(memory["case"]["left"][0]) != 0:
            raise ArithmeticError("lots were made or lost, or the loss is not closed")
    return AdlEvent(seconds=seconds, ranking_seconds=ranking, closed=closed)
