"""Forced trades of an archive, each counted once: ADL on the winner's leg, liquidations on the liquidated account's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from unhedged.measures.solvency import waves
from unhedged.replay.archive.blocks import ADL
from unhedged.replay.archive.named import Named
from unhedged.replay.archive.numbers import Whole, scaled
from unhedged.replay.archive.roll import Rolled
from unhedged.replay.archive.states import worth
from unhedged.replay.figures import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """Places of forced fills in the archive's order, and the marks of the ADL fills."""

    adl: Whole  # fills of winners
    mark: Whole  # of each of these, ticks
    loser: list[str]  # of each of these
    backstop: Whole  # fills by which a vault took over, the liquidated account's leg
    market: Whole  # fills by which a position was sold to the market, the liquidated account's leg
    legs: int  # fills that carry a liquidation object, both legs


def forced(rolled: Rolled, files: Sequence[str], problems: list[Problem]) -> Forced:
    """Return the forced fills, each trade once.

    A liquidation object stands on both legs of a trade. A trade with a leg called "Auto-Deleveraging" is an ADL and counts on
    that leg; any other counts on the leg whose account is the liquidated one, by its method. Trades that have not exactly two
    legs of one size are named by file and line.
    """
    words, fills = rolled.fills.words, rolled.fills
    _pairing(rolled, files, problems)
    account = pl.Series("account", rolled.names.accounts)[fills.account]
    liquidated = words["liquidated"].cast(pl.String)
    own = (liquidated == account).fill_null(False)
    winner = (words["dir"].cast(pl.String) == ADL) & ~own
    adl_trades = words["tid"].filter(winner)
    plain = own & ~words["tid"].is_in(adl_trades.implode())
    method = words["method"].cast(pl.String)
    adl = np.flatnonzero(winner.to_numpy())
    with_mark = adl[words["mark"].is_not_null().to_numpy()[adl]]
    mark = fills.ticks[adl].copy()
    at = np.searchsorted(adl, with_mark)
    places = rolled.names.tick_places[fills.coin[with_mark]]
    mark[at] = scaled(words["mark"][with_mark], places)
    return Forced(
        adl=adl,
        mark=mark,
        loser=[loser or "" for loser in liquidated[adl].to_list()],
        backstop=np.flatnonzero((plain & (method == "backstop")).to_numpy()),
        market=np.flatnonzero((plain & (method != "backstop")).to_numpy()),
        legs=int(liquidated.is_not_null().sum()),
    )


def _pairing(rolled: Rolled, files: Sequence[str], problems: list[Problem]) -> None:
    fills = rolled.fills
    frame = fills.words.select("tid", "file", "row").with_columns(pl.Series("lots", fills.lots))
    bad = (
        frame.group_by("tid", maintain_order=True)
        .agg(pl.len().alias("legs"), pl.col("lots").sum(), pl.col("file", "row").first())
        .filter((pl.col("legs") != 2) | (pl.col("lots") != 0))
    )
    named = Named(problems, "It moves the account it names; the other side is missing.")
    for row in bad.to_dicts():
        what = f"trade {row['tid']} has {row['legs']} legs that do not cancel."
        named.add("trades without two legs", files[row["file"]], row["row"], what)
    named.close(files[-1] if files else "")


def waves_per_coin(coin: Whole, times: Whole, gap_ms: int) -> int:
    """Return how many waves there are when each coin is looked at alone.

    Parameters
    ----------
    coin, times : array of int64
        Coin and time, milliseconds, of each fill.
    gap_ms : int
        As in ``measures.solvency.waves``, in milliseconds.
    """
    return sum(1 + int(waves(times[coin == one], gap_ms).max()) for one in np.unique(coin))


def needed(rolled: Rolled, found: Forced) -> Whole:
    """Return what each ADL fill needed with its sign, atoms: above zero where the price was worse for the winner than the mark.

    ``(mark - execution) x size`` for a long that is closed, ``(execution - mark) x size`` for a short.
    Source: arXiv 2512.01112 v3, where the sign is dropped.
    """
    fills = rolled.fills
    coin, lots = fills.coin[found.adl], fills.lots[found.adl]
    paid = fills.value[found.adl]
    return paid - worth(rolled, coin, lots, found.mark)
