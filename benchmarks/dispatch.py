"""What it costs that rules are chosen by code while a market runs: everything that chooses, against a tenth of it.

Codes of a rulebook are read where marks, indices, funding and liquidations are worked out: at mark updates, never per order or
trade. So the loop with a mark a second stands beside the same loop with a mark every ten: what is saved is nine tenths of all that
choosing, and of the work that is chosen as well, which makes it an upper bound.
"""

import time
from collections.abc import Iterator

from benchmarks.side_by_side import Row, alternate, show
from unhedged.engine.buffers import Rows, make_room
from unhedged.engine.build import build
from unhedged.kernels import loop
from unhedged.scenario.load import load
from unhedged.vocab.enums import Reason

CALM = ["venue.hub.mark.interval=1s", "run.duration=2h"]
SELDOM = ["venue.hub.mark.interval=10s", "run.duration=2h"]
CHUNK = 500_000
SECOND = 1_000_000_000
WARM_UP = 60 * SECOND


def events_per_second(changes: list[str]) -> float:
    """Return events a CPU second of the scenario calm with ``changes``, the first simulated minute and room for rows left out."""
    built = build(load("calm", overrides=changes).plan(), 0)
    memory, rows = built.memory, Rows()
    loop.run(memory.address, 0)  # compiled before anything is timed
    spent, before = 0.0, 0
    while True:
        started = time.thread_time()
        reason = Reason(loop.run(memory.address, CHUNK))
        if int(memory.world["now"]) > WARM_UP:
            spent += time.thread_time() - started
        else:
            before = int(memory.world["events"])
        if reason == Reason.GROW:
            make_room(memory, rows)
        elif reason == Reason.END:
            return (int(memory.world["events"]) - before) / spent


def compare() -> Iterator[Row]:
    """Measure the loop both ways, turn by turn."""
    ours, theirs = alternate(lambda: events_per_second(CALM), lambda: events_per_second(SELDOM))
    yield Row(
        what="the loop, rules chosen at a mark a second", goal="at least 0.9 times", unit="events/s", ours=ours,
        beside="at a mark every ten seconds", theirs=theirs, more_is_better=True,
        note="scenario calm, 2 h; the difference holds the marks, samples and margin themselves: choosing by code costs less",
    )  # fmt: skip


if __name__ == "__main__":
    show(compare)
