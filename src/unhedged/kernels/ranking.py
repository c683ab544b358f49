"""The queue of auto-deleveraging: who stands on the winning side, and who is closed next.

All holders on the opposite side are written to ``winner`` with what a score may look at; a heap of their rows, kept in the
``close`` column while a score decides, hands out the highest next. Making it costs one pass, each winner closed a
logarithm, so a queue of 10^5 is not sorted to close ten.

Who may be closed: live traders on the opposite side that do not belong to the loser's owner. Fund, vault and the venue's
other accounts are never winners. An account that is itself being liquidated is not either: its own case, order, takeover or
ADL, disposes of its positions, and one case never works on what another holds.

Ties: larger position first, then the lower account row, then the lower position row.
"""

from typing import Any

from unhedged.kernels.accounts import equity, gross_notional, maintenance, value_of
from unhedged.kernels.casework import FIRST_WINNER
from unhedged.kernels.compiled import call_score, helper, kernel, plus
from unhedged.kernels.tables import (
    account,
    address_of_winner,
    case,
    holder,
    instrument,
    position,
    venue,
    winner,
)
from unhedged.vocab.enums import AccountKind, AccountStatus, InstrumentKind

_TRADER = int(AccountKind.TRADER)
_IN_LIQUIDATION = int(AccountStatus.IN_LIQUIDATION)
_SPOT = int(InstrumentKind.SPOT)


@helper("int64(World, int64, int64)")
def lots_against(w: Any, p: int, loser_pos: int) -> int:
    """Return the lots position ``p`` holds against a position of sign ``loser_pos``, 0 when it is on the same side."""
    pos = position(w, p).pos
    if loser_pos > 0:
        return max(0, -pos)
    return max(0, pos)


@helper("boolean(World, int64, int64)")
def may_be_closed(w: Any, a: int, loser: int) -> bool:
    """Return whether account ``a`` may be deleveraged against ``loser``."""
    own = account(w, a)
    return (
        own.kind == _TRADER
        and own.status != _IN_LIQUIDATION
        and own.owner != account(w, loser).owner
        and a != loser
    )


@kernel("int64(World, int64)")
def open_cost(w: Any, a: int) -> int:
    """Return the signed entry cost of all positions of account ``a``, atoms."""
    own = account(w, a)
    atoms = 0
    for p in range(own.first_position, own.first_position + own.positions):
        atoms = plus(atoms, position(w, p).cost)
    return atoms


@kernel("int64(World, int64)")
def visible_hedge(w: Any, p: int) -> int:
    """Return the spot lots in the same account that offset a short position ``p``, at most its size; 0 for a long.

    A venue sees only what lies in the account: spot elsewhere hedges as well but does not count.
    """
    o = position(w, p)
    if o.pos >= 0:
        return 0
    own = account(w, o.account)
    lots = 0
    for q in range(own.first_position, own.first_position + own.positions):
        other = instrument(w, position(w, q).instrument)
        if other.kind == _SPOT and other.asset == instrument(w, o.instrument).asset:
            lots = plus(lots, max(0, position(w, q).pos))
    return min(-o.pos, lots)


@kernel("void(World, int64, int64)")
def describe(w: Any, at: int, p: int) -> None:
    """Write to row ``at`` of ``winner`` what a score or policy may know of position ``p``, before anything is closed."""
    o = position(w, p)
    a = int(o.account)
    row = winner(w, at)
    value = value_of(w, p)
    row.position = p
    row.account = a
    row.qty = abs(o.pos)
    row.close = 0
    row.unrealised = value - o.cost
    row.wallet = plus(account(w, a).cash, open_cost(w, a))
    row.equity = equity(w, a)
    row.maintenance = maintenance(w, a)
    row.notional = abs(value)
    row.account_notional = gross_notional(w, a)
    row.cost = abs(o.cost)
    row.mark_milli = instrument(w, o.instrument).mark_milli
    row.hedge_qty = visible_hedge(w, p)
    row.long = 1 if o.pos > 0 else 0
    row.score = 0.0


@kernel("int64(World, int64)")
def list_winners(w: Any, c: int) -> int:
    """Write all winners of case ``c`` and their scores, the venue's score at its address. Return their number."""
    row = case(w, c)
    lost = position(w, row.position)
    n = instrument(w, lost.instrument)
    score = venue(w, row.venue).adl_score
    found = 0
    for h in range(n.first_holder, n.first_holder + n.holders):
        p = int(holder(w, h).position)
        if lots_against(w, p, lost.pos) > 0 and may_be_closed(w, position(w, p).account, row.loser):
            at = FIRST_WINNER + found
            describe(w, at, p)
            if score != 0:
                winner(w, at).score = call_score(score, address_of_winner(winner(w, at)))
            found += 1
    row.winner = FIRST_WINNER
    row.winners = found
    return found


@helper("boolean(World, int64, int64)")
def ranks_before(w: Any, x: int, y: int) -> bool:
    """Return whether winner row ``x`` is closed before winner row ``y``."""
    a = winner(w, x)
    b = winner(w, y)
    if a.score != b.score:
        return a.score > b.score
    if a.qty != b.qty:
        return a.qty > b.qty
    if a.account != b.account:
        return a.account < b.account
    return a.position < b.position


@kernel("void(World, int64, int64)")
def _sift(w: Any, at: int, size: int) -> None:
    # Heap node n, from 0, is kept in winner(FIRST_WINNER + n).close: the row of a winner. Move node `at` down.
    moved = winner(w, FIRST_WINNER + at).close
    child = 2 * at + 1
    while child < size:
        chosen = winner(w, FIRST_WINNER + child).close
        if child + 1 < size:
            right = winner(w, FIRST_WINNER + child + 1).close
            if ranks_before(w, right, chosen):
                child += 1
                chosen = right
        if not ranks_before(w, chosen, moved):
            break
        winner(w, FIRST_WINNER + at).close = chosen
        at = child
        child = 2 * at + 1
    winner(w, FIRST_WINNER + at).close = moved


@kernel("void(World, int64)")
def queue_up(w: Any, size: int) -> None:
    """Make a heap of the first ``size`` winners, the one to close first on top."""
    for node in range(size):
        winner(w, FIRST_WINNER + node).close = FIRST_WINNER + node
    for node in range(size // 2 - 1, -1, -1):
        _sift(w, node, size)


@kernel("int64(World, int64)")
def next_in_queue(w: Any, size: int) -> int:
    """Take the top off a heap of ``size`` >= 1 winners and return its row; ``size - 1`` remain."""
    top = winner(w, FIRST_WINNER).close
    winner(w, FIRST_WINNER).close = winner(w, FIRST_WINNER + size - 1).close
    _sift(w, 0, size - 1)
    return top
