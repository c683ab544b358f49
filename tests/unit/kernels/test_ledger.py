"""Payments conserve money, are totalled by reason, and leave rows where rows are owed."""

import pytest

from unhedged.kernels import compiled, ledger
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import world
from unhedged.vocab.enums import AccountKind, EntryReason, InstrumentKind

FEE, DRAW, FUNDING = EntryReason.TRADING_FEE, EntryReason.FUND_DRAW, EntryReason.FUNDING


@entry("void(int64, int64, int64, int64, int64)")
def _pay(address, source, target, atoms, reason):
    ledger.pay(world(address), source, target, atoms, reason)


@entry("int64(int64, int64)")
def _imbalance(address, asset):
    return ledger.imbalance(world(address), asset)


@entry("int64(int64, int64)")
def _position_imbalance(address, i):
    return ledger.position_imbalance(world(address), i)


@pytest.fixture
def memory():
    rows = {"venue": 2, "account": 4, "total": 4, "transfer": 8, "position": 3, "holder": 3}
    memory = Memory(rows)
    memory["venue"]["asset"] = (0, 1)
    memory["account"]["venue"] = (0, 0, 0, 1)
    memory["account"]["cash"] = (100, -100, 0, 0)
    memory.world["now"] = 77
    return memory


def test_a_payment_moves_the_amount_and_is_totalled_on_both_sides(memory):
    _pay(memory.address, 0, 1, 30, FEE)
    assert list(memory["account"]["cash"]) == [70, -70, 0, 0]
    assert list(memory["total"]["atoms"][:, FEE]) == [-30, 30, 0, 0]
    assert memory.world["transfers_kept"] == 0


def test_a_negative_payment_runs_the_other_way(memory):
    _pay(memory.address, 0, 1, -30, FUNDING)
    assert list(memory["account"]["cash"]) == [130, -130, 0, 0]
    assert list(memory["total"]["atoms"][:, FUNDING]) == [30, -30, 0, 0]


def test_nothing_and_a_payment_to_oneself_change_nothing(memory):
    _pay(memory.address, 0, 1, 0, DRAW)
    _pay(memory.address, 2, 2, 9, DRAW)
    assert list(memory["account"]["cash"]) == [100, -100, 0, 0]
    assert not memory["total"]["atoms"].any()
    assert memory.world["transfers_kept"] == 0


def test_a_forced_reason_keeps_a_row_in_the_direction_of_the_money(memory):
    _pay(memory.address, 0, 2, -5, DRAW)
    row = memory["transfer"][0]
    assert memory.world["transfers_kept"] == 1
    assert (row["t"], row["atoms"], row["source"], row["target"], row["reason"]) == (
        77,
        5,
        2,
        0,
        DRAW,
    )


@pytest.mark.parametrize("kind", [AccountKind.FUND, AccountKind.VAULT])
def test_every_payment_of_a_fund_or_vault_keeps_a_row(memory, kind):
    memory["account"]["kind"][2] = kind
    _pay(memory.address, 0, 2, 5, FEE)
    assert memory.world["transfers_kept"] == 1


def test_every_payment_of_a_kept_account_keeps_a_row(memory):
    memory["account"]["keep"][0] = 1
    _pay(memory.address, 1, 0, 5, FUNDING)
    assert memory.world["transfers_kept"] == 1


def test_cash_of_an_asset_sums_over_its_accounts_only(memory):
    assert _imbalance(memory.address, 0) == 0
    memory["account"]["cash"][3] = 8
    assert (_imbalance(memory.address, 0), _imbalance(memory.address, 1)) == (0, 8)


def test_contract_positions_sum_to_zero_and_spot_inventory_to_what_was_brought_in(memory):
    memory["holder"]["position"] = (0, 1, 2)
    memory["position"]["pos"] = (5, -2, -3)
    memory["instrument"]["holders"] = 3
    assert _position_imbalance(memory.address, 0) == 0
    memory["position"]["pos"][0] = 6
    assert _position_imbalance(memory.address, 0) == 1
    memory["instrument"]["kind"] = InstrumentKind.SPOT
    memory["instrument"]["open_interest"] = 1
    assert _position_imbalance(memory.address, 0) == 0


@pytest.mark.skipif(not compiled.CHECKED, reason="overflow is trapped in the checked build only")
def test_an_overflow_is_trapped(memory):
    memory["account"]["cash"][1] = 2**63 - 1
    with pytest.raises(OverflowError):
        _pay(memory.address, 0, 1, 1, FEE)
