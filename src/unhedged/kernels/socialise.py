"""An account worked off to nothing: what is left stays with it, what is missing is paid by the fund, then by winners.

    FUND_ZEROES_ACCOUNT ─▶ done                      the fund had enough, or a session is on: it goes below nothing
             └─▶ SOCIALISE ─▶ SOCIALISE …            no sessions: winners are listed once, then pay in the order of accounts
    end of a session ─▶ SOCIALISE ─▶ SOCIALISE …     the same for all that the fund is short of by then

Who pays: live traders with a profit, of the session where there are sessions, else unrealised at mark; each in proportion to it,
rounded up and never more than it. What rounding brings too much goes to the venue's rounding account, what all profits together
cannot pay stays with the fund. A fund that is being deleveraged when a session ends lets the session go on to the next end.
"""

from typing import Any

from unhedged.kernels.accounts import equity, mark_dirty, value_of
from unhedged.kernels.casework import (
    FIRST_WINNER,
    enter_turnstile,
    free_case,
    go_on,
    leave_turnstile,
    take_case,
)
from unhedged.kernels.collateral_sale import works_off_assets
from unhedged.kernels.compiled import entry, kernel, minus, plus, rule
from unhedged.kernels.deleveraging import CLOSES_PER_STEP
from unhedged.kernels.ladders import release
from unhedged.kernels.layout.columns import REASONS
from unhedged.kernels.ledger import mask, pay
from unhedged.kernels.ranking import may_be_closed
from unhedged.kernels.tables import account, case, position, total, venue, winner, world
from unhedged.rules import insurance
from unhedged.vocab.enums import AccountKind, CasePhase, EntryReason

_FUND = int(AccountKind.FUND)
_FUND_DRAW = int(EntryReason.FUND_DRAW)
_SOCIALISED = int(EntryReason.SOCIALISED)
_SOCIALISE = int(CasePhase.SOCIALISE)
_TAKEOVER = int(CasePhase.TAKEOVER)
_FROM_ELSEWHERE = mask(
    EntryReason.DEPOSIT,
    EntryReason.TRANSFER,
    EntryReason.TOP_UP,
    EntryReason.FUND_DRAW,
    EntryReason.SOCIALISED,
)
"""Bit set of the reasons that bring or take money and are no part of what trading earned."""
_gains_haircut = rule(insurance.gains_haircut)


@kernel("void(World, int64)")
def zero_account(w: Any, c: int) -> None:
    """End case ``c`` of a flat account: it keeps what it owns, or the fund fills it up as far as its equity goes."""
    row = case(w, c)
    own = account(w, row.account)
    here = venue(w, row.venue)
    if own.balances != 0 and works_off_assets(w, c, _TAKEOVER):
        return
    if own.cash < 0:
        due = min(-own.cash, max(0, equity(w, here.fund)))
        pay(w, here.fund, row.account, due, _FUND_DRAW)
    if own.cash < 0 and here.socialised != 0 and here.session == 0:
        go_on(w, c, _SOCIALISE)
        return
    pay(w, here.fund, row.account, max(0, -own.cash), _FUND_DRAW)
    release(w, c)


@kernel("int64(World, int64)")
def profit_at_mark(w: Any, a: int) -> int:
    """Return the unrealised profit of account ``a`` over all its positions, atoms, 0 for a loss."""
    own = account(w, a)
    total = 0
    for p in range(own.first_position, own.first_position + own.positions):
        if position(w, p).pos != 0:
            total = plus(total, minus(value_of(w, p), position(w, p).cost))
    return max(0, total)


@kernel("int64(World, int64)")
def earned(w: Any, a: int) -> int:
    """Return the equity of account ``a`` less what came from elsewhere than trading since the start, atoms."""
    came = 0
    for reason in range(REASONS):
        if (_FROM_ELSEWHERE >> reason) & 1 != 0:
            came = plus(came, total(w, a).atoms[reason])
    return minus(equity(w, a), came)


@kernel("void(World, int64)")
def begin_session(w: Any, v: int) -> None:
    """Let the profits of a session at venue ``v`` count from now on."""
    for a in range(w.n_account):
        if account(w, a).venue == v:
            total(w, a).session = earned(w, a)


@kernel("int64(World, int64, boolean)")
def profit_that_pays(w: Any, a: int, in_sessions: bool) -> int:
    """Return the profit by which account ``a`` shares a loss, atoms, 0 for none: what a session earned, or what is unrealised."""
    if in_sessions:
        return max(0, minus(earned(w, a), total(w, a).session))
    return profit_at_mark(w, a)


@kernel("int64(World, int64)")
def list_profits(w: Any, c: int) -> int:
    """Write everybody who has a profit to the table of winners. Return how many."""
    row = case(w, c)
    in_sessions = venue(w, row.venue).session != 0
    found = 0
    row.left = 0
    for a in range(w.n_account):
        if account(w, a).venue != row.venue or not may_be_closed(w, a, row.account):
            continue
        gain = profit_that_pays(w, a, in_sessions)
        if gain > 0:
            winner(w, FIRST_WINNER + found).account = a
            winner(w, FIRST_WINNER + found).unrealised = gain
            row.left = plus(row.left, gain)
            found += 1
    return found


@kernel("void(World, int64)")
def end_session(w: Any, v: int) -> None:
    """Begin to share what the fund of venue ``v`` is short of among winners, or the next session where it is short of nothing."""
    here = venue(w, v)
    if account(w, here.fund).case >= 0:
        return
    if equity(w, here.fund) >= 0:
        begin_session(w, v)
        return
    go_on(w, take_case(w, here.fund), _SOCIALISE)


@kernel("int64(World, int64)")
def short_of(w: Any, a: int) -> int:
    """Return what account ``a`` is short of, atoms: a flat trader by its cash, a fund by all it holds."""
    own = account(w, a)
    return max(0, -(equity(w, a) if own.kind == _FUND else own.cash))


@kernel("void(World, int64)")
def share_out(w: Any, c: int) -> None:
    """Let the next winners pay their shares of what case ``c`` is short of; when all paid, end it.

    ``case.left`` is the sum of profits, ``case.used`` what is shared, ``case.keep`` what was paid of it, ``case.winner`` who
    pays next.
    """
    row = case(w, c)
    here = venue(w, row.venue)
    if row.winner == 0:
        if not enter_turnstile(w, c):
            return
        row.winners = list_profits(w, c)
        if here.session != 0:
            begin_session(w, row.venue)
        row.winner = FIRST_WINNER
        row.used = min(short_of(w, row.account), row.left)
        row.keep = 0
    last = FIRST_WINNER + row.winners
    until = min(last, row.winner + CLOSES_PER_STEP)
    for at in range(row.winner, until):
        one = winner(w, at)
        due = _gains_haircut(one.unrealised, row.used, row.left)
        pay(w, one.account, row.account, due, _SOCIALISED)
        row.keep = plus(row.keep, due)
        mark_dirty(w, one.account)  # its own margin may not suffice any more
    row.winner = until
    if until < last:
        go_on(w, c, _SOCIALISE)
        return
    leave_turnstile(w, c)
    pay(w, row.account, here.rounding, minus(row.keep, row.used), _SOCIALISED)
    if row.account == here.fund:
        free_case(w, c)
        return
    pay(w, here.fund, row.account, short_of(w, row.account), _FUND_DRAW)
    release(w, c)


@entry("void(int64)")
def begin_sessions(address: int) -> None:
    """Begin the first session of every venue that has sessions; call it when accounts and marks are in place."""
    w = world(address)
    for v in range(w.n_venue):
        if venue(w, v).session != 0:
            begin_session(w, v)
