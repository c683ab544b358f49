"""Hyperliquid's hourly funding, as the venue recorded it in March 2026, from its own premiums."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.answers import SHARED

from unhedged.rules.funding import funding_rate_hyperliquid

CAPTURES = SHARED / "api_captures_20260310"
COINS = ("btc", "sol", "xrp")
ROWS = 163
FINE = 10**13
"""Parts of the whole in which the formula is evaluated here: 10⁻⁹, the engine's, would round away what is tested."""


def rows(coin: str) -> list[dict[str, str]]:
    path: Path = CAPTURES / f"hyperliquid_funding_{coin}.json"
    if not path.exists():
        pytest.skip(
            f"../shared/data/{path.relative_to(SHARED)} is absent: collected data is not part of the repository"
        )
    found: list[dict[str, str]] = json.loads(path.read_bytes())
    assert len(found) == ROWS
    return found


def rate(premium: str, whole: int) -> int:
    # Interest 0.01 % per 8 h, clamp 0.05 %, cap 4 % an hour, in parts of `whole`.
    part = int(Decimal(premium) * whole)
    return funding_rate_hyperliquid(part, whole // 10_000, whole // 2_000, whole // 25)


@pytest.mark.parametrize("coin", COINS)
def test_formula_reproduces_every_recorded_rate_to_1e_10(coin: str) -> None:
    for row in rows(coin):
        found = Decimal(rate(row["premium"], FINE)) / FINE
        assert abs(found - Decimal(row["fundingRate"])) <= Decimal("1e-10"), row


@pytest.mark.parametrize("coin", COINS)
def test_in_the_engines_unit_the_rate_is_within_one_part(coin: str) -> None:
    for row in rows(coin):
        found = Decimal(rate(row["premium"], 10**9)) / 10**9
        assert abs(found - Decimal(row["fundingRate"])) <= Decimal("1.1e-9"), row


def test_rows_lie_on_both_sides_of_the_clamp() -> None:
    inside = [row["fundingRate"] == "0.0000125" for coin in COINS for row in rows(coin)]
    assert any(inside)
    assert not all(inside)
