"""Compiled clearing against its plain twin: every forced row, balance, position and total after every mark update."""

from typing import Any

import numpy as np
import pytest
from tests.support.market import FIRST_TRADER, FUND_UNWIND, IDLE, SESSION, VAULT, Market
from tests.support.plain_market import PLAIN, PlainMarket

from unhedged.adl.scores import SCORES
from unhedged.reference.ledger import SHORT_LEG, Account, contract_number
from unhedged.vocab.enums import (
    AccountKind,
    AccountStatus,
    AdlDecision,
    CasePhase,
    EntryReason,
    InstrumentKind,
    LiquidationStep,
    TierForm,
)

SECOND = 10**9
LADDERS = [
    tuple(LiquidationStep[name.upper()] for name in ladder.split())
    for ladder in (
        "cancel_orders ioc_at_bankruptcy takeover_at_bankruptcy",
        "cancel_orders slice_with_cooldown backstop_takeover",
        "cancel_orders drop_tiers takeover_at_bankruptcy",
        "cancel_orders reduce_to_lowest_tier takeover_at_bankruptcy",
        "cancel_orders orders_on_all_legs takeover_at_bankruptcy",
        "cancel_orders ioc_at_zero_price takeover_at_close_out",
        "cancel_orders incremental_rounds fund_zeroes_account",
        "ioc_at_fillable_price",
    )
]
"""Every step at least once, in the orders venues use."""
FORM = ("tier_form", "slope_ppb", "slope_lots", "close_out_ppb")
WORLDS = 40


