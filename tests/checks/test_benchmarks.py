"""What the benchmarks compare must be the same thing on both sides; how fast either is, no test knows."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from benchmarks import __main__ as all_of_them
from benchmarks.adl import crowd, sorted_queue
from benchmarks.adl import row as policy_row
from benchmarks.books import End, bourse_book, compiled_book, plain_book
from benchmarks.loop import bare_loop
from benchmarks.margin import lazily, numpy_scan
from benchmarks.replay import WINNERS, questions, rolled
from benchmarks.rulebooks import brackets
from benchmarks.side_by_side import Row, alternate, measured, report
from benchmarks.twins import Twins, beside_twin
from tests.support.large_archive import Large, write_large
from tests.support.plain_archive import plain_replay

from unhedged.adl.contract import allocation_of
from unhedged.engine.bench_kernels import common_stream
from unhedged.kernels.margin_check import SURVIVED, draw_population
from unhedged.venues.importing.importer import import_rules

FOLDER = Path(all_of_them.__file__).parent
STREAM = common_stream(20_000)[:5_000]
END = End(trades=1_717, volume=43_867, notional=438_346_926, best_bid=9_989, best_ask=9_992)
EMPTIED = np.array([[0, 0, 9_999, 100, 0], [1, 1, 0, 150, 0]], np.int32)
"""A limit order to buy, and a market order that takes it and finds nothing more."""


def row(**given) -> Row:
    given = {
        "what": "it",
        "unit": "s",
        "ours": [1.0, 2.0],
        "beside": "peer",
        "theirs": [4.0, 6.0],
    } | given
    return Row(**given)


def test_compiled_and_plain_book_end_alike():
    assert compiled_book(STREAM)[1] == plain_book(STREAM.tolist())[1] == END


def test_an_emptied_book_ends_alike():
    end = compiled_book(EMPTIED)[1]
    assert end == plain_book(EMPTIED.tolist())[1] == End(1, 100, 999_900, -1, -1)


def test_bourse_ends_alike():
    pytest.importorskip("bourse", reason="a peer: installed from benchmarks/requirements.txt")
    assert bourse_book(STREAM.tolist())[1] == END
    assert bourse_book(EMPTIED.tolist())[1] == compiled_book(EMPTIED)[1]


def test_numpy_closes_the_accounts_that_the_triggers_close():
    population = draw_population(accounts=300, positions=900, updates=200, seed=3)
    closed = lazily(population)
    assert (closed != SURVIVED).any()
    assert numpy_scan(population).closed.tolist() == closed.tolist()


def test_a_policy_is_timed_on_a_list_it_answers_rightly():
    winners = crowd(900)
    lots = int(winners["qty"].sum() // 3)
    assert (
        allocation_of("binance-v1")(winners, lots).tolist() == sorted_queue(winners, lots).tolist()
    )
    found = policy_row("binance-v1", 900)
    assert min(*found.ours, *found.theirs) > 0
    assert policy_row("min-max-v1", 900).beside == "numpy, not rounded to the sum"


def test_the_twins_of_the_loop_count_the_same():
    found = beside_twin(Twins(40), second=32, step=500)
    assert "trades" in found.note
    assert min(*found.ours, *found.theirs) > 0


def test_twins_that_part_are_noticed():
    twins = Twins(40)
    twins.run_plain(1)
    with pytest.raises(ArithmeticError, match="compiled"):
        beside_twin(twins, second=1, step=10)


def test_the_bare_loop_handles_events():
    assert bare_loop(agents=10, events=100) > 0


def test_more_than_one_is_faster_in_either_unit():
    assert row().ratio == pytest.approx(5 / 1.5)
    assert row().spread == (3.0, 4.0)
    assert row(more_is_better=True).ratio == pytest.approx(1.5 / 5)
    assert row(ours=[1.0]).spread == (4.0, 6.0)


def test_sides_take_turns():
    turns: list[str] = []
    sides = [lambda name=name: turns.append(name) or 1.0 for name in "ab"]
    assert alternate(*sides, rounds=2) == [[1.0, 1.0], [1.0, 1.0]]
    assert turns == ["a", "b", "a", "b"]


def test_the_report_holds_the_row_its_note_and_the_conditions():
    text = report(measured(lambda: [row(goal="3 s", note="the same")]))
    assert "| it   | 3 s  | 1.5 s    | peer   | 5 s        | 3.33 (3 to 4)" in text
    assert "- it: the same" in text
    assert "numba" in text


def test_every_comparison_can_be_named_and_is_described():
    described = (FOLDER / "README.md").read_text("utf-8")
    for name in all_of_them.COMPARISONS:
        assert callable(import_module(f"benchmarks.{name}").compare)
        assert f"`{name}.py`" in described
    assert all_of_them.main(["bok"]) == 2


def test_readers_of_the_archive_agree_on_its_size(tmp_path):
    size = Large(accounts=800, trips=1_000, adl=100, kept=200)
    write_large(tmp_path, size)
    plain, fast = plain_replay(tmp_path), rolled(tmp_path)
    assert plain.fills == len(fast.rolled.fills) == 2 * (2 * size.trips - size.kept)
    assert len(plain.adl) == len(fast.forced.adl) == size.adl
    assert plain.contradicted == []


def test_lists_of_winners_are_as_long_as_those_of_the_event():
    assert [len(question.winners) for question in questions()] == list(WINNERS)


def test_brackets_of_the_benchmark_are_all_taken(tmp_path):
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(brackets(7)))
    done = import_rules("binance", file, out=tmp_path / "tiers.toml")
    assert sum(done.tables.values()) == 70
