"""When cash and positions are summed: often enough for what happened, and always at the end."""

import pytest

from unhedged.engine.build import build
from unhedged.kernels import loop
from unhedged.scenario.load import load
from unhedged.vocab.enums import Breach, Reason


def half_a_minute(**counters):
    plan = load("calm", overrides={"run.duration": "40s"}).plan()
    built = build(plan, 0)
    for name, value in counters.items():
        built.memory.world[name] = value
    return built, built.memory


def run(memory):
    while (reason := Reason(loop.run(memory.address, 10**6))) == Reason.PAUSE:
        pass
    return reason


@pytest.mark.parametrize(
    ("table", "column", "breach"),
    [("account", "cash", Breach.CASH), ("position", "pos", Breach.POSITIONS)],
)
def test_what_was_made_from_nothing_is_found_at_the_end_when_no_instant_summed(
    table, column, breach
):
    built, memory = half_a_minute(summed_at=10**15)  # no recorded instant has enough events since
    memory[table][column][-1] += 1
    assert run(memory) == Reason.INVARIANT
    assert memory.world["breach"] == breach
    assert memory.world["now"] == memory.world["end"]
    del built


def test_a_recorded_instant_finds_it_before_the_end():
    built, memory = half_a_minute()
    memory["account"]["cash"][-1] += 1
    assert run(memory) == Reason.INVARIANT
    assert memory.world["now"] < memory.world["end"]
    del built


def test_sound_books_end_well():
    built, memory = half_a_minute(summed_at=10**15)
    assert run(memory) == Reason.END
    assert memory.world["summed_at"] == memory.world["events"]
    del built