class World:
    """The same random market twice."""

    def __init__(
        self,
        seed: int,
        *,
        traders: int = 0,
        ladder: Any = None,
        fund: int = 1,
        kind: InstrumentKind = InstrumentKind.LINEAR,
        hedge: bool = False,
        limited: bool = False,
    ) -> None:
        self.limits = np.random.default_rng([seed, 1]) if limited else None
        self.kept = np.random.default_rng([seed, 2])  # how much of a ranking serves the next one
        self.hedge = hedge
        self.kind = kind
        self.scale = 1000 if kind == InstrumentKind.INVERSE else 1  # a coin is dear
        self.random = random = np.random.default_rng(seed)
        self.fund = fund
        self.short: set[int] = set()
        self.ladder = ladder
        self.traders = traders or int(random.integers(3, 16))
        self.whale = 0 if traders else -1  # one thin account against nearly all others
        self.count = int(random.integers(1, 5))
        self.draw_rules()
        self.instruments = [self.draw_instrument() for _ in range(self.count)]
        self.draw_accounts()
        self.market = Market(
            venue=self.venue,
            instruments=self.instruments,
            accounts=self.accounts,
            house=self.house,
            orders=1024,
            hedge=hedge,
            standing=int(self.kept.choice([0, 1, 2, 5, 128])),
            changes=int(self.kept.choice([1, 4, 64])),
        )
        self.build_twin()
        self.start = [i["mark"] for i in self.instruments]
        self.marks = list(self.start)
        self.t = 0

    def draw_rules(self) -> None:
        random = self.random
        score = sorted(PLAIN)[int(random.integers(0, len(PLAIN)))]
        self.fees = (int(random.choice([0, 200_000, -50_000])), int(random.choice([0, 400_000])))
        self.vault_interval = int(random.choice([SECOND, 2 * SECOND]))
        self.ladder = self.ladder or LADDERS[int(random.integers(0, 2))]
        self.score = PLAIN[score]
        self.venue = {
            "steps": self.ladder,
            "adl_price": int(random.integers(0, 4)),
            "adl_score": SCORES[score].address,
            "liquidation_fee_ppb": int(random.choice([0, 5_000_000, 15_000_000])),
            "slice_ppb": int(random.choice([200_000_000, 333_333_333, 10**9])),
            "slice_above": int(random.choice([0, 10**11, 10**14])),
            "cooldown": int(random.choice([0, 2 * SECOND, 30 * SECOND])),
            "backstop_ppb": int(random.choice([0, 666_666_667, 900_000_000])),
            "fund_capacity_ppb": int(random.choice([0, 100_000_000, 10**9, 5 * 10**9])),
            "takeover_interval": int(random.choice([0, SECOND, 2 * SECOND])),
            "mark_interval": SECOND,
            "unwind_ppb": int(random.choice([50_000_000, 10**9])),
            "adl_on": bool(random.random() < 0.9),
            "maker_fee_ppb": self.fees[0],
            "taker_fee_ppb": self.fees[1],
        }
        if self.ladder not in LADDERS[:2]:
            self.draw_more_rules()
        if self.limits is not None:
            self.venue["throttle"] = int(self.limits.choice([0, 10**10, 10**12]) / self.scale)
            self.venue["throttle_interval"] = int(self.limits.choice([1, 4, 6]) * SECOND // 2)
            self.venue["halts_on"] = 1

    def draw_more_rules(self) -> None:
        random = self.random
        limit = -int(random.choice([50_000_000, 300_000_000]))
        self.venue |= {
            "inclusive": bool(random.random() < 0.5),
            "adl_trigger": int(
                random.choice([0, 1, 2, 3, 4, 5], p=[0.1, 0.25, 0.3, 0.2, 0.1, 0.05])
            ),
            "adl_decision": int(random.choice([AdlDecision.SCORE, AdlDecision.RANDOM_START])),
            "adl_walk": int(random.choice([0, 3])),
            "drawdown_base": int(random.integers(0, 2)),
            "block_orders": int(random.choice([0, 2])),
            "block_adl": int(random.choice([0, 1])),
            "block_lost": int(random.choice([0, 10**9])),
            "adl_at_limit": bool(random.random() < 0.5),
            "fund_pool": int(random.integers(0, 2)),
            "drawdown_limit_ppb": limit,
            "drawdown_stop_ppb": limit + 40_000_000,
            "drawdown_window": int(random.choice([8, 40, 8 * 3600])) * SECOND,
            "drawdown_least": int(random.choice([0, 10**9])),
            "reduction": int(random.integers(0, 3)),
            "partial_above": bool(random.random() < 0.5),
            "tiers_at_once": int(random.integers(1, 3)),
            "partial_from": int(random.integers(1, 3)),
            "leg_pause": int(random.choice([0, 2 * SECOND])),
            "round_interval": int(random.choice([SECOND // 4, SECOND])),
            "round_size": int(random.choice([10**10, 10**12])),
            "least_notional": int(random.choice([0, 10**9])),
            "portion_ppb": int(random.choice([100_000_000, 10**9])),
            "block_notional": int(random.choice([10**11, 10**15])),
            "fee_cap_ppb": int(random.choice([0, 10_000_000])),
            "spread_ppb": int(random.choice([0, 100_000_000, 1_500_000_000])),
            "shortfall_ppb": int(random.choice([10**9, 3 * 10**9])),
            "limit_below": int(random.random() < 0.2),
            "cooldown_waits": int(random.random() < 0.3),
            "socialised": bool(random.random() < 0.7),
            "key": int(random.integers(0, 2**63)),
        }
        self.venue["session"] = self.venue["key"] % 2 * 5 * SECOND

    def draw_instrument(self) -> dict[str, Any]:
        random = self.random
        mark = int(random.integers(200, 30_000)) * 1000 + int(random.integers(0, 1000))
        rates = np.sort(
            random.choice([4_000_000, 10_000_000, 12_500_000, 25_000_000, 50_000_000], 3, False)
        )
        count = int(random.integers(1, 4))
        unit = int(random.choice([1, 7, 100, 10_000]))
        floors = np.sort(random.integers(1, 10**3, 2)) * 10 ** int(random.integers(8, 13))
        tiers, deduct, below, floor = [], 0, int(rates[0]), 0
        for n in range(count):
            rate = int(rates[n])
            floor = int(floors[n - 1]) if n else 0
            if n and floor == tiers[-1][0]:
                break
            deduct += floor * (rate - below) // 10**9
            tiers.append((floor, rate, 2 * rate, deduct))
            below = rate
        band = int(random.choice([0, 50_000_000, 200_000_000]))
        found = {
            "mark": mark,
            "num": unit,
            "den": int(random.choice([1, 3, 10])),
            "tiers": tiers,
            "band_ppb": band,
            "kind": self.kind,
        }
        if self.kind == InstrumentKind.INVERSE:  # contracts of $1 to $100, ticks of $0.01 to $1
            found["num"], found["den"] = int(random.choice([10**8, 10**9, 2 * 10**10])), 1
            found["tiers"] = [(f // 1000, mm, im, d // 1000) for f, mm, im, d in tiers]
        return found if self.ladder in LADDERS[:2] else self.draw_schedule(found)

    def draw_schedule(self, found: dict[str, Any]) -> dict[str, Any]:
        random = self.random
        form = TierForm(int(random.choice([0, 0, 0, 1, 2])))
        price = int(self.per_lot(found))
        if form != TierForm.NOTIONAL or random.random() < 0.4:  # rates on everything
            found["tiers"] = [(floor, mm, im, 0) for floor, mm, im, _ in found["tiers"]]
        if form == TierForm.SIZE:
            found["tiers"] = [(f // max(1, price), mm, im, 0) for f, mm, im, _ in found["tiers"]]
        if form == TierForm.SLOPE:
            found["tiers"] = found["tiers"][:1]
        found["tier_form"] = form
        found["slope_ppb"] = int(random.choice([0, 100_000, 1_000_000]))
        found["slope_lots"] = max(1, int(10**11 // max(1, price)))
        found["close_out_ppb"] = found["tiers"][0][1] * int(random.choice([0, 1, 2])) // 3
        return found

    def per_lot(self, instrument: dict[str, Any]) -> float:
        """Return the atoms of a lot at mark."""
        milli = instrument["mark"] / 1000
        price = 1 / milli if self.kind == InstrumentKind.INVERSE else milli
        return price * instrument["num"] / instrument["den"]

    def signed_worth(self, instrument: dict[str, Any], lots: int) -> int:
        """Return the signed value of lots of a linear contract at mark, atoms."""
        size = abs(lots) * instrument["num"] * instrument["mark"] // (instrument["den"] * 1000)
        return size if lots >= 0 else -size

    def draw_accounts(self) -> None:
        random, m = self.random, self.count
        n = self.traders
        lots = np.zeros((n, m), np.int64)
        for i, instrument in enumerate(self.instruments):
            mark = self.per_lot(instrument)
            holds = random.random(n) < 0.75
            notional = np.exp(random.normal(np.log(10**12), 2.5, n)) * holds / self.scale
            long = random.random(n) < (0.5 if self.whale < 0 else 0.1)
            lots[:, i] = np.round(notional / mark) * np.where(long, 1, -1)
            total = int(lots[:, i].sum())
            lots[int(random.integers(0, n)) if self.whale < 0 else self.whale, i] -= total
        self.accounts = []
        for a in range(n):
            positions, value = {}, 0
            for i, instrument in enumerate(self.instruments):
                pos = int(lots[a, i])
                if self.hedge:
                    both = int(abs(pos) * random.choice([0.0, 0.1, 1.0, 20.0]))
                    positions[i] = []
                    for leg in (max(0, pos) + both, min(0, pos) - both):
                        worth = self.signed_worth(instrument, leg)
                        positions[i].append((leg, int(worth * random.uniform(0.8, 1.2))))
                        value += worth
                    continue
                if pos == 0:
                    continue
                num, den = instrument["num"], instrument["den"]
                worth = abs(pos) * num * instrument["mark"] // (den * 1000)
                sign = 1 if pos > 0 else -1
                if self.kind == InstrumentKind.INVERSE:
                    worth, sign = abs(pos) * num * 1000 // (den * instrument["mark"]), -sign
                positions[i] = (pos, sign * int(worth * random.uniform(0.8, 1.2)))
                value += sign * worth
            held = [
                h for one in positions.values() for h in ([one] if isinstance(one, tuple) else one)
            ]
            gross = sum(abs(c) for _, c in held)
            own = int(gross * random.choice([0.01, 0.03, 0.1, 0.3, 1.0]) * random.uniform(0.5, 2.0))
            if a == self.whale:
                own = gross // 40
            owner = (
                FIRST_TRADER + int(random.integers(0, n))
                if random.random() < 0.2
                else FIRST_TRADER + a
            )
            self.accounts.append({"cash": own - value, "positions": positions, "owner": owner})
            if self.limits is not None:
                self.accounts[-1]["exempt"] = int(self.limits.random() < 0.3)
        fund = int(np.exp(random.normal(np.log(10**11), 2.0)) / self.scale)
        self.house = {
            "FUND": {"cash": fund * self.fund},
            "VAULT": {"cash": int(fund * random.random())},
        }
        self.makers = [FIRST_TRADER + a for a in range(n)]

    def build_twin(self) -> None:
        self.plain = PlainMarket(self.market, self.score)
        self.twin, self.orders = self.plain.clearing, self.plain.orders

    # ---- one mark update

    def place_orders(self) -> None:
        random = self.random
        for _ in range(int(random.integers(0, 6))):
            maker = int(random.choice(self.makers))
            if self.market.account(maker)["status"] == 1:
                continue
            i, side = int(random.integers(0, self.count)), int(random.integers(0, 2))
            px = self.marks[i] / 1000 * (1 + (2 * side - 1) * abs(random.normal(0.0, 0.02)))
            px = max(1, int(px))
            if self.plain.would_cross(i, side, px):
                continue
            pos = abs(int(self.market.position(int(random.choice(self.makers)), i)["pos"]))
            qty = max(1, int(pos * random.uniform(0.01, 0.5)))
            if self.hedge:
                short = int(random.integers(0, 2))
                closes = side == (0 if short else 1)
                self.market.order(maker, i, side, px, qty, int(closes), short)
                self.plain.order(maker, i + short * SHORT_LEG, side, px, qty, closes)
                continue
            self.market.order(maker, i, side, px, qty)
            self.plain.order(maker, i, side, px, qty)

    def update(self) -> None:
        self.t += SECOND
        self.place_orders()
        shock = self.random.normal(0.0, 0.02, self.count) + self.random.normal(0.0, 0.03)
        self.marks = [
            min(max(int(mark * np.exp(s)), start // 10, 1000), 10 * start)
            for mark, s, start in zip(self.marks, shock, self.start, strict=True)
        ]
        if self.random.random() < 0.15:
            self.marks[0] = int(self.twin.ledger.contracts[0].mark)  # a mark that stands still
        self.market.memory.world["now"] = self.twin.now = self.t
        self.halt()
        for contract, milli in zip(self.twin.ledger.contracts, self.marks, strict=True):
            contract.previous, contract.mark = contract.mark, milli
        assert self.market.mark(dict(enumerate(self.marks))) == len(self.unsafe()), self.t
        self.short |= {account.row for account in self.unsafe()}
        self.twin.evaluate()
        if self.twin.rulebook.backstop and self.t % self.vault_interval == 0:
            self.market.plan(self.t, VAULT)
            self.twin.schedule(self.t, self.twin.tick())
        if self.twin.rulebook.session > 0 and self.t % self.twin.rulebook.session == 0:
            self.market.plan(self.t, SESSION)
            self.plain.end_session(self.t)
        assert self.market.run(self.t) == IDLE
        self.twin.run(self.t)
        if self.random.random() < 0.2:
            self.market.plan(self.t, FUND_UNWIND)
            assert self.market.run(self.t) == IDLE
            for kind in (AccountKind.FUND, AccountKind.VAULT):
                self.twin.unwind(self.twin.ledger.house(kind))
        self.compare()

    def waiting(self) -> int:
        """Return how many accounts wait for books or for their turn."""
        return sum(
            account.status == AccountStatus.IN_LIQUIDATION
            and account.kind == AccountKind.TRADER
            and any(
                self.twin.free_at(self.twin.ledger.contracts[i]) > self.t for i in account.open()
            )
            for account in self.twin.ledger.accounts
        )

    def halt(self) -> None:
        """Halt a book now and then, as a circuit breaker would."""
        if self.limits is None or self.limits.random() > 0.2:
            return
        i, until = (
            int(self.limits.integers(0, self.count)),
            self.t + int(self.limits.integers(1, 7) * SECOND // 2),
        )
        self.market.memory["instrument"]["halted_until"][i] = until
        self.twin.ledger.contracts[i].halted_until = until

    def unsafe(self) -> list[Account]:
        """Return the traders that a mark update must find."""
        return [
            account
            for account in self.twin.ledger.accounts
            if account.kind == AccountKind.TRADER
            and account.status != AccountStatus.IN_LIQUIDATION
            and not self.twin.safe(account)
        ]

    def compare(self) -> None:
        memory = self.market.memory
        rows = self.market.forced()
        assert len(rows) == len(self.twin.rows)
        for ours, plain in zip(rows[-64:], self.twin.rows[-64:], strict=True):
            assert {name: ours[name].item() for name in plain} == plain
        assert [int(x) for x in memory["account"]["cash"]] == [
            a.cash for a in self.twin.ledger.accounts
        ]
        for i, contract in enumerate(self.twin.ledger.contracts):
            row = memory["instrument"][i]
            assert (row["fund_cash"], row["draws_down"]) == (
                contract.fund_cash,
                contract.draws_down,
            )
        for account in self.twin.ledger.accounts:
            assert int(memory["account"]["status"][account.row]) == account.status, account.row
            assert int(memory["account"]["cooldown_until"][account.row]) == account.cooldown_until
            totals = [account.totals[reason] for reason in EntryReason]
            assert [int(x) for x in memory["total"]["atoms"][account.row]] == totals
            for i in account.slot:
                contract, short = contract_number(i), int(i >= SHORT_LEG)
                p, plain = self.market.position(account.row, contract, short), account.holdings[i]
                assert (p["leg"] == 0) or (plain.pos <= 0 if short else plain.pos >= 0)
                assert (p["pos"], p["cost"], p["adl_qty"], p["forced_qty"]) == (
                    plain.pos, plain.cost, plain.adl_qty, plain.forced_qty
                )  # fmt: skip


@pytest.mark.parametrize("block", range(8))
def test_compiled_clearing_equals_its_plain_twin(block):
    rankings = listings = 0
    for seed in range(40 * block, 40 * (block + 1)):
        world = World(seed)
        for _ in range(20):
            world.update()
        rankings += int(world.market.memory.world["rankings"])
        listings += int(world.market.memory.world["listing"])
    print(f"{rankings} rankings of those who stood first, {listings} instants")
    assert rankings > 0


@pytest.mark.parametrize(
    "ladder", LADDERS[2:], ids=lambda steps: steps[-2 % len(steps)].name.lower()
)
def test_every_ladder_equals_its_plain_twin(ladder):
    phases, rows = set(), 0
    for seed in range(3000, 3000 + WORLDS):
        world = World(seed, ladder=ladder)
        for _ in range(20):
            world.update()
        phases |= {row["phase"] for row in world.twin.rows}
        rows += len(world.twin.rows)
    assert rows > 300
    if LiquidationStep.FUND_ZEROES_ACCOUNT not in ladder:
        assert CasePhase.ADL_CLOSE in phases


def test_winners_pay_at_once_or_when_a_session_ends_as_in_the_plain_twin():
    ladder = next(one for one in LADDERS if LiquidationStep.FUND_ZEROES_ACCOUNT in one)
    paid = {True: 0, False: 0}
    for seed in range(3000, 3000 + WORLDS):
        world = World(seed, ladder=ladder, fund=0)
        for _ in range(20):
            world.update()
        rows = [r for r in world.market.transfers() if r["reason"] == EntryReason.SOCIALISED]
        for row in rows:
            if row["source"] >= FIRST_TRADER:
                paid[row["target"] < FIRST_TRADER] += 1
    assert min(paid.values()) > 10, paid


@pytest.mark.parametrize(
    "ladder", LADDERS, ids=lambda steps: f"{steps[-2 % len(steps)].name.lower()}-{len(steps)}"
)
def test_inverse_contracts_under_every_ladder_equal_their_plain_twin(ladder):
    phases, rows = set(), 0
    for seed in range(5000, 5000 + WORLDS // 2):
        world = World(seed, ladder=ladder, kind=InstrumentKind.INVERSE)
        for _ in range(20):
            world.update()
        phases |= {row["phase"] for row in world.twin.rows}
        rows += len(world.twin.rows)
    assert rows > 100
    assert phases & {CasePhase.ADL_CLOSE, CasePhase.TAKEOVER, CasePhase.REDUCE}


NET_FIRST = tuple(
    tuple(LiquidationStep[name.upper()] for name in ladder.split())
    for ladder in (
        "cancel_orders net_hedged_legs drop_tiers takeover_at_bankruptcy",
        "net_hedged_legs incremental_rounds fund_zeroes_account",
    )
)


@pytest.mark.parametrize(
    "ladder",
    [*NET_FIRST, *LADDERS],
    ids=lambda steps: f"{steps[-2 % len(steps)].name.lower()}-{len(steps)}",
)
def test_accounts_with_two_legs_equal_their_plain_twin_under_every_ladder(ladder):
    phases, rows = set(), 0
    for seed in range(7000, 7000 + WORLDS // 2):
        world = World(seed, ladder=ladder, hedge=True)
        for _ in range(20):
            world.update()
        phases |= {row["phase"] for row in world.twin.rows}
        rows += len(world.twin.rows)
    assert rows > 100
    assert (CasePhase.NET in phases) == (LiquidationStep.NET_HEDGED_LEGS in ladder)


@pytest.mark.parametrize(
    "ladder",
    [*NET_FIRST, *LADDERS],
    ids=lambda steps: f"{steps[-2 % len(steps)].name.lower()}-{len(steps)}",
)
def test_limited_and_halted_liquidations_equal_their_plain_twin_under_every_ladder(ladder):
    waited = exempt = cut = rows = 0
    for seed in range(9000, 9000 + WORLDS // 2):
        hedge = ladder in NET_FIRST
        world = World(seed, ladder=ladder, hedge=hedge, limited=True)
        for _ in range(20):
            world.update()
            waited += world.waiting()
        memory = world.market.memory
        throttle = memory["venue"]["throttle"][0]
        cut += bool((memory["instrument"]["throttle_used"] >= max(1, throttle)).any())
        exempt += int((memory["account"]["exempt"] != 0).sum())
        left_out = memory["account"]["exempt"][memory["position"]["account"]] != 0
        assert not (memory["position"]["adl_qty"][left_out]).any()
        rows += len(world.twin.rows)
    assert rows > 100
    assert waited > 5
    assert exempt > 10
    parts = {LiquidationStep.DROP_TIERS, LiquidationStep.REDUCE_TO_LOWEST_TIER}  # few are orders
    assert cut > 0 or parts & set(ladder) or LiquidationStep.IOC_AT_FILLABLE_PRICE in ladder


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1008))
def test_a_queue_of_hundreds_is_closed_over_several_steps_as_by_the_twin(seed):
    world = World(seed, traders=700)
    for _ in range(5):
        world.update()
    print(int(world.market.memory.world["rankings"]), "rankings of those who stood first")


def test_accounts_without_a_free_case_follow_at_the_next_update():
    world = World(1001, traders=700)
    memory = world.market.memory
    memory.world["used_cases"] = len(memory["case"]) - 3
    milli = {0: world.marks[0] // 2}
    found = world.market.mark(milli)
    assert found > 3
    assert memory.world["liquidations"] == 3
    assert (memory["account"]["status"] == AccountStatus.IN_LIQUIDATION).sum() == 3
    memory.world["used_cases"] = 3
    assert world.market.mark(milli) == found - 3
    assert memory.world["liquidations"] == found
