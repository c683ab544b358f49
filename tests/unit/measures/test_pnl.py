"""The split of profit and loss against every fill of a run: to the atom."""

from collections import defaultdict
from fractions import Fraction

import polars as pl
import pytest

import unhedged
from unhedged.measures.pnl import PARTS, pnl
from unhedged.vocab.units import ATOMS_PER_USD


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    short = {"run.duration": "40m", "agent.longs.count": 1000, "agent.shorts.count": 250}
    out = tmp_path_factory.mktemp("results")
    return unhedged.run(
        "btc-cascade", overrides=short, replicates=1, keep="all", out=out, workers=1
    )


def test_parts_sum_to_the_change_of_equity(run) -> None:
    found = pnl(run.table("accounts", replicate=0), run.table("adl", replicate=0), ["spot"])
    assert found.height > 1000
    total = sum(found[part] for part in PARTS)
    assert (total - found["total"]).abs().max() < 1e-3  # floats of dollars, on sums of billions


def test_what_positions_made_is_what_their_fills_paid_and_what_they_are_worth(run) -> None:
    """From the trades themselves: money received less paid, plus the change of what is held, at mark, in atoms."""
    fills, positions = run.table("fills", replicate=0), run.table("positions", replicate=0)
    makers = "maker"
    flow: dict[str, int] = defaultdict(int)
    for row in fills.iter_rows(named=True):
        buyer, seller = (
            (row["taker"], row[makers]) if row["side"] == "buy" else (row[makers], row["taker"])
        )
        flow[buyer] -= row["amount_atoms"]
        flow[seller] += row["amount_atoms"]
    worth: dict[str, Fraction] = defaultdict(Fraction)
    for row in positions.iter_rows(named=True):
        lot = Fraction(row["lot"]).limit_denominator(10**9)
        end, start = (
            Fraction(row[f"{when}_lots"]) * lot * Fraction(row[f"{when}_mark"])
            for when in ("end", "start")
        )
        worth[row["account"]] += (end - start) * ATOMS_PER_USD
    found = pnl(run.table("accounts", replicate=0), run.table("adl", replicate=0), ["spot"])
    makers_only = found.filter(pl.col("kind") == "market_maker")
    for row in makers_only.iter_rows(named=True):
        legs = [account for account in flow if account.split("@")[0] == row["agent"]]
        made = sum(flow[account] + worth[account] for account in legs) / ATOMS_PER_USD
        parts = ("coins", "perpetuals", "spread", "rehedge", "adl_price")
        assert sum(row[part] for part in parts) == pytest.approx(float(made), abs=1e-3)


def test_prices_of_adl_against_the_mark() -> None:
    accounts = pl.DataFrame(
        {
            "account": ["d.0@hub", "d.0@spot", "fund@hub"],
            "kind": ["basis_desk", "basis_desk", "venue"],
            "asset": ["USD"] * 3,
            "unit_usd": [1.0] * 3,
            "start_equity": [100.0, 50.0, 9.0],
            "end_equity": [130.0, 20.0, 9.0],
            "deposits_atoms": [5 * ATOMS_PER_USD, 0, 0],
            "fees_atoms": [-2 * ATOMS_PER_USD, -1 * ATOMS_PER_USD, 0],
            "funding_atoms": [3 * ATOMS_PER_USD, 0, 0],
            "spread_atoms": [1 * ATOMS_PER_USD, 0, 0],
            "crossing_atoms": [-3 * ATOMS_PER_USD, 0, 0],
            "rehedge_atoms": [0, -7 * ATOMS_PER_USD, 0],
            "adl": [40.0, 0.0, 0.0],
        }
    )
    # A short of four closed at 10 where the mark is 11: four dollars above what the mark would have given.
    adl = pl.DataFrame({"account": ["d.0@hub"], "mark": [11.0], "price": [10.0], "qty": [4.0]})
    row = pnl(accounts, adl, ["spot"]).row(0, named=True)
    assert (row["coins"], row["perpetuals"], row["fees"], row["funding"]) == (
        -22.0,
        22.0,
        -3.0,
        3.0,
    )
    assert (row["spread"], row["rehedge"]) == (-2.0, -7.0)
    assert sum(row[part] for part in PARTS) == row["total"]
    assert row["total"] == -5.0
    assert row["adl_price"] == 4.0
