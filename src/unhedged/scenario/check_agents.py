"""Checks of agents against the instruments they name: a hedge is a hedge only in the same coin."""

from collections.abc import Iterator, Mapping

from unhedged.scenario.agents import AgentSpec
from unhedged.scenario.check_hedge import check_hedge
from unhedged.scenario.collateral import check_posted
from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.portfolio import check_portfolio
from unhedged.scenario.problems import known, place
from unhedged.scenario.spec import Instrument, Scenario
from unhedged.vocab import registry
from unhedged.vocab.errors import InconsistentRules, ScenarioError

WATCHED = "watch"
"""The key of a leg that is watched only: it may be of another coin."""
ONE_COIN = frozenset({"market_maker", "basis_desk", "cross_venue"})
"""Kinds whose legs offset each other."""
DOLLARS: Mapping[str, str] = {
    "basis_desk": "the coins that secure it would be a holding that a basis_desk does not hedge",
    "cross_venue": "the coins that secure it would be a holding that a cross_venue does not hedge",
    "panic": "a long secured by coins is not without debt",
}
"""Kinds that count their money in dollars, and what an inverse leg would be to them."""
SPOT, PERPETUAL = "spot", "perpetual"
ROLES = {
    ("basis_desk", "spot"): SPOT,
    ("basis_desk", "short"): PERPETUAL,
    ("basis_desk", "reshort"): PERPETUAL,
    ("leveraged", "instruments"): PERPETUAL,
    ("momentum", "instrument"): PERPETUAL,
    ("speculator", "instrument"): PERPETUAL,
}
"""What a key of a kind must name; the others take either."""
ON_PATH = "Install its package, or put its folder on PYTHONPATH."


def check_agents(scenario: Scenario, stacked: Stack) -> Iterator[ScenarioError]:
    """Yield every leg that does not exist or cannot do its work."""
    instruments = {instrument.id: instrument for instrument in scenario.instrument}
    venues = {venue.id: venue for venue in scenario.venue}
    for n, agent in enumerate(scenario.agent):
        missing = False
        for keys, name in agent.named_instruments():
            for error in known("instrument", name, instruments, stacked, ("agent", n, *keys)):
                missing = True
                yield error
        if agent.kind == "custom":
            yield from _behaviour(agent.behaviour, stacked, ("agent", n, "behaviour"))
        if not missing:
            yield from _legs(agent, instruments, stacked, ("agent", n))
            yield from check_hedge(agent, scenario, instruments, stacked, ("agent", n))
            if agent.kind in ("leveraged", "basis_desk"):
                yield from check_posted(agent, instruments, venues, stacked, ("agent", n))
            if agent.kind == "leveraged":
                yield from check_portfolio(agent, instruments, venues, stacked, ("agent", n))


def _behaviour(name: str, stacked: Stack, path: Keys) -> Iterator[ScenarioError]:
    if not registry.is_known("agents", name):
        error = registry.unknown("agents", name)
        error.what = f'Unknown behaviour "{name}".'
        error.hint = 'unhedged.register("agents", name, function), or "module:function".'
        vars(error).update(place(stacked, path))
        yield error
    elif why := registry.missing("agents", name):
        yield ScenarioError(
            f'Behaviour "{name}" cannot be loaded: {why}.', hint=ON_PATH, **place(stacked, path)
        )


def _legs(
    agent: AgentSpec, instruments: Mapping[str, Instrument], stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    named = [(keys, instruments[name]) for keys, name in agent.named_instruments()]
    kind = agent.kind
    for keys, leg in named:
        wanted = ROLES.get((kind, str(keys[0])))
        if wanted is not None and (leg.kind == SPOT) != (wanted == SPOT):
            others = [x.id for x in instruments.values() if (x.kind == SPOT) == (wanted == SPOT)]
            yield InconsistentRules(
                f'"{leg.id}" is no {wanted} instrument.',
                allowed=f"Expected one of {', '.join(others)}.",
                **place(stacked, (*path, *keys)),
            )
        if kind in ONE_COIN and keys[0] != WATCHED and leg.asset != named[0][1].asset:
            first = named[0][1]
            yield InconsistentRules(
                f'"{leg.id}" is {leg.asset}, "{first.id}" is {first.asset}: neither hedges the other.',
                allowed="Expected instruments of one asset.",
                **place(stacked, (*path, *keys)),
            )
        if kind in DOLLARS and leg.kind == "inverse":
            yield InconsistentRules(
                f'"{leg.id}" is inverse: {DOLLARS[kind]}.',
                allowed="Expected a linear or a spot instrument.",
                **place(stacked, (*path, *keys)),
            )
        if agent.kind == "panic" and agent.holds is not None and leg.kind == SPOT:
            yield InconsistentRules(
                f'"{leg.id}" is spot and has no open interest: nobody can hold a share of it.',
                hint="Say how much the block holds with `capital`.",
                **place(stacked, (*path, "holds")),
            )
        if kind == "leveraged" and leg.venue != named[0][1].venue:
            yield InconsistentRules(
                f'"{leg.id}" lies with another venue than "{named[0][1].id}": one account has one venue.',
                hint="Write one block per venue.",
                **place(stacked, (*path, *keys)),
            )
