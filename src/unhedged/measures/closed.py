"""Whom auto-deleveraging met: leverage and profit of the winners it closed, who stood on the other side, when they acted again."""

import numpy as np
import polars as pl

from unhedged.measures.day import SECOND, Day, in_order

KIND = "basis_desk"
PROMPT = 180.0
"""Seconds to the first trade of one's own that part desks with a plan from those without. Ours: the source sorts accounts by
their behaviour and gives medians of 31.6 s and 9 minutes."""
NEVER = np.iinfo(np.int64).max


def first_closes(closes: pl.DataFrame) -> pl.DataFrame:
    """Return the first row of ``adl`` of each account, with ``over_notional``: unrealised profit over the position at the price.

    The profit is of the whole position before the close, so it is set against the lots closed and left.
    """
    whole = pl.col("notional") * (1.0 + pl.col("left").abs() / pl.col("qty").abs())
    first = closes.unique("account", keep="first", maintain_order=True)
    return first.with_columns(over_notional=pl.col("unrealised") / whole)


def median_leverage(first: pl.DataFrame) -> float | None:
    """Return the median leverage of accounts at their first close; ``first`` is of `first_closes`, here and below."""
    return _median(first["leverage"])


def in_profit(first: pl.DataFrame) -> float | None:
    """Return the share of accounts whose position was in profit at their first close."""
    profits = first["profit"].drop_nulls()
    return float((profits > 0).mean()) if len(profits) else None  # type: ignore[arg-type]


def median_profit(first: pl.DataFrame) -> float | None:
    """Return the median unrealised profit over notional at the first close."""
    return _median(first["over_notional"])


def median_equity_over_profit(first: pl.DataFrame) -> float | None:
    """Return the median of equity over unrealised profit, both before the first close, among accounts in profit."""
    rows = first.filter(pl.col("unrealised") > 0)
    return _median(rows["equity_before"] / rows["unrealised"])


def ordered_otherwise(first: pl.DataFrame) -> float | None:
    """Return the share of neighbours in the observed order of scores that the documented score would swap; None below two closes.

    Observed: leverage times profit over entry. Documented: leverage times mark over entry, inverted for shorts. Both from the
    state before each account's first close; accounts without a score are left out.
    """
    scored = first.filter(
        pl.col("leverage").is_finite() & (pl.col("profit") > 0) & (pl.col("leverage") > 0)
    )
    if len(scored) < 2:
        return None
    gain = (
        pl.when(pl.col("qty") > 0)
        .then(1.0 / (1.0 - pl.col("profit")))
        .otherwise(1.0 + pl.col("profit"))
    )
    ranked = scored.with_columns(
        observed=pl.col("leverage") * pl.col("profit"), documented=pl.col("leverage") * gain
    ).sort("observed", descending=True)
    return float((ranked["documented"].diff().drop_nulls() > 0).mean())  # type: ignore[arg-type]


def vault_share(closes: pl.DataFrame) -> float | None:
    """Return the share of closed notional whose counterparty was a vault."""
    total = float(closes["notional"].sum())
    vault = closes.filter(pl.col("counterparty").str.starts_with("vault@"))
    return float(vault["notional"].sum()) / total if total > 0 else None


def adl_share(closes: pl.DataFrame, steps: pl.DataFrame) -> float | None:
    """Return ADL's share of what was forced without the book: closes over closes and takeovers, dollars."""
    closed = float(closes["notional"].sum())
    taken = float(steps.filter(pl.col("step") == "takeover")["notional"].sum())
    return closed / (closed + taken) if closed + taken > 0 else None


def lost_to_adl(adl: pl.DataFrame) -> pl.Expr:
    """Return the condition under which a row of ``desks`` is of an agent that lost anything to ADL, that is has a row in ``adl``.

    Of most rows it does not hold, and nothing that is asked about struck desks reads those.
    """
    agents = adl["account"].unique().str.split("@").list.first().unique()
    return pl.col("agent").is_in(agents.implode())


def struck(desks: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``desks`` of basis desks that lost any of a short, in their order.

    Most desks never do: what is asked about the others need not be sorted or summed.
    """
    mine = pl.col("kind") == KIND
    hit = desks.filter(mine, pl.col("adl") > 0)["agent"].unique()
    return desks.filter(pl.col("agent").is_in(hit.implode()), mine)


def latencies(desks: pl.DataFrame) -> np.ndarray:
    """Return for each struck desk that traded again the seconds from its first close to its first trade of its own.

    A trade of its own is a change of a leg that ADL and liquidation do not explain, seen at recorded instants: late by at most one.
    """
    rows = in_order(desks.filter(pl.col("kind") == KIND))
    agent, agents = _codes(rows["agent"])
    t, hit = rows["t_ns"].to_numpy(), (rows["adl"] > 0).to_numpy()
    first = np.full(agents, NEVER)
    np.minimum.at(first, agent[hit], t[hit])
    order, begins = _leg_by_leg(rows["instrument"], agent, np.flatnonzero(first[agent] < NEVER))
    agent, t = agent[order], t[order]
    after = _own_trades(rows, order, begins) & (t > first[agent])
    acted = np.full(agents, NEVER)
    np.minimum.at(acted, agent[after], t[after])
    traded = acted < NEVER
    return np.sort(acted[traded] - first[traded]) / SECOND


def _leg_by_leg(
    instrument: pl.Series, agent: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    # `rows`, which stand in order of time, put leg by leg; and where in that order each leg begins.
    code, instruments = _codes(instrument)
    leg = (agent * instruments + code)[rows]
    # Whole numbers of two bytes are sorted by their digits, several times faster than wider ones.
    order = np.argsort(leg.astype(np.min_scalar_type(leg.max(initial=0))), kind="stable")
    return rows[order], np.flatnonzero(np.diff(leg[order], prepend=-1))


def _own_trades(rows: pl.DataFrame, order: np.ndarray, begins: np.ndarray) -> np.ndarray:
    # Whether a leg changed from the instant before by more than ADL and liquidation took.
    pos, forced, adl = (rows[name].to_numpy()[order] for name in ("pos", "forced", "adl"))
    size = np.maximum.reduceat(np.abs(pos), begins) if len(begins) else np.zeros(0)
    slack = np.repeat(1e-9 * np.maximum(size, 1e-12), np.diff(begins, append=len(pos)))
    moved, taken = np.diff(pos, prepend=pos[:1]), np.diff(adl + forced, prepend=0.0)
    own: np.ndarray = np.abs(np.abs(moved) - taken) > slack
    own[begins] = False  # nothing stands before the first row of a leg
    return own


def _codes(names: pl.Series) -> tuple[np.ndarray, int]:
    # Which of the different names each row has, from 0, and how many there are: whole numbers group faster than words.
    code = names.cast(pl.Categorical).to_physical().to_numpy()
    used = np.bincount(code) > 0
    return (np.cumsum(used) - 1)[code], int(used.sum())


def _waits(day: Day) -> np.ndarray:
    return latencies(day.desks)


def prompt_latency(day: Day) -> float | None:
    """Return the median latency of desks that traded within `PROMPT`."""
    waits = day.once(_waits)
    waits = waits[waits <= PROMPT]
    return float(np.median(waits)) if len(waits) else None


def late_latency(day: Day) -> float | None:
    """Return the median latency of desks that traded later than `PROMPT`."""
    waits = day.once(_waits)
    waits = waits[waits > PROMPT]
    return float(np.median(waits)) if len(waits) else None


def _median(values: pl.Series) -> float | None:
    found = values.drop_nulls().drop_nans()
    return float(found.median()) if len(found) else None  # type: ignore[arg-type]
