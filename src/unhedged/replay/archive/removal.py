"""What each wave of an archive removed from winners, and how much of it lay beyond need, at five horizons."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from unhedged.measures.removed import Removed, removed
from unhedged.measures.severity import overshoot
from unhedged.replay.archive.numbers import Whole
from unhedged.replay.archive.reconstruction import ATOM, Reconstruction
from unhedged.replay.archive.roll import Rolled
from unhedged.replay.figures import Basis, Tag
from unhedged.replay.findings import Findings

HORIZONS_MS = (0, 500, 1_000, 2_000, 5_000)
"""Milliseconds after a wave's last fill at which equity is compared. Source: the published tables."""


class Trades:
    """Last prices of unforced trades by time: forced ones print where no market was.

    Parameters
    ----------
    rolled : Rolled
        Its fills without a liquidation object are the trades.
    """

    def __init__(self, rolled: Rolled) -> None:
        plain = np.flatnonzero(rolled.fills.words["liquidated"].is_null().to_numpy())
        coin = rolled.fills.coin[plain]
        order = plain[np.argsort(coin, kind="stable")]
        self._coins = len(rolled.names.coins)
        self._first = np.searchsorted(rolled.fills.coin[order], np.arange(self._coins + 1))
        self._times = rolled.fills.words["time"].to_numpy()[order]
        self._ticks = rolled.fills.ticks[order]

    def at(self, t_ms: int) -> Whole:
        """Return each coin's price at a time, its ticks: the last trade not after it, -1 where there is none."""
        found = np.full(self._coins, -1, np.int64)
        for coin in range(self._coins):
            low, high = self._first[coin], self._first[coin + 1]
            last = low + np.searchsorted(self._times[low:high], t_ms, side="right") - 1
            if last >= low:
                found[coin] = self._ticks[last]
        return found


def removals(one: Reconstruction) -> Iterator[dict[int, Removed]]:
    """Yield what each wave removed, by horizon; a coin without a trade until then is valued at the mark of its close."""
    fills, ones = one.rolled.fills, one.forced
    trades = Trades(one.rolled)
    coin = fills.coin[ones.adl]
    unit = 10.0 ** -one.rolled.names.tick_places[coin]
    size = -fills.lots[ones.adl] * 10.0 ** -one.rolled.names.lot_places[coin]
    for _, first, last in one.starts():
        part, end = slice(first, last + 1), int(one.times[last])

        def dollars(ticks: Whole, part: slice = part) -> Any:
            return ticks * unit[part]

        def valued(t_ms: int, part: slice = part) -> Any:
            found = trades.at(t_ms)[coin[part]]
            return dollars(np.where(found < 0, ones.mark[part], found), part)

        yield {
            horizon: removed(
                fills.account[ones.adl[part]],
                size[part],
                dollars(fills.ticks[ones.adl[part]]),
                mark=dollars(ones.mark[part]),
                at_end=valued(end),
                at_horizon=valued(end + horizon),
            )
            for horizon in HORIZONS_MS
        }


def removal_findings(one: Reconstruction, needs: Whole) -> Findings:
    """Return removed and overshoot of the archive's waves in total and by horizon, and a row for each wave; nothing without ADL fills.

    Parameters
    ----------
    one : Reconstruction
        Its ADL fills.
    needs : array of int64
        What each of them needed, signed, atoms; overshoot is against their absolute values, as published.
    """
    found = Findings()
    if not len(
        one.forced.adl
    ):  # nothing was removed because nothing is there; `archive_findings` says so
        return found
    common: dict[str, Any] = {"tag": Tag.RECOMPUTED, "basis": Basis.ARCHIVE}
    waves = list(removals(one))
    needed = [
        float(np.abs(needs[first : last + 1]).sum() * ATOM) for _, first, last in one.starts()
    ]
    removed_now = sum(wave[0].total for wave in waves)
    found.add("node_fills_by_block", "archive_removed", removed_now, **common)
    for horizon in HORIZONS_MS:
        over = sum(
            overshoot(wave[horizon].total, need) for wave, need in zip(waves, needed, strict=True)
        )
        name = f"archive_overshoot.{horizon}_ms"
        found.add("node_fills_by_block", name, over, **common)
    found.rows["archive_removals"] = [
        {
            "wave": wave,
            "needed": need,
            "removed": parts[0].total,
            "execution": parts[0].execution,
            "drift": parts[0].drift,
            "opportunity_5_s": parts[HORIZONS_MS[-1]].opportunity,
            "overshoot": overshoot(parts[0].total, need),
        }
        for (wave, _, _), parts, need in zip(one.starts(), waves, needed, strict=True)
    ]
    return found
