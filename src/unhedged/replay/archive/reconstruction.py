"""The full reconstruction a user's archive allows: states, forced trades, waves, and what each wave needed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.measures.solvency import deficit, waves
from unhedged.replay.archive.blocks import read_fills
from unhedged.replay.archive.events import read_moves
from unhedged.replay.archive.forced import Forced, forced, needed, waves_per_coin
from unhedged.replay.archive.numbers import Whole, money
from unhedged.replay.archive.roll import UNKNOWN, Rolled, numbered, roll
from unhedged.replay.archive.snapshot import read_snapshot
from unhedged.replay.archive.states import States
from unhedged.replay.figures import Basis, Gap, Problem, Tag
from unhedged.replay.findings import Findings
from unhedged.replay.folder import Listing
from unhedged.replay.waves import GAP_MS

SHORT_GAP_MS = 1_000
ATOM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconstruction:
    """An archive, rolled forward."""

    rolled: Rolled
    states: States
    forced: Forced
    wave: Whole  # of each ADL fill
    others: Counter[str]  # other events that were not understood, by kind

    @property
    def times(self) -> Whole:
        """Time of each ADL fill, milliseconds."""
        times: Whole = self.rolled.fills.words["time"].to_numpy()[self.forced.adl]
        return times

    def starts(self) -> list[tuple[int, int, int]]:
        """Return each wave's number and the places of its first and last ADL fill among the ADL fills; none without any."""
        numbers, first = np.unique(self.wave, return_index=True)
        last = np.append(first, len(self.wave))[1:] - 1
        return list(zip(numbers.tolist(), first.tolist(), last.tolist(), strict=True))


def reconstruct(listing: Listing, problems: list[Problem]) -> Reconstruction | None:
    """Return the archive of a folder rolled forward; None where there is none.

    Parameters
    ----------
    listing : Listing
        Its fills, other events and snapshots.
    problems : list
        Gets everything that is wrong, by file and line.
    """
    if not listing.fills:
        return None
    frame = read_fills(listing, problems)
    rolled = roll(frame, listing.fills, read_snapshot(listing, problems), problems)
    moves, others = read_moves(listing, problems)
    owner = numbered(moves["account"], rolled.names.accounts)
    ours = owner >= 0  # accounts that neither trade nor stand in the snapshot are nobody's concern
    cash = (owner[ours], money(moves["amount"])[ours], moves["block"].to_numpy()[ours])
    found = forced(rolled, listing.fills, problems)
    times: Whole = rolled.fills.words["time"].to_numpy()[found.adl]
    return Reconstruction(
        rolled=rolled,
        states=States(rolled, cash),
        forced=found,
        wave=1 + waves(times, GAP_MS),
        others=others,
    )


def archive_findings(one: Reconstruction) -> Findings:
    """Return the figures of a reconstruction, all recomputed from its fills, and a row for each wave."""
    found, fills, ones = Findings(), one.rolled.fills, one.forced
    common: dict[str, Any] = {"tag": Tag.RECOMPUTED, "basis": Basis.ARCHIVE}
    needs = needed(one.rolled, ones)
    for name, value in (
        ("archive_fills", len(fills)),
        ("archive_spot_fills", one.rolled.spot_fills),
        ("archive_adl", len(ones.adl)),
        *(_of_adl(one, needs) if len(ones.adl) else ()),
        ("archive_taken_over", _usd(np.abs(fills.value[ones.backstop]))),
        ("archive_sold", _usd(np.abs(fills.value[ones.market]))),
        ("archive_legs", ones.legs),
        ("archive_doubtful", len(one.rolled.doubtful)),
    ):
        found.add("node_fills_by_block", name, value, **common)
    rows, losers = _waves(one, needs)
    found.rows["archive_waves"] = rows
    if losers:
        accounts, equities = zip(*losers, strict=True)
        need = deficit(accounts, [value * ATOM for value in equities])
        found.add("node_fills_by_block, snapshot", "archive_true_need", need, **common)
    _gaps(one, bool(losers), found)
    return found


