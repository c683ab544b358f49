"""The calculator against the engine's plain twin, bisection, closed forms and the venues' own examples."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from unhedged.reference import clearing, deleveraging, ledger
from unhedged.reference import margin as twin
from unhedged.rules import bankruptcy_price, liquidation
from unhedged.rules.integer import MILLI, mul_div_ceil
from unhedged.venues import rulebook
from unhedged.venues.collateral import counted
from unhedged.venues.contracts import Terms
from unhedged.venues.first_step import first_step, smallest_close, worst
from unhedged.venues.margining import Account, Contract, Leg, Trigger, safe_marks
from unhedged.venues.position import position
from unhedged.venues.requirement import Schedule, Tier, schedule
from unhedged.vocab.enums import AccountKind, AdlPrice, InstrumentKind, LiquidationStep
from unhedged.vocab.errors import ScenarioError
from unhedged.vocab.units import parse_rate

USD = 10**6
BINANCE, HYPERLIQUID = "binance-usdm@2025-10-10", "hyperliquid@2025-10-10"
TABLES = [(name, table) for name in (BINANCE, HYPERLIQUID) for table in rulebook.load(name).tiers]
SCHEDULES = {key: schedule(rulebook.load(key[0]).tiers[key[1]]) for key in TABLES}


def fact(value):
    return {"value": value, "source": "test", "read": "2026-11-22", "confidence": "unverified"}


def book_of(brackets, **tables):
    data = {"id": "test@2026-01-01", "title": "", "margin": {"mode": fact("cross")}, **tables}
    data["tiers"] = {
        name: {"source": "t", "read": "2026-11-22", "confidence": "unverified", "brackets": rows}
        for name, rows in brackets.items()
    }
    return rulebook.parse(data)


# ---- random accounts --------------------------------------------------------------------------


@st.composite
def contracts(draw, number):
    key = draw(st.sampled_from(TABLES))
    return Contract(
        id=f"C{number}",
        num=draw(st.integers(1, 10**5)),
        den=draw(st.sampled_from([1, 3, 10, 1_000])),
        mark_milli=draw(st.integers(10**4, 2 * 10**9)),
        schedule=SCHEDULES[key],
    )


@st.composite
def accounts(draw, least=0, most=3_000):
    legs = []
    for number in range(draw(st.integers(1, 3))):
        contract = draw(contracts(number))
        sides = draw(st.sampled_from([(1,), (-1,), (1, -1)]))  # one way, or hedge mode
        for side in sides:
            wanted = draw(st.integers(100, 3 * 10**9)) * USD  # dollars
            unit = max(1, contract.value(1_000_000))
            lots = max(1, min(10**10, wanted * 1_000_000 // unit))
            entry = contract.mark_milli * draw(st.integers(700, 1_300)) // 1_000
            cost = contract.value(side * lots, max(1, entry))
            legs.append(Leg(contract=contract, pos=side * lots, cost=cost))
    bare = Account(wallet=0, legs=tuple(legs))
    spare = bare.maintenance() * draw(st.integers(least, most)) // 1_000
    return Account(wallet=bare.maintenance() - bare.equity() + spare, legs=tuple(legs))


def verdict(account):
    """The engine's answer, in plain Python: hedged legs are two instruments with one mark."""
    kinds = [
        twin.Instrument(
            leg.contract.mark_milli,
            leg.contract.num,
            leg.contract.den,
            [twin.Tier(t.floor, t.mm_ppb, 0, t.deduct) for t in leg.contract.schedule.tiers],
            InstrumentKind.INVERSE if leg.contract.inverse else InstrumentKind.LINEAR,
        )
        for leg in account.legs
    ]
    cash = account.wallet - sum(leg.cost for leg in account.legs)
    person = twin.Account(cash, {n: leg.pos for n, leg in enumerate(account.legs)})
    return twin.verdict(person, kinds)


SHORT = accounts(least=-1_500, most=-1)  # equity from minus a half of maintenance to just below it


@settings(max_examples=300)
@given(accounts(least=-3, most=3))
def test_account_is_liquidated_exactly_when_the_engine_says_so(account):
    assert (account.surplus() < 0) == (verdict(account) == twin.LIQUIDATABLE)


