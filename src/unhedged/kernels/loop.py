"""The loop: one event after another until there is a named reason to go back to Python.

Order of things inside one instant, by priority (`vocab.enums.Priority`), then first in, first out:

    world → messages → marks and the risk they touch → clearing → funding → agents → record
"""

from typing import Any

from unhedged.kernels.ahead import fetch_ahead
from unhedged.kernels.clearing import fund_unwind, step_case, vault_tick
from unhedged.kernels.clock import next_event, release_event, schedule
from unhedged.kernels.collateral_price import update_collateral
from unhedged.kernels.compiled import CHECKED, entry, kernel
from unhedged.kernels.funding import sample_premium, settle_venue
from unhedged.kernels.gateway import arrive, release_queued, settle_transfer
from unhedged.kernels.genealogy import begin_push
from unhedged.kernels.halts import watch_mark
from unhedged.kernels.index import update_index
from unhedged.kernels.marks import update_mark
from unhedged.kernels.news import TICK, begin_outages, move_values
from unhedged.kernels.observe import finish_turn, take_turn
from unhedged.kernels.record import check_sums, record_all
from unhedged.kernels.risk import act_on_touched
from unhedged.kernels.room import least_free, most_taken, needed
from unhedged.kernels.socialise import end_session
from unhedged.kernels.tables import event, instrument, venue, world
from unhedged.kernels.triggers import mark_moved
from unhedged.kernels.work import Work, at_work, begin_event
from unhedged.vocab.enums import EventKind, InstrumentKind, Reason

_END, _AGENT, _ADL_POLICY = int(Reason.END), int(Reason.AGENT), int(Reason.ADL_POLICY)
_GROW, _INVARIANT, _PAUSE = int(Reason.GROW), int(Reason.INVARIANT), int(Reason.PAUSE)
_CLOCK, _RECORDING = int(Work.CLOCK), int(Work.RECORDING)
FULL_SUMS = 100_000
"""Events between full sums of cash and positions, besides those at recorded instants and at the end."""
SMALL = 2_000
"""Accounts up to which the checked build sums after every single event."""


@kernel("void(World, int64)")
def update_venue(w: Any, v: int) -> None:
    """Update index and mark of every instrument of a venue and the prices of collateral, sample premiums, then evaluate the risk touched."""
    here = venue(w, v)
    last = here.first_instrument + here.instruments
    for i in range(here.first_instrument, last):
        update_index(w, i)
    for i in range(here.first_instrument, last):
        x = instrument(w, i)
        before = x.mark_milli
        update_mark(w, i)
        if x.mark_milli != before:
            mark_moved(w, i, before, x.mark_milli)
        if x.halt_ppb != 0:
            watch_mark(w, i)
    if here.collaterals != 0:
        update_collateral(w, v)
    if here.premium_interval > 0 and w.now >= here.next_premium:
        here.next_premium = w.now + here.premium_interval
        for i in range(here.first_instrument, last):
            if instrument(w, i).kind != InstrumentKind.SPOT:
                sample_premium(w, i)
    act_on_touched(w, v)
    for i in range(here.first_instrument, last):
        begin_push(w, i)


@kernel("void(World, int64, int64)")
def handle_venue_event(w: Any, kind: int, v: int) -> None:
    """Handle a recurring event of a venue and set the next one."""
    here = venue(w, v)
    if kind == EventKind.MARK:
        update_venue(w, v)
        schedule(w, w.now + here.mark_interval, kind, v)
    elif kind == EventKind.VAULT:
        vault_tick(w, v)
        schedule(w, w.now + here.vault_interval, kind, v)
    elif kind == EventKind.SESSION:
        end_session(w, v)
        schedule(w, w.now + here.session, kind, v)
    elif kind == EventKind.FUNDING:
        settle_venue(w, v)
        schedule(w, w.now + here.funding_interval, kind, v)
    else:
        fund_unwind(w, v)
        schedule(w, w.now + here.unwind_interval, kind, v)


@kernel("boolean(World, int64, int64)")
def handle_event(w: Any, kind: int, subject: int) -> bool:
    """Handle one event. Return False when Python must serve `w.waiting` before the next."""
    if kind == EventKind.MESSAGE:
        arrive(w, subject)
    elif kind == EventKind.WAKE:
        return take_turn(w, subject)
    elif kind == EventKind.GATEWAY:
        release_queued(w, subject)
    elif kind == EventKind.CASE:
        step_case(w, subject)
        return w.adl_waiting == 0
    elif kind == EventKind.WORLD:
        move_values(w)
        begin_outages(w)
        schedule(w, w.now + TICK, kind, 0)
    elif kind == EventKind.RECORD:
        record_all(w)
        schedule(w, w.now + w.record_interval, kind, 0)
    elif kind == EventKind.SETTLE_TRANSFER:
        settle_transfer(w, subject)
    else:
        handle_venue_event(w, kind, subject)
    return True


@entry("int64(int64, int64)")
def run(address: int, most: int) -> int:
    """Handle up to ``most`` events of the world at ``address``. Return the `Reason` for coming back."""
    w = world(address)
    every = 1 if CHECKED and w.n_account <= SMALL else FULL_SUMS
    room = 0
    for _ in range(most):
        at_work(w, _CLOCK)
        if room < needed(w):
            room = least_free(w)
            if room < needed(w):
                return _GROW
        cursor = w.wheel_cursor
        row = next_event(w)
        if row < 0:
            return _END
        e = event(w, row)
        if e.t > w.end:
            w.now = w.end
            check_sums(w)
            return _END if w.breach == 0 else _INVARIANT
        w.now = e.t
        w.events += 1
        if w.wheel_cursor != cursor:
            fetch_ahead(w)
        kind = int(e.kind)
        subject = e.subject
        release_event(w, row)
        room -= most_taken(w, kind)
        begin_event(w, kind)
        if not handle_event(w, kind, subject):
            return _AGENT if kind == EventKind.WAKE else _ADL_POLICY
        if w.events % every == 0:
            at_work(w, _RECORDING)
            check_sums(w)
        if w.breach != 0:
            return _INVARIANT
    return _PAUSE


@entry("void(int64, int64)")
def resume_agent(address: int, count: int) -> None:
    """Send the ``count`` messages a plain-Python agent wrote to `out`; the loop then goes on."""
    w = world(address)
    finish_turn(w, w.waiting, count)
