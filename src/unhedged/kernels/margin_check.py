"""The margin of a whole venue through a crash: what the lazy triggers cost, and whether they find what a scan finds.

`margin_check` draws a population and a twelve-minute crash, runs every mark update through the kernels that simulations
use, closes each account that is found, and times it. Open loop: marks are given, nobody trades.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unhedged.kernels.accounts import NOT_LISTED
from unhedged.kernels.compiled import entry, kernel
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import account, basis, instrument, position, touched, world
from unhedged.kernels.triggers import (
    BUCKETS,
    drain,
    mark_moved,
    place_all,
    remove_account_triggers,
    scan_all,
)
from unhedged.vocab.enums import AccountKind, AccountStatus

Integers = NDArray[np.int64]

ACCOUNTS = 437_723
POSITIONS = 1_200_000
COINS = 162
UPDATES = 7_200
ATOMS = 1_000_000  # per dollar
SURVIVED = -1
"""``account.case`` of an account that was never found below its margin; otherwise the number of the update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Accounts and positions of one venue, contiguous by account."""

    first: Integers
    """Row of each account's first position, and one past the last."""
    coin: Integers
    """Instrument of each position."""
    pos: Integers
    """Lots, signed."""
    cash: Integers
    """Atoms of each account."""
    num: Integers
    """Atoms per lot and tick of each instrument."""
    marks: Integers
    """Milli-ticks, one row per update, one column per instrument."""
    tiers: tuple[tuple[int, int, int], ...]
    """(share of instruments up to which it applies in %, maintenance ppb, maintenance ppb above the first floor)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCheck:
    """What `margin_check` measured."""

    seconds: float
    """Thread CPU time of all updates through the triggers, placement included."""
    placement_seconds: float
    """Of which the first placement."""
    evaluations: int
    """Accounts evaluated exactly."""
    liquidated: int
    """Accounts found below maintenance."""
    scan_seconds: float
    """Thread CPU time of the scan of all accounts, scaled from ``scan_updates`` to all updates."""
    scan_updates: int
    """Updates the scan was run for, evenly spread over the crash."""
    build_seconds: float
    """Drawing population and crash and filling the tables."""
    compile_seconds: float
    """Loading or compiling the kernels."""
    equal: bool
    """Whether triggers and scan found the same accounts at the same updates in a world of ``equal_accounts``."""
    equal_accounts: int
    """Size of that world; every update was scanned there."""


def _positions_per_account(
    random: np.random.Generator, accounts: int, positions: int, coins: int
) -> Integers:
    # Half of the accounts hold one position, a few hold nearly every coin.
    counts = np.minimum(1 + (random.pareto(1.35, accounts) * 0.75).astype(np.int64), coins)
    while (missing := positions - int(counts.sum())) != 0:
        np.add.at(counts, random.choice(accounts, abs(missing)), np.sign(missing))
        counts = np.clip(counts, 1, coins)
    return counts


def _coins(random: np.random.Generator, counts: Integers, coins: int) -> Integers:
    # Distinct coins per account, popular ones more often: draw again while an account holds a coin twice; accounts with
    # many positions take the best of exponential races instead, which never repeats.
    weight = 1.0 / np.arange(1, coins + 1) ** 1.1
    weight /= weight.sum()
    owner = np.repeat(np.arange(len(counts)), counts)
    coin = random.choice(coins, len(owner), p=weight).astype(np.int64)
    many = np.flatnonzero(counts > 6)
    race = np.argsort(random.exponential(size=(len(many), coins)) / weight, axis=1)
    coin[counts[owner] > 6] = race[np.arange(coins) < counts[many][:, None]]
    few = np.flatnonzero(counts[owner] <= 6)
    while True:
        key = owner[few] * coins + coin[few]
        order = np.argsort(key, kind="stable")
        again = few[order[1:][key[order[1:]] == key[order[:-1]]]]
        if len(again) == 0:
            return coin
        coin[again] = random.choice(coins, len(again), p=weight)


def _crash(random: np.random.Generator, coins: int, updates: int, start: Integers) -> Integers:
    # Factor with a rebound, idiosyncratic walks, and coins whose mark stands still in most updates.
    t = np.linspace(0.0, 1.0, updates)
    beta = np.concatenate([[1.0, 1.35], random.uniform(1.5, 5.0, coins)])[:coins]
    base = -0.13 * np.where(t < 0.55, (t / 0.55) ** 2, 1 - 0.35 * (t - 0.55) / 0.45)
    factor = base + np.cumsum(random.normal(0.0, 0.00012, updates))
    steps = random.normal(0.0, 0.0004, (updates, coins)) * (random.random((updates, coins)) < 0.3)
    active = np.concatenate([np.ones(20), np.clip(random.beta(1.2, 2.0, coins), 0.03, 1.0)])[:coins]
    moves = random.random((updates, coins)) < active
    moves[0] = True
    latest = np.maximum.accumulate(np.where(moves, np.arange(updates)[:, None], 0), axis=0)
    path = factor[:, None] * beta + np.cumsum(steps, axis=0)
    path = np.take_along_axis(path, latest, axis=0)
    return np.maximum(np.rint(start / 1000 * np.exp(path)), 1).astype(np.int64) * 1000


def draw_population(
    *,
    accounts: int = ACCOUNTS,
    positions: int = POSITIONS,
    coins: int = COINS,
    updates: int = UPDATES,
    seed: int = 7,
) -> Population:
    """Return a synthetic venue: 68 % long, leverage around 2.5, log-normal notionals of $665 in the middle."""
    random = np.random.default_rng(seed)
    counts = _positions_per_account(random, accounts, positions, coins)
    first = np.concatenate([[0], np.cumsum(counts)])
    coin = _coins(random, counts, coins)
    start = random.integers(10_000, 300_000, coins) * 1000
    num = random.choice([1, 10, 100], coins)
    marks = _crash(random, coins, updates, start)
    lot = start // 1000 * num / ATOMS
    notional = np.exp(random.normal(6.5, 2.2, positions))
    side = np.where(random.random(positions) < 0.68, 1, -1)
    pos = side * np.maximum(1, np.rint(notional / lot[coin]).astype(np.int64))
    rate = np.where(np.arange(coins) < 10, 0.0125, np.where(np.arange(coins) < 50, 0.025, 0.05))
    value = pos * (marks[0] // 1000 * num)[coin]
    gross = np.add.reduceat(np.abs(value), first[:-1])
    needed = np.add.reduceat(np.abs(value) * rate[coin], first[:-1])
    leverage = np.clip(np.exp(random.normal(0.9, 0.9, accounts)), 0.3, 25.0)
    equity = np.maximum(gross / leverage, needed * 1.15).astype(np.int64)
    cash = equity - np.add.reduceat(value, first[:-1])
    tiers = (
        (10, 12_500_000, 25_000_000),
        (50, 25_000_000, 50_000_000),
        (coins, 50_000_000, 100_000_000),
    )
    return Population(first=first, coin=coin, pos=pos, cash=cash, num=num, marks=marks, tiers=tiers)


TIER_FLOOR = 20_000_000 * ATOMS
"""Notional at which the second tier of every synthetic instrument begins, atoms."""


def fill_memory(population: Population) -> Memory:
    """Return tables that hold a population at its first marks; row ``a`` of `account` is account ``a``."""
    updates, coins = population.marks.shape
    accounts, positions = len(population.cash), len(population.pos)
    memory = Memory(
        {
            "venue": 1, "instrument": coins, "tier": 2 * coins, "account": accounts, "position": positions,
            "trigger": positions, "bucket": 2 * BUCKETS * coins, "touched": accounts, "basis": updates * coins,
        }
    )  # fmt: skip
    memory["basis"]["milli"] = population.marks.ravel()
    memory["venue"]["margin_on"] = 1
    memory["venue"]["instruments"] = coins
    table = memory["instrument"]
    table["num"] = population.num
    table["den"] = 1
    table["mark_milli"] = table["start_milli"] = population.marks[0]
    table["first_bucket"] = 2 * BUCKETS * np.arange(coins)
    table["first_tier"] = 2 * np.arange(coins)
    table["tiers"] = 2
    _fill_tiers(memory, population)
    table = memory["account"]
    table["cash"] = population.cash
    table["first_position"] = population.first[:-1]
    table["positions"] = np.diff(population.first)
    table["kind"] = AccountKind.TRADER
    table["next_dirty"] = NOT_LISTED
    table["case"] = SURVIVED
    table = memory["position"]
    table["pos"] = population.pos
    table["account"] = np.repeat(np.arange(accounts), np.diff(population.first))
    table["instrument"] = population.coin
    memory.world["triggers_used"] = positions
    return memory


def _fill_tiers(memory: Memory, population: Population) -> None:
    table = memory["tier"]
    table["floor"][1::2] = TIER_FLOOR
    for upto, low, high in reversed(population.tiers):
        table["mm_ppb"][0 : 2 * upto : 2] = low
        table["mm_ppb"][1 : 2 * upto : 2] = high
        table["deduct"][1 : 2 * upto : 2] = TIER_FLOOR * (high - low) // 10**9


@kernel("void(World, int64, int64)")
def _close(w: Any, a: int, update: int) -> None:
    # The account leaves with nothing: what a liquidation does to it is not measured here.
    own = account(w, a)
    own.case = update
    own.cash = 0
    own.status = AccountStatus.EMPTY
    remove_account_triggers(w, a)
    for p in range(own.first_position, own.first_position + own.positions):
        position(w, p).pos = 0


@entry("int64(int64)")
def place(address: int) -> int:
    """Place every trigger of the only venue; return how many accounts need action already."""
    w = world(address)
    place_all(w, 0)
    return drain(w, 0)


@entry("void(int64, int64, int64)")
def replay_lazily(address: int, first: int, last: int) -> None:
    """Run updates ``first`` to ``last - 1`` through the triggers and close the accounts they find."""
    w = world(address)
    for t in range(first, last):
        for i in range(w.n_instrument):
            n = instrument(w, i)
            new = basis(w, t * w.n_instrument + i).milli
            if new != n.mark_milli:
                old = n.mark_milli
                n.mark_milli = new
                mark_moved(w, i, old, new)
        for k in range(drain(w, 0)):
            _close(w, touched(w, k).account, t)


@entry("void(int64, int64, int64, int64)")
def replay_scanning(address: int, first: int, last: int, step: int) -> None:
    """Run every ``step``-th update from ``first`` on below ``last`` by looking at all accounts, close the ones found."""
    w = world(address)
    for t in range(first, last, step):
        for i in range(w.n_instrument):
            instrument(w, i).mark_milli = basis(w, t * w.n_instrument + i).milli
        for k in range(scan_all(w, 0)):
            _close(w, touched(w, k).account, t)


def found(memory: Memory) -> Integers:
    """Return for each account the update at which it was closed, `SURVIVED` for the others."""
    return memory["account"]["case"].astype(np.int64)


def same_answers(population: Population) -> bool:
    """Return whether triggers and scan close the same accounts at the same updates of a population."""
    updates = len(population.marks)
    lazy, scanned = fill_memory(population), fill_memory(population)
    place(lazy.address)
    replay_lazily(lazy.address, 0, updates)
    replay_scanning(scanned.address, 0, updates, 1)
    return bool(np.array_equal(found(lazy), found(scanned)))


def margin_check(*, scan_updates: int = 36, equal_accounts: int = 4_000) -> MarginCheck:
    """Run the crash of a large venue through the triggers and return what it cost.

    Parameters
    ----------
    scan_updates : int
        Updates for which all accounts are scanned as well, to time it; the figure is scaled to all updates.
    equal_accounts : int
        Accounts of the smaller world in which every update is scanned and the answers are compared.
    """
    started = time.perf_counter()
    equal = same_answers(
        draw_population(
            accounts=equal_accounts, positions=3 * equal_accounts, updates=UPDATES // 4, seed=11
        )
    )
    compiled = time.perf_counter()
    population = draw_population()
    memory = fill_memory(population)
    built = time.perf_counter()
    clock = time.thread_time()
    place(memory.address)
    placed = time.thread_time()
    replay_lazily(memory.address, 0, UPDATES)
    done = time.thread_time()
    liquidated = int((found(memory) != SURVIVED).sum())
    evaluations = int(memory.world["margin_checks"])
    del memory
    memory = fill_memory(population)
    scan_clock = time.thread_time()
    replay_scanning(memory.address, 0, UPDATES, UPDATES // scan_updates)
    scanned = time.thread_time() - scan_clock
    return MarginCheck(
        seconds=done - clock,
        placement_seconds=placed - clock,
        evaluations=evaluations,
        liquidated=liquidated,
        scan_seconds=scanned / scan_updates * UPDATES,
        scan_updates=scan_updates,
        build_seconds=built - compiled,
        compile_seconds=compiled - started,
        equal=equal,
        equal_accounts=equal_accounts,
    )
