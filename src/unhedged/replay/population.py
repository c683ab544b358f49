"""A synthetic population for each published wave, labelled as such: accounts drawn, totals met, so that policies can be compared.

The tables of the waves have no accounts, and the tables of accounts no waves. So winners are drawn, with a seed, from the accounts
that were closed once and whose reconstructed worth is above zero: notional, profit and cash of one account stay together. Then dollars are scaled, all accounts of
a wave alike, so that the wave's closed notional and its winners' equity come out. How many winners there were beside those closed is
the one thing no table has: it is taken from the shocks, whose profit closed over profit there was is the share of winners hit.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unhedged.replay.allocate import Question
from unhedged.replay.deficits import as_published, counted_once
from unhedged.replay.loading import EventData
from unhedged.replay.questions import winner_rows
from unhedged.replay.reading import Table
from unhedged.replay.waves import by_wave

SEED = 10_102_025
LEAST_SHARE = 0.02
"""Least share of winners taken to be hit: where the shocks present say less, the population would be too large to mean anything."""
TABLES = ("removals", "deficits", "seconds", "users", "shocks")


def wave_questions(data: EventData, *, seed: int = SEED) -> Iterator[Question]:
    """Yield the question of each published wave to a population drawn for it.

    Parameters
    ----------
    data : EventData
        Needs the tables of removals, deficits, seconds, accounts and shocks; nothing is yielded without them.
    seed : int
        Equal seeds give equal populations; each wave draws from a stream of its own.

    Notes
    -----
    One lot is one dollar at the price of the ADL, all winners are short one contract that stands for the wave's coins together.
    The gap is what was needed over the notional closed, taken to be against the winners.
    """
    if not all(data.has(name) for name in TABLES):
        return
    alive = pl.col("account_value_realtime") + pl.col("closed_pnl") > 0
    users = data.needed("users").frame.filter((pl.col("num_adl_events") == 1) & alive)
    notional = _notional(data.needed("seconds"))
    fills = dict(data.needed("deficits").frame.select("wave", "n_rows").iter_rows())
    once, printed = counted_once(data.needed("deficits")), as_published(data.needed("deficits"))
    for row in by_wave(data.needed("removals")).to_dicts():
        wave = row["wave"]
        if wave in notional and wave in fills and row["winners_equity_start_usd"] > 0:
            share = hit_share(data.needed("shocks"), row["t_start_ms"], row["t_end_ms"])
            stream = np.random.default_rng([seed, wave])
            count = round(fills[wave] / share)
            drawn = _drawn(users, count, stream)
            question = _question(row, notional[wave], share, drawn)
            yield replace(question, deficit=once[wave], deficit_published=printed[wave])


def hit_share(shocks: Table, start_ms: int, end_ms: int) -> float:
    """Return which share of the winners' profit was closed in a span of time, over the shocks present; between 0.02 and 1.

    The share over all shocks where none begins in the span.
    """
    begin = pl.col("t_start").str.to_datetime(time_zone="UTC").dt.epoch("ms")
    inside = shocks.frame.filter(begin.is_between(start_ms, end_ms))
    frame = inside if inside["total_capacity_usd"].sum() else shocks.frame
    share = float(frame["budget_queue_usd"].sum()) / float(frame["total_capacity_usd"].sum())
    return min(1.0, max(LEAST_SHARE, share))


def _notional(seconds: Table) -> dict[int, float]:
    sums = seconds.frame.group_by("wave").agg(pl.col("adl_notional_usd").sum())
    return dict(sums.iter_rows())


def _drawn(users: pl.DataFrame, count: int, stream: np.random.Generator) -> pl.DataFrame:
    return users[stream.integers(0, users.height, count)]


def _question(row: dict[str, Any], notional: float, share: float, drawn: pl.DataFrame) -> Question:
    held = _scaled(drawn["adl_notional"].to_numpy(), notional / share)
    profit = held * (drawn["closed_pnl"] / drawn["adl_notional"]).to_numpy()
    worth = (drawn["account_value_realtime"] + drawn["closed_pnl"]).to_numpy()
    equity = _scaled(worth, row["winners_equity_start_usd"] / share)
    gap = row["budget_needed_usd"] / notional
    lots = np.maximum(1, np.rint(held)).astype(np.int64)
    return Question(
        name=f"wave {row['wave']}",
        kind="synthetic population",
        accounts=[f"drawn {n}" for n in range(len(held))],
        winners=winner_rows(
            held=lots,
            notional=lots.astype(np.float64),
            unrealised=profit,
            equity=equity,
            side=-1,
            mark=1.0 - gap,
            price=1.0,
        ),
        lots=min(round(notional), int(lots.sum())),
        happened=None,
        gap=gap,
        equity=True,
    )


def _scaled(values: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    return values * (total / float(values.sum()))
