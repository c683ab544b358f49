"""Policies on the event: the same lots from the same winners, measured; populations that meet their totals; archives in full."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.support import sample_archive as sample
from tests.support.event_data import real_event

from unhedged.adl import REGISTRY
from unhedged.replay import allocate, population, questions
from unhedged.replay.allocate import Question, answers, closes, measured, policies
from unhedged.replay.archive.questions import archive_questions
from unhedged.replay.archive.roll import UNKNOWN
from unhedged.replay.archive.states import worth
from unhedged.replay.comparison import compare_policies, totals_of
from unhedged.replay.deficits import Shortfall, as_published, counted_once
from unhedged.replay.event import replay
from unhedged.replay.figures import Basis
from unhedged.replay.groups import Group, complete_groups
from unhedged.replay.waves import at_horizon, waves
from unhedged.report.replay_words import asked, largest_of_all, of_questions
from unhedged.vocab.errors import PluginError
from unhedged.vocab.units import show_rate

EVENT = "hyperliquid-2025-10-10"
USD = 10**6
BLIND = set(REGISTRY) - {*allocate.ALIASES, *allocate.OF_HEDGES}


def small(*, equity=True, gap=0.5, happened=True) -> Question:
    """Two shorts of 100 and 300 lots at a dollar, worth 200 and 100, with profits of 50 and 30; 120 lots to close."""
    return Question(
        name="two",
        kind="complete group",
        accounts=["0x" + "a" * 40, "0x" + "b" * 40],
        winners=questions.winner_rows(
            held=np.array([100, 300]),
            notional=np.array([100.0, 300.0]),
            unrealised=np.array([50.0, 30.0]),
            equity=np.array([200.0, 100.0]),
            side=-1,
            mark=0.5,
            price=1.0,
        ),
        lots=120,
        happened=np.array([20, 100]) if happened else None,
        gap=gap,
        equity=equity,
    )


def test_every_policy_closes_the_same_lots_and_nobody_more_than_it_holds():
    rows = answers(small())
    assert [row["policy"] for row in rows] == ["happened", *policies(small())]
    assert {row["notional"] for row in rows} == {120.0}
    assert {row["needed"] for row in rows} == {60.0}
    assert set(policies(small())) == BLIND


def test_hedge_aware_answers_only_where_a_hedge_is_in_sight():
    question = small()
    question.winners["hedge"][1] = 30 * USD
    assert set(policies(question)) == {*BLIND, "hedge-aware-v1"}
    rows = {row["policy"]: row for row in answers(question)}
    assert rows["hedge-aware-v1"]["moved_share"] != rows["profit-pro-rata-v1"]["moved_share"]
    gaps = [gap.what for gap in compare_policies(real_event(), [], None).gaps]
    assert any(what.startswith("hedge-aware-v1 where no hedge") for what in gaps)


def test_measures_of_an_allocation_by_hand():
    row = measured(small(), "x", np.array([20, 100]))
    assert (row["accounts"], row["whole"]) == (2, 0)
    assert row["largest_haircut"] == pytest.approx(0.5)  # 100 lots x 0.5 of 100 dollars
    # 60 dollars taken from equities of 200 and 100, at most 50 from the first: 0.2 of each.
    assert row["smallest_possible"] == pytest.approx(0.2)
    assert row["unfairness"] == pytest.approx(0.3 * 60)
    assert row["profit_closed"] == pytest.approx(50 * 0.2 + 30 / 3)
    assert row["hhi"] == pytest.approx((20 / 120) ** 2 + (100 / 120) ** 2)
    assert row["moved_share"] == 0.0
    assert measured(small(), "x", np.array([100, 20]))["moved_share"] == pytest.approx(80 / 120)
    assert row["largest"][0] == {"account": "0xbbbb…bbbb", "notional": 100.0}


def test_whole_closes_are_counted():
    row = measured(small(), "x", np.array([100, 20]))
    assert (row["accounts"], row["whole"]) == (2, 1)
    assert measured(small(), "x", np.array([0, 120]))["accounts"] == 1


def test_smallest_possible_haircut_is_no_larger_than_that_of_any_split():
    question = small()
    best = measured(question, "x", np.array([20, 100]))["smallest_possible"]
    found = [
        measured(question, "x", np.array([first, 120 - first]))["largest_haircut"]
        for first in range(101)
    ]
    assert min(found) == pytest.approx(best)


def test_without_equity_only_policies_that_do_not_ask_for_it_answer_and_haircuts_are_unknown():
    rows = answers(small(equity=False))
    assert {row["policy"] for row in rows} == {"happened", *allocate.WITHOUT_EQUITY}
    assert all(row["largest_haircut"] is None and row["unfairness"] is None for row in rows)
    assert {row["needed"] for row in rows} == {60.0}
    assert all(row["largest_haircut"] is None for row in answers(small(gap=None)))


def test_a_haircut_of_an_account_without_equity_stays_infinite_over_all_questions():
    lots = np.array([20, 100])
    plain, bare = small(), small()
    bare.winners["equity"][1] = 0
    rows = [measured(question, "x", lots) for question in (plain, bare, plain)]
    assert rows[0]["infinite"] == []
    assert set(rows[1]["infinite"]) == {"largest_haircut", "p99_haircut", "unfairness"}
    assert rows[1]["largest_haircut"] is None
    (total,) = totals_of(rows)
    assert (total["largest_haircut"], total["maximum_haircut"], total["unfairness"]) == (None,) * 3
    assert total["infinite"] == {"largest_haircut": 1, "p99_haircut": 1, "unfairness": 1}
    assert total["known"]["largest_haircut"] == 3
    assert of_questions(total, "largest_haircut", show_rate) == "∞, 1 of 3"
    assert largest_of_all(total) == "∞"
    assert total["smallest_possible"] is not None
    json.dumps(rows, allow_nan=False)


def test_a_mean_over_some_questions_says_how_many_and_the_maximum_is_given():
    lots = np.array([20, 100])
    more = measured(small(gap=0.25), "x", lots)
    rows = [measured(small(), "x", lots), measured(small(gap=None), "x", lots), more]
    (total,) = totals_of(rows)
    assert total["largest_haircut"] == pytest.approx((0.5 + 0.25) / 2)
    assert total["maximum_haircut"] == pytest.approx(0.5)
    assert total["known"]["largest_haircut"] == 2
    assert total["unfairness"] is None  # a sum over some of them is no sum
    assert asked(total) == "3 asked, haircuts known in 2"
    assert largest_of_all(total) == show_rate(0.5)


def test_answer_that_breaks_the_contract_is_refused():
    with pytest.raises(PluginError):
        closes(small(), lambda winners, lots: np.array([lots, 1]), "greedy")


def test_policy_that_remembers_is_asked_in_turn_and_others_answer_alike():
    # Severity that backs off carries over to the next question of the same mapping, and starts anew with a fresh one.
    one = small(happened=False)
    kept = allocate.allocations_for()
    first, second = ({row["policy"]: row for row in answers(one, kept)} for _ in range(2))
    fresh = {row["policy"]: row for row in answers(one)}
    assert fresh == first
    memoryless = [
        name for name in policies(one) if "back-off" not in name and "descent" not in name
    ]
    assert all(first[name] == second[name] for name in memoryless)


def test_survivor_ratios_need_a_deficit():
    question = small()
    assert measured(question, "x", np.array([20, 100]))["ptsr"] is None


def test_survivor_ratios_by_hand_against_the_deficit_once_and_as_published():
    # Budget 60; profits 50 and 30, of which 10 and 30 are taken, so 40 are left to the best-off.
    question = replace(
        small(),
        deficit=Shortfall(total=100.0, largest=None),
        deficit_published=Shortfall(total=300.0, largest=150.0),
    )
    row = measured(question, "x", np.array([20, 100]))
    assert row["survivor"] == pytest.approx(40)
    assert row["ptsr"] == row["ptsr_published"] == pytest.approx(40 / 60)
    assert (row["pmr"], row["pmr_unpaid"]) == (None, None)
    assert row["ptsr_unpaid"] == pytest.approx(40 / 40)
    assert row["rd_nse"] == pytest.approx(40 / 80)
    assert row["ptsr_unpaid_published"] == pytest.approx(40 / 240)
    assert row["pmr_published"] == pytest.approx(40 / (60 / 300 * 150))
    assert row["pmr_unpaid_published"] == pytest.approx(40 / (240 / 300 * 150))
    assert row["rd_nse_published"] == pytest.approx(40 / 280)


def test_deficits_of_the_waves_counted_once_add_up_to_that_of_the_event():
    data = real_event()
    table = data.needed("deficits")
    once, printed = counted_once(table), as_published(table)
    gathered = waves(data)
    assert sum(one.total for one in once.values()) == pytest.approx(
        gathered.figure("deficit").value
    )
    lower = [wave for wave in once if once[wave].total < printed[wave].total]
    assert len(lower) == 8
    assert once[1] == printed[1]
    assert once[13].total == pytest.approx(printed[13].total - printed[13].largest)
    asked = {one.name: one for one in population.wave_questions(data)}
    assert asked["wave 13"].deficit == once[13]
    assert asked["wave 13"].deficit_published == printed[13]


def group() -> Group:
    fills = pl.DataFrame(
        {
            "user": ["0x01", "0x02"],
            "coin": ["AVAX", "AVAX"],
            "time": [1_760_130_964_831] * 2,
            "adl_price": [22.0, 22.0],
            "adl_size": [0.25, 1.5],
            "closed_pnl": [1.0, 3.0],
            "position_size": [-0.25, -3.0],
            "account_value_realtime": [10.0, 100.0],
            "total_unrealized_pnl": [2.0, -5.0],
        }
    )
    return Group(coin="AVAX", t_ms=1_760_130_964_831, fills=fills, basis=Basis.BEFORE)


def test_group_becomes_a_question_in_whole_lots():
    found = questions.group_question(group(), gap=0.05)
    assert found.name == "AVAX 21:16:04.831"
    assert found.winners["qty"].tolist() == [25, 300]
    assert (found.lots, found.happened.tolist()) == (175, [25, 150])
    assert found.gap == pytest.approx(0.0005)
    assert found.needed == pytest.approx(0.05 * 1.75)
    assert found.winners["notional"].tolist() == [5.5 * USD, 66 * USD]
    # Profit of the whole position at the entry the closed profit implies.
    assert found.winners["unrealised"].tolist() == [1 * USD, 6 * USD]
    assert found.winners["cost"].tolist() == [6.5 * USD, 72 * USD]
    assert found.winners["equity"].tolist() == [12 * USD, 95 * USD]
    assert not found.winners["long"].any()
    # The gap is taken to be against the winner: a short buys back above the mark.
    assert (found.winners["px_milli"] > found.winners["mark_milli"]).all()


def test_group_whose_gap_no_table_has_says_so():
    found = questions.group_question(group(), gap=None)
    assert (found.gap, found.needed) == (None, None)
    assert (found.winners["px_milli"] == found.winners["mark_milli"]).all()


def test_real_groups_happened_as_the_fills_say():
    data = real_event()
    for one, found in zip(
        complete_groups(data, []),
        questions.group_questions(data, complete_groups(data, [])),
        strict=True,
    ):
        row = measured(found, "happened", found.happened)
        assert row["accounts"] == one.fills.height
        assert row["whole"] == one.fills.height - 1
        value = (one.fills["adl_price"] * one.fills["adl_size"]).sum()
        assert row["notional"] == pytest.approx(value)


def drawn(**options) -> dict[str, Question]:
    return {one.name: one for one in population.wave_questions(real_event(), **options)}


def test_population_meets_the_totals_of_its_wave():
    data, found = real_event(), drawn()
    rows = at_horizon(data.needed("removals"), 0).to_dicts()
    assert len(found) == len(rows) == 16
    seconds = data.needed("seconds").frame
    for row in rows:
        one = found[f"wave {row['wave']}"]
        closed = seconds.filter(pl.col("wave") == row["wave"])["adl_notional_usd"].sum()
        assert one.lots == pytest.approx(closed, abs=1)
        assert one.needed == pytest.approx(row["budget_needed_usd"], rel=1e-3)
        share = population.hit_share(data.needed("shocks"), row["t_start_ms"], row["t_end_ms"])
        equity = one.winners["equity"].sum() / USD * share
        assert equity == pytest.approx(row["winners_equity_start_usd"], rel=1e-9)
        # Positions below a dollar are a lot all the same.
        assert one.winners["qty"].sum() * share == pytest.approx(closed, rel=0.02)
        assert (one.winners["equity"] > 0).all()


def test_population_is_drawn_by_its_seed_and_each_wave_by_its_own_stream():
    one, same, other = drawn(), drawn(), drawn(seed=1)
    for name in one:
        assert np.array_equal(one[name].winners, same[name].winners)
        assert len(one[name].winners) == len(other[name].winners)
    assert any(not np.array_equal(one[n].winners, other[n].winners) for n in one)
    assert all(question.kind == "synthetic population" for question in one.values())


def test_share_of_winners_hit_stays_between_its_bounds():
    table = real_event().needed("shocks")
    everything = population.hit_share(table, 0, 2**45)
    assert population.LEAST_SHARE <= everything <= 1.0
    assert population.hit_share(table, 0, 1) == everything  # nothing in the span: all shocks


def test_population_needs_its_tables(tmp_path):
    sample.small(tmp_path)
    found = replay(EVENT, tmp_path)
    assert list(population.wave_questions(found.data)) == []
    assert any("synthetic populations" in gap.what for gap in found.findings.gaps)


def test_order_of_policies_on_the_event():
    # Targets: queues far above contract pro-rata, that above equity pro-rata, which is near the optimum.
    found = compare_policies(real_event(), [], None)
    rows = {row["policy"]: row for row in found.rows["policy_totals"]}
    queue, contract, equity = (
        rows[name]
        for name in ("hyperliquid-observed-v1", "contract-pro-rata-v1", "equity-pro-rata-v1")
    )
    assert queue["p99_haircut"] > contract["p99_haircut"] > equity["p99_haircut"]
    least = min(rows.values(), key=lambda row: row["unfairness"])
    assert least["policy"] == "min-max-v1"
    assert least["largest_haircut"] == pytest.approx(least["smallest_possible"], rel=1e-3)
    assert least["largest_haircut"] < equity["largest_haircut"] < queue["largest_haircut"]
    assert all(row["needed"] == pytest.approx(15_079_670, rel=1e-3) for row in rows.values())
    assert len(found.rows["policy_answers"]) == 16 * len(rows)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    return sample.small(folder), replay(EVENT, folder)


def test_question_of_an_archive_has_all_winners_there_were(archive):
    truth, found = archive
    one = found.archive
    asked = list(archive_questions(one, most=1_000))
    assert sum(question.lots for question in asked) == sum(lots for *_, lots, _ in truth.adl)
    names = one.rolled.names
    for question in asked:
        coin = names.coins.index(question.name.split()[0])
        first = min(
            int(n)
            for n, t in zip(one.forced.adl, one.times, strict=True)
            if question.name.endswith(sample_clock(int(t)))
        )
        held = one.states.holders(coin, first)
        shorts = {
            names.accounts[a]: -lots
            for a, lots in zip(held.account, held.lots.tolist(), strict=True)
            if lots < 0
        }
        shorts.pop(sample.VAULT, None)
        assert dict(zip(question.accounts, question.winners["qty"].tolist(), strict=True)) == shorts
        assert question.equity
        assert (question.happened <= question.winners["qty"]).all()


def test_leverage_of_a_winner_of_an_archive_counts_all_it_holds(archive):
    # A second way: coin by coin over the holders, at the last price of each and the mark of the coin that is closed.
    _, found = archive
    one = found.archive
    names, fills = one.rolled.names, one.rolled.fills
    several = 0
    for question in archive_questions(one, most=1_000):
        closed = names.coins.index(question.name.split()[0])
        at = next(
            int(n)
            for n, t in zip(one.forced.adl, one.times, strict=True)
            if question.name.endswith(sample_clock(int(t))) and fills.coin[n] == closed
        )
        owned: dict[int, int] = {}
        for coin in range(len(names.coins)):
            traded = np.flatnonzero(fills.coin[:at] == coin)
            px = int(fills.ticks[traded[-1]]) if len(traded) else 0
            if coin == closed:
                px = int(question.winners["mark_milli"][0]) // 1_000
            held = one.states.holders(coin, at)
            value = worth(
                one.rolled, np.full(len(held.lots), coin), held.lots, np.full(len(held.lots), px)
            )
            for account, atoms in zip(held.account.tolist(), value.tolist(), strict=True):
                owned[account] = owned.get(account, 0) + abs(atoms)
        rows = question.winners
        assert rows["account_notional"].tolist() == [owned[a] for a in rows["account"].tolist()]
        several += int((rows["account_notional"] > rows["notional"]).sum())
    assert several > 0


def test_a_winner_one_of_whose_moves_is_missing_has_no_known_equity(archive):
    _, found = archive
    one = found.archive
    plain = list(archive_questions(one))
    account = int(plain[0].winners["account"][0])
    doubted = replace(one, rolled=replace(one.rolled, doubtful={account}))
    for before, after in zip(plain, archive_questions(doubted), strict=True):
        assert before.equity
        assert after.equity == (account not in after.winners["account"])
    assert set(policies(next(archive_questions(doubted)))) == set(allocate.WITHOUT_EQUITY)


def sample_clock(t_ms: int) -> str:
    second, ms = divmod(t_ms, 1_000)
    return f"{second // 60 % 60:02}:{second % 60:02}.{ms:03}"


def test_answers_on_an_archive_stand_in_the_replay(archive):
    _, found = archive
    rows = [row for row in found.findings.rows["policy_answers"] if row["kind"] == "your archive"]
    assert {row["policy"] for row in rows} == {"happened", *BLIND}
    for name in {row["question"] for row in rows}:
        assert len({round(row["notional"], 3) for row in rows if row["question"] == name}) == 1


def test_archive_without_cash_asks_only_policies_that_need_none(tmp_path):
    sample.small(tmp_path)
    (tmp_path / "clearinghouse_snapshot.jsonl").unlink()
    found = replay(EVENT, tmp_path)
    assert (found.archive.rolled.wallet0 == UNKNOWN).all()
    rows = found.findings.rows["policy_answers"]
    assert {row["policy"] for row in rows} == {"happened", *allocate.WITHOUT_EQUITY}
    assert any("policies that ask for equity" in gap.what for gap in found.findings.gaps)
