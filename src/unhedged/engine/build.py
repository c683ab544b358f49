"""A world from a plan: every table filled, nothing yet happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unhedged.adl.contract import fresh
from unhedged.adl.random_start import RandomStart
from unhedged.agents import rows as agent_rows
from unhedged.engine.balance import Stake, pair
from unhedged.engine.collateral import blank_balances, fill_collateral, secured_by
from unhedged.engine.crowd import Crowd, Triggers, draw_crowd, seat_crowd
from unhedged.engine.desks import Desk, draw_desk, fill_agents, seat_desk
from unhedged.engine.draw import Stream
from unhedged.engine.market import (
    HOUSE,
    Rows,
    fill_market,
    first_stamp,
    market_rows,
    zero_quotes,
)
from unhedged.engine.money import money_of
from unhedged.engine.names import Names
from unhedged.engine.roster import Roster, blank_accounts, blank_positions
from unhedged.engine.validate import check_agent
from unhedged.kernels import setup
from unhedged.kernels.cache import owns
from unhedged.kernels.compiled import ByAddress
from unhedged.kernels.layout.columns import LEGS
from unhedged.kernels.memory import Memory
from unhedged.kernels.socialise import begin_sessions
from unhedged.scenario.plan import AgentGroupPlan, RunPlan, VenuePlan
from unhedged.vocab.enums import AccountKind, EventKind, MarginMode
from unhedged.vocab.ids import split_instrument
from unhedged.vocab.registry import pick

Array = np.ndarray[Any, Any]
SPARE = 4096
"""Rows every pool and buffer keeps free before an event: more than any event uses."""
SECOND = 1_000_000_000
OPENING = {"market_maker": 0, "background": 20 * SECOND}
"""When each kind takes its first turn: makers quote into empty books, then the anonymous flow sets in."""
OPEN = 30 * SECOND
"""When everybody else begins, and marks, risk and funding with them.

