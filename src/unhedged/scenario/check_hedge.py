"""Checks of hedge mode: two legs on one contract, where the venue has them."""

from collections.abc import Iterator, Mapping

from unhedged.agents import rows
from unhedged.scenario.agents import AgentSpec
from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.problems import place
from unhedged.scenario.spec import Instrument, Scenario
from unhedged.venues import rulebook
from unhedged.vocab.errors import InconsistentRules, ScenarioError

MOST = 4
"""Contracts an agent that acts may hold two legs on: it has eight legs at most."""


def is_hedge(agent: AgentSpec) -> bool:
    """Return whether a block's accounts hold a long and a short leg on each contract."""
    return rows.is_hedge({"position_mode": getattr(agent, "position_mode", None)})


def hedged_venues(scenario: Scenario) -> set[str]:
    """Return the venues at which somebody holds two legs on a contract."""
    venues = {instrument.id: instrument.venue for instrument in scenario.instrument}
    return {
        venues[name]
        for agent in scenario.agent
        if is_hedge(agent)
        for _, name in agent.named_instruments()
    }


def check_hedge(
    agent: AgentSpec,
    scenario: Scenario,
    instruments: Mapping[str, Instrument],
    stacked: Stack,
    path: Keys,
) -> Iterator[ScenarioError]:
    """Yield why a block cannot hold two legs; nothing for one in one-way mode."""
    if not is_hedge(agent):
        return
    named = [instruments[name] for _, name in agent.named_instruments()]
    here = place(stacked, (*path, "position_mode"))
    if agent.kind == "custom" and len(named) > MOST:
        yield InconsistentRules(
            f"Two legs on {len(named)} instruments are {2 * len(named)} legs; an agent has up to {2 * MOST}.",
            allowed=f"At most {MOST} instruments in hedge mode.",
            **here,
        )
    books = {venue.id: venue.rulebook for venue in scenario.venue}
    for leg in named:
        book = books.get(leg.venue)
        if leg.kind == "spot":
            yield InconsistentRules(f'"{leg.id}" is spot: coins have no short leg.', **here)
        elif book in rulebook.available() and not _has_legs(book):
            yield InconsistentRules(
                f"{book} knows one net position a contract only.",
                allowed=f"Rulebooks with hedge mode: {', '.join(filter(_has_legs, rulebook.available()))}.",
                hint='position_mode = "one_way"',
                **here,
            )


def _has_legs(book: str) -> bool:
    return "hedge" in rulebook.load(book).value("margin.position_modes", ())
