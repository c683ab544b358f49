"""The screen a run or a comparison ends with: the finding first, then the numbers, then where to look next."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from unhedged.results import headline
from unhedged.vocab.units import show_duration, show_money, show_rate

Row = Mapping[str, Any]
KEYS = ("replicate", "seconds", "sha256")
QUANTILES = (0.05, 0.95)
MOST_MOVES = 4
"""Instruments named in the finding."""
Z95 = 1.959963984540054


def measures(rows: Sequence[Row]) -> list[str]:
    """Return the numeric measures of headline rows in the order they are printed."""
    names = {
        key
        for row in rows
        for key, value in row.items()
        if key not in KEYS and not isinstance(value, str)
    }
    return sorted(names, key=headline.rank)


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile by linear interpolation between order statistics; ``inf`` counts as largest."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    if ordered[low] == ordered[high]:
        return ordered[low]
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])


def interval_of_share(hits: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    Source: E. B. Wilson, JASA 22 (1927) 209.
    """
    if trials == 0:
        return 0.0, 1.0
    share, z2 = hits / trials, Z95 * Z95
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def finding(rows: Sequence[Row]) -> str:
    """Return the sentence a run ends with, made from its headline rows."""
    total = len(rows)
    if total == 0:
        return "No replicate has finished."
    sentences = [_adl(rows, total), _desks(rows), _moves(rows)]
    return "\n".join(sentence for sentence in sentences if sentence) or "Nothing was liquidated."


def summary(rows: Sequence[Row], story: Sequence[str] = ()) -> str:
    """Return finding and table of a run: median with the 5 % and 95 % quantiles, or the number itself for one replicate.

    ``story`` are lines about one desk, put between the two.
    """
    lines = [finding(rows), "", *story, *[""] * bool(story)]
    names = measures(rows)
    if not names:
        return lines[0]
    lines += _rows(rows, plain(names))
    for heads, table in things(rows):
        width = max(len(row[0]) for row in (heads, *table)) + 2
        text = [
            f"{row[0]:<{width}}{''.join(f'{c:>12}' for c in row[1:])}" for row in (heads, *table)
        ]
        lines += ["", *text]
    return "\n".join(lines)


