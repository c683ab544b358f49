"""What more money in the fund does to what is passed on to winners, under every shipped rulebook, over the same marks.

At one mark it never grows. Over a path it may, wherever the fund carries what it took: the counter-examples are here by name.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.one_mark import ATOMS, Loser, OneMark, plan_of

from unhedged.venues import rulebook
from unhedged.vocab.enums import AdlTrigger, Side

BOOKS = [n for n in rulebook.available() if rulebook.load(n).value("margin.mode") != "none"]
PLANS = {name: plan_of(name) for name in BOOKS}
DOLLAR = ATOMS
SIZES = (1, 2, 5, 30)

# 0.001 BTC at 100,000: a lot is 100 dollars. Losers have 0.5 % to 6 % of margin.
losers = st.lists(
    st.builds(
        lambda lots, share: Loser(lots, lots * 100 * ATOMS * share // 10_000),
        st.integers(1, 200_000),
        st.integers(50, 600),
    ),
    min_size=1,
    max_size=8,
)
moves = st.integers(5_000_000, 150_000_000)
parts = st.integers(1, 3_000)
"""Money of the smallest fund: thousandths of what decides, shortfall or notional."""


def rules(name):
    return PLANS[name].venues[0]


def held_by_size(name):
    """Whether what decides is the size of a position, or all that a vault holds, rather than what a position is short of."""
    return rules(name).vault_on or rules(name).adl_trigger == AdlTrigger.FUND_CANNOT_HOLD


def money(name, drawn, move, part):
    """Return the smallest fund, atoms."""
    whole = sum(
        loser.lots * 100 * ATOMS
        if held_by_size(name) and not rules(name).vault_on
        else max(0, loser.lots * 100 * ATOMS * move // 10**9 - loser.margin)
        for loser in drawn
    )
    least = round(rules(name).drawdown_least_usd * ATOMS) * 10 // 7  # see the small pool below
    return 1 + least + whole * part // 1_000


def book_of(name, drawn):
    """Return bids a fifth below the start where the venue has to sell in its book before a loss is shared."""
    deep = int(PLANS[name].instruments[0].start_px * 0.8)
    return [(Side.BUY, deep, sum(loser.lots for loser in drawn))] if rules(name).socialised else []


def passed(name, drawn, atoms, move):
    """Return what a fund passes on at one mark: lots, shortfall, or the loss winners share."""
    run = OneMark(PLANS[name], drawn, atoms, book_of(name, drawn))
    run.move(-move)
    if rules(name).socialised:
        return run.paid_by_winners()
    return run.lots_passed() if held_by_size(name) else run.shortfall_passed(-move)


@pytest.mark.parametrize("name", BOOKS)
def test_a_larger_fund_never_passes_more_to_winners_at_one_mark(name):
    found = {"passed": 0, "changed": 0}

    @settings(max_examples=40, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(losers, moves, parts)
    def check(drawn, move, part):
        smallest = money(name, drawn, move, part)
        sums = [passed(name, drawn, smallest * size, move) for size in SIZES]
        assert sums == sorted(sums, reverse=True)
        found["passed"] += sums[0] > 0
        found["changed"] += sums[0] > sums[-1]

    check()
    print(
        f"\n{name}: {found['passed']} of 40 passed something on, {found['changed']} less with more"
    )
    assert found["passed"] >= 5
    # dYdX finds winners for whoever owns less than nothing; its fund is not asked.
    assert found["changed"] >= (0 if rules(name).adl_trigger == AdlTrigger.NEGATIVE_EQUITY else 5)


def larger(name, drawn, sizes, path, *, book=(), **venue):
    """Return what winners gave up with each size of fund, in dollars, and the markets after the path of moves."""
    plan = plan_of(name, **venue) if venue else PLANS[name]
    runs = [OneMark(plan, drawn, size * DOLLAR, list(book)) for size in sizes]
    for run in runs:
        for move in path:
            run.move(move)
    return [run.given_up() / ATOMS for run in runs], runs


def percent(share):
    return round(share * 10**7)


def test_what_a_limited_fund_holds_leaves_no_room_for_a_dearer_position():
    # A is worth 97,000 and short of 10; B 87,300 and short of 1,710. The small fund has room for B alone, the large one for A.
    drawn = [Loser(1_000, 2_990 * DOLLAR), Loser(900, 990 * DOLLAR)]
    gave, runs = larger("binance-usdm@2025-10-10", drawn, (90_000, 100_000), [percent(-3)])
    assert gave == [10.0, 1_710.0]
    assert [run.lots_passed() for run in runs] == [1_000, 900]


def test_a_small_pool_knows_no_drawdown_and_passes_nothing():
    # Short of 6,000. Below 10,000 at the limit there is no drawdown rule: 14,000 pays all of it, 16,000 keeps seven tenths.
    drawn = [Loser(3_000, 3_000 * DOLLAR)]
    gave, _ = larger("bybit-linear@2025-10-10", drawn, (14_000, 16_000), [percent(-3)])
    assert gave == [0.0, 1_200.0]


def test_what_a_larger_fund_took_falls_with_the_mark_and_it_passes_more_later():
    # A is short of 10 at -3 %, which the small fund does not have: winners pay. Its owner's short, taken over at +4 %, brings
    # either fund 14,300 by -10 %, where B is short of 10,000. The small fund pays that; the large one has lost 7,000 on A.
    drawn = [
        Loser(1_000, 2_990 * DOLLAR, owner=900),
        Loser(-1_000, 4_300 * DOLLAR, owner=900),
        Loser(10_000, 90_000 * DOLLAR),
    ]
    path = [percent(-3), percent(4), percent(-10)]
    gave, _ = larger("bybit-linear@2024-10-23", drawn, (9, 500), path)
    assert gave == [10.0, 10_000.0]


def test_a_larger_vault_holds_on_for_longer_and_passes_more_later():
    # Both vaults take a position at -1 % with 300 of margin. The empty one is below nothing at -2 % and closes it one per cent
    # under the mark before; the one with 3,000 holds on until -8 %, where winners pay six per cent.
    drawn = [Loser(1_000, 1_300 * DOLLAR)]
    path = [percent(-1), percent(-2), percent(-8)]
    gave, _ = larger("hyperliquid@2025-10-10", drawn, (0, 3_000), path)
    assert gave == [1_000.0, 6_000.0]


@pytest.mark.parametrize("name", ["deribit-linear@2025-10-10", "dydx-v4@2025-10-10"])
def test_a_fund_that_holds_nothing_passes_no_more_over_any_path(name):
    """Without positions of its own a fund only pays; dYdX's not even that where nothing is traded."""
    found = []

    @settings(max_examples=30, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(losers, st.lists(moves, min_size=2, max_size=5), parts)
    def check(drawn, path, part):
        smallest = money(name, drawn, max(path), part)
        gave = []
        for size in SIZES:
            run = OneMark(PLANS[name], drawn, smallest * size, book_of(name, drawn))
            for move in path:
                run.move(-move)
            gave.append(run.paid_by_winners() + run.given_up())
        assert gave == sorted(gave, reverse=True)
        found.append(gave[0] > 0)

    check()
    assert sum(found) >= 5
