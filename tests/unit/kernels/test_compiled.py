"""How kernels are compiled: once, with the declared types, from any thread."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from numba import njit

from unhedged.kernels import compiled
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import order, world
from unhedged.vocab.enums import Side

THREADS = 8


def test_literals_and_choices_do_not_make_other_versions():
    @compiled.kernel("int64(int64, int64)")
    def shifted(x, by):
        return x + by

    @njit("int64(int64)")
    def use(x):
        return shifted(x, 1) + shifted(2, 3) + shifted(x, True) + shifted(Side.SELL, 0)

    assert use(10) == 28
    assert len(shifted.signatures) == 1


def test_nothing_is_compiled_before_it_is_used():
    @compiled.entry("int64(int64)")
    def idle(x):
        return x

    assert idle.signatures == []
    assert idle(3) == 3
    assert len(idle.signatures) == 1


@pytest.mark.parametrize("repeat", range(3))
def test_threads_that_meet_at_an_uncompiled_entry_all_get_an_answer(repeat):
    @compiled.kernel("int64(int64)")
    def inner(x):
        return x * 2

    @compiled.entry("int64(int64)")
    def outer(x):
        return inner(x) + 1

    @compiled.agent
    def behave(observation, me, out):
        return inner(observation)

    together = Barrier(THREADS)

    def call(x):
        together.wait()
        return outer(x), behave.address

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(call, range(THREADS)))
    assert [answer for answer, _ in found] == [2 * x + 1 for x in range(THREADS)]
    assert len({address for _, address in found}) == 1


def test_the_checked_build_stops_outside_a_table_and_at_overflow():
    assert compiled.CHECKED

    @compiled.entry("int64(int64, int64)")
    def quantity(address, row):
        return order(world(address), row).qty

    @compiled.entry("int64(int64, int64, int64)")
    def combined(a, b, c):
        return compiled.minus(compiled.plus(a, compiled.times(b, c)), 1)

    memory = Memory({"order": 4})
    assert quantity(memory.address, 3) == 0
    for row in (4, -1, 1 << 40):
        with pytest.raises(IndexError, match="row outside table order"):
            quantity(memory.address, row)
    assert combined(1, 2, 3) == 6
    for a, b, c in ((0, 1 << 62, 2), ((1 << 63) - 1, 1, 1), (-(1 << 63), 0, 0)):
        with pytest.raises(OverflowError, match="int64"):
            combined(a, b, c)
