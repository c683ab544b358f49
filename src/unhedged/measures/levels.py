"""How far prices fell after news, when, and how much came back. Shares of the level before the news; seconds from it."""

import numpy as np

from unhedged.measures.day import Day

RECOVERED = (3600.0, 4800.0)
"""Seconds after the news within which a recovery is read."""
GAP = 0.15
"""Distance of perpetual and spot falls, in points of the level before the news, above which their gap counts."""


def deepest(day: Day, instrument: str | None) -> float | None:
    """Return the lowest point after the news as a change, <= 0 where it fell."""
    found = day.change(instrument)
    return None if found is None else float(found[1][found[0] > 0].min(initial=np.inf))


def deepest_at(day: Day, instrument: str | None) -> float | None:
    """Return when the lowest point after the news was, s."""
    found = day.change(instrument)
    if found is None:
        return None
    t, change = found
    after = t > 0
    return float(t[after][change[after].argmin()]) if after.any() else None


def level_at(day: Day, instrument: str | None, seconds: float) -> float | None:
    """Return the change at ``seconds`` after the news, None where the run ends before."""
    found = day.change(instrument)
    if found is None or found[0][-1] < seconds:
        return None
    return float(found[1][np.searchsorted(found[0], seconds)])


def first_leg(day: Day, instrument: str | None, seconds: float = 480.0) -> float | None:
    """Return the lowest change within ``seconds`` of the news, None where none was recorded between."""
    found = day.change(instrument)
    if found is None or found[0][-1] < seconds:
        return None
    t, change = found
    soon = change[(t > 0) & (t <= seconds)]
    return float(soon.min()) if len(soon) else None


def recovered(day: Day, instrument: str | None) -> float | None:
    """Return the share of the deepest fall that had come back 60 to 80 minutes after the news, the mean of that time."""
    low, found = deepest(day, instrument), day.change(instrument)
    if found is None or low is None or low >= 0:
        return None
    t, change = found
    late = change[(t >= RECOVERED[0]) & (t <= RECOVERED[1])]
    return float(late.mean() - low) / -low if len(late) else None


def gap_length(day: Day, contract: str | None, spot: str | None) -> float | None:
    """Return how long a contract stood more than `GAP` below its spot elsewhere, s: instants recorded so, times their step."""
    a, b = day.change(contract), day.change(spot)
    if a is None or b is None or len(a[0]) < 2:
        return None
    rows = min(len(a[0]), len(b[0]))
    apart = (a[1][:rows] - b[1][:rows] < -GAP) & (a[0][:rows] > 0)
    return float(apart.sum() * (a[0][1] - a[0][0]))


def open_interest_change(day: Day, instruments: list[str], *, in_dollars: bool) -> float | None:
    """Return the change of open interest summed over contracts of one asset, or of any assets in dollars at mark."""
    start = end = 0.0
    for instrument in instruments:
        held, mark = (
            day.path(instrument, "open_interest", smooth=False),
            day.path(instrument, "mark", smooth=False),
        )
        if held is None or mark is None:
            continue
        weights = (mark[1][0], mark[1][-1]) if in_dollars else (1.0, 1.0)
        start += held[1][0] * weights[0]
        end += held[1][-1] * weights[1]
    return end / start - 1.0 if start > 0 else None
