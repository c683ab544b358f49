"""What a venue sees of a hedge, compiled and in plain Python, on random holdings of a few owners; and across venues, by hand."""

import numpy as np
import pytest
from tests.support.market import FIRST_TRADER, Market
from tests.support.plain_market import PlainMarket
from tests.support.tiny import TINY

from unhedged.engine.build import build
from unhedged.kernels.compiled import entry
from unhedged.kernels.hedges import visible_hedge
from unhedged.kernels.tables import world
from unhedged.scenario.load import load
from unhedged.vocab.enums import InstrumentKind


@entry("int64(int64, int64)")
def hedge_of(address, p):
    return visible_hedge(world(address), p)


def market(random):
    owners = np.sort(random.integers(50, 54, 8))
    contracts = [
        {"mark": int(random.integers(10**5, 10**7)), "num": 10_000, "den": 1, "tiers": [(0, 10**7, 2 * 10**7, 0)], "asset": n // 2}
        for n in range(4)
    ]  # fmt: skip
    accounts = []
    for owner in owners.tolist():
        lots = {n: int(random.integers(-50, 51)) for n in range(4) if random.random() < 0.7}
        accounts.append(
            {
                "cash": 10**12,
                "owner": owner,
                "positions": {n: (q, q * 10**6) for n, q in lots.items()},
            }
        )
    rest = {n: -sum(a["positions"].get(n, (0, 0))[0] for a in accounts) for n in range(4)}
    accounts.append({"cash": 0, "positions": {n: (q, 0) for n, q in rest.items()}})
    return Market(venue={}, instruments=contracts, accounts=accounts)


@pytest.mark.parametrize("seed", range(12))
def test_compiled_and_plain_see_the_same_hedges(seed):
    found = market(np.random.default_rng(seed))
    plain = PlainMarket(found, lambda facts: 0.0)
    seen = []
    for account in plain.clearing.ledger.accounts[FIRST_TRADER:]:
        for i in account.open():
            seen.append(plain.clearing.hedge(account, i))
            assert hedge_of(found.address, found.slot(account.row, i)) == seen[-1]
    assert any(seen)
    assert not all(seen)


@pytest.mark.parametrize("sees", [(), ("spot",)])
def test_coins_on_a_venue_in_view_are_a_hedge(sees):
    built = build(load(TINY, overrides=[f"venue.hub.adl.sees={list(sees)}"]).plan(), 0)
    memory = built.memory
    assert memory["venue"]["sees"].tolist() == ([0b10, 0] if sees else [0, 0])
    kinds = memory["instrument"]["kind"][memory["position"]["instrument"]]
    owners = memory["account"]["owner"][memory["position"]["account"]]
    shorts = np.flatnonzero((kinds == InstrumentKind.LINEAR) & (memory["position"]["pos"] < 0))
    hedges = [hedge_of(memory.address, int(p)) for p in shorts]
    coins = [((owners == owners[p]) & (kinds == InstrumentKind.SPOT) & (memory["position"]["pos"] > 0)).any() for p in shorts]  # fmt: skip
    assert any(coins)
    assert [hedge > 0 for hedge in hedges] == [bool(coin and sees) for coin in coins]
    n = memory["instrument"][memory["position"]["instrument"][shorts]]
    worth = -memory["position"]["pos"][shorts] * n["mark_milli"] * n["num"] // n["den"] // 1000
    assert all(h <= w + 1 for h, w in zip(hedges, worth.tolist(), strict=True))
