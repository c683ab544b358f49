"""Margin schedules as venues print them.

``marginal`` brackets ask each rate on the part of the notional inside them and keep the schedule continuous by a deduction;
``whole_position`` brackets ask the rate of the highest on everything; ``slope`` and ``risk_limit_steps`` have a rate that grows
with size: ``initial`` and ``maintenance`` plus ``per_unit`` for each ``unit``, or plus ``increment`` for each ``step`` begun above
``base``. A notional equal to a floor belongs to the higher bracket; a size equal to a floor in ``contracts`` to the lower one, for
such tables print the largest size of each tier. ``contract`` says how many coins one of them is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from unhedged.vocab.errors import DataError, UnhedgedError
from unhedged.vocab.units import PPB, parse_price, parse_rate

FORMS: Mapping[str, tuple[str, ...]] = {
    "slope": ("initial", "maintenance", "per_unit", "unit"),
    "risk_limit_steps": ("initial", "maintenance", "increment", "base", "step", "unit"),
}
"""Forms without brackets, with the terms each needs."""
RATES = ("initial", "maintenance", "per_unit", "increment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """One bracket of a margin schedule as the venue prints it."""

    floor: (
        float  # notional in dollars, or size where the table has another unit; equal belongs here
    )
    maintenance: str  # rate with unit
    leverage: float  # highest allowed
    deduct: float  # dollars
    initial: str = ""  # rate with unit, where the venue prints one

    @property
    def initial_ppb(self) -> int:
        """The initial margin rate, rounded against the account."""
        return parse_rate(self.initial) if self.initial else -int(-PPB // self.leverage)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTable:
    """A margin schedule with its source."""

    name: str
    brackets: tuple[Bracket, ...]
    largest: float | None  # dollars, highest notional the venue allows, where it states one
    source: str
    read: str
    confidence: str
    form: str = "marginal"
    unit: str = "USD"  # of floors
    contract: str = ""  # coins in one contract, exact decimal, where floors count contracts
    terms: Mapping[str, Any] = field(default_factory=dict)  # of a form without brackets
    also: Mapping[str, str] = field(default_factory=dict)  # what else the venue ties to the table
    names: tuple[str, ...] = ()  # other names it answers to, so that rulebooks can be exchanged
    assumed_for: tuple[
        str, ...
    ] = ()  # names of contracts without a stored table for which it is taken


def parse(name: str, part: Mapping[str, Any], schedule: str, *, book: str) -> TierTable:
    """Return the schedule ``name`` of a rulebook whose tiers are read as ``schedule``.

    Raises
    ------
    DataError
        A key, a source or a term is missing, or a rate cannot be read.
    """
    where = f"tiers.{name}"
    missing = [key for key in ("source", "read", "confidence") if not part.get(key)]
    form = part.get("form", "whole_position" if schedule == "whole_position" else "marginal")
    own = part.get("terms", {})
    missing += [key for key in FORMS.get(form, ()) if key not in own]
    if form not in FORMS and not part.get("brackets"):
        missing.append("brackets")
    if missing:
        raise DataError(f"{where} lacks {' and '.join(missing)}.", file=book)
    try:
        brackets = tuple(_brackets(part.get("brackets", ()), form))
        for key in RATES:
            if key in own:
                parse_rate(own[key])
        if "contract" in part:
            parse_price(part["contract"])
    except (UnhedgedError, ValueError, TypeError, ZeroDivisionError) as error:
        raise DataError(f"{where} cannot be read: {error}", file=book) from error
    return TierTable(
        name=name,
        brackets=brackets,
        largest=part.get("largest"),
        source=part["source"],
        read=part["read"],
        confidence=part["confidence"],
        form=form,
        unit=part.get("unit", own.get("unit", "USD")),
        contract=part.get("contract", ""),
        terms=own,
        also=part.get("also", {}),
        names=tuple(part.get("names", ())),
        assumed_for=tuple(part.get("assumed_for", ())),
    )


def _brackets(rows: Sequence[Sequence[Any]], form: str) -> Iterator[Bracket]:
    deduct, below = Fraction(0), 0
    for floor, maintenance, leverage, *printed in rows:
        rate = parse_rate(maintenance)
        if form == "marginal" and below:
            deduct += Fraction(floor) * (rate - below) / PPB
        below = rate
        initial = leverage if isinstance(leverage, str) else ""
        yield Bracket(
            floor=float(floor),
            maintenance=maintenance,
            leverage=PPB / parse_rate(initial) if initial else leverage,
            deduct=float(printed[0]) if printed else float(deduct),
            initial=initial,
        )
