"""Auto-deleveraging: a position nobody may carry is closed against winners, lot for lot.

    ADL_RANK ──▶ ADL_CLOSE ──▶ next position, or done       AdlDecision.SCORE, RANDOM_START: the queue of `ranking`
        └─▶ ADL_ALLOCATE ──▶ ADL_CLOSE                      AdlDecision.PYTHON: the loop returns, Python writes winner.close

Loser and winner trade the same lots at the venue's ADL price through the one place where positions change, so open interest
falls by what was closed, and nobody pays a fee. A winner's working orders in the instrument are cancelled first. A step
closes at most ``CLOSES_PER_STEP`` winners and goes on within the same instant; sizes are read again at each close, since
another case may have acted in between, and a queue that ran out early is ranked again. Lots that find no winner stay with
the fund, beyond its capacity if need be; what fund or vault could not pass on stays where it is, and so does what a step
leaves with the account.
"""

from typing import Any

from unhedged.kernels.accounts import equity
from unhedged.kernels.casework import (
    FIRST_WINNER,
    amount_at,
    enter_turnstile,
    go_on,
    keep_forced,
    leave_turnstile,
    phase_of,
)
from unhedged.kernels.compiled import f8, kernel, minus, plus
from unhedged.kernels.feed import note_quote
from unhedged.kernels.fills import exchange
from unhedged.kernels.funds import book_to_fund
from unhedged.kernels.house import aim_house, is_house
from unhedged.kernels.orders import cancel_all
from unhedged.kernels.ranking import (
    describe,
    is_skipped,
    list_winners,
    lots_against,
    may_be_closed,
    next_in_queue,
    rank_front,
)
from unhedged.kernels.tables import (
    account,
    agent,
    case,
    forced,
    instrument,
    position,
    venue,
    winner,
)
from unhedged.kernels.takeover import hand_over
from unhedged.vocab.enums import AccountKind, AdlDecision, Breach, CasePhase

CLOSES_PER_STEP = 256
"""Winners closed per step: two rows each must fit what the loop keeps free."""

_ALLOCATION = int(Breach.ALLOCATION)
_ADL_RANK = int(CasePhase.ADL_RANK)
_ADL_ALLOCATE = int(CasePhase.ADL_ALLOCATE)
_ADL_CLOSE = int(CasePhase.ADL_CLOSE)
_TRADER = int(AccountKind.TRADER)


@kernel("void(World, int64)")
def rank(w: Any, c: int) -> None:
    """Find and rank the winners of case ``c``; close the first of them, or let Python allocate."""
    row = case(w, c)
    row.phase = _ADL_RANK
    if not enter_turnstile(w, c):
        return
    if is_house(w, c) and row.left == 0 and not aim_house(w, c):
        return
    asks = venue(w, row.venue).adl_decision == AdlDecision.PYTHON
    found = list_winners(w, c) if asks else rank_front(w, c)
    if found == 0:
        finish(w, c)
    elif asks:
        w.waiting = c
        w.adl_waiting = 1
        go_on(w, c, _ADL_ALLOCATE)
    else:
        close(w, c)


@kernel("boolean(World, int64)")
def is_allocation(w: Any, c: int) -> bool:
    """Return whether the lots written to ``winner.close`` are an allocation of case ``c``.

    None negative, none above what the winner holds, and in sum the smaller of the lots to close and all winners' lots.
    """
    row = case(w, c)
    held = 0
    closed = 0
    for at in range(FIRST_WINNER, FIRST_WINNER + row.winners):
        lots = winner(w, at).close
        if lots < 0 or lots > winner(w, at).qty:
            return False
        held = plus(held, winner(w, at).qty)
        closed = plus(closed, lots)
    return closed == min(row.left, held)


@kernel("void(World, int64)")
def accept_allocation(w: Any, c: int) -> None:
    """Go on with what a Python policy wrote, or stop the run: a wrong allocation would make or lose lots."""
    if is_allocation(w, c):
        close(w, c)
    else:
        w.breach = _ALLOCATION


