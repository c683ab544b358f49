"""Account states rolled forward fill by fill: positions checked against the venue's own, cash and entry cost exactly.

A fill moves the position by its size, and the wallet by its closed profit less its fee; the signed entry cost moves by the
signed value of the fill plus the closed profit, whether it opens, closes or turns the position. So every state is a running
sum, and the state at any moment is read off, not replayed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from unhedged.replay.archive.blocks import DIRECTIONS, SPOT
from unhedged.replay.archive.named import Named
from unhedged.replay.archive.numbers import (
    LONGEST,
    MOST,
    MOST_ATOMS,
    Whole,
    money,
    places_of,
    scaled,
    values,
)
from unhedged.replay.archive.snapshot import Snapshot
from unhedged.replay.figures import Problem

DOLLARS = "USDC"
BOUGHT, SOLD = "B", "A"
"""Sides of a fill. Source: the venue's documentation of its archive, November 2026."""
UNKNOWN = np.iinfo(np.int64).min
"""Cash or entry cost that nothing says."""


@dataclass(slots=True, kw_only=True)
class Names:
    """Accounts and coins by number."""

    accounts: list[str]
    coins: list[str]
    lot_places: Whole
    tick_places: Whole


@dataclass(slots=True, kw_only=True)
class Fills:
    """Perpetual fills in the archive's order, as whole numbers; arrays of one length."""

    account: Whole
    coin: Whole
    lots: Whole  # signed, bought above zero
    ticks: Whole
    value: Whole  # signed like lots, atoms
    pnl: Whole  # atoms
    fee: Whole  # atoms
    start: Whole  # the venue's position before, lots
    block: Whole
    words: pl.DataFrame  # dir, time, tid, liquidated, method, mark, file, row

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lots)


@dataclass(slots=True, kw_only=True)
class Rolled:
    """Fills and the running states they leave; see `states.State` for a moment of it."""

    names: Names
    fills: Fills
    order: Whole  # fills by coin, account and time
    pairs: Whole  # coin * accounts + account of each pair, ascending
    first: Whole  # where a pair's fills begin in ``order``; one entry more for the end
    cost: Whole  # running sum over a pair's fills, in ``order``, atoms
    position0: Whole  # by pair, lots
    cost0: Whole  # by pair, atoms, or UNKNOWN
    wallet0: Whole  # by account, atoms, or UNKNOWN
    doubtful: set[int] = field(default_factory=set)  # accounts one of whose moves is missing
    snapshot_says: dict[int, int] = field(
        default_factory=dict
    )  # lots, where its first fill says otherwise
    spot_fills: int = 0
    other_fees: int = 0  # fills whose fee was paid in another token than USDC
    directions: dict[str, int] = field(default_factory=dict)


def roll(
    frame: pl.DataFrame, files: Sequence[str], snapshot: Snapshot, problems: list[Problem]
) -> Rolled:
    """Return the fills as whole numbers with every running tally checked.

    Parameters
    ----------
    frame : polars.DataFrame
        As `read_fills` gives them.
    files : sequence of str
        Names by number of file.
    snapshot : Snapshot
        States before the first fill; may be empty.
    problems : list
        Gets unknown directions and contradicted tallies by file and line. A contradicted tally goes on from the venue's figure,
        and its account is doubtful from then on.
    """
    directions = {str(word): int(n) for word, n in frame["dir"].value_counts().iter_rows()}
    _name_unknown(frame, files, directions, problems)
    spot = frame["dir"].cast(pl.String).is_in(SPOT)
    perps = _numeric(frame.filter(~spot), files, problems)
    names = _names(perps, snapshot)
    perps = _fitting(perps, names, files, problems)
    fills = _whole(perps, names)
    rolled = _sorted(names, fills, snapshot)
    rolled.spot_fills, rolled.directions = int(spot.sum()), directions
    rolled.other_fees = int((perps["token"].cast(pl.String) != DOLLARS).sum())
    _check(rolled, files, problems)
    return rolled


