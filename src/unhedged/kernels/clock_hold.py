"""The hold model of an event queue: take the next event, put one back; how long one turn takes at a given queue length.

Source: J. H. Kingston, Analysis of tree algorithms for the simulation event list, Acta Informatica 22 (1985), 15-33.
"""

import time
from typing import Any

from unhedged.kernels.clock import SLOTS, next_event, release_event, schedule
from unhedged.kernels.compiled import entry, helper, i8, u8
from unhedged.kernels.memory import Memory
from unhedged.kernels.tables import event, world
from unhedged.vocab.enums import EventKind

DELAY_BITS = 30
"""Delays are uniform below 2^30 ns: up to 1.07 s, half the horizon of the usual wheel."""
_KIND = int(EventKind.WAKE)
_SEED = 88172645463325252


@helper("int64(World)")
def _delay(w: Any) -> int:
    # xorshift64 (Marsaglia, 2003) in `state_hash`: cheap beside the queue, and nothing but the benchmark depends on it.
    x = w.state_hash
    x ^= x << u8(13)
    x ^= x >> u8(7)
    x ^= x << u8(17)
    w.state_hash = x
    return i8(x >> u8(64 - DELAY_BITS))


@entry("void(int64, int64)")
def fill_queue(address: int, pending: int) -> None:
    """Schedule ``pending`` events within the first 2^30 ns."""
    w = world(address)
    for n in range(pending):
        schedule(w, _delay(w), _KIND, n)


@entry("int64(int64, int64)")
def hold_events(address: int, turns: int) -> int:
    """Take the next event and schedule one after it, ``turns`` times. Return a digest of the order."""
    w = world(address)
    digest = i8(0)
    for _ in range(turns):
        row = next_event(w)
        e = event(w, row)
        w.now = e.t
        subject = e.subject
        digest = (digest * 31 + subject) & 0x7FFFFFFFFFFF
        release_event(w, row)
        schedule(w, w.now + 1 + _delay(w), _KIND, subject)
    return digest


def hold(pending: int, n: int, *, slots: int = SLOTS, repeats: int = 3) -> tuple[float, int]:
    """Return the time of one turn and a digest of the order of events.

    Parameters
    ----------
    pending : int
        Events that wait throughout.
    n : int
        Turns per measurement.
    slots : int
        Slots of the wheel, a power of two; with 1 nearly all events go through the heap.
    repeats : int
        Measurements, of which the fastest counts.

    Returns
    -------
    tuple of float and int
        CPU time of the thread in ns per turn, and the digest: equal for all ``slots``.
    """
    rows = pending + 1
    memory = Memory({"event": rows, "heap": rows, "slot": slots})
    memory.world["state_hash"] = _SEED
    address = memory.address
    fill_queue(address, pending)
    digest = hold_events(address, n)
    best = float("inf")
    for _ in range(repeats):
        start = time.thread_time_ns()
        hold_events(address, n)
        best = min(best, (time.thread_time_ns() - start) / n)
    return best, digest
