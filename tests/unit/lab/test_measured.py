"""What a run measures while its tables are in memory: the same as from the disk, and good only for the same question and source."""

from pathlib import Path

import polars as pl
import pytest

from unhedged.engine.run import run_replicate
from unhedged.lab import measured, targets
from unhedged.lab.measured import Question
from unhedged.lab.october import MEASURES
from unhedged.measures.day import Roles
from unhedged.results import store as stores
from unhedged.results.lock import locked
from unhedged.results.manifest import versions
from unhedged.results.store import Store
from unhedged.scenario.load import load

NEWS_NS = 20 * 60 * 10**9
ROLES = Roles(cex="hub", onchain="hub", spot="spot", btc="BTC", eth="ETH", thin=("BTC",))
ASKED = Question(names=tuple(sorted(MEASURES)), roles=ROLES, shock_ns=NEWS_NS)


@pytest.fixture(scope="module")
def cascade(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, pl.DataFrame]]:
    """A replicate in which ADL closed desks, on the disk and in memory."""
    root = tmp_path_factory.mktemp("results")
    plan = load("btc-cascade").plan()
    output = run_replicate(plan, 0)
    assert output.tables["adl"].height
    assert [news.t_ns for news in plan.news] == [NEWS_NS]
    with locked(root / stores.folder_name(plan)):
        store = stores.create(root, plan, scenario_toml="", replicates=2, keep="tables")
        store.write_replicate(
            0, output.tables, headline=output.headline, measured=ASKED(output.tables)
        )
        store.write_replicate(1, output.tables, headline=output.headline)
    return store, output.tables


def test_a_run_measures_what_its_tables_say_to_the_last_bit(cascade) -> None:
    store, _ = cascade
    found = ASKED.stored(store, 0)
    assert found == ASKED.read(store, 0)
    assert set(found) == set(MEASURES)
    several = ("fall of BTC", "profit of those deleveraged", "prompt re-hedge", "depth of BTC")
    assert all(found[name] is not None for name in several)


def test_what_was_not_asked_is_not_stored(cascade) -> None:
    store, _ = cascade
    assert store.measured(1) is None
    assert ASKED.stored(store, 1) is None


@pytest.mark.parametrize(
    "other",
    [
        Question(names=ASKED.names, roles=ROLES, shock_ns=1),
        Question(names=ASKED.names[1:], roles=ROLES, shock_ns=NEWS_NS),
        Question(names=ASKED.names, roles=targets.load("october-2025").roles, shock_ns=NEWS_NS),
    ],
)
def test_another_question_is_not_answered(cascade, other: Question) -> None:
    assert other.stored(cascade[0], 0) is None


def test_other_source_answers_anew(cascade, monkeypatch) -> None:
    assert ASKED.stored(cascade[0], 0) is not None
    monkeypatch.setattr(measured, "source", lambda: {"measures": "f" * 64})
    other = Question(names=ASKED.names, roles=ROLES, shock_ns=NEWS_NS)
    assert other.stored(cascade[0], 0) is None


def test_a_run_recorded_more_coarsely_than_the_first_leg_is_measured(cascade) -> None:
    _, tables = cascade
    sparse = pl.col("t_ns") % (10 * 60 * 10**9) == 0
    names = ("series", "liquidations", "adl", "desks")
    found = ASKED({name: tables[name].filter(sparse) for name in names})
    assert found["measures"]["first leg"] is None


@pytest.mark.parametrize("until_ns", [0, 1, NEWS_NS, NEWS_NS + 1, NEWS_NS + 10**9])
def test_a_run_that_ends_before_or_at_the_news_is_measured_as_far_as_it_came(
    cascade, until_ns: int
) -> None:
    _, tables = cascade
    names = ("series", "liquidations", "adl", "desks")
    found = ASKED({name: tables[name].filter(pl.col("t_ns") < until_ns) for name in names})
    assert set(found["measures"]) == set(MEASURES)
    assert found["measures"]["time of least depth"] is None


def test_the_source_covers_the_targets_and_the_measures() -> None:
    root = Path(measured.__file__).parents[1]
    assert set(measured.source()) == {*measured.ROOMS, *versions()}
    assert {"polars", "numpy"} < set(versions())
    assert all((root / room).is_dir() for room in measured.ROOMS)
    assert (root / "lab" / "october-2025.targets.toml").is_file()


def test_a_question_asks_what_its_targets_need() -> None:
    rows = targets.load("october-2025")
    asked = measured.question(rows, [30, 20])
    assert asked.shock_ns == 20
    assert asked.roles == rows.roles
    assert {"fall of BTC", "depth of BTC"} <= set(asked.names) <= set(MEASURES)
