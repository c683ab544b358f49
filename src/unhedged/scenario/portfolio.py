"""Portfolio margin as the plan holds it, where the engine knows a venue's form; and the checks of it.

unified_ratio  the sum of margins times a level: an account without loans and without resting orders, as those of a crowd are
borrow_ratio   the sum of margins and a constant over a level: an account that owns dollars alone, so nothing is borrowed
grid           the worst loss over moves of each underlying, its linear contracts netted; futures and options are not there
"""

from collections.abc import Iterator, Mapping
from typing import Any

from unhedged.scenario.agents import Leveraged
from unhedged.scenario.clearing import steps_taken
from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.plan_security import PortfolioPlan
from unhedged.scenario.problems import place
from unhedged.scenario.spec import Instrument, Venue
from unhedged.venues import rulebook
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.enums import LiquidationStep
from unhedged.vocab.errors import InconsistentRules
from unhedged.vocab.units import PPB, parse_rate, parse_usd

UNIFIED, BORROW, GRID = "unified_ratio", "borrow_ratio", "grid"
WHOLE = (
    LiquidationStep.CANCEL_ORDERS,
    LiquidationStep.NET_HEDGED_LEGS,
    LiquidationStep.SELL_COLLATERAL,
    LiquidationStep.INCREMENTAL_ROUNDS,
    LiquidationStep.FUND_ZEROES_ACCOUNT,
)
"""Steps that ask what the account needs as a whole; the others share it out among positions, which a net does not allow."""


def portfolio_of(book: Rulebook) -> PortfolioPlan | None:
    """Return what an account in portfolio margin needs; nothing where the venue has none the engine takes."""
    form = book.value("portfolio.form")
    if form == GRID:
        width = parse_rate(book.value("portfolio.range"))
        return PortfolioPlan(times_ppb=PPB, per_ppb=PPB, base_usd=0.0, range_ppb=width)
    if form not in (UNIFIED, BORROW):
        return None
    level = parse_rate(book.value("portfolio.liquidation"))
    if form == BORROW:
        base = parse_usd(book.value("portfolio.base"))
        return PortfolioPlan(times_ppb=PPB, per_ppb=level, base_usd=base, range_ppb=0)
    # Liquidated at the level too: bands are open at their lower ends.
    return PortfolioPlan(times_ppb=level + 1, per_ppb=PPB, base_usd=0.0, range_ppb=0)


def check_portfolio(
    agent: Leveraged,
    instruments: Mapping[str, Instrument],
    venues: Mapping[str, Venue],
    stacked: Stack,
    path: Keys,
) -> Iterator[InconsistentRules]:
    """Yield why a crowd cannot have portfolio margin at its venue."""
    venue = venues.get(instruments[agent.instruments[0]].venue)
    if agent.margin != "portfolio" or venue is None or venue.rulebook not in rulebook.available():
        return
    book = rulebook.load(venue.rulebook)
    form = book.value("portfolio.form")
    if portfolio_of(book) is None:
        known = [name for name in rulebook.available() if portfolio_of(rulebook.load(name))]
        yield InconsistentRules(
            f"{venue.rulebook} has no portfolio margin that the engine takes.",
            allowed=f'A venue under {", ".join(known)}; or margin = "cross".',
            **place(stacked, (*path, "margin")),
        )
        return
    if form == BORROW and agent.collateral:
        yield InconsistentRules(
            f"In portfolio margin at {venue.rulebook} assets are supplied and dollars borrowed against them; no loans exist here.",
            allowed='Dollars alone; or margin = "cross".',
            **place(stacked, (*path, "collateral")),
        )
    if form == GRID:
        yield from _grid(agent, instruments, venue, book, place(stacked, (*path, "margin")))


def _grid(
    agent: Leveraged,
    instruments: Mapping[str, Instrument],
    venue: Venue,
    book: Rulebook,
    where: dict[str, Any],
) -> Iterator[InconsistentRules]:
    inverse = [name for name in agent.instruments if instruments[name].kind == "inverse"]
    if inverse:
        yield InconsistentRules(
            f'"{inverse[0]}" is inverse: its worst loss does not lie at an end of a grid that others share.',
            allowed='Linear contracts; or margin = "cross".',
            **where,
        )
    strange = [step for step in steps_taken(venue, book) if step not in WHOLE]
    if venue.liquidation.enabled and strange:
        yield InconsistentRules(
            f"{strange[0].name.lower()} shares margin out among positions, which offset each other here.",
            allowed=f"Steps of {', '.join(step.name.lower() for step in WHOLE)}.",
            **where,
        )
