"""A hand-made situation: one agent, what it sees, and the messages it writes. No market."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numba import njit, types

from unhedged.agents import cells, rows
from unhedged.kernels.compiled import call_agent
from unhedged.kernels.layout.agents import AGENT, MESSAGE, OBSERVATION, PARAMETER
from unhedged.scenario.resolve import parameter
from unhedged.vocab.enums import Command, Side, TimeInForce

SECOND = 1_000_000_000
TICK = 0.1
LOT = 0.001
PX = 1_000_000  # ticks: $100,000


@njit(types.int64(types.int64, types.int64, types.int64, types.int64))
def call(address: int, seen: int, me: int, out: int) -> int:
    return call_agent(address, seen, me, out)


@dataclass(frozen=True)
class Message:
    command: Command
    leg: int
    side: Side
    px: int
    qty: int
    tag: int
    force: TimeInForce


class Situation:
    """One agent of a spec; set fields of ``seen`` and ``me``, then call ``turn``."""

    def __init__(self, behave: Any, spec: Any, legs: int) -> None:
        self._seen = np.zeros(1, OBSERVATION)
        self._me = np.zeros(1, AGENT)
        self._row = np.zeros(1, PARAMETER)
        self._out = np.zeros(80, MESSAGE)
        self._behave = behave
        self.seen, self.me = self._seen[0], self._me[0]
        self.spec = spec
        params = {name: parameter(getattr(spec, name)) for name in type(spec).model_fields}
        self.of = self._row[0]["of"]
        self.of[:] = rows.fill(spec.kind, params, lambda _, value: mean_of(value))
        self.of[cells.ACCOUNTS] = float((1 << legs) - 1)
        self.me["key"], self.me["legs"], self.me["tags"] = 7, legs, rows.tags(spec.kind, params)
        self.me["parameters"] = self._row.ctypes.data
        self.me["order_latency"], self.me["period"] = 20_000_000, SECOND
        self.state = self.me["state"]
        self.seen["legs"] = legs
        for leg in range(legs):
            self.seen["tick"][leg], self.seen["lot"][leg] = TICK, LOT
            self.seen["value"][leg] = PX * TICK
            self.seen["mark_milli"][leg] = self.seen["index_milli"][leg] = 1000 * PX
            self.book(leg, PX - 5, PX + 5)

    def book(self, leg: int, bid: int, ask: int, qty: int = 1000) -> None:
        """Show a touch; -1 for an empty side."""
        self.seen["bid"][leg], self.seen["ask"][leg] = bid, ask
        self.seen["bid_qty"][leg] = qty if bid > 0 else 0
        self.seen["ask_qty"][leg] = qty if ask > 0 else 0

    def own(self, leg: int, lots: int) -> None:
        """Let the agent hold coins it was stocked with."""
        self.seen["pos"][leg] = lots
        self.of[cells.NEUTRAL + leg] = lots

    def usd(self, leg: int, dollars: float) -> None:
        """Set the equity behind a leg."""
        self.seen["equity"][leg] = round(dollars * 1e6)

    def rest(self, seconds: float) -> None:
        """Let time pass."""
        self.seen["t"] += round(seconds * SECOND)

    def turn(self, seconds: float = 0.0) -> list[Message]:
        """Let time pass, give the agent its turn, return what it wrote."""
        self.rest(seconds)
        self._out["tag"] = 77_777  # anything not written shows
        count = call(
            self._behave.address,
            self._seen.ctypes.data,
            self._me.ctypes.data,
            self._out.ctypes.data,
        )
        assert 0 <= count <= 64
        written = [
            Message(
                Command(int(m["command"])),
                int(m["leg"]),
                Side(int(m["side"])),
                int(m["px"]),
                int(m["qty"]),
                int(m["tag"]),
                TimeInForce(int(m["force"])),
            )
            for m in self._out[:count]
        ]
        for m in written:
            assert m.tag == -1 or 0 <= m.tag < max(self.me["tags"], self.me["legs"])
            if m.command == Command.LIMIT:
                assert m.px >= 1
                assert m.qty >= 1
        return written


def mean_of(value: Any) -> float:
    """Return the number itself; of a law its middle value."""
    if isinstance(value, int | float):
        return float(value)
    return float(value.parameters.get("median", value.parameters.get("values", (0,))[0]))


@pytest.fixture
def situation() -> Any:
    """Return the maker of situations: ``situation(behave, spec, legs)``."""
    return Situation