@kernel("int64(World, int64, int64, int64)")
def close_winner(w: Any, c: int, at: int, most: int) -> int:
    """Close up to ``most`` lots of the winner in row ``at`` against the loser of case ``c``. Return the lots closed."""
    row = case(w, c)
    loser = int(row.position)
    p = int(winner(w, at).position)
    i = int(position(w, p).instrument)
    lost = position(w, loser)
    qty = min(most, lots_against(w, p, lost.pos), abs(lost.pos))
    if qty <= 0 or not may_be_closed(w, position(w, p).account, row.loser):
        return 0
    if is_skipped(w, c, p, qty):
        return 0
    a = int(position(w, p).account)
    cancel_all(w, a, i)
    describe(w, at, p)
    owned = equity(w, lost.account)
    amount = amount_at(w, i, qty, row.px_milli)
    if lost.pos > 0:
        exchange(w, i, amount, qty, p, loser)
        change = qty
    else:
        exchange(w, i, amount, qty, loser, p)
        change = -qty
    if row.loser == venue(w, row.venue).fund:
        book_to_fund(w, i, amount if change > 0 else -amount)
    row.phase = _ADL_CLOSE
    count_close(w, p, loser, qty)
    kept = keep_pair(w, c, at, change)
    forced(w, kept).loser_before = owned
    return qty


@kernel("void(World, int64, int64, int64)")
def count_close(w: Any, p: int, loser: int, qty: int) -> None:
    """Add a close to the counters of winner, loser, instrument and run."""
    n = instrument(w, position(w, p).instrument)
    position(w, p).adl_qty = plus(position(w, p).adl_qty, qty)
    who = account(w, position(w, p).account).agent
    if who >= 0:
        agent(w, who).struck = 1
    if account(w, position(w, loser).account).kind == _TRADER:
        position(w, loser).forced_qty = plus(position(w, loser).forced_qty, qty)
    n.adl_qty = plus(n.adl_qty, qty)
    w.adl_closes += 1


@kernel("int64(World, int64, int64, int64)")
def keep_pair(w: Any, c: int, at: int, change: int) -> int:
    """Keep the rows of a close: the winner's, with what it was before, and the loser's. Return the winner's."""
    row = case(w, c)
    won = winner(w, at)
    kept = keep_forced(w, c, won.position, row.loser, change, row.px_milli)
    forced(w, kept).winner = 1
    forced(w, kept).score = won.score
    forced(w, kept).before = won.equity
    forced(w, kept).gain = won.unrealised
    if won.equity > 0:
        forced(w, kept).leverage = f8(won.notional) / f8(won.equity)
    if won.cost > 0:
        forced(w, kept).profit = f8(won.unrealised) / f8(won.cost)
    keep_forced(w, c, row.position, won.account, -change, row.px_milli)
    return kept


@kernel("void(World, int64)")
def close(w: Any, c: int) -> None:
    """Close the next winners of case ``c``, at most ``CLOSES_PER_STEP``, and go on in this instant while any are left."""
    row = case(w, c)
    row.left = min(row.left, abs(position(w, row.position).pos))
    in_line = venue(w, row.venue).adl_decision != AdlDecision.PYTHON
    for _ in range(CLOSES_PER_STEP):
        if row.left == 0 or row.winners == 0:
            break
        if in_line:
            at = next_in_queue(w, row.winners)
            most = row.left
        else:
            at = int(row.winner)
            most = min(row.left, winner(w, at).close)
            row.winner += 1
        row.winners -= 1
        row.left = minus(row.left, close_winner(w, c, at, most))
    note_quote(w, position(w, row.position).instrument)
    if row.left == 0:
        finish(w, c)
    elif row.winners > 0:
        go_on(w, c, _ADL_CLOSE)
    else:
        go_on(w, c, _ADL_RANK)


@kernel("void(World, int64)")
def finish(w: Any, c: int) -> None:
    """End the deleveraging of one position: what is left stays with the fund or where it is; then the next position.

    The fund gets what the step was to close of it, at the same price; lots that stay with the account are not touched.
    """
    row = case(w, c)
    leave_turnstile(w, c)
    row.winner = 0
    row.winners = 0
    row.left = 0
    if is_house(w, c):
        go_on(w, c, _ADL_RANK)
        return
    rest = minus(abs(position(w, row.position).pos), row.keep)
    row.keep = 0
    if rest > 0:
        hand_over(w, c, row.position, rest, venue(w, row.venue).fund, row.px_milli)
    go_on(w, c, phase_of(w, c))
