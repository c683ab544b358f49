"""The screen a run or a comparison ends with: the finding first, then the numbers, then where to look next."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from unhedged.results import headline
from unhedged.vocab.units import show_duration, show_money, show_rate

Row = Mapping[str, Any]
KEYS = ("replicate", "seconds", "sha256")
QUANTILES = (0.05, 0.95)
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
    width = max(len(headline.label(name)) for name in names) + 2
    single = len(rows) == 1
    heads = [""] if single else ["median", "5%", "95%"]
    if not single:
        lines.append(" " * width + "".join(f"{head:>14}" for head in heads))
    for name in names:
        shown = "".join(f"{cell:>14}" for cell in cells(rows, name))
        lines.append(f"{headline.label(name):<{width}}{shown}".rstrip())
    return "\n".join(lines)


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
    # Of each instrument the larger of its fall and its rise.
    things = [name.partition(".")[2] for name in measures(rows) if name.startswith("fall_share.")]
    parts = []
    for thing in things:
        fall, rise = (_median(rows, f"{name}.{thing}") for name in ("fall_share", "rise_share"))
        parts.append(
            f"{thing} rose {show_rate(rise)}"
            if rise > max(fall, 0.0)
            else f"{thing} fell {show_rate(fall)}"
        )
    return f"{', '.join(parts)}{' (median)' if len(rows) > 1 else ''}." if parts else ""


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
