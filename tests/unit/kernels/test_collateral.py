"""What an asset counts for: at a tier's floor and an atom to each side, and as the calculator for people has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhedged.kernels import collateral
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import world
from unhedged.rules.collateral import next_credit
from unhedged.venues.collateral import counted as counted_for_people

DOLLAR = 1_000_000
SCHEDULE = ((0, 900_000_000), (100 * DOLLAR, 500_000_000), (250 * DOLLAR, 0))


@entry("int64(int64, int64)")
def counted(address, worth):
    return collateral.counted(world(address), 0, worth)


def tables(schedule: tuple[tuple[int, int], ...]) -> Memory:
    memory = Memory({"collateral": 1, "haircut": len(schedule)})
    memory["collateral"]["haircuts"] = len(schedule)
    credit = 0
    for n, (floor, ratio) in enumerate(schedule):
        credit = next_credit(credit, floor, schedule[n - 1][1], ratio) if n else 0
        memory["haircut"][n] = (floor, ratio, credit)
    return memory


@pytest.mark.parametrize(
    ("worth", "wanted"),
    [
        (0, 0),
        (1, 0),
        (100 * DOLLAR - 1, 89_999_999),
        (100 * DOLLAR, 90 * DOLLAR),
        (100 * DOLLAR + 1, 90 * DOLLAR),
        (100 * DOLLAR + 2, 90 * DOLLAR + 1),
        (250 * DOLLAR - 1, 164_999_999),
        (250 * DOLLAR, 165 * DOLLAR),
        (10**15, 165 * DOLLAR),
    ],
)
def test_what_counts_at_floors_and_an_atom_beside_them(worth, wanted):
    assert counted(tables(SCHEDULE).address, worth) == wanted


@given(
    ratios=st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
    floors=st.lists(st.integers(1, 10**16), min_size=4, max_size=4, unique=True),
    worth=st.integers(0, 10**17),
)
def test_kernel_and_calculator_count_alike_to_the_atom(ratios, floors, worth):
    starts = [0, *sorted(floors)][: len(ratios)]
    schedule = tuple(zip(starts, sorted(ratios, reverse=True), strict=True))
    memory = tables(schedule)
    for value in {worth, *starts, *(max(0, s - 1) for s in starts)}:
        assert counted(memory.address, value) == counted_for_people(value, schedule)
