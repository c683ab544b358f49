"""The documented order of things inside one instant is the order of the code."""

import re
from pathlib import Path

from unhedged.kernels import loop
from unhedged.kernels.clock import priority_of
from unhedged.vocab.enums import EventKind, Priority
from unhedged.vocab.order import PRIORITY

PAGE = Path(__file__).parents[3] / "docs/rulebook/order-of-events.md"


def documented() -> dict[int, tuple[str, set[str]]]:
    rows = re.findall(
        r"^(\d)\. \*\*([A-Z]+)\*\* \(events: ([^)]*)\)", PAGE.read_text(), re.MULTILINE
    )
    return {int(number): (name, set(re.findall(r"`(\w+)`", kinds))) for number, name, kinds in rows}


def test_page_and_vocabulary_have_the_same_list():
    assert documented() == {
        int(priority): (priority.name, {k.name for k, p in PRIORITY.items() if p == priority})
        for priority in Priority
    }


def test_every_kind_of_event_stands_in_one_place():
    assert set(PRIORITY) == set(EventKind)


def test_the_compiled_clock_orders_by_it():
    assert {kind: priority_of.py_func(int(kind)) for kind in EventKind} == {
        kind: int(priority) for kind, priority in PRIORITY.items()
    }


def test_the_loop_says_it_in_the_same_order():
    words = re.search(r"world → .*record", loop.__doc__ or "")
    assert words is not None
    said = [part.split()[0].rstrip("s") for part in words.group().split(" → ")]
    assert said == ["world", "message", "mark", "clearing", "funding", "agent", "record"]
    assert said == [priority.name.lower() for priority in Priority]
