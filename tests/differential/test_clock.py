"""The timing wheel pops the same events in the same order as one plain heap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.kernels import clock
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import event, world
from unhedged.reference.clock import Clock
from unhedged.vocab.enums import EventKind

KINDS = len(EventKind)
WIDTH = 1 << clock.WIDTH_BITS
RANDOM = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


@entry("void(int64, int64, int64, int64)")
def _add(address, t, kind, subject):
    clock.schedule(world(address), t, kind, subject)


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


class Both:
    """The compiled clock and the plain one, driven alike."""

    def __init__(self, rows, slots):
        self.memory = Memory({"event": rows, "heap": rows, "slot": slots})
        self.plain = Clock()
        self.added = 0

    def add(self, t, kind):
        _add(self.memory.address, t, kind, self.added)
        self.plain.schedule(t, kind, self.added)
        self.added += 1

    def pop(self):
        subject = _pop(self.memory.address)
        expected = self.plain.next_event()
        if expected is None:
            assert subject == -1
            return
        self.plain.now = expected[0]
        assert subject == expected[2]
        assert self.memory.world["now"] == expected[0]

    def drain(self):
        while len(self.plain):
            self.pop()
        self.pop()
        assert self.memory.world["used_events"] == 0
        assert self.memory.world["heap_size"] == 0


DELAYS = st.one_of(
    st.integers(0, 3),
    st.integers(-10, 10 * WIDTH),
    st.sampled_from((0, WIDTH - 1, WIDTH, 8 * WIDTH - 1, 8 * WIDTH, 8 * WIDTH + 1)),
    st.integers(0, 100 * WIDTH),
    st.just(10**15),
)
STEPS = st.lists(
    st.one_of(st.tuples(DELAYS, st.integers(0, KINDS - 1), st.integers(1, 4)), st.none()),
    max_size=120,
)


@given(steps=STEPS, slots=st.sampled_from((1, 2, 8, 64)))
def test_any_sequence_of_insertions_and_pops_agrees(steps, slots):
    both = Both(512, slots)
    for step in steps:
        if step is None:
            both.pop()
        else:
            delay, kind, copies = step
            for _ in range(copies):
                both.add(both.plain.now + delay, kind)
    both.drain()


def _draws(seed):
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        yield state >> 33


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slots", "pending", "events"), [(1 << 10, 3_000, 300_000), (1 << 16, 20_000, 900_000)]
)
def test_a_million_events_of_mixed_horizons_pop_in_the_same_order(slots, pending, events):
    both = Both(4 * pending, slots)
    draw = _draws(RANDOM)
    for _ in range(pending):
        both.add(next(draw) % (4 * WIDTH * slots), next(draw) % KINDS)
    while both.added < events:
        both.pop()
        now = both.plain.now
        what = next(draw) % 100
        # Mostly short delays, some equal times, some far beyond the horizon, now and then a burst.
        copies = 200 if what == 0 and len(both.plain) < 2 * pending else 1
        if what < 20:
            t = now + next(draw) % 3
        elif what < 40:
            t = (now // 100_000 + 1 + next(draw) % 10) * 100_000
        elif what < 90:
            t = now + next(draw) % (WIDTH * slots // 2)
        else:
            t = now + next(draw) * 1_000 % (WIDTH * slots * 3)
        kind = next(draw) % KINDS
        if len(both.plain) > pending and copies == 1:
            continue
        for _ in range(copies):
            both.add(t, kind)
    both.drain()
