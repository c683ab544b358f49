"""What each wave needed, what was removed from winners, and how much of it lay beyond need; the deficit counted once."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from unhedged.measures.severity import severity
from unhedged.replay.figures import Gap, Tag
from unhedged.replay.findings import Findings, share, total
from unhedged.replay.loading import EventData
from unhedged.replay.reading import Table

HORIZONS = 5
"""Evaluation horizons of the published tables; each has all waves."""
GAP_MS = 5_000
"""Between waves over all coins. Source: arXiv 2512.01112 v3, the published tables."""
SMALL, LARGE = 10_000.0, 100_000.0
"""Dollars needed from which a wave counts in the two sign patterns; small waves are noise."""


def waves(data: EventData) -> Findings:
    """Return needed, removed and overshoot per wave, in total and at five horizons, and the deficit counted once."""
    found = Findings()
    if not found.lacks("needed, removed and overshoot by wave", data, ["removals"]):
        _needed(data, found)
        if len(at_horizon(data.needed("removals"), 0)):
            _totals(data, found)
        else:
            what, why = "removed and overshoot at the end of each wave", "removals at horizon 0"
            found.gaps.append(Gap(what=what, why=f"not in the folder: {why}"))
        _horizons(data, found)
    if not found.lacks("needed by wave, from its coins", data, ["removals", "wave_coins"]):
        _from_coins(data, found)
    if not found.lacks("the deficit, each account once", data, ["deficits"]):
        _deficit(data, found)
    if not found.lacks("how much of the event the waves cover", data, ["seconds"]):
        table = data.needed("seconds")
        _count_waves(table, found)
        inside = total(table.frame.filter(pl.col("wave") > 0)["adl_notional_usd"])
        everything = total(table.frame["adl_notional_usd"])
        found.add(table, "covered_share", share(inside, everything))
    return found


def _count_waves(table: Table, found: Findings) -> None:
    # Times are cut to seconds, so a gap of them is less than a second longer or shorter than the true one: gaps of 5,000 ms are
    # undecided, longer ones part waves, shorter ones do not.
    gaps = table.frame["t_ms"].unique().sort().diff().drop_nulls()
    sure, maybe = int((gaps > GAP_MS).sum()), int((gaps == GAP_MS).sum())
    low, high = 1 + sure, 1 + sure + maybe
    found.add(table, "waves", low, tag=Tag.RECOMPUTED, low=low, high=high)


def at_horizon(table: Table, horizon: int) -> pl.DataFrame:
    """Return the rows of one evaluation horizon, milliseconds after the wave's end, by wave."""
    ahead = pl.col("t_eval_end_ms") - pl.col("t_end_ms")
    return table.frame.filter(ahead == horizon).sort("wave")


def by_wave(table: Table) -> pl.DataFrame:
    """Return one row of each wave, of the least horizon there is, by wave: for columns that are the same at all horizons."""
    ahead = pl.col("t_eval_end_ms") - pl.col("t_end_ms")
    return table.frame.sort("wave", ahead).unique("wave", keep="first", maintain_order=True)


def _needed(data: EventData, found: Findings) -> None:
    table = data.needed("removals")
    frame = by_wave(table)
    needed = total(frame["budget_needed_usd"])
    printed = [_printed(data, horizon).get("needed") for horizon in _ahead(table)]
    published = next((value for value in printed if value is not None), None)
    found.add(table, "needed", needed, published=published, part=_part(frame, table))
    found.gaps.append(
        Gap(
            what=f"needed with its sign, somewhere within plus and minus {needed:,.0f} dollars",
            why="the published gap is |mark - execution|; the venue's archive has both prices",
        )
    )


def _ahead(table: Table) -> list[int]:
    return sorted(set(table.frame["t_eval_end_ms"] - table.frame["t_end_ms"]))


def _totals(data: EventData, found: Findings) -> None:
    table = data.needed("removals")
    frame = at_horizon(table, 0)
    rows = list(_rows(data, frame))
    found.rows["waves"] = rows
    printed, part = _printed(data, 0), _part(frame, table)
    over = [row["overshoot"] for row in rows]
    removed = total(frame["budget_prod_usd"])
    found.add(table, "removed", removed, published=printed.get("removed"), part=part)
    net = found.add(table, "overshoot", sum(over), published=printed.get("overshoot"), part=part)
    above = found.add(table, "overshoot_above", sum(x for x in over if x > 0), part=part)
    found.add(table, "overshoot_below", sum(x for x in over if x < 0), part=part)
    found.correct(
        net,
        above,
        "Waves that removed less than was needed are set against those that removed more: their undershoot relieves nobody.",
    )
    _signs(rows, table, found)


def _signs(rows: list[dict[str, Any]], table: Table, found: Findings) -> None:
    single = [r["overshoot"] <= 0 for r in rows if r["single_block"] and r["needed"] > SMALL]
    longer = [r["overshoot"] > 0 for r in rows if not r["single_block"] and r["needed"] > LARGE]
    if single and longer:
        found.add(table, "single_blocks_below", sum(single) / len(single), part=None)
        found.add(table, "multi_blocks_above", sum(longer) / len(longer), part=None)


