"""The smallest cascade there is: a book of equal bids that nobody refills, and accounts spread evenly over prices.

A sale of ``Q`` moves the price by ``Q / D``, with ``D`` the coins bid per tick; each tick it falls liquidates ``ρ`` coins more,
which are sold into the same book. All sold is then ``(Q - ρ x0) / (1 - n)`` with the branching ratio ``n = ρ / D`` and ``x0``
the distance of the first account: the geometric series, here through the engine's own books, marks and liquidations.

Source: models of cascades as branching processes; the scalar case of the two-type condition in Cont and Wagalath, Running for
the exit, Mathematical Finance 23 (2013). The set-up is ours.
"""

from dataclasses import dataclass
from typing import Any

from unhedged.scenario.load import load
from unhedged.vocab.enums import Command, Side, TimeInForce

START = 100_000
TICK = 10
LEVELS = 1_000
"""Bids, one a tick: a tenth of the price."""
PER_LEVEL = 10.0
"""Coins bid per tick."""
FIRST, LAST, STEP = 10, 810, 5
"""Ticks below the start at which accounts are liquidated."""
MAINTENANCE = 0.005
LOTS = 1_000
"""Lots per coin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearCascade:
    """What a linear book did with a sale."""

    branching: float
    initial: float  # coins sold from outside
    expected: float  # coins sold in all, by the formula
    sold: float  # and as it happened
    liquidated: int  # accounts


BOOK_STANDS = 40 * 10**9
"""ns: agents begin after half a minute, and the bids come in batches."""


def linear_bids(_seen: Any, me: Any, out: Any) -> int:
    """Place the book's bids, as many a turn as messages fit, from the top; then rest."""
    placed = int(me["state"][0])
    count = min(len(out), LEVELS - placed)
    for n in range(count):
        out[n]["command"], out[n]["side"], out[n]["force"] = (
            Command.LIMIT,
            Side.BUY,
            TimeInForce.GTC,
        )
        out[n]["px"] = START // TICK - 1 - placed - n
        out[n]["qty"], out[n]["leg"], out[n]["tag"] = int(PER_LEVEL * LOTS), 0, -1
    me["state"][0] += count
    return count


def slow_sale(seen: Any, me: Any, out: Any) -> int:
    """Sell a tick of the book a turn, once the book stands, until `INITIAL` coins are sold.

    Slowly, because an account past its bankruptcy price finds no bid there: then the fund would take it over, and sell nothing.
    """
    if seen["t"] < BOOK_STANDS or me["state"][0] >= INITIAL:
        return 0
    me["state"][0] += PER_LEVEL
    out[0]["command"], out[0]["side"] = Command.MARKET, Side.SELL
    out[0]["qty"], out[0]["leg"], out[0]["tag"] = int(PER_LEVEL * LOTS), 0, -1
    return 1


INITIAL = 1_000.0
"""Coins of the sale: a hundred ticks of the book."""


def scenario(branching: float) -> dict[str, Any]:
    """Return the market in which each tick of fall liquidates ``branching`` times what a tick of the book holds."""
    ticks = list(range(FIRST, LAST, STEP))
    coins = branching * PER_LEVEL * STEP  # of each account
    tier = {"above": "$0", "initial": "0.55%", "maintenance": "0.5%"}
    custom = {
        "kind": "custom",
        "instruments": "hub/BTC-PERP",
        "capital": "$20bn",
        "order_latency": "1ms",
        "order_jitter": "0ms",
    }
    here = "unhedged.lab.linear_cascade"
    return {
        "schema": 1,
        "name": "linear-cascade",
        "run": {"duration": "3m", "replicates": 1, "record_every": "1s"},
        "asset": [{"id": "BTC", "start": f"${START}"}],
        "venue": [_venue(), {"id": "spot", "rulebook": "spot@generic"}],
        "instrument": [
            {
                "id": "hub/BTC-PERP", "asset": "BTC", "kind": "linear", "tick_size": TICK, "lot_size": 1 / LOTS,
                "tiers": [tier], "open_interest": f"${round(coins * len(ticks) * START)}", "band": "0%", "max_order": "$100bn",
            },
            {"id": "spot/BTC", "asset": "BTC", "kind": "spot", "tick_size": TICK, "lot_size": 1 / LOTS},
        ],
        "agent": [
            {"id": "book", "behaviour": f"{here}:linear_bids", "period": "100ms", **custom},
            {"id": "seller", "behaviour": f"{here}:slow_sale", "period": "500ms", **custom},
            {"id": "shorts", "kind": "leveraged", "count": 10, "instruments": "hub/BTC-PERP", "long": "0%", "holds": "100%",
             "leverage": 0.5, "largest": "100%"},
            *(account(tick, 1 / len(ticks)) for tick in ticks),
        ],
    }  # fmt: skip


def _venue() -> dict[str, Any]:
    # The mark is the last trade: there are no asks. A whole position is sold at once, and selling costs nothing.
    return {
        "id": "hub",
        "rulebook": "binance-usdm@2025-10-10",
        "maker_fee": "0%",
        "taker_fee": "0%",
        "mark": {"form": "mid", "interval": "100ms"},
        "fund": {"start": "$1bn"},
        "liquidation": {"fee": "0%"},
        "funding": {"interval": "8h"},
    }


def account(tick: int, share: float) -> dict[str, Any]:
    """Return an account liquidated ``tick`` ticks below the start: where ``1/L - x`` is the maintenance of what is left."""
    x = tick * TICK / START
    return {
        "id": f"long-{tick}",
        "kind": "leveraged",
        "instruments": "hub/BTC-PERP",
        "long": "100%",
        "holds": f"{share * 100:.9f}%",
        "leverage": 1.0 / (x + MAINTENANCE * (1.0 - x)),
        "largest": "100%",
    }


def linear_cascade(branching: float) -> LinearCascade:
    """Run the cascade with a branching ratio below one and return what was expected and what happened.

    Parameters
    ----------
    branching : float
        ``n = ρ / D``, 0 < n < 1; the cascade must end within the book: ``n`` up to about 0.85.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    tables = run_replicate(load(scenario(branching)).plan(), 0).tables
    book = tables["series"].filter(tables["series"]["instrument"] == "hub/BTC-PERP")
    density = branching * PER_LEVEL
    return LinearCascade(
        branching=branching,
        initial=INITIAL,
        expected=(INITIAL - density * FIRST) / (1.0 - branching),
        sold=float(book["volume"][-1]),
        liquidated=int(tables["liquidations"]["account"].n_unique()),
    )
