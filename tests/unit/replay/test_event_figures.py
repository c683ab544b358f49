"""The event's published numbers from its published tables, and each corrected one computed a second time another way."""

import csv
import json
import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.event_data import REAL, real_event

from unhedged.replay import checks, groups, policy_table, shocks, totals, wave_coins, waves, winners
from unhedged.replay.definitions import DEFINITIONS, define
from unhedged.replay.figures import Basis, Figure, Tag, by_id
from unhedged.replay.findings import Findings
from unhedged.report.replay_words import exact as exact_text

PAPER = REAL / "pluriholonomic_adl"


@pytest.fixture(scope="module")
def data():
    return real_event()


@pytest.fixture(scope="module")
def found(data):
    gathered = Findings()
    for subject in (totals.totals, waves.waves, shocks.shocks, policy_table.policy_table):
        gathered.extend(subject(data))
    gathered.extend(winners.winners(data))
    return gathered


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def exact(text: str) -> Fraction:
    return Fraction(text)


@pytest.mark.parametrize(
    ("name", "dollars"),
    [
        ("needed", 15_079_670),
        ("removed", 60_108_335),
        ("overshoot", 45_028_666),
        ("overshoot.500_ms", 51_673_607),
        ("overshoot.1000_ms", 51_012_123),
        ("overshoot.2000_ms", 47_446_692),
        ("overshoot.5000_ms", 49_273_475),
        ("notional", 2_103_111_431),
    ],
)
def test_published_total_comes_out_to_the_dollar(found, name, dollars):
    figure = found.figure(name)
    assert round(figure.value) == dollars
    assert figure.reproduced is True
    assert figure.tag is Tag.SUMMED


def test_needed_of_every_wave_whose_coins_are_there_is_recomputed_to_the_dollar(data, found):
    present = set(data.table("wave_coins").frame["wave"])
    assert present >= {1, 4, 7, 9, 11, 13, 17, 25}
    for wave in present:
        figure = found.figure(f"needed.{wave}")
        assert (figure.tag, figure.reproduced) == (Tag.RECOMPUTED, True)


def test_queue_overshoot_matches_the_print_when_all_shocks_are_there_and_is_a_part_otherwise(
    data, found
):
    figure = found.figure("queue_overshoot")
    assert round(figure.published) == 653_552_664
    table = [row for path in PAPER.glob("per_shock*.csv") for row in rows(path)]
    mine = sum(exact(row["overshoot_queue_usd"]) for row in table)
    if data.table("shocks").part:
        assert figure.reproduced is False
        assert figure.value == pytest.approx(float(mine), abs=0.01)
    else:
        assert figure.reproduced is True


def test_deficit_counted_once_a_second_way(found):
    # From the file, in exact arithmetic: every repeated largest loss is taken out of all waves but one.
    waves_ = rows(PAPER / "bad_debt_loser_waves.csv")
    counts = Counter(row["max_loss_usd"] for row in waves_)
    value, times = counts.most_common(1)[0]
    assert (round(float(value), 2), times) == (10_925_707.16, 9)
    assert sum(n > 1 for n in counts.values()) == 1
    total = sum(exact(row["deficit_usd"]) for row in waves_)
    figure = found.figure("deficit")
    assert figure.value == pytest.approx(float(total - 8 * exact(value)), abs=0.01)
    others = sum(exact(row["deficit_usd"]) - exact(row["max_loss_usd"]) for row in waves_)
    largest = sum({exact(row["max_loss_usd"]) for row in waves_})
    assert figure.value == pytest.approx(float(others + largest), abs=0.01)
    assert figure.low == pytest.approx(max(float(row["deficit_usd"]) for row in waves_))
    assert figure.low < figure.value == figure.high < 12.7e6


def test_forced_notional_counted_once_a_second_way(found):
    # Coin by coin for the ten coins printed, then the total: rows are transfers twice and ADL once.
    impact = json.loads(
        (REAL / "conejo_hypermultiassetedadl/outputs/total_impact_results.json").read_text()
    )
    for coin in impact["top_combined_tickers"].values():
        assert coin["total"] == pytest.approx(coin["liquidations"] + coin["adl"], abs=0.02)
    pairs = impact["liquidations"]["events"] - impact["adl"]["events"]
    assert pairs % 2 == 0
    once = impact["liquidations"]["notional"] + impact["adl"]["notional"]
    assert found.figure("forced").value == pytest.approx(once / 2, abs=0.01)
    assert found.figure("adl_share").value == pytest.approx(2 * impact["adl"]["notional"] / once)
    assert found.figure("odd_seconds").value == 0