def _rows(data: EventData, frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    deficits, policies = data.table("deficits"), data.table("policies")
    fills = {} if deficits is None else {r["wave"]: r for r in deficits.frame.to_dicts()}
    worst = {} if policies is None else {r["wave"]: r for r in policies.frame.to_dicts()}
    for row in frame.to_dicts():
        wave = row["wave"]
        yield {
            "wave": wave,
            "t_start_ms": row["t_start_ms"],
            "t_end_ms": row["t_end_ms"],
            "single_block": row["t_start_ms"] == row["t_end_ms"],
            "fills": fills.get(wave, {}).get("n_rows"),
            "bankrupt_accounts": fills.get(wave, {}).get("unique_losers"),
            "needed": row["budget_needed_usd"],
            "removed": row["budget_prod_usd"],
            "overshoot": row["budget_prod_usd"] - row["budget_needed_usd"],
            "largest_haircut": row["max_prod_haircut_usd"],
            "largest_haircut_share": worst.get(wave, {}).get("max_pct_prod"),
            "winners_equity": row["winners_equity_start_usd"],
            "winners_profit": row["winners_pnl_start_usd"],
            "deficit_published": row["deficit_usd"],
        }


def _horizons(data: EventData, found: Findings) -> None:
    table = data.needed("removals")
    for horizon in _ahead(table):
        if horizon == 0:
            continue
        frame = at_horizon(table, horizon)
        over = total(frame["budget_prod_usd"]) - total(frame["budget_needed_usd"])
        found.add(
            table,
            f"overshoot.{horizon}_ms",
            over,
            published=_printed(data, horizon).get("overshoot"),
            part=_part(frame, table),
        )


def _from_coins(data: EventData, found: Findings) -> None:
    coins = data.needed("wave_coins")
    need = pl.col("gap_per_contract_usd") * pl.col("qty_contracts")
    sums = dict(coins.frame.group_by("wave").agg(need.sum()).iter_rows())
    frame = by_wave(data.needed("removals"))
    printed = dict(frame.select("wave", "budget_needed_usd").iter_rows())
    common: dict[str, Any] = {"tag": Tag.RECOMPUTED}
    for wave in sorted(set(sums) & set(printed)):
        found.add(coins, f"needed.{wave}", sums[wave], published=printed[wave], part=None, **common)
    printed_total = sum(printed.values())
    found.add(coins, "needed_from_coins", sum(sums.values()), published=printed_total, **common)


def _deficit(data: EventData, found: Findings) -> None:
    table = data.needed("deficits")
    losses, deficits = table.frame["max_loss_usd"], table.frame["deficit_usd"]
    summed, worst = total(deficits), max(deficits.to_list())
    counts = losses.filter(losses.is_duplicated()).value_counts().to_dicts()
    once = summed - sum(row["max_loss_usd"] * (row["count"] - 1) for row in counts)
    published = found.add(table, "deficit_published", summed)
    found.add(table, "deficit_repeats", max((row["count"] for row in counts), default=1))
    # An account counts at most once in a wave, so the worst wave is a lower bound; other accounts may repeat, so the sum
    # without the repetition found is an upper one.
    corrected = found.add(table, "deficit", once, low=worst, high=once)
    times = ", ".join(f"{r['max_loss_usd']:,.2f} dollars in {r['count']} waves" for r in counts)
    found.correct(
        published,
        corrected,
        f"One account's reconstructed state stands still: the largest loss is, to the cent, {times}.",
    )
    needed = found_needed(data)
    if needed is not None:
        found.correct(
            found.add(table, "severity_published", severity(needed, summed)),
            found.add(table, "severity", severity(needed, once)),
            "The deficit in the denominator is counted as above; once corrected, more was needed than was missing, so the severity, "
            "which is cut to between 0 and 1, is 1.",
        )
        found.add(table, "needed_over_deficit", share(needed, once))


def found_needed(data: EventData) -> float | None:
    """Return what was needed in all published waves, dollars; None where their table is absent or a part."""
    table = data.table("removals")
    if table is None or _part(by_wave(table), table):
        return None
    return total(by_wave(table)["budget_needed_usd"])


def _part(frame: pl.DataFrame, table: Table) -> tuple[int, int] | None:
    whole = (table.spec.whole or 0) // HORIZONS
    return (frame.height, whole) if frame.height < whole else None


def _printed(data: EventData, horizon: int) -> dict[str, float]:
    # The totals the authors print, to be met by the sum of the waves.
    table = data.table("sweep")
    if table is None:
        return {}
    names = {
        "needed": "total_budget_needed_usd",
        "removed": "total_H_prod_usd",
        "overshoot": "total_overshoot_prod_minus_needed_usd",
    }
    rows = table.frame.filter(pl.col("eval_horizon_ms") == horizon).to_dicts()
    return {name: float(rows[0][column]) for name, column in names.items()} if rows else {}
