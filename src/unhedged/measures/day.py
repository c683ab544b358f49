"""One replicate of a day with news, as its measures see it: tables, the moment of the news, and who stands for whom.

Times are seconds from the news, prices shares of the level just before it. Paths are means over `SMOOTHING`: a low of one
second is not a fall.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

SECOND = 1_000_000_000
SMOOTHING = 20 * SECOND
BEFORE = 60.0
"""Seconds before the news over which levels and depth are called usual."""
COLUMNS = {
    "series": (
        *("t_ns", "instrument", "mark", "bid_depth_100", "ask_depth_100"),
        *("open_interest", "funding_rate", "fund"),
    ),
    "liquidations": ("t_ns", "instrument", "step", "qty", "notional"),
    "adl": (
        *("t_ns", "account", "instrument", "counterparty", "qty", "notional", "left"),
        *("leverage", "profit", "equity_before", "unrealised"),
    ),
    "desks": ("t_ns", "agent", "kind", "instrument", "pos", "forced", "adl"),
}
"""All that measures read of each table."""
Numbers = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Which venues and assets of a scenario stand for those of the day."""

    cex: str
    onchain: str
    spot: str
    btc: str
    eth: str
    thin: tuple[str, ...]
    dollar: str = ""  # taken as collateral, and the spot venue whose book values it
    home: str = ""


class Day:
    """Tables of one replicate with the moment of the news.

    Parameters
    ----------
    tables : callable
        Gives a table by name.
    shock_ns : int
        The news, ns from the start.
    roles : Roles
        Venues and assets that the scenario may or may not have; a measure of one it lacks is None.
    """

    def __init__(self, tables: Callable[[str], pl.DataFrame], shock_ns: int, roles: Roles) -> None:
        self._tables, self.shock_ns, self.roles = tables, shock_ns, roles
        self._once: dict[Callable[[Day], Any], Any] = {}

    def once(self, of: Callable[["Day"], T]) -> T:
        """Return what a function says of this day: computed for the first of the measures that ask, kept for the others."""
        if of not in self._once:
            self._once[of] = of(self)
        found: T = self._once[of]
        return found

    @cached_property
    def series(self) -> pl.DataFrame:
        """Table ``series`` by time."""
        return in_order(self._tables("series"))

    @cached_property
    def liquidations(self) -> pl.DataFrame:
        """Table ``liquidations`` by time."""
        return in_order(self._tables("liquidations"))

    @cached_property
    def adl(self) -> pl.DataFrame:
        """Table ``adl`` by time."""
        return in_order(self._tables("adl"))

    @cached_property
    def desks(self) -> pl.DataFrame:
        """Table ``desks``."""
        return self._tables("desks")

    @cached_property
    def _frames(self) -> dict[str, pl.DataFrame]:
        return {
            str(key[0]): frame
            for key, frame in self.series.partition_by(
                "instrument", as_dict=True, maintain_order=True
            ).items()
        }

    def instrument(self, venue: str, asset: str, *, perpetual: bool) -> str | None:
        """Return the id of the instrument of ``asset`` on ``venue``, None where there is none."""
        name = f"{venue}/{asset}-PERP" if perpetual else f"{venue}/{asset}"
        return name if name in self._frames else None

    @cached_property
    def onchain_liquidations(self) -> pl.DataFrame:
        """Rows of `liquidations` on the on-chain venue."""
        return self.liquidations.filter(self._onchain())

    @cached_property
    def onchain_adl(self) -> pl.DataFrame:
        """Rows of `adl` on the on-chain venue."""
        return self.adl.filter(self._onchain())

    def _onchain(self) -> pl.Expr:
        return pl.col("instrument").str.starts_with(f"{self.roles.onchain}/")

    def path(
        self, instrument: str | None, column: str, *, smooth: bool = True
    ) -> tuple[Numbers, Numbers] | None:
        """Return seconds from the news and the values of a column, a 20 s mean where ``smooth``; None without rows.

        A mean is dated at its last sample.
        """
        frame = self._frames.get(instrument or "")
        if frame is None:
            return None
        values = frame[column].cast(pl.Float64).fill_null(0.0).to_numpy()
        t = (frame["t_ns"].to_numpy() - self.shock_ns) / SECOND
        window = (
            max(1, SMOOTHING // max(1, int(frame["t_ns"][1] - frame["t_ns"][0])))
            if len(t) > 1
            else 1
        )
        if not smooth or window == 1:
            return t, values
        if len(values) < window:
            return None
        return t[window - 1 :], np.convolve(values, np.ones(window) / window, mode="valid")

    def change(
        self, instrument: str | None, column: str = "mark"
    ) -> tuple[Numbers, Numbers] | None:
        """Return seconds from the news and the smoothed path of a column over its usual level less one; None without one."""
        found = self.path(instrument, column)
        if found is None:
            return None
        t, values = found
        usual = values[(t > -BEFORE) & (t <= 0)]
        if len(usual) == 0 or np.mean(usual) <= 0:
            return None
        return t, values / float(np.mean(usual)) - 1.0


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows in order of ``t_ns``, those of one instant as they stood, in one piece.

    A table is written in order, and looking costs less than sorting; in one piece, so that sums of floats do not depend on which.
    """
    if frame["t_ns"].is_sorted():
        return frame.rechunk()
    return frame.sort("t_ns", maintain_order=True)
