"""What must be in place before the first event: resting triggers, the list of accounts to evaluate, first events."""

from typing import Any

import numpy as np

from unhedged.kernels.buckets import add_trigger
from unhedged.kernels.clock import SLOTS, add_event
from unhedged.kernels.compiled import entry
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import world
from unhedged.vocab.enums import AccountKind

__all__ = ["SLOTS", "add_event", "add_stop", "place_triggers", "watch_everybody"]


@entry("void(int64, int64, int64, int64, int64)")
def add_stop(address: int, p: int, kind: int, px_milli: int, rising: int) -> None:
    """Place a stop-loss, take-profit or panic trigger on position ``p``; see `buckets.add_trigger`."""
    add_trigger(world(address), p, kind, px_milli, rising, -1)


def place_triggers(memory: Memory, position: Any, px_milli: Any, kind: Any, rising: Any) -> None:
    """Place triggers, one per element of four arrays of equal length; liquidation triggers own the first rows."""
    memory.world["triggers_used"] = len(memory["position"])
    address = memory.address
    for row in zip(
        position.tolist(), kind.tolist(), px_milli.tolist(), rising.tolist(), strict=True
    ):
        add_stop(address, *row)


def watch_everybody(memory: Memory) -> None:
    """Put every trader's account at a venue with margin on the list of changed accounts.

    The first mark update of its venue then evaluates it and places its liquidation triggers.
    """
    accounts = memory["account"]
    margin = memory["venue"]["margin_on"][accounts["venue"]] == 1
    rows = np.flatnonzero((accounts["kind"] == AccountKind.TRADER) & margin)
    if len(rows):
        accounts["next_dirty"][rows] = np.append(rows[1:], -1)
        memory.world["first_dirty"] = rows[0]
