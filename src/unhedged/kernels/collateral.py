"""Assets posted as collateral: what an account's balances are worth, and what that counts for in its margin.

    account ─< position >─ spot instrument     balances: rows of `position` behind those of the contracts
    venue ─< collateral ─< haircut             one row an asset, in the order of the balances; its price and its tiers

A balance is lots of the asset's book, brought in when the world was built, so lots of every asset are conserved like any
spot inventory, and a sale is a fill in that book. It counts ``floor(floor(lots * price) * ratio) + credit`` of the tier that
holds its value; a value equal to a tier's floor belongs to the higher tier. The haircut secures positions: what the venue's own
accounts hold counts in full.
"""

from typing import Any

from unhedged.kernels.compiled import helper, kernel, minus, plus, rule, times
from unhedged.kernels.tables import account, collateral, haircut, instrument, position, venue
from unhedged.rules import collateral as rules
from unhedged.rules import pnl
from unhedged.vocab.enums import AccountKind

_TRADER = int(AccountKind.TRADER)
_value = rule(pnl.value)
_tiered_value = rule(rules.tiered_collateral_value)


@helper("int64(World, int64, int64)")
def balance(w: Any, a: int, k: int) -> int:
    """Return the row of `position` with what account ``a`` holds of the ``k``-th asset its venue takes, from 0."""
    own = account(w, a)
    return own.first_position + own.positions + k


@helper("int64(World, int64, int64)")
def taken(w: Any, a: int, k: int) -> int:
    """Return the row of `collateral` of the ``k``-th asset the venue of account ``a`` takes, from 0."""
    return venue(w, account(w, a).venue).first_collateral + k


@helper("int64(World, int64, int64, int64)")
def worth_of_lots(w: Any, c: int, lots: int, milli: int) -> int:
    """Return the value of ``lots`` >= 0 of asset ``c`` at the price ``milli`` >= 0, atoms, rounded down."""
    n = instrument(w, collateral(w, c).book)
    times(lots, n.num)  # the rule multiplies plainly; this traps in the checked build
    return _value(lots, milli, n.num, n.den)


@helper("int64(World, int64, int64)")
def tier_of_worth(w: Any, c: int, worth: int) -> int:
    """Return the row of `haircut` that holds a value of ``worth`` >= 0 atoms of asset ``c``."""
    x = collateral(w, c)
    row = x.first_haircut
    last = x.first_haircut + x.haircuts - 1
    while row < last and haircut(w, row + 1).floor <= worth:
        row += 1
    return row


@helper("int64(World, int64, int64)")
def counted(w: Any, c: int, worth: int) -> int:
    """Return what a value of ``worth`` >= 0 atoms of asset ``c`` counts for in margin, atoms, rounded down."""
    level = haircut(w, tier_of_worth(w, c, worth))
    return _tiered_value(worth, level.ratio_ppb, level.credit)


@kernel("int64(World, int64)")
def counted_of(w: Any, a: int) -> int:
    """Return what all balances of account ``a`` count for, atoms; those of the venue's own accounts in full."""
    own = account(w, a)
    total = 0
    for k in range(own.balances):
        c = taken(w, a, k)
        worth = worth_of_lots(w, c, position(w, balance(w, a, k)).pos, collateral(w, c).price_milli)
        total = plus(total, counted(w, c, worth) if own.kind == _TRADER else worth)
    return total


@helper("int64(World, int64, int64)")
def without_assets(w: Any, a: int, owned: int) -> int:
    """Return what is left of the equity ``owned`` of account ``a`` when its balances count for nothing, atoms."""
    if account(w, a).balances == 0:
        return owned
    return minus(owned, counted_of(w, a))
