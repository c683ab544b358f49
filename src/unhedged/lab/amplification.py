"""How much of a fall the liquidation engine made: twins with the engine on and off.

``A = fall with the engine / fall without it``, the same news and the same random numbers. At 1 forced selling added nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ENGINE = "liquidation_on"
"""What a plan calls the switch of a venue's engine."""
FALL = "fall_share."
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amplified:
    """The fall of one instrument with the engine and without it, means over pairs of twins."""

    instrument: str
    on: float
    off: float
    low: float  # least ratio of a pair
    high: float  # largest; infinite where an engine made all of a fall
    pairs: int

    @property
    def factor(self) -> float:
        """Mean fall on over mean fall off."""
        return ratio(self.on, self.off)


def ratio(on: float, off: float) -> float:
    """Return ``on / off``; 1 of two zeros, infinite where only ``off`` is zero."""
    if off > 0:
        return on / off
    return 1.0 if on == 0 else float("inf")


def base_is_on(changes: Sequence[tuple[str, Any, Any]]) -> bool | None:
    """Return whether the base of a comparison has the engine on that the other has off; None where no engine, or not all alike, changed.

    ``changes`` are paths of the plans with both values.
    """
    flips = {(a, b) for path, a, b in changes if path.rpartition(".")[2] == ENGINE}
    if flips == {(True, False)}:
        return True
    return False if flips == {(False, True)} else None


def amplified(on: Sequence[Row], off: Sequence[Row]) -> list[Amplified]:
    """Return the amplification of every instrument's fall over the replicates both runs have, by instrument.

    Parameters
    ----------
    on, off : sequence of mapping
        Headline rows of the run with the engine and of the one without.
    """
    twins = {row["replicate"]: row for row in off}
    pairs = [(row, twins[row["replicate"]]) for row in on if row["replicate"] in twins]
    names = sorted({key for row, _ in pairs for key in row if key.startswith(FALL)})
    found = []
    for name in names:
        values = [
            (float(a[name]), float(b[name]))
            for a, b in pairs
            if a.get(name) is not None and b.get(name) is not None
        ]
        if values:
            ratios = [ratio(a, b) for a, b in values]
            found.append(
                Amplified(
                    instrument=name.removeprefix(FALL),
                    on=sum(a for a, _ in values) / len(values),
                    off=sum(b for _, b in values) / len(values),
                    low=min(ratios),
                    high=max(ratios),
                    pairs=len(values),
                )
            )
    return found
