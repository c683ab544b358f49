"""The queue of auto-deleveraging: who stands on the winning side, and who is closed next.

Every holder on the opposite side is described in a row of ``winner`` and scored; only the front of the queue is kept, the
fewest winners that hold the lots to close. It is a heap of their rows in the ``close`` column, first the last of the front on
top, to be pushed out by a better one, then turned round to hand out the highest next. So a queue of 10^5 costs one pass, and
is not sorted to close ten. A Python policy sees everybody, in order of positions.

Who may be closed: live traders on the opposite side that do not belong to the loser's owner. Fund, vault and the venue's
other accounts are never winners. An account that is itself being liquidated is not either: its own case, order, takeover or
ADL, disposes of its positions, and one case never works on what another holds. Accounts a venue exempts are left out; when only
they are left, nobody is, and the lots stay where they would stay without an opposite side.

Ties: larger position first, then the lower account row, then the lower position row.

A venue without a ranking (`AdlDecision.RANDOM_START`) takes the holders of the contract in the order of their rows from a
random one on, round, and looks at so many of them only; it skips whom the close would leave with less than nothing.
"""

from typing import Any

from unhedged.kernels.accounts import (
    equity,
    grid_maintenance,
    maintenance_at,
    nets,
    value_of,
    worth_at,
)
from unhedged.kernels.casework import FIRST_WINNER
from unhedged.kernels.collateral import counted_of
from unhedged.kernels.compiled import call_score, f8, helper, i8, kernel, minus, plus
from unhedged.kernels.funds import draw_below
from unhedged.kernels.hedges import visible_hedge
from unhedged.kernels.standing import has_standing, is_within, keep_standing, precedes
from unhedged.kernels.tables import (
    account,
    address_of_winner,
    case,
    changed,
    holder,
    instrument,
    position,
    standing,
    venue,
    winner,
)
from unhedged.vocab.enums import AccountKind, AccountStatus, AdlDecision

_TRADER = int(AccountKind.TRADER)
_IN_LIQUIDATION = int(AccountStatus.IN_LIQUIDATION)


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


@kernel("void(World, int64, int64)")
def describe(w: Any, at: int, p: int) -> None:
    """Write to row ``at`` of ``winner`` what a score or policy may know of position ``p``, before anything is closed.

    Sizes, values and margins at the present marks; ``close`` and ``score`` are left as they are.
    """
    o = position(w, p)
    a = i8(o.account)
    row = winner(w, at)
    row.position = p
    row.account = a
    row.qty = abs(o.pos)
    row.cost = abs(o.cost)
    row.mark_milli = instrument(w, o.instrument).mark_milli
    row.hedge = visible_hedge(w, p)
    row.long = 1 if o.pos > 0 else 0
    own = account(w, a)
    posted = counted_of(w, a) if own.balances != 0 else 0
    row.wallet = plus(own.cash, posted)
    row.equity = row.wallet
    row.maintenance = 0
    row.account_notional = 0
    for q in range(own.first_position, own.first_position + own.positions):
        held = position(w, q)
        if held.pos == 0:
            continue
        value = value_of(w, q)
        row.wallet = plus(row.wallet, held.cost)
        row.equity = plus(row.equity, value)
        row.maintenance = plus(
            row.maintenance, maintenance_at(w, held.instrument, held.pos, abs(value))
        )
        row.account_notional = plus(row.account_notional, abs(value))
        if q == p:
            row.notional = abs(value)
            row.unrealised = minus(value, held.cost)
    if nets(w, a):
        row.maintenance = grid_maintenance(w, a)


@helper("void(World, int64, int64, int64)")
def enlist(w: Any, c: int, at: int, p: int) -> None:
    """Describe position ``p`` in row ``at`` of ``winner`` for case ``c``, and score it by the score of its venue, if any."""
    describe(w, at, p)
    winner(w, at).px_milli = case(w, c).px_milli
    score = venue(w, instrument(w, position(w, p).instrument).venue).adl_score
    winner(w, at).score = 0.0
    if score != 0:
        winner(w, at).score = call_score(score, address_of_winner(winner(w, at)))


@helper("boolean(World, int64, int64)")
def is_winner(w: Any, c: int, p: int) -> bool:
    """Return whether position ``p`` may be closed for case ``c``: nobody whom the venue leaves out of its ranking."""
    row = case(w, c)
    lost = position(w, row.position).pos
    return may_stand(w, p, lost) and may_be_closed(w, position(w, p).account, row.loser)


@helper("boolean(World, int64, int64)")
def may_stand(w: Any, p: int, loser_pos: int) -> bool:
    """Return whether position ``p`` is closed against a position of sign ``loser_pos``, unless it belongs to its owner."""
    own = account(w, position(w, p).account)
    return (
        lots_against(w, p, loser_pos) > 0
        and own.exempt == 0
        and own.kind == _TRADER
        and own.status != _IN_LIQUIDATION
    )


