"""Limits a user states, such as ``deficit_usd > $0``, held against headline measures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unhedged.results import headline
from unhedged.vocab.errors import LimitBreached, ScenarioError, UnknownKind
from unhedged.vocab.units import PPB, parse_duration, parse_rate, parse_usd

_LIMIT = re.compile(r"\s*([A-Za-z_][\w./\-]*)\s*(>=|<=|>|<)\s*(.+?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A condition that must not hold in any replicate."""

    text: str
    measure: str
    sign: str
    bound: float

    def holds(self, value: float) -> bool:
        """Return whether ``value`` meets the condition."""
        if self.sign == ">":
            return value > self.bound
        if self.sign == "<":
            return value < self.bound
        return value >= self.bound if self.sign == ">=" else value <= self.bound


def parse_limit(text: str) -> Limit:
    """Return the limit ``text`` states; its bound carries the unit of the measure.

    Raises
    ------
    ScenarioError
        Not a condition, or a bound without the measure's unit.
    """
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise ScenarioError(
            f"{text!r} is not a limit.",
            value=text,
            allowed='Such as "deficit_usd > $0" or "fall_share.hub/BTC-PERP > 20%".',
        )
    measure, sign, bound = match.groups()
    return Limit(text=text, measure=measure, sign=sign, bound=_bound(measure, bound))


def _bound(measure: str, text: str) -> float:
    name = measure.partition(".")[0]
    if name.endswith("_usd"):
        return parse_usd(text)
    if name.endswith("_share"):
        return parse_rate(text) / PPB
    if name.endswith("_ns"):
        return parse_duration(text)
    try:
        return float(text.replace("_", ""))
    except ValueError:
        raise ScenarioError(f"{text!r} is not a number.", value=text) from None


def refuse_if_unknown(limits: Sequence[Limit], measures: Sequence[str]) -> None:
    """Raise when a limit is about a measure that is not among ``measures``.

    Raises
    ------
    UnknownKind
        With those of the same name for other things, when there are any, else all.
    """
    for limit in limits:
        if limit.measure not in measures:
            name = limit.measure.partition(".")[0]
            alike = [measure for measure in measures if measure.partition(".")[0] == name]
            raise UnknownKind.of("measure", limit.measure, alike or measures)


def refuse_if_breached(limits: Sequence[Limit], rows: Sequence[Mapping[str, Any]]) -> None:
    """Raise when a limit holds in some replicate.

    Raises
    ------
    LimitBreached
        With the count of replicates and the worst value.
    ScenarioError
        A measure no replicate has.
    """
    for limit in limits:
        if not any(limit.measure in row for row in rows):
            known = sorted({key for row in rows for key in row})
            raise ScenarioError(
                f'There is no measure "{limit.measure}".', allowed=f"Measures: {', '.join(known)}."
            )
        values = [row[limit.measure] for row in rows if row.get(limit.measure) is not None]
        hit = [value for value in values if limit.holds(value)]
        if hit:
            worst = max(hit) if ">" in limit.sign else min(hit)
            raise LimitBreached(
                f"Limit breached: {limit.text} in {len(hit)} of {len(rows)} replicates; "
                f"worst {headline.show(limit.measure, worst)}."
            )
