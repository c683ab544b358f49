"""Who stood first when winners of a contract were last ranked in this instant: the next case need not look at everybody again.

    standing   per instrument a heap of the first of its winners, the last of them on top: score, lots, account, position
    changed    traders whose cash or position changed, or who may be closed again, since the first ranking of the instant

A burst of bankruptcies ranks the same winners over and over within one instant: in one whole October 163,000 rankings fell on
3,200 pairs of instant and contract, and clearing took 35 of the loop's 61 s; with what is kept here 4 of 38 on a busier machine
(measured). Between two of them marks stand still, so the score of a winner whose
account did not change is what it was: whoever was left out still ranks after the last of those who were kept. The front of the
next case is therefore among those kept and those changed since, as long as it does not reach beyond the last kept; if it does,
everybody is looked at again.

That needs a score of the winner's own account alone: ``standing_room`` is 0 where a venue's policy may look further. What was kept
ends with the instant, with any mark or price of collateral, and when more accounts changed than there are rows for.
"""

from typing import Any

from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.tables import account, changed, instrument, standing, winner
from unhedged.vocab.enums import AccountKind, AccountStatus

_TRADER = int(AccountKind.TRADER)
_IN_LIQUIDATION = int(AccountStatus.IN_LIQUIDATION)


@helper("void(World, int64)")
def note_change(w: Any, a: int) -> None:
    """Note that account ``a`` changed, if anybody was ranked in this instant; one in liquidation is no winner until released."""
    if w.changed_at != w.now + 1:
        return
    own = account(w, a)
    if own.kind != _TRADER or own.status == _IN_LIQUIDATION:
        return
    if w.changes < w.n_changed:
        changed(w, w.changes).account = a
    w.changes += 1


@helper("void(World)")
def forget_standing(w: Any) -> None:
    """Let every contract's winners be ranked anew: a price moved."""
    w.changed_at = 0


@kernel("boolean(World, int64, int64)")
def has_standing(w: Any, i: int, long: int) -> bool:
    """Return whether those kept of instrument ``i``, whose losers are long or not, may be used; otherwise begin to keep anew."""
    n = instrument(w, i)
    if w.changed_at != w.now + 1 or w.changes > w.n_changed:
        w.listing += 1
        w.changed_at = w.now + 1
        w.changes = 0
    if n.standing_listing == w.listing and n.standing_long == long:
        return True
    n.standing_listing = w.listing
    n.standing_long = long
    n.standing_from = w.changes
    n.standing = 0
    n.standing_whole = 1
    return False


@helper("boolean(float64, int64, int64, int64, float64, int64, int64, int64)")
def precedes(
    score: float, qty: int, a: int, p: int, other: float, other_qty: int, other_a: int, other_p: int
) -> bool:
    """Return whether a winner is closed before another: higher score, larger position, lower account row, lower position row."""
    if score != other:
        return score > other
    if qty != other_qty:
        return qty > other_qty
    if a != other_a:
        return a < other_a
    return p < other_p


@helper("boolean(World, int64, int64)")
def _after(w: Any, x: int, y: int) -> bool:
    # Whether row x of `standing` ranks after row y.
    s = standing(w, x)
    t = standing(w, y)
    return precedes(t.score, t.qty, t.account, t.position, s.score, s.qty, s.account, s.position)


@helper("boolean(World, int64, int64)")
def is_within(w: Any, i: int, at: int) -> bool:
    """Return whether winner row ``at`` ranks no later than the last of those kept of instrument ``i``."""
    s = standing(w, instrument(w, i).first_standing)
    x = winner(w, at)
    return not precedes(
        s.score, s.qty, s.account, s.position, x.score, x.qty, x.account, x.position
    )


@helper("void(World, int64, int64)")
def _swap(w: Any, x: int, y: int) -> None:
    s = standing(w, x)
    t = standing(w, y)
    score, qty, a, p = s.score, s.qty, s.account, s.position
    s.score, s.qty, s.account, s.position = t.score, t.qty, t.account, t.position
    t.score, t.qty, t.account, t.position = score, qty, a, p


@helper("void(World, int64, int64)")
def _write(w: Any, row: int, at: int) -> None:
    s = standing(w, row)
    x = winner(w, at)
    s.score, s.qty, s.account, s.position = x.score, x.qty, x.account, x.position


@kernel("void(World, int64, int64)")
def _rise(w: Any, first: int, node: int) -> None:
    while node > 0 and _after(w, first + node, first + (node - 1) // 2):
        _swap(w, first + node, first + (node - 1) // 2)
        node = (node - 1) // 2


@kernel("void(World, int64, int64)")
def _sink(w: Any, first: int, size: int) -> None:
    node = 0
    while 2 * node + 1 < size:
        child = 2 * node + 1
        if child + 1 < size and _after(w, first + child + 1, first + child):
            child += 1
        if not _after(w, first + child, first + node):
            return
        _swap(w, first + child, first + node)
        node = child


@kernel("void(World, int64, int64)")
def keep_standing(w: Any, i: int, at: int) -> None:
    """Keep the winner in row ``at`` among the first of instrument ``i``; the last of them makes room."""
    n = instrument(w, i)
    first = n.first_standing
    if n.standing < n.standing_room:
        _write(w, first + n.standing, at)
        n.standing += 1
        _rise(w, first, n.standing - 1)
        return
    n.standing_whole = 0
    if is_within(w, i, at):
        _write(w, first, at)
        _sink(w, first, n.standing)
