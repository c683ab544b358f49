"""The compiled loop against the plain one: every event of small worlds with everything in them, and all that it leaves.

Compared after every event: its time, kind and subject, the counters of messages, trades, refusals, cases, the code of the
latest refusal, and every mark and index. After every batch: every fill, transfer, forced step and recorded row, every balance,
position and working order, and what agents remember.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from tests.support.hedge_world import hedge_scenario
from tests.support.inverse_world import inverse_scenario
from tests.support.plain_market import PLAIN
from tests.support.plain_world import compare, twin_of
from tests.support.small_world import PERPETUALS, Small, limited_scenario, plan_of, scenario

from unhedged.engine.buffers import Rows, make_room
from unhedged.kernels import loop as compiled_loop
from unhedged.kernels.clock import next_event, release_event
from unhedged.kernels.compiled import entry, record_at
from unhedged.kernels.loop import handle_event
from unhedged.kernels.memory import Memory
from unhedged.kernels.room import events_with_room
from unhedged.kernels.tables import case, event, instrument, message, world
from unhedged.reference import loop
from unhedged.reference.world import Message, World
from unhedged.vocab.enums import CasePhase, EntryReason, EventKind, FillCause, Leg, Reason, Reject

BATCH = 500
HEAD = ("t", "kind", "subject", "command", "qty", "px", "cause")
AFTER = ("messages", "trades", "rejects", "reject", "liquidations", "prices")
"""``prices`` is a sum over all marks and indices, each times a number of its own."""
FIRST_AFTER, ROW = len(HEAD), len(HEAD) + len(AFTER)
TRAVELS = {EventKind.MESSAGE, EventKind.GATEWAY, EventKind.SETTLE_TRANSFER}
MESSAGE, GATEWAY, SETTLE = (int(kind) for kind in sorted(TRAVELS))
CASE = int(EventKind.CASE)

_cell = record_at(np.dtype([("x", "i8")]))


@entry("void(int64, int64, int64, int64)")
def _describe(address: int, kind: int, subject: int, out: int) -> None:
    w = world(address)
    _cell(out + 8).x = kind
    if kind in (MESSAGE, GATEWAY, SETTLE):
        m = message(w, subject)
        _cell(out + 16).x = m.agent
        _cell(out + 24).x = m.command
        _cell(out + 32).x = m.qty
        _cell(out + 40).x = m.px
        _cell(out + 48).x = m.cause
    elif kind == CASE:
        _cell(out + 16).x = case(w, subject).account
    else:
        _cell(out + 16).x = subject


@entry("int64(int64, int64, int64)")
def _run(address: int, most: int, out: int) -> int:
    # The body of `loop.run`, one row per event.
    w = world(address)
    for n in range(most):
        if events_with_room(w) == 0:
            return n
        row = next_event(w)
        if row < 0:
            return -n - 1
        e = event(w, row)
        if e.t > w.end:
            w.now = w.end
            return -n - 1
        w.now = e.t
        w.events += 1
        kind = np.int64(e.kind)
        subject = e.subject
        release_event(w, row)
        at = out + 8 * n * ROW
        _cell(at).x = w.now
        _describe(address, kind, subject, at)
        handle_event(w, kind, subject)
        prices = 0
        for i in range(w.n_instrument):
            prices += (2 * i + 1) * instrument(w, i).mark_milli
            prices += (2 * i + 2) * instrument(w, i).index_milli
        after = (w.messages, w.trades, w.rejects, w.reject, w.liquidations, prices)
        for k, x in enumerate(after):
            _cell(at + 8 * (FIRST_AFTER + k)).x = x
    return most


def run_compiled(memory: Memory, rows: Rows) -> tuple[list[list[int]], bool]:
    """Handle a batch; return one row per event, and whether more follow."""
    trace = np.zeros((BATCH, ROW), np.int64)
    handled = _run(memory.address, BATCH, trace.ctypes.data)
    more = handled >= 0
    count = handled if more else -handled - 1
    if more and count < BATCH:
        make_room(memory, rows)
    assert memory.world["breach"] == 0
    return trace[:count].tolist(), more


def describe(kind: int, subject: Any) -> list[int]:
    if isinstance(subject, Message):
        return [subject.agent, int(subject.command), subject.qty, subject.px, int(subject.cause)]
    if kind == CASE:
        clearing, steps = subject
        return [clearing.subjects[steps], 0, 0, 0, 0]
    return [subject, 0, 0, 0, 0]


def run_plain(plain: World, count: int) -> list[list[int]]:
    rows = []
    for _ in range(count):
        event = loop.step(plain)
        if event is None:
            break
        t, kind, subject = event
        prices = sum(
            (2 * n + 1) * x.contract.mark + (2 * n + 2) * x.contract.index
            for n, x in enumerate(plain.exchanges)
        )
        after = (
            plain.messages, plain.trades, plain.rejects, plain.reject, plain.liquidations, prices,
        )  # fmt: skip
        rows.append([t, kind, *describe(kind, subject), *map(int, after)])
    return rows


KEPT = {
    "fill": (
        "t",
        "px",
        "qty",
        "instrument",
        "maker",
        "taker",
        "side",
        "maker_cause",
        "taker_cause",
    ),
    "transfer": ("t", "atoms", "source", "target", "asset", "mark_milli", "reason"),
}


def compare_rows(rows: Rows, memory: Memory, plain: World) -> None:
    """Compare what both kept since the last time."""
    rows.take(memory)
    for name, kept in (("fill", plain.fills), ("transfer", plain.transfers)):
        table = rows.table(name, memory[name])
        found = list(zip(*(table[column].tolist() for column in KEPT[name]), strict=True))
        assert found == kept, name
    for name, kept_rows in (("forced", plain.forced), ("series", plain.series)):
        table = rows.table(name, memory[name])
        assert len(table) == len(kept_rows), name
        for row, expected in zip(table, kept_rows, strict=True):
            assert {column: row[column].tolist() for column in expected} == expected, name
        kept_rows.clear()
    plain.fills.clear()
    plain.transfers.clear()


REFUSALS = {
    Reject.NONE, Reject.BAND, Reject.MARGIN, Reject.BALANCE, Reject.REDUCE_ONLY, Reject.POST_ONLY, Reject.FILL_OR_KILL,
    Reject.UNKNOWN_ORDER, Reject.MALFORMED, Reject.SELF_TRADE, Reject.GATEWAY_FULL, Reject.GATEWAY_DOWN, Reject.TRANSFERS_DOWN,
}  # fmt: skip
PAYMENTS = {
    EntryReason.TRADING_FEE, EntryReason.LIQUIDATION_FEE, EntryReason.TAKEOVER, EntryReason.FUND_DRAW, EntryReason.FUNDING,
    EntryReason.TRANSFER, EntryReason.TOP_UP,
}  # fmt: skip


@dataclass
class Seen:
    """What happened in a world, so that a comparison of nothing is noticed."""

    kinds: set[int] = field(default_factory=set)
    phases: set[int] = field(default_factory=set)
    codes: set[int] = field(default_factory=set)
    reasons: set[int] = field(default_factory=set)
    again: int = 0
    """Stops of passive holders that arrive as messages: a stop that fires is no message, the next try for what is left is one."""

    def note(self, trace: list[list[int]], plain: World) -> None:
        self.kinds |= {row[1] for row in trace}
        self.codes |= {row[len(HEAD) + AFTER.index("reject")] for row in trace}
        self.phases |= {row["phase"] for row in plain.forced}
        subject, cause = HEAD.index("subject"), HEAD.index("cause")
        self.again += sum(
            row[1] == MESSAGE and row[subject] < 0 and row[cause] == FillCause.STOP for row in trace
        )
        self.reasons |= {
            reason for a in plain.accounts for reason, atoms in a.totals.items() if atoms
        }


def follow(
    seed: int,
    folder: Any,
    seen: Seen,
    seconds: int = 80,
    drawn: Callable[..., str] = scenario,
    rulebook: str | None = None,
) -> tuple[Small, World, int]:
    """Run one world both ways to its end and compare all along; return the number of events."""
    named = () if rulebook is None else (rulebook,)
    small = Small(plan_of(drawn(seed, seconds, *named), folder), seed)
    plain = twin_of(small.memory, [PLAIN.get(name) for name in small.policies], small.behaviours)
    events, more = 0, True
    while more:
        rows = Rows()
        ours, more = run_compiled(small.memory, rows)
        theirs = run_plain(plain, len(ours))
        for n, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            assert a == b, f"event {events + n} of seed {seed}: {(*HEAD, *AFTER)}"
        seen.note(theirs, plain)
        compare_rows(rows, small.memory, plain)
        compare(small.memory, plain)
        events += len(ours)
    assert loop.step(plain) is None
    return small, plain, events


def untraced(seed: int, folder: Any, seconds: int = 80) -> Memory:
    memory = Small(plan_of(scenario(seed, seconds), folder), seed).memory
    rows = Rows()
    while (reason := compiled_loop.run(memory.address, 10_000)) != Reason.END:
        assert reason in (Reason.PAUSE, Reason.GROW)
        if reason == Reason.GROW:
            make_room(memory, rows)
    return memory


def test_compiled_and_plain_loop_agree_event_by_event(tmp_path):
    total, again, kinds, phases, codes, reasons = 0, 0, set(), set(), set(), set()
    for seed in range(6):
        seen = Seen()
        small, _, events = follow(seed, tmp_path, seen)
        total += events
        again += seen.again
        kinds |= seen.kinds
        phases |= seen.phases
        codes |= seen.codes
        reasons |= seen.reasons
        if seed == 0:
            memory = untraced(seed, tmp_path)
            for name in ("events", "messages", "trades", "rejects", "state_hash", "now"):
                assert memory.world[name] == small.memory.world[name], name
    assert total > 100_000
    assert again > 50
    assert kinds == set(EventKind) - {EventKind.SESSION}
    assert phases == {CasePhase.REDUCE, CasePhase.TAKEOVER, CasePhase.ADL_CLOSE}
    assert codes >= REFUSALS
    assert reasons >= PAYMENTS


@pytest.mark.parametrize("rulebook", PERPETUALS)
def test_worlds_of_every_perpetual_rulebook_agree_event_by_event(rulebook, tmp_path):
    seen, total, liquidated = Seen(), 0, 0
    for seed in (1, 4):
        small, _, events = follow(seed, tmp_path, seen, 70, rulebook=rulebook)
        total += events
        liquidated += int(small.memory.world["liquidations"])
    assert total > 20_000
    assert liquidated > 0
    assert (EventKind.SESSION in seen.kinds) == rulebook.startswith("deribit")


def test_worlds_that_settle_in_coin_agree_event_by_event(tmp_path):
    seen, total, liquidated = Seen(), 0, 0
    for seed in range(6):
        small, _, events = follow(seed, tmp_path, seen, 70, inverse_scenario)
        total += events
        liquidated += int(small.memory.world["liquidations"])
        assert set(small.memory["venue"]["asset"]) == {0, 1}
    assert total > 40_000
    assert liquidated > 20
    assert seen.phases >= {CasePhase.REDUCE, CasePhase.TAKEOVER}
    assert seen.reasons >= {EntryReason.TOP_UP, EntryReason.TAKEOVER, EntryReason.FUNDING}


def test_worlds_in_hedge_mode_agree_event_by_event(tmp_path):
    seen, total = Seen(), 0
    for seed in (2, 7):  # a fall of 6 % with a pocket a leg, of 12 % with one account
        small, _, events = follow(seed, tmp_path, seen, 60, hedge_scenario)
        total += events
        legs = small.memory["position"]["leg"]
        assert (small.memory["position"]["pos"][legs == Leg.LONG] >= 0).all()
        assert (small.memory["position"]["pos"][legs == Leg.SHORT] <= 0).all()
        assert (legs != Leg.ONE_WAY).sum() >= 96
    assert total > 20_000
    assert CasePhase.NET in seen.phases


def test_worlds_with_limits_agree_event_by_event(tmp_path):
    seen, total, halts, fell = Seen(), 0, set(), 0
    for seed in range(6):
        small, plain, events = follow(seed, tmp_path, seen, 70, limited_scenario)
        total += events
        table = small.memory["instrument"]
        halts |= set(np.flatnonzero(table["halts"]).tolist())
        fell += sum(v.clearing.rulebook.throttle > 0 for v in plain.venues)
        accounts, positions = small.memory["account"], small.memory["position"]
        assert not positions["adl_qty"][accounts["exempt"][positions["account"]] != 0].any()
        assert (accounts["exempt"] != 0).any()
    assert total > 40_000
    assert len(halts) >= 3
    assert fell == 12
    assert seen.again > 50
    assert Reject.HALTED in seen.codes
    assert seen.phases >= {CasePhase.REDUCE, CasePhase.TAKEOVER}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_compiled_and_plain_loop_agree_over_many_worlds(seed, tmp_path):
    follow(seed, tmp_path, Seen())