def test_overshoot_splits_into_waves_above_and_below(found):
    table = rows(PAPER / "horizon_ms_0" / "two_pass_equity_delta_by_wave.csv")
    over = [exact(row["budget_prod_usd"]) - exact(row["budget_needed_usd"]) for row in table]
    above, below = found.figure("overshoot_above"), found.figure("overshoot_below")
    assert above.value == pytest.approx(float(sum(x for x in over if x > 0)), abs=0.01)
    assert below.value == pytest.approx(float(sum(x for x in over if x < 0)), abs=0.01)
    regret = found.figure("policy_regret.production")
    assert regret.value == pytest.approx(above.value - below.value, abs=0.01)


def test_sign_pattern_of_single_blocks(found):
    assert found.figure("single_blocks_below").value == 1.0
    assert found.figure("multi_blocks_above").value > 0.5


@pytest.mark.parametrize(
    ("policy", "millions"),
    [
        ("production", (53.8, 11.1, 64.9)),
        ("equity_pro-rata", (0.0, 2.7, 2.7)),
        ("equity_pro-rata_capped", (0.0, 2.8, 2.8)),
        ("profit_pro-rata", (0.0, 1.7, 1.7)),
        ("vector_mirror_descent", (1.8, 2.6, 4.4)),
        ("contract_pro-rata", (3.0, 0.4, 3.4)),
        ("published_min-max", (0.1, 0.0, 0.1)),
    ],
)
def test_published_policy_table_comes_out(found, policy, millions):
    names = ("policy_regret", "policy_unfair_published", "policy_total_published")
    values = [found.figure(f"{name}.{policy}").value / 1e6 for name in names]
    assert [round(value, 1) for value in values] == list(millions)


def test_no_policy_of_the_full_budget_has_a_smaller_largest_haircut_than_equity_pro_rata():
    for row in rows(PAPER / "policy_per_wave_metrics.csv"):
        for policy in ("pr", "pnl_pr"):
            assert exact(row[f"budget_{policy}"]) == pytest.approx(exact(row["budget_needed"]))
            assert exact(row[f"max_pct_{policy}"]) >= exact(row["max_pct_eq_pr"]), row["wave"]
        assert exact(row["max_pct_fixed_point_ilp_integer"]) > exact(row["max_pct_eq_pr"])


def stakes() -> dict[str, Fraction]:
    table = rows(PAPER / "horizon_ms_0" / "two_pass_equity_delta_by_wave.csv")
    return {row["wave"]: exact(row["winners_equity_start_usd"]) for row in table}


@pytest.mark.parametrize(("column", "name"), policy_table.NAMES.items())
def test_fairness_against_an_optimum_from_another_table(found, column, name):
    # The smallest largest share of a budget taken from equities is it over their sum, where no cap binds. The equities are
    # those of the removals, another base than the column's own: wave by wave they differ, in the sum by less than $6,000.
    by_equity = by_column = Fraction(0)
    for row in rows(PAPER / "policy_per_wave_metrics.csv"):
        needed, worst = exact(row["budget_needed"]), exact(row[f"max_pct_{column}"])
        least = needed / stakes()[row["wave"]]
        by_equity += abs(worst - least) * needed
        by_column += abs(worst - exact(row["max_pct_eq_pr"])) * needed
    figure = found.figure(f"policy_unfair_by_equity.{name}")
    assert figure.value == pytest.approx(float(by_equity), abs=0.01)
    assert found.figure(f"policy_unfair.{name}").value == pytest.approx(float(by_column), abs=0.01)
    assert abs(by_equity - by_column) < 6_000


def test_bases_of_the_two_optima_differ_and_the_column_is_none_in_wave_7(found):
    table = {row["wave"]: row for row in rows(PAPER / "policy_per_wave_metrics.csv")}
    column = {wave: exact(row["max_pct_eq_pr"]) for wave, row in table.items()}
    least = {wave: exact(row["budget_needed"]) / stakes()[wave] for wave, row in table.items()}
    assert column["1"] == pytest.approx(0.00264, abs=1e-5)
    assert least["1"] == pytest.approx(0.00356, abs=1e-5)
    assert [wave for wave in table if not Fraction(1, 2) < column[wave] / least[wave] < 2] == ["7"]
    assert column["7"] / least["7"] == pytest.approx(13.3, abs=0.01)
    production = table["7"]
    assert exact(production["budget_prod"]) > exact(production["budget_needed"])
    assert exact(production["max_pct_prod"]) < column["7"]
    reasons = {
        one.reason for one in found.corrections if one.published.id.startswith("policy_total_")
    }
    assert [reason.count("but in wave 7 others took as much with less") for reason in reasons] == [
        1
    ]


