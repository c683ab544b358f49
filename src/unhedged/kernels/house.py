"""What the venue itself holds and has deleveraged: which position is next, and at what price.

    vault   its equity is below nothing at its tick: everything it holds, in order of rows
    fund    a contract in drawdown, what is held of it beyond the limit: all of it, at the price at which the loss is at the limit

A source states both, the amount ("as much as brings the ratio back to the limit") and the price ("bankruptcy price computed at
the limit"): they agree only if all of the position is closed, so that is what we do.
"""

from typing import Any

from unhedged.kernels.accounts import equity
from unhedged.kernels.casework import bankruptcy_of, free_case, leave_turnstile
from unhedged.kernels.compiled import helper, kernel
from unhedged.kernels.funds import held_beyond_limit
from unhedged.kernels.solvency import solvent_milli
from unhedged.kernels.tables import account, case, position, venue
from unhedged.kernels.takeover import adl_milli
from unhedged.vocab.enums import AccountKind

_TRADER = int(AccountKind.TRADER)
_FUND = int(AccountKind.FUND)


@helper("boolean(World, int64)")
def is_house(w: Any, c: int) -> bool:
    """Return whether case ``c`` works off what fund or vault hold, instead of liquidating a trader."""
    return account(w, case(w, c).account).kind != _TRADER


@kernel("int64(World, int64)")
def next_held(w: Any, c: int) -> int:
    """Return the next open position of the case's account after the present one, in order of rows, -1 for none.

    Of a fund only those that are to be closed.
    """
    row = case(w, c)
    own = account(w, row.account)
    first = max(int(own.first_position), int(row.position) + 1)
    for p in range(first, own.first_position + own.positions):
        wanted = own.kind != _FUND or held_beyond_limit(w, position(w, p).instrument) > 0
        if position(w, p).pos != 0 and wanted:
            return p
    return -1


@kernel("int64(World, int64)")
def milli_at_limit(w: Any, p: int) -> int:
    """Return the price at which closing the fund's position ``p`` leaves its contract's drawdown at the limit, milli-ticks >= 0."""
    return solvent_milli(w, p, -held_beyond_limit(w, position(w, p).instrument))


@kernel("boolean(World, int64)")
def aim_house(w: Any, c: int) -> bool:
    """Point a house case at its next position. Return False, case closed, when there is none or a vault is solvent."""
    row = case(w, c)
    begins = row.position < 0
    of_fund = account(w, row.account).kind == _FUND
    p = next_held(w, c)
    if p < 0 or (begins and not of_fund and equity(w, row.account) >= 0):
        leave_turnstile(w, c)
        free_case(w, c)
        return False
    row.position = p
    row.left = abs(position(w, p).pos)
    row.px_milli = adl_milli(w, p, milli_at_limit(w, p) if of_fund else bankruptcy_of(w, p))
    return True


@kernel("boolean(World, int64)")
def fund_is_beyond(w: Any, v: int) -> bool:
    """Return whether the fund of venue ``v`` holds something that carried a drawdown beyond its limit."""
    here = venue(w, v)
    for i in range(here.first_instrument, here.first_instrument + here.instruments):
        if held_beyond_limit(w, i) > 0:
            return True
    return False
