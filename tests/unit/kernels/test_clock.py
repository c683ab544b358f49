"""What comes next: time, then priority, then first in, first out."""

import time

import numpy as np
import pytest

from unhedged.kernels import clock
from unhedged.kernels.clock_hold import hold
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import event, world
from unhedged.vocab.enums import EventKind, Priority
from unhedged.vocab.order import PRIORITY

WIDTH = 1 << clock.WIDTH_BITS
DAY = 86_400_000_000_000
WAKE, MESSAGE, MARK, CASE = EventKind.WAKE, EventKind.MESSAGE, EventKind.MARK, EventKind.CASE


@entry("int64(int64)")
def _pop(address):
    w = world(address)
    row = clock.next_event(w)
    if row < 0:
        return -1
    w.now = event(w, row).t
    subject = event(w, row).subject
    clock.release_event(w, row)
    return subject


@entry("int64(int64)")
def _priority(kind):
    return clock.priority_of(kind)


@pytest.fixture
def memory():
    return Memory({"event": 256, "heap": 256, "slot": 64})


def add(memory, *events):
    for subject, (t, kind) in enumerate(events):
        clock.add_event(memory.address, t, kind, subject)


def popped(memory):
    found = []
    while (subject := _pop(memory.address)) >= 0:
        found.append(subject)
    return found


@pytest.mark.parametrize("kind", EventKind)
def test_compiled_priority_is_the_table_s(kind):
    assert _priority(kind) == PRIORITY[kind]


def test_every_kind_has_a_priority_and_every_priority_a_kind():
    assert set(PRIORITY) == set(EventKind)
    assert set(PRIORITY.values()) == set(Priority)


def test_an_empty_clock_has_no_next_event(memory):
    assert _pop(memory.address) == -1


def test_earlier_comes_first_whatever_the_priority(memory):
    add(memory, (7, MESSAGE), (6, WAKE), (5 * WIDTH, MARK), (WIDTH, WAKE))
    assert popped(memory) == [1, 0, 3, 2]


def test_inside_one_instant_priority_decides_and_then_the_order_of_insertion(memory):
    add(memory, (9, WAKE), (9, CASE), (9, MESSAGE), (9, CASE), (9, MESSAGE), (9, WAKE), (9, MARK))
    assert popped(memory) == [2, 4, 6, 1, 3, 0, 5]


def test_messages_released_by_a_gateway_queue_are_not_ahead_of_arriving_ones(memory):
    add(memory, (9, MESSAGE), (9, EventKind.GATEWAY), (9, EventKind.SETTLE_TRANSFER), (9, MESSAGE))
    assert popped(memory) == [0, 1, 2, 3]


def test_an_event_in_the_past_happens_now(memory):
    memory.world["now"] = 100
    add(memory, (99, WAKE), (100, WAKE), (-5, WAKE))
    assert popped(memory) == [0, 1, 2]
    assert memory.world["now"] == 100


def test_equal_events_keep_their_order_when_the_first_waited_beyond_the_horizon(memory):
    far = 100 * WIDTH
    add(memory, (far, WAKE), (60 * WIDTH, WAKE))
    assert memory.world["heap_size"] == 1
    assert _pop(memory.address) == 1
    assert memory.world["heap_size"] == 0
    for subject in (2, 3):
        clock.add_event(memory.address, far, WAKE, subject)
    clock.add_event(memory.address, far, MESSAGE, 4)
    assert popped(memory) == [4, 0, 2, 3]


def test_the_last_slot_inside_the_horizon_and_the_first_beyond(memory):
    add(memory, (64 * WIDTH, WAKE), (64 * WIDTH - 1, WAKE))
    assert memory.world["heap_size"] == 1
    assert popped(memory) == [1, 0]


def test_an_empty_wheel_jumps_to_the_next_far_event(memory):
    add(memory, *((DAY * day, WAKE) for day in range(200, 0, -1)))
    # 200 days are 3 * 10^11 slots: a clock that walked would not come back.
    assert popped(memory) == list(range(199, -1, -1))


@pytest.mark.parametrize("slots", [1, 32, 64, 256])
def test_far_between_or_close_events_come_in_order_whatever_the_wheel(slots):
    memory = Memory({"event": 256, "heap": 256, "slot": slots})
    draw = np.random.default_rng(slots)
    for reach in (2, 50, 300, 5_000):
        times = sorted(int(memory.world["now"] + t) for t in draw.integers(0, reach * WIDTH, 200))
        for subject in draw.permutation(len(times)):
            clock.add_event(memory.address, times[subject], WAKE, subject)
        assert [times[subject] for subject in popped(memory)] == times
        assert not memory["taken"]["bits"].any()


def test_an_event_scheduled_after_the_cursor_ran_ahead_still_comes_in_time(memory):
    add(memory, (50 * WIDTH + 5, WAKE), (50 * WIDTH + 6, WAKE))
    assert _pop(memory.address) == 0
    memory.world["now"] = 10 * WIDTH
    clock.add_event(memory.address, 11 * WIDTH, WAKE, 7)
    clock.add_event(memory.address, 20 * WIDTH, WAKE, 8)
    assert popped(memory) == [7, 8, 1]


def test_rows_come_back_and_counters_balance(memory):
    for _ in range(20):
        add(memory, *((memory.world["now"] + n * WIDTH, WAKE) for n in range(100)))
        assert memory.world["pending"] == memory.world["used_events"] == 100
        popped(memory)
    assert memory.world["pending"] == memory.world["used_events"] == 0
    assert memory.world["sequence"] == 2000


def test_a_burst_ahead_of_a_waiting_event_costs_constant_time_each():
    rows = 200_000
    memory = Memory({"event": rows + 1, "heap": 1, "slot": 64})
    address = memory.address
    clock.add_event(address, 5, WAKE, rows)
    start = time.perf_counter()
    for subject in range(rows):
        clock.add_event(address, 5, int(CASE), subject)
    # Walking past the burst each time would take 2 * 10^10 steps.
    assert time.perf_counter() - start < 5.0
    assert popped(memory) == list(range(rows + 1))


def test_the_hold_model_sees_the_same_order_for_every_wheel():
    digests = {hold(2_000, 20_000, slots=slots, repeats=1)[1] for slots in (1, 64, 1 << 16)}
    assert len(digests) == 1