@kernel("boolean(World, int64, int64, int64)")
def is_skipped(w: Any, c: int, p: int, qty: int) -> bool:
    """Return whether closing ``qty`` lots of position ``p`` for case ``c`` is left out: its account could not pay for it."""
    row = case(w, c)
    if venue(w, row.venue).adl_decision != AdlDecision.RANDOM_START:
        return False
    o = position(w, p)
    n = instrument(w, o.instrument)
    signed = qty if o.pos > 0 else -qty
    marked = worth_at(w, o.instrument, signed, n.mark_milli)
    loss = minus(marked, worth_at(w, o.instrument, signed, row.px_milli))
    return loss > max(0, equity(w, o.account))


@kernel("int64(World, int64)")
def list_winners(w: Any, c: int) -> int:
    """Write all winners of case ``c`` for a Python policy, in order of positions. Return their number."""
    row = case(w, c)
    n = instrument(w, position(w, row.position).instrument)
    found = 0
    for h in range(n.first_holder, n.first_holder + n.holders):
        p = i8(holder(w, h).position)
        if is_winner(w, c, p):
            enlist(w, c, FIRST_WINNER + found, p)
            winner(w, FIRST_WINNER + found).close = 0
            found += 1
    row.winner = FIRST_WINNER
    row.winners = found
    return found


@helper("boolean(World, int64, int64)")
def ranks_before(w: Any, x: int, y: int) -> bool:
    """Return whether winner row ``x`` is closed before winner row ``y``."""
    a = winner(w, x)
    b = winner(w, y)
    return precedes(a.score, a.qty, a.account, a.position, b.score, b.qty, b.account, b.position)


@helper("boolean(World, int64, int64, int64)")
def _above(w: Any, x: int, y: int, last_first: int) -> bool:
    return ranks_before(w, y, x) if last_first != 0 else ranks_before(w, x, y)


@kernel("void(World, int64, int64, int64)")
def _sift(w: Any, at: int, size: int, last_first: int) -> None:
    # Heap node n, from 0, is kept in winner(FIRST_WINNER + n).close: the row of a winner. Move node `at` down.
    moved = winner(w, FIRST_WINNER + at).close
    child = 2 * at + 1
    while child < size:
        chosen = winner(w, FIRST_WINNER + child).close
        if child + 1 < size:
            right = winner(w, FIRST_WINNER + child + 1).close
            if _above(w, right, chosen, last_first):
                child += 1
                chosen = right
        if not _above(w, chosen, moved, last_first):
            break
        winner(w, FIRST_WINNER + at).close = chosen
        at = child
        child = 2 * at + 1
    winner(w, FIRST_WINNER + at).close = moved