Books start empty. Without an opening the first market order meets nothing but far bids, and its print sets off stops (seen: a
fall of 5 % in the first five seconds of a calm day).
"""
HOLDERS = (AccountKind.FUND, AccountKind.VAULT)
"""Houses that hold positions, and assets taken as collateral."""
PASSIVE = "leveraged"
"""The one kind that has no behaviour."""


@dataclass(slots=True)
class Built:
    """A world ready to run, and what Python must know of it."""

    memory: Memory
    names: Names
    python_agents: dict[int, Callable[..., int]] = field(default_factory=dict)
    policies: dict[int, tuple[str, Any]] = field(default_factory=dict)


def build(plan: RunPlan, replicate: int, *, keep_all: bool = False) -> Built:
    """Draw the population of one replicate and fill every table.

    Raises
    ------
    InconsistentRules
        Longs and shorts of a perpetual do not pair.
    """
    rows = Rows.of(plan)
    crowds = {g.id: draw_crowd(plan, rows, g, replicate) for g in plan.agents if g.kind == PASSIVE}
    desks = {g.id: draw_desk(plan, rows, g, replicate) for g in plan.agents if g.kind != PASSIVE}
    pair(_stakes(crowds, desks), plan.instruments)
    built = Built(memory=Memory(table_rows(plan)), names=Names([v.id for v in plan.venues]))
    fill_market(built.memory, plan, rows, replicate)
    fill_collateral(built.memory, plan, rows)
    roster = Roster()
    _seat_houses(plan, rows, built, roster)
    triggers, seated = _seat(plan, rows, built, roster, crowds, desks)
    roster.finish(built.memory, len(plan.instruments))
    fill_agents(plan, built.memory, replicate, seated, _addresses(built, seated))
    _set_counters(plan, built, replicate, keep_all)
    setup.place_triggers(built.memory, *_joined(triggers))
    setup.watch_everybody(built.memory)
    begin_sessions(built.memory.address)
    zero_quotes(built.memory)
    _schedule(plan, built, replicate)
    for n, venue in enumerate(plan.venues):
        policy = pick("adl", venue.adl_policy) if venue.adl_on else None
        if policy is not None and not isinstance(policy, ByAddress | RandomStart):
            built.policies[n] = (venue.adl_policy, fresh(policy, name=venue.adl_policy))
    return built


def _stakes(crowds: dict[str, Crowd], desks: dict[str, Desk]) -> list[Stake]:
    stakes = [stake for crowd in crowds.values() for stake in crowd.stakes]
    return stakes + [desk.stake for desk in desks.values() if desk.stake is not None]


def table_rows(plan: RunPlan) -> dict[str, int]:
    """Return how many rows each table of a world of ``plan`` begins with."""
    acting = [group for group in plan.agents if group.kind != PASSIVE]
    held = sum(
        g.count * len(agent_rows.legs(g.kind, g.params)) for g in plan.agents if g.kind == PASSIVE
    )
    assets = {venue.id: len(venue.collateral.assets) for venue in plan.venues}
    house = 2 * (len(plan.instruments) + sum(assets.values()))
    posted = sum(
        g.count * assets[split_instrument(secured_by(g))[0]]
        for g in plan.agents
        if g.params.get("collateral")
    )
    acted = sum(g.count * len(agent_rows.legs(g.kind, g.params)) for g in acting)
    agents = sum(group.count for group in acting)
    tags = sum(group.count * agent_rows.tags(group.kind, group.params) for group in acting)
    positions = held + house + acted + posted
    accounts = held + acted + len(HOUSE) * len(plan.venues)
    orders = tags + 4 * SPARE
    triggers = 4 * held + positions + 2 * SPARE
    fills = orders + triggers  # what one event may make, see kernels.room
    return {
        **market_rows(plan),
        "total": accounts,
        "holder": positions,
        "trigger": triggers,
        "fired": triggers,
        "touched": accounts,
        "winner": 2 * positions + 64,
        "agent": agents,
        "parameter": agents,
        "tag": tags,
        "out": 256,
        "order": orders,
        "far": orders,
        "far_hash": 1 << (orders - 1).bit_length(),
        "event": accounts + triggers + 6 * agents + 12 * SPARE,
        "heap": accounts + triggers + 6 * agents + 12 * SPARE,
        "slot": setup.SLOTS,
        "message": triggers + 4 * agents + 8 * SPARE,
        "case": accounts + 2 * SPARE,
        "transfer": accounts + positions + 2 * fills + 16 * SPARE,
        "forced": 16 * SPARE,
        "fill": fills + 16 * SPARE,
        "series": 4 * SPARE,
        "risk": 16 * len(plan.instruments),
        "desk": LEGS * agents + 4 * SPARE,
    }


def _seat_houses(plan: RunPlan, rows: Rows, built: Built, roster: Roster) -> None:
    for n, venue in enumerate(plan.venues):
        mine = [m for m, i in enumerate(plan.instruments) if i.venue == venue.id]
        accounts = blank_accounts(len(HOUSE))
        accounts["kind"], accounts["venue"] = HOUSE, n
        accounts["owner"] = roster.new_owners(len(HOUSE))
        holds = np.isin(HOUSE, HOLDERS)
        accounts["positions"] = np.where(holds, len(mine), 0)
        accounts["balances"] = np.where(holds, len(venue.collateral.assets), 0)
        money = money_of(plan, venue.id)
        accounts["cash"][HOUSE.index(AccountKind.FUND)] = money.atoms(venue.fund_start_usd)
        accounts["cash"][HOUSE.index(AccountKind.VAULT)] = (
            money.atoms(venue.vault_start_usd) if venue.vault_on else 0
        )
        positions = blank_positions(2 * len(mine)).reshape(2, -1)
        positions["instrument"] = mine
        balances = blank_balances(rows, venue, 2)
        roster.add(accounts, np.concatenate([positions, balances], axis=1).ravel())
        for kind in HOUSE:
            group = built.names.add_group(kind.name.lower(), "venue")
            built.names.add_accounts(group, np.array([-1]))


def _seat(
    plan: RunPlan,
    rows: Rows,
    built: Built,
    roster: Roster,
    crowds: dict[str, Crowd],
    desks: dict[str, Desk],
) -> tuple[list[Triggers], list[tuple[Desk, Array]]]:
    triggers: list[Triggers] = []
    seated: list[tuple[Desk, Array]] = []
    for group in plan.agents:
        name = built.names.add_group(group.id, group.kind)
        numbers = np.arange(group.count)
        if group.id in crowds:
            pockets, made = seat_crowd(plan, rows, built.memory, roster, crowds[group.id])
            triggers += made
            built.names.add_accounts(name, np.repeat(numbers, pockets // group.count))
            continue
        desk = desks[group.id]
        each, where = seat_desk(plan, rows, built.memory, roster, desk)
        seated.append((desk, where))
        built.names.add_accounts(name, np.repeat(numbers, each))
        for n in range(group.count):
            built.names.add_agent(group.id, n, group.kind)
    return triggers, seated


def behaviour_of(group: AgentGroupPlan) -> str:
    """Return the registered name, or ``module:function``, of what a block's agents do."""
    return str(group.params["behaviour"]) if group.kind == "custom" else group.kind


