"""Triggers, scan and plain Python must name the same accounts at every mark update, in every mode."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unhedged.kernels import accounts as kernel_accounts
from unhedged.kernels import collateral_price, triggers
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import basis, instrument, venue, world
from unhedged.reference import margin as plain
from unhedged.reference.collateral import Coin, Haircut
from unhedged.reference.ledger import Contract
from unhedged.reference.portfolio import PortfolioMargin
from unhedged.rules.collateral import next_credit
from unhedged.rules.margin import next_deduction
from unhedged.vocab.enums import AccountStatus, InstrumentKind, Leg, TierForm

PPB = 10**9


@entry("int64(int64)")
def update(address):
    w = world(address)
    for i in range(w.n_instrument):
        old = instrument(w, i).mark_milli
        instrument(w, i).mark_milli = basis(w, i).milli
        triggers.mark_moved(w, i, old, basis(w, i).milli)
    for c in range(venue(w, 0).collaterals):
        collateral_price.set_price(w, c, basis(w, w.n_instrument + c).milli)
    return triggers.drain(w, 0)


@entry("int64(int64)")
def scan(address):
    return triggers.scan_all(world(address), 0)


@entry("int64(int64, int64)")
def verdict(address, a):
    return triggers.verdict(world(address), a)


@entry("int64(int64, int64)")
def equity(address, a):
    return kernel_accounts.equity(world(address), a)


@entry("int64(int64, int64)")
def maintenance(address, a):
    return kernel_accounts.maintenance(world(address), a)


@entry("int64(int64, int64)")
def initial(address, a):
    return kernel_accounts.initial(world(address), a)


@entry("void(int64, int64)")
def changed(address, a):
    kernel_accounts.mark_dirty(world(address), a)


@entry("void(int64)")
def place_all(address):
    triggers.place_all(world(address), 0)


def marginal_tiers(rng: random.Random) -> list[plain.Tier]:
    count = rng.choice([1, 1, 2, 4, 10])
    rates = sorted(rng.randint(1_000_000, 500_000_000) for _ in range(count))
    floors = sorted({0, *(10 ** rng.randint(6, 17) * rng.randint(1, 9) for _ in range(count - 1))})
    tiers: list[plain.Tier] = []
    for floor, rate in zip(floors, rates, strict=False):
        deduct = next_deduction(tiers[-1].deduct, floor, tiers[-1].mm_ppb, rate) if tiers else 0
        tiers.append(plain.Tier(floor, rate, 2 * rate, deduct))
    return tiers


def make_instrument(rng: random.Random, *, linear: bool = False) -> plain.Instrument:
    kind = rng.choice([InstrumentKind.LINEAR] * 3 + [InstrumentKind.INVERSE])
    kind = InstrumentKind.LINEAR if linear else kind
    tiers = marginal_tiers(rng)
    if rng.random() < 0.15:  # whole-position rates: margin jumps at floors
        tiers = [plain.Tier(t.floor, t.mm_ppb, t.im_ppb, 0) for t in tiers]
    mark = rng.choice([rng.randint(1_000, 50_000), rng.randint(10**6, 10**9)])
    form = TierForm(rng.choice([0, 0, 0, 1, 2]))
    if form == TierForm.SIZE:  # floors in lots
        tiers = [plain.Tier(t.floor // 10**4, t.mm_ppb, t.im_ppb, 0) for t in tiers]
    if form == TierForm.SLOPE:
        tiers = tiers[:1]
    terms = (tiers, kind, form, rng.choice([0, 50_000, 10**7]), rng.choice([10**9, 10**10, 10**11]))
    if kind == InstrumentKind.INVERSE:
        return plain.Instrument(mark, rng.choice([10**8, 10**10]), 1, *terms)
    return plain.Instrument(mark, rng.choice([1, 7, 100]), rng.choice([1, 10, 3]), *terms)


def lots_worth(rng: random.Random, inst: plain.Instrument) -> int:
    """Return lots of either sign, from a few atoms to $10bn or a million coins, at most 10^10."""
    target = 10 ** rng.uniform(2, 14 if inst.kind == InstrumentKind.INVERSE else 16)
    unit = abs(plain.worth(inst, 10**6)) / 10**6
    most = min(10**10, 2**62 // inst.num)
    return rng.choice([-1, 1]) * max(1, min(most, int(target / max(unit, 1e-9))))


def make_coin(rng: random.Random) -> Coin:
    """Return an asset with one to six tiers, ratios from nothing to all, a price from a cent to a million."""
    count = rng.choice([1, 1, 2, 6])
    ratios = sorted((rng.randint(0, PPB) for _ in range(count)), reverse=True)
    if rng.random() < 0.3:
        ratios[0] = PPB
    floors = sorted({0, *(10 ** rng.randint(3, 16) * rng.randint(1, 9) for _ in range(count - 1))})
    tiers: list[Haircut] = []
    for floor, ratio in zip(floors, ratios, strict=False):
        low = tiers[-1] if tiers else Haircut(0, ratio, 0)
        credit = next_credit(low.credit, floor, low.ratio_ppb, ratio)
        tiers.append(Haircut(floor, ratio, credit))
    price = rng.choice([rng.randint(1, 50_000), rng.randint(10**6, 10**9)])
    contract = Contract(price, price, price, rng.choice([1, 7, 100]), rng.choice([1, 10, 3]), [])
    return Coin(contract=contract, price=price, tiers=tiers)


def coins_worth(rng: random.Random, coin: Coin, atoms: float) -> int:
    """Return lots worth about so much, at most 10^10."""
    unit = coin.price * coin.contract.num / coin.contract.den / 1000
    return max(0, min(10**10, int(atoms / max(unit, 1e-9))))


@dataclass
class Twins:
    """One venue twice: plain objects, and tables under triggers."""

    rng: random.Random
    instruments: list[plain.Instrument]
    accounts: list[plain.Account]
    coins: list[Coin] = field(default_factory=list)
    memory: Memory = field(init=False)
    inclusive: int = 0
    portfolio: PortfolioMargin = field(default_factory=PortfolioMargin)
    first: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        positions = sum(len(plain.legs(a)) + len(a.coins) for a in self.accounts)
        prices = len(self.instruments) + len(self.coins)
        tiers = sum(len(i.tiers) for i in self.instruments)
        self.memory = m = Memory(
            {
                "venue": 1,
                "instrument": prices,
                "collateral": len(self.coins),
                "haircut": sum(len(c.tiers) for c in self.coins),
                "tier": tiers,
                "account": len(self.accounts),
                "position": positions,
                "trigger": positions,
                "touched": len(self.accounts),
                "bucket": 2 * triggers.BUCKETS * prices,
                "basis": 2 * prices,
            }
        )
        m["venue"]["margin_on"] = 1
        m["venue"]["inclusive"] = self.inclusive = self.rng.randint(0, 1)
        row = 0
        for i, inst in enumerate(self.instruments):
            m["instrument"][["num", "den", "mark_milli", "start_milli"]][i] = (
                inst.num,
                inst.den,
                inst.mark_milli,
                inst.mark_milli,
            )
            m["basis"]["milli"][i] = inst.mark_milli
            m["instrument"]["kind"][i] = inst.kind
            m["instrument"]["asset"][i] = inst.asset
            m["instrument"]["tier_form"][i] = inst.form
            m["instrument"]["slope_ppb"][i] = inst.slope_ppb
            m["instrument"]["slope_lots"][i] = inst.slope_lots
            m["instrument"]["first_tier"][i] = row
            m["instrument"]["tiers"][i] = len(inst.tiers)
            m["instrument"]["first_bucket"][i] = 2 * triggers.BUCKETS * i
            for tier in inst.tiers:
                m["tier"][row] = (tier.floor, tier.mm_ppb, tier.im_ppb, tier.deduct)
                row += 1
        self.fill_coins()
        m["venue"]["portfolio_times"] = self.portfolio.times
        m["venue"]["portfolio_per"] = self.portfolio.per
        m["venue"]["portfolio_base"] = self.portfolio.base
        m["venue"]["portfolio_range_ppb"] = self.portfolio.range_ppb
        row = 0
        for a, account in enumerate(self.accounts):
            self.first.append(row)
            m["account"]["first_position"][a] = row
            m["account"]["positions"][a] = len(plain.legs(account))
            m["account"]["next_dirty"][a] = kernel_accounts.NOT_LISTED
            m["account"]["balances"][a] = len(account.coins)
            legs = (Leg.LONG, Leg.SHORT) if account.shorts else (Leg.ONE_WAY,)
            held = [(i, leg) for i in account.positions for leg in legs]
            for i, leg in (*held, *((len(self.instruments) + k, 0) for k in account.coins)):
                m["position"]["account"][row] = a
                m["position"]["instrument"][row] = i
                m["position"]["leg"][row] = leg
                row += 1
            self.copy(a)
        place_all(m.address)

    def fill_coins(self) -> None:
        """Write the assets; the instruments behind the contracts are their books."""
        m, row, books = self.memory, 0, len(self.instruments)
        m["venue"]["collaterals"] = len(self.coins)
        m["instrument"]["kind"][books:] = InstrumentKind.SPOT
        for k, coin in enumerate(self.coins):
            m["instrument"]["num"][books + k] = coin.contract.num
            m["instrument"]["den"][books + k] = coin.contract.den
            x = m["collateral"][k]
            x["price_milli"] = x["start_milli"] = coin.price
            x["book"], x["first_bucket"] = books + k, 2 * triggers.BUCKETS * (books + k)
            x["first_haircut"], x["haircuts"] = row, len(coin.tiers)
            m["basis"]["milli"][books + len(self.coins) + k] = coin.price
            for tier in coin.tiers:
                m["haircut"][row] = (tier.floor, tier.ratio_ppb, tier.credit)
                row += 1

    def price(self, k: int, milli: int) -> None:
        """Let an asset be valued at a price from the next update on."""
        self.coins[k].price = milli
        self.memory["basis"]["milli"][len(self.instruments) + len(self.coins) + k] = milli

    def copy(self, a: int) -> None:
        """Write a plain account into the tables."""
        account, m = self.accounts[a], self.memory
        for name in ("cash", "reserve", "topup", "topup_ppb"):
            m["account"][name][a] = getattr(account, name)
        status = AccountStatus.IN_LIQUIDATION if account.in_liquidation else AccountStatus.LIVE
        m["account"]["status"][a] = status
        m["account"]["portfolio"][a] = account.portfolio is not None
        if account.shorts:
            for k, i in enumerate(account.positions):
                m["position"]["pos"][self.first[a] + 2 * k] = account.positions[i]
                m["position"]["pos"][self.first[a] + 2 * k + 1] = account.shorts[i]
        for k, (i, lots) in enumerate([] if account.shorts else account.positions.items()):
            m["position"]["pos"][self.first[a] + k] = lots
            m["position"]["open_buy"][self.first[a] + k] = account.open_buy.get(i, 0)
            m["position"]["open_sell"][self.first[a] + k] = account.open_sell.get(i, 0)
        for k, lots in account.coins.items():
            m["position"]["pos"][self.first[a] + len(plain.legs(account)) + k] = lots

    def change(self, a: int) -> None:
        """Write an account that a fill or a payment changed, and list it."""
        self.copy(a)
        changed(self.memory.address, a)

    def trade(self) -> None:
        """Let one account buy or sell at mark, sometimes through zero."""
        a = self.rng.randrange(len(self.accounts))
        account = self.accounts[a]
        i = self.rng.choice(list(account.positions))
        if account.shorts:
            self.trade_leg(account, i)
            self.change(a)
            return
        before = plain.worth(self.instruments[i], account.positions[i])
        if account.positions[i] != 0 and self.rng.random() < 0.4:
            account.positions[i] = self.rng.choice([0, -account.positions[i] // 2])
        else:
            account.positions[i] = lots_worth(self.rng, self.instruments[i])
        account.cash += before - plain.worth(self.instruments[i], account.positions[i])
        if self.rng.random() < 0.5:  # stays near its margin
            needed = plain.maintenance(account, self.instruments)
            for k, coin in enumerate(self.coins if account.coins else []):
                account.coins[k] = coins_worth(self.rng, coin, needed * self.rng.uniform(0, 2))
            owned = plain.equity(account, self.instruments, self.coins)
            account.cash += int(needed * self.rng.uniform(1.0, 1.4)) - owned
        self.change(a)

    def trade_leg(self, account: plain.Account, i: int) -> None:
        """Let a leg grow, shrink or go at mark; a long leg stays long and a short one short."""
        held, sign = self.rng.choice([(account.positions, 1), (account.shorts, -1)])
        before = plain.worth(self.instruments[i], held[i])
        size = self.rng.choice(
            [0, abs(held[i]) // 2, abs(lots_worth(self.rng, self.instruments[i]))]
        )
        held[i] = sign * size
        account.cash += before - plain.worth(self.instruments[i], held[i])
        if self.rng.random() < 0.5:  # stays near its margin
            needed = plain.maintenance(account, self.instruments)
            owned = plain.equity(account, self.instruments, self.coins)
            account.cash += int(needed * self.rng.uniform(1.0, 1.4)) - owned

    def fund(self) -> None:
        """Change the cash of everybody at once and place all triggers anew."""
        for a, account in enumerate(self.accounts):
            account.cash -= int(
                plain.maintenance(account, self.instruments) * self.rng.uniform(-0.2, 0.2)
            )
            self.copy(a)
        place_all(self.memory.address)

    def move(self) -> None:
        """Choose the next marks: small steps, standing still, 99 % falls and tenfold rises."""
        for i, inst in enumerate(self.instruments):
            factor = self.rng.choice(
                [1.0, 1.0, self.rng.uniform(0.999, 1.001), self.rng.uniform(0.97, 1.03)]
                + [self.rng.choice([0.01, 0.3, 3.0, 10.0])] * (self.rng.random() < 0.05)
            )
            start = int(self.memory["instrument"]["start_milli"][i])
            moved = round(inst.mark_milli * factor)
            inst.mark_milli = min(max(1, start // 200, moved), 30 * start)
            self.memory["basis"]["milli"][i] = inst.mark_milli
        for k, coin in enumerate(self.coins):
            factor = self.rng.choice(
                [1.0, self.rng.uniform(0.97, 1.03), self.rng.uniform(0.6, 1.1)]
            )
            start = int(self.memory["collateral"]["start_milli"][k])
            self.price(k, min(max(1, round(coin.price * factor)), 30 * start))

    def close_in(self) -> None:
        """Put the marks one account depends on a hair before its triggers: the worst that may go unnoticed."""
        a = self.rng.randrange(len(self.accounts))
        account = self.accounts[a]
        rows = (
            [
                (i, lots)
                for i in account.positions
                for lots in (account.positions[i], account.shorts[i])
            ]
            if account.shorts
            else list(account.positions.items())
        )
        for k, (i, lots) in enumerate(rows):
            trigger = self.memory["trigger"][self.first[a] + k]
            if lots != 0 and trigger["bucket"] >= 0:
                start = int(self.memory["instrument"]["start_milli"][i])
                mark = int(trigger["px_milli"]) + (-1 if lots < 0 else 1)
                if start // 200 <= mark <= 30 * start:
                    self.instruments[i].mark_milli = self.memory["basis"]["milli"][i] = mark
        for k, lots in self.accounts[a].coins.items():
            trigger = self.memory["trigger"][self.first[a] + len(plain.legs(self.accounts[a])) + k]
            if lots != 0 and trigger["bucket"] >= 0:
                self.price(k, int(trigger["px_milli"]) + 1)

    def act(self, answers: dict[int, int]) -> None:
        """Top up, liquidate, close in part, or leave an account for the next update."""
        for a, answer in answers.items():
            account = self.accounts[a]
            if answer == plain.NEEDS_TOP_UP:
                account.reserve -= account.topup
                account.cash += account.topup
            elif self.rng.random() < 0.6:
                account.in_liquidation = True
            elif self.rng.random() < 0.7:
                for held in (account.positions, account.shorts):
                    for i in held:
                        account.cash += plain.worth(self.instruments[i], held[i])
                        held[i] = 0
                account.cash = max(account.cash, 0)
            else:
                continue
            self.change(a)

    def check(self) -> dict[int, int]:
        """Update and return the accounts that need action, on which all three must agree."""
        expected = plain.needing_action(self.accounts, self.instruments, self.inclusive, self.coins)
        address, table = self.memory.address, self.memory["touched"]["account"]
        lazy = [int(a) for a in table[: update(address)]]
        assert lazy == list(expected)
        assert [int(a) for a in table[: scan(address)]] == lazy
        assert {a: verdict(address, a) for a in lazy} == expected
        return expected


UNIFIED = [PortfolioMargin(times=times) for times in (1_050_000_001, 1_200_000_001, 3 * PPB)]
BORROW = [
    PortfolioMargin(per=per, base=base) for per, base in ((950_000_000, 20_000_000), (10**8, 1))
]
GRID = [
    PortfolioMargin(range_ppb=160_000_000),
    PortfolioMargin(range_ppb=PPB - 1, times=1_300_000_000),
    PortfolioMargin(range_ppb=2 * PPB),
    PortfolioMargin(range_ppb=7, base=10**9),
]


def make_twins(seed: int, accounts: int, *, hedge: bool = False, netted: bool = False) -> Twins:
    rng = random.Random(seed)
    instruments = [make_instrument(rng, linear=netted) for _ in range(rng.choice([1, 3, 8]))]
    for inst in instruments:
        inst.asset = rng.randrange(3)
    coins = [make_coin(rng) for _ in range(rng.choice([0, 1, 3]))]
    portfolio = rng.choice(GRID if netted else UNIFIED + BORROW)
    made = []
    for _ in range(accounts):
        held = rng.sample(range(len(instruments)), min(len(instruments), rng.choice([1, 1, 2, 8])))
        account = plain.Account(0, {i: lots_worth(rng, instruments[i]) for i in held})
        if hedge and rng.random() < 0.7:  # equal, nearly equal, or another size
            for i, lots in account.positions.items():
                other = rng.choice(
                    [abs(lots), abs(lots) * 9 // 10, abs(lots_worth(rng, instruments[i])), 0]
                )
                account.positions[i], account.shorts[i] = abs(lots), -other
        if rng.random() < (0.8 if netted else 0.3):
            account.portfolio = portfolio
        if netted and not hedge:
            offset(rng, account, instruments)
        needed = plain.maintenance(account, instruments)
        if rng.random() < 0.6:
            part = needed * rng.uniform(0.0, 3.0)
            account.coins = {k: coins_worth(rng, coin, part) for k, coin in enumerate(coins)}
        owned = plain.equity(account, instruments, coins)
        if account.portfolio:
            needed = account.portfolio.required(needed, holds=True)
        account.cash = int(needed * rng.uniform(0.99, 2.0)) - owned
        if rng.random() < 0.4:
            account.topup = max(1, int(needed * rng.uniform(0.01, 0.5)))
            account.reserve = account.topup * rng.randint(0, 4)
            account.topup_ppb = int(rng.choice([0, 0.5, 1.0, 1.1, 1.5, 4.0]) * PPB)
        made.append(account)
    return Twins(rng, instruments, made, coins, portfolio=portfolio)


def offset(rng: random.Random, account: plain.Account, instruments: list[plain.Instrument]) -> None:
    """Let the positions on an underlying offset the first on it: nearly, wholly, or beyond."""
    against: dict[int, int] = {}
    for i in account.positions:
        net = against.get(instruments[i].asset, 0)
        if net and rng.random() < 0.7:
            unit = abs(plain.worth(instruments[i], 10**6)) / 10**6
            lots = -int(net * rng.choice([0.9, 1.0, 1.1]) / max(unit, 1e-9))
            account.positions[i] = max(-(10**10), min(10**10, lots)) or 1
        against[instruments[i].asset] = net + plain.worth(instruments[i], account.positions[i])


def run(twins: Twins, updates: int) -> int:
    found = 0
    for _ in range(updates):
        for _ in range(twins.rng.choice([0, 0, 1, 3])):
            twins.trade()
        if twins.rng.random() < 0.05:
            twins.fund()
        if twins.rng.random() < 0.9:
            twins.move()
        if twins.rng.random() < 0.3:
            twins.close_in()
        answers = twins.check()
        found += len(answers)
        twins.act(answers)
    return found


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), accounts=st.integers(1, 12))
def test_triggers_find_what_a_scan_finds_on_random_paths(seed, accounts):
    run(make_twins(seed, accounts), 40)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), accounts=st.integers(1, 12))
def test_triggers_of_two_legs_find_what_a_scan_finds_on_random_paths(seed, accounts):
    run(make_twins(seed, accounts, hedge=True), 40)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), accounts=st.integers(1, 12))
def test_triggers_of_contracts_that_offset_find_what_a_scan_finds(seed, accounts):
    run(make_twins(seed, accounts, netted=True), 40)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), accounts=st.integers(1, 12))
def test_triggers_of_legs_that_offset_find_what_a_scan_finds(seed, accounts):
    run(make_twins(seed, accounts, hedge=True, netted=True), 40)


def test_a_spread_is_found_where_its_legs_part_and_not_before():
    # Two contracts of one underlying, 100 lots against 100: at equal marks nothing is asked, and each atom of spread in full.
    inst = [
        plain.Instrument(100_000, 10, 1, [plain.Tier(0, 10_000_000, 20_000_000, 0)]) for _ in "ab"
    ]
    account = plain.Account(11_600, {0: 100, 1: -100}, portfolio=GRID[0])
    twins = Twins(random.Random(1), inst, [account], portfolio=GRID[0])
    twins.inclusive = twins.memory["venue"]["inclusive"][0] = 0
    # Worth 1,000 atoms a tick: ten ticks apart 10,000 are lost and 1,600 asked.
    for first, second in [(50_000, 50_000), (200_000, 200_000), (90_000, 100_000)]:
        for one, mark in zip(inst, (first, second), strict=True):
            one.mark_milli = mark
        twins.memory["basis"]["milli"][:2] = (first, second)
        assert twins.check() == {}
    inst[0].mark_milli = twins.memory["basis"]["milli"][0] = 89_999
    assert twins.check() == {0: plain.LIQUIDATABLE}


def test_a_constant_is_asked_of_an_account_that_holds_something_alone():
    tiers = [plain.Tier(0, 10_000_000, 20_000_000, 0)]
    inst = plain.Instrument(100_000, 10, 1, tiers)
    flat, even, thin = (plain.Account(cash, {0: lots}, portfolio=BORROW[0]) for cash, lots in
        ((1, 0), (21_052_633 - 1_000, 1), (21_052_632 - 1_000, 1)))  # fmt: skip
    twins = Twins(random.Random(1), [inst], [flat, even, thin], portfolio=BORROW[0])
    twins.inclusive = twins.memory["venue"]["inclusive"][0] = 0
    # A lot is worth 1,000 and asks 10: (20,000,010) / 0.95 is 21,052,642.1.
    assert twins.check() == {1: plain.LIQUIDATABLE, 2: plain.LIQUIDATABLE}
    for a, cash in ((1, 21_052_643 - 1_000), (2, 21_052_642 - 1_000)):
        twins.accounts[a].cash = cash
        twins.change(a)
    assert twins.check() == {2: plain.LIQUIDATABLE}


def test_equal_legs_are_found_at_the_rise_that_outgrows_their_margin():
    tiers = [plain.Tier(0, 10_000_000, 20_000_000, 0)]
    inst = plain.Instrument(100_000, 10, 1, tiers)
    account = plain.Account(2_400, {0: 100}, {0: -100})
    twins = Twins(random.Random(1), [inst], [account])
    twins.inclusive = twins.memory["venue"]["inclusive"][0] = 0
    # A lot is worth 10 atoms a tick: both legs ask 2 x 1,000 x mark / 100 = 2,400 at 120 ticks.
    for mark in [110_000, 30_000, 119_000, 120_000]:
        inst.mark_milli = twins.memory["basis"]["milli"][0] = mark
        assert twins.check() == {}
    inst.mark_milli = twins.memory["basis"]["milli"][0] = 120_100
    assert twins.check() == {0: plain.LIQUIDATABLE}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_triggers_find_what_a_scan_finds_in_a_large_long_crash(seed):
    assert run(make_twins(1000 + seed, 300), 300) > 100


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_equity_and_margins_agree_with_plain_python_at_true_scale(seed):
    twins = make_twins(seed, 6)
    for a, account in enumerate(twins.accounts):
        for i in account.positions:
            account.open_buy[i] = abs(lots_worth(twins.rng, twins.instruments[i])) // 2
            account.open_sell[i] = abs(lots_worth(twins.rng, twins.instruments[i])) // 2
        twins.copy(a)
        address, instruments = twins.memory.address, twins.instruments
        assert equity(address, a) == plain.equity(account, instruments, twins.coins)
        assert maintenance(address, a) == plain.maintenance(account, instruments)
        assert initial(address, a) == plain.initial(account, instruments)


def test_an_account_circling_its_trigger_is_found_at_the_first_mark_below_margin_and_not_before():
    tiers = [plain.Tier(0, 10_000_000, 20_000_000, 0)]
    inst = plain.Instrument(100_000, 1, 1, tiers)
    account = plain.Account(-9_000, {0: 100})
    twins = Twins(random.Random(1), [inst], [account])
    # equity = 100 * mark - 9000, margin = mark: both meet at 90.909...
    for mark in [91_000, 90_950, 91_000, 90_920, 90_950, 90_910, 95_000, 90_910]:
        inst.mark_milli = twins.memory["basis"]["milli"][0] = mark
        assert twins.check() == {}
    inst.mark_milli = twins.memory["basis"]["milli"][0] = 90_890
    assert twins.check() == {0: plain.LIQUIDATABLE}


def test_an_account_is_found_when_its_collateral_alone_falls_and_not_before():
    inst = plain.Instrument(100_000, 1, 1, [plain.Tier(0, 10_000_000, 20_000_000, 0)])
    tiers = [Haircut(0, 900_000_000, 0), Haircut(500, 500_000_000, 200)]
    coin = Coin(contract=Contract(1_000, 1_000, 1_000, 1, 1, []), price=1_000, tiers=tiers)
    account = plain.Account(-9_500, {0: 100}, coins={0: 1_000})
    twins = Twins(random.Random(1), [inst], [account], [coin])
    # margin 100; the rest owns -124; a thousand lots at 0.249 are worth 249 and count 224: equity is 100, at 0.248 it is 99
    account.cash = -10_124
    twins.change(0)
    for price in [1_000, 400, 260, 250, 251, 900, 250, 249]:
        twins.price(0, price)
        assert twins.check() == {}
    twins.price(0, 248)
    assert twins.check() == {0: plain.LIQUIDATABLE}
