"""Portfolio margin as the plan holds it: the ratio at which a venue liquidates, where the engine knows its form.

The unified ratio of an account that has no loans and no resting orders, as a crowd's has none: equity, assets at their collateral
ratio included, over maintenance.
"""

from collections.abc import Iterator, Mapping

from unhedged.scenario.agents import Leveraged
from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.problems import place
from unhedged.scenario.spec import Instrument, Venue
from unhedged.venues import rulebook
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.errors import InconsistentRules
from unhedged.vocab.units import parse_rate

UNIFIED = "unified_ratio"


def limit_of(book: Rulebook) -> int:
    """Return the ratio below which a portfolio account is liquidated, ppb; 0 where the venue has none the engine takes."""
    level = book.value("portfolio.liquidation")
    return parse_rate(level) if book.value("portfolio.form") == UNIFIED else 0


def check_portfolio(
    agent: Leveraged,
    instruments: Mapping[str, Instrument],
    venues: Mapping[str, Venue],
    stacked: Stack,
    path: Keys,
) -> Iterator[InconsistentRules]:
    """Yield why a crowd cannot have portfolio margin at its venue."""
    venue = venues.get(instruments[agent.instruments[0]].venue)
    if agent.margin != "portfolio" or venue is None:
        return
    if venue.rulebook not in rulebook.available() or limit_of(rulebook.load(venue.rulebook)):
        return
    known = [name for name in rulebook.available() if limit_of(rulebook.load(name))]
    yield InconsistentRules(
        f"{venue.rulebook} has no portfolio margin that the engine takes.",
        allowed=f'A venue under {", ".join(known)}; or margin = "cross".',
        **place(stacked, (*path, "margin")),
    )
