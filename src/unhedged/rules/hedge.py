"""Hedge mode: a long and a short leg on one contract, each with its own tier, one mark for both."""

from unhedged.rules.margin import maintenance_margin
from unhedged.rules.pnl import value


def hedged_maintenance(
    long_notional: int,
    short_notional: int,
    long_rate_ppb: int,
    long_deduct: int,
    short_rate_ppb: int,
    short_deduct: int,
) -> int:
    """Return the maintenance margin of a long and a short leg on one contract.

    Parameters
    ----------
    long_notional, short_notional : int
        Absolute value of each leg at mark, atoms, >= 0.
    long_rate_ppb, short_rate_ppb : int
        Maintenance rate of the tier that contains each leg, ppb of notional.
    long_deduct, short_deduct : int
        Deduction of each tier, atoms, >= 0.

    Returns
    -------
    int
        Required margin, atoms; each leg rounded up by itself (against the account).

    Notes
    -----
    The legs do not net: the sum of ``maintenance_margin`` of both, each in the tier of its own
    notional. A notional equal to a tier's floor belongs to the higher tier.

    Source: Binance, How to calculate the liquidation price of USD-M futures: MMR and maintenance
    amount per LONG, SHORT and BOTH leg, read 2026-11-22 (V).
    """
    long_margin = maintenance_margin(long_notional, long_rate_ppb, long_deduct)
    return long_margin + maintenance_margin(short_notional, short_rate_ppb, short_deduct)


def hedged_surplus(
    credit: int,
    long_qty: int,
    short_qty: int,
    mark_milli: int,
    long_rate_ppb: int,
    long_deduct: int,
    short_rate_ppb: int,
    short_deduct: int,
    num: int,
    den: int,
) -> int:
    """Return the equity above maintenance of an account with two legs on a contract, at a mark.

    Parameters
    ----------
    credit : int
        Wallet less the signed entry cost of both legs, less the maintenance of the other positions,
        plus their unrealised profit, atoms; frozen while this mark moves.
    long_qty, short_qty : int
        Lots of each leg, >= 0, with ``qty * num`` inside int64.
    mark_milli : int
        Mark, milli-ticks, >= 0.
    long_rate_ppb, short_rate_ppb : int
        Maintenance rate of each leg's tier at this mark, ppb.
    long_deduct, short_deduct : int
        Deduction of each leg's tier, atoms, >= 0.
    num, den : int
        Atoms of one lot at one tick as the fraction ``num / den``, both > 0.

    Returns
    -------
    int
        Atoms; below zero the account is liquidated, zero is safe (strict, as ``is_liquidatable``).

    Notes
    -----
    ``credit + value(long) - value(short) - hedged_maintenance``. Inside one tier it is a straight
    line in the mark with slope ``long * (1 - rate) - short * (1 + rate)``: an account with equal
    legs is liquidated by a *rise*, since only its maintenance moves.

    Source: Binance, How to calculate the liquidation price of USD-M futures, read 2026-11-22 (V).
    """
    bought = value(long_qty, mark_milli, num, den)
    sold = value(short_qty, mark_milli, num, den)
    needed = hedged_maintenance(
        bought, sold, long_rate_ppb, long_deduct, short_rate_ppb, short_deduct
    )
    return credit + bought - sold - needed


def netting_qty(long_qty: int, short_qty: int) -> int:
    """Return the lots a venue may close of both legs of a contract against each other.

    Parameters
    ----------
    long_qty, short_qty : int
        Lots of each leg, >= 0.

    Returns
    -------
    int
        Lots, of each leg; exact.

    Notes
    -----
    ``min(long, short)``. Closing both at one price changes no equity and needs no market; the
    maintenance of both is freed.

    Source: OKX, Tiered maintenance margin ratio rules: hedged legs are closed first, read
    2026-11-22 (M).
    """
    return min(long_qty, short_qty)
