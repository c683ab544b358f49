"""The venue's questions in a user's archive: every group of ADL fills of one coin at one time, with all winners there were."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from unhedged.kernels.layout.cases import WINNER
from unhedged.replay.allocate import ATOM, Question
from unhedged.replay.archive.numbers import Whole
from unhedged.replay.archive.reconstruction import Reconstruction, last_ticks
from unhedged.replay.archive.roll import UNKNOWN
from unhedged.replay.archive.states import Holders, worth
from unhedged.replay.figures import clock
from unhedged.replay.questions import MAINTENANCE

LARGEST = 40
"""Groups that policies are asked about when no more are wanted, by notional closed."""


def archive_questions(one: Reconstruction, most: int = LARGEST) -> Iterator[Question]:
    """Yield the question of the largest groups of ADL fills, in the order of time.

    Parameters
    ----------
    one : Reconstruction
        Its winners are all accounts with a position on the side that was closed, except the bankrupt ones. An account whose
        equity is not known, or one of whose moves is missing, makes the whole group one without equity.
    most : int
        How many groups.
    """
    groups = _groups(one)
    value = np.abs(one.rolled.fills.value[one.forced.adl])
    groups.sort(key=lambda rows: -int(value[rows].sum()))
    place = {name: number for number, name in enumerate(one.rolled.names.accounts)}
    for rows in sorted(groups[:most], key=lambda rows: int(rows[0])):
        yield _question(one, rows, place)


def _groups(one: Reconstruction) -> list[Whole]:
    fills = one.rolled.fills
    coin = fills.coin[one.forced.adl]
    key = np.stack([one.times, coin, fills.lots[one.forced.adl] > 0])
    _, number = np.unique(key, axis=1, return_inverse=True)
    order = np.argsort(number, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []


def _question(one: Reconstruction, rows: Whole, place: dict[str, int]) -> Question:
    rolled, fills, adl = one.rolled, one.rolled.fills, one.forced.adl[rows]
    coin, at, side = int(fills.coin[adl[0]]), int(adl[0]), -1 if fills.lots[adl[0]] > 0 else 1
    losers = {place.get(one.forced.loser[n], -1) for n in rows}
    held = one.states.holders(coin, at)
    ours = (np.sign(held.lots) == side) & ~np.isin(held.account, list(losers))
    held = Holders(account=held.account[ours], lots=held.lots[ours], cost=held.cost[ours])
    mark = int(one.forced.mark[rows[0]])
    ticks = last_ticks(rolled, at)
    ticks[coin] = mark
    equity = one.states.equities(at, ticks)[held.account]
    sure = ~np.isin(held.account, list(rolled.doubtful))
    known = bool(((equity != UNKNOWN) & (held.cost != UNKNOWN) & sure).all())
    closed = np.zeros(len(held.account), np.int64)
    where = np.searchsorted(held.account, fills.account[adl])
    inside = (where < len(closed)) & (held.account[np.minimum(where, len(closed) - 1)] == fills.account[adl])  # fmt: skip
    np.add.at(closed, where[inside], np.abs(fills.lots[adl[inside]]))
    unit = float(worth(rolled, np.array([coin]), np.array([1]), np.array([1]))[0]) * ATOM
    return Question(
        name=f"{rolled.names.coins[coin]} {clock(int(one.times[rows[0]]))}",
        kind="your archive",
        accounts=[rolled.names.accounts[n] for n in held.account],
        winners=_rows(
            one,
            coin,
            held,
            equity if known else np.zeros_like(equity),
            one.states.notionals(at, ticks)[held.account],
            (mark, int(fills.ticks[at])),
        ),
        lots=int(closed.sum()),
        happened=closed,
        gap=abs(mark - int(fills.ticks[at])) * unit,
        equity=known,
    )


def _rows(
    one: Reconstruction,
    coin: int,
    held: Holders,
    equity: Whole,
    exposure: Whole,
    prices: tuple[int, int],
) -> Any:
    mark, px = prices
    lots, coins = held.lots, np.full(len(held.lots), coin)
    rows = np.zeros(len(lots), WINNER)
    rows["position"] = np.arange(len(lots))
    rows["account"] = held.account
    rows["qty"] = np.abs(lots)
    value = worth(one.rolled, coins, lots, np.full(len(lots), mark))
    rows["notional"] = np.abs(value)
    rows["unrealised"] = np.where(held.cost == UNKNOWN, 0, value - held.cost)
    rows["cost"] = np.where(held.cost == UNKNOWN, np.abs(value), np.abs(held.cost))
    rows["equity"] = equity
    rows["wallet"] = rows["equity"] - rows["unrealised"]
    rows["account_notional"] = exposure
    rows["maintenance"] = np.rint(exposure * MAINTENANCE)
    rows["long"] = int(lots[0] > 0) if len(lots) else 0
    rows["mark_milli"], rows["px_milli"] = mark * 1_000, px * 1_000
    return rows