def _names(perps: pl.DataFrame, snapshot: Snapshot) -> Names:
    def known(column: str, more: list[str]) -> list[str]:
        found = perps[column].unique().cast(pl.String).to_list()
        return sorted({*found, *more})

    held = pl.Series(snapshot.coins, dtype=pl.String)
    sizes = [(perps["coin"], perps["sz"]), (perps["coin"], perps["start"])]
    sizes.append((held, pl.Series(snapshot.sizes, dtype=pl.String)))
    coins = known("coin", snapshot.coins)
    marks = perps.filter(pl.col("mark").is_not_null())
    prices = [(perps["coin"], perps["px"]), (marks["coin"], marks["mark"])]
    lots, ticks = places_of(sizes), places_of(prices)
    return Names(
        accounts=known("account", snapshot.accounts),
        coins=coins,
        lot_places=np.array([lots.get(coin, 0) for coin in coins], np.int64),
        tick_places=np.array([ticks.get(coin, 0) for coin in coins], np.int64),
    )


def numbered(words: pl.Series, names: Sequence[str]) -> Whole:
    """Return the place of each word, text or category, in a list of names; -1 of one that is not in it."""
    table = pl.DataFrame({"text": pl.Series(names, dtype=pl.String)}).with_row_index("place")
    unique = words.unique().drop_nulls().alias("word")
    known = pl.DataFrame({"word": unique, "text": unique.cast(pl.String)}).join(table, on="text")
    joined = pl.DataFrame({"word": words}).join(known, on="word", how="left", maintain_order="left")
    return joined["place"].cast(pl.Int64).fill_null(-1).to_numpy()


def _whole(perps: pl.DataFrame, names: Names) -> Fills:
    account, coin = numbered(perps["account"], names.accounts), numbered(perps["coin"], names.coins)
    lot, tick = names.lot_places[coin], names.tick_places[coin]
    size, ticks = scaled(perps["sz"], lot), scaled(perps["px"], tick)
    lots = np.where((perps["side"].cast(pl.String) == BOUGHT).to_numpy(), size, -size)
    dollars = (perps["token"].cast(pl.String) == DOLLARS).to_numpy()
    return Fills(
        account=account,
        coin=coin,
        lots=lots,
        ticks=ticks,
        value=values(lots, ticks, lot + tick),
        pnl=money(perps["pnl"]),
        fee=np.where(dollars, money(perps["fee"]), 0),
        start=scaled(perps["start"], lot),
        block=perps["block"].to_numpy(),
        words=perps.select("dir", "time", "tid", "liquidated", "method", "mark", "file", "row"),
    )


def _sorted(names: Names, fills: Fills, snapshot: Snapshot) -> Rolled:
    count = len(names.accounts)
    pair = fills.coin * count + fills.account
    order = np.argsort(pair, kind="stable")
    held = numbered(pl.Series(snapshot.coins, dtype=pl.String), names.coins)
    owner = numbered(pl.Series(snapshot.owners, dtype=pl.String), names.accounts)
    before = held * count + owner
    ordered = pair[order]
    # Sorted already, so its distinct ones are those that differ from the one before: a hash of millions costs seconds.
    pairs = np.sort(np.concatenate([_distinct(ordered), before]))
    pairs = _distinct(pairs)
    first = np.searchsorted(ordered, np.append(pairs, np.iinfo(np.int64).max))
    running = np.concatenate([[0], np.cumsum((fills.value + fills.pnl)[order])])
    rolled = Rolled(
        names=names,
        fills=fills,
        order=order,
        pairs=pairs,
        first=first,
        cost=running[1:] - np.repeat(running[first[:-1]], np.diff(first)),
        position0=np.zeros(len(pairs), np.int64),
        cost0=np.zeros(len(pairs), np.int64),
        wallet0=np.full(count, UNKNOWN),
    )
    _begin(rolled, snapshot, before, held)
    return rolled