def test_part_of_the_best_winner_is_above_one_where_the_budget_is_above_the_deficit(found):
    table = rows(PAPER / "policy_per_wave_metrics.csv")
    more = [row for row in table if exact(row["budget_prod"]) > exact(row["deficit_usd"])]
    above = [row for row in table if exact(row["rd_nse_prod"]) > 1]
    assert above == more
    assert found.figure("policy_rd_nse_above.production").value == len(above) == 8
    largest = max(float(row["rd_nse_prod"]) for row in above)
    assert found.figure("policy_rd_nse_published.production").value == largest > 1
    assert found.figure("policy_rd_nse.production").value == 1.0


def test_severity_a_second_way(found):
    losses = rows(PAPER / "bad_debt_loser_waves.csv")
    needed = sum(
        exact(row["budget_needed_usd"])
        for row in rows(PAPER / "horizon_ms_0" / "two_pass_equity_delta_by_wave.csv")
    )
    rest = sum(exact(row["deficit_usd"]) - exact(row["max_loss_usd"]) for row in losses)
    once = rest + sum({exact(row["max_loss_usd"]) for row in losses})
    assert found.figure("needed_over_deficit").value == pytest.approx(float(needed / once))
    assert needed > once
    assert found.figure("severity").value == 1.0 > found.figure("severity_published").value


def test_text_of_the_paper_differs_from_its_table(found):
    nets = {
        policy: found.figure(f"policy_net.{policy}").value
        for policy in ("contract_pro-rata", "published_min-max")
    }
    assert round(nets["contract_pro-rata"] / 1e6, 2) == -3.02
    assert round(nets["published_min-max"] / 1e6, 2) == 0.09


def test_queue_with_signs_and_deficits_a_second_way(data, found):
    table = [row for path in sorted(PAPER.glob("per_shock*.csv")) for row in rows(path)]
    net = sum(exact(row["overshoot_queue_usd"]) - exact(row["residual_queue_usd"]) for row in table)
    inside = sum(
        exact(row["overshoot_queue_usd"]) - exact(row["residual_queue_usd"])
        for row in table
        if exact(row["deficit_usd"]) > 0
    )
    assert found.figure("queue_net").value == pytest.approx(float(net), abs=0.01)
    assert found.figure("queue_in_deficit").value == pytest.approx(float(inside), abs=0.01)


def test_every_correction_has_a_one_line_reason_and_two_different_numbers(found):
    assert len(found.corrections) >= 10
    for correction in found.corrections:
        assert "\n" not in correction.reason
        assert correction.published.value != correction.corrected.value


def test_every_figure_has_a_tag_a_source_and_a_basis_and_ids_are_unique(found):
    figures = by_id(found.figures)
    assert len(figures) == len(found.figures)
    for figure in figures.values():
        assert figure.source
        assert define(figure.id) == (figure.unit, figure.words)
        assert isinstance(figure.basis, Basis)


def test_quoted_figure_never_counts_as_reproduced():
    common = {"words": "x", "unit": "usd", "basis": Basis.FILLS, "source": "x", "published": 5.0}
    assert Figure(id="a", value=5.0, tag=Tag.QUOTED, **common).reproduced is False
    assert Figure(id="a", value=5.0, tag=Tag.SUMMED, **common).reproduced is True
    assert Figure(id="a", value=5.0, tag=Tag.SUMMED, part=(1, 2), **common).reproduced is False
    assert Figure(id="a", value=6.0, tag=Tag.RECOMPUTED, **common).reproduced is False


def test_no_definition_is_left_without_a_name():
    assert all(unit in {"usd", "count", "share", "ratio", "s"} for unit, _ in DEFINITIONS.values())


def test_waves_of_the_tables_cover_two_thirds_of_the_event(found):
    assert found.figure("covered_share").value == pytest.approx(0.675, abs=0.001)


