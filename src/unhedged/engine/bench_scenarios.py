"""The market of the loop benchmark, as a scenario.

Many small traders, each with an order flow of its own, and those who tie books together. No news: a benchmark is of the loop,
not of a story.
"""

from typing import Any

MAKERS, SPOT_MAKERS, ARBITRAGEURS, DESKS = 6, 4, 6, 4
"""Agents per thousand; all others are `background`."""
HOLDERS = 100
"""Passive leveraged accounts per thousand agents: the long side that the desks are short against."""
FLOW = {
    "kind": "background",
    "capital": "$5M",
    "limit_rate": "0.5/s",
    "market_rate": "0.05/s",
    "cancel_rate": "0.06/s",
    "orders": 4,
    "patient_orders": 0,
    "size": "$10k",
    "market_size": "$5k",
    "order_latency": "1ms",
    "order_jitter": "9ms",
    "data_latency": "2ms",
}
"""About a message a second from each, 60 % limit orders, and half of its eight orders in the book at any time."""


def loop_scenario(*, books: int = 2, agents: int = 10_000, seconds: int = 36_000) -> dict[str, Any]:
    """Return a scenario with ``agents`` active agents on ``books`` books, half perpetuals with margin, half spot.

    Parameters
    ----------
    books : int
        An even number: each coin has one perpetual and one spot book.
    agents : int
        Active agents in all; the flow takes what makers, arbitrageurs and desks leave.
    seconds : int
        Simulated time; the benchmark stops after a number of events.
    """
    coins = [f"C{n:02d}" for n in range(books // 2)]
    groups: list[dict[str, Any]] = []
    for n, coin in enumerate(coins):
        mine = agents * (n + 1) // len(coins) - agents * n // len(coins)
        groups += _groups(coin, mine, agents // len(coins))
    return {
        "schema": 1,
        "name": "bench-loop",
        "title": "Speed of the loop",
        "description": "How many events a second does one core handle?",
        "run": {"duration": f"{seconds}s", "seed": 1, "replicates": 1, "record_every": "1s"},
        "asset": [{"id": coin, "start": "$100_000", "volatility": "40%"} for coin in coins],
        "venue": [_venue("hub", "binance-usdm@2025-10-10"), _venue("spot", "spot@generic")],
        "instrument": [_perpetual(coin, _part(agents // len(coins), HOLDERS)) for coin in coins]
        + [_spot(coin) for coin in coins],
        "agent": groups,
    }


def _venue(name: str, rulebook: str) -> dict[str, Any]:
    # A gateway that keeps up: a queue that grows without end would be a story too.
    venue: dict[str, Any] = {
        "id": name,
        "rulebook": rulebook,
        "gateway": {"rate": "1_000_000/s"},
    }
    return venue | ({"fund": {"start": "$200M"}} if name == "hub" else {})


def _perpetual(coin: str, holders: int) -> dict[str, Any]:
    return {
        "id": f"hub/{coin}",
        "asset": coin,
        "kind": "linear",
        "tick_size": 1.0,
        "lot_size": 0.001,
        "tiers": "BTCUSDT",
        "open_interest": f"${holders}M",
    }


def _spot(coin: str) -> dict[str, Any]:
    return {
        "id": f"spot/{coin}",
        "asset": coin,
        "kind": "spot",
        "tick_size": 1.0,
        "lot_size": 0.00001,
    }


def _part(agents: int, per_thousand: int) -> int:
    return max(1, agents * per_thousand // 1000)


def _groups(coin: str, agents: int, share: int) -> list[dict[str, Any]]:
    hub, spot = f"hub/{coin}", f"spot/{coin}"

    tied: list[dict[str, Any]] = [
        {"id": f"maker-{coin}", "kind": "market_maker", "count": _part(share, MAKERS), "quotes": hub, "hedge": spot},
        {"id": f"spot-maker-{coin}", "kind": "market_maker", "count": _part(share, SPOT_MAKERS), "quotes": spot, "hedge": hub},
        {"id": f"arb-{coin}", "kind": "cross_venue", "count": _part(share, ARBITRAGEURS), "instruments": [hub, spot]},
        {"id": f"desk-{coin}", "kind": "basis_desk", "count": _part(share, DESKS), "spot": spot, "short": hub, "holds": "100%"},
    ]  # fmt: skip
    for group in tied:
        group["capital"] = "$20M"
    flow = max(2, agents - sum(group["count"] for group in tied))
    return [
        {"id": f"flow-hub-{coin}", **FLOW, "count": flow - flow // 2, "instrument": hub},
        {"id": f"flow-spot-{coin}", **FLOW, "count": flow // 2, "instrument": spot},
        *tied,
        {"id": f"longs-{coin}", "kind": "leveraged", "count": _part(share, HOLDERS), "instruments": hub, "long": "100%", "holds": "100%", "leverage": 3.0, "largest": "100%"},
    ]  # fmt: skip
