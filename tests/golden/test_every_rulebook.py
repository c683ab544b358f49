"""The shipped scenario under every rulebook in turn, set by its key alone: it clears, and a comparison names the step that differs."""

import polars as pl
import pytest

from unhedged import api
from unhedged.venues import rulebook
from unhedged.venues.ladder import steps_of

BASE = "binance-usdm@2025-10-10"
BOOKS = [
    name
    for name in rulebook.available()
    if rulebook.load(name).value("margin.mode") != "none" and name != BASE
]

pytestmark = pytest.mark.slow


def run(name, folder):
    scenario = api.load(
        "october-2025-small",
        overrides=[
            f"venue.binance.rulebook={name}",
            "run.duration=65m",
        ],
    )
    return api.run(scenario, replicates=1, out=folder, keep="tables")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return run(BASE, tmp_path_factory.mktemp("base"))


@pytest.mark.parametrize("name", BOOKS)
def test_october_runs_under_the_rulebook_and_the_step_that_differs_is_named(base, name, tmp_path):
    other = run(name, tmp_path)
    forced = other.table("liquidations").filter(pl.col("instrument").str.starts_with("binance/"))
    accounts = forced["account"].n_unique()
    print(f"\n{name}: {accounts} accounts of its venue liquidated")
    assert accounts > 0
    assert other.manifest()["checks"]["ledger"] == "balanced"  # or the run would have raised
    twin = api.compare(base, other)
    assert ("venues.binance.rulebook", BASE, name) in twin.changes
    ours = steps_of(rulebook.load(BASE))
    theirs = [s for s in steps_of(rulebook.load(name)) if s.name != "NET_HEDGED_LEGS"]
    parted = [n for n in range(max(len(ours), len(theirs))) if ours[n : n + 1] != theirs[n : n + 1]]
    said = f"Ladders of binance part at step {parted[0] + 1}:" if parted else "Changed:"
    assert said in twin.summary()
    assert bool(twin.ladders()) == bool(parted)
