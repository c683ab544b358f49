"""Checks of inverse contracts: one money a venue, and sizes whose value fits 64 bits."""

from collections.abc import Iterator
from fractions import Fraction

from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.problems import place
from unhedged.scenario.spec import Instrument, Scenario
from unhedged.vocab.errors import InconsistentRules, ScenarioError
from unhedged.vocab.units import ATOMS_PER_COIN, show_money

MOST_UNITS = 2**62
"""Bound of the atoms of a size at a price of one tick, ``lots * num``, so that it can be valued within 64 bits."""


def settlement(instrument: Instrument) -> str:
    """Return the money of an instrument: dollars, or its asset when it is inverse."""
    return instrument.asset if instrument.kind == "inverse" else "dollars"


def check_settlement(
    scenario: Scenario, instrument: Instrument, stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    """Yield why an instrument cannot share its venue's money, or is too large for it."""
    others = [i for i in scenario.instrument if i.venue == instrument.venue]
    first = others[0]
    if settlement(first) != settlement(instrument):
        yield InconsistentRules(
            f'"{instrument.id}" settles in {settlement(instrument)}, "{first.id}" in {settlement(first)}.',
            allowed="All instruments of a venue settle in one asset.",
            hint="Give each settlement asset a [[venue]] of its own, with the same rulebook.",
            **place(stacked, (*path, "kind")),
        )
    if instrument.kind != "inverse":
        return
    at_one_tick = Fraction(instrument.open_interest) * ATOMS_PER_COIN
    at_one_tick /= Fraction(instrument.tick_size)
    if at_one_tick >= MOST_UNITS:
        most = MOST_UNITS * Fraction(instrument.tick_size) / ATOMS_PER_COIN
        yield InconsistentRules(
            f"An open interest of {show_money(instrument.open_interest)} is beyond 64 bits at a tick of "
            f"{instrument.tick_size}.",
            allowed=f"Less than {show_money(float(most))}.",
            hint="Choose a larger tick_size.",
            **place(stacked, (*path, "open_interest")),
        )
