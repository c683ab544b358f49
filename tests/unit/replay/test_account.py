"""Opening wallets by interval: equality at each end, and every wallet lived through step by step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unhedged.replay import account as replay
from unhedged.rules.fees import fee
from unhedged.venues.margining import Contract, Leg
from unhedged.venues.requirement import Schedule, Tier

USD = 10**6
FEE = 15_000_000


def contract(name: str, rate_ppb: int = 10_000_000) -> Contract:
    tier = Tier(floor=0, mm_ppb=rate_ppb, deduct=0, im_ppb=20_000_000)
    return Contract(id=name, num=USD, den=1, mark_milli=1, schedule=Schedule(tiers=(tier,)))


def leg(name: str, pos: int, entry: int, rate_ppb: int = 10_000_000) -> Leg:
    return Leg(contract=contract(name, rate_ppb), pos=pos, cost=pos * entry * USD)


def moments(prices, moved=None):
    """One second apart; prices by contract in whole ticks."""
    length = len(next(iter(prices.values())))
    return [
        replay.Moment(
            t=t,
            marks={name: series[t] * 1_000 for name, series in prices.items()},
            moved=0 if moved is None else moved[t],
        )
        for t in range(length)
    ]


def test_wallet_equal_to_the_need_is_safe_and_one_atom_less_is_touched():
    # 10 at 100, mark 90: loss 100, maintenance 9.
    found = replay.AccountReplay([leg("A", 10, 100)], moments({"A": [100, 90, 95]}))
    assert found.needs == (10 * USD, 109 * USD, 59_500_000)
    assert found.first_touched(1, 2) == (10 * USD, 109 * USD)
    assert found.first_touched(2, 3) is None
    assert found.first_touched(0, 1) is None


def test_money_that_arrives_lowers_the_need_from_then_on():
    path = moments({"A": [100, 90, 90]}, moved=[0, 0, 50 * USD])
    assert replay.AccountReplay([leg("A", 10, 100)], path).needs[1:] == (109 * USD, 59 * USD)


def test_first_close_is_enough_where_it_frees_more_than_its_fee():
    # B needs 5 % and costs 1.5 % to close: at 100 it frees 35 of 1,000 - enough for a shortage of up to 35.
    legs = [leg("A", 10, 100), leg("B", 10, 100, 50_000_000)]
    path = moments({"A": [110, 100, 100], "B": [100, 100, 100]})
    found = replay.AccountReplay(legs, path)
    assert found.first_touched(1, 2) == (-39 * USD, 60 * USD)
    result = found.outcomes(1, 2, replay.leg_first("B"), fee_ppb=FEE, pause=1)
    assert result.enough == ((25 * USD, 60 * USD),)
    assert result.taken_over == ((-39 * USD, 25 * USD),)


ORDERS = [*replay.ORDERS.values(), replay.leg_first("B")]


@settings(max_examples=200)
@given(
    st.lists(st.integers(50, 150), min_size=6, max_size=12),
    st.integers(1, 3),
    st.sampled_from(ORDERS),
    st.data(),
)
def test_every_opening_wallet_lives_the_outcome_its_interval_says(rises, pause, choice, data):
    length = len(rises)
    other = data.draw(st.lists(st.integers(50, 150), min_size=length, max_size=length))
    paid = data.draw(st.lists(st.integers(-20 * USD, 20 * USD), min_size=length, max_size=length))
    moved = [sum(paid[: t + 1]) for t in range(length)]
    legs = [leg("A", 10, 100), leg("B", -7, 100, 40_000_000), leg("C", 3, 90, 25_000_000)]
    path = moments({"A": rises, "B": other, "C": rises}, moved)
    found = replay.AccountReplay(legs, path)
    start, end = 1, length - pause
    touched = found.first_touched(start, end)
    if touched is None:
        return
    wallet = data.draw(st.integers(touched[0] - 5, touched[1] + 5))
    result = found.outcomes(start, end, choice, fee_ppb=FEE, pause=pause)
    told = {
        name
        for name in ("enough", "recovered", "taken_over", "bankrupt")
        if any(low <= wallet < high for low, high in getattr(result, name))
    }
    assert told == lived(legs, path, wallet, start, end, choice, pause)


def lived(legs, path, wallet, start, end, choice, pause):
    """Step through time with one wallet."""
    first = next((m for m in path if wallet < replay.needed(legs, m)), None)
    if first is None or not start <= first.t < end:
        return set()
    closed = choice(replay.account_at(legs, first))
    kept = [other for other in legs if other.contract.id != closed.contract.id]
    wallet += closed.unrealised - fee(closed.notional, FEE)
    if wallet >= replay.needed(kept, first):
        return {"enough"}
    later = path[first.t + pause]
    if wallet >= replay.needed(kept, later):
        return {"recovered"}
    equity = wallet + replay.account_at(kept, later).equity()
    return {"taken_over", "bankrupt"} if equity < 0 else {"taken_over"}


@settings(max_examples=100)
@given(
    st.lists(st.integers(50, 150), min_size=3, max_size=6), st.sampled_from(ORDERS[:-1]), st.data()
)
def test_legs_are_closed_in_turn_until_a_wallet_is_safe(prices, choice, data):
    legs = [leg("A", 10, 100, 60_000_000), leg("B", -7, 100, 40_000_000), leg("C", 3, 90)]
    path = moments({"A": prices, "B": prices[::-1], "C": prices})
    found = replay.AccountReplay(legs, path)
    touched = found.first_touched(1, len(path))
    if touched is None:
        return
    wallet = data.draw(st.integers(touched[0], touched[1] - 1))
    counts = found.closed_in_turn(1, len(path), choice, fee_ppb=FEE)
    told = [n for n, parts in counts.items() if any(low <= wallet < high for low, high in parts)]
    moment = next(m for m in path if wallet < replay.needed(legs, m))
    closed = 0
    while legs and wallet < replay.needed(legs, moment):
        gone = choice(replay.account_at(legs, moment))
        legs = [other for other in legs if other.contract.id != gone.contract.id]
        wallet += gone.unrealised - fee(gone.notional, FEE)
        closed += 1
    assert told == [closed]


@pytest.mark.parametrize("name", list(replay.ORDERS))
def test_orders_choose_as_they_are_called(name):
    legs = [leg("loss", 10, 100), leg("value", -20, 70), leg("small", 1, 60, 300_000_000)]
    moment = moments({"loss": [80], "value": [70], "small": [80]})[0]
    chosen = replay.ORDERS[name](replay.account_at(legs, moment)).contract.id
    expected = {
        "largest loss first": "loss",
        "largest value first": "value",
        "smallest value first": "small",
        "largest maintenance first": "small",
        "largest profit first": "small",
    }
    assert chosen == expected[name]


def test_span_of_intervals_reaches_over_their_holes():
    assert replay.span(((1, 3), (5, 9))) == (1, 9)
    assert replay.span(()) is None
