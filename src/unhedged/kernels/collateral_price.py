"""Prices at which venues value assets posted as collateral: taken at each mark update, after the marks.

    LOCAL_BOOK   the latest mark of the asset's own book
    INDEX        its spot books, combined as the venue combines an index; where it stood when too few have a price
    REDEMPTION   the asset's fundamental value, which is what its issuer pays

A price is never below a thousandth of a tick.
"""

from typing import Any

from unhedged.kernels.buckets import price_moved
from unhedged.kernels.compiled import helper, i8, kernel, rule
from unhedged.kernels.index import combined
from unhedged.kernels.tables import asset, collateral, instrument, venue
from unhedged.rules import collateral as rules
from unhedged.vocab.enums import CollateralPrice

MILLI = 1000
_INDEX = int(CollateralPrice.INDEX)
_collateral_price = rule(rules.collateral_price)


@helper("int64(World, int64)")
def redemption_milli(w: Any, i: int) -> int:
    """Return the fundamental value of spot instrument ``i``'s asset, milli-ticks, rounded to the nearest, a half upwards."""
    n = instrument(w, i)
    return i8(asset(w, n.asset).value / n.tick * float(MILLI) + 0.5)


@kernel("int64(World, int64, int64)")
def price_now(w: Any, v: int, c: int) -> int:
    """Return the price at which venue ``v`` values asset ``c`` now, milli-ticks of its book, >= 1."""
    x = collateral(w, c)
    index = 0
    if x.price_form == _INDEX:
        index = combined(w, v, x.first_source, x.sources)
        if index <= 0:
            return x.price_milli
    local = instrument(w, x.book).mark_milli
    return max(1, _collateral_price(x.price_form, local, index, redemption_milli(w, x.book)))


@kernel("void(World, int64)")
def update_collateral(w: Any, v: int) -> None:
    """Take the prices of all assets venue ``v`` takes, and report the triggers they touch."""
    here = venue(w, v)
    for c in range(here.first_collateral, here.first_collateral + here.collaterals):
        set_price(w, c, price_now(w, v, c))


@kernel("void(World, int64, int64)")
def set_price(w: Any, c: int, milli: int) -> None:
    """Let asset ``c`` be valued at ``milli`` from now on: the accounts of touched triggers join the changed ones."""
    x = collateral(w, c)
    before = x.price_milli
    x.price_milli = milli
    price_moved(w, x.first_bucket, x.start_milli, before, milli)
