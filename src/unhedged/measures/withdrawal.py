"""How much rested in a book after news, against the minute before it: what was left, when it was least, when it came back."""

from collections.abc import Iterable

import numpy as np

from unhedged.measures.day import BEFORE, Day, Numbers

BPS = 100
MINUTE = 60.0
"""Seconds of the mean that says how much was left."""
SETTLED = 600.0
"""Seconds at the end of a run over which depth is called settled."""


def depth(
    day: Day, instrument: str | None, sides: tuple[str, ...] = ("bid", "ask")
) -> tuple[Numbers, Numbers] | None:
    """Return seconds from the news and depth within 1 % of the book's own mid over its usual, sides summed.

    A 20 s mean; usual is the mean of the minute before the news.
    """
    found = [day.path(instrument, f"{side}_depth_{BPS}") for side in sides]
    if any(path is None for path in found):
        return None
    t = found[0][0]  # type: ignore[index]
    total = np.sum([path[1] for path in found if path is not None], axis=0)
    usual = total[(t > -BEFORE) & (t <= 0)]
    if len(usual) == 0 or usual.mean() <= 0:
        return None
    return t, total / usual.mean()


def left(day: Day, books: Iterable[str]) -> float | None:
    """Return the least share of usual depth after the news, less one, over these books together: -0.9 where nine tenths went.

    A mean of a minute, of dollars within 1 % of each book's own mid. Source: what was published speaks of key exchanges, and of tracked
    books, together and by the minute; the book of one venue may be bare for seconds while the others are not.
    """
    paths = [day.path(one, f"{side}_depth_{BPS}", smooth=False) for one in books for side in ("bid", "ask")]  # fmt: skip
    found = [path for path in paths if path is not None]
    if not found or len(found[0][0]) < 2:
        return None
    t: Numbers = found[0][0]
    total: Numbers = np.sum([values for _, values in found], axis=0)
    usual = total[(t > -BEFORE) & (t <= 0)]
    if len(usual) == 0 or usual.mean() <= 0:
        return None
    window = max(1, round(MINUTE / (t[1] - t[0])))
    if len(total) < window:
        return None
    minutes = np.convolve(total, np.ones(window) / window, mode="valid")
    after = minutes[t[window - 1 :] > 0]
    return float(after.min() / usual.mean()) - 1.0 if len(after) else None


def least_at(day: Day, instrument: str | None) -> float | None:
    """Return when depth was least after the news, s."""
    found = depth(day, instrument)
    if found is None:
        return None
    t, share = found
    after = t > 0
    return float(t[after][share[after].argmin()]) if after.any() else None


def back_at(day: Day, instrument: str | None) -> float | None:
    """Return when depth was half way back from its least to what it settled at, s from the news; None if it never was.

    Source: the half-life of depth, t such that ``D >= D_min + (D_post - D_min) / 2``, with ``D_post`` the mean of the last ten
    minutes. None too where the least is not below what it settled at.
    """
    found = depth(day, instrument)
    if found is None:
        return None
    t, share = found
    low = int(np.argmin(np.where(t > 0, share, np.inf)))
    settled = float(share[t > t[-1] - SETTLED].mean())
    if settled <= share[low]:
        return None
    reached = np.flatnonzero(share[low:] >= share[low] + (settled - share[low]) / 2)
    return float(t[low + reached[0]]) if len(reached) else None


def bids_at(day: Day, instrument: str | None, seconds: float) -> float | None:
    """Return the change of bid depth ``seconds`` after the news, None where the run ends before."""
    found = depth(day, instrument, ("bid",))
    if found is None or found[0][-1] < seconds:
        return None
    return float(found[1][np.searchsorted(found[0], seconds)]) - 1.0