def test_waves_are_counted_as_far_as_seconds_decide(data, found):
    figure = found.figure("waves")
    seconds = sorted(
        {
            int(row["t_ms"])
            for row in rows(REAL / "derived_hl_waves/adl_notional_by_second_coin.csv")
        }
    )
    gaps = [later - earlier for earlier, later in pairwise(seconds)]
    assert figure.low == 1 + sum(gap > 5_000 for gap in gaps)
    assert figure.high == 1 + sum(gap >= 5_000 for gap in gaps)
    assert (figure.low, figure.high) == (33, 37)
    published = set(data.table("removals").frame["wave"])
    assert max(published) <= figure.high


def test_coins_are_listed_largest_first(found):
    coins = found.rows["coins"]
    assert [row["coin"] for row in coins[:3]] == ["BTC", "ETH", "SOL"]
    assert sum(row["fills"] for row in coins) == found.figure("fills").value


def test_time_profile(found):
    assert found.figure("first_adl").value == 61
    assert found.figure("reached.0.5").value == 131
    assert found.figure("reached.0.84").value == 262


def test_tables_of_different_authors_agree(data):
    compared = checks.checks(data)
    assert len(compared) > 15
    assert [row for row in compared if not row["agrees"]] == []


def test_price_and_quantity_by_wave_and_coin(data):
    table = wave_coins.wave_coins(data).rows["wave_coins"]
    derived = {
        (int(row["wave"]), row["coin"]): row
        for path in (REAL / "derived_hl_waves").glob("wave_coin*.csv")
        for row in rows(path)
    }
    for row in table:
        theirs = derived[row["wave"], row["coin"]]
        assert row["execution"] == pytest.approx(float(theirs["exec_vwap_usd"]), rel=1e-12)
        assert row["exact"] == (theirs["n_timestamps"] == "1")
        assert row["mark_low"] <= row["execution"] <= row["mark_high"]


def test_complete_groups_have_one_price_whole_closes_and_one_partial_close_last(data):
    problems = []
    present = groups.complete_groups(data, problems)
    assert problems == []
    found = groups.structure(present, "x")
    assert {(group.coin, group.fills.height) for group in present} >= {
        ("AVAX", 50),
        ("LAUNCHCOIN", 21),
    }
    for name in ("groups_one_price", "groups_whole", "groups_one_partial"):
        assert found.figure(name).value == 1.0
    # Their order is the queue's, and no score from these columns is monotone along it.
    assert 0 < found.figure("groups_unordered").value < 1


def test_a_group_that_breaks_the_structure_is_seen(data):
    group = groups.complete_groups(data, [])[0]
    turned = groups.Group(
        coin=group.coin, t_ms=group.t_ms, fills=group.fills.reverse(), basis=group.basis
    )
    found = groups.structure([turned], "x")
    assert found.figure("groups_one_partial").value == 0.0
    assert found.figure("groups_whole").value < 1.0


def test_accounts_and_rehedging(found):
    assert found.figure("rehedge.strategic").value < found.figure("rehedge.passive").value
    assert found.figure("account_in_profit").value > 0.9
    shown = found.rows["largest_accounts"][0]["account"]
    assert (len(shown), shown[:2], shown[6]) == (11, "0x", "…")


PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "published-numbers.md"


def test_numbers_of_the_page_are_those_of_the_data(found):
    figures = by_id(found.figures)
    text = PAGE.read_text("utf-8")
    rows_ = re.findall(r"^\| `(\S+)` \| (\S+) \| (\S+) \| (\w+) \|", text, re.MULTILINE)
    assert len(rows_) >= 10
    for name, published, here, how in rows_:
        figure = figures[name]
        assert (
            exact_text(figure.published, figure.unit),
            exact_text(figure.value, figure.unit),
        ) == (published, here)
        assert figure.tag == how
    for name, value in re.findall(r"`([\w.\-]+)` (−?\$[\d,]+|\d+\.\d{4})\b", text):
        assert exact_text(figures[name].value, figures[name].unit) == value, name


def test_every_corrected_pair_of_the_page_is_one_of_the_replay(found):
    pairs = {(one.published.id, one.corrected.id) for one in found.corrections}
    shown = re.findall(
        r"^\| `([\w.\-]+)` \S+ \| `([\w.\-]+)` \S+ \|", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert len(shown) >= 9
    assert set(shown) <= pairs
