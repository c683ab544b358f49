"""Every table of a results folder: the public data contract.

Columns, types, units and meanings. Files, frames and documentation follow this module; changing a column's meaning means a
new :data:`SCHEMA_VERSION`. Prices and depths are dollars, sizes units of the asset, of inverse contracts dollars, times
nanoseconds from the start. Exact money (``*_atoms``) is in atoms of the account's settlement asset: 10^-6 dollar, or 10^-8
coin at a venue of inverse contracts, whose coin counts at mark where a column is in dollars. ``null`` means "there was none",
never zero.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from unhedged.vocab.errors import ResultsError

SCHEMA_VERSION = 4

DEPTH_BPS = (10, 25, 50, 100, 200)
"""Distances from the mid within which depth is recorded, basis points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    dtype: pl.DataType
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what a row is, and its columns."""

    row: str
    columns: Mapping[str, Column]
    optional: bool = False  # present only when asked for with --keep

    def polars(self) -> pl.Schema:
        """Return the schema as polars types."""
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})


def _time(meaning: str) -> Column:
    return Column(dtype=pl.Int64(), unit="ns", meaning=meaning)


def _word(meaning: str) -> Column:
    return Column(dtype=pl.String(), unit="", meaning=meaning)


def _real(unit: str, meaning: str) -> Column:
    return Column(dtype=pl.Float64(), unit=unit, meaning=meaning)


def _whole(unit: str, meaning: str) -> Column:
    return Column(dtype=pl.Int64(), unit=unit, meaning=meaning)


def _depth() -> dict[str, Column]:
    return {
        f"{side}_depth_{bps}": _real(
            "USD", f"resting {words} within {bps} bps of the book's own mid"
        )
        for side, words in (("bid", "buy orders"), ("ask", "sell orders"))
        for bps in DEPTH_BPS
    }


SERIES = Table(
    row="one instrument at one recorded instant",
    columns={
        "t_ns": _time("time from the start"),
        "instrument": _word("venue/symbol"),
        "bid": _real("USD", "best bid; null when the side is empty"),
        "ask": _real("USD", "best ask; null when the side is empty"),
        "last": _real("USD", "latest trade"),
        "low": _real(
            "USD", "lowest trade since the instant before; the latest one when there was none"
        ),
        "high": _real("USD", "highest trade since the instant before, likewise"),
        "mark": _real("USD", "mark price"),
        "index": _real("USD", "index or oracle price; null for spot"),
        "value": _real("USD", "fundamental value of the asset"),
        **_depth(),
        "down_liquidates": _real(
            "asset",
            "positions liquidated when the mark falls by the next 1 %, as their triggers stand",
        ),
        "down_stops": _real("asset", "stops that this fall would set off"),
        "up_liquidates": _real("asset", "positions liquidated when it rises by the next 1 %"),
        "up_stops": _real("asset", "stops that this rise would set off"),
        "makers": _real(
            "fraction", "makers of the book with orders on both sides; null where it has none"
        ),
        "open_interest": _real("asset", "sum of long positions; null for spot"),
        "volume": _real("asset", "traded since the start"),
        "forced": _real("asset", "closed by liquidation orders since the start"),
        "adl": _real("asset", "closed by auto-deleveraging since the start"),
        "funding_rate": _real(
            "fraction", "rate that would be settled next, per interval; null for spot"
        ),
        "fund": _real(
            "USD",
            "equity of the venue's insurance fund at mark; null for spot, and where a vault stands in for it",
        ),
        "vault": _real("USD", "equity of the venue's backstop vault at mark; null without one"),
    },
)

LIQUIDATIONS = Table(
    row="one step that closed or took over part of a position below maintenance",
    columns={
        "t_ns": _time("time from the start"),
        "case": _whole(
            "", "number of the liquidation in the order they began, with gaps; its steps share it"
        ),
        "parent": _whole(
            "",
            "case of the forced order that moved the mark to this one's trigger; null when none did by half of the move",
        ),
        "account": _word("agent@venue"),
        "kind": _word("kind of agent"),
        "instrument": _word("venue/symbol"),
        "step": _word(
            "reduce: order on the book; takeover: by fund or vault; net: against the account's own other leg, a row each; "
            "collateral: assets posted are sold, or bought by the fund. Closes against winners are in `adl`"
        ),
        "counterparty": _word(
            "account that took over; the account itself where legs were netted; null for the book"
        ),
        "qty": _real("asset", "signed change of the account's position"),
        "price": _real("USD", "average price, or price of the takeover"),
        "mark": _real("USD", "mark at that moment"),
        "notional": _real("USD", "|qty| at the price"),
        "amount_atoms": _whole(
            "atoms",
            "paid by the buyer of a takeover or of netted legs; negative: the seller pays, in coin; null for an order, whose trades are in `fills`",
        ),
        "left": _real("asset", "signed position left"),
        "equity": _real("USD", "of the account, after"),
        "maintenance": _real("USD", "maintenance margin of the account, after"),
        "fund": _real("USD", "equity of fund or vault, after"),
    },
)

ADL = Table(
    row="one winner closed by auto-deleveraging",
    columns={
        "t_ns": _time("time from the start"),
        "case": _whole(
            "", "number of the liquidation, or of the look at the vault, that led to it"
        ),
        "account": _word("winner, agent@venue"),
        "kind": _word("winner's kind of agent"),
        "instrument": _word("venue/symbol"),
        "counterparty": _word("account whose position was closed against it"),
        "qty": _real("asset", "signed change of the winner's position"),
        "price": _real("USD", "price of the close"),
        "mark": _real("USD", "mark at that moment"),
        "notional": _real("USD", "|qty| at the price"),
        "amount_atoms": _whole(
            "atoms", "paid by the buyer of the two; negative: the seller pays, in coin"
        ),
        "left": _real("asset", "signed position left to the winner"),
        "score": _real("", "the winner's rank score"),
        "leverage": _real("", "the winner's notional over equity, before"),
        "profit": _real("fraction", "the winner's unrealised profit over entry cost, before"),
        "equity_before": _real("USD", "of the winner at mark, before"),
        "unrealised": _real("USD", "the winner's profit on the position at mark, before"),
        "loser_equity": _real("USD", "of the counterparty at mark, before"),
        "equity": _real("USD", "of the winner, after"),
        "fund": _real("USD", "equity of fund or vault, after"),
    },
)

RISK = Table(
    row="one step of an instrument's price at one minute, where liquidations wait",
    columns={
        "t_ns": _time("time from the start"),
        "instrument": _word("venue/symbol"),
        "price": _real(
            "USD",
            "lower end of the step: hundredths of the starting mark; the last one holds all above",
        ),
        "long": _real("asset", "long positions that a mark within the step would first force"),
        "short": _real("asset", "short positions likewise"),
    },
)

DESKS = Table(
    row="one leg of one desk at one recorded instant",
    columns={
        "t_ns": _time("time from the start"),
        "agent": _word("desk, group.number"),
        "kind": _word("kind of agent"),
        "instrument": _word("the leg, venue/symbol"),
        "pos": _real("asset", "signed position"),
        "mark": _real("USD", "mark"),
        "exposure": _real("USD", "signed position at mark"),
        "equity": _real("USD", "of the account behind the leg"),
        "forced": _real("asset", "closed by liquidation since the start"),
        "adl": _real("asset", "taken by auto-deleveraging since the start"),
    },
)

TRANSFERS = Table(
    row=(
        "one movement of money that is not the price of lots; always kept for forced events, desks and funds, "
        "with `--keep all` for everybody"
    ),
    columns={
        "t_ns": _time("time from the start"),
        "source": _word("account that pays, as in `accounts`"),
        "target": _word("account that receives"),
        "asset": _word("settlement asset; or the spot instrument whose lots were delivered"),
        "amount_atoms": _whole("atoms", "amount, above zero; lots of a spot instrument"),
        "usd": _real(
            "USD",
            "the same in dollars, coin at the mark of the venue's first contract, lots at their book's",
        ),
        "reason": _word("EntryReason, lower case"),
    },
)

FILLS = Table(
    row="one trade",
    optional=True,
    columns={
        "t_ns": _time("time from the start"),
        "instrument": _word("venue/symbol"),
        "price": _real("USD", "price"),
        "qty": _real("asset", "size"),
        "amount_atoms": _whole("atoms", "paid by the buyer; negative: the seller pays, in coin"),
        "side": _word("side of the taker: buy or sell"),
        "maker": _word("resting account"),
        "taker": _word("incoming account"),
        "maker_cause": _word("FillCause of the maker, lower case"),
        "taker_cause": _word("FillCause of the taker, lower case"),
    },
)

ACCOUNTS = Table(
    row=(
        "one account over the whole run: traders, and of each venue fund, vault, fees, rounding and external, "
        "the outside world that holds minus what was brought in"
    ),
    columns={
        "account": _word("agent@venue, or fund@venue and so on"),
        "kind": _word("kind of agent; venue for the venue's own"),
        "asset": _word("settlement asset: USD, or the coin of a venue with inverse contracts"),
        "unit_usd": _real("USD", "a unit of the asset at the end: 1, or the mark of the coin"),
        "start_cash_atoms": _whole(
            "atoms", "cash at the start; all accounts of an asset sum to zero"
        ),
        "end_cash_atoms": _whole("atoms", "cash at the end; all accounts of an asset sum to zero"),
        "start_equity": _real("USD", "cash and positions at mark, at the start"),
        "end_equity": _real("USD", "cash and positions at mark, at the end"),
        "deposits_atoms": _whole("atoms", "brought in after the start, such as top-ups"),
        "fees_atoms": _whole("atoms", "trading and liquidation fees, paid is negative"),
        "funding_atoms": _whole("atoms", "funding, paid is negative"),
        "spread_atoms": _whole(
            "atoms", "earned by its resting orders against the mid that the incoming order met"
        ),
        "crossing_atoms": _whole(
            "atoms",
            "gained by its incoming orders against that mid, mostly below zero, until ADL first closed its agent",
        ),
        "rehedge_atoms": _whole("atoms", "the same since ADL first closed its agent"),
        "forced": _real(
            "USD",
            "notional its liquidations closed: its rows of `liquidations`, and of `adl` as counterparty",
        ),
        "adl": _real("USD", "notional taken from it as a winner: its rows of `adl`"),
    },
)

POSITIONS = Table(
    row="one position of one account that was open at the start or is open at the end",
    columns={
        "account": _word("as in `accounts`"),
        "instrument": _word("venue/symbol"),
        "start_lots": _whole("lots", "signed, at the start"),
        "end_lots": _whole("lots", "signed, at the end; a perpetual's sum to zero"),
        "lot": _real("asset", "size of one lot; dollars of an inverse contract"),
        "start_mark": _real("USD", "mark at the start"),
        "end_mark": _real("USD", "mark at the end"),
        "cost_atoms": _whole("atoms", "signed entry cost of what is open at the end"),
    },
)

TABLES: Mapping[str, Table] = {
    "series": SERIES,
    "liquidations": LIQUIDATIONS,
    "adl": ADL,
    "desks": DESKS,
    "risk": RISK,
    "transfers": TRANSFERS,
    "accounts": ACCOUNTS,
    "positions": POSITIONS,
    "fills": FILLS,
}
"""Tables of one replicate by file name."""

REPLICATE_KEYS: Mapping[str, Column] = {
    "replicate": _whole("", "number from 0"),
    "seconds": _real("s", "time the replicate took"),
    "sha256": _word("digest of the contents of its tables"),
}
"""Columns every row of ``replicates`` has; one column per headline measure follows."""


def conform(name: str, frame: pl.DataFrame, columns: Collection[str] | None = None) -> pl.DataFrame:
    """Return ``frame`` with the columns of table ``name`` in order, all or those of ``columns``, or say what is wrong.

    A whole-number column may come narrower than 64 bits; nothing else is converted.

    Raises
    ------
    ResultsError
        Unknown table; columns missing, extra or of another type.
    """
    if name not in TABLES:
        raise ResultsError(f'There is no table "{name}".', hint=f"Tables: {', '.join(TABLES)}.")
    wanted = pl.Schema(
        {
            column: dtype
            for column, dtype in TABLES[name].polars().items()
            if columns is None or column in columns
        }
    )
    missing = [column for column in wanted if column not in frame.columns]
    extra = [column for column in frame.columns if column not in wanted]
    if missing or extra:
        raise ResultsError(
            f"Table {name} has other columns than its schema.",
            hint=f"Missing: {', '.join(missing) or 'none'}. Extra: {', '.join(extra) or 'none'}.",
        )
    frame = frame.select(list(wanted))
    wrong = [
        column
        for column, dtype in wanted.items()
        if frame.schema[column] not in (dtype, pl.Null())
        and not (dtype.is_integer() and frame.schema[column].is_integer())
    ]
    if wrong:
        raise ResultsError(f"Table {name} has columns of another type: {', '.join(wrong)}.")
    return frame.cast(wanted)


def empty(name: str) -> pl.DataFrame:
    """Return table ``name`` without rows."""
    return pl.DataFrame(schema=TABLES[name].polars())


def describe() -> str:
    """Return the reference page of all tables as Markdown."""
    lines = [
        "# Tables of a results folder",
        "",
        "Made from `unhedged.results.schema`; a test keeps this page and that module equal.",
        "",
        "Each replicate is a folder of Parquet files, one a table. `null` means there was none. Dated scenarios have one",
        "more column next to `t_ns`: `utc`, the time of day.",
    ]
    for name, table in TABLES.items():
        lines += ["", f"## `{name}`", "", f"A row is {table.row}."]
        if table.optional:
            lines += ["Written only with `--keep all`."]
        lines += ["", "| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [_row(column, what) for column, what in table.columns.items()]
    lines += [
        "",
        "## `replicates`",
        "",
        "A row is one replicate; one column per headline measure follows these.",
    ]
    lines += ["", "| column | type | unit | meaning |", "|---|---|---|---|"]
    lines += [_row(column, what) for column, what in REPLICATE_KEYS.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, column: Column) -> str:
    meaning = column.meaning.replace("|", "\\|")
    return f"| `{name}` | {column.dtype} | {column.unit or '–'} | {meaning} |"