def _address(behaviour: ByAddress) -> int:
    # A user's compiled behaviour is called once through a wrapper before the loop calls it by address: an error there is a
    # message, here it would end the process.
    if not owns(behaviour.python):
        check_agent(behaviour)
    return behaviour.address


def _addresses(built: Built, seated: list[tuple[Desk, Array]]) -> dict[str, int]:
    addresses: dict[str, int] = {}
    found: dict[str, Any] = {}
    row = 0
    for desk, _ in seated:
        name = behaviour_of(desk.group)
        behaviour = found[name] = found.get(name) or pick("agents", name)
        addresses[desk.group.id] = _address(behaviour) if isinstance(behaviour, ByAddress) else 0
        if not isinstance(behaviour, ByAddress):
            built.python_agents.update(dict.fromkeys(range(row, row + desk.group.count), behaviour))
        row += desk.group.count
    return addresses


def _joined(triggers: list[Triggers]) -> tuple[Array, Array, Array, Array]:
    def join(name: str) -> Array:
        parts = [getattr(t, name) for t in triggers]
        return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)

    return join("position"), join("px_milli"), join("kind"), join("rising")


def _set_counters(plan: RunPlan, built: Built, replicate: int, keep_all: bool) -> None:
    world = built.memory.world
    world["end"] = plan.duration_ns
    world["record_interval"] = plan.record_ns
    world["seed"], world["replicate"] = plan.seed, replicate
    world["spare"] = SPARE
    world["keep_fills"] = keep_all
    if keep_all:
        built.memory["account"]["keep"] = 1


def _schedule(plan: RunPlan, built: Built, replicate: int) -> None:
    # The first event of each recurring kind. Venues start at different fractions of their interval so that no two act in
    # one instant for no reason; agents at a random part of their period.
    address = built.memory.address

    def add(t: int, kind: EventKind, subject: int) -> None:
        setup.add_event(address, t, int(kind), subject)

    add(0, EventKind.WORLD, 0)
    for n, venue in enumerate(plan.venues):
        _schedule_venue(plan, add, n, venue)
    row = 0
    for group in plan.agents:
        if group.kind == PASSIVE:
            continue
        stream = Stream(plan.seed, replicate, group.id)
        period = built.memory["agent"]["period"][row : row + group.count]
        first = (stream.uniform("first_turn", group.count) * period).astype(np.int64)
        for n in range(group.count):
            add(OPENING.get(group.kind, OPEN) + int(first[n]), EventKind.WAKE, row + n)
        row += group.count
    add(OPEN, EventKind.RECORD, 0)


def _schedule_venue(
    plan: RunPlan, add: Callable[[int, EventKind, int], None], n: int, venue: VenuePlan
) -> None:
    add(OPEN + venue.mark_interval_ns, EventKind.MARK, n)
    if venue.margin_mode == MarginMode.NONE:
        return
    if venue.vault_on and venue.vault_interval_ns > 0:
        add(venue.vault_interval_ns, EventKind.VAULT, n)
    if venue.funding_interval_ns > 0:
        add(first_stamp(plan, venue.funding_interval_ns), EventKind.FUNDING, n)
    if venue.socialised and venue.session_ns > 0:
        add(first_stamp(plan, venue.session_ns, venue.session_end_ns), EventKind.SESSION, n)
    if venue.unwind_interval_ns > 0:
        add(venue.unwind_interval_ns, EventKind.FUND_UNWIND, n)
