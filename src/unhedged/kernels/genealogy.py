"""Which forced order moved the mark to the price at which the next account was liquidated.

    forced order ─ push of the book's mid ─ slot of the mark update it fell into ─< mark update ─ case ─ parent

A mark that averages over some time shows a push for as long. So a move is looked at over the mark updates its mark averages over
(`push_window`, at most `PUSHES`): when the forced orders of those updates together pushed the book the way the mark went, by at least
half of what the mark moved, the move is forced, and the case of the order that pushed the most is the parent of the cases it
triggers. Otherwise nobody is: news, choices, stops and noise moved it, or forced orders in other books through the index.
"""

from typing import Any

from unhedged.kernels.accounts import worth_at
from unhedged.kernels.book import mid_milli
from unhedged.kernels.compiled import helper, i8, kernel
from unhedged.kernels.layout.columns import PUSHES
from unhedged.kernels.tables import account, instrument, position


@kernel("void(World, int64, int64, int64)")
def note_push(w: Any, i: int, number: int, before: int) -> None:
    """Note that an order of case ``number`` moved the mid of book ``i`` from ``before`` (milli-ticks, 0 for none) to what it is now."""
    x = instrument(w, i)
    now = mid_milli(w, i)
    if x.push_window == 0 or before <= 0 or now <= 0:
        return
    s = x.push_at % PUSHES
    push = now - before
    x.push_net[s] += push
    if -push > x.push_down[s]:
        x.push_down[s] = -push
        x.push_down_case[s] = number
    if push > x.push_up[s]:
        x.push_up[s] = push
        x.push_up_case[s] = number


@kernel("void(World, int64)")
def begin_push(w: Any, i: int) -> None:
    """Begin the slot of the next mark update of instrument ``i``; call it after everything that follows an update."""
    x = instrument(w, i)
    if x.push_window == 0:
        return
    x.push_at += 1
    x.push_seen = min(x.push_seen + 1, PUSHES)
    s = x.push_at % PUSHES
    x.push_mark[s] = x.mark_milli
    x.push_net[s] = 0
    x.push_down[s] = 0
    x.push_up[s] = 0


@helper("int64(World, int64)")
def most_harmed(w: Any, a: int) -> int:
    """Return the instrument of the position of account ``a`` that lost most by the latest mark update, -1 when none lost."""
    own = account(w, a)
    worst = i8(0)
    found = i8(-1)
    for p in range(own.first_position, own.first_position + own.positions):
        o = position(w, p)
        x = instrument(w, o.instrument)
        if o.pos == 0 or x.mark_milli == x.mark_previous:
            continue
        gained = worth_at(w, o.instrument, o.pos, x.mark_milli) - worth_at(
            w, o.instrument, o.pos, x.mark_previous
        )
        if gained < worst:
            worst = gained
            found = i8(o.instrument)
    return found


@helper("int64(World, int64, boolean)")
def pusher(w: Any, i: int, falls: bool) -> int:
    """Return the case whose order pushed the mark of instrument ``i`` most, in a forced move; -1 where the move is not."""
    x = instrument(w, i)
    back = min(x.push_window, x.push_seen)
    net = i8(0)
    most = i8(0)
    found = i8(-1)
    for n in range(back):
        s = (x.push_at - n) % PUSHES
        net += x.push_net[s]
        push = x.push_down[s] if falls else x.push_up[s]
        if push > most:
            most = push
            found = x.push_down_case[s] if falls else x.push_up_case[s]
    if back == 0:
        return -1
    moved = x.mark_milli - x.push_mark[(x.push_at - back + 1) % PUSHES]
    if falls:
        net, moved = -net, -moved
    return found if net > 0 and 2 * net >= moved else -1


@kernel("int64(World, int64)")
def parent_of(w: Any, a: int) -> int:
    """Return the number of the case that is the parent of one opened for account ``a`` at this mark update, -1 for none.

    Of several positions that fell in value the one that lost most counts. Of orders that pushed alike the latest update's first one.
    """
    i = most_harmed(w, a)
    if i < 0:
        return -1
    x = instrument(w, i)
    return pusher(w, i, x.mark_milli < x.mark_previous)
