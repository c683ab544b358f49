"""Pro-rata policies are those of fractions, by the claim each is named after."""

from fractions import Fraction

import numpy as np
import pytest
from tests.support.winners import as_plain, seeds, winners_with

from unhedged.adl.checking import draw_winners
from unhedged.adl.pro_rata import (
    contract_pro_rata,
    equity_pro_rata,
    leverage_pro_rata,
    profit_pro_rata,
)
from unhedged.reference import allocation as plain

CLAIMS = {
    contract_pro_rata: lambda one: Fraction(one["qty"]),
    profit_pro_rata: lambda one: Fraction(max(0, one["unrealised"])),
    equity_pro_rata: lambda one: Fraction(max(0, one["equity"])),
}


@pytest.mark.parametrize("policy", CLAIMS)
def test_pro_rata_is_exact(policy):
    for seed in seeds():
        random = np.random.default_rng(seed)
        for _ in range(60):
            winners = draw_winners(random)
            # Cut so that no weight loses bits: then fractions must agree to the lot.
            for column in ("unrealised", "equity"):
                winners[column] >>= 8
            lots = int(random.integers(1, winners["qty"].sum() + 1))
            rows = as_plain(winners)
            claims = [CLAIMS[policy](one) for one in rows]
            assert policy(winners, lots).tolist() == plain.close_in_proportion(rows, lots, claims)


def test_leverage_pro_rata_is_right_to_the_lot():
    for seed in seeds():
        random = np.random.default_rng(seed)
        for _ in range(60):
            winners = draw_winners(random)
            winners["qty"] = np.minimum(winners["qty"], 10**9)
            lots = int(random.integers(1, winners["qty"].sum() + 1))
            rows = as_plain(winners)
            claims = [
                Fraction(one["notional"] * max(0, one["unrealised"]), one["equity"])
                if one["equity"] > 0
                else Fraction(0)
                for one in rows
            ]
            found = leverage_pro_rata(winners, lots)
            expected = plain.close_in_proportion(rows, lots, claims)
            assert np.abs(found - expected).max() <= 1


def test_who_has_no_profit_closes_when_all_others_are_closed():
    winners = winners_with([5, 5, 10], unrealised=[10, 30, -40])
    assert profit_pro_rata(winners, 4).tolist() == [1, 3, 0]
    assert profit_pro_rata(winners, 10).tolist() == [5, 5, 0]
    assert profit_pro_rata(winners, 14).tolist() == [5, 5, 4]
    assert profit_pro_rata(winners, 99).tolist() == [5, 5, 10]
