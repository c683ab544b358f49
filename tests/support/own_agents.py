"""Behaviours a user might write, for tests: compiled, plain Python, and four that must be refused."""

from typing import Any

from unhedged.agents import orders
from unhedged.kernels.compiled import agent
from unhedged.kernels.tables import as_agent, as_observation
from unhedged.vocab.enums import Command, Side, TimeInForce


@agent
def quotes_one_bid(observation: int, me: int, out: int) -> int:
    """Keep one lot bid a hundred ticks below the best bid."""
    seen = as_observation(observation)
    as_agent(me).state[0] += 1.0
    if seen.bid[0] < 101:
        return 0
    return orders.limit(out, 0, 0, Side.BUY, seen.bid[0] - 100, 1, 0, TimeInForce.GTC)


def buys_one_lot(observation: Any, me: Any, out: Any) -> int:
    """Buy a lot at market at every turn; plain Python."""
    me["state"][0] += 1.0
    out[0]["command"] = Command.MARKET
    out[0]["side"] = Side.BUY
    out[0]["qty"] = 1
    out[0]["leg"] = 0
    out[0]["tag"] = -1
    return 1


@agent
def sends_too_many(observation: int, me: int, out: int) -> int:
    """Claim more messages than fit."""
    return 10_000


@agent
def divides_by_an_empty_book(observation: int, me: int, out: int) -> int:
    """Forget that a side may be empty."""
    return 1 // (as_observation(observation).bid_qty[0])


def returns_nonsense(observation: Any, me: Any, out: Any) -> int:
    """Return a negative count."""
    return -1


def leaves_the_process(observation: Any, me: Any, out: Any) -> int:
    """End everything."""
    raise SystemExit(0)
