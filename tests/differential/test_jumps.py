"""Margin that jumps at floors: triggers must name the same accounts as a scan, without looking at everybody."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.differential.test_margin import Twins, lots_worth, run

from unhedged.reference import margin as plain
from unhedged.vocab.enums import InstrumentKind

PPB = 10**9


def whole_tiers(rng: random.Random) -> list[plain.Tier]:
    """Return rates on the whole position, floors from a few atoms to $10bn, some of them close together."""
    count = rng.choice([2, 3, 9])
    floors = sorted({0, *(rng.randint(1, 9) * 10 ** rng.randint(3, 15) for _ in range(count - 1))})
    if len(floors) > 2 and rng.random() < 0.3:
        floors[2] = floors[1] + rng.choice([1, 2, max(1, floors[1] // 100)])
        floors = sorted(set(floors))
    rates = sorted(rng.randint(1_000_000, 500_000_000) for _ in floors)
    if rng.random() < 0.2:
        rates = [rates[0] for _ in rates[:-1]] + rates[-1:]
    return [plain.Tier(f, r, 2 * r, 0) for f, r in zip(floors, rates, strict=True)]


def jumping(rng: random.Random) -> plain.Instrument:
    if rng.random() < 0.25:
        mark = rng.choice([rng.randint(1_000, 50_000), rng.randint(10**6, 10**8)])
        return plain.Instrument(mark, 10**10, 1, whole_tiers(rng), InstrumentKind.INVERSE)
    mark = rng.choice([1_000, 100_000, rng.randint(1_000, 10**8)])
    return plain.Instrument(mark, rng.choice([1, 7]), rng.choice([1, 3]), whole_tiers(rng))


def near_a_floor(rng: random.Random, inst: plain.Instrument) -> int:
    """Return lots whose notional is as near to a floor as lots allow: an atom or a lot to either side, or on it."""
    floor = rng.choice(inst.tiers[1:]).floor + rng.choice([-1, 0, 1])
    unit = abs(plain.worth(inst, 10**6)) / 10**6
    lots = int(floor / max(unit, 1e-9)) + rng.choice([-1, 0, 1, 2])
    return rng.choice([-1, 1]) * max(1, min(10**10, 2**62 // inst.num, lots))


def lots_of(rng: random.Random, inst: plain.Instrument) -> int:
    return near_a_floor(rng, inst) if rng.random() < 0.7 else lots_worth(rng, inst)


def spare(rng: random.Random, account: plain.Account, instruments: list[plain.Instrument]) -> int:
    """Return the equity above maintenance of an account that a jump may or may not take."""
    needed = plain.maintenance(account, instruments)
    jump = sum(
        abs(plain.worth(instruments[i], lots)) * instruments[i].tiers[-1].mm_ppb // PPB
        for i, lots in account.positions.items()
    )
    return rng.choice([0, 1, rng.randint(0, 20), int(needed * rng.random() * 0.05), int(jump * rng.uniform(0, 1.2))])  # fmt: skip


def make(seed: int, accounts: int) -> Twins:
    rng = random.Random(seed)
    instruments = [jumping(rng) for _ in range(rng.choice([1, 3]))]
    made = []
    for _ in range(accounts):
        held = rng.sample(range(len(instruments)), min(len(instruments), rng.choice([1, 1, 3])))
        account = plain.Account(0, {i: lots_of(rng, instruments[i]) for i in held})
        needed = plain.maintenance(account, instruments)
        account.cash = needed + spare(rng, account, instruments)
        account.cash -= plain.equity(account, instruments, []) - account.cash
        if rng.random() < 0.2:
            account.topup = max(1, needed // 50)
            account.reserve = 3 * account.topup
            account.topup_ppb = int(rng.choice([1.0, 1.1, 1.9]) * PPB)
        made.append(account)
    return Twins(rng, instruments, made, [])


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32), accounts=st.integers(1, 10))
def test_jumps_are_found_at_the_update_a_scan_finds_them(seed, accounts):
    run(make(seed, accounts), 40)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("gap", [-1, 0, 1])
def test_an_account_is_found_at_the_atom_that_reaches_the_floor_and_not_before(side, gap):
    # A lot is worth an atom at 1 tick: 10^9 lots at 1.000 are 10^9 atoms, a milli-tick is 10^6 of them. Rate 1 %, then 2 %.
    floor = 10**9
    tiers = [plain.Tier(0, 10_000_000, 20_000_000, 0), plain.Tier(floor + 10**6 + gap, 20_000_000, 40_000_000, 0)]  # fmt: skip
    inst = plain.Instrument(1_000, 1, 1, tiers)
    # Equity in the middle between what the tiers ask, so that a milli-tick up does no harm by itself.
    account = plain.Account(15 * 10**6 - side * floor, {0: side * floor})
    twins = Twins(random.Random(1), [inst], [account], [])
    for mark in (999, 1_000, 999, 1_000):
        inst.mark_milli = twins.memory["basis"]["milli"][0] = mark
        assert twins.check() == {}
    inst.mark_milli = twins.memory["basis"]["milli"][0] = 1_001
    reached = gap <= 0
    assert twins.check() == ({0: plain.LIQUIDATABLE} if reached else {})


@pytest.mark.parametrize("side", [1, -1])
def test_accounts_far_from_floors_and_from_their_margin_are_not_looked_at(side):
    tiers = [plain.Tier(0, 10**7, 2 * 10**7, 0), plain.Tier(10**12, 2 * 10**7, 4 * 10**7, 0)]
    inst = plain.Instrument(100_000, 1, 1, tiers)
    lots = [10**6 * (n + 1) for n in range(50)]
    accounts = [plain.Account(20 * n - side * 100 * n, {0: side * n}) for n in lots]
    twins = Twins(random.Random(1), [inst], accounts, [])
    placed = int(twins.memory.world["margin_checks"])
    for n in range(100):
        inst.mark_milli = twins.memory["basis"]["milli"][0] = 100_000 + 10 * (n % 7)
        assert twins.check() == {}
    assert int(twins.memory.world["margin_checks"]) == placed