@settings(max_examples=300)
@given(accounts(), st.data())
def test_safe_at_the_liquidation_price_and_touched_one_tick_beyond(account, data):
    assume(account.surplus() >= 0)
    for name in {leg.contract.id for leg in account.legs}:
        mark = next(leg.contract.mark_milli for leg in account.legs if leg.contract.id == name)
        marks = safe_marks(account, name)
        if marks.low is not None:
            assert verdict(account.at(name, marks.low)) == twin.SAFE
            assert verdict(account.at(name, marks.low - 1)) == twin.LIQUIDATABLE
            tick = -(-marks.low // MILLI) * MILLI  # the last safe price on the tick grid
            assert verdict(account.at(name, tick)) == twin.SAFE
            if tick > MILLI:
                assert verdict(account.at(name, tick - MILLI)) == twin.LIQUIDATABLE
        if marks.high is not None:
            assert verdict(account.at(name, marks.high)) == twin.SAFE
            assert verdict(account.at(name, marks.high + 1)) == twin.LIQUIDATABLE
        low = marks.low if marks.low is not None else 0
        high = marks.high if marks.high is not None else 100 * mark
        between = data.draw(st.integers(low, high))
        assert verdict(account.at(name, between)) == twin.SAFE


@settings(max_examples=200)
@given(SHORT)
def test_account_short_of_margin_is_told_the_nearest_safe_marks_beyond_the_present(account):
    assume(account.surplus() < 0)
    for leg in account.legs:
        marks = safe_marks(account, leg.contract.id)
        if marks.low is not None:
            assert marks.low > leg.contract.mark_milli
            assert verdict(account.at(leg.contract.id, marks.low)) == twin.SAFE
            assert verdict(account.at(leg.contract.id, marks.low - 1)) == twin.LIQUIDATABLE
        if marks.high is not None:
            assert marks.high < leg.contract.mark_milli
            assert verdict(account.at(leg.contract.id, marks.high)) == twin.SAFE


@settings(max_examples=200)
@given(accounts())
def test_bisection_meets_the_closed_form_of_the_tier_the_result_lies_in(account):
    assume(account.surplus() >= 0)
    for leg in account.legs:
        kind = leg.contract
        if sum(other.contract.id == kind.id for other in account.legs) > 1:
            continue
        marks = safe_marks(account, kind.id)
        found = marks.low if leg.pos > 0 else marks.high
        if found is None:
            continue
        others = [other for other in account.legs if other is not leg]
        tier = kind.schedule.tier(abs(kind.value(leg.pos, found)))
        closed = liquidation.liquidation_px_milli(
            account.wallet,
            sum(account.trigger.needed(other) for other in others),
            sum(other.unrealised for other in others),
            tier.deduct, leg.pos, leg.cost, tier.mm_ppb, kind.num, kind.den,
        )  # fmt: skip
        beyond = kind.schedule.tier(abs(kind.value(leg.pos, found + (-1 if leg.pos > 0 else 1))))
        if beyond == tier:
            assert found == closed


@given(accounts())
def test_bankruptcy_price_of_a_leg_leaves_no_deficit_and_one_tick_worse_does(account):
    for leg in account.legs:
        milli = account.bankruptcy(leg)
        if milli is None:
            continue
        rest = account.equity() - leg.contract.value(leg.pos)
        assert rest + leg.contract.value(leg.pos, milli) >= 0
        worse = milli - 1 if leg.pos > 0 else milli + 1
        assert rest + leg.contract.value(leg.pos, worse) < 0


# ---- the ladder's first step ------------------------------------------------------------------


def twin_case(account, fee_ppb):
    kinds = [
        ledger.Contract(
            leg.contract.mark_milli, leg.contract.mark_milli, leg.contract.mark_milli,
            leg.contract.num, leg.contract.den,
            [ledger.Tier(t.floor, t.mm_ppb, t.deduct) for t in leg.contract.schedule.tiers],
        )
        for leg in account.legs
    ]  # fmt: skip
    person = ledger.Account(0, 0, AccountKind.TRADER)
    person.cash = account.wallet - sum(leg.cost for leg in account.legs)
    for n, leg in enumerate(account.legs):
        person.slot[n] = n
        person.holdings[n] = ledger.Holding(leg.pos, leg.cost)
    case = clearing.Clearing(
        ledger.Ledger(kinds, [person]),
        deleveraging.Rulebook(
            steps=(LiquidationStep.IOC_AT_BANKRUPTCY, LiquidationStep.TAKEOVER_AT_BANKRUPTCY),
            adl_price=AdlPrice.BANKRUPTCY,
            score=lambda facts: 0.0,
            liquidation_fee_ppb=fee_ppb,
        ),
        take=lambda *_: (0, 0),
        cancel=lambda *_: None,
    )
    return case, person


@settings(max_examples=200)
@given(SHORT, st.sampled_from([0, 3_000_000, 15_000_000]))
def test_first_step_is_the_one_the_plain_engine_takes(account, fee_ppb):
    assume(account.surplus() < 0)
    case, person = twin_case(account, fee_ppb)
    first = case.worst(person, set())
    leg = worst(account)
    assert account.legs[first] is leg
    assert smallest_close(account, leg, fee_ppb) == case.smallest(person, first)
    milli = account.bankruptcy(leg)
    assert max(0, case.bankruptcy(person, first)) == (milli or 0) or milli is None


def test_hyperliquid_sells_a_fifth_of_a_large_position_and_all_of_a_small_one():
    book = rulebook.load(HYPERLIQUID)
    for dollars, share in ((100_000, 1), (100_001, 5)):
        kind = Contract(
            id="BTC", num=1, den=1, mark_milli=1_000_000, schedule=SCHEDULES[HYPERLIQUID, "BTC"]
        )
        lots = dollars * USD // kind.value(1)
        leg = Leg(contract=kind, pos=lots, cost=kind.value(lots))
        needed = Trigger().needed(leg)
        step = first_step(Account(wallet=needed - 1, legs=(leg,)), book)
        assert step.qty == -(-lots // share)
        assert step.what == "order"


def test_below_two_thirds_of_maintenance_the_vault_takes_everything():
    book = rulebook.load(HYPERLIQUID)
    kind = Contract(
        id="BTC", num=1, den=1, mark_milli=1_000_000, schedule=SCHEDULES[HYPERLIQUID, "BTC"]
    )
    leg = Leg(contract=kind, pos=90_000, cost=kind.value(90_000))
    backstop = mul_div_ceil(Trigger().needed(leg), 666_666_667, 10**9)
    assert first_step(Account(wallet=backstop, legs=(leg,)), book).what == "order"
    assert first_step(Account(wallet=backstop - 1, legs=(leg,)), book).what == "vault"


def test_ladder_nobody_described_has_no_first_step():
    book = book_of({"X": [[0, "1%", 50, 0]]})
    found = position(book, ["X long 1 @ 100"], collateral="$10")
    assert found.touch is not None
    assert found.touch.step is None


# ---- schedules whose margin jumps, triggers that count equality -------------------------------


def test_whole_position_tiers_can_liquidate_a_long_by_a_rise():
    # 1 % below 1,000 dollars of notional, 10 % of everything from there.
    steep = Schedule(
        tiers=(
            Tier(floor=0, mm_ppb=10_000_000, deduct=0, im_ppb=20_000_000),
            Tier(floor=1_000 * USD, mm_ppb=100_000_000, deduct=0, im_ppb=200_000_000),
        ),
        form="whole_position",
    )
    kind = Contract(id="X", num=USD, den=1, mark_milli=99_000, schedule=steep)
    leg = Leg(contract=kind, pos=10, cost=kind.value(10))
    marks = safe_marks(Account(wallet=50 * USD, legs=(leg,)), "X")
    assert marks.high == 99_999  # at 100 the notional is 1,000 and the need jumps from 10 to 100
    assert marks.low is not None
    assert marks.low < 99_000


@given(st.integers(1, 10**6), st.integers(2, 10**6))
def test_where_the_ratio_counts_the_fee_the_price_itself_is_not_safe(lots, mark):
    whole = Schedule(tiers=SCHEDULES[BINANCE, "BTCUSDT"].tiers, form="whole_position")
    kind = Contract(id="X", num=100, den=1, mark_milli=mark * MILLI, schedule=whole)
    leg = Leg(contract=kind, pos=lots, cost=kind.value(lots))
    trigger = Trigger(at_equality=True, fee_ppb=500_000)
    account = Account(wallet=leg.notional // 10, legs=(leg,), trigger=trigger)
    marks = safe_marks(account, "X")
    if marks.low is None:
        return

    def ratio_test(milli):
        moved = account.at("X", milli)
        worth = moved.legs[0].notional
        rate = kind.schedule.tier(worth).mm_ppb
        return liquidation.is_liquidatable_at_ratio(moved.equity(), worth, rate, 500_000)

    assert not ratio_test(marks.low)
    assert ratio_test(marks.low - 1)


# ---- schedules of other venues, against their tables read apart -----------------------------------

OTHER = [
    (name, table)
    for name in ("okx-swap", "bybit-linear", "dydx-v4", "lighter", "bitmex", "deribit-linear")
    for table, own in rulebook.load(rulebook.newest(name)).tiers.items()
    if own.unit == "USD" or own.form == "slope"
]


def asked(table, notional, coins):
    """Maintenance of a position as the table reads, in fractions of a dollar."""
    own = table.terms
    if table.form == "slope":
        # A rate is a whole number of ppb, rounded up: 4e-5 dollars of a position of $40,000.
        rate = ceil(parse_rate(own["maintenance"]) + parse_rate(own["per_unit"]) * coins)
        return notional * Fraction(rate, 10**9)
    if table.form == "risk_limit_steps":
        steps = max(0, ceil((notional - own["base"]) / Fraction(own["step"])))
        rate = parse_rate(own["maintenance"]) + steps * parse_rate(own["increment"])
        return notional * Fraction(rate, 10**9)
    total, reached = Fraction(0), [b for b in table.brackets if b.floor <= notional]
    if table.form == "whole_position":
        return notional * Fraction(parse_rate(reached[-1].maintenance), 10**9)
    for here, above in zip(reached, [*reached[1:], None], strict=True):
        top = notional if above is None else Fraction(above.floor)
        total += (top - Fraction(here.floor)) * Fraction(parse_rate(here.maintenance), 10**9)
    return total


@settings(max_examples=150)
@example(("deribit-linear", "SUI_USDC"), 1, 42_939, 29_587, 20, None)
@given(
    st.sampled_from(OTHER),
    st.sampled_from([1, -1]),
    st.integers(100, 3 * 10**8),
    st.integers(1, 10**6),
    st.integers(5, 900),
    st.data(),
)
def test_every_form_of_schedule_is_safe_at_its_edges_and_touched_beyond(
    key, side, dollars, mark, share, data
):
    book = rulebook.load(rulebook.newest(key[0]))
    table = book.tiers[key[1]]
    size = max(1, dollars * 1_000 // mark)  # thousandths of a coin
    name = "C"
    found = position(
        book,
        [f"{name} {'long' if side > 0 else 'short'} {Decimal(size) / 1_000:f} @ {mark}"],
        collateral=f"${dollars * share // 1_000 + 1}",
        tiers={name: key[1]},
        ticks={name: "0.01"},
        lots={name: "0.001"},
    )
    leg = found.legs[0]
    coins, wallet = Fraction(size, 1_000), Fraction(found.accounts[0].wallet, USD)
    boundary = book.value("liquidation.boundary")
    fee = parse_rate(book.value("liquidation.fee")) if key[0] == "okx-swap" else 0

    def free(milli):
        price = Fraction(milli, 100_000)
        notional = coins * price
        equity = wallet + side * (notional - coins * mark)
        return equity - asked(table, notional, coins) - notional * Fraction(fee, 10**9)

    slack = Fraction(1, 10**5)  # roundings of whole atoms
    marks = leg.safe
    if leg.account.surplus() < 0:
        assert free(mark * 100_000) <= slack
        return
    assert free(mark * 100_000) >= -slack
    for edge, step in ((marks.low, -1), (marks.high, 1)):
        if edge is not None:
            assert free(edge) >= -slack
            assert free(edge + step) <= slack + coins / 100_000
    low, high = marks.low or 0, marks.high or 100 * mark * 100_000
    anywhere = (low + high) // 2 if data is None else data.draw(st.integers(low, high))
    assert free(anywhere) >= -slack
    assert found.trigger.at_equality == (boundary == "<=")


# ---- the first step of every ladder ---------------------------------------------------------------


def first(name, *legs, **options):
    names = {leg.split()[0] for leg in legs}
    grid = {"ticks": dict.fromkeys(names, "0.1"), "lots": dict.fromkeys(names, "0.0001")}
    found = position(name, legs, **grid, **options)
    return found.touch.step


def test_every_rulebook_with_margin_has_a_first_step():
    for name in rulebook.available():
        book = rulebook.load(name)
        if book.value("margin.mode") == "none":
            continue
        table = next(n for n, t in book.tiers.items() if t.unit == "USD" or t.form == "slope")
        found = position(book, ["C long 3 @ 100"], collateral="$50", tiers={"C": table})
        assert found.touch.step is not None, name


def test_okx_nets_hedged_legs_then_drops_two_tiers_or_takes_over():
    both = first(
        "okx-swap", "BTCUSDT long 3 @ 100_000", "BTCUSDT short 1 @ 100_000", collateral="$50k"
    )
    assert (both.what, both.qty) == ("net", 10_000)
    # 30 BTC near 95,000 lie in the third tier: down to below the second.
    large = first("okx-swap", "BTCUSDT long 30 @ 100_000", collateral="$150k")
    left = 30 - large.qty * 0.0001
    assert large.what == "order"
    assert 0 < 300_000 - left * 95_000 < 10_000
    small = first("okx-swap", "BTCUSDT long 3 @ 100_000", collateral="$15k")
    assert small.what == "takeover"
    # At a mark where equity no longer meets what the first tier asks, 0.45 % with the fee, nothing is cut.
    deep = {"BTCUSDT": 95_300}
    kept = first("okx-swap", "BTCUSDT long 30 @ 100_000", collateral="$160k", marks=deep)
    assert kept.what == "order"
    gone = first("okx-swap", "BTCUSDT long 30 @ 100_000", collateral="$153k", marks=deep)
    assert gone.what == "takeover"


def test_bybit_drops_one_tier_and_takes_the_lowest_over():
    large = first("bybit-linear", "BTCUSDT long 30 @ 100_000", collateral="$150k")
    mark = float(large.leg.contract.mark_milli) / 10_000
    assert large.what == "order"
    assert 2_500_000 < (30 - large.qty * 0.0001) * mark < 2_600_000
    assert first("bybit-linear", "BTCUSDT long 3 @ 100_000", collateral="$15k").what == "takeover"


def test_bitmex_drops_a_risk_limit_of_an_inverse_position():
    found = position(
        "bitmex", ["XBTUSD long 30_000_000 @ 100_000"], collateral="20 XBT",
        faces={"XBTUSD": "$1"},
    )  # fmt: skip
    step = found.touch.step
    worth = abs(step.leg.contract.value(30_000_000 // 100 - step.qty))
    assert step.what == "order"
    assert 199 * 10**8 < worth <= 200 * 10**8


def test_deribit_sells_rounds_of_a_few_thousand_dollars():
    step = first("deribit-linear", "BTC_USDC long 3 @ 100_000", collateral="$15k")
    assert 1_900 * USD < step.leg.contract.value(step.qty) <= 2_000 * USD


def test_dydx_limit_is_the_fillable_price_and_size_a_tenth_or_all():
    # Equity equals maintenance less a little: the limit lies near the oracle price.
    step = first("dydx-v4", "BTC long 3 @ 100_000", collateral="$15k")
    mark = step.leg.contract.mark_milli / 10_000
    assert step.cancels is False
    assert 0 <= mark - step.limit_px / 10 < mark * 0.0001
    assert step.leg.contract.value(step.qty) <= step.leg.notional / 10
    assert first("dydx-v4", "BTC long 0.009 @ 100_000", collateral="$15").qty == 90


def test_lighter_limit_leaves_the_margin_ratio_unchanged():
    step = first("lighter", "BTC long 3 @ 100_000", collateral="$15k")
    mark = step.leg.contract.mark_milli / 10_000
    # At the touch equity is maintenance, 1.2 % of value.
    assert abs(step.limit_px / 10 - mark * (1 - 0.012)) < 1


# ---- inverse contracts ------------------------------------------------------------------------


@given(
    st.sampled_from([1, -1]), st.integers(1, 10**5), st.integers(5_000, 200_000), st.integers(5, 90)
)
def test_inverse_price_is_where_the_published_formula_puts_it(side, contracts_, entry, share):
    book = book_of({"BTCUSD": [[0, "0.5%", 100, 0]]})
    size = contracts_ * 100
    coin = Decimal(size) / entry * share / 100
    found = position(
        book,
        [f"BTCUSD {'long' if side > 0 else 'short'} {size} @ {entry}"],
        collateral=f"{coin:.8f} BTC",
        ticks={"BTCUSD": "0.5"},
        faces={"BTCUSD": "$1"},
    )
    leg = found.legs[0]
    # size/entry + s(balance) - mm = size/LP with mm = 0.5 % of size/LP.
    balance = float(f"{coin:.8f}")
    exact = size * (1 + side * 0.005) / (size / entry + side * balance)
    price = leg.safe_low if side > 0 else leg.safe_high
    if side < 0 and (exact <= 0 or exact > 90 * entry):
        assert price is None or price > 50 * entry
        return
    assert abs(float(price) - exact) <= 0.5 + exact * exact / size * 3e-8
    bankrupt = bankruptcy_price.bankruptcy_price_inverse(side, entry, size, balance)
    if 0 < bankrupt < 90 * entry:
        slack = 0.5 + bankrupt * bankrupt / size * 3e-8
        assert abs(float(leg.bankruptcy) - bankrupt) <= slack


# ---- the venues' own examples, through the whole calculator ------------------------------------

FAQ = book_of(
    {
        "ETHUSDT": [[0, "10%", 5, 0]],
        "BTCUSDT": [[0, "2.5%", 20, 0]],
        "ETH-2020": [[0, "0.65%", 75, 0]],
    }
)
WITH_CUM = {"ETHUSDT": 135_365, "BTCUSDT": 16_300}


def with_deduction(found, contract):
    """The FAQ prints one bracket with its deduction; a table of one bracket cannot hold it."""
    account = found.legs[0].account
    legs = []
    for leg in account.legs:
        tiers = (
            Tier(
                floor=0,
                mm_ppb=leg.contract.schedule.tiers[0].mm_ppb,
                deduct=WITH_CUM[leg.contract.id] * USD,
                im_ppb=200_000_000,
            ),
        )
        kind = Contract(
            id=leg.contract.id, num=leg.contract.num, den=leg.contract.den,
            mark_milli=leg.contract.mark_milli, schedule=Schedule(tiers=tiers),
        )  # fmt: skip
        legs.append(Leg(contract=kind, pos=leg.pos, cost=leg.cost))
    moved = Account(wallet=account.wallet, legs=tuple(legs))
    terms: Terms = next(leg.terms for leg in found.legs if leg.leg.contract.id == contract)
    return float(terms.price(-(-safe_marks(moved, contract).low // MILLI)))


def binance_cross(*legs):
    return position(
        FAQ,
        legs,
        collateral="$1_535_443.01",
        marks={
            name: mark
            for name, mark in (("ETHUSDT", "1_335.18"), ("BTCUSDT", "31_967.27"))
            if any(leg.startswith(name) for leg in legs)
        },
        ticks={leg.split()[0]: "0.01" for leg in legs},
    )


ETH, BTC = "ETHUSDT long 3_683.979 @ 1_456.84", "BTCUSDT long 109.488 @ 32_481.98"


def test_bn_3_liquidation_price_of_eth_in_a_cross_account():
    assert abs(with_deduction(binance_cross(ETH, BTC), "ETHUSDT") - 1_153.26) <= 0.02


def test_bn_4_liquidation_price_of_btc_in_a_cross_account():
    assert abs(with_deduction(binance_cross(ETH, BTC), "BTCUSDT") - 26_316.89) <= 0.02


def test_bn_5_each_alone_with_the_same_wallet():
    assert abs(with_deduction(binance_cross(ETH), "ETHUSDT") - 1_114.78) <= 0.02
    assert abs(with_deduction(binance_cross(BTC), "BTCUSDT") - 18_778.73) <= 0.02


def test_dy_1_short_of_three_at_three_thousand_on_a_deposit_of_a_thousand():
    book = book_of({"ETH": [[0, "5%", 10, 0]]})
    leg = position(book, ["ETH short 3 @ 3_000"], collateral="$1_000", ticks={"ETH": "0.01"}).legs[
        0
    ]
    assert leg.safe_high == Decimal("3174.60")


def test_by_9_bankruptcy_price_from_margin_and_wallet():
    book = book_of({"ABC": [[0, "1%", 50, 0]]})
    found = position(book, ["ABC long 100 @ 500"], collateral=["$1_000", "$100"])
    assert found.legs[0].bankruptcy == 489


def test_by_2_bankruptcy_price_of_an_isolated_long_at_fifty_times():
    book = book_of({"BTCUSDT": [[0, "0.5%", 100, 0]]})
    found = position(book, ["BTCUSDT long 1 @ 10_000 50x"], mode="isolated")
    assert found.legs[0].bankruptcy == 9_800


# ---- collateral -------------------------------------------------------------------------------


def test_cb_1_asset_at_ninety_percent():
    found = position(
        BINANCE,
        ["BTCUSDT long 1 @ 100_000"],
        collateral="2_000 USDE",
        prices={"USDE": 1},
        haircuts={"USDE": "10%"},
    )
    assert found.accounts[0].wallet == 1_800 * USD


def test_choice_of_price_decides_whether_a_holder_of_a_depegged_token_is_liquidated():
    def asked(at):
        return position(
            BINANCE,
            ["BTCUSDT long 1 @ 121_000"],
            collateral="20_000 USDE",
            marks={"BTCUSDT": 106_000},
            prices={"USDE.local_book": "0.65", "USDE.index": "0.98", "USDE.redemption": 1},
            haircuts={"USDE": "2%"},
            valued_at=at,
        )

    for name in ("local_book", None):  # the venue valued it by its own book
        assert asked(name).touch.share == 0.0
    for name in ("index", "redemption"):
        assert asked(name).touch.share < 0.0


def test_haircut_tiers_are_marginal_and_a_debt_counts_in_full():
    tiers = ((0, 950_000_000), (10_000 * USD, 900_000_000))
    assert counted(10_000 * USD, tiers) == 9_500 * USD
    assert counted(20_000 * USD, tiers) == 18_500 * USD
    assert counted(-1_000 * USD, tiers) == -1_000 * USD


@pytest.mark.parametrize(
    ("legs", "options", "word"),
    [
        (["BTCUSDT long 1 @ 1", "BTCUSDT long 2 @ 2"], {}, "given twice"),
        (["BTCUSDT long 1.00001 @ 100_000"], {"lots": {"BTCUSDT": "0.001"}}, "lots"),
        (["BTCUSDT long 0 @ 1"], {}, "above zero"),
        (
            ["XBTUSD long 100 @ 1", "SUIUSDT long 1 @ 1"],
            {"name": "bitmex", "faces": {"XBTUSD": "$1"}},
            "different",
        ),
        (["XBTUSD long 100 @ 1"], {"name": "bitmex"}, "--face"),
        (["BTCUSDT long 1 @ 1"], {"mode": "crossed"}, "margin mode"),
        (["BTCUSDT long 1 @ 1"], {"valued_at": "loc"}, "price of collateral"),
        (["BTCUSDT long 1 @ 1"], {"marks": ["BTCUSDT"]}, "NAME=VALUE"),
        (["BTCUSDT long 1 @ 1"], {"collateral": "5 PEPE", "prices": {"PEPE": 1}}, "counts for"),
        (["BTCUSDT long 1 @ 1"], {"faces": {"BTCUSDT": "$1"}}, "settles in BTC"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(legs, options, word):
    with pytest.raises(ScenarioError) as caught:
        position(options.pop("name", BINANCE), legs, **options)
    assert word in str(caught.value)


@pytest.mark.parametrize("text", ["5", "5%, 10%", "5%, 10% above $0", "101%", "5%, x"])
def test_haircuts_that_are_none_are_refused(text):
    with pytest.raises(ScenarioError):
        position(
            BINANCE,
            ["BTCUSDT long 1 @ 1"],
            collateral="5 ETH",
            prices={"ETH": 1},
            haircuts={"ETH": text},
        )
