"""Headline measures: one number per replicate, how it is called, and how it is printed.

A measure's unit is in its name: ``_usd`` dollars, ``_share`` a fraction, ``_ns`` simulated time, otherwise a plain number.
``None`` means "did not happen". A measure of one thing has its id after a dot: ``fall_share.hub/BTC-PERP``, ``adl_need_usd.hub``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from unhedged.vocab.units import MINUS, show_duration, show_money, show_number, show_rate

LABELS: Mapping[str, str] = {
    "forced_usd": "Liquidated notional",
    "forced_long_share": "Long share of it",
    "adl_usd": "Auto-deleveraged notional",
    "deficit_usd": "Deficit",
    "fund_draw_share": "Fund drawdown",
    "fund_empty_ns": "Fund empty after",
    "first_adl_ns": "First ADL after",
    "adl_accounts": "Accounts deleveraged",
    "adl_need_usd": "True need: deficits passed to ADL",
    "adl_removed_usd": "Removed from winners at mark",
    "adl_removed_net_usd": "Net taken from winners at mark",
    "adl_overshoot_usd": "Overshoot: removed above need",
    "adl_haircut_share": "Largest haircut of equity",
    "adl_gini": "Gini of closed notional",
    "adl_hhi": "HHI of closed notional",
    "desk_unhedged_usd": "Most a desk stood unhedged",
    "desk_unhedged_ns": "Longest a desk stood so at a stretch",
    "desk_open_ns": "Time what desks lost stood open",
    "desk_break_loss_usd": "Lost by desks on broken hedges",
    "desks_deleveraged": "Desks whose short was closed",
    "desks_spot_kept": "Desks left with their spot",
    "desks_unhedged_end": "Desks that ended unhedged",
    "desk_rehedge_usd": "Paid by desks to trade again, against the mid",
    "desk_wait_ns": "Wait of desks for a trade of their own (sampled)",
    "branching_cases": "Liquidations caused per liquidation (traced)",
    "branching_counts": "The same, from counts per minute",
    "family_usd_share": "Liquidated notional with a forced parent",
    "family_largest": "Largest family of liquidations",
    "family_generations": "Generations of the longest line",
    "critical_ns": "Next 1% triggers more than rests within it from (sampled)",
    "branching_depth": "What the next 1% triggers over depth (sampled)",
    "branching_types": "Two-type condition at the worst minute (sampled)",
    "branching_of": "Liquidations with a forced parent, of all",
    "makers_least_share": "Fewest makers quoting, mean of a minute (sampled)",
    "thin_share": "Time below a tenth of starting depth",
    "open_interest_share": "Change of open interest",
    "fall_share": "Deepest fall (mark over 20 s)",
    "rise_share": "Highest rise (mark over 20 s)",
    "low_share": "Fall to the lowest trade",
    "liquidations": "Accounts liquidated",
    "collateral_sold_usd": "Collateral sold in liquidations",
    "trades": "Trades",
}
"""What a measure is called on screen; the order of the table. Others follow under their own name."""


PER_INSTRUMENT = ("thin_share", "open_interest_share", "fall_share", "rise_share", "low_share")
"""Measures of each instrument, with its id after a dot."""
PER_CASCADE = (
    "critical_ns",
    "branching_depth",
    "branching_types",
    "branching_of",
    "makers_least_share",
)
"""Measures of each instrument's cascade, likewise."""
PER_VENUE = (
    "adl_need_usd",
    "adl_removed_usd",
    "adl_removed_net_usd",
    "adl_overshoot_usd",
    "adl_haircut_share",
    "adl_gini",
    "adl_hhi",
)
"""Measures of each venue with contracts, with its id after a dot."""

HEADS: Mapping[str, str] = {
    "adl_need_usd": "need",
    "adl_removed_usd": "removed",
    "adl_removed_net_usd": "net taken",
    "adl_overshoot_usd": "overshoot",
    "adl_haircut_share": "haircut",
    "adl_gini": "Gini",
    "adl_hhi": "HHI",
    "critical_ns": "critical at",
    "branching_depth": "ratio",
    "branching_types": "two types",
    "branching_of": "caused",
    "makers_least_share": "makers",
    "thin_share": "time thin",
    "open_interest_share": "OI",
    "fall_share": "fall",
    "rise_share": "rise",
    "low_share": "lowest",
}
"""Short names, for a table with a column per measure; the labels say them in full."""


def of_things(measures: Iterable[str], names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the measures of each thing by name: ``{"hub/BTC-PERP": {"fall_share": "fall_share.hub/BTC-PERP"}}``.

    Parameters
    ----------
    measures : iterable of str
        Full names.
    names : iterable of str
        What counts, such as `PER_INSTRUMENT`.
    """
    wanted = set(names)
    found: dict[str, dict[str, str]] = {}
    for full in measures:
        name, _, thing = full.partition(".")
        if thing and name in wanted:
            found.setdefault(thing, {})[name] = full
    return dict(sorted(found.items()))


def known(instruments: Iterable[str]) -> list[str]:
    """Return the measures a run over ``instruments`` may have, in the order of the table."""
    ids = list(instruments)
    venues = list(dict.fromkeys(i.partition("/")[0] for i in ids))
    things = dict.fromkeys((*PER_INSTRUMENT, *PER_CASCADE), ids) | dict.fromkeys(PER_VENUE, venues)
    return [
        full
        for name in LABELS
        for full in ([f"{name}.{i}" for i in things[name]] if name in things else [name])
    ]


def label(measure: str) -> str:
    """Return what ``measure`` is called on screen."""
    name, _, thing = measure.partition(".")
    words = LABELS.get(name, name.removesuffix("_usd").removesuffix("_share").removesuffix("_ns"))
    words = words.replace("_", " ") if name not in LABELS else words
    return f"{words}, {thing}" if thing else words


def show(measure: str, value: Any) -> str:
    """Return ``value`` of ``measure`` as it is printed; where there is none, ``never`` for a time and ``–`` otherwise."""
    name = measure.partition(".")[0]
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "never" if name.endswith("_ns") else "–"
    printers: Mapping[str, Callable[[float], str]] = {
        "_usd": show_money,
        "_share": show_rate,
        "_ns": lambda ns: show_duration(int(ns)),
    }
    for suffix, printer in printers.items():
        if name.endswith(suffix):
            return printer(value)
    if value == int(value):
        return f"{int(value):,}".replace("-", MINUS)
    return show_number(value)


def axis_unit(measure: str) -> tuple[float, str]:
    """Return what to multiply a value of ``measure`` by for an axis, and the unit it then has."""
    name = measure.partition(".")[0]
    units = {"_usd": (1e-6, "$M"), "_share": (100.0, "%"), "_ns": (1 / 60e9, "min")}
    return next((unit for suffix, unit in units.items() if name.endswith(suffix)), (1.0, ""))


def axis_title(measure: str) -> str:
    """Return what ``measure`` is called beside an axis, with its unit."""
    unit = axis_unit(measure)[1]
    return f"{label(measure)}, {unit}" if unit else label(measure)


def rank(measure: str) -> tuple[int, str]:
    """Return the sort key of a measure: known ones in their order, others by name."""
    names = list(LABELS)
    name = measure.partition(".")[0]
    return (names.index(name) if name in names else len(names)), measure
