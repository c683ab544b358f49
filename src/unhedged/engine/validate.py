"""A user's behaviour, tried before it is trusted.

The loop calls compiled behaviours by address, without a net: a wrong count or a stray write ends the process. So each is first
called through numba's own wrapper with a world of its own, and what it wrote is looked at.
"""

from typing import Any

import numpy as np

from unhedged.kernels.compiled import ByAddress
from unhedged.kernels.layout.columns import LEGS
from unhedged.kernels.memory import Memory
from unhedged.vocab.enums import Command, Side, TimeInForce
from unhedged.vocab.errors import PluginError

GUARD = 16
"""Rows behind `out` that must stay as they were."""
ROOM = 256
"""Messages a turn may send."""


def check_agent(behaviour: ByAddress) -> None:
    """Call a compiled behaviour on a market of two-sided books, and on one of empty ones.

    Raises
    ------
    PluginError
        It does not compile, raises, returns a count outside 0 to `ROOM`, writes beyond its messages, or writes one that no venue
        could read.
    """
    name = f"{behaviour.python.__module__}:{behaviour.python.__qualname__}"
    for empty in (False, True):
        memory = _small_world(empty=empty)
        out = memory["out"]
        before = out[ROOM:].tobytes()
        try:
            count = behaviour.checked(
                memory["observation"].ctypes.data, memory["agent"].ctypes.data, out.ctypes.data
            )
        except Exception as error:
            raise PluginError(
                f"fails when it is called: {error}",
                entry_point=name,
                hint="It must be f(int, int, int) -> int.",
            ) from error
        if not 0 <= count <= ROOM:
            raise PluginError(
                f"returned {count} messages; 0 to {ROOM} are allowed.", entry_point=name
            )
        if out[ROOM:].tobytes() != before:
            raise PluginError(f"wrote beyond the {ROOM} messages of a turn.", entry_point=name)
        _check_messages(out[:count], name)


def _small_world(*, empty: bool) -> Memory:
    memory = Memory({"observation": 1, "agent": 1, "parameter": 1, "out": ROOM + GUARD})
    seen = memory["observation"][0]
    seen["legs"], seen["t"] = LEGS, 10**9
    for column, value in (
        ("tick", 0.1),
        ("lot", 0.001),
        ("value", 100_000.0),
        ("mark_milli", 10**9),
    ):
        seen[column][:] = value
    for column, value in (("bid", 999_990), ("ask", 1_000_010), ("last", 1_000_000)):
        seen[column][:] = -1 if empty and column != "last" else value
    for column in ("bid_qty", "ask_qty", "index_milli", "equity"):
        seen[column][:] = 0 if empty else 10**9
    me = memory["agent"][0]
    me["legs"], me["tags"], me["period"] = LEGS, 200, 10**9
    me["parameters"] = memory["parameter"].ctypes.data
    return memory


def _check_messages(sent: np.ndarray[Any, Any], name: str) -> None:
    for row in sent:
        known = (
            int(row["command"]) in set(Command)
            and int(row["side"]) in set(Side)
            and int(row["force"]) in set(TimeInForce)
            and 0 <= int(row["leg"]) < LEGS
        )
        if not known:
            raise PluginError(
                "wrote a message with an unknown command, side, force or leg.", entry_point=name
            )
