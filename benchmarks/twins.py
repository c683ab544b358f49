"""One small market of the loop benchmark twice: in the compiled loop, and in the plain one that tests hold it against."""

import time

from tests.support.plain_world import twin_of
from tests.support.unfold import behaviour

from benchmarks.side_by_side import Row, alternate
from unhedged.engine.bench_scenarios import loop_scenario
from unhedged.engine.buffers import Rows, make_room
from unhedged.engine.build import build
from unhedged.kernels import loop as compiled_loop
from unhedged.kernels.memory import Memory
from unhedged.reference import loop as plain_loop
from unhedged.reference.world import World
from unhedged.scenario.load import load
from unhedged.vocab.enums import Reason
from unhedged.vocab.registry import pick

COUNTED = ("events", "messages", "trades", "rejects")


class Twins:
    """One market of the loop benchmark, compiled and plain, at the same event."""

    def __init__(self, agents: int) -> None:
        plan = load(loop_scenario(books=2, agents=agents)).plan()
        self.memory: Memory = build(plan, 0).memory
        self.rows = Rows()
        acting = [group for group in plan.agents if group.kind != "leveraged"]
        behaviours = [behaviour(pick("agents", g.kind)) for g in acting for _ in range(g.count)]
        # Nobody is deleveraged in this market, so its policies are not needed.
        self.plain: World = twin_of(self.memory, [None] * len(plan.venues), behaviours)

    def open(self, second: int) -> None:
        """Run both to about that simulated second."""
        while int(self.memory.world["now"]) < second * 10**9:
            self.run_compiled(500)
            self.run_plain(500)

    def run_compiled(self, events: int) -> float:
        """Handle that many events in the compiled loop; return events a second."""
        world, seconds, left = self.memory.world, 0.0, events
        while left > 0:
            before, started = int(world["events"]), time.thread_time()
            reason = compiled_loop.run(self.memory.address, left)
            seconds += time.thread_time() - started
            left -= int(world["events"]) - before
            if reason == Reason.GROW:
                make_room(self.memory, self.rows)
            elif reason != Reason.PAUSE:
                raise RuntimeError(f"the market stopped early: {Reason(reason).name}")
        return events / seconds

    def run_plain(self, events: int) -> float:
        """Handle that many events in the plain loop; return events a second."""
        started = time.thread_time()
        for _ in range(events):
            plain_loop.step(self.plain)
        return events / (time.thread_time() - started)

    def counters(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return what the compiled loop counts, and what the plain one counts."""
        compiled = {name: int(self.memory.world[name]) for name in COUNTED}
        return compiled, {name: getattr(self.plain, name) for name in COUNTED}


def beside_twin(twins: Twins, *, second: int, step: int) -> Row:
    """Measure a small market beside its twin, both from simulated ``second`` on and ``step`` events each round.

    Raises
    ------
    ArithmeticError
        The twins count other events, messages, trades or refusals.
    """
    twins.open(second)
    ours, theirs = alternate(lambda: twins.run_compiled(step), lambda: twins.run_plain(step))
    compiled, plain = twins.counters()
    if compiled != plain:
        raise ArithmeticError(f"compiled {compiled}, plain {plain}")
    counted = ", ".join(f"{compiled[name]:,} {name}" for name in COUNTED)
    return Row(
        what=f"loop 2 books, {len(twins.plain.agents)} agents",
        unit="events/s",
        more_is_better=True,
        ours=ours,
        beside="plain Python twin",
        theirs=theirs,
        note=f"both count the same {counted}",
    )
