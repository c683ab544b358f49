"""Blocks of fills as columns: every line decoded and checked, nothing dropped without a word."""

from collections.abc import Iterator, Sequence

import msgspec
import polars as pl

from unhedged.replay.archive.lines import lines
from unhedged.replay.archive.named import Named
from unhedged.replay.archive.order import Order
from unhedged.replay.figures import Problem
from unhedged.replay.folder import Listing

ADL = "Auto-Deleveraging"
DIRECTIONS = (
    "Open Long",
    "Open Short",
    "Close Long",
    "Close Short",
    "Long > Short",
    "Short > Long",
    "Liquidated Cross Long",
    "Liquidated Cross Short",
    "Liquidated Isolated Long",
    "Liquidated Isolated Short",
    ADL,
    "Settlement",
)
"""Directions of perpetual fills. Source: files read by others, November 2026; a new one is named, not dropped."""
SPOT = ("Buy", "Sell")
"""Directions of spot fills: they move no perpetual position and are counted apart."""


class Liquidation(msgspec.Struct, rename="camel", gc=False):
    """What stands on both legs of a forced trade."""

    liquidated_user: str
    mark_px: str
    method: str


class Fill(msgspec.Struct, rename="camel", gc=False):
    """One leg of a trade as the archive has it; fields we do not use are skipped."""

    coin: str
    px: str
    sz: str
    side: str
    time: int
    start_position: str
    dir: str
    closed_pnl: str
    fee: str
    tid: int
    fee_token: str = "USDC"  # noqa: S105 - an asset
    liquidation: Liquidation | None = None


class Block(msgspec.Struct, gc=False):
    """One line of the archive."""

    block_number: int
    events: list[tuple[str, Fill]]


def read_fills(listing: Listing, problems: list[Problem]) -> pl.DataFrame:
    """Return every fill of the archive in its order.

    Parameters
    ----------
    listing : Listing
        Its ``fills`` by day and hour.
    problems : list
        Gets torn lines, blocks that come twice and gaps in their numbers, by file and line.

    Returns
    -------
    polars.DataFrame
        ``account, coin, dir, side, token, liquidated, method`` categories; ``px, sz, start, pnl, fee, mark`` decimal texts;
        ``time, tid`` and ``file, row, block`` (number of the file in the listing, line, block) int64.
    """
    reader = _Reader(problems)
    parts = [
        part
        for number, file in enumerate(listing.fills)
        for part in reader.read(listing, number, file)
    ]
    return pl.concat(parts) if parts else _frame([])


Row = tuple[int, int, int, str, Fill]
"""File, line and block of a fill, its account, and the fill."""


class _Reader:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.decode = msgspec.json.Decoder(Block).decode
        self.torn = Named(problems, "The line was left out.")
        self.order = Order(problems, "Positions and cash after it may lack what happened between.")

    def read(self, listing: Listing, number: int, file: str) -> Iterator[pl.DataFrame]:
        for first, chunk in lines(listing.path(file), file, self.problems):
            rows: list[Row] = []
            for row, line in enumerate(chunk, first):
                block = self._block(file, row, line)
                if block is not None:
                    name = block.block_number
                    rows += [(number, row, name, *event) for event in block.events]
            if rows:
                yield _frame(rows)
        self.torn.close(file)
        self.order.close(file)

    def _block(self, file: str, row: int, line: bytes) -> Block | None:
        try:
            block = self.decode(line)
        except msgspec.MsgspecError as error:
            self.torn.add("lines that are no block", file, row, f"is no block of fills: {error}.")
            return None
        return block if self.order.follows(file, row, block.block_number) else None


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    fills = [row[4] for row in rows]
    forced = [fill.liquidation for fill in fills]
    words = pl.Categorical()
    return pl.DataFrame(
        {
            "account": pl.Series([row[3] for row in rows], dtype=pl.String).cast(words),
            "coin": pl.Series([f.coin for f in fills], dtype=pl.String).cast(words),
            "dir": pl.Series([f.dir for f in fills], dtype=pl.String).cast(words),
            "side": pl.Series([f.side for f in fills], dtype=pl.String).cast(words),
            "px": pl.Series([f.px for f in fills], dtype=pl.String),
            "sz": pl.Series([f.sz for f in fills], dtype=pl.String),
            "start": pl.Series([f.start_position for f in fills], dtype=pl.String),
            "pnl": pl.Series([f.closed_pnl for f in fills], dtype=pl.String),
            "fee": pl.Series([f.fee for f in fills], dtype=pl.String),
            "token": pl.Series([f.fee_token for f in fills], dtype=pl.String).cast(words),
            "time": pl.Series([f.time for f in fills], dtype=pl.Int64),
            "tid": pl.Series([f.tid for f in fills], dtype=pl.Int64),
            "liquidated": pl.Series(
                [None if x is None else x.liquidated_user for x in forced], dtype=pl.String
            ).cast(words),
            "method": pl.Series(
                [None if x is None else x.method for x in forced], dtype=pl.String
            ).cast(words),
            "mark": pl.Series([None if x is None else x.mark_px for x in forced], dtype=pl.String),
            "file": pl.Series([row[0] for row in rows], dtype=pl.Int64),
            "row": pl.Series([row[1] for row in rows], dtype=pl.Int64),
            "block": pl.Series([row[2] for row in rows], dtype=pl.Int64),
        }
    )
