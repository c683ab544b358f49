"""Measures on a run that deleveraged: money neither comes nor goes, and every headline figure found again another way."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unhedged.engine.run import ReplicateOutput, run_replicate
from unhedged.measures import removed, severity, solvency
from unhedged.scenario.load import load
from unhedged.vocab.units import ATOMS_PER_USD

CASCADE = Path(__file__).parents[2] / "golden" / "cascade.toml"
ATOM = 1 / ATOMS_PER_USD
ROUNDING = 4 * ATOM
"""Three floors a close: value before, value after, amount paid; and dollars as floats."""


@pytest.fixture(scope="module")
def run() -> ReplicateOutput:
    return run_replicate(load(str(CASCADE)).plan(), 0)


@pytest.fixture(scope="module")
def adl(run: ReplicateOutput) -> pl.DataFrame:
    found = run.tables["adl"].with_columns(
        given=pl.col("equity_before") - pl.col("equity"), sign=-pl.col("qty").sign()
    )
    assert found.height > 20
    return found


def test_cash_is_what_was_brought_in_to_the_atom(run: ReplicateOutput) -> None:
    accounts = run.tables["accounts"]
    inside = accounts.filter(~pl.col("account").str.starts_with("external@"))
    brought = int(inside["start_cash_atoms"].sum()) + int(inside["deposits_atoms"].sum())
    cash = inside["end_cash_atoms"].to_list()
    # Fees stay inside: they are the cash of accounts that are summed here.
    assert solvency.imbalance(cash, brought=brought, taken=0, fees=0) == 0
    fees = int(inside.filter(kind="venue")["end_cash_atoms"].sum())
    rest = inside.filter(pl.col("kind") != "venue")["end_cash_atoms"].to_list()
    assert solvency.imbalance(rest, brought=brought, taken=0, fees=fees) == 0
    assert solvency.imbalance([*cash, 1], brought=brought, taken=0, fees=0) == 1


def test_what_a_winner_gave_is_size_times_gap_to_mark(adl: pl.DataFrame) -> None:
    """Size and prices on one side, exact equities on the other: rounding apart."""
    size, mark, price = ((-adl["qty"]).to_numpy(), adl["mark"].to_numpy(), adl["price"].to_numpy())
    by_price = severity.needed_signed(size, mark, price)
    assert np.abs(by_price - adl["given"].to_numpy()).max() <= ROUNDING


def test_removed_of_one_case_is_a_wave_valued_at_its_marks(
    run: ReplicateOutput, adl: pl.DataFrame
) -> None:
    total = 0.0
    for _, case in adl.group_by("case", maintain_order=True):
        mark = case["mark"].to_numpy()
        found = removed.removed(
            case["account"].to_numpy(),
            (-case["qty"]).to_numpy(),
            case["price"].to_numpy(),
            mark=mark,
            at_end=mark,
            at_horizon=mark,
        )
        assert found.drift == found.opportunity == 0
        total += found.execution
    assert total == pytest.approx(run.headline["adl_removed_usd.hub"], abs=adl.height * ROUNDING)


def test_need_of_whole_positions_is_the_true_need_of_their_losers(
    run: ReplicateOutput, adl: pl.DataFrame
) -> None:
    """The first close of each case finds what its loser lacks; at the bankruptcy price nothing is lacking any more."""
    first = adl.group_by("case", maintain_order=True).first()
    zero = np.zeros(first.height)
    lacked = severity.true_need(first["loser_equity"].to_numpy(), zero, zero)
    assert lacked.sum() == pytest.approx(run.headline["adl_need_usd.hub"], abs=adl.height * ATOM)
    last = adl.with_columns(after=pl.col("loser_equity") + pl.col("given"))
    last = last.group_by("case", maintain_order=True).last()
    left = solvency.deficit(last["counterparty"].to_numpy(), last["after"].to_numpy())
    # A price of whole milli-ticks rounds by less than one for every lot.
    assert left <= run.headline["adl_usd"] * 1e-6


def test_winner_and_loser_trade_money_with_each_other_only(adl: pl.DataFrame) -> None:
    """The loser's equity before the next close of the case is the one before this, plus what the winner gave."""
    pairs = adl.with_columns(
        then=pl.col("loser_equity").shift(-1).over("case"),
        after=pl.col("loser_equity") + pl.col("given"),
    ).drop_nulls("then")
    assert pairs.height > 0
    assert (pairs["then"] - pairs["after"]).abs().max() <= ROUNDING
