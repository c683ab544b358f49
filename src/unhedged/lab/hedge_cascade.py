"""The smallest cascade that runs through broken hedges: liquidations close shorts by ADL, and what hedged them is sold.

Nobody bids for the perpetual and the fund is empty, so all that is liquidated is closed against shorts, in equal shares. Of them
a share ``h`` hedges coins and sells those at once into a spot book of equal bids that nobody refills; the mark is the spot price. Each
tick the spot price falls liquidates ``ρ`` coins; each coin liquidated sells ``h φ`` coins of spot; so all sold there is
``(Q - h φ ρ x0) / (1 - h φ ρ / D_s)``: the part of the two-type condition that goes through the hedge.

Source: branching matrix of liquidations and hedge unwinds; with all liquidated notional closed by ADL its largest eigenvalue squared
is ``h φ β ρ / D_s``, here with pass-through ``β = 1``. The set-up is ours.
"""

from dataclasses import dataclass
from typing import Any

from unhedged.lab import linear_cascade as linear
from unhedged.lab.linear_cascade import FIRST, LAST, PER_LEVEL, STEP
from unhedged.scenario.load import load

DENSITY = 8.0
"""Coins liquidated per tick of fall."""
DESKS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeCascade:
    """What the loop through the hedges did with a sale of spot."""

    branching: float  # h φ ρ / D_s
    expected: float  # coins of spot sold in all, by the formula
    sold: float  # and as it happened


def scenario(hedged: float, sells: float) -> dict[str, Any]:
    """Return the market in which a share ``hedged`` of the short side holds coins, and a share ``sells`` of those answers by selling."""
    ticks = list(range(FIRST, LAST, STEP))
    made = linear.scenario(DENSITY / PER_LEVEL)
    spot = {"instruments": "spot/BTC"}
    book, seller = ({**block, **spot} for block in made["agent"][:2])
    longs = [linear.account(tick, 1 / len(ticks)) for tick in ticks]
    desk = {
        "id": "desk", "kind": "basis_desk", "count": DESKS, "spot": "spot/BTC", "short": "hub/BTC-PERP", "capital": "$10M",
        "leverage": 0.2, "holds": f"{hedged * 100:g}%", "sell": f"{sells * 100:g}%", "resell": "0%", "reaction": "1ms",
        "period": "20ms", "slice": "$1bn", "slippage": "90%", "order_latency": "1ms", "order_jitter": "0ms", "data_latency": "1ms",
    }  # fmt: skip
    rest = {
        "id": "shorts", "kind": "leveraged", "count": 10, "instruments": "hub/BTC-PERP", "long": "0%",
        "holds": f"{100 - hedged * 100:g}%", "leverage": 0.2, "largest": "100%",
    }  # fmt: skip
    blocks = [book, seller, *longs]
    blocks += [desk] if hedged > 0 else []
    blocks += [rest] if hedged < 1 else []
    return {**made, "name": "hedge-cascade", "venue": _venues(), "agent": blocks}


def _venues() -> list[dict[str, Any]]:
    # The mark is the index, which is the last trade of spot; what is liquidated goes to the empty fund, then to the shorts.
    return [
        {
            "id": "hub",
            "rulebook": "binance-usdm@2025-10-10",
            "maker_fee": "0%",
            "taker_fee": "0%",
            "mark": {"form": "oracle", "interval": "100ms"},
            "fund": {"start": "$0"},
            "liquidation": {"fee": "0%"},
            "adl": {"policy": "contract-pro-rata-v1", "price": "mark"},
        },
        {"id": "spot", "rulebook": "spot@generic", "maker_fee": "0%", "taker_fee": "0%"},
    ]


def hedge_cascade(hedged: float, sells: float) -> HedgeCascade:
    """Run the loop and return what was expected and what happened.

    Parameters
    ----------
    hedged : float
        ``h``, share of the short side that hedges coins, 0 to 1.
    sells : float
        ``φ``, share of desks that sell, 0 to 1; ``h φ ρ / D_s`` below about 0.85.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    tables = run_replicate(load(scenario(hedged, sells)).plan(), 0).tables
    book = tables["series"].filter(tables["series"]["instrument"] == "spot/BTC")
    per_tick = hedged * sells * DENSITY
    return HedgeCascade(
        branching=per_tick / PER_LEVEL,
        expected=(linear.INITIAL - per_tick * FIRST) / (1.0 - per_tick / PER_LEVEL),
        sold=float(book["volume"][-1]),
    )
