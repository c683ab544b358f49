"""The shape of what the benchmark says; how fast anything is, no test knows."""

import json

import numpy as np
import pytest

from unhedged.engine import bench, bench_kernels, bench_runs
from unhedged.engine.bench_measure import Measure
from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.kernels.adl_event import adl_event
from unhedged.scenario.load import load
from unhedged.vocab.errors import DataError, UnknownKind


def measure(**given):
    given = {
        "name": "book",
        "unit": "messages/s",
        "values": [3.0, 1.0, 2.0],
        "conditions": "so",
        **given,
    }
    return Measure(**given)


def test_a_figure_is_the_median_and_the_best_is_the_fastest():
    assert (measure().median, measure().best) == (2.0, 1.0)
    assert measure(more_is_better=True).best == 3.0


def test_text_holds_the_figure_its_unit_and_its_conditions():
    text = measure(values=[1_234_567.0], facts={"trades": 1_000}).to_text()
    assert "1,234,567 messages/s" in text
    assert "so" in text
    assert "trades: 1,000" in text


def test_quick_ones_are_chosen_when_nothing_is_named_and_all_is_all():
    assert bench.chosen([]) == bench.QUICK
    assert bench.chosen(["all"]) == tuple(bench.BENCHES)
    assert bench.chosen(["clock", "book", "clock"]) == ("clock", "book")


def test_an_unknown_benchmark_is_answered_with_the_nearest():
    with pytest.raises(UnknownKind) as caught:
        bench.chosen(["bok"])
    assert caught.value.suggestions[0] == "book"


def test_a_stream_file_gives_the_state_of_the_book_at_the_top_level(tmp_path):
    stream = tmp_path / "stream.npy"
    np.save(stream, bench_kernels.common_stream(20_000)[:1_000])
    found = json.loads(bench.run_bench(["book"], json=True, stream=stream))
    state = {key: found[key] for key in ("trades", "volume", "notional", "best_bid", "best_ask")}
    assert state == {
        "trades": 360,
        "volume": 8_841,
        "notional": 88_369_545,
        "best_bid": 9_993,
        "best_ask": 9_994,
    }
    assert found["messages_per_s"] > 0
    assert found["conditions"]["build"] in {"fast", "checked"}
    assert found["repetitions"] == bench_kernels.REPEATS


@pytest.mark.parametrize("content", [np.zeros((3, 4), np.int32), np.zeros((3, 5))])
def test_a_file_that_is_no_stream_is_refused(tmp_path, content):
    np.save(tmp_path / "bad.npy", content)
    with pytest.raises(DataError, match="not a stream"):
        bench_kernels.read_stream(tmp_path / "bad.npy")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((3, 0, 5, 1, 0), "row 1: kind is 3"),
        ((0, 2_000_000, 5, 1, 0), "row 1: side is 2000000"),
        ((0, 0, 0, 1, 0), "row 1: price is 0"),
        ((1, 0, 0, 0, 0), "row 1: size is 0"),
        ((2, 0, 0, 0, 2_000_000_000), "row 1: ref is 2000000000"),
        ((2, 0, 0, 0, -1), "row 1: ref is -1"),
    ],
)
def test_a_message_out_of_range_is_named_and_nothing_runs(tmp_path, row, said):
    np.save(tmp_path / "bad.npy", np.array([(0, 0, 5, 1, 0), row], np.int32))
    with pytest.raises(DataError, match=said):
        bench_kernels.read_stream(tmp_path / "bad.npy")


def test_a_missing_stream_is_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        bench_kernels.read_stream(tmp_path / "none.npy")


def test_the_clock_is_measured_beside_two_heaps_with_one_order_of_events():
    (one,) = bench_kernels.clock(pending=(1_000,), turns=2_000)
    assert one.facts["same_order_as_heap"] is True
    assert min(one.median, one.facts["compiled_heap_ns"], one.facts["python_heapq_ns"]) > 0


def test_a_deleveraging_closes_the_lots_it_must_and_says_how_many_winners_that_took():
    found = bench_kernels.adl(winners=(500,), repeats=1)
    assert [one.facts["winners_closed"] > 0 for one in found] == [True, True, True]


def test_a_deleveraging_of_everything_closes_every_winner():
    assert adl_event(50, 1.0, 0, repeats=1).closed == 50


@pytest.mark.parametrize(("books", "agents"), [(2, 10_000), (40, 10_000), (2, 40)])
def test_the_market_of_the_loop_has_as_many_active_agents_and_books_as_asked(books, agents):
    plan = load(loop_scenario(books=books, agents=agents)).plan()
    active = sum(group.count for group in plan.agents if group.kind != "leveraged")
    assert (len(plan.instruments), active) == (books, agents)


def test_the_loop_is_measured_in_events_and_says_what_happened_meanwhile():
    found = bench_runs.loop(agents=40, events=2_000, repeats=2, warm_up=5)
    assert len(found.values) == 2
    assert found.facts["messages"] > 0
    assert found.facts["orders_resting"] > 0
    assert "40 active agents" in found.conditions
