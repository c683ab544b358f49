"""No number of a venue stands in code: rulebooks hold them.

Every numeric literal of ``rules``, ``venues`` and ``kernels`` other than 0, 1 and 2 is listed here with the reason why it is none.
A new one fails until somebody says the same of it, or moves it into a rulebook.
"""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "unhedged"
ROOMS = ("rules", "venues", "kernels")
PLAIN = {0, 1, 2}
"""Nothing, one, twice or half: arithmetic of any rule."""

REASONS: dict[str, tuple[set[float], str]] = {
    "rules/adl_score.py": (
        {1e-8, 10, 6, 5},
        "floors inside two published score formulas, where the atom is 10^-6; fifths of a queue",
    ),
    "rules/funding.py": (
        {8, 24, 28_800_000_000_000},
        "rates are quoted per eight hours, interest per day; eight hours in nanoseconds",
    ),
    "rules/integer.py": ({1000, 10, 9}, "units: milli-ticks, parts per billion"),
    "rules/inverse.py": ({6, 10, 62}, "a price that leaves a lot its value; a bound of 64 bits"),
    "rules/liquidation_size.py": ({4}, "atoms of rounding between four operations"),
    "rules/portfolio.py": ({3, 4, 10, 18}, "bands by number; a ratio above every band"),
    "rules/pnl.py": ({10, 18}, "a mark no price reaches"),
    "venues/comparing.py": ({20, 44}, "widths of columns"),
    "venues/contracts.py": (
        {6, 100},
        "decades of an assumed tick and worth of an assumed lot, both printed",
    ),
    "venues/legs.py": (
        {10, 6, 15},
        "atoms of a dollar; the most that a leg may be, far beyond what is traded",
    ),
    "venues/margining.py": ({100}, "times the present mark that count as never reached"),
    "venues/reading.py": ({112, 20, 30, 12, 100, 6}, "widths of columns; per cent"),
    "venues/rule_pages.py": ({112, 14}, "widths of columns"),
    "venues/rulebook.py": ({64}, "rulebooks kept in memory"),
    "venues/importing/answer.py": ({20, 30, 32}, "largest file and depth, bits; shown characters"),
    "venues/importing/bybit.py": ({100}, "per cent"),
    "venues/importing/hyperliquid.py": (
        {6, 50},
        "digits of a size; where the answer's own numbering of schedules begins",
    ),
    "venues/importing/parts.py": ({8, 9, 10, 12, 40, 64}, "lengths of names and of numbers read"),
    "venues/importing/reading.py": ({3, 4, 20, 64, 120}, "names shown in a message, rows held"),
    "venues/importing/schedule.py": ({10, 12, 1000}, "largest number read; thousandths"),
    "venues/importing/writing.py": ({420}, "file permissions"),
    "kernels/accounts.py": ({1000}, "milli-ticks in a tick"),
    "kernels/ahead.py": ({3, 8, 16, 20, 32, 64}, "slots, rings and lines of a cache"),
    "kernels/admission.py": ({31, 10, 0.5}, "bits of a price; decimal digits; rounding"),
    "kernels/book.py": ({40, 3}, "bits of a code"),
    "kernels/buckets.py": ({1024, 10, 6, 63, 53}, "layout of a logarithmic table"),
    "kernels/cache.py": ({16, 448, 18, 12}, "file permissions, lengths of names"),
    "kernels/casework.py": ({64, 10, 15}, "cases held; a price no order reaches"),
    "kernels/clock.py": ({8, 15, 16, 4, 6}, "bits of the event wheel, and of a word's places"),
    "kernels/collateral_price.py": ({0.5, 1000}, "rounding to the nearest; milli-ticks in a tick"),
    "kernels/collateral_triggers.py": ({1e-9, 4.0}, "ppb; roundings of a balance, atoms"),
    "kernels/compiled.py": ({3, 64, 8}, "arguments and machine words"),
    "kernels/deleveraging.py": ({256}, "closes between two looks at the buffers"),
    "kernels/drafts.py": ({16}, "length of a name"),
    "kernels/far.py": ({60, 11400714819323198485, 40, 32}, "a published hash"),
    "kernels/feed.py": ({20, 8}, "bits and entries of a delay buffer"),
    "kernels/fills.py": (
        {11400714819323198485, 15074714826142052245, 32, 1099511628211},
        "a published hash",
    ),
    "kernels/funding.py": ({3_600_000_000_000}, "nanoseconds in an hour"),
    "kernels/funds.py": ({62}, "bits of a profit no fund has"),
    "kernels/gateway.py": ({3}, "bits of a lane"),
    "kernels/index.py": ({3}, "prices of which a median can single one out"),
    "kernels/jumps.py": ({1e-12, 1e-18, 1e18}, "bounds of float error; farther than any price"),
    "kernels/layout/columns.py": ({8, 16, 27, 32, 43, 64, 200}, "lengths of rows and arrays"),
    "kernels/layout/events.py": ({64}, "length of a ring"),
    "kernels/layout/rows.py": ({5}, "bands of recorded depth"),
    "kernels/loop.py": ({100_000, 2_000}, "events between two checks"),
    "kernels/marks.py": ({1000}, "milli-ticks in a tick"),
    "kernels/memory.py": ({21, 64}, "bits of a large page; of a word"),
    "kernels/nearby.py": ({100}, "per cent"),
    "kernels/news.py": (
        {1_000_000_000, 0.5},
        "nanoseconds between steps of the fundamental value; a fair coin",
    ),
    "kernels/observe.py": (
        {1e6, 1e-8, 1e-3, 1e-9, 365.0, 86_400e9},
        "units: atoms of a dollar, coins in an atom, ticks in a milli-tick, ppb; days of a year, ns of a day",
    ),
    "kernels/record.py": (
        {5, 8, 10_000, 1000, 10, 25, 50, 100, 200, 3, 60_000_000_000},
        "bands of recorded depth, basis points; milli-ticks; a minute between maps; rows summed per event",
    ),
    "kernels/risk.py": ({2_000_000_000}, "delay of a holder who gives up, not of a venue"),
    "kernels/room.py": (
        {62, 8},
        "more rows than there are; rows a turn leaves beside its messages",
    ),
    "kernels/stops.py": ({3}, "code of a state"),
    "kernels/stream.py": ({16, 4096, 5, 12, 4, 3}, "sizes of a book replayed alone"),
    "kernels/triggers.py": (
        {4e18, 1e-9, 1e-18, 1e18, 4.0},
        "bounds of float error; a mark no price reaches",
    ),
    "venues/importing/binance.py": (
        {9_223_372_036_854_776_000},
        "the largest integer as a double shows it",
    ),
}
WHOLE: dict[str, str] = {
    "kernels/bits.py": "bits of a word",
    "kernels/adl_event.py": "a measured world, drawn at random",
    "kernels/clock_hold.py": "a measured loop, drawn at random",
    "kernels/floatmath.py": "coefficients of series",
    "kernels/lanes.py": "terms of a series, bits of a double",
    "kernels/margin_check.py": "a measured world of the size of the day, drawn at random",
    "kernels/rng.py": "a published generator",
    "kernels/wide.py": "bits of 128-bit arithmetic",
    "kernels/window.py": "bits of bitmaps",
    "kernels/work.py": "codes of parts of the loop, four bits each",
}
"""Modules without anything of a venue."""


def literals(file: Path) -> dict[float, list[int]]:
    found: dict[float, list[int]] = defaultdict(list)
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        number = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
        if number and not isinstance(node.value, bool) and node.value not in PLAIN:
            found[node.value].append(node.lineno)
    return found


FILES = sorted(
    file.relative_to(PACKAGE).as_posix()
    for room in ROOMS
    for file in (PACKAGE / room).rglob("*.py")
)


@pytest.mark.parametrize("name", FILES)
def test_numbers_in_code_belong_to_no_venue(name: str) -> None:
    if name in WHOLE:
        return
    known = REASONS.get(name, (set(), ""))[0]
    found = literals(PACKAGE / name)
    new = {value: lines for value, lines in found.items() if value not in known}
    assert new == {}, "move them into a rulebook, or say in REASONS why they belong to no venue"
    assert known - found.keys() == set(), "no longer there: remove them from REASONS"


def test_every_reason_is_for_a_module_that_exists() -> None:
    assert {*REASONS, *WHOLE} <= set(FILES)
    assert all(reason for _, reason in REASONS.values())
    assert all(WHOLE.values())
