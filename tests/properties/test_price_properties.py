"""Laws of index, mark and funding under every rulebook, on drawn quotes and positions; compiled and plain world together."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.price_market import CROWD, PriceMarket

from unhedged.rules import index_price
from unhedged.vocab.enums import Side

SECOND = 1_000_000_000
BOOKS = (
    "binance-usdm@2025-09-17", "binance-usdm@2025-10-10", "bybit-linear@2025-10-10", "okx-swap@2025-10-10",
    "bitmex@2025-10-10", "deribit-linear@2025-10-10", "dydx-v4@2025-10-10", "hyperliquid@2025-10-10", "lighter@2025-10-10",
)  # fmt: skip
CENTS = st.integers(8_000, 12_000)
WEIGHT = st.integers(1, 100)
LOTS = st.integers(-1_000, 1_000)


@cache
def market_of(rulebook: str, limit: str = "0%") -> PriceMarket:
    traders = [{"id": f"t{n}", "pos": 0, "wallet": 1e9} for n in range(4)]
    vault = {"vault": {}} if rulebook.startswith("hyper") else {}
    given = {
        "rulebook": rulebook,
        "sources": {"a": 1, "b": 1, "c": 1},
        "accounts": traders,
        "set": {"mark": {"limit": limit}, **vault},
    }
    return PriceMarket(given)


def quote_all(market: PriceMarket, cents: list[int]) -> int:
    """Write a quote of each source a second after the last one and return that time, ns."""
    for feed in market.memory["feed"][1:4]:
        feed["written"] %= 1_000  # the ring is never read that far back
    t = market.plain.clock.now + SECOND
    for name, px in zip(market.sources, cents, strict=True):
        market.quote(name, t, px / 100, px / 100, px / 100)
    return t


@settings(max_examples=60, deadline=None)
@given(st.lists(CENTS, min_size=3, max_size=3), st.lists(WEIGHT, min_size=3, max_size=3))
def test_three_sources_give_the_index_of_the_rule(cents, weights) -> None:
    prices = [1_000 * px for px in cents]
    for rulebook, expected in (
        ("binance-usdm@2025-10-10", index_price.index_three_sources(*prices, *weights, 50_000_000)),
        ("okx-swap@2025-10-10", index_price.weighted_median3(*prices, *weights)),
    ):
        market = market_of(rulebook)
        rows = market.memory["source"][:3]
        rows["weight"] = weights
        market.perp.sources = [
            (i, w, num, den)
            for (i, _, num, den), w in zip(market.perp.sources, weights, strict=True)
        ]
        market.update(quote_all(market, cents))
        assert [found["index"] for found in market.prices()] == [expected / 100_000] * 2


@settings(max_examples=60, deadline=None)
@given(st.lists(CENTS, min_size=3, max_size=3))
def test_clipped_equal_mean_is_that_of_the_clipped_prices(cents) -> None:
    market = market_of("deribit-linear@2025-10-10")
    middle = 1_000 * sorted(cents)[1]
    reach = middle * 5 // 1_000
    total = sum(max(middle - reach, min(middle + reach, 1_000 * px)) for px in cents)
    market.update(quote_all(market, cents))
    assert [found["index"] for found in market.prices()] == [total // 3 / 100_000] * 2


@pytest.mark.parametrize("rulebook", BOOKS)
@settings(max_examples=25, deadline=None)
@given(cents=st.lists(CENTS, min_size=3, max_size=3), last=CENTS)
def test_mark_stays_within_its_limit_of_the_index(rulebook, cents, last) -> None:
    market = market_of(rulebook, limit="0.7%")
    market.trade(last / 100)
    market.update(quote_all(market, cents))
    ours, theirs = market.prices()
    assert ours == theirs
    row = market.memory["instrument"][0]
    mark, index = int(row["mark_milli"]), int(row["index_milli"])
    assert Fraction(abs(mark - index), index) <= Fraction(7, 1_000)


@pytest.mark.parametrize("rulebook", BOOKS)
@settings(max_examples=25, deadline=None)
@given(
    cents=st.lists(CENTS, min_size=3, max_size=3),
    lots=st.lists(LOTS, min_size=4, max_size=4),
    rate=st.integers(-(4 * 10**7), 4 * 10**7),
)
def test_funding_sums_to_zero_with_the_rounding_account_which_never_pays(
    rulebook, cents, lots, rate
) -> None:
    market = market_of(rulebook)
    hold(market, lots)
    drive(market, rate)
    market.update(quote_all(market, cents))
    before, kept = paid(market), rounding(market)
    market.settle(market.plain.clock.now)
    after = paid(market)
    assert market.paid_in_all() == 0
    assert 0 <= rounding(market) - kept <= 2 * (len(lots) + 1)
    ours, theirs = market.prices()
    assert ours == theirs
    signs = [
        (b - a) * pos * ours["rate_ppb"]
        for a, b, pos in zip(before, after, [*lots, -sum(lots)], strict=True)
    ]
    assert min(signs) >= 0  # a positive rate is paid by longs


def hold(market: PriceMarket, lots: list[int]) -> None:
    for name, pos in zip(market.names, [*lots, -sum(lots)], strict=True):
        market.memory["position"]["pos"][market.slot(name)] = pos
        next(s for s in market.perp.seats if s.number == market.slot(name)).holding.pos = pos


def drive(market: PriceMarket, premium: int) -> None:
    """Let the samples so far have had one premium."""
    row, x = market.memory["instrument"][0], market.perp
    row["premium_samples"] = x.premium_samples = 1
    row["premium_sum"] = x.premium_sum = premium
    row["votes"] = 0
    x.ballot.clear()


def rounding(market: PriceMarket) -> int:
    return int(market.memory["account"]["cash"][market.rounding()])


def paid(market: PriceMarket) -> list[float]:
    both = [market.accounts(name) for name in market.names]
    assert all(ours["paid"] == theirs["paid"] for ours, theirs in both)
    return [ours["paid"] for ours, _ in both]


@pytest.mark.parametrize("rulebook", BOOKS)
def test_a_book_that_mirrors_itself_around_the_index_has_no_premium(rulebook) -> None:
    given = {"rulebook": rulebook, "accounts": [{"id": "t0", "pos": 10, "wallet": 1e9}]}
    given["set"] = {"vault": {}} if rulebook.startswith("hyper") else {}
    market = PriceMarket(given)
    market.trade(100.0)
    for distance, qty in ((1, 40), (5, 30), (90, 500)):
        market.order("buy", 100 - distance / 100, qty)
        market.order("sell", 100 + distance / 100, qty)
    for second in range(1, 130):
        market.quote("a", second * SECOND, 99.99, 100.01, 100.0)
        market.update(second * SECOND)
        assert market.memory["instrument"]["premium_sum"][0] == market.perp.premium_sum == 0
    assert market.perp.premium_samples > 0
    assert len(market.perp.sides[Side.BUY].at) == 3
    assert market.names[-1] == CROWD