@kernel("void(World, int64, int64)")
def _push_last_first(w: Any, row: int, size: int) -> None:
    at = size
    while at > 0:
        above = winner(w, FIRST_WINNER + (at - 1) // 2).close
        if not ranks_before(w, above, row):
            break
        winner(w, FIRST_WINNER + at).close = above
        at = (at - 1) // 2
    winner(w, FIRST_WINNER + at).close = row


@kernel("int64(World, int64, int64)")
def _take_top(w: Any, size: int, last_first: int) -> int:
    top = winner(w, FIRST_WINNER).close
    winner(w, FIRST_WINNER).close = winner(w, FIRST_WINNER + size - 1).close
    _sift(w, 0, size - 1, last_first)
    return top


@helper("int64(World)")
def _free_row(w: Any) -> int:
    # While a front is made, row 0 holds in `qty` the lots in it, in `wallet` the next row never used, in `equity` the head of
    # the rows pushed out, -1 for none; those are linked by `equity` too.
    spare = winner(w, 0).equity
    if spare >= 0:
        winner(w, 0).equity = winner(w, spare).equity
        return spare
    winner(w, 0).wallet += 1
    return winner(w, 0).wallet - 1


@helper("void(World, int64)")
def _drop_row(w: Any, row: int) -> None:
    winner(w, row).equity = winner(w, 0).equity
    winner(w, 0).equity = row


@kernel("int64(World, int64, int64, int64)")
def _offer(w: Any, row: int, size: int, left: int) -> int:
    # Let a described and scored winner join a front of `size` that needs `left` lots. Return the size of the front then.
    gate = winner(w, 0)
    if gate.qty >= left and not ranks_before(w, row, winner(w, FIRST_WINNER).close):
        _drop_row(w, row)
        return size
    _push_last_first(w, row, size)
    size += 1
    gate.qty = plus(gate.qty, winner(w, row).qty)
    while minus(gate.qty, winner(w, winner(w, FIRST_WINNER).close).qty) >= left:
        out = _take_top(w, size, 1)
        size -= 1
        gate.qty = minus(gate.qty, winner(w, out).qty)
        _drop_row(w, out)
    return size


@helper("void(World)")
def _clear_front(w: Any) -> None:
    winner(w, 0).qty = 0
    winner(w, 0).wallet = FIRST_WINNER
    winner(w, 0).equity = -1


@kernel("int64(World, int64, int64)")
def _turn_round(w: Any, c: int, kept: int) -> int:
    # From the last of a front on top to the first.
    for node in range(kept // 2 - 1, -1, -1):
        _sift(w, node, kept, 0)
    case(w, c).winners = kept
    return kept


@kernel("int64(World, int64)")
def _rank_walk(w: Any, c: int) -> int:
    # From a random start the first one met ranks first.
    row = case(w, c)
    n = instrument(w, position(w, row.position).instrument)
    here = venue(w, row.venue)
    start = draw_below(w, row.venue, n.holders)
    walk = min(n.holders, here.adl_walk) if here.adl_walk > 0 else n.holders
    kept = 0
    for k in range(walk):
        p = i8(holder(w, n.first_holder + (start + k) % n.holders).position)
        if is_winner(w, c, p) and not is_skipped(w, c, p, min(row.left, abs(position(w, p).pos))):
            at = _free_row(w)
            enlist(w, c, at, p)
            winner(w, at).score = -f8(k)
            kept = _offer(w, at, kept, row.left)
    return kept


@kernel("int64(World, int64)")
def _rank_all(w: Any, c: int) -> int:
    # Everybody is scored; those who stand first are kept for the next case of the instant.
    row = case(w, c)
    i = i8(position(w, row.position).instrument)
    lost = position(w, row.position).pos
    n = instrument(w, i)
    kept = 0
    for h in range(n.first_holder, n.first_holder + n.holders):
        p = i8(holder(w, h).position)
        if not may_stand(w, p, lost):
            continue
        mine = may_be_closed(w, position(w, p).account, row.loser)
        if not mine and n.standing_room == 0:
            continue
        at = _free_row(w)
        enlist(w, c, at, p)
        if n.standing_room > 0:
            keep_standing(w, i, at)
        if mine:
            kept = _offer(w, at, kept, row.left)
        else:
            _drop_row(w, at)
    return kept


@kernel("int64(World, int64, int64, int64)")
def _rank_again(w: Any, c: int, p: int, kept: int) -> int:
    # Let a position that stood first, or whose account changed, join the front of `kept` if it still may. Return its size then.
    if not is_winner(w, c, p):
        return kept
    at = _free_row(w)
    enlist(w, c, at, p)
    return _offer(w, at, kept, case(w, c).left)


@kernel("int64(World, int64)")
def _rank_standing(w: Any, c: int) -> int:
    # The front among those who stood first and those changed since; -1 when it may reach beyond them.
    i = i8(position(w, case(w, c).position).instrument)
    n = instrument(w, i)
    w.rankings += 1
    kept = 0
    for k in range(n.first_standing, n.first_standing + n.standing):
        account(w, standing(w, k).account).ranked = w.rankings
        kept = _rank_again(w, c, standing(w, k).position, kept)
    for k in range(n.standing_from, w.changes):
        own = account(w, changed(w, k).account)
        if own.ranked == w.rankings:
            continue
        own.ranked = w.rankings
        for p in range(own.first_position, own.first_position + own.positions):
            if position(w, p).instrument == i:
                kept = _rank_again(w, c, p, kept)
    if n.standing_whole != 0:
        return kept
    full = winner(w, 0).qty >= case(w, c).left and is_within(w, i, winner(w, FIRST_WINNER).close)
    return kept if full else -1


@kernel("int64(World, int64)")
def rank_front(w: Any, c: int) -> int:
    """Score the winners of case ``c`` and queue up the front that holds the lots to close. Return how many stand there.

    Without a score of the venue everybody scores zero and the ties decide; from a random start the first one met ranks first.
    """
    row = case(w, c)
    o = position(w, row.position)
    n = instrument(w, o.instrument)
    _clear_front(w)
    if venue(w, row.venue).adl_decision == AdlDecision.RANDOM_START:
        return _turn_round(w, c, _rank_walk(w, c))
    if n.standing_room > 0 and has_standing(w, o.instrument, 1 if o.pos > 0 else 0):
        kept = _rank_standing(w, c)
        if kept >= 0:
            return _turn_round(w, c, kept)
        n.standing_listing = -1
        has_standing(w, o.instrument, 1 if o.pos > 0 else 0)
        _clear_front(w)
    return _turn_round(w, c, _rank_all(w, c))


@kernel("int64(World, int64)")
def next_in_queue(w: Any, size: int) -> int:
    """Take the first off a front of ``size`` >= 1 winners and return its row; ``size - 1`` remain."""
    return _take_top(w, size, 0)
