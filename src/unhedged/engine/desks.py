"""Agents that act: their accounts, what they own at the start, and their rows of parameters."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.agents import cells
from unhedged.agents import rows as agent_rows
from unhedged.engine.balance import Stake, most_leverage
from unhedged.engine.collateral import bring
from unhedged.engine.draw import Stream
from unhedged.engine.market import Rows
from unhedged.engine.money import money_of, worth_of
from unhedged.engine.roster import Roster, blank_accounts, blank_positions, exempt_at, leg_codes
from unhedged.kernels.memory import Memory
from unhedged.scenario.plan import AgentGroupPlan, Law, RunPlan
from unhedged.vocab.enums import InstrumentKind
from unhedged.vocab.ids import agent_key
from unhedged.vocab.keys import stream_key
from unhedged.vocab.units import PPB

Array = np.ndarray[Any, Any]

SHORT = 1
"""The leg of a basis desk that is short."""
BELOW_INITIAL = 0.9
"""Part of the leverage that initial margin allows which momentum traders use: fees and a first loss must fit. Assumed."""


@dataclass(slots=True)
class Desk:
    """One block of acting agents, drawn."""

    group: AgentGroupPlan
    legs: list[int]
    parameters: Array  # one row per agent
    stake: Stake | None  # of a basis desk's short, of frightened holders' long
    stream: Stream


def draw_desk(plan: RunPlan, rows: Rows, group: AgentGroupPlan, replicate: int) -> Desk:
    """Draw every law of a block once per agent and fill the rows of parameters."""
    stream = Stream(plan.seed, replicate, group.id)
    drawn: dict[str, Array] = {}
    for path in agent_rows.PARAMETERS[group.kind]:
        value = agent_rows.lookup(group.params, path)
        if isinstance(value, Law):
            drawn[path] = stream.draw(value, path, group.count)
    parameters = np.zeros((group.count, cells.ROW))
    for n in range(group.count):
        parameters[n] = agent_rows.fill(group.kind, group.params, _NthDraw(drawn, n))
    legs = [rows.instruments[name] for name in agent_rows.legs(group.kind, group.params)]
    size = _SIZES.get(group.kind)
    stake = size(plan, group, legs, parameters) if size is not None else None
    return Desk(group, legs, parameters, stake, stream)


@dataclass(frozen=True, slots=True)
class _NthDraw:
    """The numbers of agent ``n``: its draw where a parameter is a law."""

    drawn: Mapping[str, Array]
    n: int

    def __call__(self, path: str, value: Any) -> float:
        return float(self.drawn[path][self.n]) if path in self.drawn else float(value)


def _scale_to(usd: Array, share: int | None, open_interest: float) -> Array:
    # Sizes as drawn, or scaled so that the block's sum is its share of open interest.
    if share is None or open_interest <= 0:
        return usd
    return np.asarray(usd * (share / PPB * open_interest / usd.sum()))


def _limits(plan: RunPlan, group: AgentGroupPlan, legs: list[int], parameters: Array) -> None:
    # Momentum traders hold nothing yet: what each may open is cut to what initial margin allows, then scaled to `most`.
    traded = plan.instruments[legs[0]]
    usd = parameters[:, cells.CAPITAL] * parameters[:, cells.MOM_LEVERAGE]
    usd = _scale_to(usd, group.params["most"], traded.open_interest_usd)
    most = BELOW_INITIAL * most_leverage(traded, usd)
    leverage = np.minimum(parameters[:, cells.MOM_LEVERAGE], most)
    parameters[:, cells.MOM_LEVERAGE] = leverage
    parameters[:, cells.CAPITAL] = usd / leverage


def _swings(plan: RunPlan, group: AgentGroupPlan, legs: list[int], parameters: Array) -> None:
    # Speculators hold nothing beyond the usual yet. The swing of a block is a share of open interest; its pools wander each on its
    # own, so that of one is a root of their number smaller. In dollars from here on.
    usd = plan.instruments[legs[0]].open_interest_usd / math.sqrt(group.count)
    parameters[:, cells.SPEC_SWING] *= usd


def _long(plan: RunPlan, group: AgentGroupPlan, legs: list[int], parameters: Array) -> Stake | None:
    # Frightened holders of a perpetual are long it without leverage; of coins they need nobody on the other side.
    held = plan.instruments[legs[0]]
    if held.kind == InstrumentKind.SPOT:
        return None
    usd = _scale_to(parameters[:, cells.CAPITAL], group.params["holds"], held.open_interest_usd)
    parameters[:, cells.CAPITAL] = usd
    return Stake(instrument=legs[0], wanted=usd / (held.start_usd * held.lot_units))


def _stake(plan: RunPlan, group: AgentGroupPlan, legs: list[int], parameters: Array) -> Stake:
    # A basis desk's short: collateral times leverage, scaled to the share of open interest the block holds. A large one may
    # be allowed less leverage than was drawn: it then stands on more collateral, for nobody could have opened it otherwise.
    short = plan.instruments[legs[1]]
    usd = parameters[:, cells.CAPITAL] * parameters[:, cells.BASIS_LEVERAGE]
    usd = _scale_to(usd, group.params["holds"], short.open_interest_usd)
    behind = 1.0 - (agent_rows.AT_SECOND_VENUE if len(legs) > len(("spot", "short")) else 0.0)
    most = behind * most_leverage(short, usd)
    leverage = np.minimum(parameters[:, cells.BASIS_LEVERAGE], most)
    parameters[:, cells.BASIS_LEVERAGE] = leverage
    parameters[:, cells.CAPITAL] = usd / leverage
    return Stake(instrument=legs[1], wanted=-usd / (short.start_usd * short.lot_units))


_SIZES: Mapping[str, Callable[..., Stake | None]] = {
    "basis_desk": _stake,
    "panic": _long,
    "momentum": _limits,
    "speculator": _swings,
}
"""How kinds that start with a position, or may open one up to a share of open interest, are sized: adjusts their rows of
parameters and returns the position to be paired."""


def seat_desk(
    plan: RunPlan, rows: Rows, memory: Memory, roster: Roster, desk: Desk
) -> tuple[Array, Array]:
    """Give a block its accounts, one per agent and venue. Return accounts per agent and the position row of each leg.

    Positions are opened at the starting mark: cash is the equity brought less the value of what is held, and less what assets
    count for that a basis desk posts behind its short.
    """
    venues = memory["instrument"]["venue"]
    order = list(dict.fromkeys(int(venues[i]) for i in desk.legs))
    count, width = desk.group.count, len(desk.legs)
    spot = [plan.instruments[i].kind == InstrumentKind.SPOT for i in desk.legs]
    owners = roster.new_owners(count)
    accounts = blank_accounts(count * len(order))
    accounts["owner"] = np.repeat(owners, len(order))
    accounts["venue"] = np.tile(order, count)
    accounts["positions"] = np.tile(
        [sum(int(venues[i]) == v for i in desk.legs) for v in order], count
    )
    accounts["exempt"] = exempt_at(plan, desk.group.id)[accounts["venue"]]
    accounts["self_trade"] = desk.group.kind == "background"
    accounts["keep"] = desk.group.kind in RECORDED
    slots = [n for v in order for n, i in enumerate(desk.legs) if int(venues[i]) == v]
    positions = blank_positions(count * width)
    positions["instrument"] = np.tile([desk.legs[n] for n in slots], count)
    positions["leg"] = leg_codes(count * width, hedge=agent_rows.is_hedge(desk.group.params))
    where = np.empty((count, width), np.int64)
    for n in range(count):
        _endow(plan, memory, desk, n, accounts, positions, order, slots, spot)
    secured = (
        order.index(int(venues[desk.legs[SHORT]])) if desk.group.params.get("collateral") else -1
    )
    behind = sum(int(venues[i]) in order[: secured + 1] for i in desk.legs)
    positions, extra = _post(plan, rows, desk, accounts, positions, secured, behind)
    _, first = roster.add(accounts, positions)
    for place, leg in enumerate(slots):
        later = extra if secured >= 0 and place >= behind else 0
        where[:, leg] = first + np.arange(count) * (width + extra) + place + later
    return np.full(count, len(order)), where


def _post(
    plan: RunPlan,
    rows: Rows,
    desk: Desk,
    accounts: Array,
    positions: Array,
    secured: int,
    behind: int,
) -> tuple[Array, int]:
    # Put what a basis desk posts behind its short, in the account number ``secured`` of each agent, in place of dollars: rows of
    # balances follow the ``behind`` positions of the accounts up to that one. Return all rows, and how many more an agent has.
    if secured < 0:
        return positions, 0
    count, width = desk.group.count, len(desk.legs)
    mine = accounts[secured :: len(accounts) // count]
    venue = plan.venues[int(mine["venue"][0])]
    capital = mine["cash"].astype(np.int64) + _worth_of_shorts(desk, positions)
    balances, counted = bring(plan, rows, venue, desk.group, desk.stream, capital)
    accounts["cash"][secured :: len(accounts) // count] -= counted
    accounts["balances"][secured :: len(accounts) // count] = balances.shape[1]
    own = positions.reshape(count, width)
    whole = np.concatenate([own[:, :behind], balances, own[:, behind:]], axis=1)
    return whole.ravel(), balances.shape[1]


def _worth_of_shorts(desk: Desk, positions: Array) -> Array:
    # What the short of each agent is worth, atoms: cash and this are the equity behind it.
    own = positions.reshape(desk.group.count, len(desk.legs))
    of_short = own["instrument"] == desk.legs[SHORT]
    return np.asarray(np.where(of_short, own["cost"], 0).sum(axis=1))


def _endow(
    plan: RunPlan,
    memory: Memory,
    desk: Desk,
    n: int,
    accounts: Array,
    positions: Array,
    order: list[int],
    slots: list[int],
    spot: list[bool],
) -> None:
    row = desk.parameters[n]
    brought = agent_rows.endowment(desk.group.kind, row.tolist(), spot)
    venues = memory["instrument"]["venue"]
    seen: set[int] = set()
    for place, leg in enumerate(slots):
        i = desk.legs[leg]
        money, held = brought[leg]
        lots = round(held / (plan.instruments[i].start_usd * plan.instruments[i].lot_units))
        if desk.stake is not None and desk.stake.instrument == i:
            lots = int(desk.stake.paired()[n])
        worth = worth_of(plan.instruments[i], lots, int(memory["instrument"]["mark_milli"][i]))
        own = money_of(plan, plan.instruments[i].venue)
        account = n * len(order) + order.index(int(venues[i]))
        # Coins are brought on top of the money; a contract's value is part of the equity brought.
        accounts["cash"][account] += own.atoms(money) - (0 if spot[leg] else worth)
        position = positions[n * len(desk.legs) + place]
        position["pos"], position["cost"] = lots, worth
        row[cells.NEUTRAL + leg] = lots
        if account not in seen:
            seen.add(account)
            row[cells.ACCOUNTS] += float(1 << leg)


QUOTES = "market_maker"
"""The kind that makes the book of its first leg."""
RECORDED = frozenset({"market_maker", "basis_desk", "cross_venue", "custom"})
"""Kinds whose legs and fills are recorded."""


def fill_agents(
    plan: RunPlan,
    memory: Memory,
    replicate: int,
    desks: list[tuple[Desk, Array]],
    addresses: Mapping[str, int],
) -> int:
    """Write the agents of all blocks to their tables. Return the number of tags they use."""
    row = tags = 0
    base = memory["parameter"].ctypes.data
    size = memory["parameter"].dtype.itemsize
    kept: dict[bytes, int] = {}
    for desk, where in desks:
        group, params = desk.group, desk.group.params
        latency = {
            name: desk.stream.draw(params.get(name, 0), name, group.count).astype(np.int64)
            for name in ("order_latency", "order_jitter", "data_latency")
        }
        period = desk.stream.draw(params.get("period", 1_000_000_000), "period", group.count)
        most = agent_rows.tags(group.kind, params)
        for n in range(group.count):
            me = memory["agent"][row]
            me["call"] = addresses[group.id]
            me["key"] = stream_key(plan.seed, replicate, agent_key(group.id, n))
            me["period"] = int(period[n])
            for name, values in latency.items():
                me[name] = values[n]
            numbers = desk.parameters[n]
            memory["parameter"][row]["of"] = numbers
            # All agents with the same numbers read one row: it stays in the nearest cache.
            me["parameters"] = base + kept.setdefault(numbers.tobytes(), row) * size
            me["legs"] = len(desk.legs)
            me["position"][: len(desk.legs)] = where[n]
            me["first_tag"], me["tags"] = tags, most
            me["recorded"] = group.kind in RECORDED
            me["quotes"] = group.kind == QUOTES
            memory["instrument"]["makers"][desk.legs[0]] += int(me["quotes"])
            me["sees_equity"] = group.kind in agent_rows.SEES_EQUITY
            accounts = memory["position"]["account"][where[n]]
            memory["account"]["agent"][accounts] = row
            me["owner"] = memory["account"]["owner"][accounts[0]]
            tags += most
            row += 1
    return tags
