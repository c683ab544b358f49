"""Value, margin and order checks of accounts."""

import pytest

from unhedged.kernels import accounts
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import world
from unhedged.vocab.enums import InstrumentKind, Side


@entry("int64(int64, int64)")
def equity(address, a):
    return accounts.equity(world(address), a)


@entry("int64(int64, int64)")
def maintenance(address, a):
    return accounts.maintenance(world(address), a)


@entry("int64(int64, int64)")
def initial(address, a):
    return accounts.initial(world(address), a)


@entry("int64(int64, int64)")
def value(address, p):
    return accounts.value_of(world(address), p)


@entry("int64(int64, int64, int64)")
def tier(address, i, notional):
    return accounts.find_tier(world(address), i, notional)


@entry("boolean(int64, int64, int64, int64, int64, int64)")
def can_add(address, a, p, side, px, qty):
    return accounts.can_add(world(address), a, p, side, px, qty)


@entry("void(int64, int64)")
def mark_dirty(address, a):
    accounts.mark_dirty(world(address), a)


@pytest.fixture
def memory() -> Memory:
    """Return one account, $10,000 in cash, that can hold two contracts: marks 100 and 50 ticks, one atom per lot and tick.

    Tiers: 1 % up to a notional of 1,000, 2 % above; initial 10 % and 20 %.
    """
    m = Memory({"venue": 1, "instrument": 2, "tier": 2, "account": 2, "position": 2})
    m["venue"]["margin_on"] = 1
    m["instrument"]["num"] = m["instrument"]["den"] = 1
    m["instrument"]["mark_milli"] = [100_000, 50_000]
    m["instrument"]["tiers"] = 2
    m["tier"]["floor"] = [0, 1_000]
    m["tier"]["mm_ppb"] = [10_000_000, 20_000_000]
    m["tier"]["im_ppb"] = [100_000_000, 200_000_000]
    m["tier"]["deduct"] = [0, 10]
    m["account"]["positions"][0] = 2
    m["account"]["next_dirty"] = accounts.NOT_LISTED
    m["account"]["cash"][0] = 10_000
    m["position"]["instrument"] = [0, 1]
    return m


def test_equity_is_cash_and_signed_values_with_sizes_rounded_down(memory):
    memory["instrument"]["mark_milli"] = [100_999, 50_999]
    memory["position"]["pos"] = [1, -1]
    assert [value(memory.address, p) for p in (0, 1)] == [100, -50]
    assert equity(memory.address, 0) == 10_000 + 100 - 50


def test_an_inverse_long_owes_coin_that_shrinks_as_the_mark_rises(memory):
    memory["instrument"]["kind"] = InstrumentKind.INVERSE
    memory["instrument"]["num"] = 1_000_000
    memory["position"]["pos"] = [1, 0]
    assert value(memory.address, 0) == -10_000
    memory["instrument"]["mark_milli"][0] = 200_000
    assert value(memory.address, 0) == -5_000


def test_a_notional_equal_to_a_floor_belongs_to_the_higher_tier(memory):
    assert [tier(memory.address, 0, n) for n in (0, 999, 1_000, 10**18)] == [0, 0, 1, 1]


def test_maintenance_is_continuous_at_a_floor_and_rounded_up_inside(memory):
    for lots, expected in [(9, 9), (10, 10), (-11, 12)]:
        memory["position"]["pos"] = [lots, 0]
        assert maintenance(memory.address, 0) == expected
    memory["instrument"]["mark_milli"][0] = 100_100
    memory["position"]["pos"] = [1, 0]
    assert maintenance(memory.address, 0) == 1
    memory["position"]["pos"] = [2, 0]
    assert maintenance(memory.address, 0) == 2
    memory["instrument"]["mark_milli"][0] = 101_000
    assert maintenance(memory.address, 0) == 3


def test_a_venue_without_margin_asks_for_none_and_counts_inventory(memory):
    memory["venue"]["margin_on"] = 0
    memory["position"]["pos"] = [10, 2]
    assert equity(memory.address, 0) == 10_000 + 1_000 + 100
    assert maintenance(memory.address, 0) == 0
    assert initial(memory.address, 0) == 0


def test_initial_margin_counts_the_worse_side_of_the_working_orders(memory):
    memory["position"]["pos"] = [5, 0]
    assert initial(memory.address, 0) == 50
    memory["position"]["open_sell"] = [8, 0]
    assert initial(memory.address, 0) == 50
    memory["position"]["open_sell"] = [11, 0]
    assert initial(memory.address, 0) == 60
    memory["position"]["open_buy"] = [4, 0]
    assert initial(memory.address, 0) == 90
    memory["position"]["open_buy"] = [5, 0]
    assert initial(memory.address, 0) == 200


def test_an_order_passes_when_equity_equals_the_margin_and_not_one_atom_below(memory):
    memory["account"]["cash"][0] = 90
    assert can_add(memory.address, 0, 0, Side.BUY, 0, 9)
    memory["account"]["cash"][0] = 89
    assert not can_add(memory.address, 0, 0, Side.BUY, 0, 9)
    assert can_add(memory.address, 0, 0, Side.SELL, 0, 8)


def test_filling_worse_than_mark_needs_the_loss_on_top(memory):
    memory["account"]["cash"][0] = 90
    assert can_add(memory.address, 0, 0, Side.BUY, 100, 9)
    assert can_add(memory.address, 0, 0, Side.BUY, 90, 9)
    assert not can_add(memory.address, 0, 0, Side.BUY, 101, 9)
    assert not can_add(memory.address, 0, 0, Side.SELL, 99, 9)
    memory["account"]["cash"][0] = 99
    assert can_add(memory.address, 0, 0, Side.BUY, 101, 9)


def test_an_order_that_only_reduces_needs_no_margin(memory):
    memory["account"]["cash"][0] = -10_000
    memory["position"]["pos"] = [5, 0]
    memory["position"]["open_sell"] = [2, 0]
    assert can_add(memory.address, 0, 0, Side.SELL, 0, 3)
    assert not can_add(memory.address, 0, 0, Side.SELL, 0, 4)
    assert not can_add(memory.address, 0, 0, Side.BUY, 0, 1)
    memory["position"]["pos"] = [-5, 0]
    assert can_add(memory.address, 0, 0, Side.BUY, 0, 5)
    assert not can_add(memory.address, 0, 0, Side.BUY, 0, 6)


def test_an_order_in_one_contract_uses_what_the_other_leaves(memory):
    memory["account"]["cash"][0] = 100 - 500
    memory["position"]["pos"] = [5, 0]
    assert can_add(memory.address, 0, 1, Side.SELL, 0, 10)
    assert not can_add(memory.address, 0, 1, Side.SELL, 0, 11)


def test_a_changed_account_is_listed_once(memory):
    for a in (0, 1, 0, 1):
        mark_dirty(memory.address, a)
    assert memory.world["first_dirty"] == 1
    assert memory["account"]["next_dirty"].tolist() == [-1, 0]


def test_a_size_that_leaves_64_bits_is_trapped(memory):
    memory["position"]["pos"] = [2**62, 0]
    memory["instrument"]["num"] = 4
    with pytest.raises(OverflowError):
        equity(memory.address, 0)
