"""Every policy decides in a market that lives: asked by the loop, obeyed to the lot, and the ledger balances."""

from pathlib import Path

import polars as pl
import pytest

from unhedged.adl import REGISTRY
from unhedged.engine.run import run_replicate
from unhedged.scenario.load import load

pytestmark = pytest.mark.slow

SMALL = Path(__file__).parents[2] / "golden" / "cascade.toml"
RULES = ["run.duration=110s", 'venue.hub.adl.sees=["spot"]']


def closed_under(policy):
    """Return the lots of ADL per account under a policy, after the checks every run must pass."""
    rules = [*RULES, f"venue.hub.adl.policy={policy}"]
    output = run_replicate(load(str(SMALL), overrides=rules).plan(), 0)
    assert output.checks["ledger"] == "balanced"
    adl = output.tables["adl"]
    assert adl.height > 0
    assert (adl["account"] != adl["counterparty"]).all()
    return adl.group_by("account").agg(pl.col("qty").abs().sum()).sort("account").rows()


@pytest.fixture(scope="module")
def taken():
    return {policy: closed_under(policy) for policy in sorted(REGISTRY)}


def test_every_policy_runs_in_a_market(taken):
    assert taken.keys() == REGISTRY.keys()


def test_policies_take_from_different_accounts(taken):
    found = {name: dict(rows) for name, rows in taken.items()}
    assert found["binance-v1"] == found["profit-leverage-v1"]
    assert len({str(rows) for rows in taken.values()}) >= 15
    assert len(found["largest-first-v1"]) < len(found["binance-v1"])
    assert len(found["binance-v1"]) < len(found["contract-pro-rata-v1"])
