"""A plan to write results of, and a results folder."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from unhedged.results import store as stores
from unhedged.results.lock import locked
from unhedged.results.store import Store
from unhedged.scenario.load import load
from unhedged.scenario.plan import RunPlan


@pytest.fixture(scope="session")
def plan() -> RunPlan:
    return load("calm").plan()


@pytest.fixture
def store(tmp_path: Path, plan: RunPlan) -> Iterator[Store]:
    with locked(tmp_path / stores.folder_name(plan)):
        yield stores.create(tmp_path, plan, scenario_toml="", replicates=3, keep="tables")


@pytest.fixture
def transfers() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "t_ns": [5, 6],
            "source": ["maker.0@hub", "fund@hub"],
            "target": ["fund@hub", "crowd.1@hub"],
            "asset": ["USD", "USD"],
            "amount_atoms": [7, 9],
            "usd": [7e-6, 9e-6],
            "reason": ["liquidation_fee", "fund_draw"],
        }
    )
