"""The story of the desk a run hit worst: what was closed, how large the gap was, what it did, what it cost; from tables alone."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from unhedged.measures.closed import struck
from unhedged.measures.desks import longest_gap
from unhedged.vocab.units import show_duration, show_money, show_number, show_rate

Tables = Callable[[str], pl.DataFrame]
NOTICED = 0.01
"""Share of the coins below which a change is not worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One struck desk: its instants, one row each, and the row before its short was first closed."""

    desk: str
    asset: str
    before: dict[str, float]
    since: pl.DataFrame  # from the first recorded instant with a close
    closes: pl.DataFrame  # rows of `adl`
    forced: float  # USD closed by its own liquidation


def worst_desk(tables: Tables) -> list[str]:
    """Return the lines about the desk with the largest gap, none when no desk lost a short or tables were not kept.

    Parameters
    ----------
    tables : callable
        Gives a table of one replicate by name.
    """
    found = find(tables)
    return [] if found is None else told(found)


def told(case: Case) -> list[str]:
    """Return the lines about a desk: what was closed, how large the gap was, what it did about it."""
    return [_closed(case), _gap(case), _answer(case)]


def find(tables: Tables) -> Case | None:
    """Return the struck basis desk with the largest exposure since its first close, None without one."""
    rows = struck(tables("desks"))
    hit = (
        rows.group_by("agent", "t_ns")
        .agg(pl.col("adl").sum(), pl.col("exposure").sum().abs())
        .filter(pl.col("adl") > 0)
        .sort("exposure", "agent", descending=[True, False])
    )
    if hit.is_empty():
        return None
    desk = str(hit["agent"][0])
    series = tables("series")
    spot = series.filter(pl.col("index").is_null())["instrument"].unique().to_list()
    mine = rows.filter(pl.col("agent") == desk)
    by_time = _by_time(mine, spot)
    since = by_time.filter(pl.col("adl") > 0)
    earlier = by_time.filter(pl.col("adl") == 0)
    owns = pl.col("account").str.starts_with(f"{desk}@")
    coins = mine.filter(pl.col("instrument").is_in(spot))["instrument"]
    return Case(
        desk=desk,
        asset=str(coins[0]).partition("/")[2] if len(coins) else "",
        before=(earlier if earlier.height else since.head(1)).row(-1, named=True),
        since=since,
        closes=tables("adl").filter(owns).sort("t_ns"),
        forced=float(
            tables("liquidations").filter(owns, pl.col("step") != "collateral")["notional"].sum()
        ),
    )


def _by_time(legs: pl.DataFrame, spot: list[str]) -> pl.DataFrame:
    # One row an instant. Legs at one venue share an account: its equity counts once.
    coin = pl.col("instrument").is_in(spot)
    venue = pl.col("instrument").str.split("/").list.first()
    equity = legs.group_by("t_ns", venue.alias("venue")).agg(pl.col("equity").first())
    return (
        legs.with_columns(taken=pl.col("adl") + pl.col("forced"))
        .group_by("agent", "t_ns")
        .agg(
            pl.col("exposure", "adl", "taken").sum(),
            coins=pl.col("pos").filter(coin).sum(),
            short=-pl.col("pos").filter(~coin).sum(),
            short_usd=-pl.col("exposure").filter(~coin).sum(),
        )
        .join(equity.group_by("t_ns").agg(pl.col("equity").sum()), on="t_ns")
        .sort("t_ns")
    )


def _closed(case: Case) -> str:
    # What was taken, by which rule, when, at what price.
    closes = case.closes
    usd, qty = float(closes["notional"].sum()), float(closes["qty"].abs().sum())
    mark = float((closes["qty"].abs() * closes["mark"]).sum()) / qty
    short = case.before["short"]
    closed = qty / short * case.before["short_usd"] if short > 0 else usd  # as its short is valued
    where = ", ".join(closes["instrument"].unique().sort().to_list())
    times = "1 close" if closes.height == 1 else f"{closes.height:,} closes"
    text = (
        f"The desk hit worst, {case.desk}: ADL at {where} closed {show_money(closed)} of its "
        f"{show_money(case.before['short_usd'])} short, {times} from {show_duration(int(closes['t_ns'][0]))}, "
        f"at {_price(usd / qty)} on average (mark {_price(mark)})"
    )
    return f"{text}; liquidation {show_money(case.forced)} more." if case.forced > 0 else f"{text}."


def _gap(case: Case) -> str:
    # How much stood unhedged, for how long.
    size = case.since["exposure"].abs()
    at = size.arg_max() or 0
    after = int(case.since["t_ns"][at] - case.closes["t_ns"][0])
    return (
        f"Its gap was {show_money(float(size[at]))} at worst, {show_duration(max(0, after))} after the first close, "
        f"above a tenth of that for {show_duration(longest_gap(case.since))}, and {show_money(float(size[-1]))} at the end."
    )


def _answer(case: Case) -> str:
    # What it did, and what its accounts lost.
    before, end = case.before, case.since.row(-1, named=True)
    sold = before["coins"] - end["coins"]
    again = end["short"] - before["short"] + end["taken"] - before["taken"]
    whole = max(abs(before["coins"]), 1e-12)
    did = []
    if sold > NOTICED * whole:
        did.append(
            f"sold {show_number(sold)} of its {show_number(before['coins'])} {case.asset} ({show_rate(sold / whole)})"
        )
    if again > NOTICED * whole:
        did.append(f"shorted {show_number(again)} {case.asset} again")
    lowest = float(case.since["equity"].min()) - before["equity"]  # type: ignore[arg-type]
    worst = f"{_change(lowest)} at worst" if lowest < 0 else "never lower"
    return (
        f"It {' and '.join(did) or 'held its spot as it was'}. Against the instant before the first close its equity was "
        f"{worst} and {_change(end['equity'] - before['equity'])} at the end "
        f"({show_money(end['equity'])})."
    )


def _change(usd: float) -> str:
    return f"{show_money(abs(usd))} {'lower' if usd <= 0 else 'higher'}"


def _price(usd: float) -> str:
    return f"${usd:,.2f}" if usd >= 100 else f"${usd:.4g}"