def _distinct(ascending: Whole) -> Whole:
    kept: Whole = ascending[np.diff(ascending, prepend=-1) != 0]  # pairs are never below zero
    return kept


def _begin(rolled: Rolled, snapshot: Snapshot, before: Whole, held: Whole) -> None:
    # States before the first fill: of the snapshot where there is one; else positions by the first startPosition of a pair, and
    # entry cost where it follows from a later close.
    names, fills, first = rolled.names, rolled.fills, rolled.first
    opened = first[:-1] < first[1:]
    position0, cost0 = rolled.position0, rolled.cost0
    position0[opened] = fills.start[rolled.order[first[:-1][opened]]]
    cost0[position0 != 0] = UNKNOWN
    _infer(cost0, rolled.cost, (fills.start + fills.lots)[rolled.order], first)
    known = numbered(pl.Series(snapshot.accounts, dtype=pl.String), names.accounts)
    said = np.zeros(len(rolled.pairs), np.int64)
    listed = np.zeros(len(names.accounts), bool)
    listed[known] = True
    lots = scaled(pl.Series("size", snapshot.sizes, dtype=pl.String), names.lot_places[held])
    at = np.searchsorted(rolled.pairs, before)
    said[at] = lots
    account = rolled.pairs % max(1, len(names.accounts))
    wrong = opened & listed[account] & (position0 != said)
    rolled.snapshot_says.update(
        zip(np.flatnonzero(wrong).tolist(), said[wrong].tolist(), strict=True)
    )
    entry = pl.Series("entry", snapshot.entries, dtype=pl.String).cast(pl.Float64).to_numpy()
    dollars = lots / np.power(10.0, names.lot_places[held]) * entry
    right = ~wrong[at]
    position0[at[right]] = lots[right]
    cost0[at[right]] = np.rint(dollars[right] * 1e6).astype(np.int64)
    _begin_wallets(rolled, snapshot, known, account)


def _begin_wallets(rolled: Rolled, snapshot: Snapshot, known: Whole, account: Whole) -> None:
    # Whom the snapshot does not list and who begins without a position came later, with nothing.
    if len(known):
        came_later = np.ones(len(rolled.names.accounts), bool)
        came_later[account[rolled.position0 != 0]] = False
        rolled.wallet0[came_later] = 0
        rolled.wallet0[known] = money(pl.Series("cash", snapshot.cash, dtype=pl.String))


def _infer(cost0: Whole, cost: Whole, end: Whole, first: Whole) -> None:
    # Where a pair is flat after a fill its entry cost is zero there, so what it was at first follows from the running sum.
    flat = np.flatnonzero(end == 0)
    pair = np.searchsorted(first, flat, side="right") - 1
    pair, at = np.unique(pair, return_index=True)
    unknown = cost0[pair] == UNKNOWN
    cost0[pair[unknown]] = -cost[flat[at[unknown]]]


def _check(rolled: Rolled, files: Sequence[str], problems: list[Problem]) -> None:
    fills, order, first = rolled.fills, rolled.order, rolled.first
    end = (fills.start + fills.lots)[order]
    follows = np.ones(len(order), bool)
    follows[first[:-1][first[:-1] < len(order)]] = False
    wrong = np.flatnonzero(follows[1:] & (fills.start[order[1:]] != end[:-1])) + 1
    claims = [(int(order[at]), "the fills before it leave", int(end[at - 1])) for at in wrong]
    for pair, lots in rolled.snapshot_says.items():
        claims.append((int(order[first[pair]]), "the snapshot has", lots))
    then = "The tally goes on from the venue's figure; what the account is worth is doubtful."
    named = Named(problems, then)
    file, row = fills.words["file"], fills.words["row"]
    for fill, claim, lots in sorted(claims):
        rolled.doubtful.add(int(fills.account[fill]))
        what = _contradiction(rolled, fill, claim, lots)
        named.add("contradicted tallies", files[file[fill]], row[fill], what)
    named.close(files[-1] if files else "")


