"""What the tables of one run say together: cases, legs, money."""

from pathlib import Path

import polars as pl
import pytest

from unhedged.engine.run import ReplicateOutput, run_replicate
from unhedged.scenario.load import load

CASCADE = Path(__file__).parents[2] / "golden" / "cascade.toml"


@pytest.fixture(scope="module")
def output() -> ReplicateOutput:
    return run_replicate(load(str(CASCADE)).plan(), 0, keep="all")


@pytest.fixture(scope="module")
def tables(output: ReplicateOutput) -> dict[str, pl.DataFrame]:
    return output.tables


def test_a_case_is_one_liquidation_of_one_account(tables: dict[str, pl.DataFrame]) -> None:
    """A row of the table of cases is used again; its number is not."""
    steps = tables["liquidations"]
    owners = steps.group_by("case").agg(pl.col("account").n_unique())
    assert owners["account"].max() == 1
    first = steps.group_by("case").agg(pl.col("t_ns").min()).sort("case")
    assert first["t_ns"].is_sorted()


def test_every_close_of_a_winner_names_the_liquidation_that_led_to_it(
    tables: dict[str, pl.DataFrame],
) -> None:
    owners = tables["liquidations"].group_by("case").agg(pl.col("account").first().alias("owner"))
    closes = tables["adl"].join(owners, on="case", how="left")
    assert closes.height > 0
    assert (closes["owner"] == closes["counterparty"]).all()
