"""One replicate as figures see it: its tables, its clock, and which instruments matter most."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import polars as pl

from unhedged.measures.day import in_order
from unhedged.report.page import look
from unhedged.vocab.units import USD, show_clock

MINUTE = 60 * 10**9
COLUMNS = {
    "series": (
        *("utc", "t_ns", "instrument", "mark", "index", "value", "bid_depth_100", "ask_depth_100"),
        *("down_liquidates", "down_stops", "up_liquidates", "up_stops", "makers"),
        *("open_interest", "funding_rate", "fund", "vault"),
    ),
    "liquidations": (
        *("utc", "t_ns", "case", "parent", "account", "instrument", "step", "notional"),
    ),
    "adl": (
        *("utc", "t_ns", "account", "kind", "instrument", "qty", "price", "mark", "notional"),
        *("leverage", "profit"),
    ),
    "desks": (
        *("utc", "t_ns", "agent", "kind", "instrument", "pos", "exposure", "equity"),
        *("forced", "adl"),
    ),
    "accounts": (
        *("account", "kind", "asset", "unit_usd", "start_equity", "end_equity", "deposits_atoms"),
        *("fees_atoms", "funding_atoms", "spread_atoms", "crossing_atoms", "rehedge_atoms"),
        *("forced", "adl"),
    ),
}
"""All that figures read of each table."""
Tables = Callable[[str], pl.DataFrame]
Times = list[float] | list[int]


class Replicate:
    """Tables of one replicate, read once each.

    Parameters
    ----------
    tables : callable
        Gives a table by name.
    row : mapping
        Its headline measures.
    """

    def __init__(self, tables: Tables, row: Mapping[str, Any]) -> None:
        self._tables, self.row = tables, row
        self._read: dict[str, pl.DataFrame] = {}

    def table(self, name: str) -> pl.DataFrame:
        """Return a table."""
        if name not in self._read:
            self._read[name] = self._tables(name)
        return self._read[name]

    @cached_property
    def dated(self) -> bool:
        """Whether the scenario has a time of day."""
        return "utc" in self.table("series").columns

    def times(self, frame: pl.DataFrame) -> Times:
        """Return the time of each row as an axis takes it: milliseconds of the epoch, or minutes from the start."""
        if self.dated and "utc" in frame.columns:
            return frame["utc"].dt.epoch("ms").to_list()
        return (frame["t_ns"] / MINUTE).to_list()

    def axis(self, **more: Any) -> dict[str, Any]:
        """Return an axis of time, of day or from the start."""
        if self.dated:
            return look.axis("UTC", type="date", tickformat="%H:%M", hoverformat="%H:%M:%S", **more)
        return look.axis("minutes from the start", type="linear", **more)

    def clock(self, t_ns: int) -> str:
        """Return a time as text: of day, or from the start."""
        if not self.dated:
            return show_clock(t_ns)
        series = self.table("series")
        start = series["utc"][0].timestamp() - series["t_ns"][0] / 1e9
        seconds = int(start + t_ns / 1e9) % 86_400
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} UTC"

    @cached_property
    def contracts(self) -> list[str]:
        """Perpetuals, those with most notional at the start first."""
        first = self.series_of(None).group_by("instrument", maintain_order=True).first()
        held = first.filter(pl.col("open_interest").is_not_null())
        in_dollars = pl.col("instrument").is_in(list(self.inverse))
        unit = pl.when(in_dollars).then(1.0).otherwise(pl.col("mark"))
        by_size = held.with_columns(usd=pl.col("open_interest") * unit)
        return by_size.sort("usd", descending=True)["instrument"].to_list()

    @cached_property
    def inverse(self) -> frozenset[str]:
        """Contracts whose sizes are dollars: those of venues whose accounts hold coin."""
        coins = self.table("accounts").filter(pl.col("asset") != USD)["account"]
        venues = set(coins.str.split("@").list.last().to_list())
        ids = self.table("series")["instrument"].unique().to_list()
        return frozenset(i for i in ids if venue_of(i) in venues)

    @cached_property
    def spots(self) -> list[str]:
        """All spot books, sorted: those without an index."""
        books = self.series_of(None).filter(pl.col("index").is_null())["instrument"]
        return books.unique().sort().to_list()

    def spots_of(self, asset: str) -> list[str]:
        """Return the spot books of an asset, sorted."""
        return [spot for spot in self.spots if asset_of(spot) == asset]

    @cached_property
    def assets(self) -> list[str]:
        """Underlyings of the perpetuals, those with most closed by force first."""
        sizes: dict[str, float] = {asset_of(one): 0.0 for one in self.contracts}
        for name in ("liquidations", "adl"):
            frame = self.table(name).group_by("instrument").agg(pl.col("notional").sum())
            for instrument, usd in frame.iter_rows():
                asset = asset_of(instrument)
                sizes[asset] = sizes.get(asset, 0.0) + usd
        return sorted(sizes, key=lambda asset: -sizes[asset])

    def series_of(self, instrument: str | None) -> pl.DataFrame:
        """Return the rows of one instrument in order of time, or all."""
        if instrument is None:
            return self._in_order
        return self._by_instrument.get(instrument, self._in_order.clear())

    @cached_property
    def _in_order(self) -> pl.DataFrame:
        return in_order(self.table("series"))

    @cached_property
    def _by_instrument(self) -> dict[str, pl.DataFrame]:
        parts = self._in_order.partition_by("instrument", as_dict=True, maintain_order=True)
        return {str(key[0]): frame for key, frame in parts.items()}

    def per_minute(self, name: str) -> pl.DataFrame:
        """Return notional of the rows of table ``name`` by minute, as `by_minute`: column ``usd``."""
        return by_minute(self.table(name), usd=pl.col("notional").sum())


def asset_of(instrument: str) -> str:
    """Return the underlying of ``venue/SYMBOL``: ``hub/BTC-PERP`` and ``spot/BTC`` are about BTC."""
    return instrument.partition("/")[2].partition("-")[0]


def venue_of(instrument: str) -> str:
    """Return the venue of ``venue/SYMBOL``."""
    return instrument.partition("/")[0]


def by_minute(frame: pl.DataFrame, **values: pl.Expr) -> pl.DataFrame:
    """Return ``values`` of the rows of each simulated minute, dated at its middle: ``t_ns``, and ``utc`` where the frame has it."""
    middle = (pl.col("t_ns") // MINUTE) * MINUTE + MINUTE // 2
    dated = {"utc": (pl.col("utc") + pl.duration(nanoseconds=middle - pl.col("t_ns"))).first()}
    if "utc" not in frame.columns:
        dated = {}
    found = frame.group_by(middle.alias("minute")).agg(**values, **dated)
    return found.rename({"minute": "t_ns"}).sort("t_ns")