def _contradiction(rolled: Rolled, fill: int, claim: str, lots: int) -> str:
    names, fills = rolled.names, rolled.fills
    coin = fills.coin[fill]
    unit = 10.0 ** int(names.lot_places[coin])
    return (
        f"startPosition of {names.accounts[fills.account[fill]]} in {names.coins[coin]} is "
        f"{fills.start[fill] / unit:g}; {claim} {lots / unit:g}."
    )


def _name_unknown(
    frame: pl.DataFrame,
    files: Sequence[str],
    directions: dict[str, int],
    problems: list[Problem],
) -> None:
    named = Named(problems, "It moves the position as its side says; it counts as no forced close.")
    for word in sorted(set(directions) - set(DIRECTIONS) - set(SPOT)):
        first = frame.filter(pl.col("dir").cast(pl.String) == word).row(0, named=True)
        what = f'dir "{word}" is unknown ({directions[word]:,} fills).'
        named.add("unknown directions", files[first["file"]], first["row"], what)


def _numeric(perps: pl.DataFrame, files: Sequence[str], problems: list[Problem]) -> pl.DataFrame:
    # Only fills all of whose numbers are numbers and whose side, size and price can be; the others are named.
    def finite(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Float64, strict=False).is_finite().fill_null(False)

    texts = ("px", "sz", "start", "pnl", "fee")
    fine = pl.all_horizontal(finite(name) for name in texts)
    mark = pl.col("mark").is_null() | (finite("mark") & (pl.col("mark").str.len_bytes() <= LONGEST))
    short = pl.all_horizontal(pl.col("px", "sz", "start").str.len_bytes() <= LONGEST)
    above = pl.all_horizontal(
        pl.col(name).cast(pl.Float64, strict=False) > 0 for name in ("px", "sz")
    )
    shown = ", ".join(f'{name} "{{{name}}}"' for name in (*texts, "mark"))
    for kind, keep, what in (
        ("fills without numbers", fine & short & mark, f"is no decimal number of at most 15 digits: {shown}."),
        ("fills of nothing", above, 'has px "{px}" and sz "{sz}"; both must be above zero.'),
        ("unknown sides", pl.col("side").cast(pl.String).is_in((BOUGHT, SOLD)), 'has side "{side}"; B (bought) and A (sold) are known.'),
    ):  # fmt: skip
        good = perps.select(keep.alias("good"))["good"]
        named = Named(problems, "The fill was left out.")
        for row in perps.filter(~good).to_dicts():
            named.add(kind, files[row["file"]], row["row"], what.format(**row))
        named.close(files[-1] if files else "")
        perps = perps.filter(good)
    return perps


def _fitting(
    perps: pl.DataFrame, names: Names, files: Sequence[str], problems: list[Problem]
) -> pl.DataFrame:
    # Only fills that are exact in the finest lot and tick of their coin; the others are named.
    coin = numbered(perps["coin"], names.coins)
    lot, tick = 10.0 ** names.lot_places[coin], 10.0 ** names.tick_places[coin]
    size, px, start = (perps[name].cast(pl.Float64).to_numpy() for name in ("sz", "px", "start"))
    good = (size * lot < MOST) & (px * tick < MOST) & (np.abs(start) * lot < MOST)
    good &= size * px * 1e6 < MOST_ATOMS
    if good.all():
        return perps
    named = Named(problems, "The fill was left out.")
    for row in perps.filter(~good).to_dicts():
        what = f'is too large for the decimals of {row["coin"]}: px "{row["px"]}", sz "{row["sz"]}", start "{row["start"]}".'
        named.add("fills too large", files[row["file"]], row["row"], what)
    named.close(files[-1] if files else "")
    return perps.filter(good)
