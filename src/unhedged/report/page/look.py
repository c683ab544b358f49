"""How figures look: colours with one meaning each, thin lines, light grids, and series thin enough for a phone."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONG, SHORT, FUND, ADL, LIQUIDATION = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
"""Okabe and Ito's colours, told apart by the colour-blind."""
MARK, INDEX, QUIET = "#111111", "#888888", "#bbbbbb"
DASHES = ("solid", "dash", "dot", "dashdot")
"""Tell venues apart: a colour already means something."""
MOST_POINTS = 900
"""Points of a line: two a pixel of a wide screen."""
DIGITS = 6
LETTERS = 22


def thin(
    x: Sequence[Any], y: Sequence[Any], most: int = MOST_POINTS
) -> tuple[list[Any], list[Any]]:
    """Return points of a line in order: all of them, or the lowest and the highest of each of ``most / 2`` stretches.

    Stretches without a number give one empty point, so that gaps stay gaps.
    """
    xs, ys = np.asarray(x), np.asarray(y, np.float64)
    if len(xs) <= most:
        return xs.tolist(), shown(ys)
    stretches = most // 2
    length, longer = divmod(len(xs), stretches)  # the first `longer` have one point more
    middle = longer * (length + 1)
    kept = np.unique(np.concatenate([_ends(ys[:middle], length + 1), middle + _ends(ys[middle:], length)]))  # fmt: skip
    return xs[kept].tolist(), shown(ys[kept])


def _ends(ys: NDArray[np.float64], length: int) -> NDArray[np.intp]:
    # Where the lowest and the highest number of each stretch stand; its first point where it has no number.
    parts = ys.reshape(-1, length)
    none, finite = (
        np.isnan(parts),
        np.nan_to_num(parts, nan=0.0),
    )  # an infinity is a number, and comes before none
    lowest = np.where(none, np.inf, finite).argmin(axis=1)
    highest = np.where(none, -np.inf, finite).argmax(axis=1)
    first = np.arange(len(parts)) * length
    return np.concatenate([first + lowest, first + highest])


def shown(values: Iterable[float]) -> list[float | None]:
    """Return numbers with six significant digits, None for what is none."""
    return [float(f"{v:.{DIGITS}g}") if math.isfinite(v) else None for v in map(float, values)]


def line(
    name: str,
    x: Sequence[Any],
    y: Sequence[Any],
    colour: str,
    *,
    dash: str = "solid",
    axis: str = "",
    width: float = 1.4,
    fill: bool = False,
    legend: bool = True,
) -> dict[str, Any]:
    """Return a line; ``axis`` is the number of its y axis, such as ``"2"``."""
    xs, ys = thin(x, y)
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": xs,
        "y": ys,
        "line": {"color": colour, "width": width, "dash": dash},
        "showlegend": legend,
    }
    if fill:
        trace |= {"fill": "tozeroy", "line": {"color": colour, "width": 0.5}}
    return _on(trace, axis)


def bars(
    name: str,
    x: Sequence[Any],
    y: Sequence[Any],
    colour: str,
    *,
    axis: str = "",
    width: float | None = None,
) -> dict[str, Any]:
    """Return upright bars."""
    trace: dict[str, Any] = {
        "type": "bar",
        "name": name,
        "x": list(x),
        "y": shown(y),
        "marker": {"color": colour, "line": {"width": 0}},
    }
    if width is not None:
        trace["width"] = width
    return _on(trace, axis)


def _on(trace: dict[str, Any], axis: str) -> dict[str, Any]:
    return trace | ({"yaxis": f"y{axis}"} if axis else {})


def axis(title: str, **more: Any) -> dict[str, Any]:
    """Return an axis with a light grid."""
    return {
        "title": {"text": title, "font": {"size": 12}},
        "gridcolor": "#eeeeee",
        "zerolinecolor": "#cccccc",
        "linecolor": "#cccccc",
        "ticks": "outside",
        "tickcolor": "#cccccc",
        "automargin": True,
        **more,
    }


def layout(height: int = 360, **more: Any) -> dict[str, Any]:
    """Return a layout: white ground, legend above, one cursor for all panels."""
    return {
        "height": height,
        "margin": {"l": 52, "r": 12, "t": 30, "b": 42},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "#222222"},
        "hovermode": "x unified",
        "bargap": 0.05,
        "autosize": True,
        "legend": {
            "orientation": "h",
            "traceorder": "normal",
            "y": 1.0,
            "yanchor": "bottom",
            "x": 0,
            "font": {"size": 11},
        },
        **more,
    }


def wrapped(text: str) -> str:
    """Return a label in lines of at most `LETTERS`: on a phone the plot needs the rest of the width."""
    return "<br>".join(textwrap.wrap(text, LETTERS))


def panels(shares: Sequence[float], gap: float = 0.06) -> list[list[float]]:
    """Return the vertical stretches of panels, first on top, as shares of the height."""
    whole, top, found = sum(shares), 1.0, []
    room = 1.0 - gap * (len(shares) - 1)
    for share in shares:
        bottom = top - room * share / whole
        found.append([max(0.0, round(bottom, 4)), round(top, 4)])
        top = bottom - gap
    return found
