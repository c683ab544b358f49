"""Triggers of assets posted as collateral: each asset's price is one more coordinate of its holders' health.

    balance ─ trigger          row of the trigger == row of the position that holds the balance
    collateral ─< bucket       only a fall harms, so only that run is used

Why the bound of `triggers` holds. What a value ``W`` counts for is a sum of marginal slices with ratios that fall from tier to
tier, so in real numbers a fall of the price by a share ``x`` takes at most ``r1 x W`` from it, ``r1`` the first tier's ratio,
and a rise takes nothing. That is one more weight in the account's sum, ``r1 W``, and one more price that must stay above
``1 - d``. Roundings: the value loses less than an atom, what it counts for less than one more, and each tier's credit was
rounded down by less than one; before and after.
"""

from typing import Any

from unhedged.kernels.buckets import bucket_from, put, unlink
from unhedged.kernels.collateral import balance, taken, worth_of_lots
from unhedged.kernels.compiled import f8, helper, i8, kernel
from unhedged.kernels.tables import account, collateral, haircut, position, trigger
from unhedged.vocab.enums import TriggerKind


@helper("float64(World, int64, int64)")
def _most_lost(w: Any, a: int, k: int) -> float:
    c = taken(w, a, k)
    x = collateral(w, c)
    worth = worth_of_lots(w, c, position(w, balance(w, a, k)).pos, x.price_milli)
    # One atom more: the value was rounded down, and what was cut off falls with it.
    return (f8(worth) + 1.0) * f8(haircut(w, x.first_haircut).ratio_ppb) * 1e-9


@kernel("float64(World, int64)")
def weight_of_assets(w: Any, a: int) -> float:
    """Return the atoms of health that account ``a`` loses at most per unit of relative fall of all its assets' prices."""
    total = 0.0
    for k in range(account(w, a).balances):
        if position(w, balance(w, a, k)).pos != 0:
            total += _most_lost(w, a, k)
    return total


@kernel("float64(World, int64)")
def slack_of_assets(w: Any, a: int) -> float:
    """Return what roundings of all balances of account ``a`` may take from its health, atoms."""
    total = 0.0
    for k in range(account(w, a).balances):
        if position(w, balance(w, a, k)).pos != 0:
            total += 4.0 + f8(collateral(w, taken(w, a, k)).haircuts)
    return total


@kernel("void(World, int64, float64)")
def place_assets(w: Any, a: int, move: float) -> None:
    """Place the triggers of the balances of account ``a``, each a share ``move`` in 0..1 below its asset's price.

    The price is rounded towards the present one. No trigger where losing the whole value would not be enough.
    """
    for k in range(account(w, a).balances):
        p = balance(w, a, k)
        if position(w, p).pos == 0 or move >= 1.0:
            unlink(w, p)
            continue
        x = collateral(w, taken(w, a, k))
        px = x.price_milli - i8(f8(x.price_milli) * move)
        trigger(w, p).position = p
        trigger(w, p).kind = TriggerKind.LIQUIDATION
        put(w, p, x.first_bucket + bucket_from(x.start_milli, px), px, 0)


@kernel("void(World, int64)")
def remove_asset_triggers(w: Any, a: int) -> None:
    """Take the triggers of the balances of account ``a`` out of their buckets."""
    for k in range(account(w, a).balances):
        unlink(w, balance(w, a, k))