def _of_adl(one: Reconstruction, needs: Whole) -> Iterator[tuple[str, float]]:
    # Without ADL fills these are not zero but not known: the archive may lack the hour.
    fills, adl = one.rolled.fills, one.forced.adl
    coins = fills.coin[adl]
    yield "archive_notional", _usd(np.abs(fills.value[adl]))
    yield "archive_winners", len(np.unique(fills.account[adl]))
    yield "archive_coins", len(np.unique(coins))
    yield "archive_waves.5_s", int(one.wave.max())
    yield "archive_waves.1_s", 1 + int(waves(one.times, SHORT_GAP_MS).max())
    yield "archive_waves.5_s_coin_by_coin", waves_per_coin(coins, one.times, GAP_MS)
    yield "archive_needed", _usd(np.abs(needs))
    yield "archive_needed_signed", _usd(needs)


def _usd(atoms: Whole) -> float:
    return int(atoms.sum()) * ATOM


def _waves(one: Reconstruction, needs: Whole) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
    fills, adl, times = one.rolled.fills, one.forced.adl, one.times
    place = {name: number for number, name in enumerate(one.rolled.names.accounts)}
    losers = np.array([place.get(name, -1) for name in one.forced.loser], np.int64)
    rows: list[dict[str, Any]] = []
    seen: list[tuple[int, int]] = []
    for wave, first, last in one.starts():
        part = slice(first, last + 1)
        equity = _equity_of_losers(one, first, last, losers[part])
        seen += equity.items()
        short = -sum(min(0, value) for value in equity.values())
        rows.append(
            {
                "wave": wave,
                "t_start_ms": int(times[first]),
                "t_end_ms": int(times[last]),
                "fills": last + 1 - first,
                "coins": len(np.unique(fills.coin[adl[part]])),
                "notional": _usd(np.abs(fills.value[adl[part]])),
                "needed": _usd(np.abs(needs[part])),
                "needed_signed": _usd(needs[part]),
                "bankrupt_accounts": len(np.unique(losers[part])),
                "true_need": short * ATOM if equity else None,
            }
        )
    return rows, seen


def _equity_of_losers(one: Reconstruction, first: int, last: int, losers: Whole) -> dict[int, int]:
    # Before the wave's first fill, its coins at their ADL price, other coins at their last trade.
    fills, adl = one.rolled.fills, one.forced.adl
    ticks = last_ticks(one.rolled, int(adl[first]))
    ticks[fills.coin[adl[first : last + 1]]] = fills.ticks[adl[first : last + 1]]
    equity = one.states.equities(int(adl[first]), ticks)
    known = [int(n) for n in np.unique(losers) if n >= 0 and equity[n] != UNKNOWN]
    return {account: int(equity[account]) for account in known}


def last_ticks(rolled: Rolled, at: int) -> Whole:
    """Return each coin's last traded price before fill ``at``, its ticks; the next one where none was before; else -1."""
    ticks = np.full(len(rolled.names.coins), -1, np.int64)
    fills = rolled.fills
    later = np.arange(len(fills) - 1, at - 1, -1)
    ticks[fills.coin[later]] = fills.ticks[later]
    ticks[fills.coin[:at]] = fills.ticks[:at]
    return ticks


def _gaps(one: Reconstruction, cash: bool, found: Findings) -> None:
    if not len(one.forced.adl):
        what = "waves, what they needed and removed, and policies at them"
        found.gaps.append(Gap(what=what, why="no ADL fills in the archive"))
    elif not cash:
        what = "equity, leverage, the true need, and policies that ask for equity"
        why = "no snapshot of cash before the first fill (clearinghouse_snapshot*.jsonl)"
        found.gaps.append(Gap(what=what, why=why))
    if one.rolled.other_fees:
        what = f"fees of {one.rolled.other_fees:,} fills"
        found.gaps.append(Gap(what=what, why="paid in another token than USDC; not taken off cash"))
    if one.others:
        kinds: Sequence[tuple[str, int]] = one.others.most_common(6)
        named = ", ".join(f"{kind} ({count:,})" for kind, count in kinds)
        found.gaps.append(Gap(what=f"cash moved by events of other kinds: {named}", why="not understood; counted here"))  # fmt: skip
