"""How explosive a market stands: what the next one percent would close by force against what rests within it.

    structural    rho / D             dollars of liquidations and stops triggered by the next 1 % / dollars resting within 1 %
    statistical   1 - sqrt(mean/var)  of the number of liquidations begun in each minute
    two types     (1 - a) rho / D_perp + a h phi beta rho / D_spot

`genealogy` counts the third kind, children of each liquidation. The structural ratio is read at recorded instants. It counts
whole positions, though some lose a part and some go to a fund or a vault without an order, and the triggers of accounts of several
positions are early: it is high rather than low.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

MINUTE = 60 * 10**9
WINDOW = 10 * MINUTE
"""Time after a desk's first close in which what it sells of its coins counts as unwinding."""
OWNER = pl.col("account").str.split("@").list.first()
"""Agent of an account."""


def structural(series: pl.DataFrame, *, in_dollars: bool = False) -> pl.DataFrame:
    """Return the ratio of one instrument by the minute.

    Parameters
    ----------
    series : frame
        Rows of one instrument of table ``series``.
    in_dollars : bool
        Its sizes are dollars, as of inverse contracts.

    Returns
    -------
    frame
        ``t_ns`` at which each minute begins; ``down_usd`` and ``up_usd``, the mean of what the next 1 % down or up would trigger;
        ``bids_usd`` and ``asks_usd``, the mean of what rests within 1 %; ``ratio``, the larger of down over bids and up over asks,
        infinite over an empty side and nan where nothing would be triggered into one.
    """
    unit = pl.lit(1.0) if in_dollars else pl.col("mark")
    return (
        series.sort("t_ns")
        .group_by((pl.col("t_ns") // MINUTE * MINUTE).alias("minute"), maintain_order=True)
        .agg(
            down_usd=((pl.col("down_liquidates") + pl.col("down_stops")) * unit).mean(),
            up_usd=((pl.col("up_liquidates") + pl.col("up_stops")) * unit).mean(),
            bids_usd=pl.col("bid_depth_100").mean(),
            asks_usd=pl.col("ask_depth_100").mean(),
        )
        .with_columns(
            ratio=pl.max_horizontal(
                pl.col("down_usd") / pl.col("bids_usd"), pl.col("up_usd") / pl.col("asks_usd")
            )
        )
        .rename({"minute": "t_ns"})
    )


def critical_at(found: pl.DataFrame) -> int | None:
    """Return when the first minute with a ratio of one or more begins, ns; None when there is none. ``found`` is of `structural`."""
    above = found.filter(pl.col("ratio").is_not_nan() & (pl.col("ratio") >= 1))
    return int(above["t_ns"][0]) if above.height else None


def in_cascade(found: pl.DataFrame, steps: pl.DataFrame) -> float | None:
    """Return the median ratio over minutes in which something was liquidated; None without any, or when it is infinite.

    ``steps`` are the rows of the same instrument in table ``liquidations``.
    """
    minutes = (steps["t_ns"] // MINUTE * MINUTE).unique()
    ratios = found.filter(pl.col("t_ns").is_in(minutes.implode()))["ratio"].drop_nans()
    middle = ratios.median()
    return float(middle) if middle is not None and np.isfinite(middle) else None  # type: ignore[arg-type]


def statistical(starts_ns: pl.Series, until_ns: int, *, window_ns: int = MINUTE) -> float | None:
    """Return ``1 - sqrt(mean / variance)`` of counts per window from 0 to ``until_ns``, 0 where they scatter no more than chance.

    Parameters
    ----------
    starts_ns : series of int
        When each case began.
    until_ns : int
        End of the run; the last window may be shorter.

    Notes
    -----
    Of a self-exciting process whose rate from outside is constant. News is not: a run with a shock gives more than its branching.
    None with fewer than two windows or without cases.
    """
    windows = -(-until_ns // window_ns)
    if len(starts_ns) == 0 or windows < 2:
        return None
    counts = np.bincount(
        np.minimum(starts_ns.to_numpy() // window_ns, windows - 1), minlength=windows
    )
    spread = float(counts.var(ddof=1))
    return max(0.0, 1.0 - float(np.sqrt(counts.mean() / spread))) if spread > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoTypes:
    """The condition of two types at the worst minute of one contract, and its parts.

    Source: a liquidation sells the contract, or is passed to a winner; a winner who hedged sells the hedge, and the index carries
    that back to the mark. Critical where the sum is one or more.
    """

    t_ns: int  # begin of the minute with most liquidated dollars
    rho_usd: float  # triggered by the next 1 %
    perp_usd: float  # one-sided depth within 1 % of the contract
    spot_usd: float  # of its spot books together
    closed: float  # a: ADL over ADL and orders, dollars of the whole run
    hedged: float  # h: share of ADL taken from agents that hold spot
    unwound: float  # phi: share of that sold on spot within ten minutes
    passed: float  # beta: change of the mark per change of spot, from instant to instant

    @property
    def direct(self) -> float:
        """Liquidations per liquidation through the contract's own book."""
        return _over((1 - self.closed) * self.rho_usd, self.perp_usd)

    @property
    def by_hedges(self) -> float:
        """Liquidations per liquidation through ADL, unwound hedges and the index."""
        share = self.closed * self.hedged * self.unwound * self.passed
        return _over(share * self.rho_usd, self.spot_usd)

    @property
    def value(self) -> float:
        """The sum: critical at one."""
        return self.direct + self.by_hedges


def _over(part: float, whole: float) -> float:
    if part == 0:
        return 0.0
    return part / whole if whole > 0 else float("inf")


def two_types(
    contract: str,
    spots: list[str],
    *,
    series: pl.DataFrame,
    steps: pl.DataFrame,
    adl: pl.DataFrame,
    desks: pl.DataFrame,
    in_dollars: bool = False,
    by_minute: pl.DataFrame | None = None,
) -> TwoTypes | None:
    """Return the condition of ``contract`` against the books ``spots`` of its asset; None without liquidations or without spot.

    The tables are those of a run, of all instruments or of these; ``by_minute`` is what `structural` says of the contract, found
    here where it is left out. Of many contracts, `by_number` makes ``adl`` and ``desks`` faster to look up.
    """
    mine = steps.filter(instrument=contract)
    path = series.filter(instrument=contract).sort("t_ns")
    if mine.is_empty() or not spots:
        return None
    minute = (pl.col("t_ns") // MINUTE * MINUTE).alias("minute")
    worst = mine.group_by(minute).agg(pl.col("notional").sum()).sort(["notional", "minute"])
    t_ns = int(worst["minute"][-1])
    if by_minute is None:
        by_minute = structural(path, in_dollars=in_dollars)
    here = by_minute.filter(pl.col("t_ns") == t_ns)
    if here.is_empty():
        return None
    row = here.row(0, named=True)
    falls = row["down_usd"] >= row["up_usd"]
    side = "bid" if falls else "ask"
    books = series.filter(pl.col("instrument").is_in(spots))
    spot = books.filter(pl.col("t_ns") // MINUTE * MINUTE == t_ns)
    resting = spot.group_by("instrument", maintain_order=True).agg(
        pl.col(f"{side}_depth_100").mean()
    )
    taken = adl.filter(instrument=contract)
    ordered = float(mine.filter(step="reduce")["notional"].sum())
    closed = float(taken["notional"].sum())
    hedged, unwound = _hedges(taken, desks, spots)
    return TwoTypes(
        t_ns=t_ns,
        rho_usd=row["down_usd"] if falls else row["up_usd"],
        perp_usd=row["bids_usd"] if falls else row["asks_usd"],
        spot_usd=float(resting[f"{side}_depth_100"].sum()),
        closed=closed / (closed + ordered) if closed + ordered > 0 else 0.0,
        hedged=hedged,
        unwound=unwound,
        passed=_passed(path, books.filter(instrument=spots[0]), t_ns),
    )


def _hedges(taken: pl.DataFrame, desks: pl.DataFrame, spots: list[str]) -> tuple[float, float]:
    # Share of closed dollars taken from agents with a leg on spot, and how much of it they sold there soon after.
    total = float(taken["notional"].sum())
    if total <= 0:
        return 0.0, 0.0
    struck = taken if "agent" in taken.columns else taken.with_columns(OWNER.alias("agent"))
    # Few legs are of those few, and what is asked of all of them costs most.
    mine = pl.col("agent").is_in(struck["agent"].unique().implode())
    legs = desks.filter(pl.col("instrument").is_in(spots), mine)
    theirs = struck.filter(pl.col("agent").is_in(legs["agent"].unique().implode()))
    if theirs.is_empty():
        return 0.0, 0.0
    first = theirs.group_by("agent").agg(struck=pl.col("t_ns").min(), lost=pl.col("qty").sum())
    held = legs.join(first, on="agent")
    before = _held_last(held.filter(pl.col("t_ns") <= pl.col("struck")))
    after = _held_last(held.filter(pl.col("t_ns") <= pl.col("struck") + WINDOW))
    # Sums of floats depend on their order, and groups come in any.
    both = (
        before.join(after.select("agent", end="pos"), on="agent")
        .filter(pl.col("lost") != 0)
        .sort("agent")
    )
    if both.is_empty():
        return float(theirs["notional"].sum()) / total, 0.0
    # A short taken is a positive change of it: coins sold make up for it.
    sold = ((both["pos"] - both["end"]) / both["lost"]).clip(0.0, 1.0)
    share = float((sold * both["lost"].abs()).sum()) / float(both["lost"].abs().sum())
    return float(theirs["notional"].sum()) / total, share


def by_number(adl: pl.DataFrame, legs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ``adl`` with a column ``agent`` and ``legs`` with its own as numbers behind names: several times faster to look up.

    Null in ``adl`` where an agent has no leg. Numbers rise with names, so what is sorted by them stands as it did.
    """
    names = pl.Enum(legs["agent"].unique().sort())
    owners = adl.with_columns(agent=OWNER.cast(names, strict=False))
    return owners, legs.with_columns(pl.col("agent").cast(names))


def _held_last(rows: pl.DataFrame) -> pl.DataFrame:
    # What each agent held over all its legs at the last of its instants.
    last = pl.col("t_ns") == pl.col("t_ns").max()
    return rows.group_by("agent").agg(pl.col("lost").first(), pl.col("pos").filter(last).sum())


def _passed(path: pl.DataFrame, spot: pl.DataFrame, t_ns: int) -> float:
    # Slope through the origin of relative changes of the mark on those of spot, ten minutes around; 0 to 1 is what can be passed on.
    near = (pl.col("t_ns") - t_ns).abs() <= WINDOW
    both = path.filter(near).select("t_ns", "mark").join(
        spot.filter(near).select("t_ns", spot="mark"), on="t_ns"
    ).sort("t_ns")  # fmt: skip
    if both.height < 3:
        return 0.0
    moves = [np.diff(np.log(both[name].to_numpy())) for name in ("mark", "spot")]
    scale = float(moves[1] @ moves[1])
    return min(1.0, max(0.0, float(moves[0] @ moves[1]) / scale)) if scale > 0 else 0.0
