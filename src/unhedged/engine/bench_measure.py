"""One figure of a benchmark with what it was measured under, and how figures are shown."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What was measured, how often, and what came out: ``values`` in ``unit``, one per repetition."""

    name: str
    unit: str
    values: Sequence[float]
    conditions: str
    more_is_better: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle of the repetitions."""
        return float(median(self.values))

    @property
    def best(self) -> float:
        """The fastest repetition: other work on the machine only ever slows down."""
        return float(max(self.values) if self.more_is_better else min(self.values))

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "unit": self.unit,
            "median": self.median,
            "best": self.best,
            "repetitions": len(self.values),
            "conditions": self.conditions,
            **self.facts,
        }

    def to_text(self) -> str:
        """Return a line with the figure and one with its conditions."""
        again = f"best {figure(self.best)}, " if len(self.values) > 1 else ""
        times = "1 repetition" if len(self.values) == 1 else f"{len(self.values)} repetitions"
        facts = "".join(
            f"\n{'':<18}{key.replace('_', ' ')}: {_shown(value)}"
            for key, value in self.facts.items()
        )
        head = f"{self.name:<18}{figure(self.median)} {self.unit}   ({again}{times})"
        return f"{head}\n{'':<18}{self.conditions}{facts}"


def figure(value: float) -> str:
    """Return a number with three significant digits, or all digits above a thousand."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _shown(value: Any) -> str:
    return (
        figure(value)
        if isinstance(value, float)
        else f"{value:,}"
        if type(value) is int
        else f"{value}"
    )


def conditions() -> dict[str, Any]:
    """Return the machine, the build and the versions that a figure depends on."""
    from unhedged.kernels.cache import BUILD  # noqa: PLC0415 - numba only where it is measured
    from unhedged.results.manifest import machine, versions  # noqa: PLC0415

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "build": BUILD,
        **machine(),
        "model": _model(),
        "load": load,
        "versions": versions(),
        "clock": "CPU time of one thread, unless a line says wall time",
    }


def _model() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def conditions_text(found: Mapping[str, Any]) -> str:
    """Return the conditions in three lines."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    busy = "" if found["load"] is None else f", load {found['load']:.1f}"
    return (
        f"{found['build']} build on {found['system']} {found['processor']}, {found['model']}, "
        f"{found['cores']} cores{busy}\n{versions}\n{found['clock']}"
    )
