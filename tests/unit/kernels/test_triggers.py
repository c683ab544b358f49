"""Trigger prices, stops, and who needs action after a mark update."""

import numpy as np
import pytest

from unhedged.kernels import accounts, buckets, triggers
from unhedged.kernels.compiled import entry
from unhedged.kernels.margin_check import draw_population, same_answers
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import instrument, world
from unhedged.vocab.enums import AccountKind, AccountStatus, TriggerKind

SPARE = 8  # trigger rows for stops


@entry("void(int64, int64, int64)")
def move(address, i, milli):
    w = world(address)
    old = instrument(w, i).mark_milli
    instrument(w, i).mark_milli = milli
    triggers.mark_moved(w, i, old, milli)


@entry("int64(int64, int64)")
def drain(address, v):
    return triggers.drain(world(address), v)


@entry("int64(int64, int64)")
def scan(address, v):
    return triggers.scan_all(world(address), v)


@entry("void(int64, int64)")
def place_all(address, v):
    triggers.place_all(world(address), v)


@entry("void(int64, int64)")
def mark_dirty(address, a):
    accounts.mark_dirty(world(address), a)


@entry("int64(int64, int64, int64, int64, int64)")
def add(address, p, kind, px, rising):
    return triggers.add_trigger(world(address), p, kind, px, rising, -1)


@entry("void(int64, int64)")
def remove(address, row):
    triggers.remove_trigger(world(address), row)


@entry("int64(int64, int64, int64)")
def bucket_of(address, i, milli):
    return buckets.bucket_from(instrument(world(address), i).start_milli, milli)


def build(cash: list[int], pos: list[int], *, venues: int = 1) -> Memory:
    """Return accounts with one position each, contract k at venue k: mark 100 ticks, one atom per lot and tick, 1 %."""
    n = len(cash)
    m = Memory(
        {
            "venue": venues,
            "instrument": venues,
            "tier": 2,
            "account": n,
            "position": n,
            "trigger": n + SPARE,
            "fired": n + SPARE,
            "touched": n,
            "bucket": 2 * triggers.BUCKETS * venues,
        }
    )
    m["venue"]["margin_on"] = 1
    m["instrument"]["num"] = m["instrument"]["den"] = m["instrument"]["tiers"] = 1
    m["instrument"]["mark_milli"] = m["instrument"]["start_milli"] = 100_000
    m["instrument"]["first_bucket"] = 2 * triggers.BUCKETS * np.arange(venues)
    m["tier"]["mm_ppb"] = 10_000_000
    m["account"]["cash"] = cash
    m["account"]["first_position"] = np.arange(n)
    m["account"]["positions"] = 1
    m["account"]["next_dirty"] = accounts.NOT_LISTED
    m["position"]["pos"] = pos
    m["position"]["account"] = np.arange(n)
    m.world["triggers_used"] = n
    for v in range(venues):
        place_all(m.address, v)
    return m


def found(m: Memory, count: int) -> list[int]:
    return m["touched"]["account"][:count].tolist()


def fired(m: Memory) -> list[int]:
    return m["fired"]["trigger"][: m.world["fired_kept"]].tolist()


def test_a_long_is_watched_below_the_mark_and_a_short_above():
    m = build([-90_000, 110_000], [1_000, -1_000])
    assert m["trigger"]["rising"][:2].tolist() == [0, 1]
    # 1000 * mark - 90000 = 10 * mark; 110000 - 1000 * mark = 10 * mark
    low, high = m["trigger"]["px_milli"][:2].tolist()
    assert 90_909 < low < 90_920
    assert 108_900 < high < 108_910


def test_nobody_is_evaluated_while_marks_stay_inside_the_triggers():
    m = build([-90_000, 110_000], [1_000, -1_000])
    before = m.world["margin_checks"]
    for mark in (91_000, 108_800, 100_000, 90_930):
        move(m.address, 0, mark)
        assert drain(m.address, 0) == 0
    assert m.world["margin_checks"] == before


def test_accounts_needing_action_are_named_in_ascending_order_until_somebody_acts():
    m = build([-90_000, -50_000, -95_000, -93_000], [1_000] * 4)
    move(m.address, 0, 93_000)
    assert found(m, drain(m.address, 0)) == [2, 3]
    assert found(m, drain(m.address, 0)) == [2, 3]
    move(m.address, 0, 80_000)
    assert found(m, drain(m.address, 0)) == [0, 2, 3]
    m["account"]["status"][2] = AccountStatus.IN_LIQUIDATION
    assert found(m, drain(m.address, 0)) == [0, 3]
    assert found(m, scan(m.address, 0)) == [0, 3]


def test_equity_equal_to_maintenance_is_safe():
    m = build([-99_000], [1_000])
    mark_dirty(m.address, 0)
    assert drain(m.address, 0) == 0
    m["account"]["cash"] = -99_001
    mark_dirty(m.address, 0)
    assert drain(m.address, 0) == 1


