"""The leveraged crowd: passive accounts with positions, margin and resting triggers, drawn all at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from unhedged.agents import rows as agent_rows
from unhedged.engine.balance import Stake, most_leverage
from unhedged.engine.collateral import bring
from unhedged.engine.draw import Stream
from unhedged.engine.market import Rows
from unhedged.engine.money import worths_of
from unhedged.engine.roster import Roster, blank_accounts, blank_positions, exempt_at, leg_codes
from unhedged.kernels.memory import Memory
from unhedged.scenario.plan import AgentGroupPlan, InstrumentPlan, RunPlan
from unhedged.vocab.enums import TriggerKind
from unhedged.vocab.units import PPB

Array = np.ndarray[Any, Any]
MILLI = 1000


@dataclass(slots=True)
class Triggers:
    """Stops, take-profits and panic of many positions."""

    position: Array
    px_milli: Array
    kind: Array
    rising: Array


@dataclass(slots=True)
class Crowd:
    """One block of leveraged accounts, drawn; its lots follow from pairing."""

    group: AgentGroupPlan
    instruments: list[int]  # of its positions; in hedge mode each twice
    sides: Array  # +1 long, -1 short, one row per account, one column per position
    leverage: Array
    gain: Array
    stakes: list[Stake]
    stream: Stream


def draw_crowd(plan: RunPlan, rows: Rows, group: AgentGroupPlan, replicate: int) -> Crowd:
    """Draw sides, sizes and leverage of a block."""
    stream = Stream(plan.seed, replicate, group.id)
    count, params = group.count, group.params
    instruments = [rows.instruments[name] for name in agent_rows.legs(group.kind, params)]
    sides = np.where(stream.uniform("side", count) < params["long"] / PPB, 1, -1)
    leverage = stream.draw(params["leverage"], "leverage", count)
    sizes = stream.draw(params["capital"], "capital", count) * leverage
    weights = np.asarray(params["weights"] or [1.0] * len(params["instruments"]))
    weights = weights / weights.sum()
    legs = 2 if agent_rows.is_hedge(params) else 1
    stakes = []
    for n, weight in zip(instruments[::legs], weights, strict=True):
        instrument = plan.instruments[n]
        usd = cap_sizes(sizes * weight, sides, params, instrument)
        leverage = np.minimum(leverage, most_leverage(instrument, usd))
        per_lot = instrument.start_usd * instrument.lot_units
        wanted = sides * usd / per_lot
        if legs == 1:
            stakes.append(Stake(instrument=n, wanted=wanted))
        else:
            stakes += _two_legs(n, wanted, params["hedged"] / PPB)
    gain = stream.draw(params["gain"], "gain", count)[:, None] / PPB
    columns = np.where(np.arange(len(instruments)) % 2 == 0, 1, -1)  # long, short, long, …
    held = np.repeat(sides[:, None], len(instruments), axis=1)
    if legs == 2:
        # The other leg was opened at the starting mark.
        gain, held = gain * (held == columns), np.broadcast_to(columns, held.shape)
    gain = np.broadcast_to(gain, held.shape)
    return Crowd(group, instruments, held, leverage, gain, stakes, stream)


def _two_legs(instrument: int, wanted: Array, share: float) -> list[Stake]:
    # The long and the short leg: what is wanted, and a share of it on the other side.
    long = np.where(wanted > 0, wanted, -share * wanted)
    short = np.where(wanted < 0, wanted, -share * wanted)
    return [Stake(instrument=instrument, wanted=leg) for leg in (long, short)]


def cap_sizes(usd: Array, sides: Array, params: Any, instrument: InstrumentPlan) -> Array:
    """Return sizes scaled so that the larger side is ``holds`` of open interest, none above ``largest`` of it.

    Cutting the largest leaves less in all, so scaling and cutting alternate until both hold.
    """
    whole = instrument.open_interest_usd
    if params["holds"] is None or whole <= 0:
        return usd
    most, target = params["largest"] / PPB * whole, params["holds"] / PPB * whole
    for _ in range(50):
        held = max(usd[sides > 0].sum(), usd[sides < 0].sum())
        if held <= 0 or abs(held / target - 1) < 1e-9:
            break
        usd = np.minimum(usd * (target / held), most)
    return usd


def seat_crowd(
    plan: RunPlan, rows: Rows, memory: Memory, roster: Roster, crowd: Crowd
) -> tuple[int, list[Triggers]]:
    """Give a drawn block its accounts and positions. Return how many accounts, and its triggers.

    Cross: one account with all positions. Isolated: one pocket per position, all of one owner.
    """
    count, width = crowd.group.count, len(crowd.instruments)
    isolated = crowd.group.params["margin"] == "isolated" and width > 1
    lots = np.stack([stake.paired() for stake in crowd.stakes], axis=1)
    value, cost = np.zeros(lots.shape, np.int64), np.zeros(lots.shape, np.int64)
    for n, i in enumerate(crowd.instruments):
        entry = plan.instruments[i].start_px / (1.0 + crowd.sides[:, n] * crowd.gain[:, n])
        value[:, n], cost[:, n] = _worth(plan.instruments[i], memory, i, lots[:, n], entry)
    margin = (np.abs(value) / crowd.leverage[:, None]).astype(np.int64)
    positions = blank_positions(count * width)
    positions["instrument"] = np.tile(crowd.instruments, count)
    positions["pos"], positions["cost"] = lots.ravel(), cost.ravel()
    positions["leg"] = leg_codes(count * width, hedge=agent_rows.is_hedge(crowd.group.params))
    pockets = count * width if isolated else count
    accounts = blank_accounts(pockets)
    accounts["portfolio"] = crowd.group.params["margin"] == "portfolio"
    accounts["positions"] = 1 if isolated else width
    owners = roster.new_owners(count)
    accounts["owner"] = np.repeat(owners, width) if isolated else owners
    accounts["venue"] = memory["instrument"]["venue"][crowd.instruments[0]]
    accounts["exempt"] = exempt_at(plan, crowd.group.id)[accounts["venue"]]
    capital = margin.ravel() if isolated else margin.sum(axis=1)
    worth = value.ravel() if isolated else value.sum(axis=1)
    accounts["cash"] = capital - worth
    positions = _post(plan, rows, crowd, accounts, capital, positions.reshape(pockets, -1))
    repeat = width if isolated else 1
    _arm_top_ups(accounts, capital, crowd, repeat)
    if crowd.group.params["again"] is not None:
        wait = crowd.stream.draw(crowd.group.params["again"], "again", count)
        accounts["again"] = np.repeat(np.maximum(wait, 1), repeat)
    _, first = roster.add(accounts, positions.ravel())
    rows_of = (first + np.arange(positions.size).reshape(count, -1))[:, :width]
    return pockets, _triggers(memory, crowd, lots, rows_of)


def _post(
    plan: RunPlan, rows: Rows, crowd: Crowd, accounts: Array, capital: Array, positions: Array
) -> Array:
    # Put what a block brings as collateral behind its positions, one row an account, in place of dollars.
    if not crowd.group.params["collateral"]:
        return positions
    venue = plan.venues[int(accounts["venue"][0])]
    balances, counted = bring(plan, rows, venue, crowd.group, crowd.stream, capital)
    accounts["balances"] = balances.shape[1]
    accounts["cash"] -= counted
    return np.concatenate([positions, balances], axis=1)


def _worth(
    instrument: InstrumentPlan, memory: Memory, i: int, lots: Array, entry: Array
) -> tuple[Array, Array]:
    # Value at the starting mark and cost at an entry price in ticks, exact.
    mark = np.full(len(lots), memory["instrument"]["mark_milli"][i], np.int64)
    ticks = np.maximum(1, np.rint(entry)).astype(np.int64)
    return worths_of(instrument, lots, mark), worths_of(instrument, lots, ticks * MILLI)


def _arm_top_ups(accounts: Array, capital: Array, crowd: Crowd, repeat: int) -> None:
    what = crowd.group.params["top_up"]
    count = crowd.group.count
    does = np.repeat(crowd.stream.uniform("top_up.who", count) < what["share"] / PPB, repeat)
    at = np.repeat(crowd.stream.draw(what["at"], "top_up.at", count), repeat)
    amount = np.repeat(crowd.stream.draw(what["amount"], "top_up.amount", count) / PPB, repeat)
    reserve = np.repeat(crowd.stream.draw(what["reserve"], "top_up.reserve", count) / PPB, repeat)
    accounts["topup_ppb"] = np.where(does, at * PPB, 0)
    accounts["topup"] = np.where(does, capital * amount, 0)
    accounts["reserve"] = np.where(does, capital * reserve, 0)


_KINDS = (
    ("stop", TriggerKind.STOP_LOSS, -1),
    ("take_profit", TriggerKind.TAKE_PROFIT, 1),
    ("panic", TriggerKind.PANIC, -1),
)


def _triggers(memory: Memory, crowd: Crowd, lots: Array, rows_of: Array) -> list[Triggers]:
    made = []
    count = crowd.group.count
    for name, kind, favour in _KINDS:
        what = crowd.group.params[name]
        who = crowd.stream.uniform(f"{name}.who", count) < what["share"] / PPB
        distance = crowd.stream.draw(what["distance"], f"{name}.distance", count) / PPB
        # Beyond the gap, not cut at it: a wall of triggers at one price would fire on noise.
        distance += crowd.stream.draw(what["nearest"], f"{name}.nearest", count) / PPB
        # Only take-profits know patience: a stop or panic takes what there is.
        waits = crowd.stream.uniform(f"{name}.waits", count) < what.get("at_limit", 0) / PPB
        kinds = np.where(waits, TriggerKind.TAKE_PROFIT_LIMIT, kind)
        for n, i in enumerate(crowd.instruments):
            start = int(memory["instrument"]["mark_milli"][i])
            rising = crowd.sides[:, n] * favour > 0
            px = np.where(rising, start * (1.0 + distance), start * (1.0 - distance))
            chosen = who & (lots[:, n] != 0) & (px >= MILLI)
            made.append(
                Triggers(
                    position=rows_of[chosen, n],
                    px_milli=np.rint(px[chosen]).astype(np.int64),
                    kind=kinds[chosen],
                    rising=rising[chosen].astype(np.int64),
                )
            )
    return made