def keeping(plan: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """Return which funds keep what they take over, whose loss on it is in no deficit; nothing where none does or need.

    Parameters
    ----------
    plan : mapping
        A run's ``plan.json``.
    rows : sequence of mapping
        Headline rows.
    """
    names = [
        venue["id"]
        for venue in plan["venues"]
        if venue["liquidation_on"]
        and not venue["vault_on"]
        and 0 in (venue["unwind_interval_ns"], venue["unwind_ppb"])
    ]
    if not names or not any(row.get("liquidations") for row in rows):
        return ""
    whose = (
        f"The fund of {names[0]} keeps"
        if len(names) == 1
        else f"The funds of {', '.join(names)} keep"
    )
    what = "what it loses" if len(names) == 1 else "what they lose"
    return (
        f"{whose} positions taken over: {what} on them is in the fund drawdown, not in the deficit."
    )


def plain(names: Sequence[str]) -> list[str]:
    """Return the measures among ``names`` that are not of one venue or one instrument."""
    grouped = (*headline.PER_VENUE, *headline.PER_CASCADE, *headline.PER_INSTRUMENT)
    return [name for name in names if name.partition(".")[0] not in grouped]


def things(rows: Sequence[Row]) -> list[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Return heads and rows of one table for venues and one for instruments: a column per measure, medians of several replicates."""
    found: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = []
    for group in (headline.PER_VENUE, headline.PER_CASCADE, headline.PER_INSTRUMENT):
        table = headline.of_things(measures(rows), group)
        columns = [name for name in headline.HEADS if any(name in of for of in table.values())]
        lines = [
            (thing, *(cells(rows, of[c])[0] if c in of else "–" for c in columns))
            for thing, of in table.items()
        ]
        title = "" if len(rows) == 1 else "medians"
        if lines:
            found.append(((title, *(headline.HEADS[c] for c in columns)), lines))
    return found


def _rows(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    # One line a measure.
    width = max((len(headline.label(name)) for name in names), default=0) + 2
    single = len(rows) == 1
    heads = (
        [] if single else ["".join([" " * width, *(f"{h:>14}" for h in ("median", "5%", "95%"))])]
    )
    return heads + [
        f"{headline.label(name):<{width}}{''.join(f'{cell:>14}' for cell in cells(rows, name))}".rstrip()
        for name in names
    ]


def cells(rows: Sequence[Row], name: str) -> list[str]:
    """Return measure ``name`` as it is printed: median, 5 % and 95 % quantile, or the number itself of one replicate."""
    values = [row.get(name) for row in rows]
    return [headline.show(name, value) for value in (values if len(rows) == 1 else _spread(values))]


def _spread(values: Sequence[Any]) -> list[float | None]:
    # Something that did not happen is later, and larger, than anything that did.
    numbers = [math.inf if value is None else float(value) for value in values]
    return [
        None if math.isinf(q) or math.isnan(q) else q
        for q in (quantile(numbers, share) for share in (0.5, *QUANTILES))
    ]


def _adl(rows: Sequence[Row], total: int) -> str:
    if not any("adl_usd" in row for row in rows):
        return ""
    hit = [row for row in rows if (row.get("adl_usd") or 0) > 0]
    if total == 1:
        if not hit:
            return "Nobody was auto-deleveraged."
        after = hit[0].get("first_adl_ns")
        first = f", first at {show_duration(int(after))}" if after is not None else ""
        return f"Auto-deleveraging took {show_money(hit[0]['adl_usd'])} of profitable positions{first}."
    low, high = interval_of_share(len(hit), total)
    words = (
        f"Auto-deleveraging began in {len(hit)} of {total} replicates "
        f"({show_rate(len(hit) / total)}, 95% interval {low * 100:.0f}–{high * 100:.0f}%)."
    )
    if not hit:
        return words
    median = quantile([row["adl_usd"] for row in hit], 0.5)
    return f"{words}\nWhere it did, it took {show_money(median)} of profitable positions (median)."


def _moves(rows: Sequence[Row]) -> str:
    # Of each instrument the larger of its fall and its rise; of many instruments those that moved most.
    moved = []
    for thing in (n.partition(".")[2] for n in measures(rows) if n.startswith("fall_share.")):
        fall, rise = (_median(rows, f"{name}.{thing}") for name in ("fall_share", "rise_share"))
        up = rise > max(fall, 0.0)
        moved.append(
            (
                max(fall, rise),
                f"{thing} {'rose' if up else 'fell'} {show_rate(rise if up else fall)}",
            )
        )
    if not moved:
        return ""
    most = sorted(moved, key=lambda pair: -pair[0])[:MOST_MOVES]
    rest = len(moved) - len(most)
    also = f"; {rest} other book{'s' if rest > 1 else ''} moved less" if rest else ""
    return f"{', '.join(text for _, text in most)}{' (median)' if len(rows) > 1 else ''}{also}."


def _median(rows: Sequence[Row], name: str) -> float:
    values = [row[name] for row in rows if row.get(name) is not None]
    return quantile(values, 0.5) if values else 0.0


def _desks(rows: Sequence[Row]) -> str:
    struck = [row for row in rows if row.get("desks_deleveraged")]
    if not struck:
        return ""
    text = _lost(
        round(_median(struck, "desks_deleveraged")), round(_median(struck, "desks_spot_kept"))
    )
    if len(struck) < len(rows):
        text = f"In {len(struck)} of {len(rows)} replicates {text}"
    if any(row.get("desk_unhedged_usd") for row in struck):
        worst = _median(struck, "desk_unhedged_usd")
        text += f"; the largest gap of one desk was {show_money(worst)}"
    spans = [row["desk_unhedged_ns"] for row in struck if row.get("desk_unhedged_ns")]
    if spans:
        text += f", the longest lasted {show_duration(int(quantile(spans, 0.5)))}"
    return f"{text}{' (medians)' if len(struck) > 1 else ''}."


def _lost(desks: int, kept: int) -> str:
    # Who lost shorts, and of how many the coins were still there.
    if kept >= desks:
        return (
            "1 desk lost its short while its spot stayed"
            if desks == 1
            else f"{desks} desks lost shorts while their spot stayed"
        )
    if desks == 1:
        return "1 desk lost its short and no longer held its spot"
    return f"{desks} desks lost shorts, {kept} of them while their spot stayed"