def test_an_armed_top_up_is_reported_at_its_own_share_of_maintenance():
    m = build([-97_000, -97_000], [1_000, 1_000])
    m["account"]["topup_ppb"] = 2_000_000_000
    m["account"]["topup"] = 500
    m["account"]["reserve"] = [500, 499]
    place_all(m.address, 0)
    move(m.address, 0, 98_900)  # equity 1900, maintenance 989
    assert found(m, drain(m.address, 0)) == [0]
    assert found(m, scan(m.address, 0)) == [0]


def test_rates_on_the_whole_position_are_evaluated_at_every_update():
    m = build([-100_000 + 1_500], [1_000])
    m["instrument"]["tiers"] = 2
    m["tier"]["floor"] = [0, 100_500]
    m["tier"]["mm_ppb"] = [10_000_000, 30_000_000]
    place_all(m.address, 0)
    move(m.address, 0, 100_400)
    assert drain(m.address, 0) == 0
    move(m.address, 0, 100_600)  # a gain, but the margin jumps from 1004 to 3018
    assert found(m, drain(m.address, 0)) == [0]


def test_accounts_of_another_venue_wait_for_its_update():
    m = build([-99_500, -99_500], [1_000, 1_000], venues=2)
    m["account"]["venue"] = [0, 1]
    m["position"]["instrument"] = [0, 1]
    m["instrument"]["venue"] = [0, 1]
    mark_dirty(m.address, 0)
    mark_dirty(m.address, 1)
    assert found(m, drain(m.address, 0)) == [0]
    assert found(m, drain(m.address, 1)) == [1]


def test_funds_and_vaults_are_not_liquidated():
    m = build([-200_000], [1_000])
    m["account"]["kind"] = AccountKind.FUND
    mark_dirty(m.address, 0)
    assert drain(m.address, 0) == scan(m.address, 0) == 0


@pytest.mark.parametrize(
    ("px", "rising", "marks"), [(95_000, 0, (95_001, 95_000)), (105_000, 1, (104_999, 105_000))]
)
def test_a_stop_fires_at_its_price_and_not_before(px, rising, marks):
    m = build([10**9], [1])
    row = add(m.address, 0, TriggerKind.STOP_LOSS, px, rising)
    move(m.address, 0, marks[0])
    assert fired(m) == []
    move(m.address, 0, marks[1])
    assert fired(m) == [row]
    assert m["trigger"]["bucket"][row] == triggers.IN_FIRED


def test_a_stop_beyond_the_mark_fires_at_once():
    m = build([10**9], [1])
    row = add(m.address, 0, TriggerKind.TAKE_PROFIT, 90_000, 1)
    assert fired(m) == [row]


def test_stops_far_outside_the_buckets_still_compare_exactly():
    m = build([10**9], [1])
    low = add(m.address, 0, TriggerKind.STOP_LOSS, 3, 0)
    high = add(m.address, 0, TriggerKind.TAKE_PROFIT, 10**15, 1)
    for mark in (4, 10**15 - 1, 4):
        move(m.address, 0, mark)
    assert fired(m) == []
    move(m.address, 0, 3)
    move(m.address, 0, 10**15)
    assert fired(m) == [low, high]


def test_a_removed_stop_never_fires_and_its_row_is_used_again():
    m = build([10**9], [1])
    rows = [add(m.address, 0, TriggerKind.PANIC, 95_000, 0) for _ in range(3)]
    remove(m.address, rows[1])
    move(m.address, 0, 90_000)
    assert sorted(fired(m)) == [rows[0], rows[2]]
    assert add(m.address, 0, TriggerKind.PANIC, 80_000, 0) == rows[1]


def test_buckets_rise_with_the_price_and_are_at_most_a_tenth_of_a_percent_wide():
    m = build([0], [0])
    marks = np.unique(np.geomspace(200, 6_000_000, 50_000).astype(np.int64))
    numbers = np.array([bucket_of(m.address, 0, int(mark)) for mark in marks])
    assert (np.diff(numbers) >= 0).all()
    assert numbers[0] > 0
    assert numbers[-1] < triggers.BUCKETS - 1
    for number in np.unique(numbers[marks > 50_000]):
        inside = marks[numbers == number]
        assert inside[-1] / inside[0] < 1.001
    assert bucket_of(m.address, 0, 1) == 0
    assert bucket_of(m.address, 0, 10**18) == triggers.BUCKETS - 1


@pytest.mark.slow
def test_a_crash_of_a_synthetic_venue_closes_the_same_accounts_lazily_and_scanning():
    assert same_answers(
        draw_population(accounts=2_000, positions=5_500, coins=40, updates=400, seed=3)
    )
